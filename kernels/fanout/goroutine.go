package fanout

import (
	"context"
	"fmt"
	"sync"
)

// Goroutine keeps Concurrency requests on their way, each in a goroutine of
// its own: when a response has come, its goroutine sends the next request. They
// share one net/http client. Errors are as for [Serial].
func Goroutine(l Load) (*Result, error) { return once(l, newWeb, goroutine) }

func goroutine(ctx context.Context, l Load, w *web) (*Result, error) {
	r := start(ctx, l)
	r.spread(func(int) getter { return w })
	return r.finish()
}

// spread starts as many workers as there may be requests at a time and waits
// for them.
func (r *run) spread(of func(worker int) getter) {
	var wg sync.WaitGroup
	for worker := range min(r.load.concurrency(), r.load.Requests) {
		g := of(worker)
		wg.Go(func() { r.take(g, worker, r.live) })
	}
	wg.Wait()
}

// once is what the typed functions have in common: they check the load and use
// a client once.
func once[C client](l Load, connect func(Load) (C, error), f func(context.Context, Load, C) (*Result, error)) (*Result, error) {
	_, err := l.check()
	var c C
	if err == nil {
		c, err = connect(l)
	}
	if err != nil {
		return nil, fmt.Errorf("fanout: %w", err)
	}
	r, err := f(context.Background(), l, c)
	if broken := c.close(); err == nil {
		err = broken
	}
	if err != nil {
		err = fmt.Errorf("fanout: %w", err)
	}
	return r, err
}

// A client is what a run needs and later runs can use again.
type client interface{ close() error }
