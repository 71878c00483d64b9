package par

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/weft-go/weft/runtime/interrupt"
)

// ErrClosed is what a [Queue] answers when it is closed: Put at once, Get when
// nothing is left in it.
var ErrClosed = errors.New("queue is closed")

// A QueueOf hands values from producers to consumers, first in, first out, and
// holds at most Cap of them, so that fast producers wait for slow consumers.
// Producers that are done call Close once; no special value ("poison pill") has
// to be put in for each consumer. All methods may be called by any number of
// goroutines at once. Put and Get cost some 0.1 µs each when neither waits.
//
// Interpreted cells, which know no generic types of compiled packages, use
// [Queue].
type QueueOf[T any] struct {
	values chan T
	closed chan struct{}

	// Put holds mu for reading while it may write to values, Close for writing
	// when it closes values: a value is in the queue if and only if its Put
	// returned nil.
	mu   sync.RWMutex
	once sync.Once
}

// NewQueueOf returns a queue for capacity values, at least 1. Another capacity
// is a panic.
func NewQueueOf[T any](capacity int) *QueueOf[T] {
	if capacity < 1 {
		panic(fmt.Errorf("par.NewQueue: capacity %d is not positive", capacity))
	}
	return &QueueOf[T]{values: make(chan T, capacity), closed: make(chan struct{})}
}

// Put adds v and waits while the queue is full. The error is [ErrClosed], or
// tells that the cell was interrupted; v is not in the queue then.
func (q *QueueOf[T]) Put(v T) error { return q.PutContext(context.Background(), v) }

// PutContext is Put that waits no longer than until ctx ends, whose cause is the
// error then.
func (q *QueueOf[T]) PutContext(ctx context.Context, v T) error {
	cell := interrupt.Context()
	if err := ended(ctx, cell); err != nil {
		return err
	}
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.isClosed() {
		return ErrClosed
	}
	select {
	case q.values <- v: // the common case, at a quarter of the price
		return nil
	default:
	}
	select {
	case q.values <- v:
		return nil
	case <-q.closed:
		return ErrClosed
	case <-cell.Done():
		return context.Cause(cell)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// TryPut adds v and reports whether there was room and the queue open.
func (q *QueueOf[T]) TryPut(v T) bool {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.isClosed() {
		return false
	}
	select {
	case q.values <- v:
		return true
	default:
		return false
	}
}

// Get removes and returns the first value and waits while there is none. The
// error is [ErrClosed] when the queue is closed and empty, or tells that the
// cell was interrupted.
func (q *QueueOf[T]) Get() (T, error) { return q.GetContext(context.Background()) }

// GetContext is Get that waits no longer than until ctx ends, whose cause is the
// error then.
func (q *QueueOf[T]) GetContext(ctx context.Context) (T, error) {
	var zero T
	cell := interrupt.Context()
	if err := ended(ctx, cell); err != nil {
		return zero, err
	}
	select {
	case v, ok := <-q.values:
		return got(v, ok)
	default:
	}
	select {
	case v, ok := <-q.values:
		return got(v, ok)
	case <-cell.Done():
		return zero, context.Cause(cell)
	case <-ctx.Done():
		return zero, context.Cause(ctx)
	}
}

// TryGet removes and returns the first value, and false when there is none.
func (q *QueueOf[T]) TryGet() (T, bool) {
	select {
	case v, ok := <-q.values:
		return v, ok
	default:
		var zero T
		return zero, false
	}
}

// All gets values until the queue is closed and empty or the cell interrupted:
//
//	for v := range q.All() { … }
func (q *QueueOf[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := q.Get()
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Close makes further Puts fail, those that wait among them. What is in the
// queue can still be got. Closing again does nothing.
func (q *QueueOf[T]) Close() {
	q.once.Do(func() {
		close(q.closed)
		q.mu.Lock()
		defer q.mu.Unlock()
		close(q.values)
	})
}

// Len returns how many values are in the queue at this moment.
func (q *QueueOf[T]) Len() int { return len(q.values) }

// Cap returns how many values fit in.
func (q *QueueOf[T]) Cap() int { return cap(q.values) }

func (q *QueueOf[T]) isClosed() bool {
	select {
	case <-q.closed:
		return true
	default:
		return false
	}
}

func got[T any](v T, ok bool) (T, error) {
	if !ok {
		return v, ErrClosed
	}
	return v, nil
}

// ended returns why one of two contexts has ended, or nil.
func ended(a, b context.Context) error {
	switch {
	case a.Err() != nil:
		return context.Cause(a)
	case b.Err() != nil:
		return context.Cause(b)
	}
	return nil
}
