//go:build unix

package gil

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A cost is what the system counted.
type cost struct {
	wall, user, system time.Duration
	switches           int64 // voluntary context switches
}

func (c cost) plus(d cost) cost {
	return cost{c.wall + d.wall, c.user + d.user, c.system + d.system, c.switches + d.switches}
}

// measure has threads do work microseconds in all.
func measure(t *testing.T, l *Lock, threads, work int) cost {
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		t.Fatal(err)
	}
	for range threads {
		l.Go(func(th *Thread) { compute(th, work/threads) })
	}
	l.Wait()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		t.Fatal(err)
	}
	return cost{
		l.Stats().Wall,
		time.Duration(after.Utime.Nano() - before.Utime.Nano()),
		time.Duration(after.Stime.Nano() - before.Stime.Nano()),
		int64(after.Nvcsw - before.Nvcsw),
	}
}

// TestNoSpeedUp checks that two threads use as much processor time as one does
// for the work of both, and never more of it than has passed: no two computed
// at the same time. Wall times of one and two can't be compared on a machine
// that has other work, as the system lets a thread that has slept go first.
func TestNoSpeedUp(t *testing.T) {
	for name, newLock := range modes {
		var one, two cost
		l := newLock()
		for range 3 {
			one = one.plus(measure(t, l, 1, 60_000))
			two = two.plus(measure(t, l, 2, 60_000))
			s := l.Stats()
			if held := s.Threads[0].Held + s.Threads[1].Held; held > s.Wall {
				t.Errorf("%s: the lock was held for %v in %v", name, held, s.Wall)
			}
		}
		t.Logf("%s: one thread %+v, two threads %+v", name, one, two)
		if two.user < one.user*8/10 {
			t.Errorf("%s: two threads computed for %v, one for %v", name, two.user, one.user)
		}
		if two.user > two.wall*13/10 {
			t.Errorf("%s: two threads computed for %v within %v", name, two.user, two.wall)
		}
	}
}

// TestBattle holds the old way of switching against the new one: the same work
// costs more context switches, and threads are woken in vain.
func TestBattle(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		t.Skip("on one core there is no battle")
	}
	var old, young cost
	inVain := 0
	for range 3 {
		l := New(Ticks(10))
		old = old.plus(measure(t, l, 2, 40_000))
		for _, th := range l.Stats().Threads {
			inVain += th.Failed
		}
		young = young.plus(measure(t, New(), 2, 40_000))
	}
	t.Logf("ticks %+v, woken in vain %d times; interval %+v", old, inVain, young)
	if old.switches*2 < young.switches*3 {
		t.Errorf("%d context switches with ticks, %d with an interval; want half as many again or more", old.switches, young.switches)
	}
	if inVain == 0 {
		t.Error("no thread was woken in vain")
	}
}
