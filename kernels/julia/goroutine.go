package julia

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), which
// fetch row after row. A negative number of workers is a panic.
//
// Options of package par, such as par.Static(0) or a *par.Stats, change the
// loop over the rows.
func Goroutine(width, height, limit, workers int, opts ...par.Option) *Set {
	s := New(width, height, limit)
	if workers < 0 {
		panic(fmt.Errorf("julia: negative number of workers %d", workers))
	}
	_ = s.goroutine(background, workers, opts)
	return s
}

func (s *Set) goroutine(ctx context.Context, workers int, opts []par.Option) error {
	return s.newRowLoop(workers).run(ctx, opts)
}

// rowLoop is the loop of Goroutine, kept by jobs so that runs allocate nothing.
type rowLoop struct {
	set     *Set
	workers int
	p       poll.Poll
	body    func(lo, hi int) error
}

func (s *Set) newRowLoop(workers int) *rowLoop {
	l := &rowLoop{set: s, workers: workers}
	l.body = func(lo, hi int) error { return s.rows(l.p, lo, hi) }
	return l
}

func (l *rowLoop) run(ctx context.Context, opts []par.Option) error {
	l.p = poll.New(ctx)
	if len(opts) == 0 { // which costs no allocation
		return par.RangeErr(l.set.Height, l.body, par.Workers(l.workers), par.Context(ctx), par.Dynamic(1))
	}
	all := append([]par.Option{par.Workers(l.workers), par.Context(ctx), par.Dynamic(1)}, opts...)
	return par.RangeErr(l.set.Height, l.body, all...)
}
