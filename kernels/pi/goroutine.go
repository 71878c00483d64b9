package pi

import (
	"context"

	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), with
// the same result. A negative n or number of workers is a panic.
//
// Options of package par change the loop over the darts.
func Goroutine(n int, seed uint64, workers int, opts ...par.Option) Estimate {
	mustBeFine(n, workers)
	return goroutine(context.Background(), n, seed, workers, opts)
}

func goroutine(ctx context.Context, n int, seed uint64, workers int, opts []par.Option) Estimate {
	all := append([]par.Option{par.Workers(workers), par.Context(ctx), par.Dynamic(block)}, opts...)
	return par.Reduce(n, Estimate{}, func(lo, hi int) Estimate {
		return Estimate{Darts: hi - lo, Inside: throw(seed, lo, hi)}
	}, add, all...)
}

func add(a, b Estimate) Estimate {
	return Estimate{a.Darts + b.Darts, a.Inside + b.Inside}
}
