package counter

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the number of additions of all
// workers together.
var Kernel = kernels.Kernel{
	Name:  "counter",
	Title: "Counting together without losing anything",
	Doc: `Workers share *n* additions to one number. Without precaution additions get lost, since *x* = *x* + 1 is a reading
and a writing: see ` + "`counter.Lost`" + ` and ` + "`counter.LostProcess`" + `, which tell how many. The variants lose none, at different
prices: an interpreter lock, one atomic instruction, a lock around each addition, or a number for each worker that is
added up at the end, which is the only one to be faster with more workers. Checksum: the count, *n*.

` + "```go" + `
counter.Lost(4_000_000, 4)
counter.Goroutine(4_000_000, 4)
counter.GoroutineMutex(4_000_000, 4)
counter.GoroutineSharded(4_000_000, 4)
counter.LostProcess(4_000_000, 4)
counter.ProcessRawValue(100_000, 4)
` + "```",
	Group: kernels.Overhead,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 100_000, Large: 4_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Items: float64(n), Unit: "additions"} // integers, in cache: no flops, no bytes
	},
	Tasks: []proc.Task{addTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob)},
		{Name: "gil", File: "gil.go", Setup: setup(gilJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(loopJob((*shared).atomic))},
		{Name: "goroutine:mutex", File: "goroutine.go", Setup: setup(loopJob((*shared).mutex))},
		{Name: "goroutine:sharded", File: "goroutine.go", Setup: setup(loopJob((*shared).sharded))},
		{Name: "process:value", File: "process.go", Setup: setup(processJob(underValue))},
		{Name: "process:rawvalue", File: "process.go", Setup: setup(processJob(underLock))},
		{Name: "process:atomic", File: "process.go", Setup: setup(processJob(byAtomic))},
	},
}

func serialJob(n, _ int) (*kernels.Job, error) {
	var c atomic.Int64
	return &kernels.Job{
		Run:      func(ctx context.Context) error { return serial(ctx, &c, n) },
		Checksum: func() float64 { return float64(c.Load()) },
	}, nil
}

func gilJob(n, workers int) (*kernels.Job, error) {
	g := newUnderGIL(n, workers)
	return &kernels.Job{Run: g.run, Checksum: func() float64 { return float64(g.count) }}, nil
}

func loopJob(add adder) func(n, workers int) (*kernels.Job, error) {
	return func(n, workers int) (*kernels.Job, error) {
		l := newLoop(n, workers, add)
		return &kernels.Job{Run: l.run, Checksum: func() float64 { return float64(l.count()) }}, nil
	}
}

func processJob(g guard) func(n, workers int) (*kernels.Job, error) {
	return func(n, workers int) (*kernels.Job, error) {
		c, err := newCrew(n, workers, g)
		if err != nil {
			return nil, err
		}
		return &kernels.Job{Run: c.run, Checksum: func() float64 { return float64(c.count()) }, Close: c.pool.Close}, nil
	}
}

// setup makes a Variant's Setup of a function that prepares a job.
func setup(prepare func(n, workers int) (*kernels.Job, error)) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		err := check(n, workers)
		if err != nil {
			return nil, fmt.Errorf("set up counter: %w", err)
		}
		job, err := prepare(n, workers)
		if err != nil {
			return nil, fmt.Errorf("set up counter: %w", err)
		}
		return job, nil
	}
}
