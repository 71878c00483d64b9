package nbody

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 3, 4, 7, 8, 9, 65, 300),
		kernelstest.Allocates("gil")) // starts its threads anew
}

func BenchmarkNbody(b *testing.B) { kernelstest.Bench(b, &Kernel) }

// Two equal bodies on a circle about their centre: without softening worth the
// name they come back after one turn, 2π·√(d³/M).
func TestKepler(t *testing.T) {
	const d, mass = 1.0, 1.0
	v := math.Sqrt(mass/d) / 2 // of each
	s := &System{
		X: []float64{-d / 2, d / 2}, Y: []float64{0, 0}, Z: []float64{0, 0},
		VX: []float64{0, 0}, VY: []float64{-v, v}, VZ: []float64{0, 0},
		Mass: []float64{mass / 2, mass / 2}, Soft: 1e-9,
	}
	const steps = 20000
	Serial(s, steps, 2*math.Pi/steps)
	if math.Abs(s.X[0]+d/2) > 1e-6 || math.Abs(s.Y[0]) > 1e-6 || math.Abs(s.X[1]-d/2) > 1e-6 {
		t.Errorf("after one turn the bodies are at %v, %v", s.X, s.Y)
	}
}

// Energy and momentum are kept, and the first is wrong if forces are.
func TestConserves(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			s := New(203, 5)
			before := s.Energy()
			GoroutineSIMD(s, 100, 1.0/256, 2)
			if now := s.Energy(); math.Abs(now/before-1) > 1e-4 {
				t.Errorf("energy went from %v to %v", before, now)
			}
			start := New(203, 5)
			var px, px0 float64
			for i, m := range s.Mass {
				px += m * s.VX[i]
				px0 += m * start.VX[i]
			}
			if math.Abs(px-px0) > 1e-14 {
				t.Errorf("momentum went from %v to %v", px0, px)
			}
		})
	}
}

// Vectors against the definition, one body at a time, slices at odd addresses.
func TestPull(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33} {
				big := New(n+1, 3)
				s := &System{X: big.X[1:], Y: big.Y[1:], Z: big.Z[1:], VX: big.VX[1:], VY: big.VY[1:], VZ: big.VZ[1:], Mass: big.Mass[1:], Soft: 0.01}
				want, got := newRun(s, 0), newRun(s, 0)
				want.p, got.p = poll.New(t.Context()), poll.New(t.Context())
				want.pullPlain(0, n)
				got.pullVector(0, n)
				for i := range n {
					for axis, pair := range [][2]float64{{got.ax[i], want.ax[i]}, {got.ay[i], want.ay[i]}, {got.az[i], want.az[i]}} {
						if math.Abs(pair[0]-pair[1]) > 1e-12*(1+math.Abs(pair[1])) {
							t.Errorf("%d bodies, body %d, axis %d: %v, want %v", n, i, axis, pair[0], pair[1])
						}
					}
				}
			}
		})
	}
}

// A body that is nowhere spoils all, on every tier.
func TestNotFinite(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, bad := range []float64{math.NaN(), math.Inf(1)} {
				s := New(19, 1)
				s.Y[5] = bad
				SIMD(s, 1, 0.01)
				for i := range s.Y {
					if !math.IsNaN(s.Y[i]) {
						t.Errorf("%v: body %d is at %v", bad, i, s.Y[i])
					}
				}
			}
		})
	}
}

func TestSameForAnyWorkers(t *testing.T) {
	for name, f := range map[string]func(s *System, workers int){
		"Goroutine":     func(s *System, w int) { Goroutine(s, 3, 0.01, w) },
		"GIL":           func(s *System, w int) { GIL(s, 3, 0.01, w) },
		"GoroutineSIMD": func(s *System, w int) { GoroutineSIMD(s, 3, 0.01, w) },
	} {
		want := New(150, 2)
		f(want, 1)
		for _, w := range []int{0, 2, 3, 16} {
			got := New(150, 2)
			f(got, w)
			for i := range got.X {
				if got.X[i] != want.X[i] || got.VZ[i] != want.VZ[i] {
					t.Fatalf("%s, %d workers: body %d is at %v, want %v", name, w, i, got.X[i], want.X[i])
				}
			}
		}
	}
}

func TestProcess(t *testing.T) {
	got, want := New(50, 1), New(50, 1)
	Serial(want, 2, 0.01)
	if err := Process(got, 2, 0.01, 2); err != nil {
		t.Fatal(err)
	}
	if got.Checksum() != want.Checksum() {
		t.Errorf("checksum %v, want %v", got.Checksum(), want.Checksum())
	}
}

func TestBadArguments(t *testing.T) {
	with := func(change func(s *System)) *System {
		s := New(3, 1)
		change(s)
		return s
	}
	for want, f := range map[string]func(){
		"nbody: number of bodies -1 is not in [0, 1048576]": func() { New(-1, 1) },
		"nbody: nil system":                                      func() { Serial(nil, 1, 1) },
		"nbody: VY has 2 elements, Mass has 3":                   func() { SIMD(with(func(s *System) { s.VY = s.VY[:2] }), 1, 1) },
		"nbody: Y overlaps X":                                    func() { Serial(with(func(s *System) { s.Y = s.X }), 1, 1) },
		"nbody: softening length Soft = 0 is not positive":       func() { Serial(with(func(s *System) { s.Soft = 0 }), 1, 1) },
		"nbody: softening length Soft = NaN is not positive":     func() { Serial(with(func(s *System) { s.Soft = math.NaN() }), 1, 1) },
		"nbody: negative number of steps -1":                     func() { Goroutine(New(3, 1), -1, 1, 1) },
		"nbody: time step dt = NaN":                              func() { SIMD(New(3, 1), 1, math.NaN()) },
		"nbody: negative number of workers -2":                   func() { GoroutineSIMD(New(3, 1), 1, 1, -2) },
		"nbody by process: negative number of workers -3":        func() { panic(Process(New(3, 1), 1, 1, -3)) },
		"nbody: number of bodies 1048577 is not in [0, 1048576]": func() { New(1<<20+1, 1) },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("panics with %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	s := New(20000, 1)
	for name, f := range map[string]func(){
		"Serial":        func() { Serial(s, math.MaxInt, 0.001) },
		"Goroutine":     func() { Goroutine(s, math.MaxInt, 0.001, 2) },
		"GIL":           func() { GIL(s, math.MaxInt, 0.001, 2) },
		"SIMD":          func() { SIMD(s, math.MaxInt, 0.001) },
		"GoroutineSIMD": func() { GoroutineSIMD(s, math.MaxInt, 0.001, 2) },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(20*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
	}
}
