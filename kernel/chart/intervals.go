package chart

import (
	"fmt"
	"math"
	"strings"
)

// IntervalsData is what Intervals draws.
type IntervalsData struct {
	Title, Note string
	Name        string // of what is compared; "" is "time" for seconds, "value" otherwise
	Unit        string // "" is "s"
	Rows        []Interval
	// Confidence is that of the intervals, 0.95 for 95 %; 0 is 0.95.
	Confidence float64
	HigherGood bool // more is better, such as a throughput
}

// An Interval is a row of a comparison: a dot at Center, a line from Low to
// High, and a text at the right end, such as "1.34× faster". Low and High that
// are both 0 stand for an interval that is not known.
type Interval struct {
	Name              string
	Center, Low, High float64
	Verdict           string
	Samples           []float64 // drawn as small marks behind the interval; may be nil
}

// intervalRows is how many rows a comparison shows.
const intervalRows = 50

// Intervals compares rows by dot and interval. The axis is logarithmic where
// the largest is more than twenty times the smallest.
func Intervals(d IntervalsData) *Chart {
	unit := or(d.Unit, "s")
	name := d.Name
	if name == "" {
		name = "value"
		if unit == "s" {
			name = "time"
		}
	}
	p := begin(d.Title, fmt.Sprintf("dot: median, line: %s %% interval", number(100*orNumber(d.Confidence, 0.95))))
	if d.HigherGood {
		p.note("higher is better")
	} else {
		p.note("lower is better")
	}
	p.note(d.Note)
	rows, lost := d.Rows, 0
	if len(rows) > intervalRows {
		p.note(fmt.Sprintf("the first %d of %d rows", intervalRows, len(rows)))
		rows = rows[:intervalRows]
	}
	var values []float64
	for _, r := range rows {
		values = append(values, r.Center)
		if r.known() {
			values = append(values, r.Low, r.High)
		}
		if n := len(r.Samples); n > 0 && n*len(rows) <= maxPoints {
			values = append(values, r.Samples...)
		}
	}
	x := newLogOrLinear(name, unit, 20, values)
	if x.lo > 0 && x.hi < 4*x.lo { // bars would begin at 0; dots need not, where that would hide the difference
		x.zero = false
	} else {
		x.zero = true
	}
	x.fit()
	var data, marks list
	var names, verdicts []string
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, []string{r.Name, quantity(r.Center, unit), r.span(unit), r.Verdict})
		names, verdicts = append(names, r.Name), append(verdicts, "")
		if x.at(r.Center) == nil {
			lost++
			continue
		}
		item := list{x.at(r.Center), nil, nil, len(names) - 1}
		if r.known() {
			item[1], item[2] = x.at(r.Low), x.at(r.High)
		}
		data = append(data, item)
		text := quantity(r.Center, unit)
		if r.Verdict != "" {
			text += "\n" + shorten(r.Verdict, 44)
		}
		verdicts[len(data)-1] = text
		var ticks list
		if n := len(r.Samples); n*len(rows) <= maxPoints {
			for _, v := range r.Samples {
				if at := x.at(v); at != nil {
					ticks = append(ticks, at)
				}
			}
		}
		marks = append(marks, orEmpty(ticks))
	}
	p.lost(lost)
	if len(data) == 0 {
		return p.empty()
	}
	p.series = append(p.series, obj{
		"type": "custom", "renderItem": fn("interval", verdicts, marks), "encode": obj{"x": list{0, 1, 2}, "y": 3}, "data": data,
		"itemStyle": obj{"color": "@0"},
		"tooltip":   obj{"formatter": fn("tip", list{x.dim(0, ""), x.dim(1, "from"), x.dim(2, "to")}, names)},
	})
	top := p.top()
	p.c.Height = top + nameHeight + tickHeight + max(42*len(rows), 70)
	left, right := widest(names, 200), widest(strings.Split(strings.Join(verdicts, "\n"), "\n"), 260)
	p.c.Option["grid"] = obj{"left": int(left) + 24, "right": int(right) + 24, "top": top, "bottom": nameHeight + tickHeight}
	xo := x.option()
	xo["nameGap"] = 28
	p.c.Option["xAxis"] = xo
	yo := lying(names, 200)
	p.c.Option["yAxis"] = yo
	p.c.Table = limited([]string{"", name, "interval", ""}, cells)
	p.text.table(&Table{Columns: []string{"", name, "interval", ""}, Rows: cells})
	return p.chart()
}

// known says whether the interval is there.
func (r Interval) known() bool {
	return (r.Low != 0 || r.High != 0) && !math.IsNaN(r.Low) && !math.IsNaN(r.High)
}

// span writes the interval.
func (r Interval) span(unit string) string {
	if !r.known() {
		return "–"
	}
	return quantity(r.Low, unit) + " … " + quantity(r.High, unit)
}

// orNumber is v, or otherwise where v is 0.
func orNumber(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}
