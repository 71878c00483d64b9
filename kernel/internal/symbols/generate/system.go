package generate

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
)

// A System is an operating system and processor.
type System struct {
	GOOS, GOARCH string
}

// Systems are those for which the packages of PerSystem have tables.
var Systems = []System{
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"linux", "amd64"},
	{"linux", "arm64"},
}

// check type-checks the sources of a package of the standard library as s
// would compile them, without function bodies.
func (s System) check(path string) (*types.Package, error) {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = s.GOOS, s.GOARCH, false
	bp, err := ctx.Import(path, "", 0)
	if err != nil {
		return nil, fmt.Errorf("find the sources of %q for %s/%s: %w", path, s.GOOS, s.GOARCH, err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range bp.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(bp.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("read %q for %s/%s: %w", path, s.GOOS, s.GOARCH, err)
		}
		files = append(files, f)
	}
	// The imports come from this system's build: what the exported names of
	// the packages in PerSystem mention is the same on all.
	conf := types.Config{
		IgnoreFuncBodies: true,
		Importer:         importer.ForCompiler(fset, "source", nil),
		Sizes:            types.SizesFor("gc", s.GOARCH),
		Error:            func(error) {}, // unexported names of imports may differ
	}
	pkg, _ := conf.Check(path, fset, files, nil)
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		if o := scope.Lookup(name); o.Exported() && invalid(o) {
			return nil, fmt.Errorf("check %q for %s/%s: %s has no type", path, s.GOOS, s.GOARCH, name)
		}
	}
	return pkg, nil
}

// invalid reports whether the checker could not find out about o.
func invalid(o types.Object) bool {
	if o.Type() == types.Typ[types.Invalid] {
		return true
	}
	c, ok := o.(*types.Const)
	return ok && c.Val().ExactString() == "unknown"
}
