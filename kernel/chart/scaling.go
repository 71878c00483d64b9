package chart

import (
	"fmt"
	"math"
	"slices"
)

// ScalingData is what Scaling draws.
type ScalingData struct {
	Title, Note string
	Workers     []int
	// Speedup is the time of one worker over that of Workers[i]; Low and High
	// are its interval, nil where none is known.
	Speedup, Low, High []float64
	// Capacity is what the machine gave to independent work on Workers[i]
	// workers at the time, relative to one: the most that can be reached.
	Capacity []float64
	// Amdahl is the parallel fraction f of S(n) = 1/((1−f)+f/n), with its
	// interval; 0 draws no such curve.
	Amdahl, AmdahlLow, AmdahlHigh float64
	// Sigma and Kappa are contention and coherency of Gunther's universal
	// scalability law S(n) = n/(1+σ(n−1)+κn(n−1)); both 0 draw no such curve.
	Sigma, Kappa float64
	Verdict      string // added to the subtitle, such as "can't tell: the noise is larger"
}

// scalingCounts is how many numbers of workers are drawn.
const scalingCounts = 128

// Scaling shows speed-up over workers beside the ideal, the machine's capacity
// and the fitted laws.
func Scaling(d ScalingData) *Chart {
	p := begin(d.Title, "higher is better")
	if d.Amdahl > 0 && d.Amdahl <= 1 {
		text := fmt.Sprintf("Amdahl: f = %s", number(d.Amdahl))
		if d.AmdahlLow < d.AmdahlHigh {
			text += fmt.Sprintf(" (%s…%s)", number(d.AmdahlLow), number(d.AmdahlHigh))
		}
		if d.Amdahl < 1 {
			text += fmt.Sprintf(", limit %s×", number(significant(1/(1-d.Amdahl), 3)))
		}
		p.note(text)
	}
	if d.Sigma != 0 || d.Kappa != 0 {
		p.note(fmt.Sprintf("USL: σ = %s, κ = %s", number(significant(d.Sigma, 3)), number(significant(d.Kappa, 3))))
	}
	p.note(d.Verdict)
	p.note(d.Note)
	n := min(len(d.Workers), len(d.Speedup))
	if n > scalingCounts {
		p.note(fmt.Sprintf("the first %d of %d", scalingCounts, n))
		n = scalingCounts
	}
	workers := make([]float64, n)
	for i := range workers {
		workers[i] = float64(d.Workers[i])
	}
	measured := Series{Name: "measured", X: workers, Y: d.Speedup[:n], Low: within(d.Low, n), High: within(d.High, n)}
	most := 1.0
	for _, w := range workers {
		most = max(most, w)
	}
	x := newAxis("workers", "", false, []float64{0, most})
	x.fit()
	if most <= 8 || len(workers) <= 8 {
		x.ticks = slices.Compact(sorted(workers))
	}
	x.tight(0, most+max(most*0.03, 0.1))
	// The ideal must not flatten what was measured: the axis ends somewhat above it.
	y := newAxis("speed-up", "×", false, measured.Y, within(d.Low, n), within(d.High, n), within(d.Capacity, n), []float64{0, 1})
	y.zero = true
	y.extend([]float64{min(most, max(y.hi*1.4, 2))})
	y.fit()
	_, lost := finite(measured.Y)
	p.lost(lost)
	if n == 0 || lost == n {
		return p.empty()
	}
	top := min(most, y.max)
	p.add(line("ideal", list{list{0, 0}, list{top, top}}, obj{"type": "dashed", "width": 1.5}, "@7"))
	if len(d.Capacity) > 0 {
		s := line("the machine's cores", pairs(x, y, workers, within(d.Capacity, n)), obj{"type": "dotted", "width": 2}, "@2")
		s["symbol"], s["symbolSize"], s["showSymbol"] = "triangle", 7, true
		p.add(s)
	}
	curve := func(name string, f func(n float64) float64, color, dash string) {
		var points list
		for i := range 61 {
			w := 1 + (most-1)*float64(i)/60
			if v := f(w); v > 0 && v <= y.max {
				points = append(points, list{significant(w, 5), significant(v, 4)})
			}
		}
		p.add(line(name, points, obj{"width": 2, "type": dash}, color))
	}
	if d.Amdahl > 0 && d.Amdahl <= 1 {
		curve("Amdahl", func(n float64) float64 { return 1 / ((1 - d.Amdahl) + d.Amdahl/n) }, "@1", "solid")
	}
	if d.Sigma != 0 || d.Kappa != 0 {
		curve("USL", func(n float64) float64 { return n / (1 + d.Sigma*(n-1) + d.Kappa*n*(n-1)) }, "@4", "dashed")
	}
	s := line("measured", pairs(x, y, workers, measured.Y), obj{"width": 1, "opacity": 0.5}, "@0")
	s["symbol"], s["symbolSize"], s["showSymbol"], s["z"] = "circle", 8, true, 5
	s["tooltip"] = obj{"formatter": fn("tip", list{list{0, "workers", "", 1}, list{1, "speed-up", "×", 1}})}
	p.add(s)
	if bars := intervals(x, y, measured); len(bars) > 0 {
		p.series = append(p.series, errorBars(bars, "@0"))
	}
	p.xy(x, y, 20)
	var rows [][]string
	for i, w := range workers {
		row := []string{number(w), number(d.Speedup[i]) + "×", number(100*d.Speedup[i]/w) + " %", "–", "–"}
		if i < len(d.Low) && i < len(d.High) {
			row[3] = number(d.Low[i]) + " … " + number(d.High[i])
		}
		if i < len(d.Capacity) {
			row[4] = number(d.Capacity[i]) + "×"
		}
		rows = append(rows, row)
	}
	columns := []string{"workers", "speed-up", "efficiency", "interval", "cores given"}
	p.c.Table = limited(columns, rows)
	p.text.table(&Table{Columns: columns, Rows: rows})
	for i, w := range workers {
		p.text.line("%8s  %-6s %s", number(w), number(d.Speedup[i])+"×", bar(d.Speedup[i], y.max))
	}
	return p.chart()
}

