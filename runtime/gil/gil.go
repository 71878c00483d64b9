// Package gil is an interpreter lock: of several threads only the one that holds
// it computes. It shows on real threads and real counters what CPython's global
// interpreter lock does to threaded programs.
//
//	l := gil.New() // as CPython from 3.2 on: a waiter may have the lock after 5 ms
//	for range 2 {
//		l.Go(func(t *gil.Thread) {
//			for i := 0; i < n && t.Tick(); i++ {
//				… // a few microseconds of work
//			}
//			t.Block(func() { … }) // a call that waits: others compute meanwhile
//		})
//	}
//	err := l.Wait()
//	fmt.Println(l.Stats())
//
// Every [Thread] is a thread of the system, so that handing over the lock wakes
// a sleeping thread through the kernel, as in CPython: it appears as context
// switches and system time.
//
// # The two ways of switching
//
// With [Interval], as CPython 3.2 and later (Python/ceval_gil.h, by Antoine
// Pitrou): a thread that has waited for the interval, in which the lock did not
// change hands, asks for it; the holder gives it up at its next [Thread.Tick]
// and does not compete for it until the other has it (forced switching).
//
// With [Ticks], as before: the holder releases the lock after so many ticks,
// wakes a waiter and takes the lock again at once if it is still free. On one
// core the waiter ran then. On several it wakes on another core, mostly to find
// the lock taken, and has been woken for nothing hundreds of times a second: the
// "GIL battle" (David Beazley, Understanding the Python GIL, PyCon 2010). Two
// threads take longer than one after the other, and part of it is system time.
//
// # Stopping
//
// When the cell is interrupted (package interrupt), the context given to
// [Lock.WaitContext] ends or a thread panics, Tick returns false, [Thread.Sleep]
// returns early, and the threads should return.
//
// # Cost
//
// On a 2-core AMD EPYC virtual machine a Tick costs 2.5 ns when nobody asks
// for the lock, a forced switch some 60 µs.
package gil

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// DefaultInterval is CPython's, sys.getswitchinterval().
const DefaultInterval = 5 * time.Millisecond

// An Option is [Interval], [Ticks] or [Trace].
type Option func(*Lock) error

// Interval sets how long a thread waits before it asks the holder for the lock:
// sys.setswitchinterval. It must be positive. It is the default, with
// [DefaultInterval]. Below a millisecond the system's clock makes it longer, and
// with GOMAXPROCS=1 the holder is interrupted only after 10 ms.
func Interval(d time.Duration) Option {
	return func(l *Lock) error {
		if d <= 0 {
			return fmt.Errorf("switch interval %v is not positive", d)
		}
		l.interval, l.ticks = d, 0
		return nil
	}
}

// Ticks makes the holder release the lock after n calls of [Thread.Tick]:
// sys.setcheckinterval of CPython before 3.2, where it was 100 instructions of
// the interpreter by default. It must be positive.
func Ticks(n int) Option {
	return func(l *Lock) error {
		if n < 1 {
			return fmt.Errorf("number of ticks %d is not positive", n)
		}
		l.ticks = n
		return nil
	}
}

// Trace makes the lock keep the first n times that a thread held it, for a
// chart: [Stats.Spans].
func Trace(n int) Option {
	return func(l *Lock) error {
		if n < 0 {
			return fmt.Errorf("negative number of spans %d", n)
		}
		l.trace = n
		return nil
	}
}

// A Lock is an interpreter lock with its threads. It may be used again after
// [Lock.Wait]. From the second time on it allocates nothing. All methods may be
// called by any number of goroutines at once, but not by its own threads.
type Lock struct {
	interval time.Duration
	ticks    int // 0: by interval
	trace    int

	_         [64]byte
	attention atomic.Bool // Tick must look: wanted, or the threads shall stop
	stopping  atomic.Bool
	_         [64]byte

	mu      sync.Mutex
	holder  *Thread
	last    *Thread       // the holder before, if there is none now
	since   time.Duration // when holder took it
	wanted  bool          // somebody has waited for interval
	waiting []*Thread     // in the order in which they came

	threads  []*Thread // those of this round first; the others for use again
	used     int       // of this round
	live     int       // of them have not ended
	over     bool      // Wait has returned: the next Go begins a new round
	finished chan struct{}
	stopped  chan struct{} // closed when stopping
	why      error         // for stopping
	panicked *Panic        // the first

	begun         time.Time
	wall          time.Duration // of a round that has ended
	switches      int
	forced        int
	spans         []Span
	contextOnce   context.Context // what Thread.Context returns, or nil
	cancelContext context.CancelCauseFunc
}

