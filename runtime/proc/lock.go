package proc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// ErrOwnerDied is wrapped by what acquiring returns when the process that held
// it has ended without releasing. The caller holds it now, but what it guards
// may be half changed.
var ErrOwnerDied = errors.New("the process that held it has ended")

// look is how often those that wait look whether they should go on waiting.
const look = 20 * time.Millisecond

// self is this process, as locks know it.
var self = uint32(os.Getpid())

// waiters is the bit of a lock's word that says that somebody may sleep on it.
const waiters = 1 << 31

// A Lock is held by one process, and in it by one goroutine, at a time:
// Python's Lock with acquire called Lock and release called Unlock. It is not
// recursive, and whoever knows it may unlock it. A Lock can be part of a task's
// input; copies are the same lock.
//
// To lock and to unlock takes some 10 ns if nobody else wants it. Those that
// wait sleep in the kernel (futex(2), after Drepper, "Futexes Are Tricky", with
// the owner in the word as in priority-inheritance futexes).
type Lock struct{ place }

// NewLock makes a lock that is free.
func NewLock() (*Lock, error) {
	p, err := newPlace(1)
	if err != nil {
		return nil, fmt.Errorf("proc.NewLock: %w", err)
	}
	return &Lock{p}, nil
}

// Lock waits until the lock is free and takes it. The error wraps
// [ErrOwnerDied] if it was taken over from a process that has ended: the caller
// holds it then. After any other error, the end of the cell or the task, it
// does not.
func (l *Lock) Lock() error { return acquire(interrupt.Context(), &l.words[0]) }

// LockContext is Lock that also gives up when ctx ends.
func (l *Lock) LockContext(ctx context.Context) error {
	ctx, end := withCell(ctx)
	defer end()
	return acquire(ctx, &l.words[0])
}

// TryLock takes the lock if it is free, and reports whether it did.
func (l *Lock) TryLock() bool { return atomic.CompareAndSwapUint32(&l.words[0], 0, self) }

// Unlock lets the lock go. It is an error if nobody holds it.
func (l *Lock) Unlock() error { return release(&l.words[0]) }

// With calls f while it holds the lock, also after [ErrOwnerDied], which it
// returns. After any other error f was not called.
func (l *Lock) With(f func()) error {
	err := l.Lock()
	if err != nil && !errors.Is(err, ErrOwnerDied) {
		return err
	}
	defer l.Unlock()
	f()
	return err
}

// GobEncode makes a Lock part of a task's input.
func (l *Lock) GobEncode() ([]byte, error) { return l.encode() }

// GobDecode attaches the lock.
func (l *Lock) GobDecode(b []byte) error { return l.decode("Lock", b) }

// acquire takes the lock whose word is w.
func acquire(ctx context.Context, w *uint32) error {
	for range 50 {
		if atomic.CompareAndSwapUint32(w, 0, self) {
			return nil
		}
	}
	for {
		v := atomic.LoadUint32(w)
		switch {
		case v == 0:
			// Others may sleep: nobody knows, so say so.
			if atomic.CompareAndSwapUint32(w, 0, self|waiters) {
				return nil
			}
			continue
		case v&waiters == 0:
			if !atomic.CompareAndSwapUint32(w, v, v|waiters) {
				continue
			}
			v |= waiters
		}
		from := time.Now()
		futexWait(w, v, look)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if time.Since(from) < look {
			continue
		}
		if owner := v &^ waiters; !alive(int(owner)) && atomic.CompareAndSwapUint32(w, v, self|waiters) {
			return fmt.Errorf("process %d: %w", owner, ErrOwnerDied)
		}
	}
}

var errFree = errors.New("unlock of a lock that nobody holds")

func release(w *uint32) error {
	switch v := atomic.SwapUint32(w, 0); {
	case v == 0:
		return errFree
	case v&waiters != 0:
		futexWake(w, 1)
	}
	return nil
}

// withCell returns a context that ends with ctx and with the cell.
func withCell(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	cell := interrupt.Context()
	stop := context.AfterFunc(cell, func() { cancel(context.Cause(cell)) })
	return ctx, func() { stop(); cancel(nil) }
}

// await sleeps until ready, which looks at what changes with word. It returns
// when ctx ends.
func await(ctx context.Context, word, sleepers *uint32, ready func() bool) error {
	for {
		v := atomic.LoadUint32(word)
		if ready() {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if sleepers != nil {
			atomic.AddUint32(sleepers, 1)
		}
		futexWait(word, v, look)
		if sleepers != nil {
			atomic.AddUint32(sleepers, ^uint32(0))
		}
	}
}

// all is a number of sleepers to wake.
const all = math.MaxInt32
