package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// HeatMapData is what HeatMap draws.
type HeatMapData struct {
	Title, Note string
	Name, Unit  string      // of the values
	Values      [][]float64 // Values[row][column]; row 0 is at the top
	X, XUnit    string
	Y, YUnit    string
	// XLow…YHigh are the values at the outer edges of the first and last
	// column and row; both 0: columns and rows are counted from 0.
	XLow, XHigh, YLow, YHigh float64
	// Columns and Rows are names instead of positions.
	Columns, Rows []string
	Log           bool // colours by the logarithm
}

// heatCells is how many cells are drawn one by one.
const heatCells = 400

// HeatMap shows a matrix by colour (viridis). Up to 400 cells are drawn with
// their figures; more become a picture, made smaller by averaging where it
// would be too large for a notebook.
func HeatMap(d HeatMapData) *Chart {
	p := begin(d.Title, d.Note)
	rows, columns := len(d.Values), 0
	for _, r := range d.Values {
		columns = max(columns, len(r))
	}
	z := newAxis(d.Name, d.Unit, d.Log, d.Values...)
	lost := 0
	for _, r := range d.Values {
		for _, v := range r {
			if !z.drawable(v) {
				lost++
			}
		}
	}
	p.lost(lost)
	if rows*columns == 0 || z.blank() {
		return p.empty()
	}
	z.fit()
	if !z.log && z.hi > z.lo {
		z.tight(z.lo*z.scale.factor, z.hi*z.scale.factor)
	}
	h := &heat{HeatMapData: d, p: p, z: z, rows: rows, columns: columns}
	if rows*columns <= heatCells {
		h.cells()
	} else {
		h.image()
	}
	h.bar()
	h.table()
	return p.chart()
}

// A heat is a heat map in the making.
type heat struct {
	HeatMapData
	p             *plot
	z             *axis
	rows, columns int
	grid          obj
	xAxis, yAxis  obj
}

// shade is the place of v in the ramp, 0…1, NaN for no colour.
func (h *heat) shade(v float64) float64 {
	if !h.z.drawable(v) {
		return math.NaN()
	}
	v *= h.z.scale.factor
	if h.z.log {
		return math.Log(v/h.z.min) / math.Log(h.z.max/h.z.min)
	}
	if h.z.max == h.z.min {
		return 0.5
	}
	return v/(h.z.max-h.z.min) - h.z.min/(h.z.max-h.z.min)
}

// value is that of a cell, NaN where the row is shorter.
func (h *heat) value(row, column int) float64 { return at(h.Values[row], column) }

// numbered are names for all places: those given, and numbers beyond.
func numbered(given []string, n int, lo, hi float64) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strconv.Itoa(i)
		if lo != hi {
			all[i] = number(significant(lo+(hi-lo)*(float64(i)+0.5)/float64(n), 4))
		}
	}
	copy(all, given)
	return all
}

// cells draws each cell, with its figure where it fits.
func (h *heat) cells() {
	p := h.p
	rowNames, columnNames := numbered(h.Rows, h.rows, h.YLow, h.YHigh), numbered(h.Columns, h.columns, h.XLow, h.XHigh)
	var data list
	var texts, tipTexts []string
	for r := range h.rows {
		for c := range h.columns {
			v := h.value(r, c)
			item := list{c, r, h.z.at(v), nil}
			text := "n/a"
			if t := h.shade(v); !math.IsNaN(t) {
				item[3] = significant(t, 4)
				text = number(significant(v*h.z.scale.factor, 4))
			}
			data, texts = append(data, item), append(texts, text)
			tipTexts = append(tipTexts, columnNames[c]+", "+rowNames[r]+"\n"+quantity(v, h.Unit))
		}
	}
	p.series = append(p.series, obj{
		"type": "custom", "renderItem": fn("cell", texts), "encode": obj{"x": 0, "y": 1}, "data": data, "xAxisIndex": 0, "yAxisIndex": 0,
		"tooltip": obj{"formatter": fn("tipTexts", tipTexts)},
	})
	top := p.top()
	left := int(widest(rowNames, 180)) + 20
	if h.Y != "" {
		left += 22
	}
	p.c.Height = top + nameHeight + tickHeight + min(max(h.rows*30, 90), 480)
	h.grid = obj{"left": left, "right": 104, "top": top, "bottom": nameHeight + tickHeight}
	h.xAxis = lying(columnNames, float64(p.c.Width-left-104)/float64(h.columns)-4)
	delete(h.xAxis, "inverse")
	h.yAxis = lying(rowNames, 180)
	h.xAxis["axisLine"] = obj{"show": false}
	h.xAxis["name"], h.xAxis["nameLocation"], h.xAxis["nameGap"] = label(h.X, h.XUnit), "middle", 28
	h.yAxis["name"], h.yAxis["nameLocation"], h.yAxis["nameGap"] = label(h.Y, h.YUnit), "middle", left-20
	for _, a := range []obj{h.xAxis, h.yAxis} {
		a["axisLabel"].(obj)["hideOverlap"] = true
	}
}

