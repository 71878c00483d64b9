package par

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/weft-go/weft/runtime/interrupt"
)

var sortSizes = []int{0, 1, 2, 3, serialSort - 1, serialSort, serialSort + 1, 5*serialSort + 3, maxRun + 7}

// inputs returns slices of n numbers that sorts are known to find hard or easy.
func inputs(n int) map[string][]float64 {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	all := map[string][]float64{}
	make1 := func(name string, f func(i int) float64) {
		x := make([]float64, n)
		for i := range x {
			x[i] = f(i)
		}
		all[name] = x
	}
	make1("random", func(int) float64 { return r.Float64() })
	make1("few", func(int) float64 { return float64(r.IntN(4)) })
	make1("sorted", func(i int) float64 { return float64(i) })
	make1("reversed", func(i int) float64 { return float64(-i) })
	make1("special", func(i int) float64 {
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), r.Float64()}[r.IntN(6)]
	})
	return all
}

// same compares bits but for NaN and the sign of 0, which are equal in order.
func same(a, b float64) bool { return cmp.Compare(a, b) == 0 }

func TestSort(t *testing.T) {
	for _, n := range sortSizes {
		for name, x := range inputs(n) {
			workers := []int{1, 2, 3, 8}
			if n > maxRun { // these take their time
				if name != "random" {
					continue
				}
				workers = []int{2}
			}
			want := slices.Clone(x)
			slices.Sort(want)
			for _, w := range workers {
				got := slices.Clone(x)
				Sort(got, Workers(w))
				if !slices.EqualFunc(got, want, same) {
					t.Errorf("Sort of %d %s numbers on %d workers: wrong order", n, name, w)
				}
			}
			got := slices.Clone(x)
			SortFloat64s(got)
			if !slices.EqualFunc(got, want, same) {
				t.Errorf("SortFloat64s of %d %s numbers: wrong order", n, name)
			}
			got = slices.Clone(x)
			SortFunc(got, func(a, b float64) int { return cmp.Compare(b, a) }, Workers(2))
			slices.Reverse(got)
			if !slices.EqualFunc(got, want, same) {
				t.Errorf("SortFunc, descending, of %d %s numbers: wrong order", n, name)
			}
		}
	}
	words := strings.Fields(strings.Repeat("the quick brown fox jumps over the lazy dog é ", 1000))
	want := slices.Clone(words)
	slices.Sort(want)
	if SortStrings(words, Workers(2)); !slices.Equal(words, want) {
		t.Error("SortStrings: wrong order")
	}
	numbers := rand.Perm(20_000)
	if SortInts(numbers, Workers(2)); !slices.IsSorted(numbers) {
		t.Error("SortInts: wrong order")
	}
}

func TestSortStable(t *testing.T) {
	type item struct{ key, place int }
	for _, n := range sortSizes {
		for _, w := range []int{1, 2, 5} {
			if n > maxRun && w != 2 {
				continue
			}
			x := make([]item, n)
			for i := range x {
				x[i] = item{rand.IntN(10), i}
			}
			SortStableFunc(x, func(a, b item) int { return a.key - b.key }, Workers(w))
			if !slices.IsSortedFunc(x, func(a, b item) int {
				return cmp.Or(a.key-b.key, a.place-b.place)
			}) {
				t.Errorf("%d items on %d workers: equal ones changed places", n, w)
			}
		}
	}
}

// TestSortStopped checks that no element is lost whenever a sort is stopped or
// its comparison panics.
func TestSortStopped(t *testing.T) {
	const n = 4 * serialSort
	want := rand.Perm(n)
	sorted := slices.Clone(want)
	slices.Sort(sorted)
	for after := 1; after < 1<<19; after *= 3 {
		x := slices.Clone(want)
		ctx, cancel := context.WithCancel(context.Background())
		left := after
		SortFunc(x, func(a, b int) int {
			if left--; left == 0 {
				cancel()
			}
			return a - b
		}, Workers(1+after%2), Context(ctx), Workers(1))
		cancel()
		slices.Sort(x)
		if !slices.Equal(x, sorted) {
			t.Errorf("stopped after %d comparisons: elements were lost", after)
		}
	}
	for after := 1; after < 1<<19; after *= 3 {
		x := slices.Clone(want)
		left := after
		v := caught(func() {
			SortFunc(x, func(a, b int) int {
				if left--; left == 0 {
					panic("compared enough")
				}
				return a - b
			}, Workers(1))
		})
		slices.Sort(x)
		if !slices.Equal(x, sorted) {
			t.Errorf("panic %v after %d comparisons: elements were lost", v, after)
		}
	}
	t.Cleanup(interrupt.Reset)
	interrupt.Raise()
	x := slices.Clone(want)
	if SortInts(x, Workers(2)); !slices.Equal(x, want) {
		t.Error("sorted in spite of an interrupt")
	}
}

func TestSortBadArguments(t *testing.T) {
	x := make([]int, 10)
	for want, f := range map[string]func(){
		"par.SortFunc: nil function":                  func() { SortFunc(x, nil) },
		"par.SortStableFunc: nil function":            func() { SortStableFunc(x, nil) },
		"par.SortInts: negative number of workers -1": func() { SortInts(x, Workers(-1)) },
		"par.Sort: no Stats: it is several loops":     func() { Sort(x, new(Stats)) },
		"par.Scan: nil function":                      func() { Scan(x, x, nil) },
		"par.ScanInts: dst has 10 elements, src 9":    func() { ScanInts(x, x[:9]) },
		"par.ScanInts: dst and src overlap but are not the same": func() {
			ScanInts(x[1:], x[:9])
		},
	} {
		if err, _ := caught(f).(error); err == nil || err.Error() != want {
			t.Errorf("panics with %v, want %s", err, want)
		}
	}
}

