// Package sum adds up integers: the shortest program in which several workers
// must agree on one result.
//
//	x := sum.Numbers(10_000_000, 1)
//	sum.Serial(x)
//	sum.GoroutineMutex(x, 2)  // a lock around each addition
//	sum.GoroutineAtomic(x, 2) // an atomic addition
//	sum.Goroutine(x, 2)       // a sum of its own for each worker
//
// The three ways of sharing a total give the same number and differ by a factor
// of a hundred in time. With private totals the memory is the limit, which one
// core with vector instructions nearly reaches.
//
// Sums are modulo 2⁶⁴, as Go's additions are, so they don't depend on the order.
package sum

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// Numbers returns n integers from −2³¹ to 2³¹−1, drawn from the stream of
// package rng that seed begins. It panics if n is negative or larger than 2³².
func Numbers(n int, seed uint64) []int64 {
	if err := check(n, 0); err != nil {
		panic(fmt.Errorf("sum: %w", err))
	}
	x := mem.Make[int64](n)
	state := rng.Start(seed, 0)
	for i := range x {
		x[i] = int64(rng.Mix(state)) >> 32
		state += rng.Step
	}
	return x
}

// most is how many numbers there may be: 32 GB.
const most = 1 << 32

// mostWorkers is how many workers there may be.
const mostWorkers = 1024

func check(n, workers int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative number of numbers %d", n)
	case int64(n) > most:
		return fmt.Errorf("number of numbers %d is larger than %d", n, int64(most))
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	case workers > mostWorkers:
		return fmt.Errorf("number of workers %d is larger than %d", workers, mostWorkers)
	}
	return nil
}

func mustBeFine(workers int) {
	if err := check(0, workers); err != nil {
		panic(fmt.Errorf("sum: %w", err))
	}
}

// block is how many numbers are added before asking whether to stop: some 20 µs.
const block = 1 << 15

// add is a plain loop.
func add(x []int64) int64 {
	total := int64(0)
	for _, v := range x {
		total += v
	}
	return total
}

// inBlocks adds the numbers of x, block by block. Interrupted, it
// returns what it has.
func inBlocks(ctx poll.Poll, x []int64, add func([]int64) int64) (total int64) {
	for len(x) > 0 && !ctx.Stopped() {
		some := x[:min(block, len(x))]
		total += add(some)
		x = x[len(some):]
	}
	return total
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
