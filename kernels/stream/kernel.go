package stream

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// factor is the triad's q in the Kernel's jobs.
const factor = 3

// Kernel describes the package's variants of the triad; n is the number of
// elements of each array.
var Kernel = kernels.Kernel{
	Name:  "stream",
	Title: "Memory bandwidth by the STREAM triad",
	Doc: `` + "`a[i] = b[i] + 3·c[i]`" + ` for three arrays of *n* numbers: two operations for 24 bytes, so from the size of the
caches on it is memory that is measured, and a second core helps as long as memory keeps up. STREAM's rule: each array
four times as large as the last cache. Large arrays are stored past the caches, which saves fetching what is overwritten.
All variants round twice and give the same bits; checksum: Σ a[i].

` + "```go" + `
a, b, c := make([]float64, 1<<24), make([]float64, 1<<24), make([]float64, 1<<24)
stream.Serial(a, b, c, 3)
stream.GoroutineSIMD(a, b, c, 3, 2)
stream.Rates(1<<24, 2) // copy, scale, add and triad in GB/s
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"McCalpin, Memory Bandwidth and Machine Balance in Current High Performance Computers, IEEE TCCA Newsletter 1995",
		"stream.c 5.10, https://www.cs.virginia.edu/stream/",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 1 << 20, Large: 1 << 25},
	Work: func(n int) kernels.Work {
		return kernels.Work{Flops: 2 * float64(n), Bytes: 24 * float64(n), Items: float64(n), Unit: "elements"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(func(t *task, _ int) func(context.Context) error {
			return one(t, task.plain)
		})},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(func(t *task, workers int) func(context.Context) error {
			return newLoop(t, workers, task.plain, nil).run
		})},
		{Name: "simd", File: "simd.go", Setup: setup(func(t *task, _ int) func(context.Context) error {
			return one(t, t.vectors())
		})},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(func(t *task, workers int) func(context.Context) error {
			return newLoop(t, workers, t.vectors(), nil).run
		})},
	},
}

// one does a task on the caller's core.
func one(t *task, do func(task)) func(context.Context) error {
	return func(ctx context.Context) error { return t.run(poll.New(ctx), 0, len(t.to), do) }
}

// setup makes a Variant's Setup of a function that prepares the loop.
func setup(prepare func(t *task, workers int) func(context.Context) error) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := checkSize(n, workers); err != nil {
			return nil, fmt.Errorf("set up stream: %w", err)
		}
		a, b, c := mem.Make[float64](n), mem.Make[float64](n), mem.Make[float64](n)
		fill(a, b, c)
		return &kernels.Job{
			Run:      prepare(&task{opTriad, a, b, c, factor}, workers),
			Checksum: func() float64 { return sum(a) },
		}, nil
	}
}

func sum(a []float64) float64 {
	s := 0.0
	for _, v := range a {
		s += v
	}
	return s
}

func checkSize(n, workers int) error {
	if n < 0 {
		return fmt.Errorf("negative number of elements %d", n)
	}
	if n > math.MaxInt32 {
		return fmt.Errorf("number of elements %d is larger than %d", n, math.MaxInt32)
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}
