package julia

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Serial] in worker processes (0: GOMAXPROCS), which are started
// for the call, fetch bands of rows and write the counts into shared memory. The
// error is bad arguments, an interrupt, or what kept a worker from working.
func Process(width, height, limit, workers int) (s *Set, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("julia by process: %w", err)
		}
	}()
	if err := checkAll(width, height, limit, workers); err != nil {
		return nil, err
	}
	r, err := newRemote(width, height, limit, workers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.run(context.Background()); err != nil {
		return nil, err
	}
	s = New(width, height, limit)
	copy(s.Counts, r.set.Counts)
	return s, nil
}

func checkAll(width, height, limit, workers int) error {
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return check(width, height, limit)
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{proc.NewTask("julia.rows", rowsTask)}

// A rowsIn asks for the rows [Lo, Hi) of a picture in shared memory.
type rowsIn struct {
	Counts               shm.Handle
	Width, Height, Limit int
	Lo, Hi               int
}

func rowsTask(ctx context.Context, in rowsIn) (struct{}, error) {
	counts, err := shm.AttachInt32s(in.Counts)
	if err != nil {
		return struct{}{}, err
	}
	s := &Set{in.Width, in.Height, in.Limit, counts.Data}
	err = s.rows(poll.New(ctx), in.Lo, in.Hi)
	return struct{}{}, errors.Join(err, counts.Close())
}

// A remote computes pictures in processes, as often as it is run.
type remote struct {
	set    *Set // its counts are the shared memory
	counts *shm.Int32s
	pool   *proc.Pool
	in     []rowsIn
}

func newRemote(width, height, limit, workers int) (*remote, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	r := &remote{set: &Set{Width: width, Height: height, Limit: limit}}
	if width*height == 0 {
		return r, nil
	}
	var err error
	if r.counts, err = shm.NewInt32s(width * height); err != nil {
		return nil, err
	}
	r.set.Counts = r.counts.Data
	// 16 bands for each worker: rows differ in work, messages cost 30 µs.
	bands := min(height, 16*workers)
	for i := range bands {
		r.in = append(r.in, rowsIn{r.counts.Handle(), width, height, limit, i * height / bands, (i + 1) * height / bands})
	}
	if r.pool, err = proc.NewPool(workers); err != nil {
		return nil, errors.Join(err, r.counts.Close())
	}
	return r, nil
}

func (r *remote) run(ctx context.Context) error {
	if p := poll.New(ctx); p.Stopped() || r.pool == nil {
		return p.Err()
	}
	_, err := proc.Map[rowsIn, struct{}](ctx, r.pool, "julia.rows", r.in, proc.Chunk(1))
	return err
}

func (r *remote) close() error {
	if r.pool == nil {
		return nil
	}
	return errors.Join(r.pool.Close(), r.counts.Close())
}

// setupProcess starts the workers.
func setupProcess(_ context.Context, n, workers int) (*kernels.Job, error) {
	err := checkAll(n, n, limit, workers)
	var r *remote
	if err == nil {
		r, err = newRemote(n, n, limit, workers)
	}
	if err != nil {
		return nil, fmt.Errorf("set up julia: %w", err)
	}
	return &kernels.Job{
		Run:      r.run,
		Checksum: func() float64 { return float64(r.set.Sum()) },
		Close:    r.close,
	}, nil
}
