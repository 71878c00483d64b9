//go:build unix

package par

import (
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// procs sets GOMAXPROCS for one test.
func procs(t *testing.T, n int) {
	if runtime.NumCPU() < n {
		t.Skipf("needs %d processors", n)
	}
	old := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
}

// processorTime returns what the process has used.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// median returns the middle one of some measurements, so that a test does not
// fail because the machine was busy for a while.
func median(n int, measure func() time.Duration) time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = measure()
	}
	slices.Sort(all)
	return all[n/2]
}

// TestIdleCost holds what helpers cost after the last loop against the limit:
// 1 ms for each where loops were frequent, less after a single one.
func TestIdleCost(t *testing.T) {
	procs(t, 2)
	tests := []struct {
		name  string
		loops int
		limit time.Duration
	}{
		{"one loop", 1, 900 * time.Microsecond}, // 0.1 ms, and what the sleeps of this test cost
		{"frequent loops", 100, 2 * time.Millisecond},
	}
	for _, tt := range tests {
		got := median(7, func() time.Duration {
			time.Sleep(20 * time.Millisecond)
			for range tt.loops {
				Range(2, func(lo, hi int) {}, Workers(2))
				sleep(20 * time.Microsecond)
			}
			before := processorTime(t)
			time.Sleep(50 * time.Millisecond)
			return processorTime(t) - before
		})
		t.Logf("%s: %v of processor time in the 50 ms after", tt.name, got)
		if got > tt.limit {
			t.Errorf("%s: %v of processor time in the 50 ms after, want at most %v", tt.name, got, tt.limit)
		}
	}
}

// TestOthersBegin starts goroutines while a helper looks out and the caller,
// who keeps its own processor, waits for them.
func TestOthersBegin(t *testing.T) {
	procs(t, 2)
	got := median(51, func() time.Duration {
		for range 10 {
			Range(2, func(lo, hi int) {}, Workers(2))
		}
		var begun atomic.Bool
		from := time.Now()
		go begun.Store(true)
		for !begun.Load() {
		}
		return time.Since(from)
	})
	t.Logf("a goroutine begins after %v", got)
	if got > 5*time.Millisecond {
		t.Errorf("a goroutine started while a helper looked out began after %v, want at most some 0.1 ms", got)
	}
}

// TestBusyGoroutine compares what a goroutine that computes gets done beside
// pauses with loops and beside pauses without.
func TestBusyGoroutine(t *testing.T) {
	for _, p := range []int{1, 2} {
		t.Run("", func(t *testing.T) {
			procs(t, p)
			var stop atomic.Bool
			var done atomic.Int64
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				x := uint64(1)
				for !stop.Load() {
					for range 1000 {
						x = x*6364136223846793005 + 1
					}
					done.Add(1)
				}
				runtime.KeepAlive(x)
			}()
			work := func(body func()) time.Duration {
				return median(5, func() time.Duration {
					before, from := done.Load(), time.Now()
					for time.Since(from) < 20*time.Millisecond {
						body()
						time.Sleep(time.Millisecond)
					}
					return time.Since(from) / time.Duration(max(done.Load()-before, 1))
				})
			}
			without := work(func() {})
			with := work(func() { Range(2, func(lo, hi int) {}, Workers(2)) })
			stop.Store(true)
			<-ended
			t.Logf("GOMAXPROCS %d: a step takes %v, with loops beside it %v", p, without, with)
			if with > 2*without {
				t.Errorf("GOMAXPROCS %d: a step takes %v with loops beside it, %v without", p, with, without)
			}
		})
	}
}

func TestHabit(t *testing.T) {
	var b habit
	if b.patience() != shortLook || b.nap() {
		t.Error("a new helper looks out for long")
	}
	b.note(50 * time.Millisecond)
	for range 3 {
		b.note(900 * time.Microsecond)
	}
	if b.patience() != longLook {
		t.Error("a short look after loops 0.9 ms apart")
	}
	if b.nap() {
		t.Error("a nap when the gaps of old are unknown")
	}
	for range 30 {
		b.note(900 * time.Microsecond)
	}
	if b.nap() != canNap {
		t.Errorf("after many loops 0.9 ms apart: nap %v, want %v", b.nap(), canNap)
	}
	b.note(10 * time.Microsecond)
	if b.nap() {
		t.Error("a nap after a gap of 10 µs")
	}
	for range 4 {
		b.note(50 * time.Millisecond)
	}
	if b.patience() != shortLook {
		t.Error("a long look after loops 50 ms apart")
	}
}
