package diffusion

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 3, 7, 65))
}

func BenchmarkDiffusion(b *testing.B) { kernelstest.Bench(b, &Kernel, 640) }

// The sums were computed with programs in C and Python too.
func TestKnownChecksum(t *testing.T) {
	if got := fmt.Sprintf("%.9e", GoroutineSIMD(Start(640, 640), 500, 0).Checksum()); got != "1.003507616e+03" {
		t.Errorf("640² after 500 steps: checksum %s", got)
	}
}

// rough is a grid without any symmetry, of values of very different size.
func rough(rows, cols int) *Grid {
	g := New(rows, cols)
	for i := range g.Cells {
		g.Cells[i] = math.Ldexp(float64(i*i%101)-50, i%23-11)
	}
	return g
}

// equal reports whether two grids have the same bits.
func equal(a, b *Grid) bool {
	if a.Rows != b.Rows || a.Cols != b.Cols || len(a.Cells) != len(b.Cells) {
		return false
	}
	for i, u := range a.Cells {
		if math.Float64bits(u) != math.Float64bits(b.Cells[i]) {
			return false
		}
	}
	return true
}

// The definition, cell by cell, with indexes taken modulo the sides.
func byDefinition(g *Grid, steps int) *Grid {
	for range steps {
		to := New(g.Rows, g.Cols)
		for y := range g.Rows {
			for x := range g.Cols {
				at := func(dy, dx int) float64 { return g.At(mod(y+dy, g.Rows), mod(x+dx, g.Cols)) }
				four := float64(4 * at(0, 0))
				change := float64(Rate * ((at(-1, 0) + at(1, 0)) + (at(0, -1) + at(0, 1)) - four))
				to.Cells[y*g.Cols+x] = at(0, 0) + change
			}
		}
		g = to
	}
	return g
}

// All ways give the same bits on grids of all shapes, also where neighbours
// coincide, with any number of workers, pipeline and tile.
func TestSameBits(t *testing.T) {
	ctx := context.Background()
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, side := range [][2]int{{0, 0}, {1, 1}, {1, 2}, {2, 1}, {3, 3}, {2, 3}, {7, 5}, {17, 33}, {25, 66}} {
				start := rough(side[0], side[1])
				before := append([]float64(nil), start.Cells...)
				for _, steps := range []int{0, 1, 2, 9} {
					want := byDefinition(start, steps)
					tell := func(name string, got *Grid, err error) {
						t.Helper()
						if err != nil || !equal(got, want) || got.Steps != steps {
							t.Fatalf("%s: %v, %d steps: differs, steps %d, %v", name, side, steps, got.Steps, err)
						}
					}
					tell("Serial", Serial(start, steps), nil)
					tell("SerialModulo", SerialModulo(start, steps), nil)
					tell("GIL", GIL(start, steps, 2), nil)
					tell("Goroutine", Goroutine(start, steps, 2), nil)
					tell("SIMD", SIMD(start, steps), nil)
					tell("SIMDSkew", SIMDSkew(start, steps), nil)
					tell("GoroutineSIMD", GoroutineSIMD(start, steps, 2), nil)
					tell("GoroutineSIMDSkew", GoroutineSIMDSkew(start, steps, 2), nil)
					for _, workers := range []int{1, 3} {
						g, err := newPlace(start, steps, workers).run(ctx)
						tell(fmt.Sprintf("place, %d workers", workers), g, err)
						for _, depth := range []int{1, 2, 5, 9} {
							for _, width := range []int{8, 24, 1024} {
								g, err := newSkew(start, steps, workers, depth, width).run(ctx)
								tell(fmt.Sprintf("skew, %d workers, depth %d, width %d", workers, depth, width), g, err)
							}
						}
					}
				}
				for i, u := range before {
					if start.Cells[i] != u {
						t.Fatalf("%v: the start was changed", side)
					}
				}
			}
		})
	}
}

// Large enough for all workers and for what plan chooses.
func TestSameBitsLarge(t *testing.T) {
	start := rough(403, 601)
	want := Serial(start, 26)
	for name, got := range map[string]*Grid{
		"Goroutine":         Goroutine(start, 26, 3, par.Dynamic(7)),
		"SIMD":              SIMD(start, 26),
		"SIMDSkew":          SIMDSkew(start, 26),
		"GoroutineSIMD":     GoroutineSIMD(start, 26, 3),
		"GoroutineSIMDSkew": GoroutineSIMDSkew(start, 26, 3),
	} {
		if !equal(got, want) {
			t.Errorf("%s differs from Serial", name)
		}
	}
}

