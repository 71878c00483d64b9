package chart

import (
	"fmt"
	"math"
	"strconv"
)

// BarsData is what Bars draws.
type BarsData struct {
	Title, Note string
	Name, Unit  string // of the values
	Categories  []string
	Series      []BarSeries
	Stacked     bool
	Log         bool // the axis of values is logarithmic; not when Stacked
	Upright     bool // bars stand; else they lie, which leaves room for long names
}

// A BarSeries has one value for each category; Low and High may be nil.
type BarSeries struct {
	Name              string
	Values, Low, High []float64
}

// barCategories is how many categories a chart of bars shows.
const barCategories = 60

// Bars compares values of categories.
func Bars(d BarsData) *Chart {
	p := begin(d.Title, d.Note)
	n := len(d.Categories)
	for _, s := range d.Series {
		n = max(n, len(s.Values))
	}
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	copy(names, d.Categories)
	series := d.Series
	if len(series) > maxSeries {
		p.note(fmt.Sprintf("the first %d of %d series", maxSeries, len(series)))
		series = series[:maxSeries]
	}
	limit := barCategories
	if !d.Stacked {
		limit = max(barCategories*3/2/max(len(series), 2), 4)
	}
	if n > limit {
		p.note(fmt.Sprintf("the first %d of %d", limit, n))
		n, names = limit, names[:limit]
	}
	v := newAxis(d.Name, d.Unit, d.Log && !d.Stacked)
	v.zero = true
	lost := 0
	up, down := make([]float64, n), make([]float64, n)
	for _, s := range series {
		for i := range n {
			x := at(s.Values, i)
			switch {
			case i >= len(s.Values):
			case !v.drawable(x):
				lost++
			case x > 0:
				up[i] += x
			default:
				down[i] += x
			}
		}
		v.extend(within(s.Values, n), within(s.Low, n), within(s.High, n))
	}
	if d.Stacked {
		v.extend(up, down)
	}
	p.lost(lost)
	if n == 0 || v.blank() {
		return p.empty()
	}
	if v.log && v.hi/v.lo < 3 { // room below the shortest
		v.lo /= 3
	}
	v.fit()
	// Figures stand at the ends of bars that have room for them and no interval.
	figures := !d.Stacked && n*len(series) <= 30 && (!d.Upright || n*len(series) <= 12)
	for _, s := range series {
		figures = figures && s.Low == nil
	}
	longest := 0.0
	for k, s := range series {
		data, texts := make(list, n), make([]string, n)
		for i := range n {
			data[i] = v.at(at(s.Values, i))
			if data[i] != nil {
				texts[i] = quantity(s.Values[i], d.Unit)
				longest = max(longest, textWidth(texts[i], 11))
			}
		}
		name := s.Name
		if name == "" && len(series) > 1 {
			name = nameOf("", k)
		}
		color := "@" + strconv.Itoa(k%6)
		o := obj{"name": name, "type": "bar", "data": data, "barMaxWidth": 26, "barGap": "15%", "barCategoryGap": "20%",
			"itemStyle": obj{"color": color}, "tooltip": obj{"formatter": fn("tipTexts", tips(names, name, texts))}}
		if name == "" {
			delete(o, "name")
		}
		if k >= 6 { // a second round of colours: told apart by a pattern
			o["itemStyle"] = obj{"color": color, "decal": obj{"symbol": "rect", "dashArrayX": list{1, 0}, "dashArrayY": list{2, 5}, "rotation": -0.6}}
		}
		if d.Stacked {
			o["stack"] = "all"
		} else if len(series) == 1 {
			o["barWidth"] = "60%"
		}
		if figures {
			side := "right"
			if d.Upright {
				side = "top"
			}
			o["label"] = obj{"show": true, "position": side, "fontSize": 11, "color": "@text", "formatter": fn("texts", texts)}
		}
		p.add(o)
		p.capped(d, v, s, k, len(series), n)
	}
	if !figures {
		longest = 0
	}
	p.bars(d, v, names, n*max(1, len(series)), longest)
	p.barTable(d, series, names)
	return p.chart()
}

