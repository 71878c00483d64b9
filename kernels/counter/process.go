package counter

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process has worker processes (0: as many as GOMAXPROCS) share n additions to a
// number in shared memory with a lock beside it, Python's Value, and returns the
// count. Starting the workers is a part of the call. The program must call
// proc.Main with the Kernel's Tasks, as a session does.
func Process(n, workers int) (int, error) { return processes(n, workers, underValue) }

// ProcessRawValue is [Process] with Python's RawValue, a number without a lock,
// and a Lock of its own around reading and writing it.
func ProcessRawValue(n, workers int) (int, error) { return processes(n, workers, underLock) }

// ProcessAtomic is [Process] with one instruction of the processor for each
// addition, which Python has not got.
func ProcessAtomic(n, workers int) (int, error) { return processes(n, workers, byAtomic) }

// LostProcess is [Lost] with worker processes and a RawValue without any lock,
// the book's experiment. Bad arguments are an error.
func LostProcess(n, workers int) (Loss, error) {
	counted, err := processes(n, workers, unguarded)
	if err != nil {
		return Loss{}, err
	}
	return Loss{Expected: n, Counted: counted}, nil
}

// A guard is how processes keep from losing additions.
type guard int

const (
	underValue guard = iota
	underLock
	byAtomic
	unguarded
)

// A part is what a worker process is asked for: n additions.
type part struct {
	N     int
	Guard guard
	Value *proc.Value
	Raw   *proc.RawValue
	Lock  *proc.Lock
}

var addTask = proc.NewTask("counter.add", func(ctx context.Context, p part) (struct{}, error) {
	ask := poll.New(ctx)
	for left := p.N; left > 0; left -= block {
		if ask.Stopped() {
			return struct{}{}, ask.Err()
		}
		if err := p.add(min(left, block)); err != nil {
			return struct{}{}, fmt.Errorf("add: %w", err)
		}
	}
	return struct{}{}, nil
})

func (p *part) add(n int) error {
	for range n {
		switch p.Guard {
		case underValue:
			if err := p.Value.Add(1); err != nil {
				return err
			}
		case underLock:
			if err := p.Lock.Lock(); err != nil {
				return err
			}
			p.Raw.Set(p.Raw.Get() + 1)
			if err := p.Lock.Unlock(); err != nil {
				return err
			}
		case byAtomic:
			p.Raw.Add(1)
		case unguarded:
			p.Raw.Set(p.Raw.Get() + 1)
		}
	}
	return nil
}

// A crew is worker processes with what they count in.
type crew struct {
	pool  *proc.Pool
	parts []part
}

func newCrew(n, workers int, g guard) (*crew, error) {
	workers = or(workers)
	value, err := proc.NewValue(0)
	if err != nil {
		return nil, err
	}
	raw, err := proc.NewRawValue(0)
	if err != nil {
		return nil, err
	}
	lock, err := proc.NewLock()
	if err != nil {
		return nil, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, err
	}
	c := &crew{pool, make([]part, workers)}
	for i := range c.parts {
		c.parts[i] = part{share(n, i, workers), g, value, raw, lock}
	}
	return c, nil
}

func (c *crew) run(ctx context.Context) error {
	first := &c.parts[0]
	first.Value.Set(0)
	first.Raw.Set(0)
	_, err := proc.Map[part, struct{}](ctx, c.pool, addTask.Name(), c.parts, proc.Chunk(1))
	return err
}

func (c *crew) count() int { return c.parts[0].Value.Get() + c.parts[0].Raw.Get() }

func processes(n, workers int, g guard) (count int, err error) {
	if err := check(n, workers); err != nil {
		return 0, fmt.Errorf("counter: %w", err)
	}
	c, err := newCrew(n, workers, g)
	if err != nil {
		return 0, fmt.Errorf("counter: %w", err)
	}
	defer func() {
		if e := c.pool.Close(); err == nil {
			err = e
		}
	}()
	if err := c.run(background); err != nil {
		return 0, fmt.Errorf("counter: %w", err)
	}
	return c.count(), nil
}
