package chart_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/components"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/display"
	"github.com/weft-go/weft/kernel/internal/sink"
)

// bar is a chart of go-echarts as learners write it.
func bar(options ...charts.GlobalOpts) *charts.Bar {
	b := charts.NewBar()
	b.SetGlobalOptions(append([]charts.GlobalOpts{charts.WithTitleOpts(opts.Title{Title: "Weekly", Subtitle: "made up"})}, options...)...)
	b.SetXAxis([]string{"Mon", "Tue", "Wed"})
	b.AddSeries("apples", []opts.BarData{{Value: 3}, {Value: 5}, {Value: 2}})
	return b
}

// wire is what the notebook's side gets of a chart of go-echarts.
func wire(t *testing.T, v chart.Echarts) (raw []byte, option map[string]any, text string) {
	t.Helper()
	bundle := chart.FromEcharts(v).MIMEBundle()
	if len(bundle) != 2 {
		t.Errorf("the bundle has %d parts, want the chart and its text", len(bundle))
	}
	raw = payload(t, bundle)
	var p struct{ Option map[string]any }
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	return raw, p.Option, bundle["text/plain"].(string)
}

// at follows keys and indices into JSON.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v: no %q in %T", path, step, v)
			}
			v = m[step]
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				t.Fatalf("%v: no [%d] in %v", path, step, v)
			}
			v = l[step]
		}
	}
	return v
}

// The eleven ways in which pages of go-echarts fail in a notebook, each with
// the test that they don't here.

// go-echarts' page loads the library from a server on the net.
func TestEchartsDefectCDN(t *testing.T) {
	b := bar()
	if !bytes.Contains(b.RenderContent(), []byte("https://")) {
		t.Fatal("go-echarts' page names no server any more: this test shows nothing")
	}
	if raw, _, _ := wire(t, bar()); bytes.Contains(raw, []byte("http")) {
		t.Errorf("an address is left: %s", raw)
	}
}

// Its library may arrive after the script that needs it.
func TestEchartsDefectRace(t *testing.T) {
	b := bar()
	if page := string(b.RenderContent()); !strings.Contains(page, "<script src=") || !strings.Contains(page, "echarts.init(") {
		t.Fatal("go-echarts' page loads no library any more: this test shows nothing")
	}
	raw, _, _ := wire(t, bar())
	if s := strings.ToLower(string(raw)); strings.Contains(s, "script") || strings.Contains(s, "init(") {
		t.Errorf("the notebook's own script must draw the chart, once it has the library: %s", raw)
	}
}

// Its script declares names for the whole page, which fails the second time.
func TestEchartsDefectTopLevelLet(t *testing.T) {
	b := bar()
	if !bytes.Contains(b.RenderContent(), []byte("let goecharts_")) {
		t.Fatal("go-echarts' page has no top-level let any more: this test shows nothing")
	}
	once, _, _ := wire(t, b)
	again, _, _ := wire(t, b)
	if !bytes.Equal(once, again) || bytes.Contains(once, []byte("goecharts_")) {
		t.Errorf("twice the same chart must be twice the same, without names:\n%s\n%s", once, again)
	}
}

// Its style sheet is one for the whole page.
func TestEchartsDefectLeakingStyle(t *testing.T) {
	b := bar()
	if !bytes.Contains(b.RenderContent(), []byte("<style>")) {
		t.Fatal("go-echarts' page has no style sheet any more: this test shows nothing")
	}
	if raw, _, _ := wire(t, bar()); bytes.Contains(raw, []byte("style>")) || bytes.Contains(raw, []byte(".container")) {
		t.Errorf("a style sheet is left: %s", raw)
	}
}

// With a NaN its option is empty, and nothing says so.
func TestEchartsDefectNaN(t *testing.T) {
	b := bar()
	b.AddSeries("pears", []opts.BarData{{Value: math.NaN()}, {Value: math.Inf(1)}, {Value: 7}})
	if s := b.RenderSnippet().Option; strings.Contains(s, "pears") {
		t.Fatal("go-echarts keeps the option now: this test shows nothing")
	}
	_, option, text := wire(t, b)
	data := at(t, option, "series", 1, "data").([]any)
	if len(data) != 3 || at(t, data, 0, "value") != nil || at(t, data, 1, "value") != nil || at(t, data, 2, "value") != 7.0 {
		t.Errorf("data %v, want two gaps and 7", data)
	}
	if got := at(t, option, "series", 0, "data", 1, "value"); got != 5.0 {
		t.Errorf("the other series has %v, want 5", got)
	}
	if !strings.Contains(text, "2 values that are not numbers left out") {
		t.Errorf("the text doesn't tell: %s", text)
	}
}

