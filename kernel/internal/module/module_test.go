package module

import (
	"context"
	"errors"
	"go/types"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-go/weft/kernel/internal/export"
)

const proxied = `
-- example.com/a@v1.0.0/go.mod --
module example.com/a

go 1.21
-- example.com/a@v1.0.0/a.go --
// Package a adds.
package a

import (
	"io"
	"net/http"

	"example.com/a/internal/deep"
)

const Version = "v1.0.0"

const Big = 1 << 70

var Count int

// An Adder adds.
type Adder interface {
	Add(x int) Sum
	Copy(w io.Writer, more ...*http.Request) (int64, error)
}

// Hidden cannot be implemented elsewhere.
type Hidden interface{ Deep(deep.T) }

type Sum struct {
	N int // what was added
	R *http.Request
}

func (s Sum) String() string { return "sum" }

// Total adds all up.
func Total(a Adder, xs ...int) (s Sum) {
	for _, x := range xs {
		s = a.Add(x)
	}
	return s
}

func Map[T, U any](xs []T, f func(T) U) (ys []U) { return ys }

func Read(r io.Reader) (n int64, err error) { return io.Copy(io.Discard, r) }
-- example.com/a@v1.0.0/internal/deep/deep.go --
package deep

type T int
-- example.com/a@v1.0.0/sub/sub.go --
// Package sub is below a.
package sub

import "example.com/a"

func New(a.Adder) *a.Sum { return new(a.Sum) }
-- example.com/a@v1.0.0/cmd/prog/main.go --
package main

func main() {}
-- example.com/a@v1.1.0/go.mod --
module example.com/a

go 1.21
-- example.com/a@v1.1.0/a.go --
package a

const Version = "v1.1.0"
-- example.com/Big/b@v1.0.0/go.mod --
module example.com/Big/b

go 1.21

require example.com/a v1.1.0
-- example.com/Big/b@v1.0.0/b.go --
package b

import "example.com/a"

const A = a.Version
-- example.com/broken@v1.0.0/go.mod --
module example.com/broken

go 1.21
-- example.com/broken@v1.0.0/x.go --
package broken

var X int = "text"
-- example.com/cgo@v1.0.0/go.mod --
module example.com/cgo

go 1.21
-- example.com/cgo@v1.0.0/c.go --
package cgo

/*
#include "twice.h"
*/
import "C"

func Twice(n int) int { return int(C.twice(C.int(n))) }
-- example.com/cgo@v1.0.0/twice.h --
static int twice(int n) { return 2 * n; }
`

func TestGet(t *testing.T) {
	w := newWorld(t, proxied)
	if w.Dir() != "" {
		t.Errorf("a session without modules has a folder for builds: %s", w.Dir())
	}
	w.mustGet("example.com/a@v1.0.0")
	if got := w.text(); !strings.Contains(got, "require example.com/a v1.0.0\n") {
		t.Errorf("go.mod:\n%s", got)
	}
	if !slices.Contains(w.notes, "downloading example.com/a v1.0.0") || !slices.Contains(w.notes, "compiling example.com/a") {
		t.Errorf("notes: %q", w.notes)
	}
	if got, want := w.Packages(), []string{"example.com/a", "example.com/a/sub"}; !slices.Equal(got, want) {
		t.Errorf("Packages: %q, want %q", got, want)
	}

	w.prepare("import \"example.com/a\"\nfmt.Println(a.Version)")
	pkg, err := w.im.Import("example.com/a")
	if err != nil {
		t.Fatal(err)
	}
	// The standard library's types are those that everybody sees.
	http, err := w.im.Import("net/http")
	if err != nil {
		t.Fatal(err)
	}
	field := pkg.Scope().Lookup("Sum").Type().Underlying().(*types.Struct).Field(1)
	if want := types.NewPointer(http.Scope().Lookup("Request").Type()); !types.Identical(field.Type(), want) {
		t.Errorf("Sum.R is %v, not the importer's own *http.Request", field.Type())
	}
	if n := w.identical(pkg); n < 50 {
		t.Errorf("only %d types of the standard library were met", n)
	}
	fmtPkg, _ := w.im.Import("fmt")
	if stringer := fmtPkg.Scope().Lookup("Stringer").Type().Underlying().(*types.Interface); !types.Implements(pkg.Scope().Lookup("Sum").Type(), stringer) {
		t.Error("Sum is no fmt.Stringer")
	}
	// Packages of one module see each other's types, in whatever order.
	sub, err := w.im.Import("example.com/a/sub")
	if err != nil {
		t.Fatal(err)
	}
	sum := sub.Scope().Lookup("New").Type().(*types.Signature).Results().At(0).Type().(*types.Pointer).Elem()
	if sum != pkg.Scope().Lookup("Sum").Type() {
		t.Error("sub's a.Sum is not a's")
	}

	if path, ok := w.im.Lookup("sub", "New"); !ok || path != "example.com/a/sub" {
		t.Errorf("Lookup(sub) = %q, %v", path, ok)
	}
	for _, tt := range [][2]string{{"", "Package a adds."}, {"Total", "Total adds all up."}, {"Sum.N", "what was added"}} {
		if got := export.Doc("example.com/a", tt[0]); got != tt[1] {
			t.Errorf("Doc(%q) = %q, want %q", tt[0], got, tt[1])
		}
	}
}

