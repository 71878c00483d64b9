package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/kernels/yardstick"
)

// A Roofline sets programs beside the machine's limits: how fast it computes and
// how fast memory feeds it (Williams, Waterman, Patterson, CACM 52(4), 2009).
type Roofline struct {
	Limits  []*Limit        `json:"limits"` // measured, on one worker and on all
	Points  []RooflinePoint `json:"points"`
	Missing []string        `json:"missing,omitempty"` // what has no place in the picture, and why
	Engine  string          `json:"engine"`
}

// A RooflinePoint is a program that was measured.
type RooflinePoint struct {
	Name    string          `json:"name"`
	Workers int             `json:"workers"`
	Flops   float64         `json:"flops"` // of a run
	Bytes   float64         `json:"bytes"` // to and from memory in a run
	Seconds measure.Summary `json:"seconds"`
}

// Intensity returns operations by bytes.
func (p RooflinePoint) Intensity() float64 { return p.Flops / p.Bytes }

// Rate returns operations a second.
func (p RooflinePoint) Rate() float64 { return p.Flops / p.Seconds.Median }

// peaks are the limits of this session, which are measured once.
var peaks struct {
	sync.Mutex
	limits []*Limit
}

// Peaks measures how fast this machine computes and reads and writes memory, on
// one worker and on as many as workers says; it takes about a second, and nothing
// when it has been done before. again measures anew.
func Peaks(ctx context.Context, workers int, again bool) ([]*Limit, error) {
	peaks.Lock()
	defer peaks.Unlock()
	if peaks.limits != nil && !again {
		return peaks.limits, nil
	}
	var list []*Limit
	for _, l := range yardstick.Limits {
		for _, w := range slices.Compact([]int{1, max(1, workers)}) {
			list = append(list, &Limit{Name: l.Name, Unit: l.Unit, Workers: w, Rates: []float64{}})
		}
	}
	for range 3 {
		measureLimits(ctx, list)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("the machine's limits: %w", context.Cause(ctx))
	}
	peaks.limits = list
	return list, nil
}

// best returns the highest rate of a limit, 0 if it could not be measured. The
// highest, as nothing makes a machine faster than it is.
func (l *Limit) best() float64 {
	if len(l.Rates) == 0 {
		return 0
	}
	return slices.Max(l.Rates)
}

// Rooflines makes a picture of measured kernels.
func Rooflines(limits []*Limit, report *Report) *Roofline {
	r := &Roofline{Limits: limits, Engine: "compiled"}
	for _, b := range report.Blocks {
		if b.Work.Flops <= 0 || b.Work.Bytes <= 0 {
			r.Missing = append(r.Missing, fmt.Sprintf("%s says no number of floating-point operations or of bytes: it has no place in a roofline", b.Kernel))
			continue
		}
		for _, x := range b.Results {
			if len(x.Samples) == 0 {
				r.Missing = append(r.Missing, fmt.Sprintf("%s %s: %s", b.Kernel, x.Variant, brief(x.trouble())))
				continue
			}
			name := fmt.Sprintf("%s %s", b.Kernel, x.Variant)
			if x.Workers > 1 {
				name += fmt.Sprintf(" on %d", x.Workers)
			}
			r.Points = append(r.Points, RooflinePoint{name, x.Workers, b.Work.Flops, b.Work.Bytes, x.wall()})
		}
	}
	return r
}

// roof returns the limits of a unit on a number of workers, or the nearest.
func (r *Roofline) roof(unit string, workers int) float64 {
	rate, near := 0.0, math.MaxInt
	for _, l := range r.Limits {
		if d := l.Workers - workers; l.Unit == unit && l.best() > 0 && max(d, -d) < near {
			rate, near = l.best(), max(d, -d)
		}
	}
	return rate
}

// Attainable returns the rate that the roof allows a point, and what it is.
func (r *Roofline) Attainable(p RooflinePoint) (rate float64, by string) {
	peak, width := r.roof("flop", p.Workers), r.roof("B", p.Workers)
	if memory := width * p.Intensity(); memory > 0 && memory < peak {
		return memory, "memory"
	}
	return peak, "arithmetic"
}

// String is a table of limits and points.
func (r *Roofline) String() string {
	var b strings.Builder
	b.WriteString("the machine's limits, measured:\n")
	for _, l := range r.Limits {
		unit := "GFLOP/s"
		if l.Unit == "B" {
			unit = "GB/s"
		}
		text := number3(l.best()/1e9) + " " + unit
		if l.best() == 0 {
			text = "n/a (" + l.Problem + ")"
		}
		fmt.Fprintf(&b, "  %-14s on %-9s %s\n", l.Name, plural(l.Workers, "worker"), text)
	}
	if len(r.Points) > 0 {
		g := &grid{left: 1}
		g.add("program", "FLOP/byte", "GFLOP/s", "roof", "of the roof", "bound by")
		for _, p := range r.Points {
			roof, by := r.Attainable(p)
			part := ""
			if roof > 0 {
				part = fmt.Sprintf("%.0f %%", 100*p.Rate()/roof)
				if p.Rate() > inCache*roof && by == "memory" {
					by = "a cache: faster than memory"
				}
			}
			g.add(p.Name, number3(p.Intensity()), number3(p.Rate()/1e9), number3(roof/1e9), part, by)
		}
		b.WriteByte('\n')
		if err := g.text(&b); err != nil {
			return err.Error()
		}
	}
	for _, m := range r.Missing {
		b.WriteString("note: " + m + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// Chart draws it.
func (r *Roofline) Chart() *chart.Chart {
	d := chart.RooflineData{Title: "Roofline", Note: measure.Caption("median rate; roofs are the best of 3 measurements")}
	for _, l := range slices.Backward(r.Limits) {
		name := fmt.Sprintf("%s, %s", l.Name, plural(l.Workers, "worker"))
		switch l.Unit {
		case "flop":
			d.Peaks = append(d.Peaks, chart.Roof{Name: name, Rate: l.best()})
		case "B":
			d.Bandwidths = append(d.Bandwidths, chart.Roof{Name: name, Rate: l.best()})
		}
	}
	for _, p := range r.Points {
		q := chart.RooflinePoint{Name: p.Name, Intensity: p.Intensity(), Rate: p.Rate()}
		if p.Seconds.Interval.Low > 0 {
			q.Low, q.High = p.Flops/p.Seconds.Interval.High, p.Flops/p.Seconds.Interval.Low
		}
		d.Points = append(d.Points, q)
	}
	c := chart.Roofline(d)
	c.Text = r.String()
	return c
}

// MIMEBundle shows the chart, the table, and keeps the record.
func (r *Roofline) MIMEBundle() map[string]any {
	bundle := r.Chart().MIMEBundle()
	bundle[measure.ResultMIME] = r.Record()
	return bundle
}

// Record returns it as it is kept.
func (r *Roofline) Record() measure.Record {
	var names []string
	rec := measure.NewRecord("roofline", "", r.Engine)
	rec.Figures = make(map[string]measure.Figure)
	for _, l := range r.Limits {
		rec.Figures[fmt.Sprintf("%s on %d", l.Name, l.Workers)] = measure.Figure{Value: l.best(), Unit: l.Unit + "/s", Unavailable: l.Problem}
	}
	for _, p := range r.Points {
		names = append(names, p.Name)
		rec.Figures[p.Name] = measure.Figure{Value: p.Rate(), Unit: "flop/s"}
	}
	rec.Text, rec.Notes = strings.Join(names, ", "), r.Missing
	if detail, err := json.Marshal(r); err == nil {
		rec.Detail = detail
	}
	return rec
}
