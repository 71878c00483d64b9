package kmeans

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
)

// The Kernel's jobs.
const (
	dims   = 8
	groups = 16
	limit  = 10
	seed   = 1
)

// Kernel describes the package's variants; n is the number of points.
var Kernel = kernels.Kernel{
	Name:  "kmeans",
	Title: "Grouping of points by Lloyd's algorithm",
	Doc: `Groups *n* points in 8 dimensions into 16 clusters, 10 rounds at most. In a round every point finds its nearest centre, which
workers can do without each other; then every centre moves to the mean of its points, for which all workers' points must be
added up. One sum for all would need a lock per point; sums per worker need one addition per worker at the end.

Sums are kept per block of points, whoever handles it, and joined in the order of blocks, so results do not depend on
the number of workers, which sums of floating-point numbers otherwise do.

* process: points lie in shared memory; only centres and sums travel.
* simd: a point against 4 or 8 centres at a time.

Checksum: the inertia, which is the sum of the squares of distances to the nearest centre, plus Σ coordinate·(index mod 7 + 1) over
the centres. Equal for all variants.

` + "```go" + `
points := kmeans.Example(100_000, 8, 16, 1)
r := kmeans.GoroutineSIMD(points, 8, 16, 10, 1, 2)
r.Inertia
r.Sizes
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Lloyd, Least Squares Quantization in PCM, IEEE Transactions on Information Theory 28 (1982)",
	},
	Sizes: kernels.Sizes{Small: 5000, Middle: 50_000, Large: 1_000_000},
	Work: func(n int) kernels.Work {
		items := float64(n) * limit // points times rounds, if none is spared
		return kernels.Work{Flops: items * 3 * dims * groups, Bytes: items * dims * 8, Items: items, Unit: "assignments"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(func(r *run, _ int) func(context.Context) error { return r.serial() })},
		{Name: "gil", File: "gil.go", Setup: setup((*run).underLock)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(func(r *run, workers int) func(context.Context) error {
			return r.dealt(workers, r.plain)
		})},
		{Name: "process", File: "process.go", Setup: setupProcess},
		{Name: "simd", File: "simd.go", Setup: setup(func(r *run, _ int) func(context.Context) error { return r.simd() })},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(func(r *run, workers int) func(context.Context) error {
			return r.dealt(workers, r.vector)
		})},
	},
	Tasks: tasks,
}

func checkSetup(n, workers int) error {
	err := checkSize(n, dims)
	if err == nil && workers < 0 {
		err = fmt.Errorf("negative number of workers %d", workers)
	}
	if err != nil {
		return fmt.Errorf("set up kmeans: %w", err)
	}
	return nil
}

func exampleRun(n int) *run {
	return newRun(Example(n, dims, groups, seed), dims, groups, limit, seed)
}

// setup makes a Variant's Setup of a function that prepares the assignment.
func setup(prepare func(r *run, workers int) func(context.Context) error) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := checkSetup(n, workers); err != nil {
			return nil, err
		}
		r := exampleRun(n)
		return newJob(r, prepare(r, workers)), nil
	}
}

func newJob(r *run, assign func(context.Context) error) *kernels.Job {
	return &kernels.Job{
		Run: func(ctx context.Context) error { return r.do(ctx, assign) },
		Checksum: func() float64 {
			sum := r.Inertia
			for i, x := range r.Centers {
				sum += x * float64(i%7+1)
			}
			return sum
		},
	}
}
