package complete

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
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

func notebook(w *check.World) *Notebook {
	return &Notebook{World: w, Magics: []Magic{{Name: "time", Usage: "%time statement  %%time", Line: true, Cell: true},
		{Name: "timeit", Usage: "%timeit [-n N] [-r R] statement  %%timeit [-n N] [-r R]", Line: true, Cell: true},
		{Name: "who", Usage: "%who [kind or pattern ...]", Line: true}}}
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
			got, start, end := notebook(w).Complete(src, pos)
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
		found, data := notebook(w).Inspect(tt.src[:pos]+tt.src[pos+1:], pos, 0)
		text, _ := data["text/plain"].(string)
		for _, want := range tt.want {
			if !found || !strings.Contains(text, want) {
				t.Errorf("Inspect(%q): no %q in %q", tt.src, want, text)
			}
		}
	}
	if found, _ := notebook(w).Inspect("nothing_", 3, 0); found {
		t.Error("found something unknown")
	}
	if _, data := notebook(w).Inspect("double", 2, 1); !strings.Contains(data["text/plain"].(string), "return 2 * n") {
		t.Errorf("detail 1 shows no source: %v", data)
	}
}

func FuzzComplete(f *testing.F) {
	for _, tt := range completions {
		pos := strings.Index(tt.src, mark)
		f.Add(tt.src[:pos]+tt.src[pos+len(mark):], pos)
	}
	f.Add("世.", 1)
	f.Add("%", 1)
	f.Add("%%\n", 3)
	f.Add("a\x00b\xff.", 4)
	n := tableSession(f)
	f.Fuzz(func(t *testing.T, src string, pos int) {
		began := time.Now()
		matches, start, end := n.Complete(src, pos)
		if start < 0 || start > end || end > len(src) {
			t.Fatalf("range %d:%d of %d", start, end, len(src))
		}
		for i, m := range matches {
			if m.Text == "" || m.Type == "" {
				t.Fatalf("%+v", m)
			}
			if i > 0 && m.Text == matches[i-1].Text && m.Type == matches[i-1].Type {
				t.Fatalf("twice: %+v", m)
			}
		}
		n.Inspect(src, pos, 1)
		if d := time.Since(began); len(src) < 10000 && d > 10*time.Second {
			t.Fatalf("takes %v", d)
		}
	})
}

// big is a session with a thousand declarations and big packages imported.
func big(t testing.TB) *Notebook {
	var cells []string
	for i := range 250 {
		cells = append(cells, fmt.Sprintf("v%[1]d := %[1]d\ntype T%[1]d struct{ A, B int; Next *T%[1]d }\nfunc (t T%[1]d) Sum() int { return t.A }\nfunc f%[1]d(n int, t T%[1]d) T%[1]d { return t }\nconst c%[1]d = %[1]d", i))
	}
	cells = append(cells, "import (\n\t\"net/http\"\n\t\"go/types\"\n\t\"go/ast\"\n\t\"reflect\"\n)\nvar server http.Server\nvar checker types.Checker\nclient := http.DefaultClient")
	n := notebook(world(t, cells...))
	return n
}

var bigPlaces = []string{
	"v9", "", "fmt.Prin", "http.", "types.", "types.New", "server.", "client.Do(", "checker.", "syscall.",
	"for i := range 10 {\n\tv1", "f7(", "f7(v7, T7{", "v := f8(1, T8{A: 1}).", "ast.Inspect(", "x := http.Server{Addr: \"x\", ",
	"func f(r *http.Request) {\n\tif r.", "switch reflect.TypeOf(v1).Kind() {\ncase ",
	"import \"enc", strings.Repeat("x := 1\nif x > 2 {\n\tfmt.Println(x)\n}\n", 100) + "v1",
}

// TestLatency bounds the time of a completion in a big session. It counts
// processor time, which does not depend on what else the machine does.
func TestLatency(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector takes its own time")
	}
	n := big(t)
	var times []time.Duration
	for range 5 {
		for _, src := range bigPlaces {
			start := used(t)
			n.Complete(src, len(src))
			times = append(times, used(t)-start)
		}
	}
	slices.Sort(times)
	median, p95, longest := times[len(times)/2], times[len(times)*95/100], times[len(times)-1]
	t.Logf("%d completions: median %v, p95 %v, longest %v of processor time", len(times), median, p95, longest)
	if p95 > 30*time.Millisecond {
		t.Errorf("p95 is %v", p95)
	}
}

// used is the processor time that the process has used.
func used(t *testing.T) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func BenchmarkComplete(b *testing.B) {
	n := big(b)
	for _, src := range bigPlaces {
		b.Run(src[max(0, len(src)-30):], func(b *testing.B) {
			for b.Loop() {
				n.Complete(src, len(src))
			}
		})
	}
}

func BenchmarkInspect(b *testing.B) {
	n := big(b)
	for b.Loop() {
		n.Inspect("server", 3, 0)
	}
}
