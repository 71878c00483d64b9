package matmul

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the order of the matrices.
var Kernel = kernels.Kernel{
	Name:  "matmul",
	Title: "Product of two matrices",
	Doc: `Multiplies two matrices of order *n*: *C* = *A·B*, 2*n*³ operations on 3*n*² numbers. Each number is used *n* times, so
all depends on where it lies at the next use.

* serial: the textbook's three loops *i, j, k*. The inner one walks down a column of *B* and uses 8 of each cache line's 64 bytes.
* serial:ikj: the same operations with *j* inside walk along rows, 5 to 10 times faster. serial:blocked also keeps a block of *B* in the cache.
* gil, goroutine, process: the rows of *C* spread over threads under an interpreter lock, over goroutines, over processes.
  "process" sends every worker its rows of *A* and all of *B* through a pipe and gets rows of *C* back; "process:shm" shares the
  memory instead.
* simd: the operands are packed so that everything is read in order from the nearest cache, and a tile of *C* stays in
  vector registers: 10 times faster than ikj, more than 80 % of what the processor can add and multiply.

A Python list of lists holds a pointer to a boxed number per element; so does a ` + "`[]any`" + ` in Go. Try it: *n* = 256 takes 20 to 50
times as long as with ` + "`[]float64`" + `, which is the lesson about static types.

Checksum: Σ *c*·(index mod 7 + 1) for *a* = ((7*i*+13*j*) mod 101)/101 − ½ and *b* = ((11*i*+3*j*) mod 103)/103 − ½;
12924.946458 for *n* = 512. Variants add in different orders: their checksums agree to 10⁻⁹.

` + "```go" + `
a, b := matmul.Example(512)
c := make([]float64, 512*512)
matmul.Serial(c, a, b, 512, 512, 512)
matmul.GoroutineSIMD(c, a, b, 512, 512, 512, 2)
matmul.Checksum(c)
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"An, Python and Parallel Programming, section 4.2, the memory-bound group",
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 6",
		"Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34 (2008)",
		"Van Zee and van de Geijn, BLIS: A Framework for Rapidly Instantiating BLAS Functionality, ACM TOMS 41 (2015)",
	},
	Sizes: kernels.Sizes{Small: 48, Middle: 256, Large: 1024},
	Work: func(n int) kernels.Work {
		order := float64(n)
		return kernels.Work{Flops: 2 * math.Pow(order, 3), Bytes: 3 * 8 * order * order, Items: order * order, Unit: "elements"}
	},
	// An element is a sum of n products of which none is above ¼; added in another
	// order it differs by some n·2⁻⁵³, and the checksum, in which signs cancel, by
	// 10⁻¹² of itself at the sizes tried.
	Tol: 1e-9,
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialRun(serial))},
		{Name: "serial:ikj", File: "serial.go", Setup: setup(serialRun(serialIKJ[float64]))},
		{Name: "serial:blocked", File: "serial.go", Setup: setup(serialRun(serialBlocked))},
		{Name: "gil", File: "gil.go", Setup: setup(gilRun)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(goroutineRun)},
		{Name: "goroutine:blocked", File: "goroutine.go", Setup: setup(goroutineBlockedRun)},
		{Name: "process", File: "process.go", Setup: setupProcess(false)},
		{Name: "process:shm", File: "process.go", Setup: setupProcess(true)},
		{Name: "simd", File: "simd.go", Setup: setup(func(w *workload, _ int) func(context.Context) error { return simdRun(w, 1) })},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(simdRun)},
	},
	Tasks: []proc.Task{rowsTask, sharedTask},
}

// A workload is the input of a Job and its result.
type workload struct {
	n       int
	a, b, c []float64
}

func newWorkload(n, workers int) (*workload, error) {
	if err := checkOrder(n); err != nil {
		return nil, fmt.Errorf("set up matmul: %w", err)
	}
	if workers < 0 {
		return nil, fmt.Errorf("set up matmul: negative number of workers %d", workers)
	}
	w := &workload{n: n, c: mem.Make[float64](n * n)}
	w.a, w.b = Example(n)
	return w, nil
}

// setup makes a Variant's Setup of a function that prepares a run.
func setup(prepare func(w *workload, workers int) func(context.Context) error) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		w, err := newWorkload(n, workers)
		if err != nil {
			return nil, err
		}
		return &kernels.Job{Run: prepare(w, workers), Checksum: func() float64 { return Checksum(w.c) }}, nil
	}
}

func serialRun(f func(p poll.Poll, c, a, b []float64, m, k, n int)) func(*workload, int) func(context.Context) error {
	return func(w *workload, _ int) func(context.Context) error {
		return func(ctx context.Context) error {
			p := poll.New(ctx)
			f(p, w.c, w.a, w.b, w.n, w.n, w.n)
			return p.Err()
		}
	}
}

func goroutineRun(w *workload, workers int) func(context.Context) error {
	r := &rows{c: w.c, a: w.a, b: w.b, m: w.n, k: w.n, n: w.n}
	body := r.ikj
	return func(ctx context.Context) error { return r.runIKJ(ctx, workers, body) }
}

func goroutineBlockedRun(w *workload, workers int) func(context.Context) error {
	r := &rows{c: w.c, a: w.a, b: w.b, m: w.n, k: w.n, n: w.n}
	body := r.blocked
	return func(ctx context.Context) error { return r.runBlocked(ctx, workers, body) }
}
