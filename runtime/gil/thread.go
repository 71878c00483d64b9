package gil

import (
	"context"
	"math"
	"runtime"
	"time"
)

// A Thread is one thread under a [Lock]: the argument of the function that runs
// in it. Only that function may call its methods.
type Thread struct {
	lock   *Lock
	left   int // ticks until it looks
	number int

	f     func(t *Thread)
	life  func()        // run, bound once
	wake  chan struct{} // the lock is free, or t's
	timer *time.Timer

	stats ThreadStats // guarded by lock.mu
}

// neverLook is more ticks than anybody lives to see.
const neverLook = math.MaxInt

func newThread(l *Lock, number int) *Thread {
	t := &Thread{lock: l, number: number, wake: make(chan struct{}, 1)}
	t.life = t.run
	t.timer = time.NewTimer(time.Hour)
	t.timer.Stop()
	return t
}

// Number returns which thread it is, counting from 0 in the order of Go's calls.
func (t *Thread) Number() int { return t.number }

// Tick is the place between two instructions of the interpreter where the lock
// may change hands. Call it after every few microseconds of work. It returns
// false when the thread shall return. It costs a nanosecond or two when nobody
// wants the lock.
func (t *Thread) Tick() bool {
	if t.left--; t.left > 0 && !t.lock.attention.Load() {
		return true
	}
	return t.look()
}

// look gives others their turn.
func (t *Thread) look() bool {
	l := t.lock
	if l.ticks == 0 {
		t.left = neverLook
		l.handOver(t)
	} else if t.left <= 0 {
		t.left = l.ticks
		l.release(t)
		l.acquire(t)
	}
	return !l.stopping.Load()
}

// Block calls f without the lock, as CPython's modules written in C do around
// calls that wait, and around work that needs no Python objects: others compute
// meanwhile. f must not call methods of t. Block returns when t has the lock
// again.
func (t *Thread) Block(f func()) {
	t.lock.release(t)
	from := time.Now()
	defer func() { t.back(time.Since(from)) }()
	f()
}

// Sleep is time.Sleep without the lock, as Python's time.sleep. It returns false,
// and early, when the thread shall return.
func (t *Thread) Sleep(d time.Duration) bool {
	l := t.lock
	l.release(t)
	from := time.Now()
	select {
	case <-l.stopped:
	default:
		t.timer.Reset(d)
		select {
		case <-t.timer.C:
		case <-l.stopped:
			t.timer.Stop()
		}
	}
	t.back(time.Since(from))
	return !l.stopping.Load()
}

// back gets the lock again after a time without it.
func (t *Thread) back(blocked time.Duration) {
	l := t.lock
	l.acquire(t)
	l.mu.Lock()
	t.stats.Blocked += blocked
	l.mu.Unlock()
}

// Context returns a context that ends when the thread shall return, for calls
// within Block.
func (t *Thread) Context() context.Context {
	l := t.lock
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.contextOnce == nil {
		l.contextOnce, l.cancelContext = context.WithCancelCause(context.Background())
		if l.stopping.Load() {
			l.cancelContext(l.why)
		}
	}
	return l.contextOnce
}

// run is the thread's whole life.
func (t *Thread) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l := t.lock
	l.acquire(t)
	defer l.ended(t)
	defer l.letGo(t)
	returned := false
	defer func() {
		if !returned {
			l.fail(recover())
		}
	}()
	t.f(t)
	returned = true
}

// letGo releases l if t holds it, as it does unless Block's function panicked
// on the way.
func (l *Lock) letGo(t *Thread) {
	l.mu.Lock()
	held := l.holder == t
	l.mu.Unlock()
	if held {
		l.release(t)
	}
}

// rouse wakes t, now or when it is next about to rest.
func (t *Thread) rouse() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// rest waits until t is roused, which it reports, or for the interval.
func (t *Thread) rest() (roused bool) {
	if t.lock.ticks > 0 {
		<-t.wake
		return true
	}
	t.timer.Reset(t.lock.interval)
	select {
	case <-t.wake:
		t.timer.Stop()
		return true
	case <-t.timer.C:
		return false
	}
}
