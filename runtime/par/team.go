package par

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// The team is the set of goroutines that helped in a loop and stay for the
// next. It pays: see BenchmarkForkJoin, where asking a helper that looks out
// for work is compared with starting a goroutine.
//
// As many helpers stay as there are other cores. A loop that needs more starts
// more, and those end with it. Helpers hold nothing of the loop they helped in.
var team struct {
	seats [maxSeats]atomic.Pointer[helper]
	used  atomic.Int32 // seats from here on have always been empty

	mu    sync.Mutex
	spare []*helper // without a goroutine, for use again; guarded by mu

	packed atomic.Int32 // positive: callers yield to helpers they woke; see arrive
}

// maxSeats bounds the helpers that stay, on whatever machine.
const maxSeats = 1024

// A helper is one goroutine that helps and the place where it finds work.
//
// Its loop is nil while it has a seat and nothing to do: then whoever swaps a
// loop in has got it. Helpers without a seat are always taken.
type helper struct {
	loop   atomic.Pointer[loop] // what to help in; nil: nothing; taken: it is at it
	asleep atomic.Bool          // it waits on wake
	_      [64]byte
	missed atomic.Uint32 // how often it was asked in vain
	wake   chan struct{} // what wakes it
	// When it was last woken, and on which processor the caller was then.
	// Whoever wakes it writes them.
	wokenAt time.Duration
	wokenOn int
	_       [64]byte

	// Its own.
	seat   int    // -1: none
	shares int32  // taken of the loop it helps in
	life   func() // live, bound once
	habit  habit
	watch  watch
}

// taken is what a helper's loop is while it must not be asked.
var taken = new(loop)

// ask gets one goroutine to help in l, sooner or later, and reports whether it
// was ready, else it had to be woken or started. Seats before from need not be
// looked at; the next call's begin at next. The helper is nil if it can't be
// withdrawn.
func ask(l *loop, from int) (h *helper, next int, ready bool) {
	for i := from; i < int(team.used.Load()); i++ {
		h := team.seats[i].Load()
		if h == nil || h.loop.Load() != nil || !h.loop.CompareAndSwap(nil, l) {
			continue
		}
		if h.asleep.Load() && h.asleep.CompareAndSwap(true, false) {
			h.wokenAt, h.wokenOn = clock(), processor()
			h.wake <- struct{}{}
			return h, i + 1, false
		}
		return h, i + 1, true
	}
	h = newHelper()
	h.loop.Store(l)
	if !h.sit() {
		go h.life()
		return nil, maxSeats, false
	}
	go h.life()
	return h, maxSeats, false
}

func newHelper() *helper {
	team.mu.Lock()
	defer team.mu.Unlock()
	if n := len(team.spare); n > 0 {
		h := team.spare[n-1]
		team.spare = team.spare[:n-1]
		return h
	}
	h := &helper{seat: -1, wake: make(chan struct{}, 1)}
	h.life = h.live
	h.watch.read() // the first one of the process allocates
	return h
}

// withdraw takes back what h was asked and reports whether h had not begun.
func withdraw(l *loop, h *helper) bool {
	if h.loop.Load() != l || !h.loop.CompareAndSwap(l, nil) {
		return false
	}
	h.missed.Add(1)
	return true
}

// live is a helper's whole life: help, wait, help …
func (h *helper) live() {
	defer h.quit() // also when a body calls Goexit
	for {
		l := h.loop.Load()
		if l == nil {
			if !h.wait() {
				return
			}
			continue
		}
		// With nothing left to do it is about to be withdrawn. A helper that
		// began now would be missing in the next loop.
		for turn := 0; turn < spins && l.left.Load() <= 0 && h.loop.Load() == l; turn++ {
			pause()
		}
		if !h.loop.CompareAndSwap(l, taken) {
			continue // withdrawn
		}
		h.help(l)
		if h.seat < 0 && !h.sit() {
			return
		}
	}
}

