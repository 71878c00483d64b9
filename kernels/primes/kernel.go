package primes

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// Kernel describes the package's variants; n is the number below which primes
// are counted.
var Kernel = kernels.Kernel{
	Name:  "primes",
	Title: "Counting the primes below n",
	Doc: `Counts the primes less than *n*: 664579 for 10⁷, the checksum.

The plain variants sieve with a byte for each odd number, in segments that fit the L1 cache. ` + "`wheel`" + ` sieves with a bit for
each number that 2, 3 and 5 don't divide. ` + "`trial`" + ` tests every number by division: a large number that is prime costs much
more than one that is not, so it matters how numbers are dealt to workers. Above a million it takes seconds. Which
algorithm matters far more than how many workers.

` + "```go" + `
primes.Serial(10_000_000)
primes.GoroutineSIMDWheel(10_000_000, 2)
primes.GoroutineTrial(1_000_000, 2)
count, err := primes.ProcessTrial(1_000_000, 2, 10_000) // chunks of 10,000 numbers
count, err = primes.ProcessQueue(1_000_000, 2, 1)       // each number through a queue
primes.List(100)
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9",
		"Pritchard, Explaining the Wheel Sieve, Acta Informatica 17, 1982",
		"Bays and Hudson, The Segmented Sieve of Eratosthenes and Primes in Arithmetic Progressions, BIT 17, 1977",
	},
	Sizes: kernels.Sizes{Small: 10_000, Middle: 1_000_000, Large: 10_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Items: float64(n), Unit: "numbers"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob, bytesGo)},
		{Name: "serial:trial", File: "serial.go", Setup: setup(serialJob, trials)},
		{Name: "serial:wheel", File: "serial.go", Setup: setup(serialJob, wheelGo)},
		{Name: "gil", File: "gil.go", Setup: setupThreads},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(goroutineJob, bytesGo)},
		{Name: "goroutine:trial", File: "goroutine.go", Setup: setup(goroutineJob, trials)},
		{Name: "goroutine:wheel", File: "goroutine.go", Setup: setup(goroutineJob, wheelGo)},
		{Name: "process:trial", File: "process.go", Setup: setupTrial},
		{Name: "process:queue", File: "queue.go", Setup: setupQueue},
		{Name: "simd", File: "simd.go", Setup: setup(serialJob, bytesFast)},
		{Name: "simd:wheel", File: "simd.go", Setup: setup(serialJob, wheelFast)},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(goroutineJob, bytesFast)},
		{Name: "goroutine+simd:wheel", File: "simd.go", Setup: setup(goroutineJob, wheelFast)},
	},
	Tasks: tasks,
}

func bytesGo() sieve   { return &byteSieve{} }
func bytesFast() sieve { return &byteSieve{fast: true} }
func wheelGo() sieve   { return &wheelSieve{} }
func wheelFast() sieve { return &wheelSieve{fast: true} }
func trials() sieve    { return trial{} }

// A run counts; making it takes what is not to be timed.
type run func(ctx context.Context) int

func serialJob(c *counter) run { return c.serial }

func goroutineJob(c *counter) run {
	return func(ctx context.Context) int { return c.goroutine(ctx, nil) }
}

// setup makes a Variant's Setup.
func setup(job func(*counter) run, algorithm func() sieve) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		return newJob(n, workers, func() func(context.Context) (int, error) {
			count := job(newCounter(n, workers, algorithm()))
			return func(ctx context.Context) (int, error) {
				p := poll.New(ctx)
				primes := count(ctx)
				return primes, p.Err()
			}
		})
	}
}

func setupThreads(_ context.Context, n, workers int) (*kernels.Job, error) {
	return newJob(n, workers, func() func(context.Context) (int, error) { return newThreads(n, workers).run })
}

func newJob(n, workers int, newCount func() func(context.Context) (int, error)) (*kernels.Job, error) {
	if err := check(n, workers); err != nil {
		return nil, fmt.Errorf("set up primes: %w", err)
	}
	count := newCount()
	primes := 0
	return &kernels.Job{
		Run: func(ctx context.Context) (err error) {
			primes, err = count(ctx)
			return err
		},
		Checksum: func() float64 { return float64(primes) },
	}, nil
}