// A name before a dot makes its package ready as an import does.
func TestPrepareNames(t *testing.T) {
	w := newWorld(t, proxied)
	w.mustGet("example.com/a@v1.0.0")
	w.prepare("x := sub.New(nil)")
	if w.im.Loaded("example.com/a/sub") == nil {
		t.Error("sub has not been read")
	}
	if w.im.Loaded("example.com/Big/b") != nil {
		t.Error("b has been read")
	}
}

func TestGetErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  map[string]string
		args []string
		want []string
	}{
		{"unknown module", nil, []string{"example.com/nosuch"}, []string{"%get example.com/nosuch: ", "example.com/nosuch", "go.mod is as it was"}},
		{"unknown version", nil, []string{"example.com/a@v9.0.0"}, []string{"example.com/a@v9.0.0", "v9.0.0"}},
		{"switched off", map[string]string{"GOPROXY": "off"}, []string{"example.com/a"}, []string{"example.com/a", "GOPROXY=off"}},
		{"unreachable", map[string]string{"GOPROXY": "http://127.0.0.1:1"}, []string{"example.com/a"}, []string{"example.com/a", "connection refused", "GOPROXY=http://127.0.0.1:1"}},
		{"does not compile", nil, []string{"example.com/broken"}, []string{"broken", "x.go:3:13", "go.mod is as it was"}},
		{"no path", nil, []string{"http://example.com/a"}, []string{"http://example.com/a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, proxied)
			before := w.text()
			for name, value := range tt.env {
				w.env[name] = value
			}
			err := w.get(tt.args...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\ndoes not say %q", err, want)
				}
			}
			if after := w.text(); after != before {
				t.Errorf("go.mod has changed:\n%s", after)
			}
			if got := w.Packages(); len(got) > 0 {
				t.Errorf("Packages: %q", got)
			}
		})
	}
}

// Without a network a version in the module cache can still be had, and the
// message says which.
func TestOfflineCache(t *testing.T) {
	w := newWorld(t, proxied)
	w.mustGet("example.com/Big/b@v1.0.0")
	w.mustGet("example.com/Big/b@none")
	if strings.Contains(w.text(), "example.com/Big/b") {
		t.Fatalf("@none left it in:\n%s", w.text())
	}
	w.env["GOPROXY"] = "off"
	err := w.get("example.com/Big/b")
	if want := "%get example.com/Big/b@v1.0.0 needs no network"; err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("%v\ndoes not say %q", err, want)
	}
	w.mustGet("example.com/Big/b@v1.0.0")
}

// A version can change until the session has loaded it.
func TestLoadedVersionStays(t *testing.T) {
	w := newWorld(t, proxied)
	w.mustGet("example.com/a@v1.0.0")
	w.prepare(`import "example.com/a"`)
	old, _ := w.im.Import("example.com/a")
	dir := w.Dir()
	w.mustGet("example.com/a@v1.1.0")
	if w.Dir() == dir {
		t.Error("the folder for builds is the same for another version")
	}
	w.prepare(`import "example.com/a"`)
	pkg, err := w.im.Import("example.com/a")
	if err != nil || pkg == old || pkg.Scope().Lookup("Total") != nil {
		t.Fatalf("after another version: %v %v", pkg, err)
	}
	w.mustGet("example.com/a@v1.0.0")
	w.prepare(`import "example.com/a/sub"`)
	w.Used("example.com/a/sub") // and with it a
	before := w.text()
	for _, arg := range []string{"example.com/a@v1.1.0", "example.com/Big/b", "example.com/a@none"} {
		err := w.get(arg)
		var loaded *LoadedError
		if !errors.As(err, &loaded) || loaded.Module != "example.com/a" || loaded.Loaded != "v1.0.0" || !strings.Contains(err.Error(), "%reset") {
			t.Errorf("get %s: %v", arg, err)
		}
	}
	if after := w.text(); after != before {
		t.Errorf("go.mod has changed:\n%s", after)
	}
	w.mustGet("example.com/a@v1.0.0") // the same is fine
	kept, _ := w.im.Import("example.com/a/sub")
	w.mustGet("example.com/cgo@v1.0.0")
	if now, _ := w.im.Import("example.com/a/sub"); now != kept {
		t.Error("a loaded package has new types after another module was added")
	}
	w.Reset()
	w.mustGet("example.com/Big/b")
	w.prepare(`import "example.com/Big/b"`)
	b, err := w.im.Import("example.com/Big/b")
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Scope().Lookup("A").(*types.Const).Val().ExactString(); got != `"v1.1.0"` {
		t.Errorf("b sees a %s", got)
	}
}

