package server

import (
	"context"
	"sync"
	"time"
)

// A queue holds the cells that wait. Any goroutine may push, one takes.
type queue struct {
	more chan struct{} // holds a token when something was pushed

	mu   sync.Mutex
	list []*request
	last time.Time // of the last push
}

// How long requests may take to arrive that a client sent together: after a
// failed cell the queue counts as complete when none has come for quiet, or
// in any case after settled.
const (
	quiet   = 10 * time.Millisecond
	settled = 50 * time.Millisecond
)

func (q *queue) init() { q.more = make(chan struct{}, 1) }

func (q *queue) push(r *request) {
	q.mu.Lock()
	q.list = append(q.list, r)
	q.last = time.Now()
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take returns the next request, nil when ctx has ended.
func (q *queue) take(ctx context.Context) *request {
	for ctx.Err() == nil {
		q.mu.Lock()
		if len(q.list) > 0 {
			r := q.list[0]
			q.list[0] = nil
			q.list = q.list[1:]
			q.mu.Unlock()
			return r
		}
		q.mu.Unlock()
		select {
		case <-q.more:
		case <-ctx.Done():
		}
	}
	return nil
}

// takeAll empties the queue once it is quiet: what a client sent in one go
// with a failed cell is then in it, although the cell may have failed before
// the rest had arrived. What comes later was sent by someone who may have seen
// the failure, if the reply is sent afterwards.
func (q *queue) takeAll(ctx context.Context) []*request {
	begin := time.Now()
	for {
		q.mu.Lock()
		wait := min(quiet-time.Since(q.last), settled-time.Since(begin))
		if wait <= 0 || ctx.Err() != nil {
			list := q.list
			q.list = nil
			q.mu.Unlock()
			return list
		}
		q.mu.Unlock()
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}
