package chart

import (
	"fmt"
	"math"
	"strconv"
)

// CacheLevelsData is what CacheLevels draws.
type CacheLevelsData struct {
	Title, Note string // say "simulated" in Note where the counts are
	Rows        []string
	Levels      []string    // nearest first: "L1", "L2", "L3", "memory"
	Counts      [][]float64 // Counts[row][level]: accesses that the level served
	Labels      []string    // written at the end of each bar; nil: accesses that reached the last level
}

// levelColors go from near to far.
var levelColors = []string{"@0", "@5", "@1", "@3", "@4", "@7"}

// CacheLevels shows which level of the memory hierarchy served how large a
// share of the accesses.
func CacheLevels(d CacheLevelsData) *Chart {
	p := begin(d.Title, "")
	p.note(d.Note)
	n := min(len(d.Counts), barCategories)
	levels := len(d.Levels)
	lost := 0
	shares := make([][]float64, n)
	var names, labels []string
	for i, counts := range d.Counts[:n] {
		sum := 0.0
		for k, c := range within(counts, levels) {
			if !(c >= 0) || math.IsInf(c, 0) {
				lost++
				counts = append([]float64(nil), counts...)
				counts[k] = 0
				continue
			}
			sum += c
		}
		shares[i] = make([]float64, levels)
		for k, c := range within(counts, levels) {
			if sum > 0 && c > 0 {
				shares[i][k] = 100 * c / sum
			}
		}
		name := strconv.Itoa(i + 1)
		if i < len(d.Rows) {
			name = d.Rows[i]
		}
		label := ""
		switch {
		case i < len(d.Labels):
			label = d.Labels[i]
		case d.Labels == nil && levels > 0 && len(counts) >= levels:
			label = count(counts[levels-1])
		}
		names, labels = append(names, name), append(labels, shorten(plain(label), 30))
	}
	if d.Labels == nil && levels > 0 {
		p.note("at the right: accesses that went to " + d.Levels[levels-1])
	}
	p.lost(lost)
	if n == 0 || levels == 0 {
		return p.empty()
	}
	x := newAxis("share of accesses", "%", false, []float64{0, 100}).fit()
	for k, level := range d.Levels {
		data := make(list, n)
		texts := make([]string, n)
		for i := range n {
			data[i] = significant(shares[i][k], 4)
			texts[i] = number(significant(shares[i][k], 4)) + " %, " + count(at(d.Counts[i], k)) + " accesses"
		}
		s := obj{"name": or(level, strconv.Itoa(k+1)), "type": "bar", "stack": "all", "barWidth": "58%", "barMaxWidth": 26, "data": data,
			"itemStyle": obj{"color": levelColors[k%len(levelColors)]},
			"tooltip":   obj{"formatter": fn("tipTexts", tips(names, level, texts))}}
		p.add(s)
	}
	// the text at the right hangs on an invisible bar, so that it is there when the last share is 0
	p.series = append(p.series, obj{"type": "bar", "stack": "all", "data": repeat(0, n), "silent": true, "tooltip": obj{"show": false},
		"label": obj{"show": true, "position": "right", "fontSize": 11, "color": "@text", "formatter": fn("texts", labels)}})
	top := p.top()
	p.c.Height = top + nameHeight + tickHeight + max(38*n, 60)
	p.c.Option["grid"] = obj{"left": int(widest(names, 200)) + 24, "right": int(widest(labels, 200)) + 28, "top": top, "bottom": nameHeight + tickHeight}
	xo := x.option()
	xo["nameGap"], xo["max"] = 28, 100.2 // rounded shares may add up to more than 100, and their text would be cut off with them
	p.c.Option["xAxis"], p.c.Option["yAxis"] = xo, lying(names, 200)
	columns := append([]string{""}, d.Levels...)
	var rows [][]string
	for i := range n {
		row := []string{names[i]}
		for k := range d.Levels {
			row = append(row, fmt.Sprintf("%s (%s %%)", count(at(d.Counts[i], k)), number(significant(shares[i][k], 3))))
		}
		rows = append(rows, row)
	}
	p.c.Table = limited(columns, rows)
	p.text.table(&Table{columns, rows})
	return p.chart()
}

// count writes a number of events: "16.8 M".
func count(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "n/a"
	case v >= 1e9:
		return number(v/1e9) + " G"
	case v >= 1e6:
		return number(v/1e6) + " M"
	case v >= 1e4:
		return number(v/1e3) + " k"
	}
	return number(v)
}

// repeat is a list of n times v.
func repeat(v any, n int) list {
	l := make(list, n)
	for i := range l {
		l[i] = v
	}
	return l
}
