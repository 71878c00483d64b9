package chart

import (
	"fmt"
	"math"
	"slices"
)

// GanttData is what Gantt draws.
type GanttData struct {
	Title, Note string
	Rows        []string // in order from the top; nil: as they come in Spans
	Spans       []Span
	// Blocked is the time that was waited, by cause, drawn below.
	Blocked []Cause
	Marks   []Mark // moments, in seconds
}

// A Span is something that happened on a row for a while.
type Span struct {
	Row        string
	Start, End float64 // seconds
	Kind       string  // what it was, "running", "GC", "syscall": gives the colour
	Label      string  // written into the span where it fits, such as "G17"
}

// A Cause is a reason for waiting and how long it was waited, added up over
// all goroutines.
type Cause struct {
	Name    string
	Seconds float64
}

// Limits of a timeline.
const (
	ganttRows  = 40
	ganttSpans = 520
	ganttKinds = 8
	causes     = 8
)

// Gantt shows what ran where and when, such as goroutines on Ps. Neighbouring
// spans of the same kind that are too short to be told apart are drawn as one.
func Gantt(d GanttData) *Chart {
	p := begin(d.Title, d.Note)
	rows, spans, lost := ganttSpansOf(d)
	p.lost(lost)
	if len(spans) == 0 {
		return p.empty()
	}
	if len(rows) > ganttRows {
		p.note(fmt.Sprintf("the first %d of %d rows", ganttRows, len(rows)))
		rows = rows[:ganttRows]
	}
	place := map[string]int{}
	for i, r := range rows {
		place[r] = i
	}
	x := newAxis("time", "s", false)
	var kept []Span
	busy := map[string]float64{}
	var kinds []string
	for _, s := range spans {
		if _, ok := place[s.Row]; !ok {
			continue
		}
		kept = append(kept, s)
		x.extend([]float64{s.Start, s.End})
		if _, ok := busy[s.Kind]; !ok {
			kinds = append(kinds, s.Kind)
		}
		busy[s.Kind] += s.End - s.Start
	}
	if len(kept) == 0 {
		return p.empty()
	}
	x.fit()
	x.tightest()
	if len(kinds) > ganttKinds {
		slices.SortStableFunc(kinds, func(a, b string) int { return cmpFloat(busy[b], busy[a]) })
		p.note(fmt.Sprintf("%d further kinds drawn as %q", len(kinds)-ganttKinds+1, "other"))
		kinds = append(kinds[:ganttKinds-1:ganttKinds-1], "other")
	}
	drawn := joined(kept, place, (x.hi-x.lo)/1200)
	if len(drawn) < len(kept) {
		p.note(fmt.Sprintf("%d spans drawn as %d", len(kept), len(drawn)))
	}
	colors := []string{"@0", "@1", "@2", "@3", "@4", "@5", "@6", "@7"}
	for i, kind := range kinds {
		var data list
		var labels []string
		for _, s := range drawn {
			k := s.Kind
			if !slices.Contains(kinds, k) {
				k = "other"
			}
			if k != kind {
				continue
			}
			data = append(data, list{place[s.Row], x.at(s.Start), x.at(s.End)})
			labels = append(labels, shorten(plain(s.Label), 24))
		}
		if slices.Max(append(labels, "")) == "" {
			labels = nil
		}
		p.add(obj{
			"name": or(kind, "span"), "type": "custom", "renderItem": fn("span", labels), "encode": obj{"x": list{1, 2}, "y": 0}, "data": data, "clip": true,
			"itemStyle": obj{"color": colors[i%len(colors)]},
			"tooltip":   obj{"formatter": fn("tip", list{x.dim(1, "from"), x.dim(2, "to")}, labels)},
		})
	}
	if first, ok := p.series[0].(obj); ok {
		c := xyChart{p: p, x: x, marks: d.Marks}
		c.markings(first)
		if lines, ok := first["markLine"].(obj); ok {
			lines["label"].(obj)["position"] = "start" // rows run down, so that lines start above them
		}
	}
	p.ganttLayout(d, x, rows)
	p.ganttTable(kinds, busy, d.Blocked, (x.hi-x.lo)*float64(len(rows)))
	return p.chart()
}

// ganttSpansOf are the rows and the spans that can be drawn.
func ganttSpansOf(d GanttData) (rows []string, spans []Span, lost int) {
	rows = slices.Clone(d.Rows)
	known := map[string]bool{}
	for _, r := range rows {
		known[r] = true
	}
	for _, s := range d.Spans {
		if math.IsNaN(s.Start) || math.IsNaN(s.End) || math.IsInf(s.Start, 0) || math.IsInf(s.End, 0) || s.End < s.Start {
			lost++
			continue
		}
		spans = append(spans, s)
		if d.Rows == nil && !known[s.Row] {
			known[s.Row] = true
			rows = append(rows, s.Row)
		}
	}
	return rows, spans, lost
}

