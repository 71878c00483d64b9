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
middle rows: fetch rows dynamically. The book's own first step, complex numbers and their absolute value, is
` + "`serial:complex`" + `; vectors (` + "`simd`" + `) are some ten times as fast as one number at a time. Checksum: the sum of all counts, 33219980 for *n* = 1000.

` + "```go" + `
img := julia.Serial(1000, 1000, 300)
img = julia.Goroutine(1000, 1000, 300, 2)
img = julia.GoroutineSIMD(1000, 1000, 300, 2)
img, err := julia.Process(1000, 1000, 300, 2)
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
		{Name: "serial:complex", File: "complex.go", Setup: setup((*Set).complexJob)},
		{Name: "gil", File: "gil.go", Setup: setup((*Set).gilJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup((*Set).goroutineJob)},
		{Name: "process", File: "process.go", Setup: setupProcess},
		{Name: "simd", File: "simd.go", Setup: setup((*Set).simdJob)},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup((*Set).goroutineSIMDJob)},
	},
	Tasks: tasks,
}

// A run computes the whole picture; making it takes what is not to be timed.
type run func(ctx context.Context) error

func (s *Set) serialJob(int) run { return s.serial }

func (s *Set) complexJob(int) run { return s.complex }

func (s *Set) gilJob(workers int) run { return s.newThreads(workers).run }

func (s *Set) goroutineJob(workers int) run {
	loop := s.newRowLoop(workers)
	return func(ctx context.Context) error { return loop.run(ctx, nil) }
}

func (s *Set) simdJob(int) run { return s.simd }

func (s *Set) goroutineSIMDJob(workers int) run {
	loop := s.newBands(workers)
	return func(ctx context.Context) error { return loop.run(ctx, nil) }
}

// setup makes a Variant's Setup of a method that makes a run.
func setup(job func(s *Set, workers int) run) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, n, limit); err != nil {
			return nil, fmt.Errorf("set up julia: %w", err)
		}
		if workers < 0 {
			return nil, fmt.Errorf("set up julia: negative number of workers %d", workers)
		}
		s := New(n, n, limit)
		return &kernels.Job{
			Run:      job(s, workers),
			Checksum: func() float64 { return float64(s.Sum()) },
		}, nil
	}
}
