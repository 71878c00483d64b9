package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
)

// String tells the result in the layout of perf stat, then what Go's runtime
// did, and how to read each figure.
func (r PerfResult) String() string {
	if r.Runs == 0 {
		return "interrupted before the first run was complete: nothing counted"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n Performance counter stats for '%s' (%s):\n\n", oneLine(r.Text), r.how())
	last := ""
	for _, row := range r.Rows {
		line := row
		if row.Unavailable != "" && row.Unavailable == last {
			line.Unavailable = "likewise"
		}
		b.WriteString(line.perfLine())
		last = row.Unavailable
	}
	b.WriteByte('\n')
	spread := ""
	if r.Runs > 1 {
		spread = fmt.Sprintf(" +- %.9f", r.Wall.Spread*r.Wall.Mean)
	}
	fmt.Fprintf(&b, "%18.9f%s seconds time elapsed%s\n\n", r.Wall.Mean, spread, r.Wall.deviation())
	for _, row := range r.Times {
		switch {
		case row.Unavailable != "":
			fmt.Fprintf(&b, "%18s %s (%s)\n", "n/a", row.Name, row.Unavailable)
		case row.Unit == "s":
			fmt.Fprintf(&b, "%18.9f seconds %s\n", row.Mean, row.Name)
		default:
			fmt.Fprintf(&b, "%18.3f %s\n", row.Mean, row.Name)
		}
	}
	b.WriteString("\n Beside them:\n\n")
	for _, row := range r.Go {
		b.WriteString(row.plainLine())
	}
	b.WriteString("\n How to read it:\n\n")
	for _, row := range r.all() {
		if row.Unavailable == "" && row.Mean != 0 {
			fmt.Fprintf(&b, "   %-22s %s\n", row.Name, row.Reading)
		}
	}
	for _, n := range r.Notes() {
		b.WriteString("\n note: " + n)
	}
	return strings.TrimRight(b.String(), "\n")
}

// all returns the rows in the order shown.
func (r PerfResult) all() []PerfRow {
	list := append([]PerfRow(nil), r.Rows...)
	list = append(list, r.Wall)
	list = append(list, r.Times...)
	return append(list, r.Go...)
}

// Row returns the row of that name; its Unavailable says so if there is none.
func (r PerfResult) Row(name string) PerfRow {
	for _, row := range r.all() {
		if row.Name == name || strings.TrimSuffix(row.Name, ":u") == name {
			return row
		}
	}
	return PerfRow{Name: name, Unavailable: "it was not asked for"}
}

// how tells runs, calls and engine.
func (r PerfResult) how() string {
	s := count(r.Runs, "run", "runs")
	if r.Loops > 1 {
		s += fmt.Sprintf(" of %d calls, figures for one call", r.Loops)
	}
	if r.Engine != "" {
		s += "; " + r.Engine
	}
	return s
}

// Notes lists what makes the figures less than they seem.
func (r PerfResult) Notes() []string {
	list := append([]string(nil), r.Disturbed...)
	if r.Interrupted {
		list = append(list, fmt.Sprintf("interrupted after %d of %d runs", r.Runs, r.Wanted))
	}
	for _, row := range r.Rows {
		if row.Running > 0 && row.Running < 0.995 {
			list = append(list, "events with a percentage behind them took turns, as the processor has fewer counters than were asked for; their figures are scaled up")
			break
		}
	}
	return list
}

// perfLine is a row as perf stat writes it.
func (row PerfRow) perfLine() string {
	if row.Unavailable != "" {
		return strings.TrimRight(fmt.Sprintf("%18s      %-24s (%s)", "n/a", row.Name, row.Unavailable), " ") + "\n"
	}
	value, unit := groupDigits(row.Mean), ""
	if row.Unit == "s" {
		value, unit = groupDigitsTo(row.Mean*1e3, 2), "msec"
	}
	line := fmt.Sprintf("%18s %-4s %-24s", value, unit, row.Name)
	if row.Metric != "" {
		line += " # " + perfMetric(row.Metric)
	}
	line += row.deviation()
	if row.Running > 0 && row.Running < 0.995 {
		line += fmt.Sprintf("  (%.2f%%)", 100*row.Running)
	}
	return strings.TrimRight(line, " ") + "\n"
}

// perfMetric sets the number of a metric flush right, as perf does.
func perfMetric(text string) string {
	number, rest, ok := strings.Cut(text, " ")
	if n, percent := strings.CutSuffix(number, "%"); percent {
		return fmt.Sprintf("%7s%%  %-20s", n, rest)
	}
	if !ok {
		return text
	}
	return fmt.Sprintf("%8s %-21s", number, rest)
}

// deviation is "  ( +-  0.12% )", or nothing for one run.
func (row PerfRow) deviation() string {
	if len(row.Values) < 2 || row.Mean == 0 || math.IsNaN(row.Spread) {
		return ""
	}
	return fmt.Sprintf("  ( +-%6.2f%% )", 100*row.Spread)
}

// plainLine is a row that perf has not.
func (row PerfRow) plainLine() string {
	if row.Unavailable != "" {
		return fmt.Sprintf("%18s %s (%s)\n", "n/a", row.Name, row.Unavailable)
	}
	return strings.TrimRight(fmt.Sprintf("%18s %-24s", row.figure(), row.Name)+row.deviation(), " ") + "\n"
}

// figure is the value with its unit, or "n/a".
func (row PerfRow) figure() string {
	switch {
	case row.Unavailable != "":
		return "n/a"
	case row.Unit == "s":
		return FormatSeconds(row.Mean, 3)
	case row.Unit == "B":
		return FormatBytes(math.Round(row.Mean), 3)
	}
	return groupDigits(row.Mean)
}

// groupDigits writes a number with commas; small ones that are not whole with
// two digits behind the point, and tiny ones with two digits that are not 0.
func groupDigits(v float64) string {
	switch {
	case v == math.Trunc(v) || math.Abs(v) >= 100:
		return groupDigitsTo(v, 0)
	case math.Abs(v) < 0.1:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return groupDigitsTo(v, 2)
}

func groupDigitsTo(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	whole, rest, _ := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return sign + whole + rest
}

// oneLine shortens code for a title.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:57]) + "…"
	}
	return s
}

