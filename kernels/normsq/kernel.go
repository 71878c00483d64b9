package normsq

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
)

// Kernel describes the package's variants; n is the number of elements.
var Kernel = kernels.Kernel{
	Name:  "normsq",
	Title: "Sum of squares of a vector",
	Doc: `Adds up the squares of 0, 1, 2, … *n*−1. The plain loop waits for one addition after the other, three or four
cycles each; eight vectors of sums side by side are nine times faster in the caches of an AMD EPYC, until memory bounds them. So
one core with vector instructions beats two without. The variants add in different orders: their results may differ by
10⁻⁹ of the sum, and do so by far less. Checksum: the sum, near (*n*−1)·*n*·(2*n*−1)/6.

` + "```go" + `
x := normsq.Vector(1_000_000)
normsq.Serial(x)
normsq.SIMD(x)
normsq.GoroutineSIMD(x, 2)
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 6",
		"Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, SIAM 2002, section 4.2",
	},
	Sizes: kernels.Sizes{Small: 10_000, Middle: 1_000_000, Large: 10_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Flops: 2 * float64(n), Bytes: 8 * float64(n), Items: float64(n), Unit: "elements"}
	},
	Tol: 2e-9, // two orders, each off by at most n·2⁻⁵³
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(func(x []float64, _ int) run {
			return func(ctx context.Context) (float64, error) { return serial(ctx, x) }
		})},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(func(x []float64, workers int) run {
			return newLoop(x, workers, plain, nil).run
		})},
		{Name: "simd", File: "simd.go", Setup: setup(func(x []float64, _ int) run {
			return func(ctx context.Context) (float64, error) { return single(ctx, x) }
		})},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(func(x []float64, workers int) run {
			return newLoop(x, workers, vector, nil).run
		})},
	},
}

// A run adds up a vector; it may be called again.
type run = func(context.Context) (float64, error)

// setup makes a Variant's Setup of a function that prepares a run.
func setup(prepare func(x []float64, workers int) run) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, workers); err != nil {
			return nil, fmt.Errorf("set up normsq: %w", err)
		}
		run := prepare(Vector(n), workers)
		var sum float64
		return &kernels.Job{
			Run: func(ctx context.Context) (err error) {
				sum, err = run(ctx)
				return err
			},
			Checksum: func() float64 { return sum },
		}, nil
	}
}
