// Package figure makes of a chart, as a session sends it, the forms that readers
// of notebooks know: HTML that holds a still picture and a table of the values,
// and becomes a live chart where the page can run scripts; a PNG; and text.
//
// It runs in the front. The pictures are drawn without a browser (still), the
// live charts by a script that lies in the kernelspec's folder or in the
// published page (page).
package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/weft-go/weft/kernel/internal/figure/page"
	"github.com/weft-go/weft/kernel/internal/figure/still"
)

// Types of what a session sends that only the front knows.
const (
	ChartType  = "application/vnd.weft.chart+json"
	ResultType = "application/vnd.weft.result+json"
)

// A Chart is what stands under ChartType.
type Chart struct {
	Option  json.RawMessage `json:"option"`
	Width   int             `json:"width"`  // pixels of a page
	Height  int             `json:"height"` // pixels of a page
	Table   *Table          `json:"table"`
	Open    bool            `json:"open"`    // the table is to be seen without a click
	Remarks []string        `json:"remarks"` // sentences below the picture
	Live    *Live           `json:"live"`
}

// A Table is what readers see who get no picture.
type Table struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

// Live names a chart that grows, or says what has come to one.
type Live struct {
	ID string `json:"id"`
	// The rest is in updates, which have no option of their own: Seq rises, and
	// one that was seen is passed over; Append has new points for each series,
	// of which the page keeps the last Keep (0 for all); Option is merged.
	Seq    int             `json:"seq,omitempty"`
	Append json.RawMessage `json:"append,omitempty"`
	Keep   int             `json:"keep,omitempty"`
	Option json.RawMessage `json:"option,omitempty"`
}

// The size of a chart that doesn't say, and the largest that is drawn.
const (
	defaultWidth  = 720
	defaultHeight = 400
	maxWidth      = 2000
	maxHeight     = 4000
)

// maxLive bounds the option that goes into the page, in bytes. With a larger one
// the picture stays still.
const maxLive = 6 << 20

var engine = still.New()

// Warm makes ready for the first chart, and returns when that is done: 0.35 s of a
// core the first time, nothing later.
func Warm() {
	_ = engine.Warm() // what goes wrong is said when a chart is drawn
}

// Block returns the same as a piece of HTML for pages that stand alone, to be
// put once into a page with charts.
func Block() string { return page.Block() }

// IsChart reports whether a text/html output was made by Bundle.
func IsChart(html string) bool { return strings.Contains(html, `class="weft-chart"`) }

// Has reports whether Bundle would change a bundle.
func Has(data map[string]any) bool {
	_, chart := data[ChartType]
	_, result := data[ResultType]
	return chart || result
}

// Bundle replaces a chart in a bundle by HTML and a picture, and moves a
// measurement's result to the output's metadata, as weft.result. Other bundles
// are returned as they are; maps that are given are not changed. Where a chart
// can't be drawn, the HTML says why and the text stays.
//
// The first chart takes about 0.5 s, less after Warm, later ones 0.05 s to
// 0.15 s. It may be called by several goroutines; charts are drawn one by one.
func Bundle(data, metadata map[string]any) (map[string]any, map[string]any) {
	if !Has(data) {
		return data, metadata
	}
	data = maps.Clone(data)
	if result, ok := data[ResultType]; ok {
		delete(data, ResultType)
		metadata = maps.Clone(metadata)
		if metadata == nil {
			metadata = map[string]any{}
		}
		ours, _ := metadata["weft"].(map[string]any)
		ours = maps.Clone(ours)
		if ours == nil {
			ours = map[string]any{}
		}
		ours["result"] = parsed(result)
		metadata["weft"] = ours
	}
	if payload, ok := data[ChartType]; ok {
		delete(data, ChartType)
		draw(data, payload)
	}
	if _, ok := data["text/plain"]; !ok {
		data["text/plain"] = ""
	}
	return data, metadata
}

// parsed returns a JSON value that may have come as its text.
func parsed(v any) any {
	switch v := v.(type) {
	case string:
		if json.Valid([]byte(v)) {
			return json.RawMessage(v)
		}
	case []byte:
		if json.Valid(v) {
			return json.RawMessage(v)
		}
	}
	return v
}

// draw puts a chart's forms into a bundle.
func draw(data map[string]any, payload any) {
	c, err := decode(payload)
	if err != nil {
		data["text/html"] = complaint(err)
		return
	}
	if len(c.Option) == 0 {
		if c.Live == nil {
			data["text/html"] = complaint(fmt.Errorf("it has no option"))
			return
		}
		data["text/html"] = updateHTML(c.Live)
		return
	}
	id := newID()
	img, err := engine.Draw(c.Option, c.Width, c.Height)
	if err != nil {
		data["text/html"] = html(c, id, nil, err)
		return
	}
	// The picture in the HTML is seen until the chart is live, and has half the
	// pixels; that beside it is for print.
	var small []byte
	var smallErr error
	done := make(chan struct{})
	go func() {
		defer close(done)
		small, smallErr = still.EncodePNG(still.Half(img))
	}()
	large, err := still.EncodePNG(img)
	<-done
	if err = errors.Join(err, smallErr); err != nil {
		data["text/html"] = html(c, id, nil, err)
		return
	}
	data["image/png"] = base64.StdEncoding.EncodeToString(large)
	data["text/html"] = html(c, id, small, nil)
}

// decode reads a payload, whatever way it has come.
func decode(payload any) (*Chart, error) {
	var raw []byte
	switch p := payload.(type) {
	case json.RawMessage:
		raw = p
	case []byte:
		raw = p
	case string:
		raw = []byte(p)
	default:
		var err error
		if raw, err = json.Marshal(p); err != nil {
			return nil, err
		}
	}
	c := &Chart{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, err
	}
	if o := bytes.TrimSpace(c.Option); len(o) > 0 && string(o) == "null" {
		c.Option = nil
	} else if len(o) > 0 && o[0] != '{' {
		return nil, fmt.Errorf("its option is not an object")
	}
	size := func(v *int, usual, most int) {
		if *v <= 0 {
			*v = usual
		}
		*v = min(max(*v, 60), most)
	}
	size(&c.Width, defaultWidth, maxWidth)
	size(&c.Height, defaultHeight, maxHeight)
	return c, nil
}
