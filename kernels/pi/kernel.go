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

` + "```go" + `
pi.Serial(100_000_000, 42)
pi.Goroutine(100_000_000, 42, 2)
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
		{Name: "goroutine", File: "goroutine.go", Setup: setup(goroutineJob)},
	},
}

func serialJob(ctx context.Context, n, _ int) Estimate {
	return serial(poll.New(ctx), n, seed)
}

func goroutineJob(ctx context.Context, n, workers int) Estimate {
	return goroutine(ctx, n, seed, workers, nil)
}

// setup makes a Variant's Setup of a function that throws the darts.
func setup(run func(ctx context.Context, n, workers int) Estimate) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		err := check(n, workers)
		if err == nil && n > math.MaxInt32*1000 {
			err = fmt.Errorf("number of darts %d would take an hour and more", n)
		}
		if err != nil {
			return nil, fmt.Errorf("set up pi: %w", err)
		}
		var e Estimate
		return &kernels.Job{
			Run: func(ctx context.Context) error {
				p := poll.New(ctx)
				if e = run(ctx, n, workers); e.Darts < n {
					return p.Err()
				}
				return nil
			},
			Checksum: func() float64 { return float64(e.Inside) },
		}, nil
	}
}
