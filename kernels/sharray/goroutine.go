package sharray

import (
	"context"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] with the rows in equal parts on that many goroutines (0:
// GOMAXPROCS). They share all memory without asking, so page faults and memory
// are those of this process for each. A negative number of workers, or one
// above 1000, is an error too.
func Goroutine(rows, cols, workers int) (*Report, error) {
	return once(rows, cols, workers, newTeam)
}

// team is the job of the goroutine variant.
type team struct {
	report
	poll  poll.Poll // of the run
	part  func(k int) error
	wipe  func(lo, hi int) error
	apart []par.Option // of the loop over workers
	along []par.Option // of the loop over rows
}

func newTeam(a *array, workers int, _ bool) (job, error) {
	t := &team{report: report{array: a, workers: make([]Worker, number(workers))}}
	t.part = func(k int) error {
		lo, hi := share(a.rows, k, len(t.workers))
		return t.work(t.poll, k, lo, hi)
	}
	t.wipe = func(lo, hi int) error { return fill(t.poll, a.cells[lo*a.cols:hi*a.cols], initial) }
	t.apart = []par.Option{par.Workers(len(t.workers)), par.Static(1)}
	t.along = []par.Option{par.Workers(len(t.workers)), par.Static(0)}
	return t, nil
}

func (t *team) run(ctx context.Context) error {
	t.poll = poll.New(ctx)
	err := par.RangeErr(t.array.rows, t.wipe, t.along...)
	if err == nil {
		err = par.ForErr(len(t.workers), t.part, t.apart...)
	}
	if err == nil && t.poll.Stopped() {
		err = t.poll.Err()
	}
	return err
}

// number returns the number of workers; 0 stands for GOMAXPROCS.
func number(workers int) int {
	if workers == 0 {
		return min(maxWorkers, runtime.GOMAXPROCS(0))
	}
	return workers
}
