package par

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

var schedules = []Schedule{
	Static(0), Static(1), Static(3), Static(math.MaxInt),
	Dynamic(0), Dynamic(7), Dynamic(math.MaxInt),
	Guided(0), Guided(5), Guided(math.MaxInt),
}

// within fails the test if f takes longer than limit.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(limit):
		buf := make([]byte, 1<<16)
		t.Fatalf("not done after %v\n%s", limit, buf[:runtime.Stack(buf, true)])
	}
}

// caught returns what f panics with.
func caught(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func TestEveryIndexOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 64, 65, 1000} {
		for _, w := range []int{0, 1, 2, 3, 8, 65} {
			for _, s := range schedules {
				forms := map[string]func(hit func(i int)){
					"For": func(hit func(int)) { For(n, hit, Workers(w), s) },
					"Range": func(hit func(int)) {
						Range(n, func(lo, hi int) {
							if lo >= hi {
								t.Errorf("empty block [%d, %d)", lo, hi)
							}
							for i := lo; i < hi; i++ {
								hit(i)
							}
						}, Workers(w), s)
					},
					"ReduceInt": func(hit func(int)) {
						got := ReduceInt(n, 0, func(lo, hi int) int {
							for i := lo; i < hi; i++ {
								hit(i)
							}
							return hi - lo
						}, nil, Workers(w), s)
						if got != n {
							t.Errorf("ReduceInt(%d) under %v, %d workers: %d", n, s, w, got)
						}
					},
				}
				for name, form := range forms {
					hits := make([]atomic.Int32, n)
					form(func(i int) { hits[i].Add(1) })
					for i := range hits {
						if got := hits[i].Load(); got != 1 {
							t.Fatalf("%s(%d), %v, %d workers: index %d done %d times", name, n, s, w, i, got)
						}
					}
				}
			}
		}
	}
}

// TestDeal compares the blocks with OpenMP's rules, worked out by hand.
func TestDeal(t *testing.T) {
	tests := []struct {
		s          Schedule
		n, workers int
		want       string // blocks of the workers, each asking in turn
	}{
		{Static(0), 10, 4, "0-3 3-6 6-8 8-10"},
		{Static(0), 2, 4, "0-1 1-2"},
		{Static(3), 10, 2, "0-3 3-6 6-9 9-10"},
		{Dynamic(0), 3, 2, "0-1 1-2 2-3"},
		{Dynamic(4), 10, 2, "0-4 4-8 8-10"},
		{Guided(0), 10, 2, "0-5 5-8 8-9 9-10"},
		{Guided(3), 10, 2, "0-5 5-8 8-10"},
		{Guided(100), 10, 2, "0-10"},
	}
	for _, tt := range tests {
		var d deal
		w := d.set(tt.s, tt.n, tt.workers)
		var got []string
		for turn := 0; ; turn++ {
			some := false
			for worker := range w {
				if lo, hi, ok := d.next(worker, turn); ok {
					got = append(got, fmt.Sprintf("%d-%d", lo, hi))
					some = true
				}
			}
			if !some {
				break
			}
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("%v of %d on %d workers: %s, want %s", tt.s, tt.n, tt.workers, g, tt.want)
		}
	}
}

func TestScheduleText(t *testing.T) {
	for text, want := range map[string]Schedule{
		"static": Static(0), "dynamic,4": Dynamic(4), "guided, 16": Guided(16), " Dynamic ": Dynamic(0),
	} {
		got, err := ParseSchedule(text)
		if err != nil || got != want {
			t.Errorf("ParseSchedule(%q) = %v, %v, want %v", text, got, err, want)
		}
		again, err := ParseSchedule(got.String())
		if err != nil || again != got {
			t.Errorf("ParseSchedule(%q) = %v, %v, want %v", got.String(), again, err, got)
		}
	}
	for _, text := range []string{"", "auto", "dynamic,0", "dynamic,-1", "dynamic,x", "static,"} {
		if got, err := ParseSchedule(text); err == nil {
			t.Errorf("ParseSchedule(%q) = %v, want an error", text, got)
		}
	}
}

