package kmeans

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

// Process is [Serial] in worker processes (0: GOMAXPROCS), which are started for
// the call. They share the memory of points and labels; in each round the centres go
// to every worker and the sums of its blocks come back. The result is the same
// to the bit. The error is bad arguments, an interrupt, or what kept a worker
// from working.
func Process(points []float64, d, k, rounds int, seed uint64, workers int) (result *Result, err error) {
	defer func() {
		if err != nil {
			result, err = nil, fmt.Errorf("kmeans by process: %w", err)
		}
	}()
	if err := check(points, d, k, rounds, workers); err != nil {
		return nil, err
	}
	t, err := newTeam(newRun(points, d, k, rounds, seed), workers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if err = t.r.do(context.Background(), t.assign); err != nil {
		return nil, err
	}
	own := t.r.Result
	own.Labels = append([]int32(nil), own.Labels...) // the memory is given back
	return &own, nil
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{proc.NewTask("kmeans.blocks", blocksTask)}

// A blocksIn says where points and labels are and which blocks to handle.
type blocksIn struct {
	Points, Labels, Old shm.Handle
	D, K                int
	Centers             []float64
	Lo, Hi              int
}

// A blocksOut is what was tallied for them.
type blocksOut struct {
	Sums, Inertias []float64
	Counts         []int
	Changed        []bool
}

func blocksTask(ctx context.Context, in blocksIn) (out blocksOut, err error) {
	points, err := shm.AttachFloat64s(in.Points)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, points.Close()) }()
	labels, err := shm.AttachInt32s(in.Labels)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, labels.Close()) }()
	old, err := shm.AttachInt32s(in.Old)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	r := newRun(points.Data, in.D, in.K, 0, 0)
	r.p = poll.New(ctx)
	r.Labels, r.old, r.Centers = labels.Data, old.Data, in.Centers
	r.plain(in.Lo, in.Hi)
	width := r.k * r.d
	return blocksOut{
		r.sums[in.Lo*width : in.Hi*width], r.inertias[in.Lo:in.Hi], r.counts[in.Lo*r.k : in.Hi*r.k], r.changed[in.Lo:in.Hi],
	}, r.p.Err()
}

// A team is worker processes with a run in memory that they share.
type team struct {
	r           *run
	pool        *proc.Pool
	points      *shm.Float64s
	labels, old *shm.Int32s
}

// newTeam starts workers and moves r's points and labels to shared memory.
func newTeam(r *run, workers int) (t *team, err error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	t = &team{r: r}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close())
		}
	}()
	if r.n > 0 {
		if t.points, err = shm.NewFloat64s(r.n * r.d); err != nil {
			return nil, err
		}
		if t.labels, err = shm.NewInt32s(r.n); err != nil {
			return nil, err
		}
		if t.old, err = shm.NewInt32s(r.n); err != nil {
			return nil, err
		}
		copy(t.points.Data, r.points)
		r.points, r.Labels, r.old = t.points.Data, t.labels.Data, t.old.Data
	}
	t.pool, err = proc.NewPool(workers)
	return t, err
}

func (t *team) close() error {
	var errs []error
	if t.pool != nil {
		errs = append(errs, t.pool.Close())
	}
	if t.points != nil {
		errs = append(errs, t.points.Close())
	}
	if t.labels != nil {
		errs = append(errs, t.labels.Close())
	}
	if t.old != nil {
		errs = append(errs, t.old.Close())
	}
	return errors.Join(errs...)
}

// assign has the workers handle all blocks, an equal share each.
func (t *team) assign(ctx context.Context) error {
	r := t.r
	shares := min(t.pool.Workers(), r.blocks())
	in := make([]blocksIn, shares)
	for i := range in {
		in[i] = blocksIn{
			t.points.Handle(), t.labels.Handle(), t.old.Handle(), r.d, r.k, r.Centers,
			i * r.blocks() / shares, (i + 1) * r.blocks() / shares,
		}
	}
	out, err := proc.Map[blocksIn, blocksOut](ctx, t.pool, "kmeans.blocks", in, proc.Chunk(1))
	if err != nil {
		return err
	}
	for i, o := range out {
		lo := in[i].Lo
		copy(r.sums[lo*r.k*r.d:], o.Sums)
		copy(r.counts[lo*r.k:], o.Counts)
		copy(r.inertias[lo:], o.Inertias)
		copy(r.changed[lo:], o.Changed)
	}
	return nil
}

// setupProcess starts the workers.
func setupProcess(_ context.Context, n, workers int) (*kernels.Job, error) {
	if err := checkSetup(n, workers); err != nil {
		return nil, err
	}
	t, err := newTeam(exampleRun(n), workers)
	if err != nil {
		return nil, fmt.Errorf("set up kmeans: %w", err)
	}
	job := newJob(t.r, t.assign)
	job.Close = t.close
	return job, nil
}