// joined merges spans of one kind on one row whose gap is less than grain, and
// coarsens until few enough are left.
func joined(spans []Span, place map[string]int, grain float64) []Span {
	rows := make([][]Span, len(place))
	for _, s := range spans {
		rows[place[s.Row]] = append(rows[place[s.Row]], s)
	}
	order := make([]Span, 0, len(spans))
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b Span) int { return cmpFloat(a.Start, b.Start) })
		order = append(order, row...)
	}
	for {
		var out []Span
		for _, s := range order {
			if n := len(out); n > 0 {
				last := &out[n-1]
				if last.Row == s.Row && s.Start-last.End < grain && (last.Kind == s.Kind || s.End-s.Start < grain/2) && (last.End-last.Start < grain*8 || s.End-s.Start < grain*8) {
					if last.Label != s.Label {
						last.Label = ""
					}
					last.End = max(last.End, s.End)
					continue
				}
			}
			out = append(out, s)
		}
		if len(out) <= ganttSpans || grain <= 0 {
			return out
		}
		order = out // what is one now stays one
		grain *= 1.6
	}
}

// ganttLayout places the rows, and below them the causes of waiting.
func (p *plot) ganttLayout(d GanttData, x *axis, rows []string) {
	waits := slices.Clone(d.Blocked)
	waits = slices.DeleteFunc(waits, func(c Cause) bool { return !(c.Seconds > 0) || math.IsInf(c.Seconds, 0) })
	slices.SortStableFunc(waits, func(a, b Cause) int { return cmpFloat(b.Seconds, a.Seconds) })
	if len(waits) > causes {
		rest := 0.0
		for _, c := range waits[causes-1:] {
			rest += c.Seconds
		}
		waits = append(waits[:causes-1:causes-1], Cause{"other", rest})
	}
	names := append(slices.Clone(rows), causeNames(waits)...)
	left := int(widest(names, 170)) + 24
	height := max(len(rows)*26, 60)
	xo := x.option()
	xo["nameGap"] = 28
	rowAxis := lying(rows, 170)
	top := p.top() + 8
	if len(d.Marks) > 0 {
		top += 12 // their names
	}
	if len(waits) == 0 {
		p.c.Height = top + height + nameHeight + tickHeight
		p.c.Option["grid"] = obj{"left": left, "right": 28, "top": top, "height": height}
		p.c.Option["xAxis"], p.c.Option["yAxis"] = xo, rowAxis
		return
	}
	sum := newAxis("waited, all goroutines together", "s", false, []float64{0, waits[0].Seconds})
	sum.zero = true
	sum.fit()
	var data list
	var texts []string
	for _, c := range waits {
		data, texts = append(data, sum.at(c.Seconds)), append(texts, quantity(c.Seconds, "s"))
	}
	p.series = append(p.series, obj{
		"type": "bar", "xAxisIndex": 1, "yAxisIndex": 1, "data": data, "barMaxWidth": 14, "itemStyle": obj{"color": "@7"},
		"label":   obj{"show": true, "position": "right", "fontSize": 11, "color": "@text", "formatter": fn("texts", texts)},
		"tooltip": obj{"formatter": fn("tipTexts", tips(causeNames(waits), "", texts))},
	})
	second := top + height + nameHeight + tickHeight + 10
	low := max(len(waits)*20, 24)
	p.c.Height = second + low + nameHeight + tickHeight
	p.c.Option["grid"] = list{
		obj{"left": left, "right": 28, "top": top, "height": height},
		obj{"left": left, "right": 80, "top": second, "height": low},
	}
	so := sum.option()
	so["gridIndex"], so["nameGap"] = 1, 28
	waitAxis := lying(causeNames(waits), 170)
	waitAxis["gridIndex"] = 1
	p.c.Option["xAxis"], p.c.Option["yAxis"] = list{xo, so}, list{rowAxis, waitAxis}
}

func causeNames(all []Cause) []string {
	var names []string
	for _, c := range all {
		names = append(names, or(c.Name, "unknown"))
	}
	return names
}

func (p *plot) ganttTable(kinds []string, busy map[string]float64, waits []Cause, whole float64) {
	var rows [][]string
	for _, k := range kinds {
		v, ok := busy[k]
		if !ok {
			continue
		}
		share := "–"
		if whole > 0 {
			share = number(significant(100*v/whole, 3)) + " %"
		}
		rows = append(rows, []string{or(k, "span"), quantity(v, "s"), share})
	}
	for _, c := range waits {
		rows = append(rows, []string{"waited: " + or(c.Name, "unknown"), quantity(c.Seconds, "s"), ""})
	}
	columns := []string{"", "time", "share of rows × time"}
	p.c.Table = limited(columns, rows)
	p.text.table(p.c.Table)
}