func TestBadArguments(t *testing.T) {
	body := func(lo, hi int) error { t.Error("body ran"); return nil }
	tests := []struct {
		n    int
		body func(lo, hi int) error
		opt  Option
		want string
	}{
		{-1, body, Workers(1), "par.RangeErr: negative number of iterations -1"},
		{1, body, Workers(-2), "par.RangeErr: negative number of workers -2"},
		{1, body, Dynamic(-3), "par.RangeErr: negative chunk -3 of schedule dynamic"},
		{1, body, Context(nil), "par.RangeErr: nil context"}, //lint:ignore SA1012 the point
		{1, body, nil, "par.RangeErr: nil option"},
		{1, nil, Workers(1), "par.RangeErr: nil body"},
	}
	for _, tt := range tests {
		err := RangeErr(tt.n, tt.body, tt.opt)
		if err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	v := caught(func() { Range(-1, func(lo, hi int) {}) })
	if err, ok := v.(error); !ok || err.Error() != "par.Range: negative number of iterations -1" {
		t.Errorf("Range(-1) panics with %v", v)
	}
}

// TestWorkersReallyRun holds every worker until all are there.
func TestWorkersReallyRun(t *testing.T) {
	for _, w := range []int{2, 5, 40} {
		within(t, 10*time.Second, func() {
			var wg sync.WaitGroup
			wg.Add(w)
			For(w, func(int) { wg.Done(); wg.Wait() }, Workers(w))
		})
	}
}

func TestPanic(t *testing.T) {
	boom := errors.New("boom")
	for _, w := range []int{1, 2, 4} {
		for _, at := range []int{0, 13, 99} {
			var others atomic.Int32
			v := caught(func() {
				For(100, func(i int) {
					if i == at {
						panic(boom)
					}
					others.Add(1)
				}, Workers(w), Dynamic(1))
			})
			p, ok := v.(*Panic)
			if !ok {
				t.Fatalf("%d workers: panics with %T %v, want *Panic", w, v, v)
			}
			if p.Value != boom || !errors.Is(p, boom) {
				t.Errorf("value %v, want %v", p.Value, boom)
			}
			if !bytes.Contains(p.Stack, []byte("par_test.go")) {
				t.Errorf("stack does not name this file:\n%s", p.Stack)
			}
			if w == 1 && others.Load() != int32(at) {
				t.Errorf("one worker did %d other indexes, want %d", others.Load(), at)
			}
		}
	}
	// The next loop is not disturbed.
	if got := ReduceInt(1000, 0, func(lo, hi int) int { return hi - lo }, nil); got != 1000 {
		t.Errorf("after panics a loop did %d of 1000", got)
	}
}

func TestPanicOthersFinishTheirBlock(t *testing.T) {
	var finished atomic.Bool
	begun := make(chan struct{})
	v := caught(func() {
		Range(2, func(lo, hi int) {
			if lo == 0 {
				<-begun
				panic("first")
			}
			close(begun)
			time.Sleep(20 * time.Millisecond)
			finished.Store(true)
		}, Workers(2))
	})
	if p, ok := v.(*Panic); !ok || p.Value != "first" {
		t.Errorf("panics with %v", v)
	}
	if !finished.Load() {
		t.Error("the call returned before the other worker had finished its block")
	}
}

func TestNestedPanicKeepsItsPlace(t *testing.T) {
	v := caught(func() {
		For(2, func(int) { For(2, func(i int) { panic("inner") }, Workers(2)) }, Workers(2))
	})
	p, ok := v.(*Panic)
	if !ok || p.Value != "inner" {
		t.Errorf("panics with %v, want the inner loop's *Panic", v)
	}
}

func TestGoexit(t *testing.T) {
	begun := make(chan struct{})
	v := caught(func() {
		For(2, func(i int) {
			if i == 0 {
				<-begun
				return
			}
			close(begun)
			runtime.Goexit()
		}, Workers(2))
	})
	if p, ok := v.(*Panic); !ok || p.Value != ErrGoexit {
		t.Errorf("Goexit in a helper: panics with %v, want %v", v, ErrGoexit)
	}

	// On the caller's goroutine it ends that one, after the helpers are done.
	var running atomic.Int32
	left := make(chan int32)
	go func() {
		defer func() { left <- running.Load() }()
		caller := make(chan struct{})
		For(4, func(i int) {
			running.Add(1)
			defer running.Add(-1)
			if i == 0 {
				close(caller)
				runtime.Goexit()
			}
			<-caller
			time.Sleep(5 * time.Millisecond)
		}, Workers(4))
	}()
	if n := <-left; n != 0 {
		t.Errorf("Goexit in the caller left %d bodies running", n)
	}
}

func TestErrors(t *testing.T) {
	boom := errors.New("boom")
	var after atomic.Int32
	err := ForErr(1000, func(i int) error {
		if i == 10 {
			return boom
		}
		if i > 10 {
			after.Add(1)
		}
		return nil
	}, Workers(1))
	if err != boom || after.Load() != 0 {
		t.Errorf("ForErr: %v with %d calls after the error, want %v and none", err, after.Load(), boom)
	}
	if err := RangeErr(100, func(lo, hi int) error { return nil }, Workers(3)); err != nil {
		t.Errorf("RangeErr without errors: %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	for _, w := range []int{1, 3} {
		for _, s := range []Schedule{Static(1), Dynamic(1), Guided(1)} {
			if w == 1 && s == Guided(1) {
				continue // a single block: nothing to stop between
			}
			interrupt.Reset()
			var calls atomic.Int32
			body := func(lo, hi int) error {
				if calls.Add(1) == 5 {
					interrupt.Raise()
				}
				time.Sleep(10 * time.Microsecond)
				return nil
			}
			err := RangeErr(1e6, body, Workers(w), s)
			if !errors.Is(err, interrupt.ErrInterrupted) {
				t.Errorf("%v, %d workers: %v, want %v", s, w, err, interrupt.ErrInterrupted)
			}
			if got := int(calls.Load()); got > 1000 { // 5+w if nobody is held up
				t.Errorf("%v, %d workers: %d blocks after an interrupt in the fifth", s, w, got)
			}
		}
	}
	// A loop that began before the Reset stays stopped.
	interrupt.Reset()
	calls := 0
	For(100, func(i int) {
		calls++
		interrupt.Raise()
		interrupt.Reset()
	}, Workers(1))
	if calls != 1 {
		t.Errorf("%d calls after an interrupt in the first, want 1", calls)
	}
}

func TestContext(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	var calls atomic.Int32
	err := ForErr(1e6, func(i int) error {
		if calls.Add(1) == 3 {
			cancel(why)
		}
		return nil
	}, Context(ctx), Workers(2))
	if err != why || calls.Load() > 1e5 { // the other worker goes on while cancel is on its way
		t.Errorf("%v after %d calls, want %v after a few", err, calls.Load(), why)
	}
	if err := ForErr(0, func(int) error { return nil }, Context(ctx)); err != nil {
		t.Errorf("nothing to do under an ended context: %v, want nil", err)
	}
}

func TestNestedAndConcurrent(t *testing.T) {
	within(t, 30*time.Second, func() {
		var sum atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					For(4, func(i int) {
						Range(30, func(lo, hi int) {
							For(hi-lo, func(int) { sum.Add(1) }, Workers(2))
						}, Workers(3), Dynamic(4))
					}, Workers(4))
				}
			})
		}
		wg.Wait()
		if got := sum.Load(); got != 8*50*4*30 {
			t.Errorf("%d innermost calls, want %d", got, 8*50*4*30)
		}
	})
}

