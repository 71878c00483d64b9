package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// BoxData is what Box draws.
type BoxData struct {
	Title, Note string
	Name, Unit  string // of the values; both "": "time" in "s"
	Groups      []Samples
	Linear      bool // never a logarithmic axis; else by the spread of the values
}

// boxGroups is how many groups are shown side by side.
const boxGroups = 24

// groups prepares samples: at most boxGroups groups, sorted, without what is no
// number.
func (p *plot) groups(all []Samples) (names []string, values [][]float64) {
	if len(all) > boxGroups {
		p.note(fmt.Sprintf("the first %d of %d groups", boxGroups, len(all)))
		all = all[:boxGroups]
	}
	lost, least, most := 0, math.MaxInt, 0
	for i, g := range all {
		v, n := finite(g.Values)
		lost += n
		slices.Sort(v)
		names, values = append(names, or(g.Name, strconv.Itoa(i+1))), append(values, v)
		least, most = min(least, len(v)), max(most, len(v))
	}
	if most > 0 && least == most {
		p.note(fmt.Sprintf("%d samples each", most))
	} else if most > 0 {
		p.note(fmt.Sprintf("%d to %d samples", least, most))
	}
	p.lost(lost)
	return names, values
}

// Box shows for each group its quartiles as a box, whiskers to the last sample
// within 1.5 interquartile ranges (Tukey 1977), and every sample as a dot.
func Box(d BoxData) *Chart {
	if d.Name == "" && d.Unit == "" {
		d.Name, d.Unit = "time", "s"
	}
	p := begin(d.Title, "box: quartiles, whiskers: 1.5 interquartile ranges, dots: samples")
	p.note(d.Note)
	names, values := p.groups(d.Groups)
	y := newAxis(d.Name, d.Unit, false, values...)
	if !d.Linear {
		y = newLogOrLinear(d.Name, d.Unit, 20, values...)
	}
	if y.blank() {
		return p.empty()
	}
	y.fit()
	boxes, dots := list{}, list{}
	limit, fewer := share(len(values)), false
	for i, v := range values {
		if len(v) == 0 {
			boxes = append(boxes, list{})
			continue
		}
		b := boxOf(v)
		boxes = append(boxes, list{y.at(b.low), y.at(b.q1), y.at(b.median), y.at(b.q3), y.at(b.high)})
		keep := spread(len(v), limit)
		fewer = fewer || len(keep) < len(v)
		for k, n := range keep {
			// a low-discrepancy shift to the side (golden ratio), the same each time
			side := math.Mod(float64(k)*0.6180339887498949, 1) - 0.5
			dots = append(dots, list{significant(float64(i)+0.46*side, 4), y.at(v[n])})
		}
	}
	if fewer {
		p.note(fmt.Sprintf("%d samples of each drawn", limit))
	}
	p.series = append(p.series,
		obj{"type": "scatter", "xAxisIndex": 1, "symbolSize": 4, "itemStyle": obj{"color": "@5", "opacity": 0.6}, "data": dots, "silent": true, "tooltip": obj{"show": false}},
		obj{"type": "boxplot", "boxWidth": list{12, 56}, "data": boxes, "z": 3,
			"tooltip": obj{"formatter": fn("tipTexts", boxTips(names, values, d.Unit))}})
	p.grouped(y, names)
	second := obj{"type": "value", "min": -0.5, "max": float64(len(names)) - 0.5, "show": false}
	p.c.Option["xAxis"] = list{p.c.Option["xAxis"], second}
	p.groupTable(names, values, d.Unit)
	return p.chart()
}

// grouped puts a vertical axis of figures and a horizontal one of names in.
func (p *plot) grouped(y *axis, names []string) {
	top := p.top()
	left := int(y.labelWidth()) + 42
	xo := lying(names, float64(p.c.Width-left-20)/float64(len(names))-6)
	delete(xo, "inverse")
	xo["axisLine"] = obj{"show": true, "onZero": false}
	yo := y.option()
	yo["nameGap"] = int(y.labelWidth()) + 16
	yo["axisLine"] = obj{"onZero": false}
	p.c.Option["grid"] = obj{"left": left, "right": 20, "top": top, "bottom": tickHeight + 10}
	p.c.Option["xAxis"], p.c.Option["yAxis"] = xo, yo
}

func boxTips(names []string, values [][]float64, unit string) []string {
	var out []string
	for i, v := range values {
		text := names[i]
		if len(v) > 0 {
			b := boxOf(v)
			text += fmt.Sprintf("\nmedian %s\nquartiles %s … %s\nrange %s … %s\n%d samples", quantity(b.median, unit),
				quantity(b.q1, unit), quantity(b.q3, unit), quantity(b.least, unit), quantity(b.most, unit), b.n)
		}
		out = append(out, text)
	}
	return out
}

// groupTable is the table and the text of charts of groups.
func (p *plot) groupTable(names []string, values [][]float64, unit string) {
	var rows [][]string
	most := 0.0
	for i, v := range values {
		if len(v) == 0 {
			rows = append(rows, []string{names[i], "n/a", "", "", "", "", "0"})
			continue
		}
		b := boxOf(v)
		rows = append(rows, []string{names[i], quantity(b.median, unit), quantity(b.q1, unit), quantity(b.q3, unit), quantity(b.least, unit), quantity(b.most, unit), strconv.Itoa(b.n)})
		most = max(most, b.median)
	}
	columns := []string{"", "median", "lower quartile", "upper quartile", "least", "largest", "samples"}
	p.c.Table = limited(columns, rows)
	p.text.table(&Table{columns, rows})
	for i, v := range values {
		if len(v) > 0 {
			p.text.line("%-20s %s", shorten(plain(names[i]), 20), bar(boxOf(v).median, most))
		}
	}
}
