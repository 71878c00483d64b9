package matmul

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 8, 65, 101),
		kernelstest.Allocates("gil")) // starts its threads anew
}

func BenchmarkMatmul(b *testing.B) { kernelstest.Bench(b, &Kernel, 256, 512) }

// Sums computed with programs in C, Python and NumPy.
func TestChecksum(t *testing.T) {
	const n, want = 512, 12924.946458
	a, b := Example(n)
	c := make([]float64, n*n)
	GoroutineSIMD(c, a, b, n, n, n, 2)
	if got := Checksum(c); math.Abs(got-want) > 1e-6 {
		t.Errorf("checksum of order %d: %.6f, want %v", n, got, want)
	}
}

// random fills n numbers in [-1, 1), in a slice that begins at no particular
// address.
func random[T number](seed uint64, n int) []T {
	x := make([]T, n+1)[1:]
	for i := range x {
		x[i] = T(int64(rng.At(seed, uint64(i)))>>40) / (1 << 23)
	}
	return x
}

// product is the definition, in float64, with the sum of the absolute products.
func product[T number](a, b []T, m, k, n int, transA, transB bool) (c, size []float64) {
	c, size = make([]float64, m*n), make([]float64, m*n)
	oa, ob := operandOf(a, m, k, transA), operandOf(b, k, n, transB)
	for i := range m {
		for j := range n {
			for l := range k {
				x := float64(a[oa.at(i, l)]) * float64(b[ob.at(l, j)])
				c[i*n+j] += x
				size[i*n+j] += math.Abs(x)
			}
		}
	}
	return c, size
}

// shapes around tiles, vectors and, with the small blocks of blocky, blocks.
var shapes = [][3]int{
	{1, 1, 1}, {3, 0, 4}, {0, 3, 4}, {5, 4, 0}, {6, 4, 8}, {8, 8, 24}, {7, 5, 9}, {5, 3, 7}, {12, 16, 25}, {13, 17, 31},
	{1, 300, 1}, {1, 40, 50}, {50, 40, 1}, {64, 64, 64}, {65, 67, 63}, {30, 33, 97}, {100, 31, 49},
}

// blocky is f with blocks so small that the shapes have several.
func blocky[T number](f *form[T]) *form[T] {
	g := *f
	g.kc, g.mc, g.nc = 16, 2*g.mr, 2*g.nr()
	return &g
}

// TestForms compares every form with the definition. A sum of k products has an
// error of at most k·ε times the sum of their sizes, in any order, with or
// without fused additions.
func TestForms(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		t.Run("float64", func(t *testing.T) { testForm(t, best64(), 0x1p-52) })
		t.Run("float32", func(t *testing.T) { testForm(t, best32(), 0x1p-23) })
	})
}

// eachTier runs a test on every tier of this machine.
func eachTier(t *testing.T, test func(t *testing.T)) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			test(t)
		})
	}
}

func testForm[T number](t *testing.T, f *form[T], eps float64) {
	for _, f := range []*form[T]{f, blocky(f)} {
		for i, s := range shapes {
			m, k, n := s[0], s[1], s[2]
			for trans := range 4 {
				transA, transB := trans&1 > 0, trans&2 > 0
				a, b := random[T](uint64(i), m*k), random[T](uint64(i)+100, k*n)
				want, size := product(a, b, m, k, n, transA, transB)
				for _, workers := range []int{1, 3} {
					c := random[T](7, m*n) // old values must not matter
					if m*n > 0 {
						c[0] = T(math.NaN())
					}
					task := newTask(f, m, k, n, workers)
					for range 2 {
						if err := task.run(t.Context(), c, operandOf(a, m, k, transA), operandOf(b, k, n, transB)); err != nil {
							t.Fatal(err)
						}
					}
					for e := range c {
						if math.Abs(float64(c[e])-want[e]) > float64(k+1)*eps*size[e] || c[e] != c[e] {
							t.Fatalf("%d×%d×%d transposed %v %v, kc %d, %d workers: element %d is %v, want %v",
								m, k, n, transA, transB, f.kc, workers, e, c[e], want[e])
						}
					}
				}
			}
		}
	}
}