func TestReduce(t *testing.T) {
	concat := func(a, b string) string { return a + b }
	letters := func(lo, hi int) string {
		s := ""
		for i := lo; i < hi; i++ {
			s += string(rune('a' + i))
		}
		return s
	}
	const want = "abcdefghijklmnopqrstuvwxyz"
	for _, w := range []int{1, 2, 5, 26, 30} {
		if got := Reduce(26, "", letters, concat, Workers(w)); got != want {
			t.Errorf("%d workers: %q, want %q", w, got, want)
		}
	}
	largest := ReduceFloat64(100, 0, func(lo, hi int) float64 { return float64(hi) }, func(a, b float64) float64 { return max(a, b) }, Dynamic(3))
	if largest != 100 {
		t.Errorf("largest %v, want 100", largest)
	}
	if got := ReduceFloat64(0, 42, func(lo, hi int) float64 { return 1 }, nil); got != 42 {
		t.Errorf("nothing to reduce: %v, want the zero, 42", got)
	}
}

func TestStats(t *testing.T) {
	var s Stats
	Range(100, func(lo, hi int) { time.Sleep(time.Millisecond) }, Workers(2), Dynamic(10), &s)
	blocks, items := 0, 0
	for _, w := range s.Workers {
		blocks += w.Blocks
		items += w.Items
	}
	if len(s.Workers) != 2 || blocks != 10 || items != 100 {
		t.Errorf("%d workers, %d blocks, %d items, want 2, 10, 100", len(s.Workers), blocks, items)
	}
	if s.Busy() < 10*time.Millisecond || s.Wall < 5*time.Millisecond || s.Idle(0) < 0 {
		t.Errorf("wall %v, busy %v, idle %v: want at least 5 ms, 10 ms, 0", s.Wall, s.Busy(), s.Idle(0))
	}
	if b := s.Balance(); b <= 0 || b > 1 {
		t.Errorf("balance %v, want within (0, 1]", b)
	}
	if s.Schedule != Dynamic(10) {
		t.Errorf("schedule %v, want dynamic,10", s.Schedule)
	}
	Range(0, func(lo, hi int) {}, &s)
	if len(s.Workers) != 0 || s.Balance() != 0 {
		t.Errorf("an empty loop left %v", s)
	}
}

func TestHelpersAreKeptWithinBounds(t *testing.T) {
	before := runtime.NumGoroutine()
	For(200, func(int) { time.Sleep(time.Millisecond) }, Workers(100))
	limit := before + runtime.GOMAXPROCS(0)
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > limit {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines 5 s after a loop of 100 workers, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestInherit(t *testing.T) {
	var mu sync.Mutex
	var entered []string
	owner := "cell 1"
	Inherit(func() func(run func()) {
		name := owner
		return func(run func()) {
			mu.Lock()
			entered = append(entered, name)
			mu.Unlock()
			run()
		}
	})
	t.Cleanup(func() { Inherit(nil) })
	for _, owner = range []string{"cell 1", "cell 2"} {
		entered = nil
		var wg sync.WaitGroup
		wg.Add(3)
		For(3, func(int) { wg.Done(); wg.Wait() }, Workers(3))
		mu.Lock()
		if want := []string{owner, owner}; !slices.Equal(entered, want) {
			t.Errorf("helpers entered as %q, want %q", entered, want)
		}
		mu.Unlock()
	}
}
