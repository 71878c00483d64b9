package nbody

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Serial] in worker processes (0: GOMAXPROCS), which are started for
// the call: in each step every worker gets the places of all bodies through a
// pipe and sends the accelerations of its share back. The error is bad arguments,
// an interrupt, or what kept a worker from working.
func Process(s *System, steps int, dt float64, workers int) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("nbody by process: %w", err)
		}
	}()
	if err := check(s, steps, dt, workers); err != nil {
		return err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	r := newRun(s, dt)
	return r.advance(context.Background(), steps, r.remote(pool))
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{proc.NewTask("nbody.pull", pullTask)}

// A pullIn is all bodies and which to accelerate.
type pullIn struct {
	X, Y, Z, Mass []float64
	Soft          float64
	Lo, Hi        int
}

// A pullOut is their accelerations.
type pullOut struct{ AX, AY, AZ []float64 }

func pullTask(ctx context.Context, in pullIn) (pullOut, error) {
	r := newRun(&System{X: in.X, Y: in.Y, Z: in.Z, Mass: in.Mass, Soft: in.Soft}, 0)
	r.p = poll.New(ctx)
	r.pullPlain(in.Lo, in.Hi)
	return pullOut{r.ax[in.Lo:in.Hi], r.ay[in.Lo:in.Hi], r.az[in.Lo:in.Hi]}, r.p.Err()
}

// remote returns a function that has the pool compute the accelerations.
func (r *run) remote(pool *proc.Pool) func(context.Context) error {
	n := r.Len()
	shares := min(pool.Workers(), n)
	return func(ctx context.Context) error {
		in := make([]pullIn, shares)
		for i := range in {
			in[i] = pullIn{r.X, r.Y, r.Z, r.Mass, r.Soft, i * n / shares, (i + 1) * n / shares}
		}
		out, err := proc.Map[pullIn, pullOut](ctx, pool, "nbody.pull", in, proc.Chunk(1))
		if err != nil {
			return err
		}
		for i, o := range out {
			copy(r.ax[in[i].Lo:], o.AX)
			copy(r.ay[in[i].Lo:], o.AY)
			copy(r.az[in[i].Lo:], o.AZ)
		}
		return nil
	}
}

// setupProcess starts the workers.
func setupProcess(_ context.Context, n, workers int) (*kernels.Job, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if err := checkSetup(n, workers); err != nil {
		return nil, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("set up nbody: %w", err)
	}
	job := newJob(n, func(r *run) func(context.Context) error { return r.remote(pool) })
	job.Close = pool.Close
	return job, nil
}
