package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// judge runs go/types over files as one package, with the given objects visible
// in each file's own scope. It is the only place that touches the package's
// scope.
//
// go/types compares packages by pointer (struct literals, receivers) and scopes
// by pointer (cycles in generic types), so both stay the same for ever; the
// scope is emptied in place. Copying a Scope by value relies on it holding no
// lock, which TestScopeCopy watches. The objects can only be inserted after
// the file's scope exists and before anything is resolved: while the first
// import is being looked up.
func judge(pkg *types.Package, imp types.Importer, fset *token.FileSet, files []*Source, inject [][]types.Object, info *types.Info, report func(types.Error)) {
	*pkg.Scope() = *types.NewScope(types.Universe, token.NoPos, token.NoPos, "main")
	pkg.SetImports(nil) // go/types adds to the list, and walks it, in every check
	empty := types.NewPackage("live", "live")
	empty.MarkComplete()
	asts := make([]*ast.File, len(files))
	for i, f := range files {
		spec := &ast.ImportSpec{Name: ast.NewIdent("_"), Path: &ast.BasicLit{Kind: token.STRING, Value: fmt.Sprintf("%q", livePath(i))}}
		f.File.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}}, f.File.Decls...)
		f.File.Imports = append([]*ast.ImportSpec{spec}, f.File.Imports...)
		asts[i] = f.File
	}
	conf := types.Config{
		DisableUnusedImportCheck: true,
		Sizes:                    types.SizesFor("gc", "amd64"),
		Importer: importFunc(func(path string) (*types.Package, error) {
			for i := range files {
				if path == livePath(i) {
					for _, o := range inject[i] {
						info.Scopes[files[i].File].Insert(o)
					}
					return empty, nil
				}
			}
			return imp.Import(path)
		}),
		Error: func(err error) {
			if e, ok := err.(types.Error); ok {
				report(e)
			}
		},
	}
	types.NewChecker(&conf, fset, pkg, info).Files(asts)
}

func livePath(i int) string { return fmt.Sprintf("live/%d", i) }

type importFunc func(string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// Codes of go/types errors (internal/types/errors/codes.go of Go 1.26), which
// its API does not export. TestCodes watches them.
const (
	codeUnusedImport = 8
	codeInitCycle    = 9
	codeUnusedExpr   = 100
	codeUnusedVar    = 101
	codeUnusedLabel  = 122
	codeUnusedResult = 128
)

// code reads the error's code.
func code(e types.Error) int {
	f := reflect.ValueOf(e).FieldByName("go116code")
	if !f.IsValid() {
		return 0
	}
	return int(f.Int())
}

func newInfo() *types.Info {
	return &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Instances:  map[*ast.Ident]types.Instance{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes:     map[ast.Node]*types.Scope{},
	}
}
