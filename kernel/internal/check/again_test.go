package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/export"
)

// What is checked beside a cell has syntax and types, fits the cell, and stays
// what it is.
func TestAgain(t *testing.T) {
	w := session(t, "type P struct{ x int }", "func one() int { return 1 }", "const N = 3", "func (p P) Sum() int { return p.x + one() }")
	was := w.Decl("one").Obj
	c, err := w.Check("cell[9]", "p := P{1}\np.Sum()", "P", "P.Sum", "one")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, u := range c.Again {
		got[u.Names[0]] = true
		ast.Inspect(u.Node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name != "_" && c.Object(id) == nil {
				t.Errorf("%s: no object for %s", u.Names[0], id.Name)
			}
			return true
		})
	}
	if !got["P"] || !got["P.Sum"] || !got["one"] || len(got) != 3 {
		t.Errorf("checked again: %v", got)
	}
	if w.Decl("one").Obj != was {
		t.Error("Check changed the session")
	}
	w.Commit(c)
	if w.Decl("one").Obj == was {
		t.Error("Commit kept the old object")
	}
	if _, err := w.Check("cell[10]", "p = P{2}\np.Sum() + one() + N"); err != nil {
		t.Error("the cell after it:", err)
	}
	if m := w.Methods("P"); len(m) != 1 || m[0] != "P.Sum" {
		t.Errorf("methods: %v", m)
	}
}

func TestDirectives(t *testing.T) {
	w := session(t, "x := 1\n// a comment\n//go:noinline\n//go:nosplit\nfunc f() {}\nfunc g() {}")
	if got, want := w.Decl("f").Unit.Directives, "//go:noinline\n//go:nosplit\n"; got != want {
		t.Errorf("f: %q, want %q", got, want)
	}
	if got := w.Decl("g").Unit.Directives; got != "" {
		t.Errorf("g: %q", got)
	}
}

// A method that is redefined takes the variables of its type along, if they
// can be moved.
func TestMoveVariables(t *testing.T) {
	w := session(t, "type P struct{ x int }\nfunc (p P) M() int { return p.x }", "p := P{1}")
	w.MoveVariables(true)
	c, err := w.Check("cell[3]", "func (p P) M() int { return 2 }")
	if err != nil {
		t.Fatal(err)
	}
	w.Commit(c)
	if _, err := w.Check("cell[4]", "p.M()"); err != nil {
		t.Error(err)
	}
	w.MoveVariables(false)
	if c, err = w.Check("cell[5]", "func (p P) M() int { return 3 }"); err != nil {
		t.Fatal(err)
	}
	w.Commit(c)
	if _, err := w.Check("cell[6]", "p.M()"); err == nil || !strings.Contains(err.Error(), "run cell[2] again") {
		t.Errorf("a stale variable: %v", err)
	}
}

// editions imports one package of a module in two editions.
type editions struct {
	Importer
	now *types.Package
	all map[string]*types.Package
}

func (e *editions) Import(path string) (*types.Package, error) {
	if path == "example.com/lib" {
		return e.now, nil
	}
	if p := e.all[path]; p != nil {
		return p, nil
	}
	return e.Importer.Import(path)
}

func (e *editions) Name(path string) (string, bool) {
	if strings.HasPrefix(path, "example.com/lib") {
		return "lib", true
	}
	return e.Importer.Name(path)
}

func TestReimport(t *testing.T) {
	edition := func(path, text string) *types.Package {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "lib.go", "package lib\n"+text, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := new(types.Config).Check(path, fset, []*ast.File{f}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := edition("example.com/lib", "type T int\nfunc F() int { return 1 }\nfunc Gone() {}")
	second := edition("example.com/lib/r2", "type T int\nfunc F() int { return 2 }")
	imp := &editions{Importer: export.New(), now: first, all: map[string]*types.Package{"example.com/lib/r2": second}}
	w := NewWorld(imp)
	run := func(src string) *Cell {
		t.Helper()
		c, err := w.Check("cell[1]", src)
		if err != nil {
			t.Fatal(err)
		}
		w.Commit(c)
		return c
	}
	run("import \"example.com/lib\"\nfunc f() int { return lib.F() }\nfunc g() int { return f() }\nfunc h() { lib.Gone() }\nfunc other() {}\nvar v lib.T")
	imp.now = second
	w.Reimport(first, second)
	if c, err := w.Check("cell[2]", "nosuch"); err == nil {
		t.Fatalf("checked: %v", c)
	}
	var redone []string
	for _, u := range run("1 + 1").Redo {
		redone = append(redone, u.Names...)
	}
	if got, want := strings.Join(redone, " "), "f g h"; got != want {
		t.Errorf("taken along: %q, want %q", got, want)
	}
	if _, err := w.Check("cell[3]", "h()"); err == nil || !strings.Contains(err.Error(), "Gone") {
		t.Errorf("h, which needs what is gone: %v", err)
	}
	if got := w.Decl("v").Obj.Type().(*types.Named).Obj().Pkg(); got != first {
		t.Errorf("v is of a type of %v", got)
	}
	if c := run("f()"); len(c.Redo) > 0 {
		t.Errorf("taken along again: %v", c.Redo)
	}
}
