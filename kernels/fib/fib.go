// Package fib computes Fibonacci numbers in the slowest way there is, as work to
// be dealt to workers.
//
//	fib.Serial(fib.Arguments(38))        // [39088169 24157817 14930352 9227465 5702887 3524578]
//	fib.Goroutine(fib.Arguments(38), 2)  // the same, two at a time
//
// The six calls are the example of a process pool on a page about parallel Python.
// Each number costs 1.6 times as much as the next smaller one, so two workers
// that fetch the largest first take almost exactly half the time, whatever the
// pool costs on top.
package fib

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// largest bounds the arguments: F(60) takes hours.
const largest = 60

func check(args []int, workers int) error {
	for i, n := range args {
		if n < 0 {
			return fmt.Errorf("negative argument %d at index %d", n, i)
		}
		if n > largest {
			return fmt.Errorf("argument %d at index %d is larger than %d", n, i, largest)
		}
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

func mustBeFine(args []int, workers int) {
	if err := check(args, workers); err != nil {
		panic(fmt.Errorf("fib: %w", err))
	}
}

// Arguments returns n, n-1 … n-5, those below 0 as 0: 38 gives the page's.
func Arguments(n int) []int {
	args := make([]int, 6)
	for i := range args {
		args[i] = max(0, n-i)
	}
	return args
}

// Number returns the n-th Fibonacci number by the definition: F(n) is
// F(n-1)+F(n-2), F(1) is 1 and F(0) is 0. It takes about F(n+1)·2 calls.
func Number(n int) int {
	if n < 2 {
		return n
	}
	return Number(n-1) + Number(n-2)
}

// leaf is up to which n a call does not ask whether to stop: some µs.
const leaf = 18

// stopped is what number returns when it was told to stop.
const stopped = -1

// number is Number that asks step every now and then whether to go on.
func number(n int, step func() bool) int {
	if n <= leaf {
		if !step() {
			return stopped
		}
		return Number(n)
	}
	a := number(n-1, step)
	if a == stopped {
		return stopped
	}
	b := number(n-2, step)
	if b == stopped {
		return stopped
	}
	return a + b
}

// A run computes the numbers of all arguments, as often as it is asked to.
type run struct {
	args    []int
	workers int
	p       poll.Poll
	results []int
}

func newRun(args []int, workers int) *run {
	return &run{args: args, workers: workers, results: make([]int, len(args))}
}

// begin prepares for a run.
func (r *run) begin(ctx context.Context) {
	r.p = poll.New(ctx)
	clear(r.results)
}

func (r *run) going() bool { return !r.p.Stopped() }

// sum is the checksum.
func (r *run) sum() float64 {
	sum := 0
	for _, f := range r.results {
		sum += f
	}
	return float64(sum)
}
