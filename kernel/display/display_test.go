package display

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// A recorder is a notebook that keeps what it is sent.
type recorder struct {
	mu      sync.Mutex
	calls   []string // display, update, clear, clear wait
	bundles []sink.Bundle
	times   []time.Time
}

func (r *recorder) add(call string, b sink.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls, r.bundles, r.times = append(r.calls, call), append(r.bundles, b), append(r.times, time.Now())
}

func (r *recorder) Display(b sink.Bundle) { r.add("display", b) }
func (r *recorder) Update(b sink.Bundle)  { r.add("update", b) }

func (r *recorder) Clear(wait bool) {
	call := "clear"
	if wait {
		call = "clear wait"
	}
	r.add(call, sink.Bundle{})
}

func (r *recorder) all() ([]string, []sink.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls), slices.Clone(r.bundles)
}

// record sets a recorder as the process's sink for the time of a test.
func record(t testing.TB) *recorder {
	r := &recorder{}
	sink.Set(r)
	t.Cleanup(func() { sink.Set(nil) })
	return r
}

func mimes(b sink.Bundle) string {
	return strings.Join(slices.Sorted(maps.Keys(b.Data)), " ")
}

func pngData(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegData(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestForms(t *testing.T) {
	tests := []struct {
		name  string
		show  func() ID
		mimes string
		mime  string // one of them
		want  string // what it holds, or begins with before a *
		text  string
	}{
		{"html", func() ID { return HTML("<p>a&amp;b</p><script>x</script>c") }, "text/html text/plain", mimeHTML, "<p>a&amp;b</p><script>x</script>c", "a&b\nc"},
		{"html without words", func() ID { return HTML(`<img src="x">`) }, "text/html text/plain", mimeHTML, `<img src="x">`, "HTML (13 bytes)"},
		{"markdown", func() ID { return Markdown("**a**") }, "text/markdown text/plain", mimeMarkdown, "**a**", "**a**"},
		{"svg", func() ID { return SVG("<svg></svg>") }, "text/html text/plain", mimeHTML, `<img src="data:image/svg+xml;base64,*`, "SVG picture (46 bytes)"},
		{"png", func() ID { return PNG(pngData(t, 3, 2)) }, "image/png text/plain", mimePNG, "iVBORw0KGgo*", "*PNG picture 3×2 ("},
		{"not png", func() ID { return PNG([]byte("no")) }, "text/plain", mimeText, "not a PNG picture (2 bytes): *", "*not a PNG"},
		{"png is not jpeg", func() ID { return JPEG(pngData(t, 3, 2)) }, "text/plain", mimeText, "not a JPEG picture (*", "*not a JPEG"},
		{"jpeg", func() ID { return JPEG(jpegData(t, 3, 2)) }, "image/jpeg text/plain", mimeJPEG, "/9j/*", "*JPEG picture 3×2 ("},
		{"latex with signs", func() ID { return Latex("$x$") }, "text/latex text/plain", mimeLatex, "$x$", "$x$"},
		{"latex formula", func() ID { return Latex(`\frac{a}{b} \\[2pt]`) }, "text/latex text/plain", mimeLatex, "$$\n\\frac{a}{b} \\\\[2pt]\n$$", `\frac{a}{b} \\[2pt]`},
		{"latex environment", func() ID { return Latex(`\begin{matrix}1\end{matrix}`) }, "text/latex text/plain", mimeLatex, `\begin{matrix}1\end{matrix}`, `\begin{matrix}1\end{matrix}`},
		{"json", func() ID { return JSON(map[string]int{"a<": 1}) }, "application/json text/plain", mimeJSON, `{"a<":1}`, "{\n  \"a<\": 1\n}"},
		{"json text", func() ID { return JSON(" [1,2] ") }, "application/json text/plain", mimeJSON, `[1,2]`, "[\n  1,\n  2\n]"},
		{"json bytes", func() ID { return JSON([]byte(`{}`)) }, "application/json text/plain", mimeJSON, `{}`, "{}"},
		{"json of a string", func() ID { return JSON("abc") }, "text/plain", mimeText, `"abc"`, `"abc"`},
		{"json of a number", func() ID { return JSON(3) }, "text/plain", mimeText, `3`, `3`},
		{"json impossible", func() ID { return JSON(math.NaN()) }, "text/plain", mimeText, "JSON: *", "*JSON: json: unsupported value"},
		{"text", func() ID { return Text("a\nb") }, "text/plain", mimeText, "a\nb", "a\nb"},
		{"image", func() ID { return Image(image.NewGray(image.Rect(0, 0, 2, 2))) }, "image/png text/plain", mimePNG, "iVBORw0KGgo*", "*image.Gray 2×2"},
		{"no image", func() ID { return Image(nil) }, "text/plain", mimeText, "<nil>", "<nil>"},
		{"show", func() ID { return Show(42) }, "text/plain", mimeText, "42", "42"},
		{"show several", func() ID { return Show(1, "a") }, "text/plain", mimeText, "1\n\"a\"", "1\n\"a\""},
		{"show with a picture", func() ID { return Show("<", image.NewGray(image.Rect(0, 0, 1, 1))) }, "text/html text/plain", mimeHTML, "<pre>&#34;&lt;&#34;</pre>\n<div><img src=\"data:image/png;base64,*", "\"<\"\n*image.Gray 1×1"},
		{"table", func() ID { return Table([]int{7}) }, "text/html text/plain", mimeHTML, "<table*", "index  value\n─────  ─────\n    0      7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := record(t)
			id := tt.show()
			calls, bundles := r.all()
			if len(calls) != 1 || calls[0] != "display" || bundles[0].ID != string(id) || id == "" {
				t.Fatalf("calls %v with %v, want one display with ID %q", calls, bundles, id)
			}
			b := bundles[0]
			if got := mimes(b); got != tt.mimes {
				t.Errorf("forms %q, want %q", got, tt.mimes)
			}
			got := content(t, b.Data[tt.mime])
			if begin, ok := strings.CutSuffix(tt.want, "*"); ok && strings.HasPrefix(got, begin) {
				got = tt.want
			}
			if got != tt.want {
				t.Errorf("%s %q, want %q", tt.mime, got, tt.want)
			}
			text, _ := b.Data[mimeText].(string)
			begin, ok := strings.CutPrefix(tt.text, "*")
			if ok && !strings.Contains(text, begin) || !ok && text != tt.text {
				t.Errorf("text %q, want %q", text, tt.text)
			}
		})
	}
}

// content is one part of a bundle as it is sent.
func content(t *testing.T, v any) string {
	t.Helper()
	if s, ok := v.(string); ok {
		return s
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\u003c`, "<").Replace(string(data))
}

func TestSVGNamespace(t *testing.T) {
	for in, want := range map[string]string{
		`<svg width="1"/>`:           `<svg xmlns="http://www.w3.org/2000/svg" width="1"/>`,
		`<svg xmlns="x"/>`:           `<svg xmlns="x"/>`,
		`<?xml?><svg><a xmlns="y"/>`: `<?xml?><svg xmlns="http://www.w3.org/2000/svg"><a xmlns="y"/>`,
		`nothing`:                    `nothing`,
		`<svg`:                       `<svg`,
	} {
		r := record(t)
		SVG(in)
		_, bundles := r.all()
		_, data, _ := strings.Cut(bundles[0].Data[mimeHTML].(string), "base64,")
		data, _, _ = strings.Cut(data, `"`)
		got, err := base64.StdEncoding.DecodeString(data)
		if err != nil || string(got) != want {
			t.Errorf("SVG(%q) sends %q (%v), want %q", in, got, err, want)
		}
	}
}

func TestUpdateKeepsTheForm(t *testing.T) {
	tests := []struct {
		name  string
		id    func() ID
		value any
		mimes string
	}{
		{"html", func() ID { return HTML("a") }, "<b>b</b>", "text/html text/plain"},
		{"html by a value", func() ID { return HTML("a") }, 3, "text/plain"},
		{"markdown", func() ID { return Markdown("a") }, "b", "text/markdown text/plain"},
		{"latex", func() ID { return Latex("a") }, "b", "text/latex text/plain"},
		{"svg", func() ID { return SVG("<svg/>") }, "<svg/>", "text/html text/plain"},
		{"json", func() ID { return JSON("{}") }, []int{1}, "application/json text/plain"},
		{"table", func() ID { return Table([]int{1}) }, []int{1}, "text/html text/plain"},
		{"png", func() ID { return PNG(nil) }, pngData(t, 1, 1), "image/png text/plain"},
		{"jpeg", func() ID { return JPEG(nil) }, jpegData(t, 1, 1), "image/jpeg text/plain"},
		{"image", func() ID { return Image(nil) }, image.NewGray(image.Rect(0, 0, 1, 1)), "image/png text/plain"},
		{"show", func() ID { return Show(1) }, "b", "text/plain"},
		{"text", func() ID { return Text("") }, "b", "text/plain"},
		{"the user's own", func() ID { return "mine-1" }, "b", "text/plain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := record(t)
			id := tt.id()
			Update(id, tt.value)
			calls, bundles := r.all()
			last := len(calls) - 1
			if calls[last] != "update" || bundles[last].ID != string(id) {
				t.Fatalf("%s of %q, want update of %q", calls[last], bundles[last].ID, id)
			}
			if got := mimes(bundles[last]); got != tt.mimes {
				t.Errorf("forms %q, want %q", got, tt.mimes)
			}
		})
	}
	r := record(t)
	Update("", 1)
	if calls, _ := r.all(); len(calls) > 0 {
		t.Errorf("an update without an ID was sent")
	}
}

