package peers

// A Comparison says at which sizes and on how many workers a kernel is compared
// with its peers. An empty field means the usual: the middle size; one worker
// and as many as cores.
type Comparison struct {
	Sizes   []int
	Workers []int
}

// Comparisons are those of kernels that differ from the usual.
var Comparisons = map[string]Comparison{
	"matmul":    {Sizes: []int{512, 1024, 2048}},
	"julia":     {Sizes: []int{1000}},
	"pi":        {Sizes: []int{100_000_000}},
	"dedupe":    {Sizes: []int{1_000_000, 10_000_000}},
	"nearest":   {Sizes: []int{10_000_000}},
	"primes":    {Sizes: []int{10_000_000}},
	"primality": {Sizes: []int{100109100129162907}},
	// 500 steps that stay in a cache, and 20 that don't.
	"diffusion": {Sizes: []int{640, 4096}},
	// Arrays that no cache holds.
	"normsq": {Sizes: []int{10_000_000}},
	"stream": {Sizes: []int{1 << 24}},
	// One worker has nobody to join.
	"forkjoin": {Workers: []int{2}},
	// Workers are requests at a time.
	"fanout": {Sizes: []int{2000}, Workers: []int{32, 512}},
}

// Groups of variants that several peers are compared with.
var (
	vectors = [][]string{{"simd", "goroutine+simd"}}
	loops   = [][]string{{"serial", "serial:ikj", "serial:blocked"}}
	odd     = [][]string{{"serial", "goroutine"}, {"simd", "goroutine+simd"}}
	every   = [][]string{{"serial", "goroutine", "simd", "goroutine+simd"}}
	atomics = [][]string{{"goroutine:atomic"}}
	mutexes = [][]string{{"goroutine:mutex"}}
	sorts   = [][]string{{"serial", "serial:quick", "serial:radix", "goroutine", "goroutine:radix"}}
	tables  = [][]string{{"serial:dense", "goroutine", "simd", "goroutine+simd"}}
	sieves  = [][]string{{"serial", "goroutine", "simd", "goroutine+simd"}, {"serial:wheel", "goroutine:wheel", "simd:wheel", "goroutine+simd:wheel"}}
	sweeps  = [][]string{{"simd", "goroutine+simd"}, {"simd:skew", "goroutine+simd:skew"}}
	web     = [][]string{{"goroutine", "goroutine:raw", "goroutine:batch"}}
)

