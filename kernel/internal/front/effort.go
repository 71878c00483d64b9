package front

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"strconv"
	"strings"

	"github.com/weft-go/weft"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/magic"
)

// Sources implements magic.Env.
func (x *execution) Sources(name string) ([]magic.Declared, error) {
	f := x.front
	name = plainName(name)
	if pkg, function, ok := f.ofPackage(name); ok {
		return f.kernelSources(pkg, function)
	}
	d := f.world.Decl(name)
	switch {
	case d == nil || d.Unit == nil:
		return nil, fmt.Errorf("no cell has defined a function %s", name)
	case d.Kind != check.Func && d.Kind != check.Method:
		return nil, fmt.Errorf("%s is a %s: effort is that of a function", name, d.Kind)
	}
	var list []magic.Declared
	seen := map[*check.Unit]bool{}
	queue := []string{name}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		d := f.world.Decl(n)
		if d == nil || d.Unit == nil || seen[d.Unit] || d.Kind == check.Import {
			continue
		}
		seen[d.Unit] = true
		if d.Kind == check.Var {
			continue // it is data
		}
		list = append(list, magic.Declared{Name: n, Text: d.Unit.Text, Imports: d.Unit.Imports})
		queue = append(queue, d.Unit.Uses...)
	}
	return list, nil
}

// kernelSources are the declarations of one of Weft's packages that a function
// of it needs.
func (f *Front) kernelSources(pkg, function string) ([]magic.Declared, error) {
	importPath := ""
	if d := f.world.Decl(pkg); d != nil && d.Pkg != nil {
		importPath = d.Pkg.Path()
	} else {
		for _, p := range []string{"kernels/", "runtime/"} {
			if _, err := fs.Stat(weft.Sources, p+pkg); err == nil {
				importPath = weftPath + p + pkg
				break
			}
		}
	}
	dir, ok := strings.CutPrefix(importPath, weftPath)
	if !ok {
		return nil, fmt.Errorf("the text of package %s is not at hand: functions of cells and of Weft's kernels can be measured", pkg)
	}
	decls, err := packageDecls(dir)
	if err != nil {
		return nil, err
	}
	if _, ok := decls[function]; !ok {
		return nil, fmt.Errorf("%s has no function %s", pkg, function)
	}
	var list []magic.Declared
	seen := map[string]bool{}
	queue := []string{function}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		d, ok := decls[n]
		if !ok || seen[n] {
			continue
		}
		seen[n] = true
		if seen[d.Text] {
			continue // under another name
		}
		seen[d.Text] = true
		list = append(list, d.Declared)
		queue = append(queue, d.uses...)
	}
	return list, nil
}

const weftPath = "github.com/weft-go/weft/"

// A packageDecl is a declaration with the names that it mentions.
type packageDecl struct {
	magic.Declared
	uses []string
}

// packageDecls reads the declarations of a folder of Weft's sources, for this
// machine as a plain build has them: files with build constraints are left out,
// but for those whose names say the architecture.
func packageDecls(dir string) (map[string]packageDecl, error) {
	entries, err := weft.Sources.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read Weft's package %s: %w", path.Base(dir), err)
	}
	decls := map[string]packageDecl{}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_other.go") {
			continue
		}
		text, err := weft.Sources.ReadFile(path.Join(dir, name))
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(text[:fset.Position(file.Package).Offset]), "//go:build goexperiment") {
			continue
		}
		imports := map[string]string{}
		for _, i := range file.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return nil, err
			}
			local := strings.TrimSuffix(path.Base(p), "/v2")
			if i.Name != nil {
				local = i.Name.Name
			} else if local == "v2" {
				local = path.Base(path.Dir(p))
			}
			imports[local] = p
		}
		add := func(name, lead string, n ast.Node) {
			var uses []string
			ast.Inspect(n, func(x ast.Node) bool {
				switch x := x.(type) {
				case *ast.Ident:
					uses = append(uses, x.Name)
				case *ast.SelectorExpr:
					uses = append(uses, "."+x.Sel.Name) // methods are kept by such names, too
				}
				return true
			})
			from, to := fset.Position(n.Pos()).Offset, fset.Position(n.End()).Offset
			d := packageDecl{magic.Declared{Name: name, Text: lead + string(text[from:to]), Imports: maps.Clone(imports)}, uses}
			if f, ok := n.(*ast.FuncDecl); ok && f.Doc != nil {
				from = fset.Position(f.Type.Func).Offset
				d.Text = string(text[from:to])
			}
			decls[name] = d
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := functionName(d)
				if d.Recv != nil {
					name = plainName(strings.NewReplacer("(*", "", ")", "").Replace(name))
					if _, method, ok := strings.Cut(name, "."); ok {
						add("."+method, "", d)
					}
				}
				add(name, "", d)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						add(s.Name.Name, "type ", s)
					case *ast.ValueSpec:
						for _, id := range s.Names {
							if len(s.Values) > 0 {
								add(id.Name, d.Tok.String()+" ", s)
							}
						}
					}
				}
			}
		}
	}
	return decls, nil
}
