package export

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestImportEveryPackage(t *testing.T) {
	im := New()
	paths := im.Paths()
	if !slices.IsSorted(paths) || len(paths) < 160 {
		t.Fatalf("Paths: %d, sorted %v", len(paths), slices.IsSorted(paths))
	}
	first := map[string]*types.Package{}
	for _, path := range paths {
		pkg, err := im.Import(path)
		if err != nil {
			t.Errorf("Import(%q): %v", path, err)
			continue
		}
		if pkg.Path() != path || !pkg.Complete() {
			t.Errorf("Import(%q) = %q, complete %v", path, pkg.Path(), pkg.Complete())
		}
		if name, ok := im.Name(path); !ok || name != pkg.Name() {
			t.Errorf("Name(%q) = %q, %v, want %q", path, name, ok, pkg.Name())
		}
		first[path] = pkg
	}
	for path, want := range first {
		if got, _ := im.Import(path); got != want {
			t.Errorf("second Import(%q) is another package", path)
		}
	}
}

func TestImportUnknown(t *testing.T) {
	im := New()
	for _, path := range []string{"", "nosuch", "net/http/pprof", "internal/abi", "github.com/x/y"} {
		_, err := im.Import(path)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Path != path {
			t.Errorf("Import(%q): %v, want an UnknownError", path, err)
		}
	}
}

// Types met through one package are those of the package that declares them,
// in whatever order the two are read.
func TestSharedIdentity(t *testing.T) {
	for _, order := range [][]string{{"io", "net/http"}, {"net/http", "io"}} {
		im := New()
		for _, path := range order {
			if _, err := im.Import(path); err != nil {
				t.Fatal(err)
			}
		}
		http, _ := im.Import("net/http")
		pkg, _ := im.Import("io")
		closer := pkg.Scope().Lookup("ReadCloser").Type()
		request := http.Scope().Lookup("Request").Type().Underlying().(*types.Struct)
		for field := range request.Fields() {
			if field.Name() == "Body" && field.Type() != closer {
				t.Errorf("order %v: type of Request.Body is not io.ReadCloser itself", order)
			}
		}
	}
}

func TestImportConcurrently(t *testing.T) {
	im := New()
	paths := im.Paths()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			conf := types.Config{Importer: im}
			for j := range paths {
				path := paths[(j*7+i*40)%len(paths)]
				if _, err := im.Import(path); err != nil {
					t.Error(err)
				}
				if j%40 == i {
					if err := checkProgram(conf, []string{path, "fmt"}); err != nil {
						t.Errorf("%s: %v", path, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// checkProgram type-checks a program that imports paths.
func checkProgram(conf types.Config, paths []string) error {
	var src strings.Builder
	src.WriteString("package main\n")
	for _, path := range paths {
		fmt.Fprintf(&src, "import _ %q\n", path)
	}
	src.WriteString("func main() {}\n")
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src.String(), 0)
	if err != nil {
		return err
	}
	_, err = conf.Check("main", fset, []*ast.File{f}, nil)
	return err
}

func TestProgramWithManyPackages(t *testing.T) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "testdata/many.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.Imports); n < 30 {
		t.Fatalf("testdata/many.go imports %d packages, want 30", n)
	}
	conf := types.Config{Importer: New(), Error: func(err error) { t.Error(err) }}
	conf.Check("main", fset, []*ast.File{f}, nil)
}

func TestLookup(t *testing.T) {
	tests := []struct {
		name    string
		members []string
		want    string
	}{
		{"fmt", nil, "fmt"},
		{"http", nil, "net/http"},
		{"http", []string{"NoSuch"}, "net/http"},
		{"unsafe", nil, "unsafe"},
		{"rand", nil, "math/rand/v2"},
		{"rand", []string{"IntN"}, "math/rand/v2"},
		{"rand", []string{"Float64", "Perm"}, "math/rand/v2"},
		{"rand", []string{"Intn"}, "math/rand"},
		{"rand", []string{"New", "NewSource"}, "math/rand"},
		{"rand", []string{"New", "NewPCG"}, "math/rand/v2"},
		{"rand", []string{"Reader"}, "crypto/rand"},
		{"rand", []string{"Intn", "IntN"}, "math/rand/v2"},
		{"template", []string{"New"}, "text/template"},
		{"template", []string{"HTML"}, "html/template"},
		{"scanner", []string{"Scanner"}, "text/scanner"},
		{"sort", []string{"Ints"}, "sort"},
		{"sort", []string{"SerialRadix"}, "github.com/weft-go/weft/kernels/sort"},
		{"pprof", nil, "runtime/pprof"},
		{"v2", nil, ""},
		{"plugin", nil, ""},
		{"", nil, ""},
	}
	im := New()
	for _, tt := range tests {
		got, ok := im.Lookup(tt.name, tt.members...)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("Lookup(%q, %q) = %q, %v, want %q", tt.name, tt.members, got, ok, tt.want)
		}
	}
}

// Every name that several packages share has a decision in the table.
func TestLookupIsDecided(t *testing.T) {
	im := New()
	for _, path := range im.Paths() {
		name, _ := im.Name(path)
		if c := im.Candidates(name); len(c) > 1 && preferred[name] == nil {
			t.Errorf("%q may be any of %q: add a line to preferred", name, c)
		} else if !slices.Contains(c, path) {
			t.Errorf("Candidates(%q) = %q lacks %q", name, c, path)
		}
	}
	for name, order := range preferred {
		for _, path := range order {
			if got, ok := im.Name(path); !ok || got != name {
				t.Errorf("preferred[%q] names %q, whose package name is %q", name, path, got)
			}
		}
	}
}

func BenchmarkImport(b *testing.B) {
	for _, path := range []string{"fmt", "strings", "os", "net/http"} {
		b.Run("path="+strings.ReplaceAll(path, "/", "."), func(b *testing.B) {
			for b.Loop() {
				if _, err := New().Import(path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("path=all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			im := New()
			for _, path := range im.Paths() {
				if _, err := im.Import(path); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
