// Package outline tells what a binding table of a package holds, from the
// package's types: which names get a reflect.Value, which constants a literal,
// and which interfaces a wrapper. The generator of kernel/internal/symbols
// writes the tables of the standard library from it, kernel/internal/module
// those of other modules while a session runs.
package outline

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math/big"
	"path"
	"slices"
	"strings"
)

// A Table is what a package offers interpreted cells. Names are sorted.
type Table struct {
	Path, Name string
	Needs      []string // other packages that declare interfaces met in this one
	Literals   []Literal
	Values     []string // functions and the other constants
	Vars       []string
	Types      []string
	Wrappers   []Wrapper
}

// A Literal is an untyped constant as it would stand in source text.
type Literal struct {
	Name string
	Kind token.Token // INT, FLOAT or STRING
	Text string
}

// A Wrapper makes an interpreted value implement an interface: a struct of
// functions, one for each exported method.
type Wrapper struct {
	Name, Interface string
	Methods         []Method
}

// A Method has parts of Go text: "a0 int, a1 ...string", "(int, error)", "a0, a1...".
type Method struct{ Name, Params, Results, Args string }

// Of describes the exported names of pkg that are not generic. Packages that
// the wrappers mention are noted in imports, and pkg itself if any name needs
// it. An interface whose methods mention a package that imports may not hold
// gets no wrapper.
func Of(pkg *types.Package, imports *Imports) *Table {
	t := &Table{Path: pkg.Path(), Name: pkg.Name(), Needs: needs(pkg)}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		o := scope.Lookup(name)
		if !o.Exported() || generic(o) {
			continue
		}
		switch o := o.(type) {
		case *types.Const:
			if lit, ok := literalOf(o); ok {
				t.Literals = append(t.Literals, lit)
			} else {
				t.Values = append(t.Values, name)
			}
		case *types.Func:
			t.Values = append(t.Values, name)
		case *types.Var:
			t.Vars = append(t.Vars, name)
		case *types.TypeName:
			if !constraint(o.Type()) {
				t.Types = append(t.Types, name)
			}
		}
	}
	t.Wrappers = Wrappers(pkg, imports)
	if len(t.Values)+len(t.Vars)+len(t.Types) > 0 {
		imports.Name(pkg)
	}
	return t
}

// Wrappers describes the wrappers of the interfaces that pkg declares.
func Wrappers(pkg *types.Package, imports *Imports) []Wrapper {
	var list []Wrapper
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		o, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || !o.Exported() || generic(o) {
			continue
		}
		if named, ok := o.Type().(*types.Named); ok && wrappable(named) && imports.mayHold(named) {
			list = append(list, wrap(name, named, imports))
		}
	}
	return list
}

// Imports are the packages that a generated file imports, with their names in
// it. The zero value may hold all packages.
type Imports struct {
	May   func(path string) bool // which packages the file may import; nil: all
	names map[string]string
}

// An Import is a line of a file's imports. Name is "" if the path says it.
type Import struct{ Name, Path string }

// Name is a types.Qualifier that notes the import.
func (n *Imports) Name(pkg *types.Package) string { return n.Add(pkg.Path(), pkg.Name()) }

// Add notes a package and returns its name in the file.
func (n *Imports) Add(pkgPath, name string) string {
	if have, ok := n.names[pkgPath]; ok {
		return have
	}
	for _, other := range n.names {
		if other == name {
			name = Mangle(pkgPath)
			break
		}
	}
	if n.names == nil {
		n.names = map[string]string{}
	}
	n.names[pkgPath] = name
	return name
}

// List returns the imports, sorted by path.
func (n *Imports) List() []Import {
	var list []Import
	for p, name := range n.names {
		if name == path.Base(p) {
			name = ""
		}
		list = append(list, Import{name, p})
	}
	slices.SortFunc(list, func(a, b Import) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// mayHold reports whether the exported methods of t mention only packages that
// the file may import.
func (n *Imports) mayHold(t *types.Named) bool {
	ok := true
	for m := range t.Underlying().(*types.Interface).Methods() {
		if m.Exported() {
			types.TypeString(m.Type(), func(pkg *types.Package) string {
				ok = ok && (n.May == nil || n.May(pkg.Path()))
				return ""
			})
			ok = ok && nameable(m.Type())
		}
	}
	return ok
}

// Mangle makes an import path part of an identifier.
func Mangle(pkgPath string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '-' || r == '.' || r == '~' || r == '+' {
			return '_'
		}
		return r
	}, pkgPath)
}

// wrap describes the wrapper of an interface: a struct of functions, one per
// exported method, as yaegi wants it. An interface with unexported methods
// gets one too, which does not implement it: yaegi then says so.
func wrap(name string, t *types.Named, imports *Imports) Wrapper {
	w := Wrapper{Name: "_" + Mangle(t.Obj().Pkg().Path()) + "_" + name, Interface: name}
	for m := range t.Underlying().(*types.Interface).Methods() {
		if m.Exported() {
			w.Methods = append(w.Methods, methodOf(m, imports))
		}
	}
	return w
}

// methodOf describes a method. Parameters are renamed, so that none hides a
// package that a later parameter's type mentions.
func methodOf(m *types.Func, imports *Imports) Method {
	sig := m.Type().(*types.Signature)
	var params, args, results []string
	for i := range sig.Params().Len() {
		arg := fmt.Sprintf("a%d", i)
		t := types.TypeString(sig.Params().At(i).Type(), imports.Name)
		if sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, arg+" ..."+strings.TrimPrefix(t, "[]"))
			arg += "..."
		} else {
			params = append(params, arg+" "+t)
		}
		args = append(args, arg)
	}
	for v := range sig.Results().Variables() {
		results = append(results, types.TypeString(v.Type(), imports.Name))
	}
	r := strings.Join(results, ", ")
	if len(results) > 1 {
		r = "(" + r + ")"
	}
	return Method{m.Name(), strings.Join(params, ", "), r, strings.Join(args, ", ")}
}

// literalOf writes an untyped number or string constant as the literal that
// makes its constant.Value: yaegi computes with those as go/constant does, so
// that math.MaxUint64 does not overflow an int. Other constants are values.
func literalOf(c *types.Const) (Literal, bool) {
	basic, ok := c.Type().(*types.Basic)
	if !ok || basic.Info()&types.IsUntyped == 0 {
		return Literal{}, false
	}
	switch v := c.Val(); v.Kind() {
	case constant.String:
		return Literal{c.Name(), token.STRING, v.ExactString()}, true
	case constant.Int:
		return Literal{c.Name(), token.INT, v.ExactString()}, true
	case constant.Float:
		var f *big.Float
		switch v := constant.Val(v).(type) {
		case *big.Float:
			f = v
		case *big.Rat:
			f = new(big.Float).SetRat(v)
		}
		return Literal{c.Name(), token.FLOAT, f.Text('g', int(f.Prec()))}, true
	}
	return Literal{}, false
}
