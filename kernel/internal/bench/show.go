package bench

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/measure"
)

// String is the report as tables.
func (r *Report) String() string {
	var b strings.Builder
	if err := Formats[0].Write(&b, r); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// MIMEBundle shows the tables as text and the medians with their intervals as a
// chart: times where one kernel was measured, speed by that of the serial
// variant where there are several.
func (r *Report) MIMEBundle() map[string]any {
	d := chart.IntervalsData{Note: "median, 95 % interval; " + r.Machine.String()}
	if r.several() {
		d.Title, d.Name, d.Unit, d.HigherGood = "Speed by that of the serial variant", "speed-up", "×", true
	} else {
		d.Title = "Time of a run"
	}
	t := &chart.Table{Columns: []string{"kernel", "variant", "workers", "median", "interval", "vs serial", "cores", "rounds"}}
	for _, b := range r.Blocks {
		serial := b.find("serial")
		for _, x := range b.Results {
			if len(x.Samples) == 0 {
				t.Rows = append(t.Rows, []string{b.Kernel, x.Variant, fmt.Sprint(x.Workers), "n/a", "", "", "", brief(x.trouble())})
				continue
			}
			wall := x.wall()
			median, interval := wall.Seconds(digits)
			speedup := ""
			name := fmt.Sprintf("%s on %d", x.Variant, x.Workers)
			row := chart.Interval{Name: name, Center: wall.Median, Low: wall.Interval.Low, High: wall.Interval.High}
			if serial != nil && wall.Median > 0 {
				factor := serial.wall().Median
				speedup = number2(factor / wall.Median)
				row.Verdict = speedup + "×"
				if d.HigherGood {
					row = chart.Interval{Name: b.Kernel + " " + name, Center: factor / wall.Median, Low: factor / wall.Interval.High, High: factor / wall.Interval.Low}
				}
			}
			if !d.HigherGood || serial != nil && x != serial {
				d.Rows = append(d.Rows, row)
			}
			t.Rows = append(t.Rows, []string{b.Kernel, x.Variant, fmt.Sprint(x.Workers), median, interval, speedup, number2(x.cores()), fmt.Sprint(len(x.Samples))})
		}
	}
	if len(d.Rows) == 0 {
		return map[string]any{"text/plain": r.String()}
	}
	c := chart.Intervals(d)
	c.Table, c.Text = t, r.String()
	bundle := c.MIMEBundle()
	bundle[measure.ResultMIME] = r.Record()
	return bundle
}

// several reports whether more than one kernel or size was measured.
func (r *Report) several() bool { return len(r.Blocks) > 1 }

// Record returns the report as it is kept: a series for each variant and number
// of workers, and the whole report beside them.
func (r *Report) Record() measure.Record {
	var names []string
	rec := measure.NewRecord("bench", "", "compiled")
	for _, b := range r.Blocks {
		names = append(names, fmt.Sprintf("%s n=%d", b.Kernel, b.N))
		for _, x := range b.Results {
			s := measure.Series{Name: fmt.Sprintf("%s/%s/n=%d", b.Kernel, x.Variant, b.N), Param: "workers", N: x.Workers, Loops: x.Runs}
			for _, sample := range x.Samples {
				s.Seconds = append(s.Seconds, sample.Wall)
				s.User = append(s.User, sample.User)
				s.System = append(s.System, sample.System)
			}
			if len(s.Seconds) > 0 {
				rec.Series = append(rec.Series, s)
			}
		}
	}
	rec.Text = strings.Join(names, ", ")
	if detail, err := json.Marshal(r); err == nil {
		rec.Detail = detail
	}
	return rec
}
