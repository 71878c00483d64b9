package filelock

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Goroutine] with worker processes. Starting them is a part of the
// call; errors are also those of starting. The program must call proc.Main with
// the Kernel's Tasks, as a session does.
//
// A task that is done again because its worker died counts again.
func Process(n, workers int) (int, error) { return once(n, workers, flocked, newCrew) }

// UnlockedProcess is [Unlocked] with worker processes, as in the book, where 629
// of 4000 updates were left.
func UnlockedProcess(n, workers int) (int, error) { return once(n, workers, unlocked, newCrew) }

// An order is what one process has to do.
type order struct {
	File string
	N    int
	Kind kind
}

// countTask returns the number of increments that it did.
var countTask = proc.NewTask("filelock.count", func(ctx context.Context, in order) (int, error) {
	c, err := open(in.File)
	if err != nil {
		return 0, err
	}
	defer c.close()
	return in.N, c.count(poll.New(ctx), in.Kind.of(c), in.N)
})

// A crew is worker processes.
type crew struct {
	place  *place
	pool   *proc.Pool
	orders []order
}

func newCrew(at *place, n, workers int, k kind) (job, error) {
	pool, err := proc.NewPool(number(workers))
	if err != nil {
		return nil, err
	}
	c := &crew{at, pool, make([]order, pool.Workers())}
	for i := range c.orders {
		c.orders[i] = order{N: share(n, i, len(c.orders)), Kind: k}
	}
	return c, nil
}

func (c *crew) run(ctx context.Context) error {
	if err := c.place.renew(); err != nil {
		return err
	}
	for i := range c.orders {
		c.orders[i].File = c.place.file
	}
	if _, err := proc.Map[order, int](ctx, c.pool, countTask.Name(), c.orders, proc.Chunk(1)); err != nil {
		return fmt.Errorf("filelock: %w", err)
	}
	return nil
}

func (c *crew) close() error { return c.pool.Close() }
