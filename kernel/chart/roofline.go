package chart

import (
	"fmt"
	"math"
	"slices"
)

// RooflineData is what Roofline draws.
type RooflineData struct {
	Title, Note string
	Peaks       []Roof // of arithmetic, in FLOP/s; the highest first
	Bandwidths  []Roof // of memory levels, in B/s; the last is that of main memory
	Points      []RooflinePoint
}

// A Roof is a measured limit.
type Roof struct {
	Name string
	Rate float64 // FLOP/s or B/s
}

// A RooflinePoint is a program in the roofline model.
type RooflinePoint struct {
	Name      string
	Intensity float64 // FLOP/byte
	Rate      float64 // FLOP/s
	Low, High float64 // interval of Rate; both 0 if not known
}

// Roofline shows which limit, arithmetic or memory, holds a program back
// (Williams, Waterman, Patterson, CACM 52(4), 2009).
func Roofline(d RooflineData) *Chart {
	p := begin(d.Title, d.Note)
	peaks, lostPeaks := positive(d.Peaks)
	widths, lostWidths := positive(d.Bandwidths)
	lost := lostPeaks + lostWidths
	x, y := newAxis("arithmetic intensity (FLOP/byte)", "", true), newAxis("rate", "FLOP/s", true)
	points := Series{}
	for _, q := range d.Points {
		if !x.drawable(q.Intensity) || !y.drawable(q.Rate) {
			lost++
			continue
		}
		points.X, points.Y = append(points.X, q.Intensity), append(points.Y, q.Rate)
		points.Labels = append(points.Labels, q.Name)
		lo, hi := q.Rate, q.Rate
		if y.drawable(q.Low) && y.drawable(q.High) {
			lo, hi = q.Low, q.High
		}
		points.Low, points.High = append(points.Low, lo), append(points.High, hi)
	}
	p.lost(lost)
	if len(points.X)+min(len(peaks), len(widths)) == 0 {
		return p.empty()
	}
	x.extend(points.X)
	y.extend(points.Y, points.Low, points.High)
	peak := 0.0
	for _, r := range peaks {
		peak = max(peak, r.Rate)
	}
	for _, b := range widths {
		if peak > 0 {
			x.extend([]float64{peak / b.Rate})
		}
	}
	if !x.blank() {
		x.extend([]float64{x.lo / 2, x.hi * 4})
	}
	y.extend([]float64{peak})
	if len(widths) > 0 {
		y.extend([]float64{slices.MinFunc(widths, func(a, b Roof) int { return cmpFloat(a.Rate, b.Rate) }).Rate * x.lo})
	}
	x.fit()
	x.ticks, x.min, x.max = intensityTicks(x.lo, x.hi)
	y.fit()
	var slopes []obj
	grey := []string{"solid", "dashed", "dotted"}
	for i, b := range widths {
		top := y.max / y.scale.factor
		if peak > 0 {
			top = peak
		}
		// the knee is a point of its own, so that the corner is sharp
		end := min(top/b.Rate, x.max)
		data := list{list{x.min, y.at(b.Rate * x.min)}, list{significant(end, 6), y.at(b.Rate * end)}}
		s := line("", data, obj{"width": 2, "type": grey[i%3]}, "@7")
		delete(s, "name")
		s["endLabel"] = obj{"show": false}
		slopes = append(slopes, s)
		p.series = append(p.series, s)
	}
	for i, r := range peaks {
		from := x.min
		if len(widths) > 0 { // from where the fastest memory level reaches it
			from = max(x.min, r.Rate/slices.MaxFunc(widths, func(a, b Roof) int { return cmpFloat(a.Rate, b.Rate) }).Rate)
		}
		s := line("", list{list{significant(from, 6), y.at(r.Rate)}, list{x.max, y.at(r.Rate)}}, obj{"width": 2, "type": grey[i%3]}, "@7")
		delete(s, "name")
		s["markPoint"] = roofName(list{x.max, y.at(r.Rate)}, fmt.Sprintf("%s %s", r.Name, quantity(r.Rate, "FLOP/s")), 0)
		p.series = append(p.series, s)
	}
	if bars := intervals(x, y, points); len(bars) > 0 {
		p.series = append(p.series, errorBars(bars, "@0"))
	}
	var names []string
	for _, l := range points.Labels {
		names = append(names, shorten(plain(l), 32))
	}
	p.series = append(p.series, obj{
		"type": "scatter", "symbolSize": 11, "itemStyle": obj{"color": "@0"}, "data": leaning(x, pairs(x, y, points.X, points.Y)), "z": 6,
		"label":       obj{"show": true, "position": "right", "fontSize": 12, "color": "@text", "formatter": fn("texts", names)},
		"labelLayout": obj{"moveOverlap": "shiftY", "hideOverlap": true},
		"tooltip":     obj{"formatter": fn("tip", list{list{0, "intensity", "FLOP/byte", 1}, y.dim(1, "rate")}, names)},
	})
	p.c.Height = 440
	p.xy(x, y, 24)
	grid := p.c.Option["grid"].(obj)
	width := float64(p.c.Width - grid["left"].(int) - grid["right"].(int))
	height := float64(p.c.Height - grid["top"].(int) - grid["bottom"].(int))
	for i, s := range slopes { // names lie along the slopes, from near the lower end on
		decadeX, decadeY := width/math.Log10(x.max/x.min), height/math.Log10(y.max/y.min)
		b := widths[i]
		end := s["data"].(list)[1].(list)[0].(float64)
		begin := max(x.min, y.min/y.scale.factor/b.Rate)
		at := significant(begin*math.Pow(end/begin, 0.30), 6)
		s["markPoint"] = roofName(list{at, y.at(b.Rate * at)}, fmt.Sprintf("%s %s", b.Name, quantity(b.Rate, "B/s")), math.Atan2(decadeY, decadeX)*180/math.Pi)
	}
	p.c.Option["xAxis"].(obj)["name"] = x.name
	p.c.Option["xAxis"].(obj)["logBase"] = 2
	p.c.Option["xAxis"].(obj)["axisLabel"].(obj)["formatter"] = fn("fraction")
	p.rooflineTable(peaks, widths, points)
	return p.chart()
}