// A name with </script> in it ends its script.
func TestEchartsDefectScriptEnd(t *testing.T) {
	const name = `</script><img src=x onerror=alert(1)>`
	b := charts.NewBar()
	b.SetXAxis([]string{name})
	b.AddSeries(name, []opts.BarData{{Value: 1}})
	if !bytes.Contains(b.RenderContent(), []byte(name)) {
		t.Fatal("go-echarts escapes it now: this test shows nothing")
	}
	raw, option, _ := wire(t, b)
	if bytes.ContainsAny(raw, "<>") {
		t.Errorf("not escaped: %s", raw)
	}
	if got := at(t, option, "series", 0, "name"); got != name {
		t.Errorf("the name became %q", got)
	}
}

// Comments in its JavaScript swallow the rest, quotes stay escaped.
func TestEchartsDefectCallbacks(t *testing.T) {
	for _, c := range []struct{ name, js, want string }{
		{"quotes", `function (v) { return "a" + '"' + v; }`, `function (v) { return "a" + '"' + v; }`},
		{"tabs", "function (p, api) {\n\t// the box: don't move it\n\treturn {type: \"rect\"};\n}", `function (p, api) {/* the box: don't move it */ return {type: "rect"};}`},
		{"spaces", "function (v) {\n    // with a unit\n    return v + ' ms'; // done\n}", `function (v) {    /* with a unit */ return v + ' ms'; /* done */ }`},
		{"a URL", `function () { return 'https://go.dev'; }`, `function () { return 'https://go.dev'; }`},
		{"a regular expression", `function (s) { return s.replace(/\/\//g, '"'); }`, `function (s) { return s.replace(/\/\//g, '"'); }`},
		{"division", "function (a) { return a / 2 / 3; }", "function (a) { return a / 2 / 3; }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bar(charts.WithTooltipOpts(opts.Tooltip{Formatter: opts.FuncOpts(c.js)}))
			_, option, _ := wire(t, b)
			if got := at(t, option, "tooltip", "formatter", "@js"); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
	// Written without FuncOpts, line breaks are there and nothing need be guessed.
	whole := "function (v) { // a comment\n return v; }"
	_, option, _ := wire(t, bar(charts.WithTooltipOpts(opts.Tooltip{Formatter: types.FuncStr("__f__" + whole + "__f__")})))
	if got := at(t, option, "tooltip", "formatter", "@js"); got != whole {
		t.Errorf("got %q, want %q", got, whole)
	}
	// A template is a text, not a function.
	_, option, _ = wire(t, bar(charts.WithTooltipOpts(opts.Tooltip{Formatter: "{b}: {c}"})))
	if got := at(t, option, "tooltip", "formatter"); got != "{b}: {c}" {
		t.Errorf("got %v", got)
	}
}

// In RenderSnippet().Option functions are texts.
func TestEchartsDefectSnippet(t *testing.T) {
	c := charts.NewCustom()
	c.AddSeries("box", []opts.CustomData{{Value: []int{1, 2}}}, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: opts.FuncOpts("function (p, api) { return {type: 'rect'}; }")}))
	if s := c.RenderSnippet().Option; !strings.Contains(s, `"function (p, api)`) {
		t.Fatalf("go-echarts writes functions now: this test shows nothing: %s", s)
	}
	_, option, _ := wire(t, c)
	if got := at(t, option, "series", 0, "renderItem", "@js"); got != "function (p, api) { return {type: 'rect'}; }" {
		t.Errorf("renderItem is %v", at(t, option, "series", 0, "renderItem"))
	}
}

// WithProgressive writes null.
func TestEchartsDefectProgressive(t *testing.T) {
	b := bar(charts.WithProgressive(500))
	b.Validate()
	if got, ok := b.JSON()["progressive"].(types.Int); ok && got != nil {
		t.Fatal("go-echarts writes the number now: this test shows nothing")
	}
	if _, option, _ := wire(t, b); option["progressive"] != 500.0 {
		t.Errorf("progressive is %v, want 500", option["progressive"])
	}
	if _, option, _ := wire(t, bar()); option["progressive"] != nil {
		t.Errorf("progressive is %v without having been set", option["progressive"])
	}
}

