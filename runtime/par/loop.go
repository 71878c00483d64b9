package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A loop is one call of For, Range or Reduce while it runs. The caller and the
// helpers it asked for share it; loops are recycled when the last of them has
// let go, which may be long after the call returned if a helper woke up late.
type loop struct {
	// Set before the loop starts, read by all.
	deal
	config
	cell    context.Context // ends when the cell is interrupted
	inherit func(func())    // what Inherit's capture returned, or nil

	// With Stats only.
	begun    time.Time
	wall     time.Duration
	measured []WorkerStats // each worker writes its own, when its share ends

	below   *loop     // among the spare ones; guarded by spare.mu
	asked   []*helper // the caller asked these; its own
	started bool      // there are helpers more that can't be withdrawn; its own
	watch   watch     // the caller's

	// The body, exactly one of these.
	blocks       func(lo, hi int)
	fallible     func(lo, hi int) error
	each         func(i int)
	eachFallible func(i int) error
	part         func(worker, lo, hi int)
	reducers     [maxReducers]reducer // used before; see reducerOf
	reducing     reducer              // in use, or nil

	// How it goes.
	halted atomic.Bool  // a body panicked or returned an error
	cut    atomic.Bool  // stopped from outside with blocks left
	mu     sync.Mutex   // guards the two below
	panic_ *Panic       // the first
	err    error        // the first
	_      [64]byte     // the counters below are written by every worker
	left   atomic.Int32 // shares that nobody has taken, or less
	done   atomic.Int32 // shares that have ended
	users  atomic.Int32 // goroutines that hold the loop
	asleep atomic.Bool  // the caller waits on wake
	wake   chan struct{}
	_      [64]byte
}

// spare holds loops for reuse. A sync.Pool would not do: a loop is mostly given
// back by a helper on another processor than the next call's, whose private
// slot no other can reach.
var spare struct {
	mu   sync.Mutex
	top  *loop
	size int
}

// maxSpare bounds spare: that many loops may be under way at once without
// allocating the next time.
const maxSpare = 64

func getLoop() *loop {
	spare.mu.Lock()
	l := spare.top
	if l != nil {
		spare.top = l.below
		spare.size--
	}
	spare.mu.Unlock()
	if l == nil {
		l = &loop{wake: make(chan struct{}, 1)}
	}
	l.below = nil
	return l
}

func putLoop(l *loop) {
	spare.mu.Lock()
	if spare.size < maxSpare {
		l.below, spare.top = spare.top, l
		spare.size++
	}
	spare.mu.Unlock()
}

// tryLoop prepares a loop; call names the function for messages.
func tryLoop(call string, n int, hasBody bool, opts []Option) (*loop, error) {
	l := getLoop()
	err := l.config.set(opts)
	switch {
	case err != nil:
	case n < 0:
		err = fmt.Errorf("negative number of iterations %d", n)
	case !hasBody:
		err = errors.New("nil body")
	}
	if err != nil {
		l.config = config{}
		putLoop(l)
		return nil, fmt.Errorf("par.%s: %w", call, err)
	}
	l.config.workers = l.deal.set(l.schedule, n, l.config.workers)
	l.measured = l.measured[:0]
	l.cell = interrupt.Context()
	return l, nil
}

// newLoop is tryLoop for functions that return no error.
func newLoop(call string, n int, hasBody bool, opts []Option) *loop {
	l, err := tryLoop(call, n, hasBody, opts)
	if err != nil {
		panic(err)
	}
	return l
}

// run does the whole loop, gives it back and returns the first error of a
// body, or why the loop was cut short. opts are the call's.
func (l *loop) run(opts []Option) error {
	// Deferred: a body that calls Goexit on this goroutine must not leave
	// helpers behind that still run the loop.
	l.users.Store(int32(max(l.config.workers, 1)))
	defer l.leave()
	return l.runAll(opts)
}

// runAll is run without giving the loop back.
func (l *loop) runAll(opts []Option) error {
	w := l.config.workers
	if l.measure {
		l.measured = slices.Grow(l.measured, w)[:w]
		clear(l.measured)
		l.begun = time.Now()
		defer l.fill(opts)
	}
	l.left.Store(int32(w - 1)) // share 0 is the caller's
	if w > 1 {
		if capture := inheritance.Load(); capture != nil {
			l.inherit = (*capture)()
		}
		seat, allReady := 0, true
		for range w - 1 {
			h, next, ready := ask(l, seat)
			if h == nil {
				l.started = true
			} else {
				l.asked = append(l.asked, h)
			}
			seat, allReady = next, allReady && ready
		}
		if !allReady {
			uncover()
		}
	}
	shares := int32(min(w, 1))
	defer func() { l.join(shares) }()
	if w > 0 {
		l.do(0)
		l.work(&shares)
	}
	l.release()
	l.join(shares)
	shares = 0
	if l.measure {
		l.wall = time.Since(l.begun)
	}
	if l.panic_ != nil {
		panic(l.panic_)
	}
	if l.err == nil && l.cut.Load() {
		return l.cause()
	}
	return l.err
}

// work takes shares and does them until all are taken. It counts in taken what
// it took, so that the count is right also when a body calls Goexit.
func (l *loop) work(taken *int32) {
	for {
		share, ok := l.take()
		if !ok {
			return
		}
		*taken++
		l.do(share)
	}
}

func (l *loop) take() (share int, ok bool) {
	// The load keeps left from counting down for every helper that comes late.
	if l.left.Load() <= 0 {
		return 0, false
	}
	left := int(l.left.Add(-1))
	return l.config.workers - 1 - left, left >= 0
}