func TestScan(t *testing.T) {
	for _, n := range []int{0, 1, 2, serialScan - 1, serialScan, serialScan + 1, 3*serialScan + 5, maxScan + 1} {
		src := make([]int, n)
		floats := make([]float64, n)
		for i := range src {
			src[i] = rand.IntN(1000) - 300
			floats[i] = float64(src[i])
		}
		inclusive, exclusive := make([]int, n), make([]int, n)
		sum := 5
		for i, v := range src {
			exclusive[i] = sum
			sum += v
			inclusive[i] = sum - 5
		}
		for _, w := range []int{1, 2, 3, 8} {
			if n > maxScan && w > 2 {
				continue
			}
			got := make([]int, n)
			if ScanInts(got, src, Workers(w)); !slices.Equal(got, inclusive) {
				t.Errorf("ScanInts of %d on %d workers is wrong", n, w)
			}
			if total := ScanExclusive(got, src, 5, add, Workers(w)); !slices.Equal(got, exclusive) || total != sum {
				t.Errorf("ScanExclusive of %d on %d workers is wrong; total %d, want %d", n, w, total, sum)
			}
			if total := ScanIntsExclusive(got, src, Workers(w)); total != sum-5 || n > 0 && got[n-1] != sum-5-src[n-1] {
				t.Errorf("ScanIntsExclusive of %d on %d workers is wrong; total %d, want %d", n, w, total, sum-5)
			}
			copy(got, src)
			if Scan(got, got, add, Workers(w)); !slices.Equal(got, inclusive) {
				t.Errorf("Scan of %d in place on %d workers is wrong", n, w)
			}
			// Sums of whole numbers are exact.
			sums := make([]float64, n)
			ScanFloat64s(sums, floats, Workers(w))
			total := ScanFloat64sExclusive(floats[:n:n], slices.Clone(floats), Workers(w))
			for i := range sums {
				if sums[i] != float64(inclusive[i]) || floats[i] != float64(exclusive[i]-5) {
					t.Fatalf("float64 scans of %d on %d workers are wrong at %d", n, w, i)
				}
				floats[i] = float64(src[i])
			}
			if total != float64(sum-5) {
				t.Errorf("ScanFloat64sExclusive of %d on %d workers: total %v, want %d", n, w, total, sum-5)
			}
		}
	}
}

// An operation that is associative but not commutative keeps its order.
func TestScanOrder(t *testing.T) {
	const n = 2 * serialScan
	type span struct{ from, to int } // joined if one begins where the other ends
	src, dst := make([]span, n), make([]span, n)
	for i := range src {
		src[i] = span{i, i + 1}
	}
	join := func(a, b span) span {
		if a.to != b.from {
			panic(fmt.Sprintf("%v joined with %v", a, b))
		}
		return span{a.from, b.to}
	}
	Scan(dst, src, join, Workers(3))
	for i, s := range dst {
		if s != (span{0, i + 1}) {
			t.Fatalf("at %d: %v", i, s)
		}
	}
}

func TestScanStopped(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	boom := errors.New("boom")
	src := make([]int, 2*serialScan)
	src[serialScan] = 1
	v := caught(func() {
		Scan(src, src, func(a, b int) int {
			if b == 1 {
				panic(boom)
			}
			return a
		}, Workers(2))
	})
	if p, ok := v.(*Panic); !ok || p.Value != boom {
		t.Errorf("panics with %v, want %v", v, boom)
	}
	interrupt.Raise()
	dst := make([]int, len(src))
	for i := range src {
		src[i] = 1
	}
	if ScanInts(dst, src, Workers(2)); slices.Max(dst) != 0 {
		t.Error("scanned in spite of an interrupt")
	}
}

func BenchmarkSort(b *testing.B) {
	for _, n := range []int{1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 16, 1 << 20} {
		x := make([]int, n)
		for i := range x {
			x[i] = rand.Int()
		}
		y := make([]int, n)
		for name, f := range map[string]func(){
			"slices": func() { slices.Sort(y) },
			"par":    func() { SortInts(y, Workers(2)) },
			"par1":   func() { SortInts(y, Workers(1)) },
			"func":   func() { SortFunc(y, cmp.Compare, Workers(2)) },
			"sort":   func() { sort.Ints(y) },
		} {
			b.Run(fmt.Sprintf("impl=%s/n=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					copy(y, x)
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
			})
		}
	}
}

func BenchmarkScan(b *testing.B) {
	for _, n := range []int{1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 18, 1 << 24} {
		x, y := make([]int, n), make([]int, n)
		f, g := make([]float64, n), make([]float64, n)
		for _, w := range []int{1, 2} {
			for name, scan := range map[string]func(){
				"ints":   func() { ScanInts(y, x, Workers(w)) },
				"floats": func() { ScanFloat64s(g, f, Workers(w)) },
				"func":   func() { Scan(y, x, add, Workers(w)) },
			} {
				b.Run(fmt.Sprintf("impl=%s/n=%d/workers=%d", name, n, w), func(b *testing.B) {
					for b.Loop() {
						scan()
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
				})
			}
		}
	}
}
