package nbody

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

//go:generate go -C ../_asm run . nbody

// SIMD is [Serial] in vectors of 4 bodies with AVX2 and 8 with AVX-512: about 1.2 ns
// for each pair with AVX2. Without either it is Serial.
func SIMD(s *System, steps int, dt float64) {
	mustBeFine(s, steps, dt, 0)
	r := newRun(s, dt)
	_ = r.advance(context.Background(), steps, r.simd())
}

// GoroutineSIMD is [SIMD] with the bodies dealt to the given number of workers
// (0: GOMAXPROCS), with the same result as SIMD's to the bit. A negative
// number of workers is a panic.
func GoroutineSIMD(s *System, steps int, dt float64, workers int) {
	mustBeFine(s, steps, dt, workers)
	r := newRun(s, dt)
	_ = r.advance(context.Background(), steps, r.dealt(workers, r.pullVector))
}

func (r *run) simd() func(context.Context) error {
	return func(context.Context) error {
		r.pullVector(0, r.Len())
		return nil
	}
}

// pullVector is pullPlain in vectors, with the bodies behind the last whole
// vector in plain Go.
func (r *run) pullVector(lo, hi int) {
	tier := cpu.Best()
	lanes := lanesOf(tier)
	n := r.Len()
	whole := n / lanes * lanes
	if lanes == 1 || whole == 0 {
		r.pullPlain(lo, hi)
		return
	}
	often := max(pairs/n, 1)
	soft2 := r.Soft * r.Soft
	var sum [24]float64
	for i := lo; i < hi; i++ {
		if (i-lo)%often == 0 && r.p.Stopped() {
			return
		}
		at := [3]float64{r.X[i], r.Y[i], r.Z[i]}
		pull(tier, &sum, &at, soft2, &r.X[0], &r.Y[0], &r.Z[0], &r.Mass[0], whole/lanes)
		a := [3]float64{}
		a[0], a[1], a[2] = attract(at, soft2, r.X[whole:], r.Y[whole:], r.Z[whole:], r.Mass[whole:])
		for axis := range a {
			for _, v := range sum[axis*lanes : (axis+1)*lanes] {
				a[axis] += v
			}
		}
		r.ax[i], r.ay[i], r.az[i] = a[0], a[1], a[2]
	}
}
