package complete

import (
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each row has a text with the cursor, and parts of the page that are wanted,
// separated by " & "; "!part" must not be there, "-" stands for no page.
var inspections = []struct{ src, want string }{
	{"fmt.Prin‸tln", "func Println(a ...any) (n int, err error) & formats using the default formats"},
	{"fmt.Println‸", "func Println"},
	{"fmt.Println(‸", "func Println"},
	{"fmt.Println(p, ‸", "func Println"},
	{"fmt.Println(p, \"a‸b\")", "func Println"},
	{"fmt.Println(double(1), ‸", "func Println"},
	{"fmt.Println(double(‸", "func double(n int) int"},
	{"f‸mt", "package fmt // import \"fmt\" & Package fmt implements"},
	{"fmt.‸", "package fmt"},
	{"st‸r", "package strings"},
	{"str.ToUp‸per", "func ToUpper(s string) string & ToUpper returns"},
	{"import \"net/ht‸tp\"", "package http"},
	{"julia‸", "package julia & variants: & julia.Serial(width int, height int, limit int) & julia.Goroutine"},
	{"julia.Ser‸ial", "func Serial & variants: & Goroutine"},
	{"julia.Ne‸w", "func New & !variants"},
	{"time.Dura‸tion", "type Duration int64 & Seconds() float64"},
	{"time.Sec‸ond", "const Second Duration = 1000000000"},
	{"time.Now().Ad‸d", "Add(d Duration) Time & Add returns the time"},
	{"os.Std‸out", "var Stdout *File"},
	{"http.Ser‸ver", "type Server struct { & Addr string"},
	{"http.Server{Ad‸dr: \"\"}", "field Addr string & of type http.Server"},
	{"var s http.Server\ns.Ad‸dr", "field Addr string & optionally specifies the TCP address"},
	{"io.Rea‸der", "type Reader interface & Read"},
	{"errors.Jo‸in", "func Join(errs ...error) error"},
	{"math.P‸i", "const Pi untyped float = 3.14159"},
	{"double‸", "func double(n int) int & double doubles n. & Twice as much. & declared in cell[4] & !return 2"},
	{"Poi‸nt", "type Point struct & A Point is a place. & Dist() float64 & declared in cell[1]"},
	{"p.Di‸st", "Dist() float64 & Dist is how far it is. & declared in cell[1]"},
	{"pp.Mo‸ve(3)", "Move(dx int) & Move moves it."},
	{"p.‸X", "field X int & X goes to the right. & of type Point"},
	{"p.Na‸me", "field Name string & of the place"},
	{"circle.Na‸me", "field Name string & of the place & of type Point"},
	{"Point{Na‸me: title}", "field Name string"},
	{"cou‸nter", "var counter int & = 1 & declared in cell[3]"},
	{"p‸", "var p Point & declared in cell[3]"},
	{"lim‸it", "const limit untyped int = 3 & declared in cell[3]"},
	{"Gre‸en", "const Green Color = 1 & Green is the colour of grass."},
	{"Col‸or", "type Color int"},
	{"Sha‸pe", "type Shape interface & Scale(by float64) Shape"},
	{"shape.Ar‸ea", "Area() float64"},
	{"pair.Sw‸ap", "Swap() Pair[string, int]"},
	{"pair.Ke‸y", "field Key string"},
	{"call‸back", "var callback func(n int, s string) bool"},
	{"x := 3; x‸", "var x int"},
	{"// mine is mine.\nfunc mine(a int) {}\nmin‸e", "func mine(a int) & mine is mine."},
	{"func f(width int) {\n\twid‸th", "var width int"},
	{"for index := range 3 {\n\tind‸ex", "var index int"},
	{"func f[T any](v T) { v‸ }", "var v T"},
	{"le‸n", "func len(v Type) int & How many elements"},
	{"appen‸d(ps, p)", "func append(slice []Type, elems ...Type) []Type"},
	{"append(‸", "func append"},
	{"in‸t", "type int & Whole numbers with sign"},
	{"erro‸r", "type error"},
	{"ni‸l", "nil"},
	{"tru‸e", "const true"},
	{"iot‸a", "const iota"},
	{"fo‸r {\n}", "keyword for & Loops"},
	{"sele‸ct {\n}", "keyword select"},
	{"defe‸r f()", "keyword defer"},
	{"ran‸ge", "keyword range"},
	{"%ti‸me double(1)", "%time statement & Measure."},
	{"%time dou‸ble(1)", "func double"},
	{"%%ba‸sh\nls", "%%bash"},
	{"s := \"😀\"; cou‸nter", "var counter int"},
	{"Über‸schrift", "var Überschrift int"},
	{"x := = 1\nfmt.Print‸ln", "func Println"},
	{"fmt.Print‸ln(p.X", "func Println"},
	{"unsafe.Size‸of", "func Sizeof"},
	{"// fmt.Print‸ln", "-"},
	{"unknown_‸", "-"},
	{"p.unknown_‸", "-"},
	{"‸", "-"},
	{"3‸", "-"},
}

func TestInspections(t *testing.T) {
	if len(inspections) < 60 {
		t.Errorf("%d inspections", len(inspections))
	}
	n := tableSession(t)
	for _, tt := range inspections {
		pos := strings.Index(tt.src, mark)
		found, data := n.Inspect(tt.src[:pos]+tt.src[pos+len(mark):], pos, 0)
		text, _ := data["text/plain"].(string)
		rich, _ := data["text/html"].(string)
		if found != (tt.want != "-") {
			t.Errorf("%q: found is %v: %q", tt.src, found, text)
			continue
		}
		if found && (rich == "" || !strings.Contains(rich, "<pre>")) {
			t.Errorf("%q: HTML is %q", tt.src, rich)
		}
		for want := range strings.SplitSeq(tt.want, " & ") {
			if no, ok := strings.CutPrefix(want, "!"); ok {
				if strings.Contains(text, no) {
					t.Errorf("%q: %q in %q", tt.src, no, text)
				}
			} else if want != "-" && !strings.Contains(text, want) {
				t.Errorf("%q: no %q in %q", tt.src, want, text)
			}
		}
	}
}

// TestInspectSource asks for the source as well.
func TestInspectSource(t *testing.T) {
	n := tableSession(t)
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no Go here")
	}
	src := os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "src"))
	n.Code = func(path, name string) string { return Code(src, path, name) }
	for _, tt := range []struct{ src, want string }{
		{"double", "// Twice as much.\nfunc double(n int) int { return 2 * n }"},
		{"p.Move", "func (p *Point) Move(dx int) {}"},
		{"Point", "X, Y int\n"},
		{"counter", "counter := 1"},
		{"strings.Repeat", "// strings/strings.go\n// Repeat returns"},
		{"os.File", "type File struct {"},
		{"time.Now().Add", "func (t Time) Add(d Duration) Time {"},
		{"runtime.GC", "func GC() {"},
	} {
		_, data := n.Inspect(tt.src, len(tt.src), 1)
		if text, _ := data["text/plain"].(string); !strings.Contains(text, tt.want) {
			t.Errorf("%q: no %q in %q", tt.src, tt.want, text)
		}
	}
	if text := Code(src, "nothing", "here"); text != "" {
		t.Errorf("%q", text)
	}
}

// TestInspectLost says that a value is gone.
func TestInspectLost(t *testing.T) {
	n := tableSession(t)
	n.World.Lose("cell[9]")
	_, data := n.Inspect("counter", 3, 0)
	if text, _ := data["text/plain"].(string); !strings.Contains(text, "its value was lost, run cell[3] again") || strings.Contains(text, "= 1") {
		t.Errorf("%q", text)
	}
}

// TestKeywordHelp wants help for every keyword and every builtin.
func TestKeywordHelp(t *testing.T) {
	for k := token.BREAK; k <= token.VAR; k++ {
		if keywordHelp[k.String()] == "" {
			t.Errorf("nothing about %s", k)
		}
	}
	for _, name := range types.Universe.Names() {
		if universeHelp[name] == "" {
			t.Errorf("no help for %s", name)
		}
		if _, ok := types.Universe.Lookup(name).(*types.Builtin); ok && builtins[name] == "" {
			t.Errorf("nothing about %s", name)
		}
	}
}