// Table lists the peers by kernel.
var Table = []Peer{
	{Kernel: "matmul", System: "NumPy (OpenBLAS)", Variant: "best", Source: "matmul_numpy.py", Modules: []string{"numpy"}, Against: vectors},
	{Kernel: "matmul", System: "NumPy (OpenBLAS)", Variant: "auto", Source: "matmul_numpy.py", Modules: []string{"numpy"}, Against: vectors},
	{Kernel: "matmul", System: "C/OpenMP", Variant: "tile", Source: "matmul.c", Against: vectors},
	{Kernel: "matmul", System: "C/OpenMP", Variant: "ijk", Source: "matmul.c", Against: loops, Most: 256},
	{Kernel: "matmul", System: "C/OpenMP", Variant: "ikj", Source: "matmul.c", Against: loops, Most: 256},
	{Kernel: "matmul", System: "CPython", Variant: "ijk", Source: "matmul_cpython.py", Against: loops, Serial: true, Most: 128},
	{Kernel: "matmul", System: "CPython", Variant: "zip", Source: "matmul_cpython.py", Against: loops, Serial: true, Most: 256},
	{Kernel: "matmul", System: "PyPy", Variant: "ijk", Source: "matmul_cpython.py", Against: loops, PyPy: true, Serial: true, Most: 256},

	{Kernel: "julia", System: "C/OpenMP", Variant: "simd", Source: "julia.c", Against: vectors},
	{Kernel: "julia", System: "C/OpenMP", Variant: "scalar", Source: "julia.c", Against: vectors},
	{Kernel: "julia", System: "Cython", Source: "julia_cython.pyx", Modules: []string{"Cython", "numpy"}, Against: vectors},
	{Kernel: "julia", System: "Numba", Source: "julia_numba.py", Modules: []string{"numba", "numpy"}, Against: vectors},
	{Kernel: "julia", System: "Pythran", Source: "julia_pythran.py", Modules: []string{"pythran", "numpy"}, Against: vectors},
	{Kernel: "julia", System: "NumPy", Source: "julia_numpy.py", Modules: []string{"numpy"}, Against: vectors, Serial: true},
	{Kernel: "julia", System: "PyPy", Variant: "scalar", Source: "julia_cpython.py", Against: vectors, PyPy: true, Serial: true},
	{Kernel: "julia", System: "CPython", Variant: "complex", Source: "julia_cpython.py", Against: vectors, Serial: true, Most: 500},
	{Kernel: "julia", System: "CPython", Variant: "scalar", Source: "julia_cpython.py", Against: vectors, Serial: true, Most: 500},

	{Kernel: "pi", System: "C/OpenMP", Variant: "auto", Source: "pi.c", Against: vectors},
	{Kernel: "pi", System: "Numba", Source: "pi_numba.py", Modules: []string{"numba", "numpy"}, Against: vectors},
	{Kernel: "pi", System: "NumPy", Source: "pi_numpy.py", Modules: []string{"numpy"}, Against: vectors, Serial: true},
	{Kernel: "pi", System: "PyPy", Source: "pi_cpython.py", Against: vectors, PyPy: true, Serial: true, Most: 10_000_000},
	{Kernel: "pi", System: "CPython", Source: "pi_cpython.py", Against: vectors, Serial: true, Most: 1_000_000},

	{Kernel: "primes", System: "C/OpenMP", Variant: "bytes", Source: "primes.c", Against: sieves},
	{Kernel: "primes", System: "C/OpenMP", Variant: "presieved", Source: "primes.c", Against: sieves},
	{Kernel: "primes", System: "Numba", Source: "primes_numba.py", Modules: []string{"numba", "numpy"}, Against: sieves, Serial: true},
	{Kernel: "primes", System: "NumPy", Source: "primes_numpy.py", Modules: []string{"numpy"}, Against: sieves, Serial: true},
	{Kernel: "primes", System: "PyPy", Source: "primes_cpython.py", Against: sieves, PyPy: true, Serial: true},
	{Kernel: "primes", System: "CPython", Source: "primes_cpython.py", Against: sieves, Serial: true},

	{Kernel: "primality", System: "C/OpenMP", Variant: "odd", Source: "primality.c", Against: odd},
	{Kernel: "primality", System: "Cython", Source: "primality_cython.pyx", Modules: []string{"Cython"}, Against: odd},
	{Kernel: "primality", System: "Numba", Source: "primality_numba.py", Modules: []string{"numba", "numpy"}, Against: odd},

	// NumPy adds up the checksum in another order.
	{Kernel: "diffusion", System: "C/OpenMP", Variant: "plain", Source: "diffusion.c", Against: sweeps},
	{Kernel: "diffusion", System: "Pythran", Source: "diffusion_pythran.py", Modules: []string{"pythran", "numpy"}, Against: sweeps, Tol: 1e-12},
	{Kernel: "diffusion", System: "Cython", Source: "diffusion_cython.pyx", Modules: []string{"Cython", "numpy"}, Against: sweeps, Tol: 1e-12},
	{Kernel: "diffusion", System: "Numba", Source: "diffusion_numba.py", Modules: []string{"numba", "numpy"}, Against: sweeps, Tol: 1e-12},
	{Kernel: "diffusion", System: "NumPy", Source: "diffusion_numpy.py", Modules: []string{"numpy"}, Against: sweeps, Serial: true, Tol: 1e-12},

	{Kernel: "normsq", System: "C/OpenMP", Variant: "auto", Source: "normsq.c", Against: vectors},
	{Kernel: "normsq", System: "NumPy (OpenBLAS)", Variant: "dot", Source: "normsq_numpy.py", Modules: []string{"numpy"}, Against: vectors},
	{Kernel: "normsq", System: "NumPy", Variant: "square", Source: "normsq_numpy.py", Modules: []string{"numpy"}, Against: vectors, Serial: true},

	{Kernel: "stream", System: "C/OpenMP", Variant: "omp", Source: "stream.c", Against: vectors},
	{Kernel: "stream", System: "C/OpenMP", Variant: "nt", Source: "stream.c", Against: vectors},

	// One thread of C is hard to beat with two in these.
	{Kernel: "dedupe", System: "C", Variant: "dense", Source: "dedupe.c", Against: tables, Serial: true, Anyhow: true},
	{Kernel: "dedupe", System: "C", Variant: "triangle", Source: "dedupe.c", Against: tables, Serial: true, Anyhow: true},
	{Kernel: "dedupe", System: "C", Variant: "hash", Source: "dedupe.c", Against: tables, Serial: true, Anyhow: true},
	{Kernel: "dedupe", System: "C/OpenMP", Variant: "omp", Source: "dedupe.c", Against: tables},
	{Kernel: "dedupe", System: "Numba", Variant: "dense", Source: "dedupe_numba.py", Modules: []string{"numba", "numpy"}, Against: tables, Serial: true},
	{Kernel: "dedupe", System: "PyPy", Variant: "serial", Source: "dedupe_cpython.py", Against: tables, PyPy: true, Serial: true, Most: 1_000_000},
	{Kernel: "dedupe", System: "CPython", Variant: "serial", Source: "dedupe_cpython.py", Against: tables, Serial: true, Most: 1_000_000},
	{Kernel: "dedupe", System: "CPython", Variant: "process", Source: "dedupe_cpython.py", Against: tables, Most: 1_000_000},

	{Kernel: "nearest", System: "C", Variant: "packed", Source: "nearest.c", Against: every, Serial: true, Anyhow: true},
	{Kernel: "nearest", System: "C", Variant: "branch", Source: "nearest.c", Against: every, Serial: true, Anyhow: true},
	{Kernel: "nearest", System: "C/OpenMP", Variant: "omp", Source: "nearest.c", Against: every},
	{Kernel: "nearest", System: "Numba", Variant: "packed", Source: "nearest_numba.py", Modules: []string{"numba", "numpy"}, Against: every, Serial: true},
	{Kernel: "nearest", System: "PyPy", Variant: "serial", Source: "nearest_cpython.py", Against: every, PyPy: true, Serial: true, Most: 1_000_000},
	{Kernel: "nearest", System: "CPython", Variant: "serial", Source: "nearest_cpython.py", Against: every, Serial: true, Most: 1_000_000},

	{Kernel: "sum", System: "C", Variant: "serial", Source: "sum.c", Against: every, Serial: true},
	{Kernel: "sum", System: "C/OpenMP", Variant: "omp", Source: "sum.c", Against: every},
	{Kernel: "sum", System: "C/OpenMP", Variant: "atomic", Source: "sum.c", Against: atomics},
	{Kernel: "sum", System: "C/OpenMP", Variant: "critical", Source: "sum.c", Against: mutexes},
	{Kernel: "sum", System: "NumPy", Variant: "serial", Source: "sum_numpy.py", Modules: []string{"numpy"}, Against: every, Serial: true},

	{Kernel: "histogram", System: "C", Variant: "serial", Source: "histogram.c", Against: every, Serial: true},
	{Kernel: "histogram", System: "C", Variant: "tables", Source: "histogram.c", Against: every, Serial: true},
	{Kernel: "histogram", System: "C/OpenMP", Variant: "omp", Source: "histogram.c", Against: every},
	{Kernel: "histogram", System: "C/OpenMP", Variant: "atomic", Source: "histogram.c", Against: atomics},

	{Kernel: "sort", System: "C", Variant: "qsort", Source: "sort.c", Against: sorts, Serial: true},
	{Kernel: "sort", System: "C", Variant: "radix", Source: "sort.c", Against: sorts, Serial: true, Anyhow: true},
	{Kernel: "sort", System: "NumPy", Variant: "quick", Source: "sort_numpy.py", Modules: []string{"numpy"}, Against: sorts, Serial: true},
	{Kernel: "sort", System: "NumPy", Variant: "stable", Source: "sort_numpy.py", Modules: []string{"numpy"}, Against: sorts, Serial: true},

	{Kernel: "fanout", System: "CPython threads", Source: "fanout_threads.py", Against: web},
	{Kernel: "fanout", System: "CPython processes", Source: "fanout_cpython.py", Against: web},
	{Kernel: "fanout", System: "gevent", Source: "fanout_gevent.py", Modules: []string{"gevent"}, Against: web},
	{Kernel: "fanout", System: "aiohttp", Source: "fanout_aiohttp.py", Modules: []string{"aiohttp"}, Against: web},

	{Kernel: "forkjoin", System: "C/OpenMP", Variant: "backtoback", Source: "forkjoin.c", Against: [][]string{{"goroutine"}}},
	{Kernel: "forkjoin", System: "C/OpenMP", Variant: "meet", Source: "forkjoin.c", Against: [][]string{{"goroutine:meet"}}},
	{Kernel: "forkjoin", System: "C/OpenMP", Variant: "pause", Source: "forkjoin.c", Against: [][]string{{"goroutine:pause"}}},
	{Kernel: "forkjoin", System: "C/OpenMP", Variant: "meetpause", Source: "forkjoin.c", Against: [][]string{{"goroutine:meet-pause"}}},
}
