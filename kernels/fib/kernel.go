package fib

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels"
)

// Kernel describes the package's variants; n is the largest of six arguments.
var Kernel = kernels.Kernel{
	Name:  "fib",
	Title: "Fibonacci numbers by the definition",
	Doc: `Computes the Fibonacci numbers of *n*, *n*−1 … *n*−5 by calling itself twice for each, which is a bad way to compute
them and a good piece of work: six jobs, each 1.6 times as long as the next, so that two workers who take the longest first
end together. The checksum is the sum of the six.

` + "```go" + `
fib.Serial(fib.Arguments(38))
fib.Goroutine(fib.Arguments(38), 2)
numbers, err := fib.Process(fib.Arguments(38), 2)
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"A wiki page about parallel programming in Python: its example of multiprocessing.Pool, fib over 38 to 33",
	},
	Sizes: kernels.Sizes{Small: 15, Middle: 32, Large: 38},
	Work: func(n int) kernels.Work {
		// F(n) takes 2·F(n+1)-1 calls.
		calls := 0.0
		for _, arg := range Arguments(n) {
			calls += max(1, 2*math.Round(math.Pow(math.Phi, float64(arg+1))/math.Sqrt(5))-1)
		}
		return kernels.Work{Items: calls, Unit: "calls"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup((*run).serial)},
		{Name: "gil", File: "gil.go", Setup: setup((*run).gil)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(func(r *run) func(context.Context) error { return r.goroutine(nil) })},
		{Name: "process", File: "process.go", Setup: setupProcess},
	},
	Tasks: tasks,
}

func checkSetup(n, workers int) error {
	err := check([]int{n}, workers)
	if err != nil {
		return fmt.Errorf("set up fib: %w", err)
	}
	return nil
}

// setup makes a Variant's Setup of a method that makes a run.
func setup(job func(*run) func(context.Context) error) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := checkSetup(n, workers); err != nil {
			return nil, err
		}
		r := newRun(Arguments(n), workers)
		return &kernels.Job{Run: job(r), Checksum: r.sum}, nil
	}
}
