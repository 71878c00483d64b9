// Package sort puts integers in order, by comparing and by digits, on one core
// and on several.
//
//	x := sort.Numbers(1_000_000, 1)
//	sort.Serial(x)       // the standard library's
//	sort.Goroutine(x, 2) // parts sorted at the same time, then merged
//	sort.SerialRadix(x)        // by digits of 11 bits, without a comparison
//
// All functions sort in place. Merging is what keeps two workers from being
// twice as fast; sorting by digits moves every number six times but takes a few
// nanoseconds per number whatever their number, where comparing takes log₂ n
// steps with every second guess of the processor wrong.
package sort

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// Numbers returns n integers of 64 bits, drawn from the stream of package rng
// that seed begins. It panics if n is negative or larger than 2³¹.
func Numbers(n int, seed uint64) []int64 {
	if err := check(n, 0); err != nil {
		panic(fmt.Errorf("sort: %w", err))
	}
	x := mem.Make[int64](n)
	state := rng.Start(seed, 0)
	for i := range x {
		x[i] = int64(rng.Mix(state))
		state += rng.Step
	}
	return x
}

// Sum returns Σ (i+1)·x[i] modulo 2⁶⁴: it tells an order from another.
func Sum(x []int64) uint64 {
	sum := uint64(0)
	for i, v := range x {
		sum += uint64(i+1) * uint64(v)
	}
	return sum
}

// most is how many numbers there may be: 16 GB.
const most = 1 << 31

// mostWorkers is how many workers there may be.
const mostWorkers = 1024

func check(n, workers int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative number of numbers %d", n)
	case n > most:
		return fmt.Errorf("number of numbers %d is larger than %d", n, most)
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	case workers > mostWorkers:
		return fmt.Errorf("number of workers %d is larger than %d", workers, mostWorkers)
	}
	return nil
}

func mustBeFine(n, workers int) {
	if err := check(n, workers); err != nil {
		panic(fmt.Errorf("sort: %w", err))
	}
}

// run is how many numbers are sorted by slices.Sort at a time before asking
// whether to stop: some 5 ms.
const run = 1 << 16

// block is how many numbers are merged or dealt before asking: 0.3 ms.
const block = 1 << 16

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