// visitor changes a finished option, which is go-echarts' own way round what
// its JSON leaves out.
type visitor struct {
	charts.BaseConfigurationVisitor
}

func (visitor) Visit(option map[string]any) { option["series0Rotate"] = 0 }

// Zeros are left out. DataZoom's Start is known to be 0 then; a visitor can
// write what else is meant.
func TestEchartsDefectZeros(t *testing.T) {
	b := bar(charts.WithDataZoomOpts(opts.DataZoom{Type: "slider", Start: 0, End: 30}))
	b.Validate()
	if j, err := json.Marshal(b.JSON()["dataZoom"]); err != nil || bytes.Contains(j, []byte("start")) {
		t.Fatalf("go-echarts writes the start now: this test shows nothing: %s %v", j, err)
	}
	_, option, _ := wire(t, b)
	if start, end := at(t, option, "dataZoom", 0, "start"), at(t, option, "dataZoom", 0, "end"); start != 0.0 || end != 30.0 {
		t.Errorf("from %v to %v, want 0 to 30", start, end)
	}
	b = bar()
	b.Accept(visitor{})
	if _, option, _ := wire(t, b); option["series0Rotate"] != 0.0 {
		t.Errorf("the visitor's 0 became %v", option["series0Rotate"])
	}
	for _, value := range []any{0, 0.0, false, ""} { // data are never left out
		b := charts.NewBar()
		b.AddSeries("", []opts.BarData{{Value: value}})
		_, option, _ := wire(t, b)
		if d := at(t, option, "series", 0, "data", 0).(map[string]any); d["value"] == nil {
			t.Errorf("the value %v is gone: %v", value, d)
		}
	}
}

// Its charts are 900 × 500 in colours for white pages, whatever the page.
func TestEchartsDefectFixedSizeAndColours(t *testing.T) {
	c := chart.FromEcharts(bar())
	if c.Width != 0 || c.Height != 0 || c.Option["color"] != nil || c.Option["backgroundColor"] != nil {
		t.Errorf("size %d × %d, colours %v on %v: the notebook shall choose", c.Width, c.Height, c.Option["color"], c.Option["backgroundColor"])
	}
	var p struct{ Width, Height int }
	if err := json.Unmarshal(payload(t, c.MIMEBundle()), &p); err != nil || p.Width != chart.DefaultWidth || p.Height != chart.DefaultHeight {
		t.Errorf("the payload has %d × %d, %v", p.Width, p.Height, err)
	}
	chosen := bar(charts.WithInitializationOpts(opts.Initialization{Width: "500px", Height: "300px", BackgroundColor: "#eeeeee"}), charts.WithColorsOpts(opts.Colors{"red", "blue"}))
	c = chart.FromEcharts(chosen)
	if c.Width != 500 || c.Height != 300 || c.Option["backgroundColor"] != "#eeeeee" {
		t.Errorf("size %d × %d on %v, want what was chosen", c.Width, c.Height, c.Option["backgroundColor"])
	}
	if colors, ok := c.Option["color"].([]any); !ok || len(colors) < 2 || colors[0] != "red" || colors[1] != "blue" {
		t.Errorf("colours %v, want what was chosen", c.Option["color"])
	}
	if c := chart.FromEcharts(bar(charts.WithInitializationOpts(opts.Initialization{Width: "100%", Height: "1px"}))); c.Width != 0 || c.Height != 0 {
		t.Errorf("size %d × %d of a share of the page, want the default", c.Width, c.Height)
	}
}

func TestEchartsTable(t *testing.T) {
	b := bar()
	b.AddSeries("pears", []opts.BarData{{Value: 1.5}, {Value: "-"}, {Value: 7}})
	_, _, text := wire(t, b)
	want := "Weekly\n     apples  pears\nMon       3    1.5\nTue       5      -\nWed       2      7"
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	p := charts.NewPie()
	p.AddSeries("share", []opts.PieData{{Name: "heap", Value: 70}, {Name: "stack", Value: 30}})
	if _, _, text := wire(t, p); !strings.Contains(text, "heap") || !strings.Contains(text, "70") {
		t.Errorf("the text of a pie: %s", text)
	}
}