// do runs one share to its end and reports a panic in it.
func (l *loop) do(share int) {
	returned := false
	defer func() {
		if !returned {
			l.fail(recover())
		}
	}()
	if l.measure {
		l.clocked(share)
	} else {
		l.plain(share)
	}
	returned = true
}

// plain fetches the share's blocks and runs them.
func (l *loop) plain(share int) {
	for turn := 0; ; turn++ {
		lo, hi, ok := l.fetch(share, turn)
		if !ok {
			return
		}
		l.block(share, lo, hi)
	}
}

// clocked is plain with a clock.
func (l *loop) clocked(share int) {
	s := &l.measured[share]
	var own WorkerStats // written once at the end: s shares lines with others
	defer func() { *s = own }()
	for turn := 0; ; turn++ {
		lo, hi, ok := l.fetch(share, turn)
		if !ok {
			return
		}
		from := time.Since(l.begun)
		if turn == 0 {
			own.Start = from
		}
		own.Blocks++
		own.Items += hi - lo
		l.timed(&own, from, share, lo, hi)
	}
}

// timed runs a block and adds its time, also when it panics.
func (l *loop) timed(own *WorkerStats, from time.Duration, share, lo, hi int) {
	defer func() { own.Busy += time.Since(l.begun) - from }()
	l.block(share, lo, hi)
}

// fetch returns the share's next block, or false when there is none or the
// loop has been stopped.
func (l *loop) fetch(share, turn int) (lo, hi int, ok bool) {
	if l.halted.Load() {
		return 0, 0, false
	}
	lo, hi, ok = l.deal.next(share, turn)
	if ok && l.stopped() {
		return 0, 0, false
	}
	return lo, hi, ok
}

// stopped reports, when there is still work, whether the loop shall end.
func (l *loop) stopped() bool {
	if l.cell.Err() != nil || l.ctx != nil && l.ctx.Err() != nil {
		l.cut.Store(true)
		return true
	}
	return l.halted.Load()
}

// cause tells why the loop was cut.
func (l *loop) cause() error {
	if l.ctx != nil && l.ctx.Err() != nil {
		return context.Cause(l.ctx)
	}
	return context.Cause(l.cell)
}

// block runs the body on [lo, hi).
func (l *loop) block(share, lo, hi int) {
	switch {
	case l.blocks != nil:
		l.blocks(lo, hi)
	case l.part != nil:
		l.part(share, lo, hi)
	case l.each != nil:
		l.each(lo)
		for i := lo + 1; i < hi && !l.stopped(); i++ {
			l.each(i)
		}
	case l.fallible != nil:
		l.note(l.fallible(lo, hi))
	default:
		l.note(l.eachFallible(lo))
		for i := lo + 1; i < hi && !l.stopped(); i++ {
			l.note(l.eachFallible(i))
		}
	}
}

// note keeps the first error and stops the loop.
func (l *loop) note(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	if l.err == nil {
		l.err = err
	}
	l.mu.Unlock()
	l.halted.Store(true)
}

// fail keeps the first panic and stops the loop. A nil value means Goexit. It
// must be called by the function that is deferred, so that the stack is the
// panic's.
func (l *loop) fail(value any) {
	p, ok := value.(*Panic) // of a loop inside this one: it knows the place
	if !ok {
		if value == nil {
			value = ErrGoexit
		}
		p = &Panic{Value: value, Stack: debug.Stack()}
	}
	l.mu.Lock()
	if l.panic_ == nil {
		l.panic_ = p
	}
	l.mu.Unlock()
	l.halted.Store(true)
}

// end counts shares as done and wakes the caller after the last, which it
// reports.
func (l *loop) end(shares int32) (woke bool) {
	if shares > 0 && int(l.done.Add(shares)) == l.config.workers && l.asleep.CompareAndSwap(true, false) {
		l.wake <- struct{}{}
		return true
	}
	return false
}

// join counts the caller's own shares as done and returns when all are.
func (l *loop) join(shares int32) {
	for { // only after Goexit there is something left to take
		_, ok := l.take()
		if !ok {
			break
		}
		shares++
	}
	if int(l.done.Add(shares)) == l.config.workers || l.lookOut() {
		return
	}
	l.asleep.Store(true)
	if l.finished() && l.asleep.CompareAndSwap(true, false) {
		return
	}
	<-l.wake
}

func (l *loop) finished() bool { return int(l.done.Load()) == l.config.workers }

// lookOut waits awake for the helpers, though not for long, and reports whether
// they are done.
func (l *loop) lookOut() bool {
	for range spins {
		if l.finished() {
			return true
		}
		pause()
	}
	l.watch.begin()
	for l.watch.turn(shortLook) {
		for range spins {
			if l.finished() {
				return true
			}
			pause()
		}
	}
	return l.finished()
}

// release lets those helpers go that have not begun: nothing is left to do.
func (l *loop) release() {
	for _, h := range l.asked {
		if withdraw(l, h) {
			l.users.Add(-1)
		}
	}
	if l.started {
		// More than may stay. Let them run and end, or calls in a row would
		// heap them up.
		runtime.Gosched()
	}
}

// leave lets go of the loop; the last one to do so recycles it.
func (l *loop) leave() {
	if l.users.Add(-1) != 0 {
		return
	}
	clear(l.asked)
	l.asked = l.asked[:0]
	l.started = false
	l.config = config{}
	l.cell, l.inherit = nil, nil
	l.blocks, l.fallible, l.each, l.eachFallible, l.part = nil, nil, nil, nil, nil
	l.panic_, l.err = nil, nil
	if l.reducing != nil {
		l.reducing.forget()
		l.reducing = nil
	}
	l.halted.Store(false)
	l.cut.Store(false)
	l.left.Store(0)
	l.done.Store(0)
	putLoop(l)
}