// capped adds the intervals of a series of bars.
func (p *plot) capped(d BarsData, v *axis, s BarSeries, k, of, n int) {
	var data list
	for i := range min(n, len(s.Low), len(s.High)) {
		lo, hi := v.at(s.Low[i]), v.at(s.High[i])
		if lo == nil && v.log && s.Low[i] <= 0 {
			lo = v.min
		}
		if lo != nil && hi != nil {
			data = append(data, list{i, lo, hi, k, of, 26})
		}
	}
	if len(data) == 0 || d.Stacked {
		return
	}
	encode := obj{"y": 0, "x": list{1, 2}}
	if d.Upright {
		encode = obj{"x": 0, "y": list{1, 2}}
	}
	p.series = append(p.series, obj{"type": "custom", "renderItem": fn("capped", d.Upright), "encode": encode, "data": data, "z": 5, "silent": true, "tooltip": obj{"show": false}})
}

// bars puts the axes of a chart of bars in.
func (p *plot) bars(d BarsData, v *axis, names []string, count int, longest float64) {
	top := p.top()
	vo := v.option()
	if d.Upright {
		vo["nameGap"] = int(v.labelWidth()) + 16
		room := float64(p.c.Width-90)/float64(max(len(names), 1)) - 8
		bottom := tickHeight + 8
		xo := lying(names, room)
		delete(xo, "inverse")
		xo["axisLine"] = obj{"show": true}
		if widest(names, 1000) > room && room < 60 { // too many to stand side by side
			label := xo["axisLabel"].(obj)
			label["rotate"], label["width"] = 40, 90
			bottom += int(widest(names, 90) * 0.65)
		}
		p.c.Option["grid"] = obj{"left": int(v.labelWidth()) + 42, "right": 20, "top": top + 6, "bottom": bottom}
		p.c.Option["xAxis"], p.c.Option["yAxis"] = xo, vo
		return
	}
	rows := len(names) * 34
	if !d.Stacked {
		rows = max(rows, count*22+len(names)*8)
	}
	p.c.Height = top + nameHeight + tickHeight + max(rows, 60)
	vo["nameGap"] = 28
	p.c.Option["grid"] = obj{"left": int(widest(names, 220)) + 24, "right": int(max(longest+16, 28)), "top": top, "bottom": nameHeight + tickHeight}
	p.c.Option["xAxis"], p.c.Option["yAxis"] = vo, lying(names, 220)
}

func (p *plot) barTable(d BarsData, series []BarSeries, names []string) {
	columns := []string{""}
	most := 0.0
	for k, s := range series {
		if len(series) == 1 {
			columns = append(columns, or(s.Name, d.Name, "value"))
		} else {
			columns = append(columns, nameOf(s.Name, k))
		}
		for i := range names {
			if x := at(s.Values, i); !math.IsInf(x, 0) && x > most {
				most = x
			}
		}
	}
	var rows [][]string
	for i, name := range names {
		row := []string{name}
		for _, s := range series {
			cell := quantity(at(s.Values, i), d.Unit)
			if i < len(s.Low) && i < len(s.High) {
				cell += " (" + quantity(s.Low[i], d.Unit) + " … " + quantity(s.High[i], d.Unit) + ")"
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	p.c.Table = limited(columns, rows)
	p.text.table(&Table{columns, rows})
	if len(series) == 1 {
		for i, name := range names {
			p.text.line("%-20s %s", shorten(plain(name), 20), bar(at(series[0].Values, i), most))
		}
	}
}

// at is v[i], NaN beyond the end.
func at(v []float64, i int) float64 {
	if i < len(v) {
		return v[i]
	}
	return math.NaN()
}

// tips are tooltips of the form "name, series: value".
func tips(names []string, series string, texts []string) []string {
	out := make([]string, len(texts))
	for i := range texts {
		out[i] = shorten(names[i], 60)
		if series != "" {
			out[i] += "\n" + series + ":"
		}
		out[i] += " " + texts[i]
	}
	return out
}