// New returns a lock. An option out of range is a panic.
func New(opts ...Option) *Lock {
	l := &Lock{interval: DefaultInterval, over: true, finished: make(chan struct{}, 1), stopped: make(chan struct{})}
	for _, o := range opts {
		err := errors.New("nil option")
		if o != nil {
			err = o(l)
		}
		if err != nil {
			panic(fmt.Errorf("gil.New: %w", err))
		}
	}
	return l
}

// Go calls f in a new thread, once it has the lock. A nil f is a panic.
func (l *Lock) Go(f func(t *Thread)) {
	if f == nil {
		panic(errors.New("gil.Go: nil function"))
	}
	l.mu.Lock()
	if l.over {
		l.begin()
	}
	if l.used == len(l.threads) {
		l.threads = append(l.threads, newThread(l, l.used))
	}
	t := l.threads[l.used]
	l.used++
	l.live++
	t.f = f
	t.stats = ThreadStats{}
	t.left = neverLook
	if l.ticks > 0 {
		t.left = l.ticks
	}
	l.mu.Unlock()
	go t.life()
}

// begin starts a new round. The caller holds mu.
func (l *Lock) begin() {
	l.over = false
	l.used = 0
	l.last = nil
	l.wanted = false
	l.switches, l.forced = 0, 0
	l.spans = l.spans[:0]
	l.why, l.panicked = nil, nil
	if l.stopping.Load() {
		l.stopped = make(chan struct{})
		l.stopping.Store(false)
	}
	l.attention.Store(false)
	l.contextOnce, l.cancelContext = nil, nil
	l.begun = time.Now()
}

// Wait waits until all threads have returned, and is [Lock.WaitContext] without
// a context.
func (l *Lock) Wait() error { return l.WaitContext(context.Background()) }