// Table returns all figures as a table of text: name, value, deviation, metric,
// where it is from, and how to read it.
func (r PerfResult) Table() *chart.Table {
	t := &chart.Table{Columns: []string{"event", "per call", "±", "that is", "from", "how to read it"}}
	for _, row := range r.all() {
		spread, reading := "", row.Reading
		if len(row.Values) > 1 && row.Unavailable == "" && !math.IsNaN(row.Spread) {
			spread = fmt.Sprintf("%.2f %%", 100*row.Spread)
		}
		if row.Unavailable != "" {
			reading = "n/a: " + row.Unavailable
		}
		from := row.Source
		if row.Running > 0 && row.Running < 0.995 {
			from += fmt.Sprintf(", running %.0f %%", 100*row.Running)
		}
		t.Rows = append(t.Rows, []string{row.Name, row.figure(), spread, row.Metric, from, reading})
	}
	return t
}

// Chart draws user, system and children's time beside the elapsed time.
func (r PerfResult) Chart() *chart.Chart {
	c := perfChart(r)
	c.Table, c.Open, c.Remarks = r.Table(), true, r.Notes()
	c.Text = r.String()
	return c
}

// perfChart draws the times of results.
func perfChart(results ...PerfResult) *chart.Chart {
	d := chart.TimesData{Title: "Where the time goes", Note: Caption("per call, mean of " + runs(results[0].Runs))}
	value := func(row PerfRow) float64 {
		if row.Unavailable != "" {
			return math.NaN()
		}
		return row.Mean
	}
	for _, r := range results {
		d.Rows = append(d.Rows, chart.TimesRow{
			Name: oneLine(r.Text), Wall: r.Wall.Mean, User: value(r.Row("user")), System: value(r.Row("sys")), ChildUser: value(r.Row("children")),
		})
	}
	return chart.Times(d)
}

// MIMEBundle implements what a notebook asks of a value: the chart with the
// table, the text, and the record.
func (r PerfResult) MIMEBundle() map[string]any {
	if r.Runs == 0 {
		return map[string]any{"text/plain": r.String()}
	}
	bundle := r.Chart().MIMEBundle()
	bundle[ResultMIME] = r.Record()
	return bundle
}

// Record returns the result as it is kept.
func (r PerfResult) Record() Record {
	rec := NewRecord("perf", r.Text, r.Engine)
	s := Series{Name: oneLine(r.Text), Loops: r.Loops, Seconds: r.Wall.Values, User: r.Row("user").Values, System: r.Row("sys").Values, Figures: make(map[string]Figure)}
	for _, row := range r.all() {
		f := Figure{Value: row.Mean, Unit: row.Unit, Unavailable: row.Unavailable, Running: row.Running}
		s.Figures[row.Name] = f
	}
	rec.Series = []Series{s}
	rec.Notes = r.Notes()
	if detail, err := json.Marshal(r); err == nil {
		rec.Detail = detail
	}
	return rec
}
