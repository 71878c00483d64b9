package pi

import (
	"context"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), with
// the same result. A negative n or number of workers is a panic.
//
// Options of package par change the loop over the darts.
func Goroutine(n int, seed uint64, workers int, opts ...par.Option) Estimate {
	mustBeFine(n, workers)
	return newLoop(n, seed, workers, throw).run(context.Background(), opts)
}

// A loop throws darts on several workers, as often as it is run. Each block's
// counts are added to the sums with one atomic addition; that is seldom enough
// not to be felt, see shared.go for what is not.
type loop struct {
	n, workers    int
	body          func(lo, hi int)
	darts, inside atomic.Int64
}

func newLoop(n int, seed uint64, workers int, throw func(seed uint64, lo, hi int) int) *loop {
	l := &loop{n: n, workers: workers}
	l.body = func(lo, hi int) {
		for lo < hi {
			to := min(lo+block, hi)
			l.inside.Add(int64(throw(seed, lo, to)))
			l.darts.Add(int64(to - lo))
			lo = to
		}
	}
	return l
}

func (l *loop) run(ctx context.Context, opts []par.Option) Estimate {
	l.darts.Store(0)
	l.inside.Store(0)
	if len(opts) == 0 { // which costs no allocation
		par.Range(l.n, l.body, par.Workers(l.workers), par.Context(ctx), par.Dynamic(block))
	} else {
		all := append([]par.Option{par.Workers(l.workers), par.Context(ctx), par.Dynamic(block)}, opts...)
		par.Range(l.n, l.body, all...)
	}
	return Estimate{Darts: int(l.darts.Load()), Inside: int(l.inside.Load())}
}
