package fib

import (
	"context"
	"slices"

	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), which
// fetch one argument after the other. A negative number of workers is a panic.
//
// Options of package par change the loop over the arguments: under par.Static(0)
// one worker gets the expensive half.
func Goroutine(args []int, workers int, opts ...par.Option) []int {
	mustBeFine(args, workers)
	r := newRun(args, workers)
	_ = r.goroutine(opts)(context.Background())
	return r.results
}

func (r *run) goroutine(opts []par.Option) func(context.Context) error {
	going := r.going
	body := func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			r.results[i] = number(r.args[i], going)
		}
		return r.p.Err()
	}
	serial := r.serial()
	return func(ctx context.Context) error {
		if len(r.args) == 0 || slices.Max(r.args) <= leaf { // microseconds: not worth waking anybody
			return serial(ctx)
		}
		r.begin(ctx)
		if len(opts) == 0 { // which costs no allocation
			return par.RangeErr(len(r.args), body, par.Workers(r.workers), par.Context(ctx), par.Dynamic(1))
		}
		all := append([]par.Option{par.Workers(r.workers), par.Context(ctx), par.Dynamic(1)}, opts...)
		return par.RangeErr(len(r.args), body, all...)
	}
}
