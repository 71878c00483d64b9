package bench

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/measure"
)

func TestShow(t *testing.T) {
	r := example()
	bundle := r.MIMEBundle()
	if text, _ := bundle["text/plain"].(string); text != r.String() || !strings.Contains(text, "matmul n=512") {
		t.Errorf("text/plain: %v", bundle["text/plain"])
	}
	rec, ok := bundle[measure.ResultMIME].(measure.Record)
	if !ok || rec.Kind != "bench" || rec.Text != "matmul n=512, fanout n=100" || len(rec.Series) == 0 || len(rec.Series[0].Seconds) != 6 {
		t.Errorf("record: %+v", rec)
	}
	if _, err := json.Marshal(bundle); err != nil {
		t.Error(err)
	}
	r.Blocks = r.Blocks[:1]
	if _, err := json.Marshal(r.MIMEBundle()); err != nil {
		t.Error(err)
	}
	if b := (&Report{}).MIMEBundle(); len(b) != 1 {
		t.Errorf("of nothing: %v", b)
	}
}

func TestRoofline(t *testing.T) {
	limits := []*Limit{
		{Name: "FMA peak", Unit: "flop", Workers: 1, Rates: []float64{40e9, 50e9}}, {Name: "FMA peak", Unit: "flop", Workers: 2, Rates: []float64{100e9}},
		{Name: "STREAM triad", Unit: "B", Workers: 1, Rates: []float64{10e9}}, {Name: "STREAM triad", Unit: "B", Workers: 2, Problem: "no memory"},
	}
	report := &Report{Blocks: []*Block{
		{Kernel: "matmul", N: 100, Work: Work{Flops: 2e6, Bytes: 2.4e5}, Results: []*Result{result(ours, "serial", 1, 1e-3, 1e-3), result(ours, "goroutine", 2, 1e-4), result(ours, "simd", 1)}},
		{Kernel: "stream", N: 100, Work: Work{Flops: 2e6, Bytes: 2.4e7}, Results: []*Result{result(ours, "serial", 1, 4e-3, 4e-3)}},
		{Kernel: "fanout", N: 100, Work: Work{Items: 5}, Results: []*Result{result(ours, "serial", 1, 1)}},
	}}
	r := Rooflines(limits, report)
	if len(r.Points) != 3 || len(r.Missing) != 2 {
		t.Fatalf("%d points, missing %q", len(r.Points), r.Missing)
	}
	for i, want := range []struct {
		rate float64
		by   string
	}{{50e9, "arithmetic"}, {83.3e9, "memory"}, {10e9 / 12, "memory"}} {
		rate, by := r.Attainable(r.Points[i])
		if math.Abs(rate/want.rate-1) > 1e-3 || by != want.by {
			t.Errorf("%s may reach %g by %s, want %g by %s", r.Points[i].Name, rate, by, want.rate, want.by)
		}
	}
	text := r.String()
	for _, want := range []string{"50.0 GFLOP/s", "n/a (no memory)", "matmul goroutine on 2", "60 %", "fanout says no number"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	bundle := r.MIMEBundle()
	if _, err := json.Marshal(bundle); err != nil || bundle[measure.ResultMIME].(measure.Record).Kind != "roofline" {
		t.Errorf("%v", err)
	}
}

// The limits are measured once, and not at all when the cell is stopped.
func TestPeaks(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := Peaks(ctx, 1, true); !errors.Is(err, why) {
		t.Errorf("under an ended context: %v", err)
	}
	a, err := Peaks(t.Context(), 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(a) != 2 || a[0].best() < 1e8 {
		t.Errorf("limits %+v", a)
	}
	b, err := Peaks(ctx, 1, false)
	if err != nil || b[0] != a[0] {
		t.Errorf("they are measured again: %v", err)
	}
}
