package histogram

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 7, 15, 16, 17, 64, 65, 70_001))
}
func BenchmarkHistogram(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000) }

// ways are all functions that count in this process.
var ways = map[string]func(data []byte, workers int) Counts{
	"Serial":          func(data []byte, _ int) Counts { return Serial(data) },
	"SerialTables":    func(data []byte, _ int) Counts { return SerialTables(data) },
	"GIL":             GIL,
	"Goroutine":       func(data []byte, w int) Counts { return Goroutine(data, w) },
	"GoroutineMutex":  func(data []byte, w int) Counts { return GoroutineMutex(data, w) },
	"GoroutineAtomic": func(data []byte, w int) Counts { return GoroutineAtomic(data, w) },
	"SIMD":            func(data []byte, _ int) Counts { return SIMD(data) },
	"GoroutineSIMD":   func(data []byte, w int) Counts { return GoroutineSIMD(data, w) },
}

func TestAgainstDefinition(t *testing.T) {
	all := make([]byte, 3*leastShare+100)
	copy(all, Data(2*leastShare, 1))
	for i := 2 * leastShare; i < len(all); i++ {
		all[i] = byte(i) // all values, then many equal ones
		if i > 2*leastShare+1000 {
			all[i] = 255
		}
	}
	for _, tier := range cpu.Tiers() {
		t.Run("tier="+tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, n := range []int{0, 1, 3, 4, 15, 16, 17, 31, 33, 1000, len(all) - 1} {
				for skip := range 2 {
					data := all[skip : skip+n]
					var want Counts
					for _, b := range data {
						want[b]++
					}
					if want.Total() != n {
						t.Fatalf("total %d, want %d", want.Total(), n)
					}
					for name, count := range ways {
						for _, w := range []int{0, 1, 2, 5} {
							if got := count(data, w); got != want {
								t.Errorf("%s of %d bytes on %d workers: %v, want %v", name, n, w, got, want)
							}
						}
					}
				}
			}
		})
	}
}

func TestProcesses(t *testing.T) {
	data := Data(5000, 2)
	for name, f := range map[string]func([]byte, int) (Counts, error){"Process": Process, "ProcessSHM": ProcessSHM} {
		if got, err := f(data, 2); err != nil || got != Serial(data) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if _, err := f(data, -1); err == nil || err.Error() != "histogram: negative number of workers -1" {
			t.Errorf("%s with -1 workers: %v", name, err)
		}
	}
}

func TestData(t *testing.T) {
	const n = 1_000_000
	h := Serial(Data(n, 1))
	// 0 if the product is below 256: Σ over a of the b with which it is.
	pairs := 0
	for a := range 256 {
		for b := range 256 {
			if a*b < 256 {
				pairs++
			}
		}
	}
	want := float64(n) * float64(pairs) / 65536
	if off := math.Abs(float64(h[0]) - want); off > 5*math.Sqrt(want) {
		t.Errorf("0 occurs %d times, want about %.0f", h[0], want)
	}
	if h[254] == 0 || h[255] != 0 || h.Total() != n {
		t.Errorf("254 occurs %d times, 255 %d; %d bytes", h[254], h[255], h.Total())
	}
	if a, b := Serial(Data(1000, 1)), Serial(Data(1000, 2)); a == b {
		t.Error("seeds 1 and 2 give the same")
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
	fails("histogram: negative number of bytes -1", func() { Data(-1, 1) })
	fails("histogram: number of bytes 9223372036854775807 is larger than", func() { Data(math.MaxInt, 1) })
	for name, f := range ways {
		if !strings.HasPrefix(name, "Serial") && name != "SIMD" {
			fails("histogram: negative number of workers -2", func() { f(nil, -2) })
			fails("histogram: number of workers 2000 is larger than 1024", func() { f(nil, 2000) })
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	interrupt.Raise()
	data := Data(10*block, 1)
	for name, f := range ways {
		if got := f(data, 2); name != "GIL" && got.Total() != 0 {
			t.Errorf("%s in an interrupted cell counts %d bytes", name, got.Total())
		}
	}
	interrupt.Reset()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := newTeam(data, 2, plain, nil).underLock(ctx); err != context.Canceled {
		t.Errorf("under the lock: %v", err)
	}
}

// The checksum is that of a program in C.
func TestKnown(t *testing.T) {
	h := SIMD(Data(1_000_000, 1))
	if got := h.Sum(); got != 7283885890 {
		t.Errorf("the checksum is %d", got)
	}
}
