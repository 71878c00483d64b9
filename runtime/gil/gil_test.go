package gil

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// spin computes for about a microsecond.
func spin() uint64 {
	x := uint64(1)
	for range 700 {
		x = x*6364136223846793005 + 1
	}
	return x
}

// sink takes what spin has computed for nothing.
var sink atomic.Uint64

// compute does n microseconds of work with a tick after each.
func compute(t *Thread, n int) {
	x := uint64(0)
	for i := 0; i < n && t.Tick(); i++ {
		x += spin()
	}
	runtime.KeepAlive(x)
}

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

var modes = map[string]func() *Lock{
	"interval": func() *Lock { return New(Interval(time.Millisecond)) },
	"ticks":    func() *Lock { return New(Ticks(10)) },
}

// TestOneAtATime counts threads inside with plain memory, which the race
// detector watches too.
func TestOneAtATime(t *testing.T) {
	for name, newLock := range modes {
		l := newLock()
		inside, total := 0, 0
		var atOnce atomic.Int32
		const threads, turns = 4, 2000
		for range threads {
			l.Go(func(th *Thread) {
				for i := range turns {
					if inside++; inside != 1 || atOnce.Add(1) != 1 {
						t.Errorf("%s: %d threads inside", name, inside)
					}
					sink.Store(spin())
					total++
					atOnce.Add(-1)
					inside--
					if i%500 == 499 {
						th.Block(func() { time.Sleep(100 * time.Microsecond) })
					}
					th.Tick()
				}
			})
		}
		within(t, 30*time.Second, func() {
			if err := l.Wait(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		s := l.Stats()
		if total != threads*turns || len(s.Threads) != threads || s.Switches < threads-1 {
			t.Errorf("%s: %d turns, want %d; %v", name, total, threads*turns, s)
		}
	}
}

func TestSleepsOverlap(t *testing.T) {
	const d = 30 * time.Millisecond
	for name, newLock := range modes {
		l := newLock()
		for i := range 8 {
			l.Go(func(th *Thread) {
				if i%2 == 0 {
					th.Block(func() { time.Sleep(d) })
				} else if !th.Sleep(d) {
					t.Errorf("%s: Sleep says that the thread shall return", name)
				}
			})
		}
		l.Wait()
		s := l.Stats()
		if s.Wall < d || s.Wall > 4*d {
			t.Errorf("%s: 8 sleeps of %v under the lock took %v, want little more than one", name, d, s.Wall)
		}
		for i, th := range s.Threads {
			if th.Blocked < d {
				t.Errorf("%s: thread %d blocked for %v, want at least %v", name, i, th.Blocked, d)
			}
		}
	}
}

// TestFair checks that forced switching gives threads that compute equal parts.
func TestFair(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("on one core a thread is interrupted only after 10 ms")
	}
	l := New(Interval(2 * time.Millisecond))
	const threads = 3
	var steps [threads]int
	end := time.Now().Add(150 * time.Millisecond)
	for i := range threads {
		l.Go(func(th *Thread) {
			for time.Now().Before(end) {
				sink.Store(spin())
				steps[i]++
				th.Tick()
			}
		})
	}
	l.Wait()
	s := l.Stats()
	t.Logf("%v steps; %v", steps, s)
	for i, n := range steps {
		if sum := steps[0] + steps[1] + steps[2]; n*threads*4 < sum {
			t.Errorf("thread %d did %d of %d steps; %v", i, n, sum, s)
		}
	}
	if s.Forced < 3 {
		t.Errorf("%d forced switches in 150 ms, want several", s.Forced)
	}
}

// TestInterval checks that a switch takes as long as the interval and not less.
func TestInterval(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("on one core a thread is interrupted only after 10 ms")
	}
	l := New(Trace(100))
	for range 2 {
		l.Go(func(th *Thread) { compute(th, 60_000) })
	}
	l.Wait()
	s := l.Stats()
	if len(s.Spans) < 3 {
		t.Fatalf("%d spans", len(s.Spans))
	}
	for i, span := range s.Spans[1:] {
		if before := s.Spans[i]; span.From < before.To {
			t.Errorf("spans overlap: %v, %v", before, span)
		}
	}
	for _, span := range s.Spans[1 : len(s.Spans)-2] {
		if held := span.To - span.From; held < DefaultInterval {
			t.Errorf("a thread held the lock for %v, want at least %v", held, DefaultInterval)
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	boom := errors.New("boom")
	for name, newLock := range modes {
		for _, how := range []string{"interrupt", "context"} {
			interrupt.Reset()
			l := newLock()
			ctx, cancel := context.WithCancelCause(context.Background())
			want, stop := boom, func() { cancel(boom) }
			if how == "interrupt" {
				want, stop = interrupt.ErrInterrupted, interrupt.Raise
			}
			for range 2 {
				l.Go(func(th *Thread) { compute(th, math.MaxInt) })
			}
			l.Go(func(th *Thread) {
				if th.Sleep(time.Hour) {
					t.Error("Sleep does not say that the thread shall return")
				}
			})
			l.Go(func(th *Thread) {
				th.Block(func() { <-th.Context().Done() })
				if got := context.Cause(th.Context()); got != want {
					t.Errorf("%s, %s: the context ended because of %v, want %v", name, how, got, want)
				}
			})
			time.AfterFunc(10*time.Millisecond, stop)
			within(t, 5*time.Second, func() {
				if err := l.WaitContext(ctx); err != want {
					t.Errorf("%s, %s: %v, want %v", name, how, err, want)
				}
			})
			// The lock can be used again.
			interrupt.Reset()
			ran := false
			l.Go(func(th *Thread) { ran = th.Tick() })
			if err := l.Wait(); err != nil || !ran {
				t.Errorf("%s, %s: afterwards %v, ran %v", name, how, err, ran)
			}
			cancel(nil)
		}
	}
}

func TestPanic(t *testing.T) {
	boom := errors.New("boom")
	for name, newLock := range modes {
		for what, f := range map[string]func(th *Thread){
			"in a thread":    func(*Thread) { panic(boom) },
			"within Block":   func(th *Thread) { th.Block(func() { panic(boom) }) },
			"runtime.Goexit": func(*Thread) { runtime.Goexit() },
			"Tick in Block":  func(th *Thread) { th.Block(func() { th.Block(func() {}) }) },
		} {
			l := newLock()
			l.Go(func(th *Thread) { compute(th, math.MaxInt) })
			l.Go(f)
			var v any
			within(t, 5*time.Second, func() {
				defer func() { v = recover() }()
				l.Wait()
			})
			p, ok := v.(*Panic)
			if !ok {
				t.Fatalf("%s, %s: Wait panics with %v", name, what, v)
			}
			if want := map[string]error{"runtime.Goexit": ErrGoexit}[what]; want != nil && p.Value != want ||
				want == nil && what != "Tick in Block" && !errors.Is(p, boom) {
				t.Errorf("%s, %s: value %v", name, what, p.Value)
			}
			if !strings.Contains(p.Error(), "gil_test.go") && what != "runtime.Goexit" {
				t.Errorf("%s, %s: the stack does not name this file: %v", name, what, p)
			}
		}
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"gil.New: switch interval 0s is not positive": func() { New(Interval(0)) },
		"gil.New: number of ticks -1 is not positive": func() { New(Ticks(-1)) },
		"gil.New: negative number of spans -1":        func() { New(Trace(-1)) },
		"gil.New: nil option":                         func() { New(nil) },
		"gil.Go: nil function":                        func() { New().Go(nil) },
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
	if err := New().Wait(); err != nil {
		t.Errorf("Wait without threads: %v", err)
	}
}

func TestNoAllocation(t *testing.T) {
	for name, newLock := range modes {
		l := newLock()
		work := func(th *Thread) { compute(th, 100) }
		run := func() {
			l.Go(work)
			l.Go(work)
			l.Wait()
		}
		run()
		if got := testing.AllocsPerRun(50, run); got != 0 {
			t.Errorf("%s: %v allocations in a run, want 0", name, got)
		}
	}
}

func TestStatsText(t *testing.T) {
	s := Stats{Wall: time.Second, Switches: 3, Forced: 2, Threads: []ThreadStats{{Held: time.Millisecond, Waits: 1, Failed: 4}}}
	const want = "1s, 3 switches, 2 of them forced\nthread 0: held 1ms, waited 0s in 1 times, blocked 0s, woken in vain 4 times"
	if got := fmt.Sprint(s); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkTick(b *testing.B) {
	l := New()
	l.Go(func(t *Thread) {
		for b.Loop() {
			t.Tick()
		}
	})
	l.Wait()
}

// BenchmarkSwitch measures two threads that ask for the lock all the time.
func BenchmarkSwitch(b *testing.B) {
	for name, newLock := range map[string]func() *Lock{
		"handover": func() *Lock { return New(Interval(time.Nanosecond)) },
		"ticks":    func() *Lock { return New(Ticks(1)) },
	} {
		b.Run("impl="+name, func(b *testing.B) {
			l := newLock()
			for range 2 {
				l.Go(func(t *Thread) {
					for range b.N {
						t.Tick()
					}
				})
			}
			l.Wait()
			s := l.Stats()
			b.ReportMetric(float64(s.Wall.Nanoseconds())/float64(max(s.Switches, 1)), "ns/switch")
			b.ReportMetric(float64(s.Switches)/float64(b.N), "switches/op")
		})
	}
}
