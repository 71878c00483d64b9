package sort

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 25, 1999, 2000, 20_011))
}
func BenchmarkSort(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000) }

// ways are all functions that sort in this process.
var ways = map[string]func(x []int64, workers int){
	"Serial":         func(x []int64, _ int) { Serial(x) },
	"Quick":          func(x []int64, _ int) { SerialQuick(x) },
	"Radix":          func(x []int64, _ int) { SerialRadix(x) },
	"GIL":            GIL,
	"Goroutine":      func(x []int64, w int) { Goroutine(x, w) },
	"GoroutineRadix": func(x []int64, w int) { GoroutineRadix(x, w) },
}

// orders are inputs that sorting programs stumble on.
var orders = map[string]func(i, n int) int64{
	"random":    func(i, _ int) int64 { return int64(rng.At(1, uint64(i))) },
	"few":       func(i, _ int) int64 { return int64(rng.At(2, uint64(i)) % 3) },
	"equal":     func(i, _ int) int64 { return -5 },
	"sorted":    func(i, _ int) int64 { return int64(i) - 1000 },
	"reversed":  func(i, n int) int64 { return int64(n - i) },
	"organ":     func(i, n int) int64 { return int64(min(i, n-i)) },
	"extremes":  func(i, _ int) int64 { return []int64{math.MinInt64, math.MaxInt64, 0, -1, 1}[i%5] },
	"one digit": func(i, _ int) int64 { return int64(rng.At(3, uint64(i))%2048) << 33 },
}

func TestAgainstSlicesSort(t *testing.T) {
	for name, at := range orders {
		for _, n := range []int{0, 1, 2, 3, 24, 25, 26, 1000, leastRadix, 3*leastShare + 5, run + 1} {
			x := make([]int64, n)
			for i := range x {
				x[i] = at(i, n)
			}
			want := slices.Clone(x)
			slices.Sort(want)
			for way, sort := range ways {
				for _, w := range []int{1, 3} {
					got := slices.Clone(x)
					if sort(got, w); !slices.Equal(got, want) {
						t.Errorf("%s of %d numbers, %s, %d workers: not sorted", way, n, name, w)
					}
				}
			}
		}
	}
}

// An order that is bad for the median of three (Musser, Introspective sorting,
// 1997) must not take quadratic time.
func TestQuickOnKiller(t *testing.T) {
	const n = 50_000
	x := make([]int64, n)
	for i := range n / 2 {
		x[i] = int64(i + 1)
		if i%2 == 1 {
			x[i] = int64(n/2 + i)
		}
		x[n/2+i] = int64(2 * (i + 1))
	}
	SerialQuick(x)
	if !slices.IsSorted(x) {
		t.Error("not sorted")
	}
}

func TestSplit(t *testing.T) {
	a, b := []int64{1, 3, 3, 5}, []int64{2, 3, 4, 6, 7}
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	for k := range len(all) + 1 {
		i, j := split(a, b, k)
		if i+j != k {
			t.Fatalf("split at %d: %d and %d", k, i, j)
		}
		got := append(slices.Clone(a[:i]), b[:j]...)
		slices.Sort(got)
		if !slices.Equal(got, all[:k]) {
			t.Errorf("split at %d: %v, want %v", k, got, all[:k])
		}
	}
}

func TestProcesses(t *testing.T) {
	for name, f := range map[string]func([]int64, int) error{"Process": Process, "ProcessSHM": ProcessSHM} {
		for _, n := range []int{0, 1, 5000} {
			x := Numbers(n, 2)
			want := slices.Clone(x)
			slices.Sort(want)
			if err := f(x, 3); err != nil || !slices.Equal(x, want) {
				t.Errorf("%s of %d numbers: %v", name, n, err)
			}
		}
		if err := f(nil, -1); err == nil || err.Error() != "sort: negative number of workers -1" {
			t.Errorf("%s with -1 workers: %v", name, err)
		}
	}
}

func TestBadArguments(t *testing.T) {
	fails := func(want string, f func()) {
		t.Helper()
		defer func() {
			if err, _ := recover().(error); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("panics with %v, want %s", err, want)
			}
		}()
		f()
	}
	fails("sort: negative number of numbers -1", func() { Numbers(-1, 1) })
	fails("sort: number of numbers 9223372036854775807 is larger than", func() { Numbers(math.MaxInt, 1) })
	for _, name := range []string{"GIL", "Goroutine", "GoroutineRadix"} {
		fails("sort: negative number of workers -2", func() { ways[name](nil, -2) })
		fails("sort: number of workers 2000 is larger than 1024", func() { ways[name](nil, 2000) })
	}
}

// Stopped wherever it is, a sort leaves the numbers that there were.
func TestStopped(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	numbers := Numbers(2*run+1000, 1)
	want := slices.Clone(numbers)
	slices.Sort(want)
	for _, calls := range []int{0, 1, 2, 5, 13} {
		for name, sort := range map[string]func(ctx poll.Poll, x []int64) bool{
			"serial": func(ctx poll.Poll, x []int64) bool { return serial(ctx, x, spareFor(x)) },
			"quick":  quick,
			"radix":  func(ctx poll.Poll, x []int64) bool { return new(radix).sort(ctx, x, make([]int64, len(x))) },
			"merge":  func(ctx poll.Poll, x []int64) bool { return newTeam(x, 2, nil).mergeSort(ctx) == nil },
			"piles":  func(ctx poll.Poll, x []int64) bool { return newTeam(x, 2, nil).radixSort(ctx) == nil },
		} {
			x := slices.Clone(numbers)
			c := &ending{Context: context.Background(), left: calls}
			if sort(poll.New(c), x) && (calls < 3 || !slices.IsSorted(x)) {
				t.Errorf("%s came to its end although stopped at look %d", name, calls)
			}
			slices.Sort(x)
			if !slices.Equal(x, want) {
				t.Errorf("%s stopped at look %d has lost numbers", name, calls)
			}
		}
	}
}

// The checksum is that of programs in C and NumPy.
func TestKnown(t *testing.T) {
	x := Numbers(1_000_000, 1)
	SerialRadix(x)
	if got := Sum(x) & (1<<53 - 1); got != 2846991908767469 {
		t.Errorf("the checksum is %d", got)
	}
}
