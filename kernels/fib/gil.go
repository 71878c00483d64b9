package fib

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on the given number of threads (0: GOMAXPROCS) under an
// interpreter lock, as Python's threads would compute: no faster than one. A
// negative number of workers is a panic.
func GIL(args []int, workers int) []int {
	mustBeFine(args, workers)
	r := newRun(args, workers)
	_ = r.gil()(context.Background())
	return r.results
}

func (r *run) gil() func(context.Context) error {
	workers := r.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	lock := gil.New()
	var next, started atomic.Int64
	// A thread's step asks for the lock and for the end. It is made once per
	// thread: a run allocates nothing.
	threads := make([]*gil.Thread, workers)
	steps := make([]func() bool, workers)
	for i := range steps {
		steps[i] = func() bool { return threads[i].Tick() && !r.p.Stopped() }
	}
	body := func(t *gil.Thread) {
		me := int(started.Add(1) - 1)
		threads[me] = t
		for {
			i := int(next.Add(1) - 1)
			if i >= len(r.args) || r.p.Stopped() {
				return
			}
			r.results[i] = number(r.args[i], steps[me])
		}
	}
	return func(ctx context.Context) error {
		r.begin(ctx)
		if r.p.Stopped() {
			return r.p.Err()
		}
		next.Store(0)
		started.Store(0)
		for range workers {
			lock.Go(body)
		}
		return lock.WaitContext(ctx)
	}
}
