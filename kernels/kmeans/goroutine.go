package kmeans

import (
	"context"

	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] with blocks of points dealt to the given number of
// workers (0: GOMAXPROCS), with the same result to the bit. A negative number
// of workers is a panic. Options of package par change the loop over the blocks.
func Goroutine(points []float64, d, k, rounds int, seed uint64, workers int, opts ...par.Option) *Result {
	mustBeFine(points, d, k, rounds, workers)
	r := newRun(points, d, k, rounds, seed)
	all := append([]par.Option{par.Workers(workers), par.Dynamic(1)}, opts...)
	return r.result(r.do(context.Background(), func(context.Context) error {
		par.Range(r.blocks(), r.plain, all...)
		return nil
	}))
}

// dealt returns a function that deals the blocks to workers.
func (r *run) dealt(workers int, body func(lo, hi int)) func(context.Context) error {
	return func(ctx context.Context) error { return r.deal(ctx, workers, body) }
}

func (r *run) deal(ctx context.Context, workers int, body func(lo, hi int)) error {
	par.Range(r.blocks(), body, par.Workers(workers), par.Dynamic(1), par.Context(ctx))
	return nil
}