// within is at most the first n values.
func within(v []float64, n int) []float64 { return v[:min(n, len(v))] }

// line is a series without symbols.
func line(name string, data list, style obj, color string) obj {
	if color != "" {
		style["color"] = color
	}
	s := obj{"name": name, "type": "line", "showSymbol": false, "data": orEmpty(data), "lineStyle": style}
	if color != "" {
		s["itemStyle"] = obj{"color": color}
	}
	return s
}

// pairs are the points that have a place on both axes.
func pairs(x, y *axis, xs, ys []float64) list {
	out := list{}
	for i := range min(len(xs), len(ys)) {
		if a, b := x.at(xs[i]), y.at(ys[i]); a != nil && b != nil {
			out = append(out, list{a, b})
		}
	}
	return out
}

// intervals are the [x, low, high] of the points that have an interval. An end
// that has no place on a logarithmic axis is moved to the axis' own end.
func intervals(x, y *axis, s Series) list {
	var out list
	for i := range min(len(s.X), len(s.Low), len(s.High)) {
		at, lo, hi := x.at(s.X[i]), y.at(s.Low[i]), y.at(s.High[i])
		if lo == nil && s.Low[i] <= 0 {
			lo = y.min
		}
		if at != nil && lo != nil && hi != nil && lo != hi && !math.IsNaN(s.Low[i]) {
			out = append(out, list{at, lo, hi})
		}
	}
	return out
}

// errorBars are a series of intervals.
func errorBars(data list, color string) obj {
	return obj{
		"type": "custom", "renderItem": fn("errorbar"), "encode": obj{"x": 0, "y": list{1, 2}}, "data": data, "clip": true,
		"itemStyle": obj{"color": color}, "z": 4, "silent": true, "tooltip": obj{"show": false},
	}
}