func TestPrepareErrors(t *testing.T) {
	w := newWorld(t, proxied)
	// Nothing to find it in: the checker's message tells what to do.
	w.prepare(`import "example.com/a"`)
	_, err := w.im.Import("example.com/a")
	if want := "%get example.com/a"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v\ndoes not say %q", err, want)
	}
	w.mustGet("example.com/a@v1.0.0")
	for _, path := range []string{"example.com/other", "example.com/a/nosuch", "example.com/a/internal/deep", "example.com/a/cmd/prog", "internal/abi", "nosuch"} {
		_, err := w.Prepare(t.Context(), nil, `import "`+path+`"`, nil)
		if err == nil {
			_, err = w.im.Import(path)
		}
		if err == nil {
			t.Errorf("%s can be imported", path)
		}
	}
	// Packages of the standard library that are not embedded are found.
	w.prepare(`import _ "embed"`)
	if _, err := w.im.Import("embed"); err != nil {
		t.Error(err)
	}
}

// Without the go command the checker tells of unknown packages, and %get says
// what is missing.
func TestNoGo(t *testing.T) {
	w := newWorld(t, proxied)
	t.Setenv("PATH", t.TempDir())
	w.prepare(`import "nosuch"`)
	if err := w.get("example.com/a"); err == nil || !strings.Contains(err.Error(), "not on PATH") {
		t.Errorf("error: %v", err)
	}
}

func TestCgo(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler")
	}
	w := newWorld(t, proxied)
	w.mustGet("example.com/cgo")
	pkg, err := w.im.Import("example.com/cgo")
	if err != nil || pkg.Scope().Lookup("Twice") == nil {
		t.Errorf("%v %v", pkg, err)
	}
}

func TestTidy(t *testing.T) {
	w := newWorld(t, proxied)
	w.mustGet("example.com/a@v1.0.0")
	w.mustGet("example.com/cgo@v1.0.0")
	w.prepare(`import "example.com/a"`)
	if err := w.Tidy(t.Context(), w.note, []string{"fmt", "example.com/a"}); err != nil {
		t.Fatal(err)
	}
	if got := w.text(); strings.Contains(got, "cgo") || !strings.Contains(got, "example.com/a v1.0.0\n") {
		t.Errorf("go.mod:\n%s", got)
	}
	if got := w.Packages(); slices.Contains(got, "example.com/cgo") {
		t.Errorf("Packages: %q", got)
	}
	w.prepare(`import "example.com/a"`)
	w.Used("example.com/a")
	if err := w.Tidy(t.Context(), w.note, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.text(); !strings.Contains(got, "example.com/a v1.0.0") {
		t.Errorf("what is loaded was dropped:\n%s", got)
	}
}

func TestMentioned(t *testing.T) {
	for _, tt := range []struct{ src, paths, names string }{
		{`import "a/b"`, "a/b", ""},
		{"import (\n\tx \"a\"\n\t_ \"b\"\n)\nfmt.Println(\"c\")", "a b", "fmt"},
		{`import . "a"; import "b"; f("c")`, "a b", ""},
		{`x.y.z(p.q)`, "", "x p"},
		{`"import" + ` + "`import \"a\"`", "", ""},
		{`for { import "`, "", ""},
		{`f().g; 1.5; a . B`, "", "a"},
	} {
		paths, names := mentioned(tt.src)
		if got := strings.Join(paths, " "); got != tt.paths {
			t.Errorf("%q: paths %q, want %q", tt.src, got, tt.paths)
		}
		if got := strings.Join(names, " "); got != tt.names {
			t.Errorf("%q: names %q, want %q", tt.src, got, tt.names)
		}
	}
}

// identical checks that all types that pkg's exported names mention are those
// that the importer has of their packages, and counts the embedded ones.
func (w *world) identical(pkg *types.Package) int {
	seen := map[types.Type]bool{}
	n := 0
	var visit func(t types.Type)
	visit = func(t types.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Alias:
			visit(types.Unalias(t))
		case *types.Named:
			for a := range t.TypeArgs().Types() {
				visit(a)
			}
			if o := t.Obj(); o.Pkg() != nil && o.Exported() && o.Parent() == o.Pkg().Scope() {
				if known, added := w.im.Known(o.Pkg().Path()); known && !added {
					p, err := w.im.Import(o.Pkg().Path())
					if err != nil || p != o.Pkg() || p.Scope().Lookup(o.Name()) != o {
						w.t.Errorf("%s: %v is not the importer's own", pkg.Path(), t)
					}
					n++
				}
			}
			for m := range t.Methods() {
				visit(m.Type())
			}
			visit(t.Underlying())
		case *types.Signature:
			visit(t.Params())
			visit(t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				visit(v.Type())
			}
		case *types.Struct:
			for f := range t.Fields() {
				visit(f.Type())
			}
		case *types.Interface:
			for m := range t.Methods() {
				visit(m.Type())
			}
		case *types.Map:
			visit(t.Key())
			visit(t.Elem())
		case interface{ Elem() types.Type }:
			visit(t.Elem())
		}
	}
	for _, name := range pkg.Scope().Names() {
		if o := pkg.Scope().Lookup(name); o.Exported() {
			visit(o.Type())
		}
	}
	return n
}

