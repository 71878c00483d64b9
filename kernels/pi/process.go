package pi

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Serial] in worker processes (0: GOMAXPROCS), which are started
// for the call. The error is bad arguments, an interrupt, or what kept a worker
// from working.
func Process(n int, seed uint64, workers int) (e Estimate, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("pi by process: %w", err)
		}
	}()
	if err := check(n, workers); err != nil {
		return e, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return remote(context.Background(), pool, shares(n, seed, workers))
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{proc.NewTask("pi.throw", throwTask)}

// A share is the darts [Lo, Hi) of a stream.
type share struct {
	Seed   uint64
	Lo, Hi int
}

func throwTask(ctx context.Context, s share) (Estimate, error) {
	p := poll.New(ctx)
	var e Estimate
	for lo := s.Lo; lo < s.Hi && !p.Stopped(); lo += block {
		hi := lo + min(block, s.Hi-lo)
		e = add(e, Estimate{hi - lo, throw(s.Seed, lo, hi)})
	}
	return e, p.Err()
}

func add(a, b Estimate) Estimate {
	return Estimate{a.Darts + b.Darts, a.Inside + b.Inside}
}

// shares cuts n darts into eight shares for each worker.
func shares(n int, seed uint64, workers int) []share {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	size := max(block, n/(8*workers)+1)
	var all []share
	for lo := 0; lo < n; lo += min(size, n-lo) {
		all = append(all, share{seed, lo, lo + min(size, n-lo)})
	}
	return all
}

func remote(ctx context.Context, pool *proc.Pool, in []share) (Estimate, error) {
	var e Estimate
	out, err := proc.Map[share, Estimate](ctx, pool, "pi.throw", in, proc.Chunk(1))
	for _, part := range out {
		e = add(e, part)
	}
	return e, err
}

// setupProcess starts the workers.
func setupProcess(_ context.Context, n, workers int) (*kernels.Job, error) {
	err := checkSetup(n, workers)
	var pool *proc.Pool
	if err == nil {
		pool, err = proc.NewPool(workers)
	}
	if err != nil {
		return nil, fmt.Errorf("set up pi: %w", err)
	}
	in := shares(n, seed, workers)
	var e Estimate
	return &kernels.Job{
		Run: func(ctx context.Context) (err error) {
			if p := poll.New(ctx); p.Stopped() {
				return p.Err()
			}
			e, err = remote(ctx, pool, in)
			return err
		},
		Checksum: func() float64 { return float64(e.Inside) },
		Close:    pool.Close,
	}, nil
}
