package primes

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// A counter counts primes with a sieve or by trial division, as often as it is
// asked to; it keeps its memory between runs.
type counter struct {
	n, workers int
	sieve      sieve
	places     int
	p          poll.Poll
	sum        atomic.Int64
	body       func(lo, hi int)

	mu    sync.Mutex // guards spare
	spare []worker
}

func newCounter(n, workers int, s sieve) *counter {
	c := &counter{n: n, workers: workers, sieve: s}
	c.body = func(lo, hi int) {
		w := c.take()
		c.sum.Add(int64(w.count(c.p, lo, hi)))
		c.give(w)
	}
	return c
}

func (c *counter) take() worker {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := len(c.spare) - 1; last >= 0 {
		w := c.spare[last]
		c.spare = c.spare[:last]
		return w
	}
	return c.sieve.worker()
}

func (c *counter) give(w worker) {
	c.mu.Lock()
	c.spare = append(c.spare, w)
	c.mu.Unlock()
}

func (c *counter) begin(ctx context.Context) {
	c.p = poll.New(ctx)
	c.sum.Store(0)
	c.places = c.sieve.prepare(c.n)
}

// serial counts on the caller's goroutine.
func (c *counter) serial(ctx context.Context) int {
	c.begin(ctx)
	c.body(0, c.places)
	return c.sieve.few(c.n) + int(c.sum.Load())
}

// goroutine counts on several.
func (c *counter) goroutine(ctx context.Context, opts []par.Option) int {
	c.begin(ctx)
	if len(opts) == 0 { // which costs no allocation
		par.Range(c.places, c.body, par.Workers(c.workers), par.Context(ctx), par.Dynamic(c.chunk()))
	} else {
		all := append([]par.Option{par.Workers(c.workers), par.Context(ctx), par.Dynamic(c.chunk())}, opts...)
		par.Range(c.places, c.body, all...)
	}
	return c.sieve.few(c.n) + int(c.sum.Load())
}

// chunk is how many places a worker fetches at a time. A block begins with a
// division for each prime, so there are only some to a worker, but enough to even
// out what disturbs one of them; and little numbers of places are not worth
// waking anybody.
func (c *counter) chunk() int {
	workers := c.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	const blocks, least = 4, 16 << 10
	return max(least, (c.places+blocks*workers-1)/(blocks*workers))
}
