package measure

import (
	"strings"

	"fmt"

	"github.com/weft-go/weft/kernel/chart"
)

// bundle puts text, chart and record of a result together for the notebook.
func bundle(text string, c *chart.Chart, r Record, remarks ...string) map[string]any {
	b := map[string]any{"text/plain": text, ResultMIME: r}
	if c != nil {
		c.Remarks = append(c.Remarks, remarks...)
		if payload, ok := c.MIMEBundle()[chart.MIME]; ok {
			b[chart.MIME] = payload
		}
	}
	return b
}

// MIMEBundle returns the result as text, as a histogram with every sample, and
// as a record for the notebook to keep.
func (r Result) MIMEBundle() map[string]any {
	return bundle(r.String(), r.Chart(), r.Record(), lines(r.String())...)
}

// lines are the lines of a text.
func lines(text string) []string { return strings.Split(text, "\n") }

// Chart draws the samples: a histogram with median and interval, and below it
// the samples in the order taken. nil if there are fewer than two.
func (r Result) Chart() *chart.Chart {
	if len(r.Samples) < 2 {
		return nil
	}
	flags := map[int]string{}
	for _, o := range r.Outliers {
		if o.Severe {
			flags[o.Index] = "severe outlier"
		} else {
			flags[o.Index] = "outlier"
		}
	}
	for _, i := range r.Disturbed {
		flags[i] = "waited for a processor"
	}
	note := count(r.Loops, "loop", "loops") + " per sample"
	if r.Engine != "" {
		note = r.Engine + ", " + note
	}
	if r.Guess > 0 {
		note += ", predicted " + FormatSeconds(r.Guess, r.digits())
	}
	return chart.Histogram(chart.HistogramData{
		Title: short(r.Text), Note: caption(measuredOn(r), note), Samples: r.Samples,
		Low: r.Interval.Low, High: r.Interval.High, Flags: flags,
	})
}

// Record returns the result in the form in which it is kept.
func (r Result) Record() Record {
	rec := NewRecord("timeit", r.Text, r.Engine)
	rec.Series = []Series{r.series("")}
	rec.Notes = r.notes(r.digits())
	return rec
}

// series returns the samples as a part of a record.
func (r Result) series(param string) Series {
	s := Series{
		Name: r.label(), Param: param, N: r.N, Loops: r.Loops, Seconds: r.Samples,
		User: r.UserSamples, System: r.SystemSamples, Disturbed: r.Disturbed,
		Figures: map[string]Figure{
			"B/op":        {Value: r.Bytes, Unit: "B"},
			"allocs/op":   {Value: r.Allocs},
			"faults/op":   {Value: r.Faults},
			"switches/op": {Value: r.Switches},
		},
	}
	if len(r.Samples) == 0 {
		s.Figures = nil
	}
	if r.Name != "" {
		s.Text = r.Text
	}
	return s
}

// result makes a result of a series again, for a comparison.
func (s Series) result(engine string) Result {
	r := Result{
		Name: s.Name, Text: s.Text, Engine: engine, N: s.N, Loops: s.Loops, Samples: finite(s.Seconds), Runs: len(s.Seconds),
		Bytes: s.Figures["B/op"].Value, Allocs: s.Figures["allocs/op"].Value,
		Faults: s.Figures["faults/op"].Value, Switches: s.Figures["switches/op"].Value,
	}
	r.summarize()
	if len(s.User) > 0 && len(s.User) == len(s.System) {
		r.UserSamples, r.SystemSamples = finite(s.User), finite(s.System)
		r.User, r.System = mean(s.User), mean(s.System)
	} else {
		r.Unavailable = "not in the record"
	}
	return r
}

// MIMEBundle returns the comparison as text, as a chart of dots and intervals,
// and as a record.
func (c Comparison) MIMEBundle() map[string]any {
	return bundle(c.String(), c.Chart(), c.Record(), c.remarks()...)
}

// names are those of variants, where the notebook has given them: "serial, two
// workers"; "" where they are their code.
func names(results []Result) string {
	var list []string
	for _, r := range results {
		if r.Name == "" || r.Name == r.Text {
			return ""
		}
		list = append(list, r.Name)
	}
	return strings.Join(list, ", ")
}

// Chart draws the medians with their intervals, samples behind them and the
// verdicts beside them. nil if nothing was measured.
func (c Comparison) Chart() *chart.Chart {
	d := chart.IntervalsData{Title: "Comparison", Name: "time per loop",
		Note: caption(measuredOn(c.Results...), c.Engine, fewestAndMost(c.Results))}
	if c.Text != "" {
		d.Title = short(c.Text)
	}
	if names := names(c.Results); names != "" {
		d.Title = names
	}
	for i := range c.Results {
		r := &c.Results[i]
		if len(r.Samples) == 0 {
			continue
		}
		row := chart.Interval{Name: short(r.label()), Center: r.Median, Low: r.Interval.Low, High: r.Interval.High, Samples: r.Samples}
		if i > 0 {
			if x := c.Differences[i-1]; x.Verdict == CantTell {
				row.Verdict = CantTell
			} else if x.Speedup > 0 {
				row.Verdict = ratio(x.Speedup) + "× as fast"
			}
		}
		d.Rows = append(d.Rows, row)
	}
	if len(d.Rows) == 0 {
		return nil
	}
	return chart.Intervals(d)
}

// Record returns the comparison in the form in which it is kept.
func (c Comparison) Record() Record {
	rec := NewRecord("compare", c.Text, c.Engine)
	for _, r := range c.Results {
		rec.Series = append(rec.Series, r.series(""))
	}
	rec.Figures = map[string]Figure{}
	for _, d := range c.Differences {
		if d.Speedup > 0 {
			rec.Figures[fmt.Sprintf("speedup of %s over %s", d.Name, d.Base)] = Figure{Value: d.Speedup, Low: d.Low, High: d.High}
			rec.Notes = append(rec.Notes, fmt.Sprintf("%s and %s: %s", d.Name, d.Base, d.words()))
		}
	}
	rec.Notes = append(rec.Notes, c.remarks()...)
	return rec
}
