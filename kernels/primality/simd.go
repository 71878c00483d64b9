package primality

import (
	"context"
	"math"

	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . primality

// SIMD is [SerialWheel] with vector instructions: a turn's eight divisors are the
// lanes, and several turns are in flight. Without such instructions it is
// SerialWheel.
//
// Vectors have no division of integers. In float64 the quotient n/d, rounded to
// the integer q, is right if the reciprocal of d is good to half a unit of q, and
// then n-q·d, which a fused multiply-add gives without rounding, is 0 exactly if
// d divides n; n itself is the sum of two float64. The reciprocal of the next
// divisor d, s further on, comes from that of the last by Newton's method, with a
// relative error of (s/d)² after one step and (s/d)⁴ after two.
func SIMD(n int) Result {
	mustBeFine(n, 0)
	return search(background(), n, lanes)
}

// GoroutineSIMD is [SIMD] on the given number of workers (0: GOMAXPROCS), as
// [Goroutine].
func GoroutineSIMD(n, workers int, opts ...par.Option) Result {
	mustBeFine(n, workers)
	r, _ := newTeam(n, workers, 15*slice, lanes, Atomic).run(context.Background(), opts)
	return r
}

// lanes is wheel with vectors for those divisors that are large enough.
func lanes(n uint64, lo, hi int) uint64 {
	stride := searchStride() // in turns
	if stride == 0 {
		return wheel(n, lo, hi)
	}
	// The quotient may be off by an eighth at most, which leaves room for the
	// errors of rounding: (s/d)²·n/d ≤ 1/8 and (s/d)⁴·n/d ≤ 1/8.
	s := 30 * float64(stride)
	oneStep := int(math.Cbrt(8*s*s*float64(n))/30) + 1
	twoSteps := int(math.Pow(8*s*s*s*s*float64(n), 1./5)/30) + 1
	twoSteps = max(twoSteps, 16*stride) // far from where the series diverges
	oneStep = max(oneStep, twoSteps)
	if lo < twoSteps {
		to := min(hi, twoSteps)
		if d := wheel(n, lo, to); d != 0 || to == hi {
			return d
		}
		lo = to
	}
	high := float64(n)
	low := float64(int64(n) - int64(high))
	for _, part := range [...]struct {
		end  int
		find func(high, low, from float64, steps int) bool
	}{{min(hi, oneStep), search2}, {hi, search1}} {
		if part.end <= lo {
			continue
		}
		steps := (part.end - lo) / stride
		if part.find(high, low, 30*float64(lo), steps) {
			return wheel(n, lo, lo+steps*stride)
		}
		if lo += steps * stride; lo < part.end {
			if d := wheel(n, lo, part.end); d != 0 {
				return d
			}
			lo = part.end
		}
	}
	return 0
}