// image draws the matrix as a picture between two axes of figures.
func (h *heat) image() {
	p := h.p
	url, w, ht := picture(h)
	if w < h.columns || ht < h.rows {
		p.note(fmt.Sprintf("%d × %d values averaged to %d × %d", h.columns, h.rows, w, ht))
	}
	x := h.positions(h.X, h.XUnit, h.XLow, h.XHigh, h.columns)
	y := h.positions(h.Y, h.YUnit, h.YLow, h.YHigh, h.rows)
	h.xAxis, h.yAxis = x.option(), y.option()
	falling := h.XLow > h.XHigh
	h.xAxis["inverse"] = falling
	h.yAxis["inverse"] = h.YLow <= h.YHigh // row 0 is at the top
	nameTicks(h.xAxis, h.Columns, h.columns, 12)
	nameTicks(h.yAxis, h.Rows, h.rows, 20)
	p.series = append(p.series, obj{
		"type": "custom", "renderItem": fn("image", url, x.min, y.min, x.max, y.max, float64(w)/float64(ht)), "encode": obj{"x": 0, "y": 1}, "data": list{list{x.min, y.min}},
		"silent": true, "tooltip": obj{"show": false}, "clip": true, "xAxisIndex": 0, "yAxisIndex": 0,
	})
	top := p.top()
	left := int(y.labelWidth()) + 22
	if len(h.Rows) > 0 {
		left = int(widest(h.Rows, 120)) + 22
	}
	if h.Y != "" {
		left += 20
	}
	// The shape of the matrix is kept where it is neither very flat nor very high.
	width := p.c.Width - left - 104
	height := min(max(int(float64(width)*float64(h.rows)/float64(h.columns)), 160), 460)
	p.c.Height = top + nameHeight + tickHeight + height
	h.grid = obj{"left": left, "right": 104, "top": top, "bottom": nameHeight + tickHeight}
	h.xAxis["nameGap"], h.yAxis["nameGap"] = 28, left-26
	h.xAxis["splitLine"], h.yAxis["splitLine"] = obj{"show": false}, obj{"show": false}
	h.xAxis["axisLine"], h.yAxis["axisLine"] = obj{"onZero": false}, obj{"onZero": false}
}

// positions is an axis over the columns or rows.
func (h *heat) positions(name, unit string, lo, hi float64, n int) *axis {
	if lo == hi || math.IsNaN(lo+hi) || math.IsInf(lo+hi, 0) {
		lo, hi = 0, float64(n)
	}
	a := newAxis(name, unit, false, []float64{lo, hi})
	a.binary = false
	a.fit()
	return a.tight(a.lo*a.scale.factor, a.hi*a.scale.factor)
}

// nameTicks has names instead of figures at an axis, at most limit of them.
func nameTicks(o obj, names []string, n, limit int) {
	if len(names) == 0 {
		return
	}
	var ticks list
	var shown []string
	for _, i := range spread(n, limit) {
		name := strconv.Itoa(i)
		if i < len(names) {
			name = names[i]
		}
		ticks, shown = append(ticks, float64(i)+0.5), append(shown, shorten(plain(name), 18))
	}
	o["axisTick"] = obj{"customValues": ticks}
	o["axisLabel"] = obj{"customValues": ticks, "hideOverlap": true, "formatter": fn("named", ticks, shown)}
}

// bar adds the ramp of colours at the right, with its axis.
func (h *heat) bar() {
	ramp := h.z.option()
	ramp["gridIndex"], ramp["position"], ramp["splitLine"] = 1, "right", obj{"show": false}
	ramp["nameGap"], ramp["nameRotate"] = min(int(h.z.labelWidth())+16, 62), 90
	ramp["axisLine"] = obj{"show": false}
	second := obj{"right": 78, "width": 14, "top": h.grid["top"], "bottom": h.grid["bottom"]}
	h.p.c.Option["grid"] = list{h.grid, second}
	h.p.c.Option["xAxis"] = list{h.xAxis, obj{"type": "value", "gridIndex": 1, "min": 0, "max": 1, "show": false}}
	h.p.c.Option["yAxis"] = list{h.yAxis, ramp}
	h.p.series = append(h.p.series, obj{
		"type": "custom", "renderItem": fn("image", rampURL(), 0, h.z.min, 1, h.z.max, 1.0/32), "encode": obj{"x": 0, "y": 1}, "data": list{list{0, h.z.min}},
		"xAxisIndex": 1, "yAxisIndex": 1, "silent": true, "tooltip": obj{"show": false},
	})
}

// table is the matrix itself where it is small, and else what it is like.
func (h *heat) table() {
	t := &h.p.text
	if h.rows < tableRows && h.columns <= 12 {
		tab := &Table{Columns: append([]string{""}, numbered(h.Columns, h.columns, h.XLow, h.XHigh)...)}
		names := numbered(h.Rows, h.rows, h.YLow, h.YHigh)
		for r := range h.rows {
			row := []string{names[r]}
			for c := range h.columns {
				row = append(row, quantity(h.value(r, c), h.Unit))
			}
			tab.Rows = append(tab.Rows, row)
		}
		h.p.c.Table = tab
		t.table(tab)
		return
	}
	n, sum := 0, 0.0
	for r := range h.rows {
		for _, v := range h.Values[r] {
			if h.z.drawable(v) {
				n++
				sum += (v - sum) / float64(n)
			}
		}
	}
	h.p.c.Table = &Table{Columns: []string{"", or(h.Name, "value")}, Rows: [][]string{
		{"columns × rows", fmt.Sprintf("%d × %d", h.columns, h.rows)},
		{"least", quantity(h.z.lo, h.Unit)}, {"mean", quantity(sum, h.Unit)}, {"largest", quantity(h.z.hi, h.Unit)},
	}}
	t.table(h.p.c.Table)
	const ramp = " .:-=+*#%@"
	w, ht := min(h.columns, 64), min(h.rows, 20)
	small := h.reduced(w, ht)
	for r := range ht {
		var b strings.Builder
		for c := range w {
			if v := small[r*w+c]; math.IsNaN(v) {
				b.WriteByte('?')
			} else {
				b.WriteByte(ramp[min(max(int(v*float64(len(ramp))), 0), len(ramp)-1)])
			}
		}
		t.line("%s", strings.TrimRight(b.String(), " "))
	}
	t.line("%q from %s to %s", ramp, quantity(h.z.lo, h.Unit), quantity(h.z.hi, h.Unit))
}
