package lower

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/symbols/generic"
)

// A stdPackage is the generic part of a package of the standard library, made
// from our own text of it.
type stdPackage struct {
	pkg     *types.Package
	decls   map[string]*decl
	methods map[string]map[string]*decl // by type
}

// stdPrefix begins the import paths of packages made from text, to tell them
// from the compiled ones.
const stdPrefix = "weft/std/"

func isStd(p *types.Package) bool { return p != nil && strings.HasPrefix(p.Path(), stdPrefix) }

// plainPath is the path under which cells import a package.
func plainPath(p *types.Package) string { return strings.TrimPrefix(p.Path(), stdPrefix) }

// inStd says whether an instance of a standard package is being written.
func (l *lowerer) inStd() bool { return l.src != nil && strings.HasPrefix(l.src.Cell, stdPrefix) }

// stdPackage returns the generic part of a standard package, nil if there is no
// text of it. The first call for a package takes milliseconds.
func (l *lowerer) stdPackage(path string) *stdPackage {
	p, ok := l.mem.std[path]
	if !ok {
		p = readStd(path, l.c.World.Importer())
		l.mem.std[path] = p
	}
	return p
}

func readStd(path string, imp check.Importer) *stdPackage {
	text, ok := generic.Source(path)
	if !ok || path == generic.Compiled {
		return nil
	}
	fset := token.NewFileSet()
	name := stdPrefix + path
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: stdImporter{imp}, Sizes: types.SizesFor("gc", "amd64")}
	pkg, err := conf.Check(name, fset, []*ast.File{file}, info)
	if err != nil {
		panic(fmt.Sprintf("the text of package %s: %v", path, err))
	}
	src := check.NewSource(name, text, file, fset.File(file.Pos()))
	p := &stdPackage{pkg: pkg, decls: map[string]*decl{}, methods: map[string]map[string]*decl{}}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			g := &decl{decl: d, src: src, info: info}
			if d.Recv == nil {
				p.decls[d.Name.Name] = g
				continue
			}
			f, _ := info.Defs[d.Name].(*types.Func)
			t := receiver(f).Obj().Name()
			if p.methods[t] == nil {
				p.methods[t] = map[string]*decl{}
			}
			p.methods[t][d.Name.Name] = g
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					p.decls[s.Name.Name] = &decl{decl: s, src: src, info: info}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						p.decls[n.Name] = &decl{decl: s, src: src, info: info}
					}
				}
			}
		}
	}
	return p
}

// stdImporter also knows the package that the texts leave to compiled code.
type stdImporter struct{ check.Importer }

func (i stdImporter) Import(path string) (*types.Package, error) {
	if path != generic.Compiled {
		return i.Importer.Import(path)
	}
	text, _ := generic.Source(path)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: i.Importer, IgnoreFuncBodies: true, Error: func(error) {}}
	pkg, _ := conf.Check(path, fset, []*ast.File{file}, nil) // imports are not used without the bodies
	return pkg, nil
}

// stdName writes a name that the text of a standard package declares.
func (l *lowerer) stdName(o types.Object, at ast.Node) string {
	if c, ok := o.(*types.Const); ok {
		s, _ := l.literal(c.Val(), c.Type(), at)
		return s
	}
	return l.instance(o, nil, at)
}
