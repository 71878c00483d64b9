// Package normsq adds up the squares of a vector's elements.
//
//	x := normsq.Vector(1_000_000)  // 0, 1, 2, …
//	normsq.Serial(x)               // 3.333328333335e+17
//	normsq.SIMD(x)
//	normsq.GoroutineSIMD(x, 2)
//
// There is an addition for each element that has to wait for the one before, so
// the plain loop does one element in the time of an addition, three or four
// cycles, whatever else the core could do. Several sums side by side, in vector
// registers, do away with that; then it is memory that bounds.
//
// It is section "Enter numpy" of Gorelick and Ozsvald, "High Performance Python",
// chapter 6, with its vector 0, 1, 2, ….
//
// # Rounding
//
// Adding in another order rounds differently. All terms are of one sign, so
// each order is off by at most n·2⁻⁵³ of the sum (Higham, "Accuracy and Stability
// of Numerical Algorithms", section 4.2), 10⁻⁹ for 10⁷ elements; sums in blocks are
// off by far less. The variants on several workers cut the vector into the same
// blocks for any number of workers, and so give the same bits.
package normsq

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// Vector returns 0, 1, 2, … n-1. It panics if n is negative or more than 2³¹-1.
func Vector(n int) []float64 {
	if err := check(n, 0); err != nil {
		panic(fmt.Errorf("normsq: %w", err))
	}
	x := mem.Make[float64](n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

// block is how many elements are added up before asking whether to stop, and
// what a worker fetches at a time: some ten microseconds.
const block = 1 << 15

// plain is the sum of squares in order, rounded after each operation.
func plain(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v * v)
	}
	return sum
}

// blocks adds up blocks [lo, hi) with add into the part of each.
func blocks(p poll.Poll, parts, x []float64, lo, hi int, add func([]float64) float64) error {
	for b := lo; b < hi; b++ {
		if p.Stopped() {
			return p.Err()
		}
		parts[b] = add(x[b*block : min(len(x), (b+1)*block)])
	}
	return nil
}

// count returns how many blocks n elements have.
func count(n int) int { return (n + block - 1) / block }

func check(n, workers int) error {
	if n < 0 {
		return fmt.Errorf("negative number of elements %d", n)
	}
	if n > math.MaxInt32 {
		return fmt.Errorf("number of elements %d is larger than %d", n, math.MaxInt32)
	}
	return checkWorkers(workers)
}

func checkWorkers(workers int) error {
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
