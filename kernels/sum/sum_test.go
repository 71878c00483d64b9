package sum

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 7, 63, 64, 65, 70_001))
}
func BenchmarkSum(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000) }

// ways are all functions that add in this process.
var ways = map[string]func(x []int64, workers int) int64{
	"Serial":          func(x []int64, _ int) int64 { return Serial(x) },
	"GIL":             GIL,
	"Goroutine":       func(x []int64, w int) int64 { return Goroutine(x, w) },
	"GoroutineMutex":  func(x []int64, w int) int64 { return GoroutineMutex(x, w) },
	"GoroutineAtomic": func(x []int64, w int) int64 { return GoroutineAtomic(x, w, par.Dynamic(1)) },
	"SIMD":            func(x []int64, _ int) int64 { return SIMD(x) },
	"GoroutineSIMD":   func(x []int64, w int) int64 { return GoroutineSIMD(x, w) },
}

func TestAgainstDefinition(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, n := range []int{0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 2*block + 63, 3*leastShare + 1} {
				x := make([]int64, n+1)
				for i := range x {
					x[i] = int64(rng.At(3, uint64(i))) // the sum goes round 2⁶⁴
				}
				for skip := range 2 {
					x := x[skip : skip+n]
					want := int64(0)
					for _, v := range x {
						want += v
					}
					for name, sum := range ways {
						for _, w := range []int{0, 1, 2, 5} {
							if got := sum(x, w); got != want {
								t.Errorf("%s of %d numbers on %d workers: %d, want %d", name, n, w, got, want)
							}
						}
					}
				}
			}
		})
	}
}

func TestProcesses(t *testing.T) {
	x := Numbers(5000, 2)
	for name, f := range map[string]func([]int64, int) (int64, error){
		"Process": Process, "ProcessSHM": ProcessSHM, "ProcessValue": ProcessValue,
	} {
		if got, err := f(x, 2); err != nil || got != Serial(x) {
			t.Errorf("%s: %d, %v, want %d", name, got, err, Serial(x))
		}
		if _, err := f(x, -1); err == nil || err.Error() != "sum: negative number of workers -1" {
			t.Errorf("%s with -1 workers: %v", name, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	for i, v := range Numbers(10_000, 1) {
		if v < math.MinInt32 || v > math.MaxInt32 {
			t.Fatalf("number %d is %d", i, v)
		}
	}
	if a, b := Serial(Numbers(1000, 1)), Serial(Numbers(1000, 2)); a == b {
		t.Errorf("seeds 1 and 2 both give %d", a)
	}
}

func TestBadArguments(t *testing.T) {
	bad := map[string]func(){
		"sum: negative number of numbers -1":                                 func() { Numbers(-1, 1) },
		fmt.Sprintf("sum: number of numbers %d is larger than", math.MaxInt): func() { Numbers(math.MaxInt, 1) },
	}
	for name, f := range ways {
		if name != "Serial" && name != "SIMD" {
			bad["sum: negative number of workers -2"+strings.Repeat(" ", len(bad))] = func() { f(nil, -2) }
			bad["sum: number of workers 2000 is larger than 1024"+strings.Repeat(" ", len(bad))] = func() { f(nil, 2000) }
		}
	}
	for want, f := range bad {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.HasPrefix(err.Error(), strings.TrimRight(want, " ")) {
					t.Errorf("panics with %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	interrupt.Raise()
	x := Numbers(10*block, 1)
	for name, f := range ways {
		if got := f(x, 2); name != "GIL" && got != 0 {
			t.Errorf("%s in an interrupted cell adds up to %d", name, got)
		}
	}
	interrupt.Reset()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := newTeam(x, 2, nil).underLock(ctx); err != context.Canceled {
		t.Errorf("under the lock: %v", err)
	}
}

// The sum is that of programs in C and NumPy.
func TestKnown(t *testing.T) {
	if got := SIMD(Numbers(1_000_000, 1)); got != -953253074607 {
		t.Errorf("the sum is %d", got)
	}
}
