package kmeans

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 17, 100, minBlock, 2*minBlock+1),
		kernelstest.Allocates("gil")) // starts its threads anew
}

func BenchmarkKmeans(b *testing.B) { kernelstest.Bench(b, &Kernel) }

// all are the functions that must give the same to the bit.
var all = map[string]func(points []float64, d, k, rounds int, seed uint64) *Result{
	"GIL": func(p []float64, d, k, rounds int, seed uint64) *Result { return GIL(p, d, k, rounds, seed, 2) },
	"Goroutine": func(p []float64, d, k, rounds int, seed uint64) *Result {
		return Goroutine(p, d, k, rounds, seed, 3)
	},
	"SIMD": SIMD,
	"GoroutineSIMD": func(p []float64, d, k, rounds int, seed uint64) *Result {
		return GoroutineSIMD(p, d, k, rounds, seed, 2)
	},
}

// Shapes around vectors and blocks, slices at odd addresses.
func TestSame(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, s := range []struct{ n, d, k int }{
				{0, 1, 1}, {1, 1, 1}, {1, 3, 5}, {9, 1, 2}, {10, 2, 3}, {100, 3, 4}, {101, 5, 7}, {64, 8, 8}, {77, 7, 9}, {200, 2, 17},
				{2*minBlock + 3, 2, 5},
			} {
				points := append([]float64{0}, Example(s.n, s.d, s.k, 7)...)[1:]
				want := Serial(points, s.d, s.k, 5, 3)
				for name, f := range all {
					if got := f(points, s.d, s.k, 5, 3); !reflect.DeepEqual(got, want) {
						t.Errorf("%s, %+v: %v in %d rounds, want %v in %d", name, s, got.Inertia, got.Rounds, want.Inertia, want.Rounds)
					}
				}
			}
		})
	}
}

// Of centres equally near the first is the nearest, also far and huge.
func TestTies(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for k := 1; k <= 20; k++ {
				for _, x := range []float64{0, 1, -3, 1e200} { // the square of the last is infinite
					r := newRun([]float64{x, x}, 1, k, 1, 1)
					r.p = poll.New(t.Context())
					for i := range r.Centers {
						r.Centers[i] = float64(int(rng.At(uint64(k), uint64(i))%3)) - 1
					}
					want, dist := make([]int32, 2), make([]float64, 2)
					nearest(want, dist, r.points, 1, r.Centers)
					r.spread()
					r.vector(0, 1)
					if !reflect.DeepEqual(r.Labels, want) || r.dist[0] != dist[0] {
						t.Errorf("point %v among %v: centre %v at %v, want %v at %v", x, r.Centers, r.Labels, r.dist, want, dist)
					}
				}
			}
		})
	}
}

func TestProcess(t *testing.T) {
	points := Example(3*minBlock, 3, 4, 1)
	want := Serial(points, 3, 4, 6, 1)
	got, err := Process(points, 3, 4, 6, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("inertia %v in %d rounds, want %v in %d", got.Inertia, got.Rounds, want.Inertia, want.Rounds)
	}
}

// What the definition says of a result: labels are of the nearest centres of
// the round before, so at rest each centre is the mean of its points and
// each point is at the nearest centre.
func TestAtRest(t *testing.T) {
	const n, d, k = 3000, 2, 6
	points := Example(n, d, k, 5)
	r := GoroutineSIMD(points, d, k, 1000, 2, 2)
	if r.Rounds == 1000 {
		t.Fatal("never came to rest")
	}
	inertia, sizes, mean := 0.0, make([]int, k), make([]float64, k*d)
	for i := range n {
		l := int(r.Labels[i])
		sizes[l]++
		own := 0.0
		for c := range k {
			sum := 0.0
			for j := range d {
				sum += math.Pow(points[i*d+j]-r.Centers[c*d+j], 2)
			}
			if c == l {
				own = sum
			}
		}
		inertia += own
		for c := range k {
			sum := 0.0
			for j := range d {
				sum += math.Pow(points[i*d+j]-r.Centers[c*d+j], 2)
			}
			if sum < own-1e-9 {
				t.Fatalf("point %d is in cluster %d, but %d is nearer", i, l, c)
			}
		}
		for j := range d {
			mean[l*d+j] += points[i*d+j]
		}
	}
	if !reflect.DeepEqual(sizes, r.Sizes) || math.Abs(inertia/r.Inertia-1) > 1e-9 {
		t.Errorf("sizes %v, inertia %v; want %v, %v", r.Sizes, r.Inertia, sizes, inertia)
	}
	for c := range k {
		for j := range d {
			if m := mean[c*d+j] / float64(sizes[c]); sizes[c] > 0 && math.Abs(m-r.Centers[c*d+j]) > 1e-9 {
				t.Errorf("centre %d has coordinate %v, the mean is %v", c, r.Centers[c*d+j], m)
			}
		}
	}
}

func TestBadArguments(t *testing.T) {
	p := []float64{1, 2, 3, 4, 5, 6}
	for want, f := range map[string]func(){
		"kmeans: number of dimensions d = 0 is not positive":                  func() { Serial(p, 0, 1, 1, 1) },
		"kmeans: 6 coordinates are no whole number of points in 4 dimensions": func() { SIMD(p, 4, 1, 1, 1) },
		"kmeans: number of clusters k = 0 is not positive":                    func() { Serial(p, 2, 0, 1, 1) },
		"kmeans: 9223372036854775807 centres in 2 dimensions have more":       func() { Serial(p, 2, math.MaxInt, 1, 1) },
		"kmeans: negative number of rounds -1":                                func() { GIL(p, 2, 1, -1, 1, 1) },
		"kmeans: negative number of workers -2":                               func() { GoroutineSIMD(p, 2, 1, 1, 1, -2) },
		"kmeans: coordinate 1 of point 1 is NaN":                              func() { Goroutine([]float64{1, 2, 3, math.NaN()}, 2, 1, 1, 1, 1) },
		"kmeans: coordinate 0 of point 0 is -Inf":                             func() { Serial([]float64{math.Inf(-1)}, 1, 1, 1, 1) },
		"kmeans: negative number of points -1":                                func() { Example(-1, 1, 1, 1) },
		"kmeans: number of clusters k = -1 is not positive":                   func() { Example(1, 1, -1, 1) },
		"points in 2 dimensions are more than 268435456 coordinates":          func() { Example(math.MaxInt, 2, 1, 1) },
		"kmeans by process: negative number of workers -1": func() {
			_, err := Process(p, 2, 1, 1, 1, -1)
			panic(err)
		},
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
	points := make([]float64, 2_000_000)
	for i := range points {
		points[i] = float64(rng.At(1, uint64(i))%100_000) / 7 // no clusters: long on its way
	}
	all["Serial"] = Serial
	defer delete(all, "Serial")
	for name, f := range all {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(50*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		if r := f(points, 2, 100, math.MaxInt, 1); r != nil {
			t.Errorf("%s came to an end in %d rounds", name, r.Rounds)
		}
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
	}
}
