package peak

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

// A core that computes at all does between 10⁸ and 10¹² operations a second,
// and a vector tier more than the one below.
func TestFMA(t *testing.T) {
	below := 0.0
	for _, tier := range cpu.Tiers() {
		func() {
			defer cpu.Use(tier)()
			rate, err := FMA(t.Context(), 1)
			if err != nil || rate < 1e8 || rate > 1e12 {
				t.Errorf("tier %v: %.3g flop/s, %v", tier, rate, err)
			}
			if rate < 0.8*below {
				t.Errorf("tier %v: %.3g flop/s, the tier below has %.3g", tier, rate, below)
			}
			below = rate
			t.Logf("tier %v: %.3g flop/s", tier, rate)
		}()
	}
	two, err := FMA(t.Context(), 2)
	if err != nil || two < 0.2*below {
		t.Errorf("two workers: %.3g flop/s, one has %.3g, %v", two, below, err)
	}
}

// No rounds, as many as asked for: assembly must end for each.
func TestRounds(t *testing.T) {
	for tier, l := range loops {
		if tier > cpu.Best() {
			continue
		}
		for _, rounds := range []int{-1, 0, 1, 2, 1000} {
			l.run(rounds)
		}
	}
	plain(0)
	plain(3)
}

func TestBadWorkers(t *testing.T) {
	if _, err := FMA(t.Context(), -1); err == nil {
		t.Error("-1 workers: no error")
	}
}

func TestEnds(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if _, err := FMA(ctx, 1); !errors.Is(err, why) {
		t.Errorf("ended context: %v, want %v", err, why)
	}
}
