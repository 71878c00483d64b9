package diffusion

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] with the rows of each step dealt to workers (0:
// GOMAXPROCS) in equal blocks. Each step is a loop of its own, which costs some
// microseconds; grids below a hundred cells square are therefore left to one
// worker. It panics as Serial does and if workers is negative.
//
// Options of package par change the loops over the rows; a *par.Stats is filled
// in by the last.
func Goroutine(g *Grid, steps, workers int, opts ...par.Option) *Grid {
	mustBeFine(g, steps, workers)
	g, _ = newLoops(g, steps, workers, opts).run(context.Background())
	return g
}

// small is up to how many cells a step is faster on one core: it takes about
// as long as telling the other core and waiting for it.
const small = 100 * 100

// loops is one parallel loop per step.
type loops struct {
	*twin
	body     func(lo, hi int) error
	opts     []par.Option
	ctx      context.Context
	p        poll.Poll
	to, from *Grid
}

func newLoops(start *Grid, steps, workers int, opts []par.Option) *loops {
	l := &loops{twin: newTwin(start, steps)}
	l.body = func(lo, hi int) error { return sweep(l.p, l.to, l.from, lo, hi) }
	if len(start.Cells) <= small {
		workers = 1
	}
	l.opts = append([]par.Option{par.Workers(workers), nil}, opts...)
	return l
}

func (l *loops) run(ctx context.Context) (*Grid, error) {
	l.p = poll.New(ctx)
	if ctx != l.ctx { // making an option allocates
		l.ctx, l.opts[1] = ctx, par.Context(ctx)
	}
	for step := range l.steps {
		l.to, l.from = l.after(step+1), l.after(step)
		if err := par.RangeErr(l.start.Rows, l.body, l.opts...); err != nil {
			return l.result(step), err
		}
	}
	return l.result(l.steps), nil
}
