package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
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
	started time.Time       // only with stats

	below *loop     // among the spare ones; guarded by spare.mu
	asked []*helper // the caller asked these; its own

	// The body, exactly one of these.
	blocks       func(lo, hi int)
	fallible     func(lo, hi int) error
	each         func(i int)
	eachFallible func(i int) error
	part         func(worker, lo, hi int)

	// How it goes.
	halted atomic.Bool  // a body panicked or returned an error
	cut    atomic.Bool  // stopped from outside with blocks left
	mu     sync.Mutex   // guards the two below
	panic_ *Panic       // the first
	err    error        // the first
	_      [64]byte     // the counters below are written by every worker
	next   atomic.Int32 // shares taken
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
// body, or why the loop was cut short.
func (l *loop) run() error {
	w := l.config.workers
	if l.stats != nil {
		l.started = l.stats.begin(l.schedule, w)
	}
	// Deferred: a body that calls Goexit on this goroutine must not leave
	// helpers behind that still run the loop.
	l.users.Store(int32(max(w, 1)))
	defer l.leave()
	l.next.Store(1) // share 0 is the caller's
	if w > 1 {
		if capture := inheritance.Load(); capture != nil {
			l.inherit = (*capture)()
		}
		for range w - 1 {
			l.asked = append(l.asked, ask(l))
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
	if l.stats != nil {
		l.stats.Wall = time.Since(l.started)
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
	// The load keeps next from counting up for every helper that comes late.
	if int(l.next.Load()) >= l.config.workers {
		return 0, false
	}
	share = int(l.next.Add(1) - 1)
	return share, share < l.config.workers
}

// do runs one share to its end and reports a panic in it.
func (l *loop) do(share int) {
	returned := false
	defer func() {
		if !returned {
			l.fail(recover())
		}
	}()
	if l.stats != nil {
		l.measured(share)
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

// measured is plain with a clock.
func (l *loop) measured(share int) {
	s := &l.stats.Workers[share]
	var own WorkerStats // written once at the end: s shares lines with others
	defer func() { *s = own }()
	for turn := 0; ; turn++ {
		lo, hi, ok := l.fetch(share, turn)
		if !ok {
			return
		}
		from := time.Since(l.started)
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
	defer func() { own.Busy += time.Since(l.started) - from }()
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

// end counts shares as done and wakes the caller after the last.
func (l *loop) end(shares int32) {
	if shares > 0 && int(l.done.Add(shares)) == l.config.workers && l.asleep.CompareAndSwap(true, false) {
		l.wake <- struct{}{}
	}
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
	l.done.Add(shares)
	finished := func() bool { return int(l.done.Load()) == l.config.workers }
	if finished() {
		return
	}
	// Few turns that let others go: a caller and a helper that step back at the
	// same moment can end up in the queue of one processor while the other goes
	// to sleep.
	turns := 32
	if runtime.GOMAXPROCS(0) == 1 {
		turns = 1
	}
	if spinUntil(finished, turns) {
		return
	}
	l.asleep.Store(true)
	if finished() && l.asleep.CompareAndSwap(true, false) {
		return
	}
	<-l.wake
}

// release lets those helpers go that have not begun: nothing is left to do.
func (l *loop) release() {
	stuck := false
	for _, h := range l.asked {
		if withdraw(l, h) {
			l.users.Add(-1)
		} else if h.loop.Load() == l {
			stuck = true
		}
	}
	if stuck {
		// More than may wait idle. Let them run and end, or calls in a row
		// would heap them up.
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
	l.config = config{}
	l.cell, l.inherit = nil, nil
	l.blocks, l.fallible, l.each, l.eachFallible, l.part = nil, nil, nil, nil, nil
	l.panic_, l.err = nil, nil
	l.halted.Store(false)
	l.cut.Store(false)
	l.next.Store(0)
	l.done.Store(0)
	putLoop(l)
}
