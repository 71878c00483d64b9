package chart

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// An Echarts is a chart of github.com/go-echarts/go-echarts/v2.
type Echarts interface {
	Validate()
	JSON() map[string]any
}

// FromEcharts makes a Chart of a chart of go-echarts, also one that others were
// overlapped with. It takes what go-echarts' JSON method gives, not its page:
// nothing is loaded from elsewhere, nothing is left in the notebook's page, and
// the chart follows the page's width and its light or dark colours.
//
// Functions written with opts.FuncOpts work. FuncOpts takes all line breaks
// out; where that makes a comment of what follows a "//", the likely end of
// the comment is looked for. A value that is not a number becomes a gap.
//
// What go-echarts itself loses cannot be had back: a 0 in a field that its JSON
// leaves out when it is 0, such as AxisLabel.Rotate, is taken for not set, and
// ECharts' own default holds. Its Accept method, with a visitor whose Visit
// changes the finished map, is the way to such settings. AddJSFuncs and event
// listeners are scripts about the page that go-echarts writes and are left out;
// so are 3D charts, maps and word clouds, which need further libraries.
//
// A size other than go-echarts' own 900 × 500 is kept, and so are colours other
// than its own. A chart that panics while it is asked gives a Chart that says so.
func FromEcharts(v Echarts) (c *Chart) {
	defer func() {
		if p := recover(); p != nil {
			text := fmt.Sprintf("%T could not be shown: %v", v, p)
			c = &Chart{Option: obj{"title": obj{"text": text}, "series": list{}}, Text: text, Height: 80}
		}
	}()
	if r := reflect.ValueOf(v); !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() {
		return &Chart{Option: obj{"series": list{}}, Text: "(no chart)", Height: 80}
	}
	v.Validate()
	cleaned, lost := clean(v.JSON())
	option, _ := cleaned.(obj)
	option, _ = functions(withoutNull(option)).(obj)
	if option == nil {
		option = obj{}
	}
	settings := settingsOf(v)
	c = &Chart{Option: option, Width: settings.width, Height: settings.height}
	var notes []string
	if settings.progressive != nil {
		option["progressive"] = *settings.progressive
	} else if option["progressive"] == nil {
		delete(option, "progressive")
	}
	if colors, ok := option["color"].(list); ok && slices.EqualFunc(colors, ownColors, func(a any, b string) bool { return a == b }) {
		delete(option, "color")
	}
	for _, zoom := range objects(option["dataZoom"]) {
		if zoom["start"] == nil && zoom["startValue"] == nil { // lost, or meant: both are 0
			zoom["start"] = 0
		}
	}
	if _, ok := option["animation"]; !ok {
		option["animation"] = false
	}
	if n := settings.scripts; n > 0 {
		notes = append(notes, plural(n, "script")+" about the page left out")
	}
	if lost > 0 {
		notes = append(notes, missing(lost))
	}
	if note := thinOption(option); note != "" {
		notes = append(notes, note)
	}
	arrange(option, notes)
	c.Table = optionTable(option)
	text := textForm{}
	text.table(c.Table)
	title := ""
	for _, t := range objects(option["title"])[:min(1, len(objects(option["title"])))] {
		title, _ = t["text"].(string)
	}
	c.Text = text.finish(title, notes)
	if c.Text == "" {
		c.Text = fmt.Sprintf("(%T)", v)
	}
	return c
}

// ownColors are those that go-echarts gives a chart whose colours nobody chose.
var ownColors = []string{"#5470c6", "#91cc75", "#fac858", "#ee6666", "#73c0de", "#3ba272", "#fc8452", "#9a60b4", "#ea7ccc"}

// Of returns the charts that v stands for: a *Chart, a chart of go-echarts, or
// each of a page of those (its components.Page, or a slice). It is nil for
// everything else.
func Of(v any) []*Chart {
	switch v := v.(type) {
	case nil:
		return nil
	case *Chart:
		return []*Chart{v}
	case Echarts:
		return []*Chart{FromEcharts(v)}
	}
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil
		}
		r = r.Elem()
	}
	if _, page := v.(interface{ RenderContent() []byte }); page && r.Kind() == reflect.Struct {
		r = r.FieldByName("Charts")
	}
	if r.Kind() != reflect.Slice {
		return nil
	}
	var all []*Chart
	for i := range r.Len() {
		if !r.Index(i).CanInterface() {
			return nil
		}
		switch e := r.Index(i).Interface().(type) {
		case *Chart:
			all = append(all, e)
		case Echarts:
			all = append(all, FromEcharts(e))
		default:
			return nil
		}
	}
	return all
}