// help works in l. It is free again before it says that its shares are done:
// whoever waits for them and at once starts the next loop shall find it.
func (h *helper) help(l *loop) {
	h.shares = 0
	defer func() {
		woke := l.end(h.shares)
		l.leave()
		if woke {
			runtime.Gosched() // the caller is next on this processor
		}
	}()
	if l.inherit != nil {
		h.helpAsHeir(l)
	} else {
		l.work(&h.shares)
	}
	if h.seat >= 0 {
		h.loop.Store(nil)
	}
}

// helpAsHeir is apart from help so that only heirs pay for the closure.
func (h *helper) helpAsHeir(l *loop) {
	l.inherit(func() { l.work(&h.shares) })
}

// maxIdle is how many helpers may stay: one for each other core.
func maxIdle() int { return min(max(runtime.GOMAXPROCS(0)-1, 1), maxSeats) }

// sit looks for an empty seat for h and reports whether there was one.
func (h *helper) sit() bool {
	for i := range maxIdle() {
		if team.seats[i].Load() == nil && team.seats[i].CompareAndSwap(nil, h) {
			h.seat = i
			for used := team.used.Load(); int(used) <= i; used = team.used.Load() {
				team.used.CompareAndSwap(used, int32(i+1))
			}
			h.loop.CompareAndSwap(taken, nil)
			return true
		}
	}
	return false
}

// quit ends h, whose loop is taken.
func (h *helper) quit() {
	if h.seat >= 0 {
		team.seats[h.seat].Store(nil)
		h.seat = -1
	}
	h.loop.Store(taken)
	team.mu.Lock()
	defer team.mu.Unlock()
	if len(team.spare) < maxSeats {
		team.spare = append(team.spare, h)
	}
}

// wait returns true when h may have been asked, false when it shall end.
func (h *helper) wait() bool {
	if h.lookOut() {
		return true
	}
	if h.seat >= maxIdle() && h.loop.CompareAndSwap(nil, taken) {
		return false
	}
	h.asleep.Store(true)
	if h.loop.Load() == nil || !h.asleep.CompareAndSwap(true, false) {
		<-h.wake
		h.habit.note(h.wokenAt - h.watch.start)
		h.arrive()
	}
	return true
}

// arrive makes room for the caller. Systems that pack what runs little on few
// processors, to save power, wake a helper on the processor of its caller and
// let it begin only when the caller's time slice is over, 1 to 3 ms later. Once
// that was seen, callers yield after they woke a helper, and a helper that finds
// itself there moves away.
func (h *helper) arrive() {
	packed := team.packed.Load()
	switch {
	case h.wokenOn < 0 || h.watch.procs == 1:
	case processor() != h.wokenOn:
		if packed > 0 {
			team.packed.Store(packed - 1)
		}
	case packed > 0 || clock()-h.wokenAt > tooLate:
		team.packed.Store(16)
		leaveProcessor(h.wokenOn)
	}
}

// tooLate is when a helper begins that was woken on a busy processor.
const tooLate = 500 * time.Microsecond

// lookOut waits awake until h is asked, which it reports, or has looked out for
// as long as its habit says.
func (h *helper) lookOut() bool {
	for range spins {
		if h.loop.Load() != nil {
			h.habit.note(0)
			return true
		}
		pause()
	}
	missed := h.missed.Load()
	h.watch.begin()
	if h.habit.nap() {
		h.watch.nap()
	}
	for h.watch.turn(h.habit.patience()) {
		if m := h.missed.Load(); m != missed {
			missed = m
			h.habit.note(h.watch.last - h.watch.start)
			h.watch.restart(h.watch.last)
		}
		for range spins {
			if h.loop.Load() != nil {
				h.habit.note(h.watch.last - h.watch.start)
				return true
			}
			pause()
		}
	}
	return h.loop.Load() != nil
}

// uncover makes that goroutines readied by this one are run by other processors
// at once. What a goroutine readies last comes next on its own processor, and
// others wait before they take it from there: 3 µs by the scheduler's
// word (runtime/proc.go, runqgrab), 0.1 ms and more by the system's clock. One
// that is readied after it moves it to the queue, from which others take freely.
func uncover() {
	if runtime.GOMAXPROCS(0) == 1 {
		return
	}
	go nothing()
	if team.packed.Load() > 0 {
		yield()
	}
}

func nothing() {}
