package kmeans

import (
	"context"
	"math"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

//go:generate go -C ../_asm run . kmeans

// SIMD is [Serial] with the distances to 4 centres at a time with AVX2, 8 with
// AVX-512, with the same result to the bit. Without either it is Serial.
func SIMD(points []float64, d, k, rounds int, seed uint64) *Result {
	mustBeFine(points, d, k, rounds, 0)
	r := newRun(points, d, k, rounds, seed)
	return r.result(r.do(context.Background(), r.simd()))
}

// GoroutineSIMD is [SIMD] with blocks of points dealt to the given number of
// workers (0: GOMAXPROCS), with the same result to the bit. A negative number
// of workers is a panic.
func GoroutineSIMD(points []float64, d, k, rounds int, seed uint64, workers int) *Result {
	mustBeFine(points, d, k, rounds, workers)
	r := newRun(points, d, k, rounds, seed)
	return r.result(r.do(context.Background(), r.dealt(workers, r.vector)))
}

func (r *run) simd() func(context.Context) error {
	return func(context.Context) error {
		r.vector(0, r.blocks())
		return nil
	}
}

// maxLanes is the number of centres in the widest vector.
const maxLanes = 8

// numbers are the numbers of lanes as assembly wants them.
var numbers = [maxLanes]float64{0, 1, 2, 3, 4, 5, 6, 7}

// spread arranges the centres for vectors: of each group of centres the first
// coordinates, then the second ones, and so on. Groups are filled up with
// centres at infinity, which are nobody's nearest.
func (r *run) spread() {
	lanes := lanesOf(cpu.Best())
	for i := range (r.k + lanes - 1) / lanes * lanes {
		for j := range r.d {
			x := math.Inf(1)
			if i < r.k {
				x = r.Centers[i*r.d+j]
			}
			r.wide[(i/lanes*r.d+j)*lanes+i%lanes] = x
		}
	}
}

// vector is plain in vectors.
func (r *run) vector(lo, hi int) {
	tier := cpu.Best()
	lanes := lanesOf(tier)
	if lanes == 1 {
		r.plain(lo, hi)
		return
	}
	for b := lo; b < hi && !r.p.Stopped(); b++ {
		from, to := b*r.block, min((b+1)*r.block, r.n)
		nearestVector(tier, &r.Labels[from], &r.dist[from], &r.points[from*r.d], to-from, r.d, &r.wide[0], (r.k+lanes-1)/lanes, &numbers[0])
		r.tally(b)
	}
}
