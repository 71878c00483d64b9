package outline

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

const source = `package p

import ("io"; "net/http")

const (
	Big   = 1 << 70
	Ratio = 0.5
	Text  = "t"
	Truth = true
	Typed uint8 = 3
	small = 1
)

var V int

type T struct{ hidden int }

func (T) Serve(http.Handler) {}

type Constraint interface{ ~int | ~string }

type Generic[X any] struct{ X X }

type Alias = Generic[int]

type Writer interface {
	Write(p []byte, more ...io.Writer) (n int, err error)
	String() string
}

type unexported int

type Unwritable interface{ M(unexported) }

type Foreign interface{ M(http.Header) }

type Empty interface{}

func F(r io.Reader) {}

func G[X any](X) {}
`

func check(t *testing.T) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := (&types.Config{Importer: importer.Default()}).Check("example.com/p-q", fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

func TestOf(t *testing.T) {
	pkg := check(t)
	imports := &Imports{May: func(path string) bool { return path != "net/http" }}
	table := Of(pkg, imports)
	var wrappers []string
	for _, w := range table.Wrappers {
		wrappers = append(wrappers, w.Interface)
	}
	for _, tt := range []struct {
		what string
		got  any
		want string
	}{
		{"literals", table.Literals, `[{Big INT 1180591620717411303424} {Ratio FLOAT 0.5} {Text STRING "t"}]`},
		{"values", table.Values, "[F Truth Typed]"},
		{"variables", table.Vars, "[V]"},
		{"types", table.Types, "[Alias Empty Foreign T Unwritable Writer]"},
		{"wrappers", wrappers, "[Writer]"},
		{"name of a wrapper", table.Wrappers[0].Name, "_example_com_p_q_Writer"},
		{"methods", table.Wrappers[0].Methods, "[{String  string } {Write a0 []byte, a1 ...io.Writer (n int, err error) a0, a1...}]"},
		{"imports", imports.List(), "[{p example.com/p-q} { io}]"},
	} {
		got := strings.ReplaceAll(fmt.Sprint(tt.got), "(int, error)", "(n int, err error)")
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, got, tt.want)
		}
	}
	for _, path := range []string{"io", "net/http"} {
		if !slices.Contains(table.Needs, path) {
			t.Errorf("Needs has no %s: %q", path, table.Needs)
		}
	}
}

// Two packages of one name have different names in a file.
func TestImports(t *testing.T) {
	var imports Imports
	a := imports.Add("example.com/a/stats", "stats")
	b := imports.Add("example.com/b/stats", "stats")
	if a != "stats" || b != "example_com_b_stats" || imports.Add("example.com/b/stats", "stats") != b {
		t.Errorf("names %q and %q", a, b)
	}
	if got, want := fmt.Sprint(imports.List()), "[{ example.com/a/stats} {example_com_b_stats example.com/b/stats}]"; got != want {
		t.Errorf("imports %s, want %s", got, want)
	}
}
