package poll

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-go/weft/runtime/interrupt"
)

func TestPoll(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(context.Background())
	one, other := New(ctx), New(context.Background())
	if one.Stopped() || one.Err() != nil {
		t.Errorf("at the start: %v, %v", one.Stopped(), one.Err())
	}
	cancel(why)
	if !one.Stopped() || one.Err() != why || other.Stopped() {
		t.Errorf("context ended: %v, %v; other %v", one.Stopped(), one.Err(), other.Stopped())
	}
	interrupt.Raise()
	interrupt.Reset()
	if !other.Stopped() || other.Err() != interrupt.ErrInterrupted {
		t.Errorf("interrupted: %v, %v", other.Stopped(), other.Err())
	}
	if p := New(context.Background()); p.Stopped() {
		t.Error("a run after the Reset is stopped")
	}
}