func TestEveryFormHasAnID(t *testing.T) {
	for name := range forms {
		if got := newID(name).form(); got != name {
			t.Errorf("an ID of %s tells %s", name, got)
		}
	}
	if a, b := newID("show"), newID("show"); a == b {
		t.Errorf("two displays have the ID %s", a)
	}
}

func TestShowOfAnID(t *testing.T) {
	r := record(t)
	id := HTML("a")
	if got := Show(id); got != id {
		t.Errorf("Show(%q) = %q", id, got)
	}
	Show(id, id)
	if calls, _ := r.all(); len(calls) != 1 {
		t.Errorf("calls %v, want the first display only", calls)
	}
}

func TestClear(t *testing.T) {
	r := record(t)
	Clear()
	Clear(true)
	Clear(false)
	if calls, _ := r.all(); !slices.Equal(calls, []string{"clear", "clear wait", "clear"}) {
		t.Errorf("calls %v", calls)
	}
}

func TestHTMLText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "HTML (0 bytes)",
		"a < b":                              "a < b",
		"<":                                  "<",
		"a<b>c</b>":                          "ac",
		"<!-- x > y -->a":                    "a",
		"<STYLE>p{}</Style >a":               "a",
		"<script>if (a<b) {}":                "HTML (19 bytes)",
		"<table><tr><td>1</td><td>2</table>": "1 2",
		"a<br/>b\nc":                         "a\nb c",
		"&lt;b&gt;":                          "<b>",
		"a<b":                                "a",
	} {
		if got := htmlText(in); got != want {
			t.Errorf("htmlText(%q) = %q, want %q", in, got, want)
		}
	}
	if got := htmlText(strings.Repeat("é<b>", 1e6)); len(got) > maxPlain+10 || !strings.HasSuffix(got, "é…") {
		t.Errorf("long HTML gives %d bytes, ending %q", len(got), got[len(got)-10:])
	}
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a<script>b</script>&amp;<!-- c")
	f.Fuzz(func(t *testing.T, s string) {
		if got := htmlText(s); len(got) > 4*maxPlain {
			t.Errorf("%d bytes of text", len(got))
		}
	})
}

