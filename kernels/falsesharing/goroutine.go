package falsesharing

import (
	"context"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine has workers (0: GOMAXPROCS) share n additions, each in its own
// counter, side by side. It returns the sum of the counters. A negative n or number of workers is a panic.
func Goroutine(n, workers int) int { return typed(n, workers, 1, add) }

// GoroutinePadded is [Goroutine] with each counter on a cache line of its own.
func GoroutinePadded(n, workers int) int { return typed(n, workers, padding, add) }

// GoroutineLocal is [Goroutine] with each worker's additions to a variable of its
// own, which is stored in the counter when it is done: what to do in a program,
// because it is right whatever the processor's lines are like.
func GoroutineLocal(n, workers int) int { return typed(n, workers, 1, addLocal) }

// An adder adds n to a counter.
type adder func(p poll.Poll, counter *int64, n int) error

func typed(n, workers, apart int, add adder) int {
	mustBeFine(n, workers)
	l := newLoop(n, workers, apart, add)
	_ = l.run(background)
	return l.sum()
}

// A loop is a row of counters with a worker for each.
type loop struct {
	row
	workers int
	body    func(worker int) error
	opts    []par.Option
	ctx     context.Context // of opts
	p       poll.Poll
}

func newLoop(n, workers, apart int, add adder) *loop {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	l := &loop{row: newRow(workers, apart), workers: workers}
	l.body = func(worker int) error { return add(l.p, l.at(worker), share(n, worker, workers)) }
	l.opts = []par.Option{par.Workers(workers), par.Static(1), nil}
	return l
}

func (l *loop) run(ctx context.Context) error {
	l.p = poll.New(ctx)
	if ctx != l.ctx { // making an option allocates
		l.ctx, l.opts[2] = ctx, par.Context(ctx)
	}
	return par.ForErr(l.workers, l.body, l.opts...)
}
