package chart

import (
	"strconv"
	"strings"
)

// Heights and gaps of what stands around a chart, in pixels.
const (
	titleHeight  = 20
	noteHeight   = 17
	legendHeight = 20
	margin       = 16
	nameHeight   = 34 // of a horizontal axis: its name below the labels
	tickHeight   = 20 // of a horizontal axis: its labels
)

// A plot is a Chart in the making: constructors put the parts in, and layout
// places the title, the notes below it and the legend above what is drawn.
type plot struct {
	c      *Chart
	title  string
	notes  []string // parts of the subtitle
	legend []string // names in the legend
	series list
	text   textForm

	titles, lines []string // of the head, as laid out
}

func begin(title, note string) *plot {
	p := &plot{title: title, c: &Chart{Option: obj{}, Width: DefaultWidth, Height: DefaultHeight}}
	p.note(note)
	return p
}

// note adds parts to the subtitle, with dots between them.
func (p *plot) note(text string) {
	for part := range strings.SplitSeq(text, " · ") {
		if part != "" {
			p.notes = append(p.notes, part)
		}
	}
}

// lost notes how many values were left out.
func (p *plot) lost(n int) {
	if n > 0 {
		p.note(missing(n))
	}
}

// add adds a series; one that has a name gets a place in the legend.
func (p *plot) add(s obj) {
	if name, ok := s["name"].(string); ok && name != "" {
		seen := false
		for _, n := range p.legend {
			seen = seen || n == name
		}
		if !seen {
			p.legend = append(p.legend, name)
		}
	}
	p.series = append(p.series, s)
}

// top lays out the head and returns the y at which the drawing may begin. It is
// called once all notes and series are there.
func (p *plot) top() int {
	width := p.c.Width - 2*margin
	titles := wrapPixels(p.title, 15, float64(width)*0.92)
	notes := wrapParts(p.notes, 12, float64(width))
	p.c.Option["title"] = obj{
		"text": strings.Join(titles, "\n"), "subtext": strings.Join(notes, "\n"),
		"left": 10, "top": 8, "padding": 0, "itemGap": 4,
		"textStyle":    obj{"fontSize": 15, "fontWeight": 600, "lineHeight": 20},
		"subtextStyle": obj{"fontSize": 12, "lineHeight": noteHeight},
	}
	y := 12 + noteHeight*len(notes)
	if p.title != "" {
		y += titleHeight * len(titles)
	}
	if len(p.legend) > 1 {
		rows := p.legendRows(float64(width))
		legend := obj{
			"top": y + 6, "left": 10, "right": 8, "itemGap": 18, "itemWidth": 16, "itemHeight": 8,
			"data": p.legend, "padding": 0, "textStyle": obj{"fontSize": 12},
			"formatter": fn("shorten", 40),
		}
		if rows > 3 { // as many as fit, the others a click away
			legend["type"], rows = "scroll", 1
		}
		p.c.Option["legend"] = legend
		y += 6 + legendHeight*rows
	} else {
		p.c.Option["legend"] = obj{"show": false}
	}
	p.titles, p.lines = titles, notes
	return y + 12
}

// legendRows is how many rows the legend takes in a width.
func (p *plot) legendRows(width float64) int {
	rows, x := 1, 0.0
	for _, name := range p.legend {
		w := textWidth(shorten(name, 40), 12) + 16 + 6 + 18
		if x > 0 && x+w > width {
			rows, x = rows+1, 0
		}
		x += w
	}
	return rows
}

