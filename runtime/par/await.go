package par

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/weft-go/weft/runtime/interrupt"
)

// When says what [Wait] waits for.
type When uint8

const (
	AllCompleted   When = iota // all are done
	FirstCompleted             // one is done
	FirstException             // one has failed or all are done
)

// String returns the name of the constant in Python's concurrent.futures.
func (w When) String() string {
	if names := [...]string{"ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"}; int(w) < len(names) {
		return names[w]
	}
	return fmt.Sprintf("When(%d)", w)
}

// Wait waits for futures as when says and returns them in two lists, those that
// are done and the others, each in the order given. It returns early when the
// cell is interrupted. A nil Future is a panic.
func Wait(when When, futures ...*Future) (done, pending []*Future) {
	done, pending, _ = WaitContext(context.Background(), when, futures...)
	return done, pending
}

// WaitContext is [Wait] that returns early also when ctx ends. The error tells
// why it returned early.
func WaitContext(ctx context.Context, when When, futures ...*Future) (done, pending []*Future, err error) {
	if when > FirstException {
		return nil, futures, fmt.Errorf("par.Wait: unknown %v", when)
	}
	left := len(futures)
	met := left == 0
	for f := range AsCompletedContext(ctx, futures...) {
		left--
		if met = left == 0 || when == FirstCompleted || when == FirstException && f.err != nil; met {
			break
		}
	}
	for _, f := range futures {
		if f.Done() {
			done = append(done, f)
		} else {
			pending = append(pending, f)
		}
	}
	if !met && len(pending) > 0 {
		if err = context.Cause(ctx); err == nil {
			err = interrupt.ErrInterrupted
		}
	}
	return done, pending, err
}

// AsCompleted returns a channel that gives futures as they become done, those
// that are done already first, and is closed after the last or when
// the cell is interrupted. Whoever reads it may stop at any time. A nil Future
// is a panic.
func AsCompleted(futures ...*Future) <-chan *Future {
	return AsCompletedContext(context.Background(), futures...)
}

// AsCompletedContext is [AsCompleted] with a channel that is closed also when
// ctx ends.
func AsCompletedContext(ctx context.Context, futures ...*Future) <-chan *Future {
	for _, f := range futures {
		if f == nil {
			panic(errors.New("par: nil Future"))
		}
	}
	// There is room for all, so nobody ever waits to write.
	c := &completions{out: make(chan *Future, len(futures)), left: len(futures)}
	if c.left == 0 {
		close(c.out)
		return c.out
	}
	cell := interrupt.Context()
	c.mu.Lock()
	c.release = [2]func() bool{context.AfterFunc(cell, c.end), context.AfterFunc(ctx, c.end)}
	c.mu.Unlock()
	for _, f := range futures {
		f.AddDoneCallback(c.add)
	}
	return c.out
}

// completions is the writing end of AsCompleted's channel.
type completions struct {
	mu      sync.Mutex
	out     chan *Future
	left    int
	closed  bool
	release [2]func() bool // end is called no more
}

func (c *completions) add(f *Future) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.out <- f
	if c.left--; c.left == 0 {
		c.close()
	}
}

func (c *completions) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.close()
	}
}

func (c *completions) close() {
	c.closed = true
	close(c.out)
	for _, r := range c.release {
		r()
	}
}