// Float64 and float32 by the typed functions, which all are to agree.
func TestFunctions(t *testing.T) {
	const m, k, n = 33, 70, 41
	a, b := random[float64](1, m*k), random[float64](2, k*n)
	want := make([]float64, m*n)
	Serial(want, a, b, m, k, n)
	aT, bT := transposed(a, m, k), transposed(b, k, n)
	for name, f := range map[string]func(c []float64){
		"SerialIKJ":        func(c []float64) { SerialIKJ(c, a, b, m, k, n) },
		"SerialBlocked":    func(c []float64) { SerialBlocked(c, a, b, m, k, n) },
		"GIL":              func(c []float64) { GIL(c, a, b, m, k, n, 2) },
		"Goroutine":        func(c []float64) { Goroutine(c, a, b, m, k, n, 2) },
		"GoroutineBlocked": func(c []float64) { GoroutineBlocked(c, a, b, m, k, n, 3) },
		"SIMD":             func(c []float64) { SIMD(c, a, b, m, k, n) },
		"GoroutineSIMD":    func(c []float64) { GoroutineSIMD(c, a, b, m, k, n, 2) },
		"Multiply":         func(c []float64) { Multiply(c, aT, bT, m, k, n, true, true, 0) },
		"Process": func(c []float64) {
			if err := Process(c, a, b, m, k, n, 2); err != nil {
				t.Error(err)
			}
		},
		"ProcessSHM": func(c []float64) {
			if err := ProcessSHM(c, a, b, m, k, n, 2); err != nil {
				t.Error(err)
			}
		},
	} {
		c := make([]float64, m*n)
		f(c)
		for i := range c {
			if math.Abs(c[i]-want[i]) > 1e-12 {
				t.Errorf("%s: element %d is %v, want %v", name, i, c[i], want[i])
				break
			}
		}
	}
	a32, b32 := random[float32](1, m*k), random[float32](2, k*n)
	for name, f := range map[string]func(c []float32){
		"SIMD32":          func(c []float32) { SIMD32(c, a32, b32, m, k, n) },
		"GoroutineSIMD32": func(c []float32) { GoroutineSIMD32(c, a32, b32, m, k, n, 2) },
		"Multiply32":      func(c []float32) { Multiply32(c, transposed(a32, m, k), b32, m, k, n, true, false, 2) },
	} {
		c := make([]float32, m*n)
		f(c)
		for i := range c {
			if math.Abs(float64(c[i])-want[i]) > 1e-4 {
				t.Errorf("%s: element %d is %v, want %v", name, i, c[i], want[i])
				break
			}
		}
	}
	Release()
	if len(tasks64.idle)+len(tasks32.idle) != 0 {
		t.Error("Release left buffers")
	}
}

func transposed[T number](x []T, rows, cols int) []T {
	y := make([]T, len(x))
	for i := range rows {
		for j := range cols {
			y[j*rows+i] = x[i*cols+j]
		}
	}
	return y
}

// A NaN or an infinity reaches the row or column of C that it belongs to and
// nothing else, though tiles are filled up with zeros.
func TestNotFinite(t *testing.T) {
	const m, k, n = 19, 23, 29
	eachTier(t, func(t *testing.T) {
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			a, b := random[float64](1, m*k), random[float64](2, k*n)
			a[4*k+5] = x
			b[6*n+28] = x
			want, got := make([]float64, m*n), make([]float64, m*n)
			Serial(want, a, b, m, k, n)
			SIMD(got, a, b, m, k, n)
			for i := range want {
				same := math.Abs(got[i]-want[i]) < 1e-12 || got[i] == want[i] || got[i] != got[i] && want[i] != want[i]
				if !same {
					t.Fatalf("%v: element %d,%d is %v, want %v", x, i/n, i%n, got[i], want[i])
				}
			}
		}
	})
}

// The same bits for any number of workers.
func TestSameForAnyWorkers(t *testing.T) {
	const m, k, n = 150, 90, 130
	a, b := random[float64](1, m*k), random[float64](2, k*n)
	want, got := make([]float64, m*n), make([]float64, m*n)
	SIMD(want, a, b, m, k, n)
	for _, w := range []int{0, 2, 3, 7, 16} {
		GoroutineSIMD(got, a, b, m, k, n, w)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%d workers: element %d is %v, want %v", w, i, got[i], want[i])
			}
		}
	}
}

