package pi

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// seed is the seed of the Kernel's jobs.
const seed = 42

// Kernel describes the package's variants; n is the number of darts.
var Kernel = kernels.Kernel{
	Name:  "pi",
	Title: "π by throwing darts",
	Doc: `Throws *n* darts at a square and counts those in the inscribed quarter circle; the part is π/4. Nothing is shared
between darts, so two workers should take half the time. The standard error falls with the square root of *n*:
0.016 for 10⁴ darts, 0.00016 for 10⁸. All variants throw the same darts, so their counts are equal.
` + "`goroutine:shared`" + ` draws from one generator under a lock: two workers are slower than one then.

` + "```go" + `
pi.Serial(100_000_000, 42)
pi.Goroutine(100_000_000, 42, 2)
pi.GoroutineSIMD(100_000_000, 42, 2)
e, err := pi.Process(100_000_000, 42, 2)
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9",
		"Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014",
	},
	Sizes: kernels.Sizes{Small: 10_000, Middle: 10_000_000, Large: 100_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Items: float64(n), Unit: "darts"} // integers only: no flops, no memory
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob)},
		{Name: "gil", File: "gil.go", Setup: setup(gilJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(loopJob(throw))},
		{Name: "goroutine:shared", File: "shared.go", Setup: setup(sharedJob)},
		{Name: "process", File: "process.go", Setup: setupProcess},
		{Name: "simd", File: "simd.go", Setup: setup(simdJob)},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(loopJob(throwSIMD))},
	},
	Tasks: tasks,
}

// A run throws the darts; making it takes what is not to be timed.
type run func(ctx context.Context) Estimate

func serialJob(n, _ int) run {
	return func(ctx context.Context) Estimate { return serial(poll.New(ctx), n, seed) }
}

func simdJob(n, _ int) run {
	return func(ctx context.Context) Estimate { return simd(poll.New(ctx), n, seed) }
}

// loopJob makes the jobs of the goroutine variants.
func loopJob(throw func(seed uint64, lo, hi int) int) func(n, workers int) run {
	return func(n, workers int) run {
		l := newLoop(n, seed, workers, throw)
		return func(ctx context.Context) Estimate { return l.run(ctx, nil) }
	}
}

func gilJob(n, workers int) run { return newThreads(n, seed, workers).run }

func sharedJob(n, workers int) run {
	l := newSharedLoop(n, seed, workers)
	return func(ctx context.Context) Estimate { return l.run(ctx, nil) }
}

func checkSetup(n, workers int) error {
	if n > math.MaxInt32*1000 {
		return fmt.Errorf("number of darts %d would take an hour and more", n)
	}
	return check(n, workers)
}

// setup makes a Variant's Setup of a function that makes a run.
func setup(job func(n, workers int) run) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := checkSetup(n, workers); err != nil {
			return nil, fmt.Errorf("set up pi: %w", err)
		}
		var e Estimate
		throwAll := job(n, workers)
		return &kernels.Job{
			Run: func(ctx context.Context) error {
				p := poll.New(ctx)
				if e = throwAll(ctx); e.Darts < n {
					return p.Err()
				}
				return nil
			},
			Checksum: func() float64 { return float64(e.Inside) },
		}, nil
	}
}
