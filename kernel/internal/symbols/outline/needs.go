package outline

import (
	"go/types"
	"slices"
)

// hidden lists what needs cannot see: packages whose interfaces are looked for
// by functions that take any (see mapTypes in kernel/internal/symbols).
var hidden = map[string][]string{
	"encoding/json": {"encoding"},
	"encoding/xml":  {"encoding"},
}

// needs lists the packages, other than pkg itself, that declare interfaces
// reachable from pkg's exported names: as a parameter, a result, a field, or
// in a method of a type met on the way. A cell that imports pkg alone can meet
// a place of such an interface, and yaegi looks for the interface's wrapper in
// the table of the package that declares it.
func needs(pkg *types.Package) []string {
	w := walk{seen: map[types.Type]bool{}, found: map[string]bool{}}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		if o := scope.Lookup(name); o.Exported() && !generic(o) {
			w.visit(o.Type())
		}
	}
	for _, path := range hidden[pkg.Path()] {
		w.found[path] = true
	}
	var paths []string
	for path := range w.found {
		if path != pkg.Path() {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

type walk struct {
	seen  map[types.Type]bool
	found map[string]bool // paths of packages that declare interfaces
}

func (w *walk) visit(t types.Type) {
	t = types.Unalias(t)
	if w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil && wrappable(t) {
			w.found[pkg.Path()] = true
		}
		for m := range t.Methods() {
			if m.Exported() {
				w.visit(m.Type())
			}
		}
		w.visit(t.Underlying())
	case *types.Interface:
		for m := range t.Methods() {
			if m.Exported() {
				w.visit(m.Type())
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() {
				w.visit(f.Type())
			}
		}
	case *types.Signature:
		w.visit(t.Params())
		w.visit(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			w.visit(v.Type())
		}
	case *types.Map:
		w.visit(t.Key())
		w.visit(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		w.visit(t.Elem())
	}
}

// generic reports whether o has type parameters, so that no single
// reflect.Value can stand for it.
func generic(o types.Object) bool {
	switch t := o.Type().(type) {
	case *types.Signature:
		return t.TypeParams().Len() > 0
	case *types.Named:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	case *types.Alias:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	}
	return false
}

// constraint reports whether t is an interface that only a type parameter can
// have.
func constraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// wrappable reports whether t is an interface type that gets a wrapper: one
// with methods.
func wrappable(t *types.Named) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.IsMethodSet() && i.NumMethods() > 0 && t.TypeParams().Len() == 0
}

// nameable reports whether text outside of its package can write t: it mentions no
// unexported name and has no unexported parts.
func nameable(t types.Type) bool {
	switch t := t.(type) {
	case *types.Alias:
		return visible(t.Obj()) && all(t.TypeArgs())
	case *types.Named:
		return visible(t.Obj()) && all(t.TypeArgs())
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if !m.Exported() || !nameable(m.Type()) {
				return false
			}
		}
		for e := range t.EmbeddedTypes() {
			if !nameable(e) {
				return false
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() || !nameable(f.Type()) {
				return false
			}
		}
	case *types.Signature:
		return nameable(t.Params()) && nameable(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if !nameable(v.Type()) {
				return false
			}
		}
	case *types.Map:
		return nameable(t.Key()) && nameable(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		return nameable(t.Elem())
	}
	return true
}

func visible(o *types.TypeName) bool { return o.Pkg() == nil || o.Exported() }

func all(list *types.TypeList) bool {
	for t := range list.Types() {
		if !nameable(t) {
			return false
		}
	}
	return true
}
