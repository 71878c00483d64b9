package primes

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// ProcessQueue is [SerialTrial] in worker processes (0: GOMAXPROCS) that fetch
// numbers from one queue and put counts into another, batch numbers at a time,
// until they get a poison pill. With a batch of 1, as in the book, most
// numbers are tested in less time than a queue takes; find out from which batch
// on it pays. The error is bad arguments, an interrupt, or what kept a worker
// from working.
func ProcessQueue(n, workers, batch int) (count int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("primes by queue: %w", err)
		}
	}()
	err = checkProcess(n, workers, batch, "batch")
	if err == nil && batch == 0 {
		err = errors.New("batch 0 is less than 1")
	}
	if err != nil {
		return 0, err
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return countQueue(context.Background(), pool, n, batch)
}

// A queueIn is what a worker needs: it fetches the first number of each batch.
type queueIn struct {
	Work, Found *proc.Queue
	N, Batch    int
}

// pill is no number: who gets it stops and passes it on, to the other workers
// and to the parent, which counts them.
const pill = -1

func queueTask(ctx context.Context, in queueIn) (struct{}, error) {
	p := poll.New(ctx)
	for {
		got, err := in.Work.GetContext(ctx)
		if err != nil {
			return struct{}{}, err
		}
		lo, ok := got.(int)
		if !ok {
			return struct{}{}, fmt.Errorf("got a %T from the queue, want an int", got)
		}
		if lo == pill {
			return struct{}{}, in.Found.PutContext(ctx, pill)
		}
		count := trial{}.count(p, lo, lo+min(in.Batch, in.N-lo))
		if p.Stopped() {
			return struct{}{}, p.Err()
		}
		if err := in.Found.PutContext(ctx, count); err != nil {
			return struct{}{}, err
		}
	}
}

// countQueue has each worker of the pool fetch until the numbers are used up.
func countQueue(ctx context.Context, pool *proc.Pool, n, batch int) (count int, err error) {
	if p := poll.New(ctx); p.Stopped() {
		return 0, p.Err()
	}
	work, err := proc.NewQueue(0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, work.Close()) }()
	found, err := proc.NewQueue(0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	// Whoever fails ends the others.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := pool.Workers()
	ended := make(chan struct{}, 2)
	go func() { // the feeder
		defer func() { ended <- struct{}{} }()
		if err := feed(ctx, work, n, batch, workers); err != nil {
			cancel(err)
		}
	}()
	go func() { // the workers
		defer func() { ended <- struct{}{} }()
		in := make([]queueIn, workers)
		for i := range in {
			in[i] = queueIn{work, found, n, batch}
		}
		if _, err := proc.Map[queueIn, struct{}](ctx, pool, "primes.queue", in, proc.Chunk(1)); err != nil {
			cancel(err)
		}
	}()
	for pills := 0; pills < workers; {
		got, err := found.GetContext(ctx)
		if err != nil {
			cancel(err)
			break
		}
		switch c := got.(int); c {
		case pill:
			pills++
		default:
			count += c
		}
	}
	<-ended
	<-ended
	return count, context.Cause(ctx)
}

// feed puts the first number of each batch and a pill for each worker.
func feed(ctx context.Context, work *proc.Queue, n, batch, workers int) error {
	for lo := 0; lo < n; lo += min(batch, n-lo) {
		if err := work.PutContext(ctx, lo); err != nil {
			return err
		}
	}
	for range workers {
		if err := work.PutContext(ctx, pill); err != nil {
			return err
		}
	}
	return nil
}

// kernelBatch is the batch of the Kernel's jobs.
const kernelBatch = 100

// setupQueue starts the workers.
func setupQueue(_ context.Context, n, workers int) (*kernels.Job, error) {
	return setupPool(n, workers, func(pool *proc.Pool) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) { return countQueue(ctx, pool, n, kernelBatch) }
	})
}
