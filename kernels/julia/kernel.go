package julia

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
)

// limit is the number of iterations of the Kernel's jobs.
const limit = 300

// Kernel describes the package's variants; n is the side of the picture.
var Kernel = kernels.Kernel{
	Name:  "julia",
	Title: "Julia set by escape time",
	Doc: `For each pixel *z* of an *n*×*n* picture, counts how often *z* can be replaced by *z*²+*c* before |*z*| reaches 2,
at most 300 times; *c* = −0.62772 − 0.42193i. Pixels differ in work by a factor of 300, and the expensive ones lie in the
middle rows: fetch rows dynamically. Checksum: the sum of all counts, 33219980 for *n* = 1000.

` + "```go" + `
img := julia.Serial(1000, 1000, 300)
img = julia.Goroutine(1000, 1000, 300, 2)
img.Sum()
img.Image()
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 2",
	},
	Sizes: kernels.Sizes{Small: 64, Middle: 1000, Large: 2000},
	Work: func(n int) kernels.Work {
		pixels := float64(n) * float64(n)
		// 33.2 iterations per pixel, the same at all sizes but the smallest,
		// with 3 multiplications and 4 additions or subtractions beside the
		// addition of the test.
		return kernels.Work{Flops: 33.2 * pixels * 8, Bytes: 4 * pixels, Items: pixels, Unit: "pixels"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup((*Set).serialJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup((*Set).goroutineJob)},
	},
}

func (s *Set) serialJob(ctx context.Context, _ int) error { return s.serial(ctx) }

func (s *Set) goroutineJob(ctx context.Context, workers int) error {
	return s.goroutine(ctx, workers, nil)
}

// setup makes a Variant's Setup of a method that computes the whole picture.
func setup(run func(s *Set, ctx context.Context, workers int) error) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, n, limit); err != nil {
			return nil, fmt.Errorf("set up julia: %w", err)
		}
		if workers < 0 {
			return nil, fmt.Errorf("set up julia: negative number of workers %d", workers)
		}
		s := New(n, n, limit)
		return &kernels.Job{
			Run:      func(ctx context.Context) error { return run(s, ctx, workers) },
			Checksum: func() float64 { return float64(s.Sum()) },
		}, nil
	}
}
