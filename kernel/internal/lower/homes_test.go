package lower

import (
	"fmt"
	"go/types"
	"reflect"
	"strings"
	"testing"

	"github.com/traefik/yaegi/interp"
)

// fakeHomes says that the named declarations are compiled, and that the
// interpreter has all other functions and the variables.
type fakeHomes struct {
	compiled map[string]string // "Point": "X_Point"
	rest     bool              // whether the interpreter has the others
}

func (h fakeHomes) Home(o types.Object) (string, string, bool) {
	name, ok := h.compiled[o.Name()]
	return "nb/c7", name, ok
}

func (h fakeHomes) Interpreted(o types.Object) bool { return h.rest }

// What a compiled package would hold for
//
//	type Point struct{ x, Y int }
//	func (p Point) Sum() int { return p.x + p.Y }
//	func (p *Point) inc() { p.x++ }
//	type Shape interface{ Sum() int; inc() }
//	func twice(n int) int { return 2 * n }
type (
	X_Point struct{ x, Y int }
	X_Shape interface {
		Sum() int
		X_inc()
	}
)

func (p X_Point) Sum() int { return p.x + p.Y }
func (p *X_Point) X_inc()  { p.x++ }

var homed = interp.Exports{"nb/c7/c7": {
	"X_Point":      reflect.ValueOf((*X_Point)(nil)),
	"X_Shape":      reflect.ValueOf((*X_Shape)(nil)),
	"X_Point_x":    reflect.ValueOf(func(p *X_Point) *int { return &p.x }),
	"X_Point_x_of": reflect.ValueOf(func(p X_Point) int { return p.x }),
	"X_Point_lit":  reflect.ValueOf(func(x, y int) X_Point { return X_Point{x, y} }),
	"X_twice":      reflect.ValueOf(func(n int) int { return 2 * n }),
}}

// homedNotebook is a session in which these are declared and compiled.
func homedNotebook(t *testing.T) *notebook {
	t.Helper()
	nb := newNotebook()
	if err := nb.interp.Use(homed); err != nil {
		t.Fatal(err)
	}
	for _, src := range []string{
		"type Point struct{ x, Y int }\nfunc (p Point) Sum() int { return p.x + p.Y }\nfunc (p *Point) inc() { p.x++ }\ntype Shape interface { Sum() int; inc() }",
		"func twice(n int) int { return 2 * n }",
	} {
		c, err := nb.world.Check("cell[0]", src)
		if err != nil {
			t.Fatal(err)
		}
		nb.world.Commit(c)
	}
	nb.homes = fakeHomes{compiled: map[string]string{"Point": "X_Point", "Shape": "X_Shape", "twice": "X_twice"}}
	return nb
}

