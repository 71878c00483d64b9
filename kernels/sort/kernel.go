package sort

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is how many numbers there are.
var Kernel = kernels.Kernel{
	Name:  "sort",
	Title: "Sorting integers",
	Doc: `Sorts *n* random integers of 64 bits. Parts can be sorted at the same time, but then have to be merged, and in the last
merge there are only two of them: it is cut where its result is, so that all workers have something to do. Sorting by
digits of 11 bits needs no comparison and is the fastest from some thousand numbers on, on one core. Each run sorts the same
numbers again; copying them is a part of it.

Variants: serial and goroutine sort parts by the standard library's quicksort and merge; serial:quick is a quicksort as in
textbooks; serial:radix and goroutine:radix sort by digits; process sends parts, process:shm shares the numbers.
Checksum: Σ (*i*+1)·*x*ᵢ modulo 2⁶⁴, of which the lower 53 bits are shown.

` + "```go" + `
x := sort.Numbers(1_000_000, 1)
sort.Goroutine(x, 2)
sort.Sum(x)
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Hoare, Quicksort, The Computer Journal 5, 1962",
		"Knuth, The Art of Computer Programming, volume 3, sections 5.2.4 and 5.2.5",
		"Odeh, Green, Mwassi, Shmueli and Birk, Merge Path - Parallel Merging Made Simple, IPDPS workshops 2012",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 100_000, Large: 10_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Bytes: 16 * float64(n), Items: math.Max(1, float64(n)), Unit: "numbers"}
	},
	Tasks: []proc.Task{sendTask, shareTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob)},
		{Name: "serial:quick", File: "serial.go", Setup: setup(quickJob)},
		{Name: "serial:radix", File: "radix.go", Setup: setup(radixJob)},
		{Name: "gil", File: "gil.go", Setup: setup(lockJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(teamJob((*team).mergeSort))},
		{Name: "goroutine:radix", File: "goroutine.go", Setup: setup(teamJob((*team).radixSort))},
		{Name: "process", File: "process.go", Setup: setup(crewJob(newSender))},
		{Name: "process:shm", File: "process.go", Setup: setup(crewJob(newSharer))},
	},
}

// A job sorts the numbers of x, which are others each time.
type job struct {
	run   func(ctx context.Context) error
	close func() error
}

type starter func(x []int64, workers int) (job, error)

// polled is a job of a function that reports false if it was stopped.
func polled(f func(ctx poll.Poll) bool) (job, error) {
	return job{run: func(ctx context.Context) error {
		p := poll.New(ctx)
		if !f(p) {
			return p.Err()
		}
		return nil
	}}, nil
}

func serialJob(x []int64, _ int) (job, error) {
	spare := spareFor(x)
	return polled(func(ctx poll.Poll) bool { return serial(ctx, x, spare) })
}

func quickJob(x []int64, _ int) (job, error) {
	return polled(func(ctx poll.Poll) bool { return quick(ctx, x) })
}

func radixJob(x []int64, _ int) (job, error) {
	r, spare := new(radix), mem.Make[int64](len(x))
	return polled(func(ctx poll.Poll) bool { return r.sort(ctx, x, spare) })
}

func lockJob(x []int64, workers int) (job, error) {
	return job{run: newTeam(x, workers, nil).underLock}, nil
}

func teamJob(sort func(t *team, ctx poll.Poll) error) starter {
	return func(x []int64, workers int) (job, error) {
		t := newTeam(x, workers, nil)
		return job{run: func(ctx context.Context) error { return sort(t, poll.New(ctx)) }}, nil
	}
}

func crewJob(make maker) starter {
	return func(x []int64, workers int) (job, error) {
		c, err := newCrew(len(x), workers, make)
		if err != nil {
			return job{}, err
		}
		return job{func(ctx context.Context) error { return c.sort(ctx, x) }, c.close}, nil
	}
}

// setup makes a Variant's Setup of a starter.
func setup(start starter) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, workers); err != nil {
			return nil, fmt.Errorf("set up sort: %w", err)
		}
		numbers, x := Numbers(n, 1), mem.Make[int64](n)
		j, err := start(x, workers)
		if err != nil {
			return nil, fmt.Errorf("set up sort: %w", err)
		}
		return &kernels.Job{
			Run: func(ctx context.Context) error {
				copy(x, numbers)
				return j.run(ctx)
			},
			Checksum: func() float64 { return float64(Sum(x) & (1<<53 - 1)) },
			Close:    j.close,
		}, nil
	}
}