func TestEchartsOverlap(t *testing.T) {
	b, l := bar(), charts.NewLine()
	l.SetXAxis([]string{"Mon", "Tue", "Wed"}).AddSeries("trend", []opts.LineData{{Value: 3}, {Value: 4}, {Value: 3}})
	b.Overlap(l)
	_, option, _ := wire(t, b)
	if kinds := []any{at(t, option, "series", 0, "type"), at(t, option, "series", 1, "type")}; kinds[0] != "bar" || kinds[1] != "line" {
		t.Errorf("series %v", kinds)
	}
}

// Two drawings in one chart, side by side.
func TestEchartsGrids(t *testing.T) {
	b := bar(charts.WithGridOpts(opts.Grid{Left: "5%", Width: "40%"}, opts.Grid{Left: "55%", Width: "40%"}))
	b.ExtendXAxis(opts.XAxis{GridIndex: 1})
	b.ExtendYAxis(opts.YAxis{GridIndex: 1})
	_, option, _ := wire(t, b)
	if grids, ok := option["grid"].([]any); !ok || len(grids) != 2 {
		t.Errorf("grids %v, want the two", option["grid"])
	}
	if got := at(t, option, "xAxis", 1, "gridIndex"); got != 1.0 {
		t.Errorf("the second axis is in grid %v", got)
	}
}

// Very many points become few, and the text says so.
func TestEchartsManyPoints(t *testing.T) {
	var names []int
	var values []opts.LineData
	for i := range 200_000 {
		names, values = append(names, i), append(values, opts.LineData{Value: math.Sin(float64(i) / 1e5)})
	}
	l := charts.NewLine()
	l.SetXAxis(names).AddSeries("wave", values)
	raw, option, text := wire(t, l)
	if len(raw) > 60<<10 || !strings.Contains(text, "of 200000 points drawn") {
		t.Errorf("%d bytes, %.100s", len(raw), text)
	}
	if a, b := len(at(t, option, "series", 0, "data").([]any)), len(at(t, option, "xAxis", 0, "data").([]any)); a != b {
		t.Errorf("%d values, %d names", a, b)
	}
}

type broken struct{}

func (broken) Validate()            { panic("no axis") }
func (broken) JSON() map[string]any { return nil }

func TestEchartsPanic(t *testing.T) {
	if c := chart.FromEcharts(broken{}); !strings.Contains(c.Text, "no axis") {
		t.Errorf("text %q", c.Text)
	}
	if c := chart.FromEcharts((*charts.Bar)(nil)); c.Text != "(no chart)" {
		t.Errorf("text %q", c.Text)
	}
}

func TestShowPage(t *testing.T) {
	r := record(t)
	page := components.NewPage()
	page.AddCharts(bar(), charts.NewLine(), charts.NewPie())
	if err := chart.Show(page); err != nil || len(r.displayed()) != 3 {
		t.Errorf("%v, %d charts shown, want 3", err, len(r.displayed()))
	}
	if err := chart.Show(bar()); err != nil || len(r.displayed()) != 4 {
		t.Errorf("%v, %d charts shown, want 4", err, len(r.displayed()))
	}
	for _, v := range []any{nil, 1, "x", []int{1}, struct{ Charts []int }{}} {
		if err := chart.Show(v); err == nil || !strings.Contains(err.Error(), "not a chart") {
			t.Errorf("Show(%v) gave %v", v, err)
		}
	}
}

// A chart as the last value of a cell.
func TestLastValue(t *testing.T) {
	r := record(t)
	for name, v := range map[string]any{"go-echarts": bar(), "ours": chart.Lines(chart.LinesData{Title: "x"})} {
		if b := display.Bundle(v, ""); b.Data[chart.MIME] == nil || b.Data["text/plain"] == "" {
			t.Errorf("%s: %v", name, b.Data)
		}
	}
	if len(r.displayed()) != 0 {
		t.Errorf("%d shown besides", len(r.displayed()))
	}
	page := components.NewPage()
	page.AddCharts(bar(), bar())
	if b := display.Bundle(page, ""); b.Data[chart.MIME] == nil || len(r.displayed()) != 1 {
		t.Errorf("a page of two: %d shown before the last", len(r.displayed()))
	}
	var none *chart.Chart
	if b := display.Bundle(none, ""); b.Data["text/plain"] != "(no chart)" {
		t.Errorf("a nil chart: %v", b.Data)
	}
}

var _ sink.Sink = (*recorder)(nil)
