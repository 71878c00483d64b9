package toolchain

import (
	"context"
	"sync"
)

type backgroundKey struct{}

// Background returns a context whose builds are nobody's to wait for: they run
// one after the other, with low priority, and stop between their steps while
// another build runs.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

func isBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }

// lanes let builds in the foreground pass those in the background.
type lanes struct {
	mu    sync.Mutex
	front int           // builds in the foreground
	clear chan struct{} // closed when front falls to 0; nil when nobody waits
	back  chan struct{} // holds a token while a background build runs
	once  sync.Once
}

// enter begins a build and returns what ends it.
func (l *lanes) enter(ctx context.Context) (leave func(), err error) {
	if !isBackground(ctx) {
		l.mu.Lock()
		l.front++
		l.mu.Unlock()
		return l.leaveFront, nil
	}
	l.once.Do(func() { l.back = make(chan struct{}, 1) })
	select {
	case l.back <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := l.yield(ctx); err != nil {
		<-l.back
		return nil, err
	}
	return func() { <-l.back }, nil
}

func (l *lanes) leaveFront() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.front--; l.front == 0 && l.clear != nil {
		close(l.clear)
		l.clear = nil
	}
}

// yield waits, for a background build, until no other runs.
func (l *lanes) yield(ctx context.Context) error {
	for isBackground(ctx) {
		l.mu.Lock()
		if l.front == 0 {
			l.mu.Unlock()
			break
		}
		if l.clear == nil {
			l.clear = make(chan struct{})
		}
		wait := l.clear
		l.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return context.Cause(ctx)
}
