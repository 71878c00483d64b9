package par

import (
	"context"
	"iter"
)

// A Queue is a [QueueOf] values of any type.
//
//	q := par.NewQueue(100)
//	go func() {
//		defer q.Close()
//		for _, url := range urls {
//			q.Put(url)
//		}
//	}()
//	for {
//		url, err := q.Get()
//		if err != nil {
//			break // closed and empty, or interrupted
//		}
//		fetch(url.(string))
//	}
type Queue struct{ q *QueueOf[any] }

// NewQueue returns a queue for capacity values, at least 1. Another capacity is
// a panic.
func NewQueue(capacity int) *Queue { return &Queue{NewQueueOf[any](capacity)} }

// Put is [QueueOf.Put].
func (q *Queue) Put(v any) error { return q.q.Put(v) }

// PutContext is [QueueOf.PutContext].
func (q *Queue) PutContext(ctx context.Context, v any) error { return q.q.PutContext(ctx, v) }

// TryPut is [QueueOf.TryPut].
func (q *Queue) TryPut(v any) bool { return q.q.TryPut(v) }

// Get is [QueueOf.Get].
func (q *Queue) Get() (any, error) { return q.q.Get() }

// GetContext is [QueueOf.GetContext].
func (q *Queue) GetContext(ctx context.Context) (any, error) { return q.q.GetContext(ctx) }

// TryGet is [QueueOf.TryGet].
func (q *Queue) TryGet() (any, bool) { return q.q.TryGet() }

// All is [QueueOf.All].
func (q *Queue) All() iter.Seq[any] { return q.q.All() }

// Close is [QueueOf.Close].
func (q *Queue) Close() { q.q.Close() }

// Len is [QueueOf.Len].
func (q *Queue) Len() int { return q.q.Len() }

// Cap is [QueueOf.Cap].
func (q *Queue) Cap() int { return q.q.Cap() }
