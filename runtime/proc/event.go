package proc

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/interrupt"
)

// An Event is a flag across processes that can be waited for.
type Event struct{ place }

// NewEvent makes an event that is not set.
func NewEvent() (*Event, error) {
	p, err := newPlace(1)
	if err != nil {
		return nil, fmt.Errorf("proc.NewEvent: %w", err)
	}
	return &Event{p}, nil
}

// Set sets the flag and wakes all that wait for it.
func (e *Event) Set() {
	atomic.StoreUint32(&e.words[0], 1)
	futexWake(&e.words[0], all)
}

// Clear takes the flag back.
func (e *Event) Clear() { atomic.StoreUint32(&e.words[0], 0) }

// IsSet reports whether the flag is set: one atomic load, so a loop may ask
// often.
func (e *Event) IsSet() bool { return atomic.LoadUint32(&e.words[0]) != 0 }

// Wait returns when the flag is set, or with the cause when the cell or the task
// ends.
func (e *Event) Wait() error { return await(interrupt.Context(), &e.words[0], nil, e.IsSet) }

// WaitContext is Wait that also gives up when ctx ends.
func (e *Event) WaitContext(ctx context.Context) error {
	ctx, end := withCell(ctx)
	defer end()
	return await(ctx, &e.words[0], nil, e.IsSet)
}

// GobEncode makes an Event part of a task's input.
func (e *Event) GobEncode() ([]byte, error) { return e.encode() }

// GobDecode attaches the event.
func (e *Event) GobDecode(b []byte) error { return e.decode("Event", b) }

// A Condition is a lock with a place to wait at for what it guards to change.
type Condition struct{ place } // words: the lock, changes

// NewCondition makes a condition whose lock is free.
func NewCondition() (*Condition, error) {
	p, err := newPlace(2)
	if err != nil {
		return nil, fmt.Errorf("proc.NewCondition: %w", err)
	}
	return &Condition{p}, nil
}

// Lock and Unlock are those of a [Lock].
func (c *Condition) Lock() error { return acquire(interrupt.Context(), &c.words[0]) }

// Unlock lets the lock go.
func (c *Condition) Unlock() error { return release(&c.words[0]) }

// Wait unlocks, waits for Notify or NotifyAll and locks again. It may return
// without either, so what was waited for has to be looked at in a loop. The
// lock is held when it returns, unless the error is another than
// [ErrOwnerDied]: then the cell or the task has ended.
func (c *Condition) Wait() error {
	ctx := interrupt.Context()
	v := atomic.LoadUint32(&c.words[1])
	if err := release(&c.words[0]); err != nil {
		return err
	}
	err := await(ctx, &c.words[1], nil, func() bool { return atomic.LoadUint32(&c.words[1]) != v })
	if err != nil {
		return err
	}
	return acquire(ctx, &c.words[0])
}

// WaitFor waits until ok, which is called with the lock held. The lock is held
// before and after, as for Wait.
func (c *Condition) WaitFor(ok func() bool) error {
	var died error
	for !ok() {
		if err := c.Wait(); errors.Is(err, ErrOwnerDied) {
			died = err
		} else if err != nil {
			return err
		}
	}
	return died
}

// Notify wakes one of those that wait, and possibly more.
func (c *Condition) Notify() { c.wake(1) }

// NotifyAll wakes all that wait.
func (c *Condition) NotifyAll() { c.wake(all) }

func (c *Condition) wake(n int) {
	atomic.AddUint32(&c.words[1], 1)
	futexWake(&c.words[1], n)
}

// GobEncode makes a Condition part of a task's input.
func (c *Condition) GobEncode() ([]byte, error) { return c.encode() }

// GobDecode attaches the condition.
func (c *Condition) GobDecode(b []byte) error { return c.decode("Condition", b) }