// hostile is an image whose pixels cannot be read.
type hostile struct{ image.Gray }

func (*hostile) Bounds() image.Rectangle { return image.Rect(0, 0, 2, 2) }
func (*hostile) At(x, y int) color.Color { panic("no pixels") }

func TestImages(t *testing.T) {
	for name, tt := range map[string]struct {
		img  any
		want string
	}{
		"rectangle": {image.Rect(1, 2, 3, 4), "(1,2)-(3,4)"},
		"empty":     {image.NewGray(image.Rectangle{}), "*image.Gray 0×0 cannot be shown: pictures have between 1 and 67108864 pixels"},
		"huge":      {&image.Gray{Rect: image.Rect(0, 0, 1<<40, 1<<40)}, "*image.Gray 1099511627776×1099511627776 cannot be shown: pictures have between 1 and 67108864 pixels"},
		"panics":    {&hostile{}, "*display.hostile cannot be shown: it panicked: no pixels"},
		"nil":       {(*image.Gray)(nil), "<nil>"},
	} {
		b := Bundle(tt.img, "")
		if got := b.Data[mimeText]; mimes(b) != mimeText || got != tt.want {
			t.Errorf("%s: %s %q, want %q", name, mimes(b), got, tt.want)
		}
	}
	if b := Bundle(image.NewUniform(color.White), ""); mimes(b) != mimeText {
		t.Errorf("an image of one colour without end gives %s", mimes(b))
	}
	b := Bundle(image.NewRGBA(image.Rect(-1, -1, 1, 2)), "")
	data, err := base64.StdEncoding.DecodeString(b.Data[mimePNG].(string))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil || img.Bounds().Dx() != 2 || img.Bounds().Dy() != 3 {
		t.Errorf("picture of %v, %v", img.Bounds(), err)
	}
}
