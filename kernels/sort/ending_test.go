package sort

import (
	"context"
	"sync"
)

// ending is a context that ends when it has been asked so many times.
type ending struct {
	context.Context
	mu   sync.Mutex
	left int
}

func (e *ending) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.left > 0 {
		e.left--
		return nil
	}
	return context.Canceled
}