func TestGrid(t *testing.T) {
	for _, c := range []struct{ m, n, workers, down, over int }{
		{512, 512, 1, 1, 1}, {512, 512, 2, 1, 2}, {2048, 2048, 2, 2, 2}, {2000, 100, 2, 2, 1}, {100, 2000, 3, 1, 3}, {512, 512, 16, 4, 4},
		{0, 0, 2, 1, 2},
	} {
		if down, over := grid(c.m, c.n, c.workers); down != c.down || over != c.over {
			t.Errorf("grid(%d, %d, %d) = %d, %d, want %d, %d", c.m, c.n, c.workers, down, over, c.down, c.over)
		}
	}
}

func TestBadArguments(t *testing.T) {
	x, y, z := make([]float64, 6), make([]float64, 6), make([]float64, 4)
	long := make([]float64, 10)
	for want, f := range map[string]func(){
		"matmul: negative dimension m = -1":                  func() { Serial(z, x, y, -1, 3, 2) },
		"matmul: negative dimension k = -3":                  func() { SerialIKJ(z, x, y, 2, -3, 2) },
		"matmul: negative dimension n = -2":                  func() { SerialBlocked(z, x, y, 2, 3, -2) },
		"matmul: a has 6 elements, want 3×3 = 9":             func() { SIMD(z, x, y, 3, 3, 2) },
		"matmul: b has 6 elements, want 3×1 = 3":             func() { Goroutine(z, x, y, 2, 3, 1, 1) },
		"matmul: c has 6 elements, want 2×2 = 4":             func() { GoroutineSIMD(make([]float64, 6), x, y, 2, 3, 2, 1) },
		"matmul: size 4611686018427387904×4 of a overflows":  func() { Serial(nil, nil, nil, 1<<62, 4, 0) },
		"matmul: c overlaps a":                               func() { SIMD(long[5:9], long[:6], y, 2, 3, 2) },
		"matmul: c overlaps b":                               func() { Multiply(long[:4], x, long[3:9], 2, 3, 2, true, true, 1) },
		"matmul: negative number of workers -2":              func() { GoroutineBlocked(z, x, y, 2, 3, 2, -2) },
		"matmul: negative number of workers -4":              func() { GoroutineSIMD32(nil, nil, nil, 0, 0, 0, -4) },
		"matmul: order n = -1 is not in [0, 32768]":          func() { Example(-1) },
		"matmul by process: negative number of workers -1":   func() { panic(Process(z, x, y, 2, 3, 2, -1)) },
		"matmul by process with shared memory: c overlaps a": func() { panic(ProcessSHM(x[:4], x, y, 2, 3, 2, 1)) },
		"matmul by process: b has 4 elements, want 3×2 = 6":  func() { panic(Process(z, x, z[:4:4], 2, 3, 2, 1)) },
		"matmul: c has 0 elements, want 1×1 = 1":             func() { SIMD32(nil, nil, nil, 1, 0, 1) },
		"matmul: a has 0 elements, want 1×1 = 1":             func() { SIMD(nil, nil, nil, 1, 1, 1) },
		"matmul: order n = 32769 is not in [0, 32768]":       func() { Example(32769) },
		"matmul: negative number of workers -9":              func() { Goroutine(nil, nil, nil, 0, 0, 0, -9) },
		"matmul: negative number of workers -5":              func() { Multiply32(nil, nil, nil, 0, 0, 0, false, false, -5) },
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
	const n = 3000
	a, c := make([]float64, n*n), make([]float64, n*n)
	b := a
	t.Cleanup(interrupt.Reset)
	for name, f := range map[string]func(){
		"Serial":        func() { Serial(c, a, b, n, n, n) },
		"SerialBlocked": func() { SerialBlocked(c, a, b, n, n, n) },
		"Goroutine":     func() { Goroutine(c, a, b, n, n, n, 2) },
		"GIL":           func() { GIL(c, a, b, n, n, n, 2) },
		"SIMD":          func() { SIMD(c, a, b, n, n, n) },
		"GoroutineSIMD": func() { GoroutineSIMD(c, a, b, n, n, n, 2) },
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
