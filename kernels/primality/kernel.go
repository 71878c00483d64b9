package primality

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// Kernel describes the package's variants; n is the number to be tested.
var Kernel = kernels.Kernel{
	Name:  "primality",
	Title: "Is one big number prime?",
	Doc: `Looks for a divisor of *n* up to its root, the book's way to verify a prime. The checksum is 1 for a prime, else 0.
Work is easily divided; what is hard is to stop the others early when one has found a divisor. The variants differ in how
workers ask for that, every 1000 divisions: not at all, a word in memory, a lock, a pipe, a manager process, a key-value
server over TCP. The dearer the question, the less often it should be asked.

` + "`wheel`" + ` leaves out multiples of 3 and 5, ` + "`simd`" + ` divides eight or more numbers at once in floating point, and ` + "`millerrabin`" + ` asks
another question, which makes all of that pointless.

` + "```go" + `
primality.Serial(100109100129162907)
primality.Goroutine(100109100129100369, 2)      // = 95362951 · 1049769319
primality.GoroutineFlag(100109100129162907, 2, primality.TCP, 1000)
primality.Process(100109100129162907, 2, primality.Manager, 100_000)
primality.SerialMillerRabin(100109100129162907)
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9",
		"Rabin, Probabilistic Algorithm for Testing Primality, Journal of Number Theory 12, 1980",
		"Sorenson and Webster, Strong Pseudoprimes to Twelve Prime Bases, 2015, arXiv:1509.00864",
	},
	Sizes: kernels.Sizes{Small: 1_000_000_007, Middle: 100_000_000_000_031, Large: 100109100129162907},
	Work: func(n int) kernels.Work {
		return kernels.Work{Items: max(1, float64(turns(n))*15), Unit: "divisors"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob(odd))},
		{Name: "serial:wheel", File: "serial.go", Setup: setup(serialJob(wheel))},
		{Name: "serial:millerrabin", File: "millerrabin.go", Setup: setup(millerRabinJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(teamJob(odd, DefaultEvery, Atomic))},
		{Name: "goroutine:none", File: "goroutine.go", Setup: setup(teamJob(odd, DefaultEvery, None))},
		{Name: "goroutine:mutex", File: "goroutine.go", Setup: setup(teamJob(odd, DefaultEvery, Mutex))},
		{Name: "goroutine:tcp", File: "goroutine.go", Setup: setup(teamJob(odd, DefaultEvery, TCP))},
		{Name: "goroutine:wheel", File: "goroutine.go", Setup: setup(teamJob(wheel, DefaultEvery, Atomic))},
		{Name: "process", File: "process.go", Setup: setup(crewJob(Atomic))},
		{Name: "process:none", File: "process.go", Setup: setup(crewJob(None))},
		{Name: "process:mutex", File: "process.go", Setup: setup(crewJob(Mutex))},
		{Name: "process:pipe", File: "process.go", Setup: setup(crewJob(Pipe))},
		{Name: "process:tcp", File: "process.go", Setup: setup(crewJob(TCP))},
		{Name: "manager", File: "process.go", Setup: setup(crewJob(Manager))},
		{Name: "simd", File: "simd.go", Setup: setup(serialJob(lanes))},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(teamJob(lanes, 15*slice, Atomic))},
	},
	Tasks: tasks,
}

// A job does a search again and again.
type job struct {
	run   func(ctx context.Context) (Result, error)
	close func() error // nil if there is nothing to close
}

func serialJob(find finder) func(n, _ int) (job, error) {
	return func(n, _ int) (job, error) {
		return job{run: func(ctx context.Context) (Result, error) {
			p := poll.New(ctx)
			return search(p, n, find), p.Err()
		}}, nil
	}
}

func millerRabinJob(n, _ int) (job, error) {
	return job{run: func(ctx context.Context) (Result, error) {
		return SerialMillerRabin(n), poll.New(ctx).Err()
	}}, nil
}

func teamJob(find finder, every int, flag Flag) func(n, workers int) (job, error) {
	return func(n, workers int) (job, error) {
		t, err := newFlagTeam(n, workers, every, find, flag)
		if err != nil {
			return job{}, err
		}
		return job{func(ctx context.Context) (Result, error) { return t.run(ctx, nil) }, t.close}, nil
	}
}

// setup makes a Variant's Setup.
func setup(newJob func(n, workers int) (job, error)) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		err := check(n, workers, 1)
		var j job
		if err == nil {
			j, err = newJob(n, workers)
		}
		if err != nil {
			return nil, fmt.Errorf("set up primality: %w", err)
		}
		var r Result
		return &kernels.Job{
			Run: func(ctx context.Context) (err error) {
				r, err = j.run(ctx)
				return err
			},
			Checksum: func() float64 {
				if r.Prime {
					return 1
				}
				return 0
			},
			Close: j.close,
		}, nil
	}
}