// WaitContext waits until all threads have returned. If before that the cell is
// interrupted or ctx ends, it tells the threads to stop and returns the cause
// when they have. If a thread panicked, WaitContext panics with the first
// [*Panic].
func (l *Lock) WaitContext(ctx context.Context) error {
	cell := interrupt.Context()
	cellDone, ctxDone := cell.Done(), ctx.Done()
	for !l.isOver() {
		select {
		case <-l.finished:
		case <-cellDone:
			l.stop(context.Cause(cell))
			cellDone = nil
		case <-ctxDone:
			l.stop(context.Cause(ctx))
			ctxDone = nil
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select { // for others who wait
	case l.finished <- struct{}{}:
	default:
	}
	if l.panicked != nil {
		panic(l.panicked)
	}
	return l.why
}

func (l *Lock) isOver() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live > 0 {
		return false
	}
	if !l.over {
		l.over = true
		l.wall = time.Since(l.begun)
		if l.cancelContext != nil {
			l.cancelContext(nil)
		}
	}
	return true
}

// stop tells the threads to return.
func (l *Lock) stop(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopLocked(why)
}

func (l *Lock) stopLocked(why error) {
	if l.over || l.stopping.Load() {
		return
	}
	l.why = why
	l.stopping.Store(true)
	l.attention.Store(true)
	close(l.stopped)
	if l.cancelContext != nil {
		l.cancelContext(why)
	}
}

// take makes t the holder. The caller holds mu, and nobody holds l.
func (l *Lock) take(t *Thread) {
	l.holder = t
	l.since = time.Since(l.begun)
	if l.last != t && l.last != nil {
		l.switches++
	}
	l.wanted = false
	l.attention.Store(l.stopping.Load())
}

// drop makes l free. The caller holds mu.
func (l *Lock) drop() {
	t, now := l.holder, time.Since(l.begun)
	t.stats.Held += now - l.since
	if len(l.spans) < l.trace {
		l.spans = append(l.spans, Span{t.number, l.since, now})
	}
	l.last, l.holder = t, nil
}

// acquire waits until t holds l.
func (l *Lock) acquire(t *Thread) {
	l.mu.Lock()
	if l.holder == nil {
		l.take(t)
		l.mu.Unlock()
		return
	}
	l.waiting = append(l.waiting, t)
	l.await(t)
}

// await waits until t, which is in waiting, holds l. The caller holds mu, which
// await unlocks.
func (l *Lock) await(t *Thread) {
	from := time.Now()
	t.stats.Waits++
	for l.holder != t {
		seen := l.switches
		l.mu.Unlock()
		onTime := t.rest()
		l.mu.Lock()
		switch {
		case l.holder == t: // handed over
		case l.holder == nil:
			l.leaveWaiting(t)
			l.take(t)
		case onTime:
			t.stats.Failed++
		case l.switches == seen:
			l.wanted = true
			l.attention.Store(true)
		}
	}
	t.stats.Waited += time.Since(from)
	l.mu.Unlock()
}

func (l *Lock) leaveWaiting(t *Thread) {
	for i, w := range l.waiting {
		if w == t {
			copy(l.waiting[i:], l.waiting[i+1:])
			l.waiting[len(l.waiting)-1] = nil
			l.waiting = l.waiting[:len(l.waiting)-1]
			return
		}
	}
}

// release makes l free and wakes the thread that has waited longest.
func (l *Lock) release(t *Thread) {
	l.mu.Lock()
	l.mustHold(t)
	l.drop()
	waits := len(l.waiting) > 0
	if waits {
		l.waiting[0].rouse()
	}
	l.mu.Unlock()
	if waits && l.ticks > 0 {
		// The holder goes on, and Go's scheduler leaves what was readied last
		// to its processor for some 0.1 ms, but for something newer. CPython
		// has no such scheduler between it and the system.
		go nothing()
	}
}

func nothing() {}

// handOver gives l to the thread that has waited longest, if one has asked, and
// waits until t has it again.
func (l *Lock) handOver(t *Thread) {
	l.mu.Lock()
	l.mustHold(t)
	if !l.wanted || len(l.waiting) == 0 {
		l.wanted = false
		l.attention.Store(l.stopping.Load())
		l.mu.Unlock()
		return
	}
	l.forced++
	l.drop()
	next := l.waiting[0]
	l.leaveWaiting(next)
	l.take(next)
	next.rouse()
	l.waiting = append(l.waiting, t)
	l.await(t)
}

// mustHold is for calls from outside a thread's function, or within Block.
func (l *Lock) mustHold(t *Thread) {
	if l.holder != t {
		l.mu.Unlock()
		panic(errors.New("gil: a thread that does not hold the lock called Tick, Block or Sleep"))
	}
}

// ended counts t's end.
func (l *Lock) ended(t *Thread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.f = nil
	if l.live--; l.live == 0 {
		select {
		case l.finished <- struct{}{}:
		default:
		}
	}
}

// fail keeps the first panic and stops the others.
func (l *Lock) fail(value any) {
	p := &Panic{Value: value, Stack: debug.Stack()}
	if value == nil {
		p.Value = ErrGoexit
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.panicked == nil {
		l.panicked = p
	}
	l.stopLocked(p)
}

// A Panic is what [Lock.Wait] panics with when a thread did.
type Panic struct {
	Value any    // what the thread panicked with
	Stack []byte // its stack as runtime/debug.Stack prints it
}

// Error returns the value and, below it, the stack.
func (p *Panic) Error() string {
	return fmt.Sprintf("panic in a thread under an interpreter lock: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error, else nil.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// ErrGoexit is a [Panic]'s value when a thread called runtime.Goexit.
var ErrGoexit = errors.New("runtime.Goexit called in a thread under an interpreter lock")
