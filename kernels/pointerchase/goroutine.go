package pointerchase

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine goes around the ring in as many chains as there are workers (0:
// GOMAXPROCS), each on its own. To find where they begin it goes around once
// before. A negative number of workers, or more than 2¹⁶, is a panic.
func Goroutine(r *Ring, workers int) int { return goroutine(r, workers, 1) }

// GoroutineChains is [Goroutine] with eight chains at once for each worker.
func GoroutineChains(r *Ring, workers int) int { return goroutine(r, workers, chains) }

func goroutine(r *Ring, workers, each int) int {
	if err := checkWorkers(workers); err != nil {
		panic(fmt.Errorf("pointerchase: %w", err))
	}
	sum, _ := newLoop(poll.New(background), r, workers, each).run(background)
	return int(sum)
}

func checkWorkers(workers int) error {
	if workers > 1<<16 {
		return fmt.Errorf("number of workers %d is larger than %d", workers, 1<<16)
	}
	return check(0, workers)
}

// A loop is a tour on several workers.
type loop struct {
	*tour
	body func(worker int) error
	opts []par.Option
	ctx  context.Context // of opts
	p    poll.Poll
}

func newLoop(p poll.Poll, r *Ring, workers, each int) *loop {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	l := &loop{tour: newTour(p, r, workers, each)}
	l.body = func(worker int) error { return l.worker(l.p, worker) }
	l.opts = []par.Option{par.Workers(workers), par.Static(1), nil}
	return l
}

func (l *loop) run(ctx context.Context) (uint64, error) {
	l.p = poll.New(ctx)
	if ctx != l.ctx { // making an option allocates
		l.ctx, l.opts[2] = ctx, par.Context(ctx)
	}
	if err := par.ForErr(len(l.sums), l.body, l.opts...); err != nil {
		return 0, err
	}
	return l.total(), nil
}
