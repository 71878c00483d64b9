package stream

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 31, 32, 33, 65, small+9, past+41))
}

func BenchmarkStream(b *testing.B) { kernelstest.Bench(b, &Kernel, 1000, 1<<16, 1<<24) }

// definition is element i of a loop.
func definition(o op, x, y, q float64) float64 {
	switch o {
	case opCopy:
		return x
	case opScale:
		return q * x
	case opAdd:
		return x + y
	}
	return x + float64(q*y)
}

// All loops on all tiers, with both kinds of stores, at all distances from a
// cache line and all lengths around a unit, with what is not a number too.
func TestLoops(t *testing.T) {
	const longest, room = 5*unit + 1, 16
	values := []float64{1, -2.5, math.Pi, math.Inf(1), math.NaN(), 0, 1e300, -math.MaxFloat64, 5e-324}
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for o := opCopy; o <= opTriad; o++ {
				for shift := range 9 {
					for _, n := range []int{0, 1, 7, unit - 1, unit, unit + 1, 2*unit + 8, longest} {
						x, y, to := make([]float64, longest+room), make([]float64, longest+room), make([]float64, longest+room)
						for i := range x {
							x[i], y[i], to[i] = values[i%len(values)], values[i%7], 42
						}
						for _, nt := range []bool{false, true} {
							loop := &task{o, to[shift:][:n], x[shift/2:][:n], y[1:][:n], 3.7}
							loop.vector(nt)
							for i, got := range loop.to {
								want := definition(o, loop.x[i], loop.y[i], loop.q)
								if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
									t.Fatalf("%v %s n=%d shift=%d nt=%v: element %d is %v, want %v", tier, names[o], n, shift, nt, i, got, want)
								}
							}
							for i, v := range to {
								if (i < shift || i >= shift+n) && v != 42 {
									t.Fatalf("%v %s n=%d shift=%d nt=%v: wrote beside the array", tier, names[o], n, shift, nt)
								}
							}
						}
					}
				}
			}
		})
	}
}

func TestFunctions(t *testing.T) {
	const n = small*3 + 5
	a, b, c := make([]float64, n), make([]float64, n), make([]float64, n)
	fill(a, b, c)
	for name, f := range map[string]func() float64{
		"Serial":        func() float64 { Serial(a, b, c, 3); return b[n-1] + 3*c[n-1] },
		"Goroutine":     func() float64 { Goroutine(a, b, c, 3, 3, par.Dynamic(100)); return b[n-1] + 3*c[n-1] },
		"SIMD":          func() float64 { SIMD(a, b, c, 3); return b[n-1] + 3*c[n-1] },
		"GoroutineSIMD": func() float64 { GoroutineSIMD(a, b, c, 3, 2); return b[n-1] + 3*c[n-1] },
		"Copy":          func() float64 { Copy(a, b, 2); return b[n-1] },
		"Scale":         func() float64 { Scale(a, b, 5, 0); return 5 * b[n-1] },
		"Add":           func() float64 { Add(a, b, c, 2); return b[n-1] + c[n-1] },
		"in place":      func() float64 { copy(a, c); Triad(a, b, a, 2, 2); return b[n-1] + 2*c[n-1] },
	} {
		clear(a)
		if want := f(); a[n-1] != want || a[0] == 0 && name != "in place" && name != "Copy" && b[0] != 0 {
			t.Errorf("%s: the last element is %v, want %v", name, a[n-1], want)
		}
	}
}

func TestRates(t *testing.T) {
	rates := Rates(100_000, 2)
	if len(rates) != 4 {
		t.Fatalf("%d rates, want 4", len(rates))
	}
	for i, r := range rates {
		if r.Loop != names[i] || r.BytesPerSecond < 1e7 || r.BytesPerSecond > 1e13 {
			t.Errorf("rate %d: %v", i, r)
		}
	}
	if got := (Rate{"triad", 29.84e9}).String(); got != "triad 29.8 GB/s" {
		t.Errorf("String: %s", got)
	}
}

func TestBadArguments(t *testing.T) {
	long := make([]float64, 20)
	for want, f := range map[string]func(){
		"stream: arrays of 3 and 4 elements":         func() { Serial(long[:3], long[4:8], long[8:12], 1) },
		"stream: arrays of 4 and 2 elements":         func() { SIMD(long[:4], long[4:8], long[8:10], 1) },
		"stream: the array to store in overlaps":     func() { Copy(long[:4], long[1:5], 1) },
		"stream: negative number of workers -2":      func() { Goroutine(long[:4], long[4:8], long[8:12], 1, -2) },
		"stream: negative number of elements -1":     func() { Rates(-1, 1) },
		"stream: no elements":                        func() { Rates(0, 1) },
		"stream: number of elements 9999999999 is l": func() { Rates(9999999999, 1) },
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
	const n = 1 << 22
	a, b, c := make([]float64, n), make([]float64, n), make([]float64, n)
	fill(a, b, c)
	for name, f := range map[string]func(){
		"Serial":        func() { Serial(a, b, c, 3) },
		"Goroutine":     func() { Goroutine(a, b, c, 3, 2) },
		"GoroutineSIMD": func() { GoroutineSIMD(a, b, c, 3, 2) },
	} {
		clear(a)
		interrupt.Reset()
		interrupt.Raise()
		from := time.Now()
		f()
		if took := time.Since(from); took > 500*time.Millisecond {
			t.Errorf("%s took %v after the interrupt", name, took)
		}
		if a[n-1] != 0 {
			t.Errorf("%s went to the end in spite of the interrupt", name)
		}
	}
}
