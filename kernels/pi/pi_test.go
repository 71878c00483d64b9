package pi

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M)     { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) { kernelstest.Check(t, &Kernel) }
func BenchmarkPi(b *testing.B)  { kernelstest.Bench(b, &Kernel, 1_000_000, 10_000_000) }

// The count for 10⁸ darts was computed with programs in C and Python too.
func TestCount(t *testing.T) {
	want := Estimate{100_000_000, 78_540_056}
	if got := Goroutine(want.Darts, 42, 0); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The definition, in floating-point numbers, which hold 31 bits exactly but
// round the squares: darts within 2⁻⁵⁰ of the circle might differ.
func TestAgainstDefinition(t *testing.T) {
	const n, side = 100_000, 1 << 31
	inside := 0
	for i := range uint64(n) {
		r := rng.At(7, i)
		x := float64(r>>33) / side
		y := float64(uint32(r)>>1) / side
		if x*x+y*y < 1 {
			inside++
		}
	}
	if got := Serial(n, 7); got != (Estimate{n, inside}) {
		t.Errorf("%+v, want %d inside", got, inside)
	}
}

func TestSameForAnyWorkers(t *testing.T) {
	const n = 5*block + 17
	want := Serial(n, 1)
	for _, w := range []int{0, 1, 2, 3, 7, 100} {
		for _, s := range []par.Schedule{par.Static(0), par.Static(1000), par.Dynamic(999), par.Guided(10)} {
			if got := Goroutine(n, 1, w, s); got != want {
				t.Errorf("%d workers, %v: %+v, want %+v", w, s, got, want)
			}
		}
	}
	if other := Serial(n, 2); other == want {
		t.Errorf("seeds 1 and 2 give the same %+v", other)
	}
}

// The other ways to throw give the same count.
func TestOthers(t *testing.T) {
	const n = 3*block + 5
	want := Serial(n, 9)
	process, err := Process(n, 9, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]Estimate{
		"GIL": GIL(n, 9, 2), "GoroutineShared": GoroutineShared(n, 9, 2), "Process": process,
	} {
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if _, err := Process(-1, 1, 1); err == nil || err.Error() != "pi by process: negative number of darts -1" {
		t.Errorf("Process with -1 darts: %v", err)
	}
}

func TestEstimate(t *testing.T) {
	e := Serial(1_000_000, 42)
	if off := math.Abs(e.Pi() - math.Pi); off > 4*e.StdErr() {
		t.Errorf("%v is off by %v, more than four standard errors", e, off)
	}
	if got := (Estimate{Darts: 10_000}).StdErr(); math.Abs(got-0.0164) > 0.0001 {
		t.Errorf("standard error for 10⁴ darts %v, want 0.0164", got)
	}
	if none := Serial(0, 42); none != (Estimate{}) || !math.IsNaN(none.Pi()) {
		t.Errorf("no darts: %v", none)
	}
	if got := (Estimate{100, 78}).String(); got != "3.120000 ± 0.16 (78 of 100 darts inside)" {
		t.Errorf("String: %s", got)
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"pi: negative number of darts -1":   func() { Serial(-1, 1) },
		"pi: negative number of workers -2": func() { Goroutine(1, 1, -2) },
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
	for name, f := range map[string]func() Estimate{
		"Serial":    func() Estimate { return Serial(math.MaxInt, 1) },
		"Goroutine": func() Estimate { return Goroutine(math.MaxInt, 1, 2) },
		"GIL":       func() Estimate { return GIL(math.MaxInt, 1, 2) },
		"SIMD":      func() Estimate { return SIMD(math.MaxInt, 1) },
		"Shared":    func() Estimate { return GoroutineShared(math.MaxInt, 1, 2) },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(20*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		e := f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if e.Darts == 0 || math.Abs(e.Pi()-math.Pi) > 0.1 {
			t.Errorf("%s returned %v", name, e)
		}
	}
}
