package fanout

import (
	"context"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Goroutine] with threads under an interpreter lock (package gil), as
// Python's threads are: the lock is released while a request is on its way, so
// that the waiting overlaps, and held while the response is read and during the
// CPU work, which does not. Errors are as for [Serial].
func GIL(l Load) (*Result, error) { return once(l, newWeb, underLock) }

func underLock(ctx context.Context, l Load, w *web) (*Result, error) {
	r := start(ctx, l)
	lock := gil.New()
	for worker := range min(l.concurrency(), l.Requests) {
		lock.Go(func(t *gil.Thread) {
			r.take(&threaded{w, t}, worker, func() bool { return t.Tick() && r.live() })
		})
	}
	if err := lock.Wait(); err != nil {
		r.cancel(err)
	}
	return r.finish()
}

// A threaded is the getter of one thread under a lock.
type threaded struct {
	w *web
	t *gil.Thread
}

func (g *threaded) get(ctx context.Context, id int) (answer, error) {
	var body []byte
	var err error
	g.t.Block(func() { body, err = g.w.exchange(ctx, id) })
	if err != nil {
		return answer{}, err
	}
	return g.w.decode(id, body)
}