// narrow is what changes in a page that has less room than the chart is wide:
// lines of the head that would be cut end in an ellipsis, and the drawing makes
// room for further rows of the legend.
func (p *plot) narrow() list {
	longest := 0.0
	for _, t := range p.titles {
		longest = max(longest, textWidth(t, 16))
	}
	for _, n := range p.lines {
		longest = max(longest, textWidth(n, 12))
	}
	rows := p.legendRows(float64(p.c.Width - 2*margin))
	grid, single := p.c.Option["grid"].(obj)
	legend, _ := p.c.Option["legend"].(obj)
	var media list
	for _, w := range []int{640, 540, 460, 390, 330} {
		room := w*85/100 - 20 // down to the next width
		o := obj{}
		if longest > float64(room) {
			o["title"] = obj{"textStyle": obj{"width": room, "overflow": "truncate"}, "subtextStyle": obj{"width": room, "overflow": "truncate"}}
		}
		if more := p.legendRows(float64(room)) - rows; more > 0 && len(p.legend) > 1 && legend["type"] == nil {
			if top, ok := grid["top"].(int); ok && single && grid["height"] == nil && more <= 3 {
				o["grid"] = obj{"top": top + more*legendHeight}
			} else { // one row, the others a click away
				scroll := obj{"type": "scroll"}
				for k, v := range legend {
					scroll[k] = v
				}
				o["legend"] = scroll
			}
		}
		if len(o) > 0 {
			media = append(media, obj{"query": obj{"maxWidth": w}, "option": o})
		}
	}
	return orEmpty(media)
}

// chart finishes the Chart.
func (p *plot) chart() *Chart {
	if _, ok := p.c.Option["title"]; !ok {
		p.top()
	}
	o := p.c.Option
	o["media"] = p.narrow()
	o["series"] = p.series
	if p.series == nil {
		o["series"] = list{}
	}
	o["animation"] = false
	if _, ok := o["tooltip"]; !ok {
		o["tooltip"] = obj{"confine": true}
	}
	o["aria"] = obj{"enabled": true, "label": obj{"description": p.title + ". " + strings.Join(p.notes, ". ")}}
	p.c.Text = p.text.finish(p.title, p.notes)
	return p.c
}

// empty finishes a Chart for which there is nothing to draw.
func (p *plot) empty() *Chart {
	p.c.Height = 160
	p.legend = nil
	p.top()
	p.c.Option["title"] = list{p.c.Option["title"], obj{
		"text": "no data", "left": "center", "top": 90, "textStyle": obj{"fontSize": 13, "fontWeight": 400, "color": "@muted"},
	}}
	p.text.line("(no data)")
	p.series = nil
	return p.chart()
}

// xy puts two axes with figures in, and a grid that leaves room for their labels.
func (p *plot) xy(x, y *axis, rightRoom float64) {
	top := p.top()
	left := y.labelWidth() + 34
	if right := textWidth(lastLabel(x), 12)/2 + 6; right > rightRoom {
		rightRoom = right
	}
	p.c.Option["grid"] = obj{"left": int(left) + margin/2, "right": int(rightRoom) + margin/2, "top": top, "bottom": nameHeight + tickHeight - 4, "containLabel": false}
	xo, yo := x.option(), y.option()
	xo["nameGap"] = 28
	yo["nameGap"] = int(y.labelWidth()) + 16
	p.c.Option["xAxis"], p.c.Option["yAxis"] = xo, yo
}

// lastLabel is the label at the right end of a horizontal axis.
func lastLabel(a *axis) string {
	if len(a.ticks) == 0 {
		return ""
	}
	t := a.ticks[len(a.ticks)-1]
	if a.log {
		return quantity(t/a.scale.factor, a.base)
	}
	return number(t)
}

// names is a category axis.
func names(all []string, room float64) obj {
	return obj{
		"type": "category", "data": all, "axisTick": obj{"show": false},
		"axisLabel": obj{"interval": 0, "width": int(room), "overflow": "truncate", "ellipsis": "…"},
	}
}

// widest is the width of the widest of the texts, at most limit.
func widest(texts []string, limit float64) float64 {
	w := 0.0
	for _, t := range texts {
		w = max(w, textWidth(t, 12))
	}
	return min(w, limit)
}

// nameOf is a name, or one made of the number where there is none.
func nameOf(name string, i int) string {
	if name == "" {
		return "series " + strconv.Itoa(i+1)
	}
	return name
}

// orEmpty is a list that becomes [] and not null.
func orEmpty(l list) list {
	if l == nil {
		return list{}
	}
	return l
}

// lying is the vertical axis of charts whose rows have names, the first at the top.
func lying(all []string, room float64) obj {
	o := names(all, room)
	o["inverse"] = true
	o["axisLine"] = obj{"show": false}
	return o
}
