package nbody

import (
	"context"

	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] with the bodies dealt to the given number of workers (0:
// GOMAXPROCS) in each step, with the same result to the bit. A negative
// number of workers is a panic. Options of package par change the loop over the
// bodies.
func Goroutine(s *System, steps int, dt float64, workers int, opts ...par.Option) {
	mustBeFine(s, steps, dt, workers)
	r := newRun(s, dt)
	all := append([]par.Option{par.Workers(workers), par.Dynamic(chunk(s.Len()))}, opts...)
	_ = r.advance(context.Background(), steps, func(context.Context) error {
		par.Range(s.Len(), r.pullPlain, all...)
		return nil
	})
}

// chunk is how many of n bodies a worker fetches at a time: worth 0.1 ms, and
// all of them if that is less than it takes to share.
func chunk(n int) int { return max(1<<15/max(n, 1), 1) }

// dealt returns a function that deals the bodies to workers.
func (r *run) dealt(workers int, pull func(lo, hi int)) func(context.Context) error {
	return func(ctx context.Context) error { return r.deal(ctx, workers, pull) }
}

func (r *run) deal(ctx context.Context, workers int, pull func(lo, hi int)) error {
	n := r.Len()
	par.Range(n, pull, par.Workers(workers), par.Dynamic(chunk(n)), par.Context(ctx))
	return nil
}
