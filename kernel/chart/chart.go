// Package chart draws data in the notebook: as a live picture where the page
// may run scripts, as a still one in print and on paper, as a table where
// neither is possible, and as text in a terminal.
//
// Each kind of chart is a function of plain data:
//
//	chart.Histogram(chart.HistogramData{Title: "Sorting", Samples: seconds})
//	chart.Scaling(chart.ScalingData{Workers: []int{1, 2, 4}, Speedup: []float64{1, 1.9, 3.4}})
//
// A Chart that is a cell's last value is shown; Show shows one anywhere else.
// Values are in base units, seconds and bytes, and come out in the unit that
// fits. The constructors never fail: a value that is not a number is left out
// and counted in the subtitle, of very many points those that carry the shape
// are drawn, and the subtitle says so. They keep no reference to the data and
// may be called by many goroutines at once.
//
// Charts of github.com/go-echarts/go-echarts are shown by Show and FromEcharts.
package chart

import (
	"encoding/json"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// MIME is the type under which a Chart travels to the notebook, which makes
// of it the forms that readers of notebooks know.
const MIME = "application/vnd.weft.chart+json"

// The size of a chart in CSS pixels where it has none of its own. The width is
// the widest it gets; on a narrow page it shrinks.
const (
	DefaultWidth  = 720
	DefaultHeight = 400
)

// A Chart is a picture of data, ready to be shown. Its fields may be changed
// before that.
type Chart struct {
	// Option is an option of ECharts (echarts.apache.org/en/option.html) as
	// encoding/json would decode it. Functions stand in it as
	// {"@fn": name, "args": […]}, one of those the page knows, or as
	// {"@js": text}, the text of a JavaScript function. Colours come from the
	// page's theme, light or dark, unless the option sets them.
	Option map[string]any
	// Table is what readers see where no script and no picture is allowed, and
	// what screen readers read; nil for none.
	Table *Table
	// Open has the table stand open below the picture instead of behind a click.
	Open bool
	// Remarks are sentences below the picture: what was found, and what makes it
	// doubtful. One that begins with ATTENTION stands out.
	Remarks []string
	// Text is the form for terminals: lines of plain text.
	Text string
	// Width and Height are in CSS pixels; 0 stands for the default.
	Width, Height int

	live string // the name of the live chart that this one is the picture of
}

// A Table is a small table of text.
type Table struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// payload is a Chart on the wire.
type payload struct {
	Option  any      `json:"option,omitempty"`
	Width   int      `json:"width,omitempty"`
	Height  int      `json:"height,omitempty"`
	Table   *Table   `json:"table,omitempty"`
	Open    bool     `json:"open,omitempty"`
	Remarks []string `json:"remarks,omitempty"`
	Live    *feed    `json:"live,omitempty"`
}

// A feed makes a chart grow. The chart itself travels with the ID alone; a
// second display, which shows nothing, carries what is new: points for each
// series, of which the page keeps the last Keep, and parts of the option that
// change with them. Seq rises, so that the page takes nothing twice.
type feed struct {
	ID     string `json:"id"`
	Seq    int    `json:"seq,omitempty"`
	Append []list `json:"append,omitempty"`
	Keep   int    `json:"keep,omitempty"`
	Option any    `json:"option,omitempty"`
}

// MIMEBundle returns the chart under MIME, for the notebook to draw, and its
// text. It takes about a millisecond.
func (c *Chart) MIMEBundle() map[string]any {
	if c == nil {
		return map[string]any{"text/plain": "(no chart)"}
	}
	p := payload{Width: c.Width, Height: c.Height, Table: c.Table, Open: c.Open, Remarks: c.Remarks}
	if p.Width <= 0 {
		p.Width = DefaultWidth
	}
	if p.Height <= 0 {
		p.Height = DefaultHeight
	}
	option, lost := clean(c.Option)
	p.Option = option
	if c.live != "" {
		p.Live = &feed{ID: c.live}
	}
	text := c.Text
	if lost > 0 {
		text = addNote(text, missing(lost))
	}
	data, err := json.Marshal(p)
	if err != nil { // clean leaves nothing that cannot be encoded
		panic("BUG: chart: " + err.Error())
	}
	return map[string]any{MIME: json.RawMessage(data), "text/plain": text}
}

// String is the chart's text.
func (c *Chart) String() string {
	if c == nil {
		return "(no chart)"
	}
	return c.Text
}

// Show shows the chart at once, wherever the call stands in a cell. Without a
// notebook it prints the text.
func (c *Chart) Show() { sink.Get().Display(sink.Bundle{Data: c.MIMEBundle()}) }
