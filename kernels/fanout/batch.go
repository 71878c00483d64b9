package fanout

import (
	"context"
	"sync"
)

// GoroutineBatch collects requests, sends a batch of them (the load's Batch) at once and
// waits for all of its responses before it goes on: the AsyncBatcher of
// Gorelick and Ozsvald, chapter 8. It is easy to fit around a loop that was
// serial, but the slowest response of a batch holds up the next one, and nothing
// is on its way while the loop does its CPU work, unlike with [Goroutine]. At
// most Concurrency requests of a batch are on their way at a time. Errors are
// as for [Serial].
func GoroutineBatch(l Load) (*Result, error) { return once(l, newWeb, batch) }

func batch(ctx context.Context, l Load, w *web) (*Result, error) {
	r := start(ctx, l)
	for lo := 0; lo < l.Requests && r.ctx.Err() == nil; lo += l.batch() {
		r.flush(w, lo, min(lo+l.batch(), l.Requests))
	}
	return r.finish()
}

// flush sends the requests [lo, hi), waits for the responses and then does the
// CPU work of each.
func (r *run) flush(w *web, lo, hi int) {
	var wg sync.WaitGroup
	r.next.Store(int64(lo))
	for worker := range min(r.load.concurrency(), hi-lo) {
		wg.Go(func() {
			var sum Result
			defer r.add(&sum)
			for r.ctx.Err() == nil {
				i := int(r.next.Add(1)) - 1
				if i >= hi || !r.fetch(w, worker, i, &sum) {
					return
				}
			}
		})
	}
	wg.Wait()
	var sum Result
	defer r.add(&sum)
	for i := lo; i < hi && r.work(r.live, &sum); i++ {
	}
}
