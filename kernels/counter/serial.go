package counter

import (
	"context"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial counts to n alone, with ordinary loads and stores. Interrupted, it
// returns how far it came, as the other functions do. A negative n is a panic.
func Serial(n int) int {
	mustBeFine(n, 0)
	var c atomic.Int64
	_ = serial(background, &c, n)
	return int(c.Load())
}

func serial(ctx context.Context, c *atomic.Int64, n int) error {
	c.Store(0)
	return unlocked(poll.New(ctx), c, n)
}

// unlocked adds 1 to the counter n times, in two steps: a load and a store. Each
// is atomic so that Go defines what happens when several do it at the same time:
// what one stores between another's load and store is lost. The instructions
// are those of x++ on ordinary memory, which would be a data race, but for the
// store, which on amd64 also empties the store buffer.
func unlocked(p poll.Poll, c *atomic.Int64, n int) error {
	for n > 0 {
		if p.Stopped() {
			return p.Err()
		}
		more := min(n, block)
		for range more {
			c.Store(c.Load() + 1)
		}
		n -= more
	}
	return nil
}
