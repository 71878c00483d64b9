package fib

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Serial] in worker processes (0: GOMAXPROCS), which are started
// for the call: the page's pool.map. The error is bad arguments, an interrupt, or
// what kept a worker from working.
func Process(args []int, workers int) (numbers []int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("fib by process: %w", err)
		}
	}()
	if err := check(args, workers); err != nil {
		return nil, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	r := newRun(args, workers)
	err = r.process(pool)(context.Background())
	return r.results, err
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{proc.NewTask("fib.number", numberTask)}

func numberTask(ctx context.Context, n int) (int, error) {
	p := poll.New(ctx)
	f := number(n, func() bool { return !p.Stopped() })
	return f, p.Err()
}

func (r *run) process(pool *proc.Pool) func(context.Context) error {
	return func(ctx context.Context) error {
		r.begin(ctx)
		if r.p.Stopped() {
			return r.p.Err()
		}
		numbers, err := proc.Map[int, int](ctx, pool, "fib.number", r.args, proc.Chunk(1))
		copy(r.results, numbers)
		return err
	}
}

// setupProcess starts the workers.
func setupProcess(_ context.Context, n, workers int) (*kernels.Job, error) {
	if err := checkSetup(n, workers); err != nil {
		return nil, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("set up fib: %w", err)
	}
	r := newRun(Arguments(n), workers)
	return &kernels.Job{Run: r.process(pool), Checksum: r.sum, Close: pool.Close}, nil
}
