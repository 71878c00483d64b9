package complete

import (
	"fmt"
	"go/types"
	"html"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
)

// Inspect tells what the name at a byte offset means: its declaration, its doc
// comment, the methods of a type; with detail 1 also the source of the
// session's own declarations. The bundle has text/plain and text/html.
func Inspect(w *check.World, src string, pos, detail int) (found bool, bundle map[string]any) {
	pos = clamp(src, pos)
	start, end := word(src, pos)
	if start == end && pos > 0 {
		// Inside a call's parentheses or behind a name: the name before.
		at := len(strings.TrimRight(src[:pos], " \t(.,"))
		start, end = word(src, at)
	}
	if start == end {
		return false, nil
	}
	var p page
	w.Look(closed(src, end), start, func(g *check.Glance) {
		name := src[start:end]
		if o := object(g, w, name, dotBefore(src, start)); o != nil {
			p.object(g, o, detail)
		} else if k, ok := g.Known(name); ok && !dotBefore(src, start) {
			p.known(g, k, detail)
		} else if path, ok := w.Importer().Lookup(name); ok && !dotBefore(src, start) {
			p.pkg(path)
		}
	})
	if len(p.parts) == 0 {
		return false, nil
	}
	return true, p.bundle()
}

// object finds what the checker made of the name.
func object(g *check.Glance, w *check.World, name string, member bool) types.Object {
	if g.Selector != nil && g.Selector.Sel.Name == name {
		if o := g.Info.Uses[g.Selector.Sel]; o != nil {
			return o
		}
	}
	if g.Ident != nil && g.Ident.Name == name {
		if o := g.Info.Uses[g.Ident]; o != nil {
			return o
		}
		if o := g.Info.Defs[g.Ident]; o != nil {
			return o
		}
	}
	if !member {
		return types.Universe.Lookup(name)
	}
	return nil
}

// A page gathers what is told about a name.
type page struct {
	parts []part
}

type part struct {
	code bool
	text string
}

func (p *page) code(s string) { p.parts = append(p.parts, part{true, s}) }

func (p *page) text(s string) {
	if s = strings.TrimSpace(s); s != "" {
		p.parts = append(p.parts, part{false, s})
	}
}

func (p *page) bundle() map[string]any {
	var plain, rich strings.Builder
	for i, x := range p.parts {
		if i > 0 {
			plain.WriteString("\n\n")
		}
		plain.WriteString(x.text)
		tag := "div style=\"white-space: pre-wrap\""
		if x.code {
			tag = "pre"
		}
		name, _, _ := strings.Cut(tag, " ")
		fmt.Fprintf(&rich, "<%s>%s</%s>", tag, html.EscapeString(x.text), name)
	}
	return map[string]any{"text/plain": plain.String(), "text/html": rich.String()}
}

func (p *page) pkg(path string) {
	name := path[strings.LastIndexByte(path, '/')+1:]
	p.code("package " + name + " // import \"" + path + "\"")
	p.text(export.Doc(path, ""))
}

func (p *page) known(g *check.Glance, k check.Known, detail int) {
	if k.Obj == nil {
		p.pkg(k.Pkg.Path())
		return
	}
	p.object(g, k.Obj, detail)
}

// object tells about an object.
func (p *page) object(g *check.Glance, o types.Object, detail int) {
	if n, ok := o.(*types.PkgName); ok {
		p.pkg(n.Imported().Path())
		return
	}
	qual := func(other *types.Package) string {
		if other == g.Pkg || other == o.Pkg() && o.Pkg() != g.Pkg {
			return ""
		}
		return other.Name()
	}
	p.code(declaration(o, qual))
	if o.Pkg() == nil {
		p.text(export.Doc("builtin", o.Name()))
		return
	}
	if o.Pkg() != g.Pkg {
		p.text(export.Doc(o.Pkg().Path(), symbol(o)))
	} else if k, ok := g.Known(o.Name()); ok && k.Obj == o {
		where := "declared in " + k.Cell
		if k.Lost {
			where += "; its value was lost, run " + k.Cell + " again"
		}
		if detail > 0 && k.Text != "" {
			p.code(k.Text)
		}
		p.text(where)
	}
	if t, ok := o.(*types.TypeName); ok {
		p.methods(t, qual)
	}
}

// declaration writes an object as its declaration begins.
func declaration(o types.Object, qual types.Qualifier) string {
	switch o := o.(type) {
	case *types.Const:
		return fmt.Sprintf("const %s %s = %s", o.Name(), types.TypeString(o.Type(), qual), o.Val())
	case *types.TypeName:
		return types.ObjectString(o, qual)
	case *types.Builtin:
		return "func " + o.Name() + " (predeclared)"
	case *types.Func:
		return types.ObjectString(o, qual)
	case *types.Nil:
		return "nil"
	}
	s := types.ObjectString(o, qual)
	if v, ok := o.(*types.Var); ok && !v.IsField() {
		s = "var " + v.Name() + " " + types.TypeString(v.Type(), qual)
	}
	return s
}

// symbol is the name under which the documentation knows an object.
func symbol(o types.Object) string {
	if f, ok := o.(*types.Func); ok {
		if r := f.Signature().Recv(); r != nil {
			t := r.Type()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem()
			}
			if n, ok := t.(*types.Named); ok {
				return n.Obj().Name() + "." + f.Name()
			}
		}
	}
	return o.Name()
}

// maxMethods bounds the methods that are listed.
const maxMethods = 40

func (p *page) methods(t *types.TypeName, qual types.Qualifier) {
	if types.IsInterface(t.Type()) {
		return
	}
	set := types.NewMethodSet(types.NewPointer(t.Type()))
	var lines []string
	for i := range set.Len() {
		if m := set.At(i).Obj(); m.Exported() || m.Pkg() == t.Pkg() && t.Pkg().Path() == "main" {
			lines = append(lines, types.ObjectString(m, qual))
		}
	}
	if len(lines) > maxMethods {
		lines = append(lines[:maxMethods], fmt.Sprintf("... and %d more", len(lines)-maxMethods))
	}
	if len(lines) > 0 {
		p.code(strings.Join(lines, "\n"))
	}
}
