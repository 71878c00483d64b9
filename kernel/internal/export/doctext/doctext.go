// Package doctext reads the documentation of packages from their sources.
package doctext

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// Limits of a documentation text, bytes. Longer ones are cut at the last
// paragraph, or line, that fits.
const (
	maxPackageDoc = 6 << 10
	maxSymbolDoc  = 3 << 10
)

// Of returns the documentation of what the package at path exports, from the
// named files in dir, by name: "" for the package, else "Name", "Type.Method"
// or "Type.Field"; names without documentation are left out.
func Of(path, dir string, names []string) (map[string]string, error) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("document %q: %w", path, err)
		}
		files = append(files, f)
	}
	d, err := doc.NewFromFiles(fset, files, path)
	if err != nil {
		return nil, fmt.Errorf("document %q: %w", path, err)
	}
	t := texts{}
	t.put("", d.Doc, maxPackageDoc)
	t.values(d.Consts)
	t.values(d.Vars)
	t.funcs("", d.Funcs)
	for _, typ := range d.Types {
		t.put(typ.Name, typ.Doc, maxSymbolDoc)
		t.values(typ.Consts)
		t.values(typ.Vars)
		t.funcs("", typ.Funcs)
		t.funcs(typ.Name+".", typ.Methods)
		for _, spec := range typ.Decl.Specs {
			if spec := spec.(*ast.TypeSpec); spec.Name.Name == typ.Name {
				t.members(typ.Name+".", spec.Type)
			}
		}
	}
	return t, nil
}

// texts maps names to their documentation.
type texts map[string]string

func (t texts) put(name, text string, limit int) {
	if text = cut(strings.TrimSpace(text), limit); text != "" {
		t[name] = strings.ReplaceAll(text, "\x00", "")
	}
}

// values documents constants or variables: by their own comment, else the
// comment behind them, else that of their group.
func (t texts) values(groups []*doc.Value) {
	for _, g := range groups {
		for _, spec := range g.Decl.Specs {
			spec := spec.(*ast.ValueSpec)
			text := commentText(spec.Doc, spec.Comment)
			if text == "" {
				text = g.Doc
			}
			for _, name := range spec.Names {
				if name.IsExported() {
					t.put(name.Name, text, maxSymbolDoc)
				}
			}
		}
	}
}

func (t texts) funcs(prefix string, funcs []*doc.Func) {
	for _, f := range funcs {
		t.put(prefix+f.Name, f.Doc, maxSymbolDoc)
	}
}

// members documents the fields of a struct or the methods of an interface.
func (t texts) members(prefix string, e ast.Expr) {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return
	}
	for _, field := range list.List {
		text := commentText(field.Doc, field.Comment)
		for _, name := range field.Names {
			if name.IsExported() {
				t.put(prefix+name.Name, text, maxSymbolDoc)
			}
		}
	}
}

// commentText prefers the comment above to the one behind.
func commentText(above, behind *ast.CommentGroup) string {
	if text := above.Text(); text != "" {
		return text
	}
	return behind.Text()
}

// cut shortens text to at most limit bytes, at the end of a paragraph or,
// where the first paragraph is longer, of a line.
func cut(text string, limit int) string {
	const more = "\n\n..."
	if len(text) <= limit {
		return text
	}
	head := text[:limit-len(more)]
	end := strings.LastIndex(head, "\n\n")
	if end < 0 {
		end = strings.LastIndex(head, "\n")
	}
	if end < 0 {
		end = strings.LastIndex(head, " ")
	}
	return strings.TrimSpace(head[:max(end, 0)]) + more
}
