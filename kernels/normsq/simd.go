package normsq

import (
	"context"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
)

//go:generate go -C ../_asm run . normsq

// SIMD adds up with eight vectors of sums side by side.
func SIMD(x []float64) float64 {
	sum, _ := single(background, x)
	return sum
}

// GoroutineSIMD is [SIMD] in blocks, as [Goroutine]. One block is left to one
// worker: it takes less time than telling another.
func GoroutineSIMD(x []float64, workers int) float64 {
	mustBeFine(workers)
	sum, _ := newLoop(x, workers, vector, nil).run(background)
	return sum
}

func single(ctx context.Context, x []float64) (float64, error) {
	p := poll.New(ctx)
	sum := 0.0
	for len(x) > 0 {
		if p.Stopped() {
			return math.NaN(), p.Err()
		}
		n := min(len(x), block)
		sum += vector(x[:n])
		x = x[n:]
	}
	return sum, nil
}

// unit is how many elements assembly does at a time.
const unit = 64

// vector is the sum of squares with vector instructions and fused operations.
func vector(x []float64) float64 {
	whole := len(x) &^ (unit - 1)
	sum := plain(x[whole:])
	if whole > 0 {
		sum += units(x[:whole])
	}
	return sum
}

// lanes is units in plain Go, with four sums side by side.
func lanes(x []float64) float64 {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		a += float64(x[0] * x[0])
		b += float64(x[1] * x[1])
		c += float64(x[2] * x[2])
		d += float64(x[3] * x[3])
	}
	return (a + b) + (c + d)
}
