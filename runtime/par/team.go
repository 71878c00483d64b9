package par

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// The team is the set of goroutines that helped in a loop and wait for the
// next. It pays: see BenchmarkForkJoin, where asking a helper that looks out
// for work is compared with starting a goroutine.
//
// As many helpers wait as there are other cores; a loop that needs more starts more, and
// those end with it. Helpers hold nothing of the loop they helped in.
var team struct {
	mu   sync.Mutex
	idle *helper // the last one to finish is asked first: its core is warm
	size int     // length of the list
}

// lookout is how long a helper, and a caller that waits for helpers, looks out
// before it sleeps. It bounds the processor time that a loop may waste after
// it has ended: lookout × (workers-1).
const lookout = 100 * time.Microsecond

// A helper is one waiting goroutine and the place where it finds work.
type helper struct {
	loop   atomic.Pointer[loop] // what to help in; nil: nothing yet
	asleep atomic.Bool          // it waits on wake
	wake   chan struct{}
	below  *helper // in the idle list; guarded by team.mu
	shares int32   // taken of the loop it helps in; its own
	_      [64]byte
}

// ask gets one goroutine to help in l, sooner or later.
func ask(l *loop) *helper {
	team.mu.Lock()
	h := team.idle
	if h != nil {
		team.idle = h.below
		team.size--
	}
	team.mu.Unlock()
	if h == nil {
		h = &helper{wake: make(chan struct{}, 1)}
		h.loop.Store(l)
		go h.live()
		return h
	}
	h.loop.Store(l)
	if h.asleep.CompareAndSwap(true, false) {
		h.wake <- struct{}{}
	}
	return h
}

// withdraw takes back what h was asked and reports whether h had not begun.
// Without it a caller that does small loops by itself, because its helper is
// not let run, would ask for another helper each time.
func withdraw(l *loop, h *helper) bool {
	if h.loop.Load() != l {
		return false
	}
	team.mu.Lock()
	defer team.mu.Unlock()
	if team.size >= maxIdle() || !h.loop.CompareAndSwap(l, nil) {
		return false
	}
	h.enlistLocked()
	return true
}

// live is a helper's whole life: wait, help, wait …
func (h *helper) live() {
	for h.help(h.wait()) {
	}
}

// help works in l and reports whether h is on the idle list then. It enlists
// before it says that its shares are done: whoever waits for them and at once
// starts the next loop shall find h.
func (h *helper) help(l *loop) (stays bool) {
	h.shares = 0
	defer func() { // also when a body calls Goexit: h is gone then
		l.end(h.shares)
		l.leave()
	}()
	if l.inherit != nil {
		h.helpAsHeir(l)
	} else {
		l.work(&h.shares)
	}
	return h.enlist()
}

// helpAsHeir is apart from help so that only heirs pay for the closure.
func (h *helper) helpAsHeir(l *loop) {
	l.inherit(func() { l.work(&h.shares) })
}

// maxIdle is how many helpers may wait: one for each other core.
func maxIdle() int { return max(runtime.GOMAXPROCS(0)-1, 1) }

// enlist puts h on the idle list, or reports that there are enough.
func (h *helper) enlist() bool {
	team.mu.Lock()
	defer team.mu.Unlock()
	if team.size >= maxIdle() {
		return false
	}
	h.enlistLocked()
	return true
}

func (h *helper) enlistLocked() {
	h.below, team.idle = team.idle, h
	team.size++
}

// wait returns the next loop to help in.
func (h *helper) wait() *loop {
	given := func() bool { return h.loop.Load() != nil }
	for {
		if !spinUntil(given, 1) {
			h.asleep.Store(true)
			if !given() || !h.asleep.CompareAndSwap(true, false) {
				<-h.wake
			}
		}
		if l := h.loop.Swap(nil); l != nil {
			return l
		} // else it was withdrawn
	}
}

// spinUntil asks ready again and again for at most lookout, and reports whether
// it said yes. Every so many turns (a turn is well below a microsecond) it lets
// other goroutines go first.
func spinUntil(ready func() bool, turns int) bool {
	if ready() {
		return true
	}
	start := time.Now()
	for turn := 1; ; turn++ {
		for range 64 {
			if ready() {
				return true
			}
		}
		if time.Since(start) > lookout {
			return false
		}
		if turn == 1 {
			yield()
		}
		if turn%turns == 0 {
			runtime.Gosched()
		}
	}
}
