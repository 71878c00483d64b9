package kmeans

import (
	"context"
	"runtime"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] with blocks of points dealt to threads (0: GOMAXPROCS) of
// which one computes at a time, as under the lock of Python's interpreter. The
// result is the same to the bit. A negative number of workers is a panic.
func GIL(points []float64, d, k, rounds int, seed uint64, workers int) *Result {
	mustBeFine(points, d, k, rounds, workers)
	r := newRun(points, d, k, rounds, seed)
	return r.result(r.do(context.Background(), r.underLock(workers)))
}

// tickAfter is how many coordinates of differences lie between two looks at the
// lock: some 4 µs.
const tickAfter = 1 << 12

// underLock returns a function that deals the blocks to threads.
func (r *run) underLock(workers int) func(context.Context) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(min(workers, r.blocks()), 1)
	often := max(tickAfter/(r.k*r.d), 1) // points
	return func(ctx context.Context) error {
		l := gil.New()
		for w := range workers {
			l.Go(func(t *gil.Thread) {
				for b := w; b < r.blocks(); b += workers {
					end := min((b+1)*r.block, r.n)
					for from := b * r.block; from < end; from += often {
						to := min(from+often, end)
						nearest(r.Labels[from:to], r.dist[from:to], r.points[from*r.d:to*r.d], r.d, r.Centers)
						if !t.Tick() {
							return
						}
					}
					r.tally(b)
				}
			})
		}
		return l.WaitContext(ctx)
	}
}
