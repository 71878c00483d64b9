package pointerchase

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 8, 9, 65, block+3))
}

func BenchmarkPointerChase(b *testing.B) { kernelstest.Bench(b, &Kernel, 1<<8, 1<<12, 1<<16, 1<<20) }

// There is one cycle, and it depends on the seed.
func TestOneCycle(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 1000, 70_000} {
		for _, r := range []*Ring{New(n, 1), NewSmallPages(n, 2)} {
			if r.Len() != n {
				t.Fatalf("%d places, want %d", r.Len(), n)
			}
			seen := make([]bool, n)
			place := 0
			for range n {
				place = r.Next(place)
				if seen[place] {
					t.Fatalf("n=%d: back at %d too early", n, place)
				}
				seen[place] = true
			}
			if place != 0 {
				t.Fatalf("n=%d: ends at %d", n, place)
			}
		}
	}
	a, b, same := New(1000, 1), New(1000, 2), 0
	for i := range 1000 {
		if a.Next(i) == b.Next(i) {
			same++
		}
	}
	if same > 20 {
		t.Errorf("%d of 1000 places have the same successor under two seeds", same)
	}
}

func TestFunctions(t *testing.T) {
	const n = 5000
	r := New(n, 3)
	for name, got := range map[string]int{
		"Serial": Serial(r), "SerialChains": SerialChains(r), "Goroutine": Goroutine(r, 3), "GoroutineChains": GoroutineChains(r, 2),
		"more workers than places": Goroutine(r, n+1),
	} {
		if got != n*(n-1)/2 {
			t.Errorf("%s: %d, want %d", name, got, n*(n-1)/2)
		}
	}
}

// The first-level cache answers within nanoseconds, memory does not.
func TestLatency(t *testing.T) {
	if got := Latency(16 << 10); got < 0.2 || got > 100 {
		t.Errorf("latency in 16 KiB %v ns", got)
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"pointerchase: negative number of places -1":      func() { New(-1, 1) },
		"pointerchase: number of places 67108865 is larg": func() { NewSmallPages(1<<26+1, 1) },
		"pointerchase: negative number of workers -2":     func() { Goroutine(New(1, 1), -2) },
		"pointerchase: number of workers 100000 is large": func() { GoroutineChains(New(1, 1), 100000) },
		"pointerchase: working set of 63 bytes is not be": func() { Latency(63) },
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
	r := New(4*chains*block, 1)
	for name, f := range map[string]func(*Ring) int{
		"Serial": Serial, "SerialChains": SerialChains,
		"Goroutine":       func(r *Ring) int { return Goroutine(r, 2) },
		"GoroutineChains": func(r *Ring) int { return GoroutineChains(r, 2) },
	} {
		interrupt.Reset()
		interrupt.Raise()
		from := time.Now()
		if got := f(r); got != 0 {
			t.Errorf("%s after an interrupt: %d, want 0", name, got)
		}
		if took := time.Since(from); took > 500*time.Millisecond {
			t.Errorf("%s took %v after an interrupt", name, took)
		}
	}
}
