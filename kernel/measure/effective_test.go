package measure

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

func TestEffectiveCores(t *testing.T) {
	from := time.Now()
	c := EffectiveCores()
	took := time.Since(from)
	n := runtime.GOMAXPROCS(0)
	// Other programs may hold either side up, so the bounds are wide.
	if c.Logical != n || c.Rounds == 0 || c.Effective < 0.3 || c.Effective > 2*float64(max(n, 2)) {
		t.Errorf("%+v, want %d logical cores and about as many effective ones", c, n)
	}
	if took < 200*time.Millisecond || took > 10*time.Second {
		t.Errorf("took %v, want about 0.3 s", took)
	}
	if !strings.Contains(c.String(), ", effective ") {
		t.Errorf("String: %s", c)
	}
}

func TestEffectiveCoresOfOne(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if c := EffectiveCores(); c.Logical != 1 || math.Abs(c.Effective-1) > 0.5 {
		t.Errorf("GOMAXPROCS=1: %+v", c)
	}
}

func TestEffectiveCoresInterrupted(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	interrupt.Raise()
	from := time.Now()
	c := EffectiveCores()
	if c.Rounds != 0 || time.Since(from) > time.Second {
		t.Errorf("%+v after %v", c, time.Since(from))
	}
	if got, want := (Cores{Logical: 2}).String(), "2, effective number not measured"; got != want {
		t.Errorf("String: %s, want %s", got, want)
	}
}

func TestSummarize(t *testing.T) {
	samples := []float64{5, 1, 4, 2, 3, 7, 6}
	got := Summarize(samples)
	want := Summary{7, 4, Interval{Low: 1, High: 7, Confidence: 1 - 2.0/128, Rank: 1}, 1, 7}
	got.Interval.Confidence = math.Round(got.Interval.Confidence*1e9) / 1e9
	if got != want || samples[0] != 5 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := Summarize(nil); got != (Summary{}) {
		t.Errorf("nothing: %+v", got)
	}
}

func TestProcessCPU(t *testing.T) {
	before := ProcessCPU()
	if before.Unavailable != "" {
		if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
			t.Fatal(before.Unavailable)
		}
		t.Skip("this system does not tell processor time: " + before.Unavailable)
	}
	burn(30 * time.Millisecond)
	used := ProcessCPU().Since(before)
	if used.Total() <= 0 || used.CoresUsed(30*time.Millisecond) <= 0 {
		t.Errorf("used %+v", used)
	}
}
