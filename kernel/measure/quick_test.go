package measure

import (
	"strings"
	"testing"
	"time"
)

func TestQuick(t *testing.T) {
	t.Setenv(quickVariable, "1")
	calls := 0
	from := time.Now()
	r := Timeit(Options{Runs: 500}, func() { calls++; time.Sleep(time.Millisecond) })
	if took := time.Since(from); len(r.Samples) != quickRuns || took > time.Second {
		t.Errorf("a rehearsal takes %d samples and %v, want %d and a moment", len(r.Samples), took, quickRuns)
	}
	if !strings.Contains(r.String(), "a rehearsal") {
		t.Errorf("the result of a rehearsal does not say so:\n%s", r)
	}
	sw, err := Sweep(SweepOptions{Values: []int{1, 2, 4, 8, 16}}, FuncN("f", func(n int) { time.Sleep(time.Duration(n) * 100 * time.Microsecond) }))
	if err != nil || len(sw.Values) != 3 || sw.Values[1] != 4 || sw.Values[2] != 16 {
		t.Errorf("sweep of 1, 2, 4, 8, 16 measured %v, %v; want 1, 4, 16", sw.Values, err)
	}
	t.Setenv(quickVariable, "0")
	if Quick() {
		t.Error("WEFT_QUICK=0 is a rehearsal")
	}
}

func TestCaption(t *testing.T) {
	machine := Machine().brief()
	for _, test := range []struct {
		parts []string
		want  string
	}{
		{nil, machine},
		{[]string{"n = 10", "", "median of 5"}, "n = 10 · median of 5 · " + machine},
	} {
		if got := Caption(test.parts...); got != test.want {
			t.Errorf("Caption(%q) = %q, want %q", test.parts, got, test.want)
		}
	}
}

// A result from elsewhere is not captioned with this machine.
func TestCaptionElsewhere(t *testing.T) {
	rec := Timeit(Options{Runs: 3, Loops: 1}, func() {}).Record()
	rec.Machine = &Banner{CPU: "Some CPU", Logical: 64}
	text, _ := rec.Results()[0].Chart().Option["title"].(map[string]any)["subtext"].(string)
	if !strings.Contains(text, "Some CPU, 64 cores") {
		t.Errorf("caption %q does not name the machine of the record", text)
	}
}