// roofName writes the name of a roof: above the end of a level one, along one
// that rises by an angle in degrees.
func roofName(at list, text string, angle float64) obj {
	label := obj{"show": true, "formatter": shorten(plain(text), 40), "fontSize": 11, "color": "@muted", "position": "top", "distance": 3, "align": "right"}
	if angle != 0 {
		label["rotate"], label["align"], label["verticalAlign"], label["position"], label["distance"] = significant(angle, 4), "left", "bottom", "inside", 0
		label["offset"] = list{0, -3}
	}
	return obj{"silent": true, "animation": false, "symbol": "circle", "symbolSize": 0.1, "data": list{obj{"coord": at}}, "label": label}
}

// intensityTicks are powers of two around the range.
func intensityTicks(lo, hi float64) (ticks []float64, low, high float64) {
	first, last := math.Floor(math.Log2(lo)), math.Ceil(math.Log2(hi))
	every := math.Ceil((last - first) / 10)
	for e := first; e <= last; e += every {
		ticks = append(ticks, math.Exp2(e))
	}
	return ticks, math.Exp2(first), math.Exp2(last)
}

// positive are the roofs that can be drawn.
func positive(all []Roof) (kept []Roof, lost int) {
	for _, r := range all {
		if r.Rate > 0 && !math.IsInf(r.Rate, 0) {
			kept = append(kept, r)
		} else {
			lost++
		}
	}
	return kept, lost
}

// rooflineTable tells for each point which roof is above it and how much of it
// was reached.
func (p *plot) rooflineTable(peaks, widths []Roof, points Series) {
	var rows [][]string
	for i := range points.X {
		limit, by := math.Inf(1), "–"
		if len(peaks) > 0 {
			limit, by = peaks[0].Rate, peaks[0].Name
		}
		if len(widths) > 0 {
			if b := widths[len(widths)-1]; b.Rate*points.X[i] < limit {
				limit, by = b.Rate*points.X[i], b.Name
			}
		}
		reached := "–"
		if !math.IsInf(limit, 0) {
			reached = number(significant(100*points.Y[i]/limit, 3)) + " %"
		}
		rows = append(rows, []string{points.Labels[i], number(points.X[i]), quantity(points.Y[i], "FLOP/s"), by, reached})
	}
	columns := []string{"", "FLOP/byte", "rate", "limit", "reached"}
	p.c.Table = limited(columns, rows)
	p.text.table(&Table{columns, rows})
	for _, r := range peaks {
		p.text.line("%s: %s", plain(r.Name), quantity(r.Rate, "FLOP/s"))
	}
	for _, r := range widths {
		p.text.line("%s: %s", plain(r.Name), quantity(r.Rate, "B/s"))
	}
}
