package sum

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is how many numbers there are.
var Kernel = kernels.Kernel{
	Name:  "sum",
	Title: "Sum of integers: lock, atomic, private",
	Doc: `Adds *n* random integers of 64 bits, modulo 2⁶⁴. The addition itself takes a quarter of a nanosecond. How the workers
share the total decides about everything else: under a lock for each number they are a hundred times slower than
one worker alone, with an atomic addition some ten times, with a total of their own each they reach what the memory gives.

Variants: goroutine has private totals, goroutine:mutex and goroutine:atomic share one; process sends the numbers,
process:shm shares them, process:value also the total, under a lock. Checksum: the sum.

` + "```go" + `
x := sum.Numbers(10_000_000, 1)
sum.Serial(x)
sum.GoroutineMutex(x, 2)
sum.GoroutineAtomic(x, 2)
sum.Goroutine(x, 2)
sum.GoroutineSIMD(x, 2)
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9: synchronisation",
		"OpenMP Application Programming Interface 5.2, section 5.5.8: reduction",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 200_000, Large: 10_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Bytes: 8 * float64(n), Items: float64(n), Unit: "numbers"}
	},
	Tasks: []proc.Task{sendTask, shareTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(alone(add))},
		{Name: "gil", File: "gil.go", Setup: setup(locked)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(together(func(t *team) func(lo, hi int) { return t.private(add) }))},
		{Name: "goroutine:mutex", File: "goroutine.go", Setup: setup(together((*team).locked))},
		{Name: "goroutine:atomic", File: "goroutine.go", Setup: setup(together((*team).atomically))},
		{Name: "process", File: "process.go", Setup: setup(crewed(newSender))},
		{Name: "process:shm", File: "process.go", Setup: setup(crewed(newSharer))},
		{Name: "process:value", File: "process.go", Setup: setup(crewed(newValued))},
		{Name: "simd", File: "simd.go", Setup: setup(alone(addSIMD))},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(together(func(t *team) func(lo, hi int) { return t.private(addSIMD) }))},
	},
}

// A job adds numbers again and again.
type job struct {
	run   func(ctx context.Context) error
	total func() int64
	close func() error
}

type starter func(x []int64, workers int) (job, error)

func alone(add func([]int64) int64) starter {
	return func(x []int64, _ int) (job, error) {
		total := int64(0)
		return job{
			run: func(ctx context.Context) error {
				p := poll.New(ctx)
				total = inBlocks(p, x, add)
				return p.Err()
			},
			total: func() int64 { return total },
		}, nil
	}
}

func locked(x []int64, workers int) (job, error) {
	t := newTeam(x, workers, nil)
	return job{run: t.underLock, total: func() int64 { return t.total }}, nil
}

func together(body func(t *team) func(lo, hi int)) starter {
	return func(x []int64, workers int) (job, error) {
		t := newTeam(x, workers, nil)
		return job{run: t.jobOf(body(t)), total: func() int64 { return t.total }}, nil
	}
}

func crewed(make maker) starter {
	return func(x []int64, workers int) (job, error) {
		c, err := newCrew(x, workers, make)
		if err != nil {
			return job{}, err
		}
		total := int64(0)
		return job{
			run:   func(ctx context.Context) (err error) { total, err = c.run(ctx); return err },
			total: func() int64 { return total },
			close: c.close,
		}, nil
	}
}

// setup makes a Variant's Setup of a starter.
func setup(start starter) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, workers); err != nil {
			return nil, fmt.Errorf("set up sum: %w", err)
		}
		j, err := start(Numbers(n, 1), workers)
		if err != nil {
			return nil, fmt.Errorf("set up sum: %w", err)
		}
		return &kernels.Job{
			Run: j.run,
			// Exact: random numbers of both signs stay far below 2⁵³.
			Checksum: func() float64 { return float64(j.total()) },
			Close:    j.close,
		}, nil
	}
}
