package stream

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), each of
// which has an equal part of the arrays. It panics as Serial does and if workers
// is negative.
//
// Options of package par change the loop; its iterations are lines of eight
// elements, which no two workers share.
func Goroutine(a, b, c []float64, q float64, workers int, opts ...par.Option) {
	t := &task{opTriad, a, b, c, q}
	t.mustBeFine(workers)
	_ = newLoop(t, workers, task.plain, opts).run(background)
}

// line is how many elements a cache line has.
const line = 8

// small is up to how many elements one core is faster.
const small = 1 << 13

// A loop is a task for several workers.
type loop struct {
	*task
	body func(lo, hi int) error
	opts []par.Option
	ctx  context.Context // of opts
	p    poll.Poll
}

func newLoop(t *task, workers int, do func(task), opts []par.Option) *loop {
	l := &loop{task: t}
	if len(t.to) <= small {
		workers = 1
	}
	l.opts = append([]par.Option{par.Workers(workers), nil}, opts...)
	l.body = func(lo, hi int) error { return t.run(l.p, lo*line, min(hi*line, len(t.to)), do) }
	return l
}

func (l *loop) run(ctx context.Context) error {
	l.p = poll.New(ctx)
	if ctx != l.ctx { // making an option allocates
		l.ctx, l.opts[1] = ctx, par.Context(ctx)
	}
	return par.RangeErr((len(l.to)+line-1)/line, l.body, l.opts...)
}
