// Package interrupt holds one flag for the whole process: "the cell was
// interrupted". Compiled loops poll it so that they stop soon after a user
// presses stop.
//
// A loop that may run for longer than some milliseconds asks [Raised] once per
// row or block, or captures [Context] before it starts, and returns early with
// what it has so far. The package par does so between blocks, every kernel
// under kernels does so between rows.
//
// Only a host that runs cells calls [Raise] and [Reset]. In an ordinary
// program that uses Weft's packages as a library nobody does, so the flag is
// never raised and costs one atomic load where it is asked.
//
// All functions may be called by any number of goroutines at the same time.
package interrupt

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrInterrupted is the cause of a [Context] that ended by [Raise], as
// context.Cause tells it. Loops that report errors return it when an interrupt
// kept them from finishing.
var ErrInterrupted = errors.New("interrupted")

// raised is the flag itself, apart from the context so that asking it costs
// one load and no pointer.
var raised atomic.Bool

// current is the context that the next Raise ends. It changes only under mu.
var current atomic.Pointer[round]

// mu orders Raise and Reset, so that flag and context never disagree for long.
var mu sync.Mutex

// A round is the time between two interrupts.
type round struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func newRound() *round {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &round{ctx, cancel}
}

// Context returns the context that ends at the next [Raise]; after a Raise and
// before the [Reset] that follows it, one that has ended. Its cause is
// [ErrInterrupted]. A context once handed out never comes back to life: a loop
// that captured it sees an interrupt even if it asks only after the Reset.
//
// The first call allocates; later ones cost a load.
func Context() context.Context {
	if r := current.Load(); r != nil {
		return r.ctx
	}
	mu.Lock()
	defer mu.Unlock()
	return now().ctx
}

// now returns the current round and makes the first one. The caller holds mu.
func now() *round {
	r := current.Load()
	if r == nil {
		r = newRound()
		current.Store(r)
	}
	return r
}

// Raised reports whether the cell was interrupted. It is one atomic load
// (below a nanosecond), so it may be asked in every row of a loop.
func Raised() bool { return raised.Load() }

// Raise interrupts: Raised reports true and Context has ended until Reset.
// Raising twice is the same as once. It returns at once and waits for nobody.
func Raise() {
	mu.Lock()
	defer mu.Unlock()
	r := now()
	raised.Store(true)
	r.cancel(ErrInterrupted)
}

// Reset makes the process ready for the next cell: Raised reports false and
// Context returns a new context. Without a Raise before it nothing changes.
func Reset() {
	mu.Lock()
	defer mu.Unlock()
	if !raised.Load() {
		return
	}
	current.Store(newRound())
	raised.Store(false)
}
