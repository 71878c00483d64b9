package complete

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
)

func world(t testing.TB, cells ...string) *check.World {
	t.Helper()
	w := check.NewWorld(export.New())
	for i, src := range cells {
		c, err := w.Check(fmt.Sprintf("cell[%d]", i+1), src)
		if err != nil {
			t.Fatal(err)
		}
		w.Commit(c)
	}
	return w
}

func session(t testing.TB) *check.World {
	return world(t, "type Point struct{ X, Y int; secret string }\nfunc (p Point) Dist() float64 { return 0 }\nfunc (p *Point) Move(dx int) {}",
		"p := Point{}\ncounter := 1\nconst limit = 3\nfunc double(n int) int { return 2 * n }", "import str \"strings\"", "var ps []Point\nvar m map[string]*Point")
}

func TestComplete(t *testing.T) {
	tests := []struct {
		name, src string // | is the cursor
		want      string // matches that must be there, first ones first; after ! those that must not
		from      string // what is replaced
	}{
		{"package member", "fmt.Printl|", "Println function", "Printl"},
		{"package member in a call", "fmt.Println(strings.ToUp|", "ToUpper function", "ToUp"},
		{"all members", "str.|", "Builder type,ToUpper function", ""},
		{"case", "fmt.printl|", "Println function", "printl"},
		{"field", "p.|", "X field,Y field,secret field,Dist method,Move method", ""},
		{"field of call", "x := double(p.|", "X field", ""},
		{"element", "ps[0].D|", "Dist method", "D"},
		{"through map", "m[\"a\"].M|", "Move method", "M"},
		{"session name", "cou|", "counter variable", "cou"},
		{"function", "dou|", "double function", "dou"},
		{"const", "lim|", "limit constant", "lim"},
		{"type", "Poi|", "Point type", "Poi"},
		{"package", "strco|", "strconv package", "strco"},
		{"keyword", "fun|", "func keyword", "fun"},
		{"builtin", "appe|", "append function", "appe"},
		{"local", "func f(width int) {\n\theight := 2\n\twid|\n}", "width variable", "wid"},
		{"local unfinished", "func f(width int) {\n\theight := 2\n\thei|", "height variable", "hei"},
		{"local of block", "for index := 0; index < 3; index++ {\n\tind|", "index variable", "ind"},
		{"local member", "q := Point{}\nq.Di|", "Dist method", "Di"},
		{"not yet", "func f() {\n\thei|\n\theight := 2\n}", "!height", "hei"},
		{"struct literal", "Point{sec|", "secret field", "sec"},
		{"magic", "%ti|", "%time magic,%timeit magic", "%ti"},
		{"cell magic", "%%ti|", "%%time magic", "%%ti"},
		{"string", "s := \"cou|\"", "!counter", ""},
		{"comment", "// cou|", "!counter", ""},
		{"import path", "import \"encoding/js|\"", "encoding/json package", "encoding/js"},
		{"after unicode", "s := \"世界\"; cou|", "counter variable", "cou"},
		{"inside a word", "cou|nter", "counter variable", "counter"},
		{"chain", "time.Now().Ad|", "Add method,AddDate method", "Ad"},
		{"next line", "p.\n\tDi|", "Dist method", "Di"},
		{"broken elsewhere", "x := = 3\np.Di|", "Dist method", "Di"},
		{"type member", "Point.Di|", "Dist method", "Di"},
		{"nothing", "|", "counter variable", ""},
	}
	w := session(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pos := strings.IndexByte(tt.src, '|')
			src := tt.src[:pos] + tt.src[pos+1:]
			got, start, end := Complete(w, src, pos, []string{"time", "timeit", "who"})
			var texts []string
			for _, m := range got {
				texts = append(texts, m.Text+" "+m.Type)
			}
			if no, ok := strings.CutPrefix(tt.want, "!"); ok {
				if slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, no+" ") }) {
					t.Fatalf("offers %s: %q", no, texts)
				}
				return
			}
			for _, want := range strings.Split(tt.want, ",") {
				if !slices.Contains(texts, want) {
					t.Errorf("no %q in %q", want, texts[:min(len(texts), 20)])
				}
			}
			if src[start:end] != tt.from {
				t.Errorf("replaces %q, want %q", src[start:end], tt.from)
			}
		})
	}
}

func TestInspect(t *testing.T) {
	w := session(t)
	tests := []struct {
		src  string
		want []string
	}{
		{"fmt.Prin|tln", []string{"func Println(a ...any) (n int, err error)", "formats using the default formats"}},
		{"Poi|nt", []string{"type Point struct", "Dist() float64", "declared in cell[1]"}},
		{"count|er", []string{"var counter int", "declared in cell[2]"}},
		{"double(|", []string{"func double(n int) int"}},
		{"p.Di|st", []string{"Dist() float64"}},
		{"str|", []string{"package strings"}},
		{"limi|t", []string{"const limit untyped int = 3"}},
		{"x := 3; x|", []string{"var x int"}},
		{"le|n", []string{"len"}},
		{"time.Durat|ion", []string{"type Duration int64", "Seconds() float64"}},
	}
	for _, tt := range tests {
		pos := strings.IndexByte(tt.src, '|')
		found, data := Inspect(w, tt.src[:pos]+tt.src[pos+1:], pos, 0)
		text, _ := data["text/plain"].(string)
		for _, want := range tt.want {
			if !found || !strings.Contains(text, want) {
				t.Errorf("Inspect(%q): no %q in %q", tt.src, want, text)
			}
		}
	}
	if found, _ := Inspect(w, "nothing_", 3, 0); found {
		t.Error("found something unknown")
	}
	if _, data := Inspect(w, "double", 2, 1); !strings.Contains(data["text/plain"].(string), "return 2 * n") {
		t.Errorf("detail 1 shows no source: %v", data)
	}
}

func FuzzComplete(f *testing.F) {
	f.Add("fmt.Print", 5)
	f.Add("for i := range x { p.", 21)
	f.Add("世.", 1)
	f.Add("%ti", 3)
	w := session(f)
	f.Fuzz(func(t *testing.T, src string, pos int) {
		_, start, end := Complete(w, src, pos, []string{"time"})
		if start < 0 || start > end || end > len(src) {
			t.Fatalf("range %d:%d of %d", start, end, len(src))
		}
		Inspect(w, src, pos, 1)
	})
}

func BenchmarkComplete(b *testing.B) {
	var cells []string
	for i := range 1000 {
		cells = append(cells, fmt.Sprintf("v%d := %d", i, i))
	}
	w := world(b, cells...)
	for _, src := range []string{"v9", "fmt.Prin", "for i := range 10 {\n\tv1"} {
		b.Run(src, func(b *testing.B) {
			for b.Loop() {
				Complete(w, src, len(src), nil)
			}
		})
	}
}

func TestFast(t *testing.T) {
	w := session(t)
	Complete(w, "fmt.Pri", 7, nil)
	start := time.Now()
	for range 20 {
		Complete(w, "cou", 3, nil)
	}
	if d := time.Since(start) / 20; d > 20*time.Millisecond {
		t.Errorf("a completion takes %v", d)
	}
}
