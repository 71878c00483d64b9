package nbody

import (
	"context"
	"runtime"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] with the bodies dealt to threads (0: GOMAXPROCS) of which one
// computes at a time, as under the lock of Python's interpreter. The result is
// the same to the bit. A negative number of workers is a panic.
func GIL(s *System, steps int, dt float64, workers int) {
	mustBeFine(s, steps, dt, workers)
	r := newRun(s, dt)
	_ = r.advance(context.Background(), steps, r.underLock(workers)) // only an interrupt
}

// tickAfter is how many pairs lie between two looks at the lock: some 4 µs.
const tickAfter = 1 << 10

// underLock returns a function that deals the bodies to threads.
func (r *run) underLock(workers int) func(context.Context) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	n := r.Len()
	workers = max(min(workers, n), 1)
	often := max(tickAfter/max(n, 1), 1)
	return func(ctx context.Context) error {
		l := gil.New()
		for w := range workers {
			l.Go(func(t *gil.Thread) {
				hi := (w + 1) * n / workers
				for i := w * n / workers; i < hi; i += often {
					r.pullPlain(i, min(i+often, hi))
					if !t.Tick() {
						return
					}
				}
			})
		}
		return l.WaitContext(ctx)
	}
}
