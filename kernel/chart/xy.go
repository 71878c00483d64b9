package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// dashes tell lines apart where colours cannot, symbols points.
var (
	dashes  = []string{"solid", "dashed", "dotted"}
	symbols = []string{"circle", "rect", "triangle", "diamond", "roundRect", "pin"}
)

// maxSeries is how many series a chart shows.
const maxSeries = 24

// tidySeries takes the points out that have no place on the axes, in order of
// x if byX, and counts them.
func tidySeries(all []Series, logX, logY, byX bool) (kept []Series, lost int) {
	ok := axis{}
	okX, okY := axis{log: logX}, axis{log: logY}
	for _, s := range all {
		n := min(len(s.X), len(s.Y))
		lost += max(len(s.X), len(s.Y)) - n
		t := Series{Name: s.Name}
		order := make([]int, 0, n)
		for i := range n {
			if okX.drawable(s.X[i]) && okY.drawable(s.Y[i]) {
				order = append(order, i)
			}
		}
		lost += n - len(order)
		rising := slices.IsSortedFunc(order, func(a, b int) int { return cmpFloat(s.X[a], s.X[b]) })
		if byX && !rising {
			slices.SortStableFunc(order, func(a, b int) int { return cmpFloat(s.X[a], s.X[b]) })
		}
		for _, i := range order {
			t.X, t.Y = append(t.X, s.X[i]), append(t.Y, s.Y[i])
			if len(s.Low) > 0 && len(s.High) > 0 {
				lo, hi := s.Y[i], s.Y[i]
				if i < len(s.Low) && i < len(s.High) && ok.drawable(s.Low[i]) && ok.drawable(s.High[i]) {
					lo, hi = s.Low[i], s.High[i]
				}
				t.Low, t.High = append(t.Low, lo), append(t.High, hi)
			}
			if len(s.Labels) > 0 {
				l := ""
				if i < len(s.Labels) {
					l = s.Labels[i]
				}
				t.Labels = append(t.Labels, l)
			}
		}
		kept = append(kept, t)
	}
	return kept, lost
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// pick keeps the points with these indices.
func (s Series) pick(keep []int) Series {
	t := Series{Name: s.Name}
	for _, i := range keep {
		t.X, t.Y = append(t.X, s.X[i]), append(t.Y, s.Y[i])
		if s.Low != nil {
			t.Low, t.High = append(t.Low, s.Low[i]), append(t.High, s.High[i])
		}
		if s.Labels != nil {
			t.Labels = append(t.Labels, s.Labels[i])
		}
	}
	return t
}

// dash is the dash of the i-th line: with the colour, of which there are six, it
// is another one for each of 18 lines.
func dash(i int) string { return dashes[(i/2+i/6)%len(dashes)] }

// An xyChart is what Lines, Sweep, Memory and Scatter have in common.
type xyChart struct {
	p        *plot
	series   []Series // as drawn
	whole    []Series // all points that can be drawn
	x, y     *axis
	dots     bool // a dot at each point
	lines    bool
	area     int // how many series, from the first, are filled
	step     bool
	marks    []Mark
	regions  []Region
	diagonal bool
}

// newXY prepares series for drawing: lost points are noted, long series thinned.
func newXY(p *plot, all []Series, xName, xUnit string, logX bool, yName, yUnit string, logY, lines bool) *xyChart {
	c := &xyChart{p: p, lines: lines}
	if len(all) > maxSeries {
		p.note(fmt.Sprintf("the first %d of %d series", maxSeries, len(all)))
		all = all[:maxSeries]
	}
	// an axis without a positive value is linear whatever was asked for
	logX = logX && anyPositive(all, func(s Series) []float64 { return s.X })
	logY = logY && anyPositive(all, func(s Series) []float64 { return s.Y })
	var lost int
	c.whole, lost = tidySeries(all, logX, logY, lines)
	p.lost(lost)
	c.x, c.y = newAxis(xName, xUnit, logX), newAxis(yName, yUnit, logY)
	total, shown := 0, 0
	for _, s := range c.whole {
		c.x.extend(s.X)
		c.y.extend(s.Y, s.Low, s.High)
		n := len(all)
		if s.Low != nil { // two more lines
			n *= 3
		}
		keep := thin(s.X, s.Y, share(n))
		if !lines {
			keep = some(len(s.X), maxDots/len(all))
		}
		t := s.pick(keep)
		c.series = append(c.series, t)
		total, shown = total+len(s.X), shown+len(t.X)
	}
	if shown < total && lines {
		p.note(fmt.Sprintf("%d of %d points drawn, those that keep the shape", shown, total))
	} else if shown < total {
		p.note(fmt.Sprintf("%d of %d points drawn, chosen at random", shown, total))
	}
	return c
}

func anyPositive(all []Series, of func(Series) []float64) bool {
	for _, s := range all {
		for _, v := range of(s) {
			if v >= leastLog && v <= mostLog {
				return true
			}
		}
	}
	return false
}

// chart draws the series.
func (c *xyChart) chart() *Chart {
	p := c.p
	if c.x.blank() || c.y.blank() {
		return p.empty()
	}
	c.x.fit()
	c.y.fit()
	if !c.x.log && c.lines {
		c.x.tightest()
	}
	for i, s := range c.series {
		c.one(i, s)
	}
	p.xy(c.x, c.y, 20)
	if len(c.marks)+len(c.regions) > 0 {
		g := p.c.Option["grid"].(obj)
		g["top"] = g["top"].(int) + 12
	}
	c.table()
	return p.chart()
}

// leaning has the labels of points further right stand at their left, where
// there is room also in a narrow page.
func leaning(x *axis, points list) list {
	for i, p := range points {
		at := p.(list)[0].(float64)
		place := (at - x.min) / (x.max - x.min)
		if x.log {
			place = math.Log(at/x.min) / math.Log(x.max/x.min)
		}
		if place > 0.6 {
			points[i] = obj{"value": p, "label": obj{"position": "left"}}
		}
	}
	return points
}

// one puts a series in, with its intervals, and the first also the marks.
func (c *xyChart) one(i int, s Series) {
	color := "@" + strconv.Itoa(i%6)
	dots := c.dots || len(s.X) == 1
	name := s.Name
	if name == "" && len(c.series) > 1 {
		name = nameOf("", i)
	}
	o := obj{
		"name": name, "data": pairs(c.x, c.y, s.X, s.Y), "itemStyle": obj{"color": color},
		"tooltip": obj{"formatter": fn("tip", list{c.x.dim(0, ""), c.y.dim(1, "")})},
	}
	if name == "" {
		delete(o, "name")
	}
	if c.lines {
		o["type"], o["lineStyle"] = "line", obj{"width": 2, "type": dash(i), "color": color}
		o["showSymbol"], o["symbol"], o["symbolSize"] = dots, symbols[i%len(symbols)], 6
		if c.step {
			o["step"] = "end"
		}
		if i < c.area {
			o["areaStyle"] = obj{"opacity": 0.18, "color": color}
		}
	} else {
		size := 8.0
		if len(s.X) > 150 {
			size = 4
		}
		o["type"], o["symbol"], o["symbolSize"] = "scatter", symbols[i%len(symbols)], size
		o["itemStyle"] = obj{"color": color, "opacity": 0.75}
	}
	if len(s.Labels) > 0 {
		texts := make([]string, len(s.Labels))
		for k, l := range s.Labels {
			texts[k] = shorten(plain(l), 32)
		}
		o["label"] = obj{"show": true, "position": "right", "fontSize": 11, "color": "@text", "formatter": fn("texts", texts)}
		o["labelLayout"] = obj{"hideOverlap": true, "moveOverlap": "shiftY"}
		o["data"] = leaning(c.x, o["data"].(list))
	}
	if i == 0 {
		c.markings(o)
	}
	c.p.add(o)
	if s.Low == nil {
		return
	}
	if data := intervals(c.x, c.y, s); len(data) > 40 {
		band := errorBars(list{data[0]}, color)
		band["renderItem"], band["z"] = fn("band", data), 1
		c.p.series = append(c.p.series, band)
	} else if len(data) > 0 {
		c.p.series = append(c.p.series, errorBars(data, color))
	}
}

// markings puts lines and areas that have names into a series.
func (c *xyChart) markings(o obj) {
	var lines, areas list
	for _, m := range c.marks {
		if at, ok := c.x.at(m.At).(float64); ok && at >= c.x.min && at <= c.x.max {
			lines = append(lines, obj{"xAxis": at, "name": plain(m.Name)})
		}
	}
	if c.diagonal {
		lo, hi := max(c.x.min/c.x.scale.factor, c.y.min/c.y.scale.factor), min(c.x.max/c.x.scale.factor, c.y.max/c.y.scale.factor)
		if lo < hi {
			lines = append(lines, list{
				obj{"coord": list{c.x.at(lo), c.y.at(lo)}, "name": "equal", "symbol": "none", "label": obj{"show": false}},
				obj{"coord": list{c.x.at(hi), c.y.at(hi)}, "symbol": "none", "label": obj{"show": false}},
			})
		}
	}
	if len(lines) > 0 {
		o["markLine"] = obj{
			"symbol": "none", "silent": true, "animation": false, "data": lines, "lineStyle": obj{"type": "dashed", "color": "@muted", "width": 1},
			"label": obj{"formatter": "{b}", "fontSize": 11, "color": "@muted", "distance": 4}, "labelLayout": obj{"hideOverlap": true},
		}
	}
	for i, r := range c.regions {
		from, okFrom := c.x.at(r.From).(float64)
		to, okTo := c.x.at(r.To).(float64)
		if !okFrom || !okTo {
			continue
		}
		from, to = max(from, c.x.min), min(to, c.x.max)
		if from >= to {
			continue
		}
		width := float64(c.p.c.Width) * 0.85 * (to - from) / (c.x.max - c.x.min)
		areas = append(areas, list{
			obj{"xAxis": from, "name": cutPixels(plain(r.Name), 11, width), "itemStyle": obj{"color": "@text", "opacity": 0.04 + 0.05*float64(i%2)}},
			obj{"xAxis": to},
		})
	}
	if len(areas) > 0 {
		o["markArea"] = obj{"silent": true, "animation": false, "data": areas, "label": obj{"position": "insideTop", "fontSize": 11, "color": "@muted", "distance": 4}}
	}
}

// table is the table of the points, and the text with it.
func (c *xyChart) table() {
	columns := []string{or(c.x.name, "x")}
	if len(c.whole) == 1 {
		s := c.whole[0]
		columns = append(columns, or(s.Name, c.y.name, "y"))
		if s.Low != nil {
			columns = append(columns, "interval")
		}
		var rows [][]string
		for _, i := range spread(len(s.X), tableRows-1) {
			row := []string{c.cell(c.x, s.X[i], s.Labels, i), quantity(s.Y[i], c.y.base)}
			if s.Low != nil {
				row = append(row, quantity(s.Low[i], c.y.base)+" … "+quantity(s.High[i], c.y.base))
			}
			rows = append(rows, row)
		}
		if len(rows) < len(s.X) {
			rows = append(rows, []string{fmt.Sprintf("%d of %d points", len(rows), len(s.X))})
		}
		c.p.c.Table = &Table{columns, rows}
		c.p.text.table(c.p.c.Table)
		c.sketch(s)
		return
	}
	c.p.c.Table = c.joined(columns)
	c.p.text.table(c.p.c.Table)
}

func (c *xyChart) cell(a *axis, v float64, labels []string, i int) string {
	text := quantity(v, a.base)
	if i < len(labels) && labels[i] != "" {
		text += " " + labels[i]
	}
	return text
}

// joined has a column for each series where they share their x, and else a line
// for each series.
func (c *xyChart) joined(columns []string) *Table {
	var xs []float64
	for _, s := range c.whole {
		xs = append(xs, s.X...)
		if len(xs) > 4*tableRows*len(c.whole) {
			break
		}
	}
	xs = slices.Compact(sorted(xs))
	if len(xs) > tableRows || len(c.whole) > 8 {
		var rows [][]string
		for i, s := range c.whole {
			if len(s.X) == 0 {
				rows = append(rows, []string{nameOf(s.Name, i), "0", "–", "–", "–", "–"})
				continue
			}
			rows = append(rows, []string{
				nameOf(s.Name, i), strconv.Itoa(len(s.X)),
				quantity(slices.Min(s.X), c.x.base) + " … " + quantity(slices.Max(s.X), c.x.base),
				quantity(s.Y[0], c.y.base), quantity(slices.Min(s.Y), c.y.base) + " … " + quantity(slices.Max(s.Y), c.y.base), quantity(s.Y[len(s.Y)-1], c.y.base),
			})
		}
		return limited([]string{"", "points", or(c.x.name, "x"), "first " + or(c.y.name, "y"), "range", "last"}, rows)
	}
	for i, s := range c.whole {
		columns = append(columns, nameOf(s.Name, i))
	}
	var rows [][]string
	for _, x := range xs {
		row := []string{quantity(x, c.x.base)}
		for _, s := range c.whole {
			text := "–"
			if i := slices.Index(s.X, x); i >= 0 {
				text = c.cell(c.y, s.Y[i], s.Labels, i)
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	return limited(columns, rows)
}

// sketch is a curve of bars, for a single series.
func (c *xyChart) sketch(s Series) {
	if len(s.X) < 3 || c.y.log || slices.Min(s.Y) < 0 {
		return
	}
	most := slices.Max(s.Y)
	for _, i := range spread(len(s.X), 16) {
		c.p.text.line("%12s  %s", quantity(s.X[i], c.x.base), bar(s.Y[i], most))
	}
}
