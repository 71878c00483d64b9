package primes

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// ProcessTrial is [SerialTrial] in worker processes (0: GOMAXPROCS), which are
// started for the call and get chunk numbers at a time. A chunk of 0 is what
// Python's pool takes: a quarter of each worker's equal part. Small chunks cost
// messages, 30 µs each; with large ones some workers have nothing left to do
// while the last one works. The error is bad arguments, an interrupt, or what
// kept a worker from working.
func ProcessTrial(n, workers, chunk int) (count int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("primes by process: %w", err)
		}
	}()
	if err := checkProcess(n, workers, chunk, "chunk"); err != nil {
		return 0, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return countChunks(context.Background(), pool, chunks(n, pool.Workers(), chunk))
}

func checkProcess(n, workers, size int, name string) error {
	if size < 0 {
		return fmt.Errorf("negative %s %d", name, size)
	}
	return check(n, workers)
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{
	proc.NewTask("primes.trial", trialTask),
	proc.NewTask("primes.queue", queueTask),
}

// A chunk is the numbers [Lo, Hi).
type chunk struct{ Lo, Hi int }

func trialTask(ctx context.Context, c chunk) (int, error) {
	p := poll.New(ctx)
	return trial{}.count(p, c.Lo, c.Hi), p.Err()
}

// chunks cuts the numbers below n.
func chunks(n, workers, size int) []chunk {
	if size == 0 {
		size = (n + 4*workers - 1) / (4 * workers)
	}
	var all []chunk
	for lo := 0; lo < n; lo += min(size, n-lo) {
		all = append(all, chunk{lo, lo + min(size, n-lo)})
	}
	return all
}

func countChunks(ctx context.Context, pool *proc.Pool, in []chunk) (int, error) {
	if p := poll.New(ctx); p.Stopped() {
		return 0, p.Err()
	}
	counts, err := proc.Map[chunk, int](ctx, pool, "primes.trial", in, proc.Chunk(1))
	sum := 0
	for _, c := range counts {
		sum += c
	}
	return sum, err
}

// kernelChunk is the chunk of the Kernel's jobs.
const kernelChunk = 10_000

// setupTrial starts the workers.
func setupTrial(_ context.Context, n, workers int) (*kernels.Job, error) {
	return setupPool(n, workers, func(pool *proc.Pool) func(context.Context) (int, error) {
		in := chunks(n, pool.Workers(), kernelChunk)
		return func(ctx context.Context) (int, error) { return countChunks(ctx, pool, in) }
	})
}

// setupPool makes a job of a count with a pool.
func setupPool(n, workers int, newCount func(*proc.Pool) func(context.Context) (int, error)) (*kernels.Job, error) {
	err := check(n, workers)
	var pool *proc.Pool
	if err == nil {
		if workers == 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		pool, err = proc.NewPool(workers)
	}
	if err != nil {
		return nil, fmt.Errorf("set up primes: %w", err)
	}
	count := newCount(pool)
	primes := 0
	return &kernels.Job{
		Run: func(ctx context.Context) (err error) {
			primes, err = count(ctx)
			return err
		},
		Checksum: func() float64 { return float64(primes) },
		Close:    pool.Close,
	}, nil
}
