package sum

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Goroutine] with worker processes, to which the numbers are sent on
// each call. Starting them is a part of it; errors are also those of starting. The
// program must call proc.Main with the Kernel's Tasks, as a session does.
func Process(x []int64, workers int) (int64, error) {
	return once(x, workers, newSender)
}

// ProcessSHM is [Process] with the numbers in memory that the processes share.
func ProcessSHM(x []int64, workers int) (int64, error) {
	return once(x, workers, newSharer)
}

// ProcessValue is [ProcessSHM] with one total that the processes share too, under
// a lock around each addition: Python's Value.
func ProcessValue(x []int64, workers int) (int64, error) {
	return once(x, workers, newValued)
}

// A maker makes a crew of a pool, which it leaves alone if there is an error.
type maker func(x []int64, pool *proc.Pool) (crew, error)

// A crew is worker processes with their input.
type crew interface {
	run(ctx context.Context) (int64, error)
	close() error
}

func once(x []int64, workers int, make maker) (int64, error) {
	c, err := newCrew(x, workers, make)
	if err != nil {
		return 0, err
	}
	total, err := c.run(context.Background())
	if e := c.close(); err == nil {
		err = e
	}
	return total, err
}

func newCrew(x []int64, workers int, make maker) (crew, error) {
	if err := check(0, workers); err != nil {
		return nil, fmt.Errorf("sum: %w", err)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("sum: %w", err)
	}
	c, err := make(x, pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("sum: %w", err)
	}
	return c, nil
}

// letter is about how many numbers are sent at a time: some ms to write and read.
const letter = 1 << 18

var sendTask = proc.NewTask("sum.send", func(ctx context.Context, x []int64) (int64, error) {
	on := poll.New(ctx)
	total := inBlocks(on, x, add)
	return total, on.Err()
})

// A sender sends numbers.
type sender struct {
	pool    *proc.Pool
	letters [][]int64
}

func newSender(x []int64, pool *proc.Pool) (crew, error) {
	s := &sender{pool: pool}
	parts := team{x: x, parts: make([]part, max(pool.Workers(), len(x)/letter))}
	for k := range parts.parts {
		s.letters = append(s.letters, parts.share(k))
	}
	return s, nil
}

func (s *sender) run(ctx context.Context) (int64, error) {
	totals, err := proc.Map[[]int64, int64](ctx, s.pool, sendTask.Name(), s.letters, proc.Chunk(1))
	return add(totals), err
}

func (s *sender) close() error { return s.pool.Close() }

// A share says which of the shared numbers a worker adds, and to what.
type share struct {
	Numbers shm.Handle
	Lo, Hi  int
	Total   *proc.Value // nil: to a total of its own
}

var shareTask = proc.NewTask("sum.share", func(ctx context.Context, in share) (int64, error) {
	x, err := shm.AttachInt64s(in.Numbers)
	if err != nil {
		return 0, err
	}
	defer x.Close()
	on := poll.New(ctx)
	own := x.Data[in.Lo:in.Hi]
	if in.Total == nil {
		total := inBlocks(on, own, add)
		return total, on.Err()
	}
	for i, v := range own {
		if i%contended == 0 && on.Stopped() {
			return 0, on.Err()
		}
		if err := in.Total.Add(int(v)); err != nil {
			return 0, err
		}
	}
	return 0, nil
})

// A sharer shares numbers.
type sharer struct {
	pool    *proc.Pool
	numbers *shm.Int64s
	shares  []share
	total   *proc.Value // nil: the workers return theirs
}

func newSharer(x []int64, pool *proc.Pool) (crew, error) { return newSharerOf(x, pool) }

func newSharerOf(x []int64, pool *proc.Pool) (*sharer, error) {
	s := &sharer{pool: pool}
	var err error
	if s.numbers, err = shm.NewInt64s(len(x) + 1); err != nil {
		return nil, err
	}
	copy(s.numbers.Data, x)
	parts, at := team{x: x, parts: make([]part, pool.Workers())}, 0
	for k := range parts.parts {
		next := at + len(parts.share(k))
		s.shares = append(s.shares, share{Numbers: s.numbers.Handle(), Lo: at, Hi: next})
		at = next
	}
	return s, nil
}

func newValued(x []int64, pool *proc.Pool) (crew, error) {
	s, err := newSharerOf(x, pool)
	if err != nil {
		return nil, err
	}
	if s.total, err = proc.NewValue(0); err != nil {
		s.numbers.Close()
		return nil, err
	}
	for k := range s.shares {
		s.shares[k].Total = s.total
	}
	return s, nil
}

func (s *sharer) run(ctx context.Context) (int64, error) {
	if s.total != nil {
		s.total.Set(0)
	}
	totals, err := proc.Map[share, int64](ctx, s.pool, shareTask.Name(), s.shares, proc.Chunk(1))
	if err == nil && s.total != nil {
		return int64(s.total.Get()), nil
	}
	return add(totals), err
}

func (s *sharer) close() error {
	err := s.pool.Close()
	if e := s.numbers.Close(); err == nil {
		err = e
	}
	return err
}
