package interrupt

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestRaiseAndReset(t *testing.T) {
	t.Cleanup(Reset)
	before := Context()
	if Raised() || before.Err() != nil {
		t.Fatalf("at the start: Raised %v, Err %v, want false and nil", Raised(), before.Err())
	}
	Reset()
	if Context() != before {
		t.Error("Reset without Raise gave a new context")
	}

	Raise()
	Raise()
	if !Raised() || !errors.Is(before.Err(), context.Canceled) {
		t.Errorf("after Raise: Raised %v, Err %v, want true and %v", Raised(), before.Err(), context.Canceled)
	}
	if got := context.Cause(Context()); got != ErrInterrupted {
		t.Errorf("cause %v, want %v", got, ErrInterrupted)
	}

	Reset()
	after := Context()
	if Raised() || after.Err() != nil {
		t.Errorf("after Reset: Raised %v, Err %v, want false and nil", Raised(), after.Err())
	}
	if before.Err() == nil {
		t.Error("a context that had ended came back to life")
	}
}

func TestRaiseWakesSleepers(t *testing.T) {
	t.Cleanup(Reset)
	child, cancel := context.WithCancel(Context())
	defer cancel()
	time.AfterFunc(5*time.Millisecond, Raise)
	select {
	case <-child.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("a context derived from Context did not end within 5 s of Raise")
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Cleanup(Reset)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				// Whoever resets between the two lines does so only after a
				// Raise, which ended ctx too.
				ctx := Context()
				Raise()
				if ctx.Err() == nil {
					t.Error("a context handed out before Raise has not ended after it")
					return
				}
				Reset()
			}
		})
	}
	wg.Wait()
	Reset()
	if Raised() || Context().Err() != nil {
		t.Errorf("at the end: Raised %v, Err %v, want false and nil", Raised(), Context().Err())
	}
}

func BenchmarkRaised(b *testing.B) {
	for b.Loop() {
		if Raised() {
			b.Fatal("raised")
		}
	}
}

func BenchmarkContextErr(b *testing.B) {
	ctx := Context()
	for b.Loop() {
		if ctx.Err() != nil {
			b.Fatal("raised")
		}
	}
}
