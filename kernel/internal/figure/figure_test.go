package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const option = `{"title":{"text":"Times & </script><b>","subtext":"n = 3"},"xAxis":{"type":"category","data":["a","b"]},"yAxis":{},"series":[{"type":"bar","data":[1,2]}]}`

func payload(parts string) map[string]any {
	return map[string]any{ChartType: json.RawMessage(`{"option":` + option + parts + `}`), "text/plain": "a: 1, b: 2"}
}

func text(t *testing.T, data map[string]any, mime string) string {
	t.Helper()
	s, ok := data[mime].(string)
	if !ok {
		t.Fatalf("%s is %T, not text", mime, data[mime])
	}
	return s
}

func TestBundle(t *testing.T) {
	given := payload(`,"width":600,"height":300,"table":{"columns":["name","<i>"],"rows":[["a",1.23456789],["</script>",null]]}`)
	given[ResultType] = `{"version":1}`
	kept := maps.Clone(given)
	meta := map[string]any{"weft": map[string]any{"other": 1}}
	data, metadata := Bundle(given, meta)

	if got, want := slices.Sorted(maps.Keys(data)), []string{"image/png", "text/html", "text/plain"}; !slices.Equal(got, want) {
		t.Errorf("the bundle has %v, want %v", got, want)
	}
	if len(given) != len(kept) || len(meta["weft"].(map[string]any)) != 1 {
		t.Error("the maps that were given have been changed")
	}
	ours, _ := metadata["weft"].(map[string]any)
	if b, err := json.Marshal(ours); err != nil || string(b) != `{"other":1,"result":{"version":1}}` {
		t.Errorf("metadata is %s, %v", b, err)
	}
	if got := text(t, data, "text/plain"); got != "a: 1, b: 2" {
		t.Errorf("the text became %q", got)
	}

	size := func(from string) (w, h, bytesLong int) {
		t.Helper()
		b, err := base64.StdEncoding.DecodeString(from)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return img.Bounds().Dx(), img.Bounds().Dy(), len(b)
	}
	if w, h, n := size(text(t, data, "image/png")); w != 1200 || h != 600 || n > 30_000 {
		t.Errorf("the picture has %d × %d pixels in %d bytes", w, h, n)
	}
	html := text(t, data, "text/html")
	if !IsChart(html) {
		t.Error("IsChart does not know it")
	}
	m := regexp.MustCompile(`<img [^>]*src="data:image/png;base64,([^"]+)"`).FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("no picture in %.300s", html)
	}
	if w, h, _ := size(m[1]); w != 600 || h != 300 {
		t.Errorf("the picture in the HTML has %d × %d pixels", w, h)
	}
	for _, want := range []string{`alt="Times &amp; &lt;/script&gt;&lt;b&gt;. n = 3"`, ">1.23457</td>", "<th>&lt;i&gt;</th>", ">n/a</td>"} {
		if !strings.Contains(html, want) {
			t.Errorf("the HTML lacks %s", want)
		}
	}
	// One element, one script, and nothing in it that ends the script early.
	if strings.Count(html, "<script>") != 1 || strings.Count(html, "</script>") != 1 || !strings.HasSuffix(html, "</script></div>") {
		t.Error("the script is not one")
	}
	script := html[strings.Index(html, "<script>")+8 : strings.LastIndex(html, "</script>")]
	if m := regexp.MustCompile(`(?m)^\s*(let|const|class)\s`).FindString(script); m != "" || strings.ContainsAny(script, "\u2028\u2029") {
		t.Errorf("the script declares %q or has line ends of its own", m)
	}
	id := regexp.MustCompile(`id="(weft-[0-9a-f]{12})"`).FindStringSubmatch(html)
	if id == nil || !strings.Contains(script, id[1]) {
		t.Error("the script does not name its element")
	}
	again, _ := Bundle(given, nil)
	if strings.Contains(text(t, again, "text/html"), id[1]) {
		t.Error("two charts have the same id")
	}
}

func TestBundleLeavesOthers(t *testing.T) {
	data := map[string]any{"text/html": "<b>"}
	meta := map[string]any{"a": 1}
	d, m := Bundle(data, meta)
	if d["text/html"] != "<b>" || len(d) != 1 || len(m) != 1 || IsChart("<b>") || Has(data) {
		t.Errorf("another bundle became %v, %v", d, m)
	}
	d, m = Bundle(map[string]any{ResultType: map[string]any{"x": 1.5}, "text/plain": "t"}, nil)
	if b, err := json.Marshal([]any{d, m}); err != nil || string(b) != `[{"text/plain":"t"},{"weft":{"result":{"x":1.5}}}]` {
		t.Errorf("a result alone became %s, %v", b, err)
	}
}

