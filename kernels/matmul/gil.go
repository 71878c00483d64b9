package matmul

import (
	"context"
	"runtime"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [SerialIKJ] with the rows of C dealt to threads (0: GOMAXPROCS) of
// which one computes at a time, as under the lock of Python's interpreter. It
// gains nothing by more threads and returns when all are done; the result is
// the same to the bit. A negative number of workers is a panic.
func GIL(c, a, b []float64, m, k, n, workers int) {
	mustBeFine(c, a, b, m, k, n, workers)
	_ = underLock(context.Background(), c, a, b, m, k, n, workers) // only an interrupt
}

// tickAfter is how many multiplications lie between two looks at the lock: some 2 µs.
const tickAfter = 1 << 12

func underLock(ctx context.Context, c, a, b []float64, m, k, n, workers int) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(min(workers, m), 1)
	block := max(tickAfter/max(n, 1), 1) // rows of B
	l := gil.New()
	for w := range workers {
		lo, hi := share(w, workers, m)
		l.Go(func(t *gil.Thread) {
			for i := lo; i < hi; i++ {
				row := c[i*n:][:n]
				clear(row)
				for from := 0; from < k; from += block {
					for r := from; r < min(from+block, k); r++ {
						axpy(row, b[r*n:][:n], a[i*k+r])
					}
					if !t.Tick() {
						return
					}
				}
			}
		})
	}
	return l.WaitContext(ctx)
}

func gilRun(w *workload, workers int) func(context.Context) error {
	return func(ctx context.Context) error {
		return underLock(ctx, w.c, w.a, w.b, w.n, w.n, w.n, workers)
	}
}
