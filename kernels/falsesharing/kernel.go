package falsesharing

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
)

// Kernel describes the package's variants; n is the number of additions of all
// workers together.
var Kernel = kernels.Kernel{
	Name:  "falsesharing",
	Title: "Counters that share a cache line",
	Doc: `Workers share *n* atomic additions, each to a counter of its own. Side by side (` + "`goroutine`" + `) the counters
are in one cache line, which the cores take from one another for each addition; on lines of their own
(` + "`goroutine:padded`" + `), or in a variable stored at the end (` + "`goroutine:local`" + `), the cores do not meet. With two workers the
first is slower than one core alone, the others are twice as fast. Checksum: the sum of the counters, *n*.

` + "```go" + `
falsesharing.Serial(10_000_000)
falsesharing.Goroutine(10_000_000, 2)
falsesharing.GoroutinePadded(10_000_000, 2)
falsesharing.GoroutineLocal(10_000_000, 2)
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"Bolosky and Scott, False Sharing and its Effect on Shared Memory Performance, SEDMS 1993",
	},
	Sizes: kernels.Sizes{Small: 10_000, Middle: 1_000_000, Large: 100_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Items: float64(n), Unit: "additions"} // integers, in cache: no flops, no bytes
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(func(n, _ int) (run, row) {
			r := newRow(1, 1)
			return func(ctx context.Context) error { return r.serial(ctx, n) }, r
		})},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(loops(1, add))},
		{Name: "goroutine:padded", File: "goroutine.go", Setup: setup(loops(padding, add))},
		{Name: "goroutine:local", File: "goroutine.go", Setup: setup(loops(1, addLocal))},
	},
}

// A run does all additions; it may be called again.
type run = func(context.Context) error

func loops(apart int, add adder) func(n, workers int) (run, row) {
	return func(n, workers int) (run, row) {
		l := newLoop(n, workers, apart, add)
		return l.run, l.row
	}
}

// setup makes a Variant's Setup of a function that prepares a run.
func setup(prepare func(n, workers int) (run, row)) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, workers); err != nil {
			return nil, fmt.Errorf("set up falsesharing: %w", err)
		}
		run, row := prepare(n, workers)
		return &kernels.Job{Run: run, Checksum: func() float64 { return float64(row.sum()) }}, nil
	}
}
