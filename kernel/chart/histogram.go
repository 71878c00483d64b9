package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// HistogramData is what Histogram draws.
type HistogramData struct {
	Title string
	Note  string // added to the subtitle, such as "native, 100 loops per sample"
	Name  string // of what was measured, for the axis; "" is "time per loop" for seconds, "value" otherwise
	Unit  string // of the samples; "" is "s"
	// Samples are in the order in which they were taken: a strip below the
	// histogram shows it, so that a trend or a disturbance is seen.
	Samples []float64
	// Low and High are the interval of the median; both 0 if it is not known.
	Low, High float64
	// Flags says of some samples, by index, why they are suspect ("preempted").
	// They are drawn in another colour and shape. Single samples beyond
	// three interquartile ranges are labelled "outlier" without being told so.
	Flags map[int]string
	Bins  int // 0: chosen by the Freedman–Diaconis rule
}

// stripPoints is how many samples the strip shows.
const stripPoints = 400

// Histogram shows how samples are distributed: bars, the median with its
// interval, p95, and below them every sample in the order taken. Where single
// samples lie far out the axis ends before them, and a note says so.
func Histogram(d HistogramData) *Chart {
	unit := or(d.Unit, "s")
	name := d.Name
	if name == "" {
		name = "value"
		if unit == "s" {
			name = "time per loop"
		}
	}
	p := begin(d.Title, "")
	p.c.Height = 420
	values, lost := finite(d.Samples)
	if len(values) == 0 {
		p.note(d.Note)
		p.lost(lost)
		return p.empty()
	}
	s := sorted(values)
	median, p95 := quantile(s, 0.5), quantile(s, 0.95)
	if len(values) == 1 {
		p.note("1 sample")
	} else {
		p.note(fmt.Sprintf("%d samples, median %s", len(values), quantity(median, unit)))
	}
	if d.Low < d.High {
		p.note(fmt.Sprintf("interval %s to %s", quantity(d.Low, unit), quantity(d.High, unit)))
	}
	p.note(d.Note)
	p.lost(lost)

	flags := flagged(d, s)
	shown := s
	if q1, q3 := quantile(s, 0.25), quantile(s, 0.75); len(s) >= 20 && q3 > q1 {
		// the bulk decides about the width of the bars
		lo, _ := slices.BinarySearch(s, q1-8*(q3-q1))
		hi, _ := slices.BinarySearch(s, q3+8*(q3-q1))
		shown = s[lo:hi]
		if n := len(s) - len(shown); n > 0 {
			p.note(fmt.Sprintf("%d beyond the axis (up to %s)", n, quantity(s[len(s)-1], unit)))
		}
	}
	x := newAxis(name, unit, false, shown, []float64{shown[0], shown[len(shown)-1]}).fit()
	scaled := make([]float64, len(shown))
	for i, v := range shown {
		scaled[i] = v * x.scale.factor
	}
	edges, count := bins(scaled, d.Bins)
	most := slices.Max(count)
	x.extend([]float64{edges[0] / x.scale.factor, edges[len(edges)-1] / x.scale.factor})
	x.ticks = nil
	x.fit()
	x.tight(edges[0], edges[len(edges)-1])
	y := newAxis("samples", "", false, []float64{0, 1.04 * float64(most)})
	y.zero = true
	y.fit()

	p.histogram(d, x, y, edges, count, median, p95)
	p.strip(d, x, y, flags)
	p.histogramTable(x, s, edges, count, flags, unit)
	return p.chart()
}

// flagged is what is to be said of samples: the caller's words and our own.
func flagged(d HistogramData, s []float64) map[int]string {
	flags := map[int]string{}
	q1, q3 := quantile(s, 0.25), quantile(s, 0.75)
	low, high := q1-3*(q3-q1), q3+3*(q3-q1)
	below, _ := slices.BinarySearch(s, low)
	above, _ := slices.BinarySearch(s, high)
	// more than that are not outliers but a part of the distribution
	few := len(s) >= 8 && q3 > q1 && below+len(s)-above <= max(3, len(s)/40)
	for i, v := range d.Samples {
		if why, ok := d.Flags[i]; ok {
			flags[i] = or(why, "suspect")
		} else if few && (v > high || v < low) {
			flags[i] = "outlier"
		}
	}
	return flags
}

