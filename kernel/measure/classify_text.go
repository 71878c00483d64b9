package measure

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
)

// String is the verdict, and the evidence as a table.
func (c Classification) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", c.Group, c.Verdict)
	if len(c.Evidence) > 0 {
		fmt.Fprintf(&b, "\n%-38s %12s %8s  %-13s %s\n", "evidence", "here", "limit", "speaks for", "why")
	}
	for _, e := range c.Evidence {
		why := e.Why
		if e.Unavailable != "" {
			why = e.Unavailable
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-38s %12s %8s  %-13s %s", e.Name, e.figure(), e.Limit, e.For, why), " ") + "\n")
	}
	for _, n := range c.Notes {
		b.WriteString("note: " + n + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// figure is the value with its unit.
func (e Evidence) figure() string {
	if e.Unavailable != "" {
		return "n/a"
	}
	unit := e.Unit
	if unit != "" && unit[0] != '/' {
		unit = " " + unit
	}
	if e.Value >= 1000 {
		return groupDigitsTo(e.Value, 0) + unit
	}
	return groupDigits(e.Value) + unit
}

// MIMEBundle shows the verdict with the evidence, and where the time goes as a
// chart.
func (c Classification) MIMEBundle() map[string]any {
	if c.Cost.Runs == 0 || len(c.Evidence) == 0 {
		return map[string]any{"text/plain": c.String()}
	}
	drawn := perfChart(c.Cost)
	t := &chart.Table{Columns: []string{"evidence", "here", "limit", "speaks for", "why"}}
	t.Rows = append(t.Rows, []string{c.Group, "", "", "", c.Verdict})
	for _, e := range c.Evidence {
		why := e.Why
		if e.Unavailable != "" {
			why = e.Unavailable
		}
		t.Rows = append(t.Rows, []string{e.Name, e.figure(), e.Limit, e.For, why})
	}
	drawn.Table, drawn.Text = t, c.String()
	drawn.Remarks = append([]string{c.Group + ": " + c.Verdict}, c.Notes...)
	bundle := drawn.MIMEBundle()
	bundle[ResultMIME] = c.Record()
	return bundle
}

// Record returns the classification as it is kept.
func (c Classification) Record() Record {
	rec := c.Cost.Record()
	rec.Kind = "classify"
	rec.Notes = append([]string{c.Group + ": " + c.Verdict}, rec.Notes...)
	rec.Figures = make(map[string]Figure)
	for _, e := range c.Evidence {
		rec.Figures[e.Name] = Figure{Value: e.Value, Unit: e.Unit, Unavailable: e.Unavailable}
	}
	if detail, err := json.Marshal(c); err == nil {
		rec.Detail = detail
	}
	return rec
}
