package measure

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
)

// A PerfDiff sets two results of [Perf] side by side.
type PerfDiff struct {
	A    PerfResult   `json:"a"`
	B    PerfResult   `json:"b"`
	Rows []PerfChange `json:"rows"`
}

// A PerfChange is one figure of both.
type PerfChange struct {
	Name string  `json:"name"`
	A    PerfRow `json:"a"`
	B    PerfRow `json:"b"`
	// Ratio is B by A; 0 if one of them is not known or A is 0.
	Ratio float64 `json:"ratio"`
	// Verdict is "more", "less" or "same", or "can't tell".
	Verdict string `json:"verdict"`
}

// perfConfident is the probability below which chance is not believed to have
// made a difference. The rank-sum test reaches it from 5 runs of each on.
const perfConfident = 0.01

// DiffPerf compares two results: figures that both have, with the verdict of
// the rank-sum test (Mann and Whitney) over the runs. With fewer than 5 runs of
// each nothing can be told from chance, unless all runs gave the same number.
func DiffPerf(a, b PerfResult) PerfDiff {
	d := PerfDiff{A: a, B: b}
	for _, x := range a.all() {
		y := b.Row(x.Name)
		if x.Unavailable != "" && y.Unavailable != "" {
			continue
		}
		c := PerfChange{Name: x.Name, A: x, B: y, Verdict: CantTell}
		if x.Unavailable == "" && y.Unavailable == "" {
			if x.Mean != 0 {
				c.Ratio = y.Mean / x.Mean
			}
			c.Verdict = perfVerdict(x, y)
		}
		d.Rows = append(d.Rows, c)
	}
	return d
}

func perfVerdict(a, b PerfRow) string {
	p, _ := rankSum(a.Values, b.Values)
	switch {
	case a.Mean == b.Mean:
		return "same"
	case p > perfConfident:
		return CantTell
	case b.Mean > a.Mean:
		return "more"
	}
	return "less"
}

// String is a table with a line for each figure, and the heaviest differences
// in words.
func (d PerfDiff) String() string {
	if d.A.Runs == 0 || d.B.Runs == 0 {
		return "interrupted before the first runs were complete: nothing to compare"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A: %s (%s)\nB: %s (%s)\n\n", oneLine(d.A.Text), d.A.how(), oneLine(d.B.Text), d.B.how())
	fmt.Fprintf(&b, "%-24s %16s %16s %8s  %s\n", "per call", "A", "B", "B/A", "B is")
	for _, c := range d.Rows {
		fmt.Fprintf(&b, "%-24s %16s %16s %8s  %s\n", c.Name, c.A.figure(), c.B.figure(), c.ratio(), c.Verdict)
	}
	for _, n := range d.notes() {
		b.WriteString("note: " + n + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func (c PerfChange) ratio() string {
	if c.Ratio == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", c.Ratio)
}

func (d PerfDiff) notes() []string {
	var list []string
	if min(d.A.Runs, d.B.Runs) < 5 {
		list = append(list, "with fewer than 5 runs of each nothing can be told from chance: -r 5 or more")
	}
	if d.A.Engine != d.B.Engine {
		list = append(list, fmt.Sprintf("A is %s, B is %s", d.A.Engine, d.B.Engine))
	}
	for _, r := range []struct {
		name string
		PerfResult
	}{{"A", d.A}, {"B", d.B}} {
		for _, n := range r.Notes() {
			list = append(list, r.name+": "+n)
		}
	}
	return list
}

// MIMEBundle shows the times of both as a chart, and the table.
func (d PerfDiff) MIMEBundle() map[string]any {
	if d.A.Runs == 0 || d.B.Runs == 0 {
		return map[string]any{"text/plain": d.String()}
	}
	c := perfChart(d.A, d.B)
	c.Table = &chart.Table{Columns: []string{"event", "A", "B", "B/A", "B is", "how to read it"}}
	for _, x := range d.Rows {
		c.Table.Rows = append(c.Table.Rows, []string{x.Name, x.A.figure(), x.B.figure(), x.ratio(), x.Verdict, x.A.Reading})
	}
	c.Open, c.Text = true, d.String()
	bundle := c.MIMEBundle()
	bundle[ResultMIME] = d.Record()
	return bundle
}

// Record returns the result as it is kept.
func (d PerfDiff) Record() Record {
	rec := NewRecord("perf", d.A.Text+" -- "+d.B.Text, d.A.Engine)
	rec.Series = append(d.A.Record().Series, d.B.Record().Series...)
	rec.Notes = d.notes()
	if detail, err := json.Marshal(d); err == nil {
		rec.Detail = detail
	}
	return rec
}
