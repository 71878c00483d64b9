package yardstick

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

// A core does more than 10⁸ and less than 10¹² of either in a second; what two
// reach is no less than half of what one does, also on a busy machine.
func TestLimits(t *testing.T) {
	for _, l := range Limits {
		from := time.Now()
		one, err := l.Measure(context.Background(), 1)
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		if took := time.Since(from); took > 5*time.Second {
			t.Errorf("%s took %v", l.Name, took)
		}
		two, err := l.Measure(context.Background(), 2)
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		if one < 1e8 || one > 1e12 || two < one/2 || two > 8*one {
			t.Errorf("%s: %g %s/s on one worker, %g on two", l.Name, one, l.Unit, two)
		}
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(why)
		if _, err := l.Measure(ctx, 1); !errors.Is(err, why) {
			t.Errorf("%s under an ended context: %v", l.Name, err)
		}
	}
}

func TestTier(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		restore := cpu.Use(tier)
		if got := Tier(); got != tier.String() {
			t.Errorf("Tier() = %q, want %q", got, tier)
		}
		restore()
	}
}

func TestPeers(t *testing.T) {
	if len(Peers("julia")) == 0 || !slices.Contains(Rivals("julia", 1000), "goroutine+simd") || !slices.Contains(Compared("julia").Sizes, 1000) {
		t.Errorf("julia: peers %v against %v at %+v", Peers("julia"), Rivals("julia", 1000), Compared("julia"))
	}
}