// Show shows v at once, wherever the call stands in a cell: a *Chart, a chart
// of go-echarts, or each chart of a page or slice of them. It returns an error
// if v is none of these.
func Show(v any) error {
	all := Of(v)
	if all == nil {
		return fmt.Errorf("show a %T: not a chart; a *chart.Chart, a chart of go-echarts or a page of them is", v)
	}
	for _, c := range all {
		c.Show()
	}
	return nil
}

// settings are what go-echarts has beside a chart's option.
type settings struct {
	width, height int
	progressive   *int64
	scripts       int
}

// settingsOf reads the fields of a chart's configuration by their names.
func settingsOf(v any) settings {
	var s settings
	r := reflect.Indirect(reflect.ValueOf(v))
	if r.Kind() != reflect.Struct {
		return s
	}
	field := func(name string) (f reflect.Value) {
		defer func() {
			if recover() != nil { // an embedded nil pointer on the way
				f = reflect.Value{}
			}
		}()
		return r.FieldByName(name)
	}
	pixels := func(f reflect.Value, own string) int {
		if !f.IsValid() || f.Kind() != reflect.String || f.String() == own {
			return 0
		}
		n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(f.String()), "px"), 64)
		if err != nil || !(n >= 40 && n <= 4000) {
			return 0
		}
		return int(n)
	}
	if init := field("Initialization"); init.IsValid() && init.Kind() == reflect.Struct {
		s.width, s.height = pixels(init.FieldByName("Width"), "900px"), pixels(init.FieldByName("Height"), "500px")
	}
	if f := field("Progressive"); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().CanInt() {
		n := f.Elem().Int()
		s.progressive = &n
	}
	for _, name := range []string{"Fns", "EventListeners"} {
		if f := field(name); f.IsValid() && f.Kind() == reflect.Slice {
			s.scripts += f.Len()
		}
	}
	return s
}

// objects are the objects of a part of an option that may be one or several.
func objects(part any) []obj {
	switch part := part.(type) {
	case obj:
		return []obj{part}
	case list:
		var all []obj
		for _, e := range part {
			if o, ok := e.(obj); ok {
				all = append(all, o)
			}
		}
		return all
	}
	return nil
}

// withoutNull takes the keys out that go-echarts writes without a value; data
// keep their gaps.
func withoutNull(o obj) obj {
	for k, v := range o {
		switch v := v.(type) {
		case nil:
			if k != "value" {
				delete(o, k)
			}
		case obj:
			withoutNull(v)
		case list:
			for _, e := range v {
				if e, ok := e.(obj); ok {
					withoutNull(e)
				}
			}
		}
	}
	return o
}

// arrange places the legend below the title, where neither has a place of its
// own, so that they don't overlap, and the drawing below both.
func arrange(option obj, notes []string) {
	titles := objects(option["title"])
	y := 10
	if len(titles) > 0 {
		t := titles[0]
		if len(notes) > 0 {
			sub, _ := t["subtext"].(string)
			parts := notes
			if sub != "" {
				parts = append([]string{sub}, notes...)
			}
			t["subtext"] = strings.Join(wrapParts(parts, 12, DefaultWidth-40), "\n")
		}
		if text, _ := t["text"].(string); text != "" {
			y += 24 + 20*strings.Count(text, "\n")
		}
		if sub, _ := t["subtext"].(string); sub != "" {
			y += noteHeight * (1 + strings.Count(sub, "\n"))
		}
	}
	legends := objects(option["legend"])
	shown := false
	for _, l := range legends {
		placed := false
		for _, k := range []string{"top", "bottom", "left", "right", "orient"} {
			placed = placed || l[k] != nil && l[k] != ""
		}
		if show, ok := l["show"].(bool); placed || ok && !show {
			continue
		}
		l["top"], l["left"], l["right"] = y, 10, 10
		shown = true
	}
	if shown && seriesNames(option) > 0 {
		y += 26
	}
	_, x := option["xAxis"]
	if _, grid := option["grid"]; x && !grid {
		option["grid"] = obj{"top": y + 24, "left": 64, "right": 40, "bottom": 56}
	}
	for _, s := range objects(option["series"]) { // drawings without axes
		if s["top"] == nil && (s["type"] == "sankey" || s["type"] == "tree" || s["type"] == "treemap" || s["type"] == "graph" || s["type"] == "funnel") {
			s["top"] = y + 12
		}
		if s["type"] == "pie" && s["center"] == nil {
			s["center"] = list{"50%", "56%"}
			if s["radius"] == nil {
				s["radius"] = "62%"
			}
		}
	}
}

func seriesNames(option obj) (n int) {
	for _, s := range objects(option["series"]) {
		if name, _ := s["name"].(string); name != "" {
			n++
		}
	}
	return n
}
