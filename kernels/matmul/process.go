package matmul

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [SerialIKJ] in worker processes (0: GOMAXPROCS): each gets an equal
// share of the rows of A and all of B through a pipe and sends its rows of C
// back. Workers are started for the call. That costs some 5 ms and some
// nanoseconds for each element sent; the error is bad arguments, an interrupt, or what kept
// a worker from working.
func Process(c, a, b []float64, m, k, n, workers int) error {
	return withPool("process", c, a, b, m, k, n, workers, func(pool *proc.Pool) error {
		return byPipe(context.Background(), pool, c, a, b, m, k, n)
	})
}

// ProcessSHM is [Process] with the matrices copied into memory that the
// processes share, and C copied back: nothing but a few numbers goes through
// pipes.
func ProcessSHM(c, a, b []float64, m, k, n, workers int) error {
	return withPool("process with shared memory", c, a, b, m, k, n, workers, func(pool *proc.Pool) (err error) {
		if len(c) == 0 || k == 0 {
			clear(c)
			return nil
		}
		s, err := newShared(m, k, n)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.close()) }()
		copy(s.a.Data, a) //effort:convert
		copy(s.b.Data, b) //effort:convert
		if err = s.run(context.Background(), pool); err == nil {
			copy(c, s.c.Data) //effort:convert
		}
		return err
	})
}

// withPool checks the arguments and calls f with a pool of workers.
func withPool(how string, c, a, b []float64, m, k, n, workers int, f func(*proc.Pool) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("matmul by %s: %w", how, err)
		}
	}()
	if err := checkProduct(c, a, b, m, k, n, workers); err != nil {
		return err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return f(pool)
}

// A rowsIn is a share of m rows of A, and B, as they lie in memory: a gob of
// bytes is copied, one of numbers is encoded number by number.
type rowsIn struct {
	A, B    []byte
	M, K, N int
}

// rowsTask returns its rows of C.
var rowsTask = proc.NewTask("matmul.rows", func(ctx context.Context, in rowsIn) ([]byte, error) { //effort:config
	p := poll.New(ctx)
	a, b, c := make([]float64, in.M*in.K), make([]float64, in.K*in.N), make([]float64, in.M*in.N)
	copy(bytesOf(a), in.A) //effort:convert
	copy(bytesOf(b), in.B) //effort:convert
	serialIKJ(p, c, a, b, in.M, in.K, in.N)
	return bytesOf(c), p.Err() //effort:convert
})

// bytesOf returns the memory of x.
func bytesOf(x []float64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 8*len(x)) //effort:convert
}

// share returns the i-th of so many equal shares of m rows.
func share(i, shares, m int) (lo, hi int) { return i * m / shares, (i + 1) * m / shares }

func byPipe(ctx context.Context, pool *proc.Pool, c, a, b []float64, m, k, n int) error {
	if len(c) == 0 || k == 0 {
		clear(c)
		return poll.New(ctx).Err()
	}
	in := make([]rowsIn, min(pool.Workers(), m))
	for i := range in {
		lo, hi := share(i, len(in), m)
		in[i] = rowsIn{bytesOf(a[lo*k : hi*k]), bytesOf(b), hi - lo, k, n} //effort:convert
	}
	out, err := proc.Map[rowsIn, []byte](ctx, pool, rowsTask.Name(), in, proc.Chunk(1))
	if err != nil {
		return err
	}
	for i, part := range out {
		lo, _ := share(i, len(in), m)
		copy(bytesOf(c[lo*n:]), part) //effort:convert
	}
	return nil
}

// shared are the matrices in shared memory.
type shared struct {
	m, k, n int
	a, b, c *shm.Float64s
}

func newShared(m, k, n int) (*shared, error) {
	s := &shared{m: m, k: k, n: n}
	for _, x := range []struct {
		to   **shm.Float64s
		size int
	}{{&s.a, m * k}, {&s.b, k * n}, {&s.c, m * n}} {
		var err error
		if *x.to, err = shm.NewFloat64s(x.size); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

func (s *shared) close() error {
	var errs []error
	for _, x := range []*shm.Float64s{s.a, s.b, s.c} {
		if x != nil {
			errs = append(errs, x.Close())
		}
	}
	return errors.Join(errs...)
}

// A sharedIn says where the matrices are and which rows to compute.
type sharedIn struct {
	A, B, C      shm.Handle
	K, N, Lo, Hi int
}

func (s *shared) run(ctx context.Context, pool *proc.Pool) error {
	in := make([]sharedIn, min(pool.Workers(), s.m))
	for i := range in {
		lo, hi := share(i, len(in), s.m)
		in[i] = sharedIn{s.a.Handle(), s.b.Handle(), s.c.Handle(), s.k, s.n, lo, hi} //effort:convert
	}
	_, err := proc.Map[sharedIn, int](ctx, pool, sharedTask.Name(), in, proc.Chunk(1))
	return err
}

// sharedTask writes its rows of C and returns how many there were.
var sharedTask = proc.NewTask("matmul.shared", func(ctx context.Context, in sharedIn) (rows int, err error) { //effort:config
	s := shared{k: in.K, n: in.N}
	defer func() { err = errors.Join(err, s.close()) }()
	for _, x := range []struct {
		to **shm.Float64s
		h  shm.Handle
	}{{&s.a, in.A}, {&s.b, in.B}, {&s.c, in.C}} {
		if *x.to, err = shm.AttachFloat64s(x.h); err != nil { //effort:convert
			return 0, err
		}
	}
	p := poll.New(ctx)
	rows = in.Hi - in.Lo
	serialIKJ(p, s.c.Data[in.Lo*s.n:in.Hi*s.n], s.a.Data[in.Lo*s.k:in.Hi*s.k], s.b.Data, rows, s.k, s.n)
	return rows, p.Err()
})

// setupProcess starts workers and, if the memory is shared, puts the matrices
// there.
func setupProcess(share bool) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		w, err := newWorkload(n, workers)
		if err != nil {
			return nil, err
		}
		if workers == 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		pool, err := proc.NewPool(workers)
		if err != nil {
			return nil, fmt.Errorf("set up matmul: %w", err)
		}
		job := &kernels.Job{
			Run:      func(ctx context.Context) error { return byPipe(ctx, pool, w.c, w.a, w.b, n, n, n) },
			Checksum: func() float64 { return Checksum(w.c) },
			Close:    pool.Close,
		}
		if !share || n == 0 {
			return job, nil
		}
		s, err := newShared(n, n, n)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("set up matmul: %w", err), pool.Close())
		}
		copy(s.a.Data, w.a)
		copy(s.b.Data, w.b)
		job.Run = func(ctx context.Context) error { return s.run(ctx, pool) }
		job.Checksum = func() float64 { return Checksum(s.c.Data) }
		job.Close = func() error { return errors.Join(pool.Close(), s.close()) }
		return job, nil
	}
}
