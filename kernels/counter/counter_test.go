package counter

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, block, 3*block+1))
}

func BenchmarkCounter(b *testing.B) { kernelstest.Bench(b, &Kernel, 100_000) }

func TestFunctions(t *testing.T) {
	for _, n := range []int{0, 1, 10, 20*block + 5} {
		for name, got := range map[string]int{
			"Serial": Serial(n), "GIL": GIL(n, 3), "Goroutine": Goroutine(n, 3), "GoroutineMutex": GoroutineMutex(n, 2), "GoroutineSharded": GoroutineSharded(n, 0),
		} {
			if got != n {
				t.Errorf("%s(%d): %d", name, n, got)
			}
		}
	}
	for name, f := range map[string]func(int, int) (int, error){
		"Process": Process, "ProcessRawValue": ProcessRawValue, "ProcessAtomic": ProcessAtomic,
	} {
		if got, err := f(5001, 2); got != 5001 || err != nil {
			t.Errorf("%s(5001): %d, %v", name, got, err)
		}
	}
}

// Two threads that really run at the same time lose additions, one does not.
func TestLost(t *testing.T) {
	if got := Lost(100_000, 1); got != (Loss{100_000, 100_000}) {
		t.Errorf("one worker: %v", got)
	}
	if got, err := LostProcess(10_000, 1); got != (Loss{10_000, 10_000}) || err != nil {
		t.Errorf("one process: %v, %v", got, err)
	}
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		return
	}
	// Other programs, or the host of a virtual machine, may keep the two from
	// running together for a while: each round is longer than the one before.
	var n int
	for n = 2_000_000; n < 1<<30; n += n / 2 {
		got := Lost(n, 2)
		if got.Expected != n || got.Counted < 1 || got.Counted > n {
			t.Fatalf("two workers: %v", got)
		}
		if got.Counted < n {
			return
		}
	}
	t.Errorf("two workers lost nothing, at last of %d additions", n)
}

func TestLoss(t *testing.T) {
	l := Loss{4_000_000, 2_302_471}
	if got := l.String(); got != "counted 2302471 of 4000000: 42.4 % lost" {
		t.Errorf("String: %s", got)
	}
	if none := (Loss{}); none.Share() != 0 {
		t.Errorf("share of nothing: %v", none.Share())
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"counter: negative number of additions -1":  func() { Serial(-1) },
		"counter: negative number of workers -2":    func() { Goroutine(1, -2) },
		"counter: negative number of workers -3":    func() { Lost(1, -3) },
		"counter: number of workers 99999 is large": func() { GIL(1, 99999) },
		"counter: number of additions 922337203685": func() { GoroutineMutex(math.MaxInt, 1) },
		"counter: negative number of additions -5": func() {
			if _, err := ProcessAtomic(-5, 1); err != nil {
				panic(err)
			}
		},
		"counter: negative number of workers -6": func() {
			if _, err := LostProcess(1, -6); err != nil {
				panic(err)
			}
		},
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
		"Serial":           func() int { return Serial(n) },
		"GIL":              func() int { return GIL(n, 2) },
		"Goroutine":        func() int { return Goroutine(n, 2) },
		"GoroutineMutex":   func() int { return GoroutineMutex(n, 2) },
		"GoroutineSharded": func() int { return GoroutineSharded(n, 2) },
		"Lost":             func() int { return Lost(n, 2).Expected },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(20*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		got := f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if got < 0 || got >= n {
			t.Errorf("%s returned %d", name, got)
		}
	}
}
