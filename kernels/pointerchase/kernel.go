package pointerchase

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// seed is the seed of the Kernel's rings.
const seed = 42

// Kernel describes the package's variants; n is the number of places, of 64
// bytes each.
var Kernel = kernels.Kernel{
	Name:  "pointerchase",
	Title: "Memory latency by chasing pointers",
	Doc: `Goes once around *n* places of 64 bytes that lead to one another in random order, so that each access has to wait
for the one before. The time per access shows the caches as steps: run it for *n* = 256 (16 KiB), 4096, 16384, 2²⁰
(64 MiB) and on. Three things help: to have several chains under way on one core (` + "`chains`" + `), on several cores
(` + "`goroutine`" + `), and, from some megabytes on, huge pages, which all have but ` + "`serial:smallpages`" + `. Checksum: the sum of the places
visited, *n*·(*n*−1)/2.

` + "```go" + `
r := pointerchase.New(1<<20, 42)
pointerchase.Serial(r)
pointerchase.SerialChains(r)
pointerchase.Goroutine(r, 2)
pointerchase.Latency(64 << 20) // ns per access
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"Sattolo, An Algorithm to Generate a Random Cyclic Permutation, Information Processing Letters 22, 1986",
		"McVoy and Staelin, lmbench: Portable Tools for Performance Analysis, USENIX 1996, section 6.1",
	},
	Sizes: kernels.Sizes{Small: 256, Middle: 1 << 16, Large: 1 << 22},
	Work: func(n int) kernels.Work {
		return kernels.Work{Bytes: Line * float64(n), Items: float64(n), Unit: "accesses"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(hugePages, func(p poll.Poll, r *Ring, _ int) run {
			return newTour(p, r, 1, 1).serial
		})},
		{Name: "serial:smallpages", File: "pointerchase.go", Setup: setup(smallPages, func(p poll.Poll, r *Ring, _ int) run {
			return newTour(p, r, 1, 1).serial
		})},
		{Name: "serial:chains", File: "serial.go", Setup: setup(hugePages, func(p poll.Poll, r *Ring, _ int) run {
			return newTour(p, r, 1, chains).serial
		})},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(hugePages, func(p poll.Poll, r *Ring, workers int) run {
			return newLoop(p, r, workers, 1).run
		})},
		{Name: "goroutine:chains", File: "goroutine.go", Setup: setup(hugePages, func(p poll.Poll, r *Ring, workers int) run {
			return newLoop(p, r, workers, chains).run
		})},
	},
}

// A run goes around a ring; it may be called again.
type run = func(context.Context) (uint64, error)

// setup makes a Variant's Setup of a function that prepares a run.
func setup(alloc func(words int) []uint64, prepare func(p poll.Poll, r *Ring, workers int) run) func(context.Context, int, int) (*kernels.Job, error) {
	return func(ctx context.Context, n, workers int) (*kernels.Job, error) {
		err := check(n, workers)
		if err == nil {
			err = checkWorkers(workers)
		}
		p := poll.New(ctx)
		var ring *Ring
		if err == nil {
			ring, err = build(p, n, seed, alloc)
		}
		if err != nil {
			return nil, fmt.Errorf("set up pointerchase: %w", err)
		}
		run := prepare(p, ring, workers)
		if p.Stopped() { // the chains may not be whole
			return nil, fmt.Errorf("set up pointerchase: %w", p.Err())
		}
		var sum uint64
		return &kernels.Job{
			Run: func(ctx context.Context) (err error) {
				if p := poll.New(ctx); p.Stopped() {
					return p.Err()
				}
				sum, err = run(ctx)
				return err
			},
			Checksum: func() float64 { return float64(sum) },
		}, nil
	}
}