// histogram puts the bars and the marks in.
func (p *plot) histogram(d HistogramData, x, y *axis, edges []float64, count []int, median, p95 float64) {
	data := make(list, len(count))
	for i, n := range count {
		data[i] = list{edges[i], edges[i+1], n}
	}
	marks := list{obj{"name": "median", "xAxis": x.at(median), "label": obj{"formatter": "median"}}}
	if len(d.Samples) >= 20 && p95*x.scale.factor <= x.max {
		mark := obj{"name": "p95", "xAxis": x.at(p95), "label": obj{"formatter": "p95"}, "lineStyle": obj{"type": "dotted", "color": "@3", "width": 1.5}}
		if (p95-median)*x.scale.factor < (x.max-x.min)*0.1 { // its name would lie on the other
			mark["label"] = obj{"formatter": "p95", "align": "left"}
			marks[0].(obj)["label"] = obj{"formatter": "median", "align": "right"}
		}
		marks = append(marks, mark)
	}
	bars := obj{
		"type": "custom", "renderItem": fn("bin"), "encode": obj{"x": list{0, 1}, "y": 2}, "data": data, "clip": true,
		"itemStyle": obj{"color": "@0"},
		"tooltip":   obj{"formatter": fn("tip", list{x.dim(0, "from"), x.dim(1, "to"), list{2, "", "samples", 1}})},
		"markLine":  obj{"symbol": "none", "silent": true, "animation": false, "lineStyle": obj{"type": "solid", "color": "@text", "width": 1.5}, "label": obj{"fontSize": 11, "color": "@text", "distance": 4}, "data": marks},
	}
	if d.Low < d.High {
		bars["markArea"] = obj{"silent": true, "z": 3, "itemStyle": obj{"color": "@text", "opacity": 0.45}, "data": list{list{obj{"xAxis": x.at(d.Low), "yAxis": y.max}, obj{"xAxis": x.at(d.High), "yAxis": y.max * 0.965}}}}
	}
	p.series = append(p.series, bars)
}

// strip adds the samples in their order below, and both grids.
func (p *plot) strip(d HistogramData, x, y *axis, flags map[int]string) {
	var must []int
	for i := range flags {
		must = append(must, i)
	}
	slices.Sort(must)
	if len(must) > stripPoints/4 {
		must = must[:stripPoints/4]
	}
	keep := spread(len(d.Samples), stripPoints, must...)
	var plainDots, odd list
	var oddNames []string
	order := newAxis("order of the samples", "", false, []float64{0, float64(len(d.Samples))}).fit()
	order.tight(0, float64(max(len(d.Samples)-1, 1)))
	for _, i := range keep {
		v := x.at(d.Samples[i])
		if v == nil {
			continue
		}
		if f := v.(float64); f > x.max { // at the edge, as a sign that there is more
			v = x.max
		} else if f < x.min {
			v = x.min
		}
		if why, ok := flags[i]; ok {
			odd = append(odd, list{v, i, x.at(d.Samples[i])})
			oddNames = append(oddNames, plain(why))
			continue
		}
		plainDots = append(plainDots, list{v, i})
	}
	tip := list{x.dim(0, ""), list{1, "sample", "", 1}}
	p.add(obj{"type": "scatter", "xAxisIndex": 1, "yAxisIndex": 1, "symbolSize": 3.5, "itemStyle": obj{"color": "@0", "opacity": 0.6}, "data": orEmpty(plainDots), "tooltip": obj{"formatter": fn("tip", tip)}})
	if len(odd) > 0 {
		p.series = append(p.series, obj{"type": "scatter", "xAxisIndex": 1, "yAxisIndex": 1, "symbol": "diamond", "symbolSize": 8, "itemStyle": obj{"color": "@3"}, "data": odd, "tooltip": obj{"formatter": fn("tip", list{x.dim(2, ""), list{1, "sample", "", 1}}, oddNames)}})
		times := map[string]int{}
		for _, why := range flags {
			times[plain(why)]++
		}
		var words []string
		for why, n := range times {
			words = append(words, fmt.Sprintf("%d %s", n, why))
		}
		slices.Sort(words)
		p.note("♦ " + strings.Join(words, ", "))
	}
	top := p.top() + 14
	stripTop := p.c.Height - 130
	left := 62
	p.c.Option["grid"] = list{
		obj{"left": left, "right": 28, "top": top, "height": stripTop - top - 14},
		obj{"left": left, "right": 28, "top": stripTop, "height": 76},
	}
	upper, lower, counts := x.option(), x.option(), y.option()
	counts["nameGap"] = 46
	upper["gridIndex"], lower["gridIndex"] = 0, 1
	upper["name"] = ""
	upper["axisLabel"] = obj{"show": false}
	lower["nameGap"] = 28
	p.c.Option["xAxis"] = list{upper, lower}
	orderAxis := obj{"type": "value", "gridIndex": 1, "inverse": true, "min": order.min, "max": order.max, "name": "order", "nameLocation": "middle", "nameGap": 46, "splitLine": obj{"show": false}, "axisTick": obj{"customValues": list{order.min, order.max}}, "axisLabel": obj{"customValues": list{order.min, order.max}, "formatter": fn("quantity", "", 1)}}
	p.c.Option["yAxis"] = list{counts, orderAxis}
}

// histogramTable is the table and the text.
func (p *plot) histogramTable(x *axis, s, edges []float64, count []int, flags map[int]string, unit string) {
	rows := [][]string{
		{"least", quantity(s[0], unit)}, {"median", quantity(quantile(s, 0.5), unit)}, {"p95", quantity(quantile(s, 0.95), unit)},
		{"largest", quantity(s[len(s)-1], unit)}, {"samples", fmt.Sprint(len(s))}, {"flagged", fmt.Sprint(len(flags))},
	}
	p.c.Table = &Table{Columns: []string{"", x.name}, Rows: rows}
	most := float64(slices.Max(count))
	step := int(math.Ceil(float64(len(count)) / 20))
	for i := 0; i < len(count); i += step {
		n := 0
		for _, c := range count[i:min(i+step, len(count))] {
			n += c
		}
		p.text.line("%10s %s  %-40s %d", number(edges[i]), x.scale.unit, bar(float64(n), most*float64(step)), n)
	}
}
