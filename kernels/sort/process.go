package sort

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Goroutine] with worker processes, to which the parts are sent and
// which send them back sorted; the calling process merges them. Starting them is a
// part of the call; errors are also those of starting, and x is not changed then. The
// program must call proc.Main with the Kernel's Tasks, as a session does.
func Process(x []int64, workers int) error { return once(x, workers, newSender) }

// ProcessSHM is [Process] with the numbers in memory that the processes share; the
// merges are done there too, by all workers.
func ProcessSHM(x []int64, workers int) error { return once(x, workers, newSharer) }

// A maker makes a crew of a pool for n numbers. It leaves the pool alone if there
// is an error.
type maker func(n int, pool *proc.Pool) (crew, error)

// A crew is worker processes.
type crew interface {
	// sort sorts x, whose length is that for which the crew was made.
	sort(ctx context.Context, x []int64) error
	close() error
}

func once(x []int64, workers int, make maker) error {
	c, err := newCrew(len(x), workers, make)
	if err != nil {
		return err
	}
	err = c.sort(context.Background(), x)
	if e := c.close(); err == nil {
		err = e
	}
	return err
}

func newCrew(n, workers int, make maker) (crew, error) {
	if err := check(n, workers); err != nil {
		return nil, fmt.Errorf("sort: %w", err)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("sort: %w", err)
	}
	c, err := make(n, pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("sort: %w", err)
	}
	return c, nil
}

var sendTask = proc.NewTask("sort.send", func(ctx context.Context, x []int64) ([]int64, error) {
	on := poll.New(ctx)
	if len(x) > run {
		serial(on, x, spareFor(x))
	} else {
		slices.Sort(x)
	}
	return x, on.Err()
})

// A sender sends parts of at most run numbers.
type sender struct {
	pool   *proc.Pool
	length int // of a part
	spare  []int64
}

func newSender(n int, pool *proc.Pool) (crew, error) {
	w := pool.Workers()
	return &sender{pool, max(1, min(run, (n+w-1)/w)), mem.Make[int64](n)}, nil
}

func (s *sender) sort(ctx context.Context, x []int64) error {
	parts := slices.Collect(slices.Chunk(x, s.length))
	sorted, err := proc.Map[[]int64, []int64](ctx, s.pool, sendTask.Name(), parts, proc.Chunk(1))
	if err != nil {
		return err
	}
	for k, part := range sorted {
		copy(parts[k], part)
	}
	on := poll.New(ctx)
	mergeRuns(on, x, s.spare, s.length)
	return on.Err()
}

func (s *sender) close() error { return s.pool.Close() }

// A share says what a worker does with shared numbers.
type share struct {
	Numbers, Spare shm.Handle
	N, Lo, Hi      int
	Length         int // of sorted runs: merge them; 0: sort
}

var shareTask = proc.NewTask("sort.share", func(ctx context.Context, in share) (bool, error) {
	x, err := shm.AttachInt64s(in.Numbers)
	if err != nil {
		return false, err
	}
	defer x.Close()
	spare, err := shm.AttachInt64s(in.Spare)
	if err != nil {
		return false, err
	}
	defer spare.Close()
	on := poll.New(ctx)
	if in.Length == 0 {
		serial(on, x.Data[in.Lo:in.Hi], spare.Data[in.Lo:in.Hi])
	} else {
		mergeRange(on, spare.Data[:in.N], x.Data[:in.N], in.Length, in.Lo, in.Hi)
	}
	return true, on.Err()
})

// A sharer shares numbers.
type sharer struct {
	pool           *proc.Pool
	numbers, spare *shm.Int64s
	shares         []share
}

func newSharer(n int, pool *proc.Pool) (crew, error) {
	s := &sharer{pool: pool, shares: make([]share, pool.Workers())}
	var err error
	if s.numbers, err = shm.NewInt64s(n + 1); err != nil {
		return nil, err
	}
	if s.spare, err = shm.NewInt64s(n + 1); err != nil {
		s.numbers.Close()
		return nil, err
	}
	return s, nil
}

func (s *sharer) sort(ctx context.Context, x []int64) error {
	n := len(x)
	from, to := s.numbers, s.spare
	copy(from.Data, x)
	size := (n + len(s.shares) - 1) / len(s.shares)
	for length := 0; ; {
		for k := range s.shares {
			s.shares[k] = share{from.Handle(), to.Handle(), n, min(k*size, n), min((k+1)*size, n), length}
		}
		if _, err := proc.Map[share, bool](ctx, s.pool, shareTask.Name(), s.shares, proc.Chunk(1)); err != nil {
			return err
		}
		if length == 0 {
			length = max(1, size)
		} else {
			from, to = to, from
			length *= 2
		}
		if length >= n {
			copy(x, from.Data[:n])
			return nil
		}
	}
}

func (s *sharer) close() error {
	err := s.pool.Close()
	for _, e := range []error{s.numbers.Close(), s.spare.Close()} {
		if err == nil {
			err = e
		}
	}
	return err
}