func TestHomes(t *testing.T) {
	tests := []struct {
		name  string
		cells []string
	}{
		{"function", []string{"twice(4)", "int: 8\n", "f := twice\nf(5)", "int: 10\n", "func four(n int) int { return twice(twice(n)) }\nfour(3)", "int: 12\n"}},
		{"variable", []string{"p := Point{1, 2}", "", "p.Sum()", "int: 3\n", "p.Y = 9", "", "p.Sum()", "int: 10\n", "fmt.Println(p)", "{1 9}\n"}},
		{"unexported field", []string{"p := Point{x: 1}", "", "p.x", "int: 1\n", "p.x = 5", "", "p.x++\np.x", "int: 6\n", "q := &p\nq.x += 10", "", "p.x", "int: 16\n", "ps := []Point{{1, 2}, {3, 4}}\nps[1].x = 7\nps[1].Sum()", "int: 11\n", "m := map[string]Point{\"a\": {x: 3}}\nm[\"a\"].x", "int: 3\n", "func mk() Point { return Point{4, 5} }\nmk().x", "int: 4\n", "a := &p.x\n*a = 2\np.x", "int: 2\n"}},
		{"literals", []string{"p := &Point{Y: 2}\np.inc()\np.Sum()", "int: 3\n", "Point{}.Sum()", "int: 0\n", "x, p2 := 1, Point{3, 4}\np2.Sum() + x", "int: 8\n", "[2]Point{{1, 2}}[0].Sum()", "int: 3\n"}},
		{"unexported method", []string{"var p Point\np.inc()\np.inc()\np.x", "int: 2\n", "var s Shape = &p\ns.inc()\ns.Sum()", "int: 3\n", "f := p.inc\nf()\np.x", "int: 4\n"}},
		{"interface", []string{"var s Shape = &Point{1, 2}\np, ok := s.(*Point)\nfmt.Println(p.x, ok)", "1 true\n", "var v any = Point{1, 2}\nv == any(Point{1, 2})", "bool: true\n", "switch w := v.(type) {\ncase *Point:\n\tfmt.Println(\"pointer\")\ncase Point:\n\tfmt.Println(w.x)\n}", "1\n", "t := Point{1, 2}\nvar u any = t\nt.Y = 9\nfmt.Println(u)", "{1 2}\n"}},
		{"generic", []string{"func first[T any](s []T) T { return s[0] }\nfirst([]Point{{1, 2}}).Sum()", "int: 3\n"}},
		{"type", []string{"type A int", "error: declaring A is not possible in interpreted cells", "func f() { type b struct{}; _ = b{} }", "error: in interpreted cells", "func (p Point) M() {}", "error: in interpreted cells", "var v struct{ a int }", "error: unexported or embedded fields is not supported", "var i interface{ M() }", "error: an unnamed interface", "var s struct{ A int }\ns.A", "int: 0\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { homedNotebook(t).check(t, tt.cells...) })
	}
}

// TestPending refuses what is neither compiled nor interpreted.
func TestPending(t *testing.T) {
	nb := homedNotebook(t)
	nb.homes = fakeHomes{}
	nb.check(t, "twice(2)", "error: cell[1]:1:1: using twice before it is compiled is not possible in interpreted cells",
		"p := Point{}", "error: using Point before it is compiled")
}

// TestGuards lets a compiled function take the place of an interpreted one.
func TestGuards(t *testing.T) {
	nb := homedNotebook(t)
	nb.homes = fakeHomes{rest: true}
	nb.check(t, "func f(a int, b ...string) (n int, s string) { return a, fmt.Sprint(b) }", "", "f(1, \"a\", \"b\")", "int: 1 string: [a b]\n",
		"func g(int, string) { fmt.Println(\"interpreted\") }", "")
	guards := map[string]string{}
	for _, src := range []string{"func f(a int, b ...string) (n int, s string) { return a, fmt.Sprint(b) }\n//2", "func g(int, string) { fmt.Println(\"interpreted\") };1"} {
		if _, err := nb.run(src); err != nil {
			t.Fatal(err)
		}
		for name, guard := range nb.plan.Guards {
			guards[name] = guard
		}
	}
	if !strings.HasPrefix(guards["f"], "w_n_f") {
		t.Fatalf("guards: %v, defined %v", guards, nb.plan.Defined)
	}
	swap := func(name string, f any) {
		v, err := nb.interp.Eval("&" + guards[name])
		if err != nil {
			t.Fatal(err)
		}
		v.Elem().Set(reflect.ValueOf(f))
	}
	swap("f", func(a int, b ...string) (int, string) { return -a, fmt.Sprint("compiled ", b) })
	swap("g", func(int, string) { fmt.Fprintln(nb.out, "compiled") })
	nb.check(t, "f(1, \"a\", \"b\")", "int: -1 string: compiled [a b]\n", "g(1, \"\")", "compiled\n")
}

// TestRestoreHomes puts back only what the interpreter is to have.
func TestRestoreHomes(t *testing.T) {
	nb := homedNotebook(t)
	nb.homes = fakeHomes{compiled: nb.homes.(fakeHomes).compiled, rest: true}
	nb.check(t, "func f(n int) int { return n }\nk := 1\nfunc g() int { return twice(k) }", "", "h := func(p Point) int { return p.Y }", "")
	files, err := Declarations(nb.world, onlyHomes{"f"})
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, f := range files {
		text += f.Text
	}
	for name, want := range map[string]bool{"func f(": true, "var k int": true, "func g(": false, "Point": false, "var h ": false} {
		if strings.Contains(text, name) != want {
			t.Errorf("%q is in the text: %t\n%s", name, !want, text)
		}
	}
}

// onlyHomes says that the interpreter has one function.
type onlyHomes struct{ name string }

func (h onlyHomes) Home(types.Object) (string, string, bool) { return "", "", false }
func (h onlyHomes) Interpreted(o types.Object) bool          { return o.Name() == h.name }