// An interrupt does not wait for the compiler, and leaves everything as it was.
func TestInterrupt(t *testing.T) {
	w := newWorld(t, proxied)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan bool)
	exports := w.o.Exports
	w.o.Exports = func(path string) (string, error) {
		cancel()
		<-release
		return exports(path)
	}
	before := w.text()
	err := w.Get(ctx, w.note, "example.com/a")
	close(release)
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error: %v", err)
	}
	if after := w.text(); after != before {
		t.Errorf("go.mod has changed:\n%s", after)
	}
	w.mustGet("example.com/a")
}

func TestCompareVersions(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"v1.9.0", "v1.10.0", -1}, {"v2.0.0", "v1.9.9", 1}, {"v1.0.0", "v1.0.0", 0}} {
		if got := compareVersions(tt.a, tt.b); got != tt.want {
			t.Errorf("compareVersions(%s, %s) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// Packages asked for together have one table, which is built once.
func TestBind(t *testing.T) {
	w := newWorld(t, proxied)
	w.mustGet("example.com/a@v1.0.0")
	w.prepare("import (\n\t\"example.com/a\"\n\t\"example.com/a/sub\"\n)")
	paths := []string{"fmt", "example.com/a/sub", "example.com/a", "nb/c1"}
	if w.Bound(paths...) {
		t.Error("bound before Bind")
	}
	var group sync.WaitGroup
	results := make([][]*Load, 3)
	for i := range results {
		group.Go(func() {
			var err error
			if results[i], err = w.Bind(t.Context(), w.note, paths...); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, loads := range results {
		if len(loads) != 1 || loads[0].Path != "nb/m1" || loads[0].File != "nb/m1.so" {
			t.Errorf("loads: %+v", loads)
		}
	}
	if !w.Bound(paths...) || !w.Bound() {
		t.Error("not bound after Bind")
	}
	text := w.tests["nb/m1"]
	for _, want := range []string{
		`dock.Register(&dock.Package{Path: "nb/m1"})`,
		`Path: "example.com/a", Name: "a"`,
		`"Total":   reflect.ValueOf(a.Total)`,
		`"Count":   reflect.ValueOf(&a.Count).Elem()`,
		`"Big":     reflect.ValueOf(constant.MakeFromLiteral("1180591620717411303424", token.INT, 0))`,
		`"Sum":     reflect.ValueOf((*a.Sum)(nil))`,
		`func (W _example_com_a_Adder) Copy(a0 io.Writer, a1 ...*http.Request) (n int64, err error)`,
	} {
		if !strings.Contains(strings.ReplaceAll(text, "(int64, error)", "(n int64, err error)"), want) {
			t.Errorf("the table does not have %s", want)
		}
	}
	for _, not := range []string{"a.Map", "_Hidden", "internal/deep"} {
		if strings.Contains(text, not) {
			t.Errorf("the table has %s", not)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