func TestProcess(t *testing.T) {
	for _, side := range [][2]int{{0, 0}, {1, 1}, {3, 2}, {64, 65}} {
		start := rough(side[0], side[1])
		got, err := Process(start, 7, 2)
		if err != nil || !equal(got, Serial(start, 7)) || got.Steps != 7 {
			t.Errorf("%v: %v, %v", side, got, err)
		}
	}
	for want, f := range map[string]func() (*Grid, error){
		"diffusion: no grid":                       func() (*Grid, error) { return Process(nil, 1, 1) },
		"diffusion: negative number of steps -1":   func() (*Grid, error) { return Process(New(1, 1), -1, 1) },
		"diffusion: negative number of workers -2": func() (*Grid, error) { return Process(New(1, 1), 1, -2) },
	} {
		if _, err := f(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// What is not a number stays among its neighbours in all variants.
func TestNotANumber(t *testing.T) {
	start := rough(200, 211)
	start.Row(100)[100] = math.NaN()
	start.Row(0)[0] = math.Inf(1)
	want := Serial(start, 3)
	for name, got := range map[string]*Grid{"SIMD": SIMD(start, 3), "SIMDSkew": SIMDSkew(start, 3)} {
		for i, u := range want.Cells {
			if v := got.Cells[i]; u != v && !(math.IsNaN(u) && math.IsNaN(v)) {
				t.Fatalf("%s: cell %d is %v, want %v", name, i, v, u)
			}
		}
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct{ rows, cols, steps, cache, depth, width int }{
		{640, 640, 500, 512 << 10, 8, 640},
		{320, 640, 500, 512 << 10, 8, 640},
		{4096, 4096, 20, 512 << 10, 10, 1024},
		{4096, 4096, 20, 2 << 20, 12, 1024},
		{100, 1500, 500, 2 << 20, 4, 752},
		{10, 9, 500, 1 << 20, 1, 16},
		{640, 640, 1, 1 << 20, 1, 640},
	} {
		if depth, width := plan(c.rows, c.cols, c.steps, c.cache); depth != c.depth || width != c.width {
			t.Errorf("plan(%d, %d, %d, %d) = %d, %d, want %d, %d", c.rows, c.cols, c.steps, c.cache, depth, width, c.depth, c.width)
		}
	}
	for text, want := range map[string]int{"512K\n": 512 << 10, "2048K": 2 << 20, "": 1, "1M": 1, "0K": 1, "-5K": 1, "99999999K": 1} {
		if got := cacheSize(text, 1); got != want {
			t.Errorf("cacheSize(%q) = %d, want %d", text, got, want)
		}
	}
	if l2 := level2(); l2 < 64<<10 || l2 > 1<<30 {
		t.Errorf("second-level cache of %d bytes", l2)
	}
}

func TestGrid(t *testing.T) {
	g := Start(640, 640)
	if got := g.String(); got != "diffusion 640×640, 0 steps, sum 20.48" {
		t.Errorf("String: %s", got)
	}
	if g.At(256, 256) != 0.005 || g.At(319, 319) != 0.005 || g.At(255, 256) != 0 || g.At(320, 300) != 0 {
		t.Error("the block is elsewhere")
	}
	later := Serial(Serial(g, 30), 12)
	if later.Steps != 42 || math.Abs(later.Sum()-g.Sum()) > 1e-10 {
		t.Errorf("after 42 steps: %v", later)
	}
	weighted := 0.0
	for i, u := range later.Cells {
		weighted += u * float64(i%97+1)
	}
	if got := later.Checksum(); math.Abs(got-weighted) > 1e-9*weighted {
		t.Errorf("checksum %v, want %v", got, weighted)
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"diffusion: negative number of rows -1":                     func() { New(-1, 1) },
		"diffusion: negative number of columns -2":                  func() { Start(1, -2) },
		"diffusion: 100000 rows times 100000 columns are more than": func() { New(100000, 100000) },
		"diffusion: no grid":                                        func() { Serial(nil, 1) },
		"diffusion: negative number of steps -3":                    func() { SIMD(New(1, 1), -3) },
		"diffusion: negative number of workers -4":                  func() { GoroutineSIMDSkew(New(1, 1), 1, -4) },
		"diffusion: grid of 2 rows and 3 columns has 5 cells":       func() { SIMDSkew(&Grid{Rows: 2, Cols: 3, Cells: make([]float64, 5)}, 1) },
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
	start := Start(400, 400)
	const steps = math.MaxInt32
	for name, f := range map[string]func() *Grid{
		"Serial":            func() *Grid { return Serial(start, steps) },
		"SerialModulo":      func() *Grid { return SerialModulo(start, steps) },
		"GIL":               func() *Grid { return GIL(start, steps, 2) },
		"Goroutine":         func() *Grid { return Goroutine(start, steps, 2) },
		"SIMD":              func() *Grid { return SIMD(start, steps) },
		"SIMDSkew":          func() *Grid { return SIMDSkew(start, steps) },
		"GoroutineSIMD":     func() *Grid { return GoroutineSIMD(start, steps, 3) },
		"GoroutineSIMDSkew": func() *Grid { return GoroutineSIMDSkew(start, steps, 3) },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(30*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		g := f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if g.Steps < 0 || g.Steps >= steps {
			t.Errorf("%s returned after %d steps", name, g.Steps)
		}
	}
}

// A barrier lets nobody go on before all have come, and everybody as soon as
// one gives up.
func TestBarrier(t *testing.T) {
	const workers, rounds = 5, 200
	var c crew
	var count [rounds]struct{ n [workers]bool }
	c.set(workers, func(worker int) {
		for r := range rounds {
			count[r].n[worker] = true
			if !c.bar.wait(c.p) {
				t.Errorf("worker %d stopped in round %d", worker, r)
				return
			}
			if count[r].n != [workers]bool{true, true, true, true, true} {
				t.Errorf("worker %d left round %d before all had come", worker, r)
			}
		}
	})
	if err := c.run(context.Background()); err != nil {
		t.Error(err)
	}
	c.set(workers, func(worker int) {
		if worker == 3 {
			c.bar.leave()
		} else if c.bar.wait(c.p) {
			t.Errorf("worker %d was let through", worker)
		}
	})
	_ = c.run(context.Background())
}
