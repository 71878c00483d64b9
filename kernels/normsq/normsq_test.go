package normsq

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, unit-1, unit, unit+1, block-1, block, 3*block+7))
}

func BenchmarkNormSq(b *testing.B) { kernelstest.Bench(b, &Kernel, 10_000, 1_000_000, 10_000_000) }

// exact returns the sum without rounding, then rounded once.
func exact(x []float64) float64 {
	sum := new(big.Float).SetPrec(2200)
	for _, v := range x {
		f := new(big.Float).SetPrec(2200).SetFloat64(v)
		sum.Add(sum, f.Mul(f, f))
	}
	got, _ := sum.Float64()
	return got
}

// All ways are as near to the exact sum as n roundings may be, at every length
// around a unit and every distance from a cache line.
func TestAgainstExact(t *testing.T) {
	x := make([]float64, 3*unit+16)
	for i := range x {
		x[i] = math.Ldexp(float64(i*i%1009)-500, i%41-20)
	}
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for shift := range 9 {
				for n := range len(x) - shift {
					part := x[shift:][:n]
					want := exact(part)
					for name, got := range map[string]float64{
						"Serial": Serial(part), "SIMD": SIMD(part), "lanes": lanes(part[:n&^3]) + plain(part[n&^3:]),
					} {
						if math.Abs(got-want) > float64(n)*0x1p-53*want {
							t.Fatalf("%s of %d elements from %d on: %v, want %v", name, n, shift, got, want)
						}
					}
				}
			}
		})
	}
}

func TestFormula(t *testing.T) {
	const n = 1_000_000
	want := float64(n-1) * n * (2*n - 1) / 6
	x := Vector(n)
	for name, got := range map[string]float64{
		"Serial": Serial(x), "SIMD": SIMD(x), "Goroutine": Goroutine(x, 3, par.Dynamic(2)), "GoroutineSIMD": GoroutineSIMD(x, 2),
	} {
		if math.Abs(got-want) > n*0x1p-53*want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// Infinities and what is not a number come out as in the plain loop, wherever
// they are.
func TestNotNumbers(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, special := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e200} {
				for at := range unit + 2 {
					x := make([]float64, unit+2)
					x[at] = special
					want := Serial(x)
					for _, got := range []float64{SIMD(x), GoroutineSIMD(x, 2), Goroutine(x, 2)} {
						if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
							t.Fatalf("%v at %d: %v, want %v", special, at, got, want)
						}
					}
				}
			}
		})
	}
}

func TestSameForAnyWorkers(t *testing.T) {
	x := Vector(10*block + 3)
	want := GoroutineSIMD(x, 1)
	for _, w := range []int{0, 2, 3, 7, 100} {
		if got := GoroutineSIMD(x, w); got != want {
			t.Errorf("%d workers: %v, want %v", w, got, want)
		}
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"normsq: negative number of elements -1":          func() { Vector(-1) },
		"normsq: number of elements 9999999999 is larger": func() { Vector(9999999999) },
		"normsq: negative number of workers -2":           func() { Goroutine(nil, -2) },
		"normsq: negative number of workers -3":           func() { GoroutineSIMD(nil, -3) },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("panics with %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	x := Vector(4 * block)
	interrupt.Raise()
	for name, got := range map[string]float64{
		"Serial": Serial(x), "SIMD": SIMD(x), "Goroutine": Goroutine(x, 2), "GoroutineSIMD": GoroutineSIMD(x, 2),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s after an interrupt: %v, want NaN", name, got)
		}
	}
}
