package primes

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

// Sizes around a turn of the wheel, the squares of the first primes that mark,
// and a segment of either sieve.
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 3, 4, 6, 29, 30, 31, 32, 61, 289, 290, 361, 362, 1000,
		2*byteSegment-1, 2*byteSegment+1, 2*byteSegment+4))
}
func BenchmarkPrimes(b *testing.B) { kernelstest.Bench(b, &Kernel) }

// All counters of sieves by name.
var counters = map[string]func(n int) int{
	"Serial":             Serial,
	"SerialWheel":        SerialWheel,
	"SIMD":               SIMD,
	"SIMDWheel":          SIMDWheel,
	"Goroutine":          func(n int) int { return Goroutine(n, 3) },
	"GoroutineWheel":     func(n int) int { return GoroutineWheel(n, 3, par.Static(0)) },
	"GoroutineSIMD":      func(n int) int { return GoroutineSIMD(n, 2) },
	"GoroutineSIMDWheel": func(n int) int { return GoroutineSIMDWheel(n, 2, par.Dynamic(100_000)) },
}

// The counts are π(n) for powers of ten, OEIS A006880, and for a prime and its
// neighbours.
func TestCounts(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for name, count := range counters {
				for n, want := range map[int]int{
					10: 4, 100: 25, 1000: 168, 10_000: 1229, 100_000: 9592, 1_000_000: 78498, 10_000_000: 664_579,
					999_983: 78497, 999_984: 78498, 999_985: 78498,
				} {
					if got := count(n); got != want {
						t.Errorf("%s(%d) = %d, want %d", name, n, got, want)
					}
				}
			}
		})
	}
	for name, count := range map[string]func(int) int{
		"SerialTrial":    SerialTrial,
		"GoroutineTrial": func(n int) int { return GoroutineTrial(n, 2) },
	} {
		if got := count(100_000); got != 9592 {
			t.Errorf("%s(100000) = %d, want 9592", name, got)
		}
	}
}

// Every n up to a few thousand, and some blocks that begin anywhere, against
// division.
func TestAgainstDivision(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			want := 0
			for n := range 3000 {
				if n > 0 && Check(n-1) {
					want++
				}
				if a, b := SIMD(n), SIMDWheel(n); a != want || b != want {
					t.Fatalf("n=%d: %d by bytes, %d by bits, want %d", n, a, b, want)
				}
			}
			const n = 6_000_000
			for name, s := range map[string]sieve{"bytes": bytesFast(), "bits": wheelFast()} {
				places := s.prepare(n)
				for _, lo := range []int{0, 1, 1000, wheelSegment + 1, places / 2, places - 7} {
					hi := min(lo+2*byteSegment+5, places)
					one := s.worker().count(background(), lo, hi)
					two := 0
					w := s.worker()
					for at := lo; at < hi; at += 9_999 {
						two += w.count(background(), at, min(at+9_999, hi))
					}
					if one != two {
						t.Errorf("%s: places %d to %d: %d at once, %d in pieces", name, lo, hi, one, two)
					}
				}
			}
		})
	}
}

func TestProcess(t *testing.T) {
	const n, want = 20_000, 2262
	for _, size := range []int{1, 7, 5000, n, n + 1} {
		if size > 1 {
			if got, err := ProcessTrial(n, 2, size); err != nil || got != want {
				t.Errorf("ProcessTrial in chunks of %d: %d, %v, want %d", size, got, err, want)
			}
		}
		if got, err := ProcessQueue(n, 2, size); err != nil || got != want {
			t.Errorf("ProcessQueue in batches of %d: %d, %v, want %d", size, got, err, want)
		}
	}
	if got, err := ProcessTrial(n, 3, 0); err != nil || got != want {
		t.Errorf("ProcessTrial in chunks of the default: %d, %v, want %d", got, err, want)
	}
	if got := GIL(10_000_000, 2); got != 664_579 {
		t.Errorf("GIL: %d, want 664579", got)
	}
	if _, err := ProcessTrial(n, 1, -1); err == nil || err.Error() != "primes by process: negative chunk -1" {
		t.Errorf("chunk -1: %v", err)
	}
	if _, err := ProcessQueue(n, 1, 0); err == nil || err.Error() != "primes by queue: batch 0 is less than 1" {
		t.Errorf("batch 0: %v", err)
	}
}

func TestList(t *testing.T) {
	var want []int
	for n := range 20_000 {
		if Check(n) {
			want = append(want, n)
		}
	}
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 19_997, 19_998, 20_000} {
		end, _ := slices.BinarySearch(want, n)
		for name, got := range map[string][]int{"List": List(n), "GoroutineList": GoroutineList(n, 3, par.Dynamic(100))} {
			if !slices.Equal(got, want[:end]) {
				t.Errorf("%s(%d): %d primes, want %d", name, n, len(got), end)
			}
		}
	}
	if a, b := List(3_000_000), GoroutineList(3_000_000, 2); len(a) != 216_816 || !slices.Equal(a, b) {
		t.Errorf("below 3·10⁶: %d primes, and %d on two workers, want 216816", len(a), len(b))
	}
}

func TestCheck(t *testing.T) {
	for n, want := range map[int]bool{
		-7: false, 0: false, 1: false, 2: true, 3: true, 4: false, 9: false, 25: false, 97: true,
		7919: true, 7917: false, 1_000_000_007: true, 999_983 * 999_979: false,
	} {
		if got := Check(n); got != want {
			t.Errorf("Check(%d) = %v, want %v", n, got, want)
		}
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"primes: negative n -1":                   func() { Serial(-1) },
		"primes: n 9223372036854775807 is larger": func() { List(math.MaxInt) },
		"primes: negative number of workers -2":   func() { Goroutine(1, -2) },
		"primes: negative number of workers -3":   func() { GoroutineList(1, -3) },
		"primes: negative n -4":                   func() { SIMDWheel(-4) },
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
	const n = 1 << 36
	for name, f := range map[string]func(){
		"Serial":         func() { Serial(n) },
		"SIMDWheel":      func() { SIMDWheel(n) },
		"GoroutineTrial": func() { GoroutineTrial(n, 2) },
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
