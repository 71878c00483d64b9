package falsesharing

import (
	"math"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 65, 2*block+1))
}

func BenchmarkFalseSharing(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000) }

func TestFunctions(t *testing.T) {
	for _, n := range []int{0, 1, 10, 3*block + 5} {
		for name, got := range map[string]int{
			"Serial": Serial(n), "Goroutine": Goroutine(n, 3), "GoroutinePadded": GoroutinePadded(n, 2), "GoroutineLocal": GoroutineLocal(n, 0),
		} {
			if got != n {
				t.Errorf("%s(%d): %d", name, n, got)
			}
		}
	}
}

// Counters side by side are in one line, padded ones in lines of their own, and
// each worker counts its share.
func TestPlaces(t *testing.T) {
	line := func(r row, worker int) uintptr { return uintptr(unsafe.Pointer(r.at(worker))) / 64 }
	side, own := newRow(8, 1), newRow(8, padding)
	for w := 1; w < 8; w++ {
		if line(side, w) != line(side, 0) {
			t.Errorf("counter %d is in another line than counter 0", w)
		}
		if line(own, w) < line(own, w-1)+2 {
			t.Errorf("padded counter %d is too near to the one before", w)
		}
	}
	l := newLoop(1000, 3, padding, add)
	if err := l.run(background); err != nil {
		t.Fatal(err)
	}
	for w, want := range []int64{334, 333, 333} {
		if got := *l.at(w); got != want {
			t.Errorf("worker %d counted %d, want %d", w, got, want)
		}
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"falsesharing: negative number of additions -1":  func() { Serial(-1) },
		"falsesharing: negative number of workers -2":    func() { Goroutine(1, -2) },
		"falsesharing: number of workers 99999 is large": func() { GoroutineLocal(1, 99999) },
		"falsesharing: number of additions 922337203685": func() { GoroutinePadded(math.MaxInt, 1) },
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
	const n = math.MaxInt32 * 100
	for name, f := range map[string]func() int{
		"Serial":          func() int { return Serial(n) },
		"Goroutine":       func() int { return Goroutine(n, 2) },
		"GoroutinePadded": func() int { return GoroutinePadded(n, 2) },
		"GoroutineLocal":  func() int { return GoroutineLocal(n, 2) },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(20*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		got := f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if got <= 0 || got >= n {
			t.Errorf("%s returned %d", name, got)
		}
	}
}
