package fib

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, leaf, leaf+1, leaf+6, 27))
}
func BenchmarkFib(b *testing.B) { kernelstest.Bench(b, &Kernel) }

// Each number is the sum of the two before it, computed by adding.
func TestNumbers(t *testing.T) {
	var args, want []int
	for n, a, b := 0, 0, 1; n <= 28; n, a, b = n+1, b, a+b {
		args, want = append(args, n), append(want, a)
	}
	process, err := Process(args, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]int{
		"Serial": Serial(args), "GIL": GIL(args, 2), "Goroutine": Goroutine(args, 3),
		"Goroutine static": Goroutine(args, 2, par.Static(0)), "Process": process,
	} {
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if got := Serial(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestArguments(t *testing.T) {
	if got := Arguments(38); !slices.Equal(got, []int{38, 37, 36, 35, 34, 33}) {
		t.Errorf("Arguments(38) = %v", got)
	}
	if got := Arguments(2); !slices.Equal(got, []int{2, 1, 0, 0, 0, 0}) {
		t.Errorf("Arguments(2) = %v", got)
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"fib: negative argument -1 at index 1":          func() { Serial([]int{3, -1}) },
		"fib: argument 61 at index 0 is larger than 60": func() { GIL([]int{61}, 1) },
		"fib: negative number of workers -2":            func() { Goroutine(nil, -2) },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || err.Error() != want {
					t.Errorf("panics with %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
	if _, err := Process(nil, -3); err == nil || !strings.Contains(err.Error(), "negative number of workers -3") {
		t.Errorf("Process with -3 workers: %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	for name, f := range map[string]func(){
		"Serial":    func() { Serial([]int{60}) },
		"GIL":       func() { GIL([]int{60, 60}, 2) },
		"Goroutine": func() { Goroutine([]int{60, 60}, 2) },
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
