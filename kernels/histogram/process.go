package histogram

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Goroutine] with worker processes, to which the bytes are sent on
// each call. Starting them is a part of it; errors are also those of starting. The
// program must call proc.Main with the Kernel's Tasks, as a session does.
func Process(data []byte, workers int) (Counts, error) { return once(data, workers, newSender) }

// ProcessSHM is [Process] with the bytes in memory that the processes share.
func ProcessSHM(data []byte, workers int) (Counts, error) { return once(data, workers, newSharer) }

// A maker makes a crew of a pool, which it leaves alone if there is an error.
type maker func(data []byte, pool *proc.Pool) (crew, error)

// A crew is worker processes with their input.
type crew interface {
	run(ctx context.Context) (Counts, error)
	close() error
}

func once(data []byte, workers int, make maker) (Counts, error) {
	c, err := newCrew(data, workers, make)
	if err != nil {
		return Counts{}, err
	}
	counts, err := c.run(context.Background())
	if e := c.close(); err == nil {
		err = e
	}
	return counts, err
}

func newCrew(data []byte, workers int, make maker) (crew, error) {
	if err := check(0, workers); err != nil {
		return nil, fmt.Errorf("histogram: %w", err)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("histogram: %w", err)
	}
	c, err := make(data, pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("histogram: %w", err)
	}
	return c, nil
}

func addUp(counts []Counts) (total Counts) {
	for k := range counts {
		total.add(&counts[k])
	}
	return total
}

// look counts in a worker.
func look(ctx context.Context, data []byte) (Counts, error) {
	on := poll.New(ctx)
	c := counter{how: tables}
	c.count(on, data)
	return c.counts, on.Err()
}

var sendTask = proc.NewTask("histogram.send", look)

// letter is about how many bytes are sent at a time: a few ms to write and read.
const letter = 1 << 22

// A sender sends bytes.
type sender struct {
	pool    *proc.Pool
	letters [][]byte
}

func newSender(data []byte, pool *proc.Pool) (crew, error) {
	s := &sender{pool: pool}
	letters := max(pool.Workers(), len(data)/letter)
	for k := range letters {
		s.letters = append(s.letters, part(data, k, letters))
	}
	return s, nil
}

func (s *sender) run(ctx context.Context) (Counts, error) {
	counts, err := proc.Map[[]byte, Counts](ctx, s.pool, sendTask.Name(), s.letters, proc.Chunk(1))
	return addUp(counts), err
}

func (s *sender) close() error { return s.pool.Close() }

// A share says which of the shared bytes a worker counts.
type share struct {
	Data   shm.Handle
	Lo, Hi int
}

var shareTask = proc.NewTask("histogram.share", func(ctx context.Context, in share) (Counts, error) {
	data, err := shm.AttachBytes(in.Data)
	if err != nil {
		return Counts{}, err
	}
	defer data.Close()
	return look(ctx, data.Data[in.Lo:in.Hi])
})

// A sharer shares bytes.
type sharer struct {
	pool   *proc.Pool
	data   *shm.Bytes
	shares []share
}

func newSharer(data []byte, pool *proc.Pool) (crew, error) {
	s := &sharer{pool: pool}
	var err error
	if s.data, err = shm.NewBytes(len(data) + 1); err != nil {
		return nil, err
	}
	copy(s.data.Data, data)
	at := 0
	for k := range pool.Workers() {
		next := at + len(part(data, k, pool.Workers()))
		s.shares = append(s.shares, share{s.data.Handle(), at, next})
		at = next
	}
	return s, nil
}

func (s *sharer) run(ctx context.Context) (Counts, error) {
	counts, err := proc.Map[share, Counts](ctx, s.pool, shareTask.Name(), s.shares, proc.Chunk(1))
	return addUp(counts), err
}

func (s *sharer) close() error {
	err := s.pool.Close()
	if e := s.data.Close(); err == nil {
		err = e
	}
	return err
}