// What can't be drawn says so in the chart's place; the text stays.
func TestBundleErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		payload any
		want    string
	}{
		"not JSON":         {"{", "can't be drawn: unexpected end"},
		"no option":        {json.RawMessage(`{"width":3}`), "it has no option"},
		"option is a list": {map[string]any{"option": []int{1}}, "its option is not an object"},
		"null":             {json.RawMessage(`{"option":null}`), "it has no option"},
		"can't be encoded": {func() {}, "can't be drawn: json"},
		"unknown kind":     {json.RawMessage(`{"option":{"series":[{"type":"<img src=x>"}]}}`), "&lt;img src=x&gt;"},
	} {
		data, _ := Bundle(map[string]any{ChartType: tt.payload, "text/plain": "as text"}, nil)
		html := text(t, data, "text/html")
		if !strings.Contains(html, tt.want) || strings.Contains(html, "<script>") || strings.Contains(html, "<img src=x>") {
			t.Errorf("%s: the HTML is %.300s", name, html)
		}
		if data["text/plain"] != "as text" || data["image/png"] != nil || data[ChartType] != nil {
			t.Errorf("%s: the bundle is %v", name, slices.Sorted(maps.Keys(data)))
		}
	}
}

func TestLive(t *testing.T) {
	data, _ := Bundle(payload(`,"live":{"id":"L1"}`), nil)
	if html := text(t, data, "text/html"); !strings.Contains(html, `"live":"L1"`) || data["image/png"] == nil {
		t.Errorf("the chart does not say that it is live: %.200s", html)
	}
	data, _ = Bundle(map[string]any{ChartType: json.RawMessage(`{"live":{"id":"L1","seq":3,"append":[[[1,2]]],"keep":5,"option":{"title":{"text":"</script>"}}}}`), "text/plain": ""}, nil)
	html := text(t, data, "text/html")
	if strings.Count(html, "</script>") != 1 || !strings.Contains(html, `"seq":3,"append":[[[1,2]]],"keep":5`) || data["image/png"] != nil {
		t.Errorf("an update became %v: %s", slices.Sorted(maps.Keys(data)), html)
	}
	data, _ = Bundle(map[string]any{ChartType: json.RawMessage(`{"live":{"id":"L1"}}`)}, nil)
	if len(data) != 2 || data["text/html"] != "" || data["text/plain"] != "" {
		t.Errorf("an empty update became %v", data)
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	rows := make([][]any, 100)
	for i := range rows {
		rows[i] = []any{i}
	}
	table(&b, &Table{Columns: []string{"n"}, Rows: rows}, false)
	if n := strings.Count(b.String(), "<tr>"); n != maxRows+2 || !strings.Contains(b.String(), "… and 60 more") {
		t.Errorf("%d rows are shown", n)
	}
}

// A notebook with twenty charts stays below 1.5 MB: what one of the fuller ones
// takes, pictures and HTML together.
func TestSize(t *testing.T) {
	var points []string
	for i := range 300 {
		points = append(points, fmt.Sprintf("[%d,%d]", i, i*7919%1000))
	}
	full := map[string]any{ChartType: json.RawMessage(`{"option":{"title":{"text":"A scatter of three hundred points","subtext":"each one apart from the others"},"legend":{},` +
		`"xAxis":{"name":"n"},"yAxis":{"name":"time (ms)"},"series":[{"name":"one","type":"scatter","data":[` + strings.Join(points, ",") + `]},{"name":"two","type":"line","data":[[0,0],[300,1000]]}]}}`)}
	data, _ := Bundle(full, nil)
	if n := len(text(t, data, "image/png")) + len(text(t, data, "text/html")); n > 150_000 {
		t.Errorf("the bundle has %d bytes", n)
	}
	data, _ = Bundle(payload(""), nil)
	if n := len(text(t, data, "image/png")) + len(text(t, data, "text/html")); n > 40_000 {
		t.Errorf("a small chart's bundle has %d bytes", n)
	}
}

func TestTogether(t *testing.T) {
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if data, _ := Bundle(payload(""), nil); data["image/png"] == nil {
				t.Error("no picture")
			}
		})
	}
	wg.Go(Warm)
	wg.Wait()
}
