// Package native writes a checked cell as the text of a Go package that the Go
// compiler builds and a session runs.
//
// A cell becomes a package of its own. What it declares lives there from then
// on: later packages import it, so that types stay the same types. The cell's
// statements become one function. Variables of the session live in the
// session; a package reaches them through pointers that the session sets before
// anything of the package runs.
//
// Text is edited, not printed from a tree, and line directives say where each
// piece comes from: panics and complaints of the compiler tell places in cells.
//
// What Go hides between packages must not be hidden between cells. Functions,
// types and methods get exported names beside or instead of their own; fields
// are reached through small functions of the package that declares the struct,
// which the compiler inlines.
package native

import (
	"go/ast"
	"go/types"
	"maps"
	"sort"

	"github.com/weft-go/weft/kernel/internal/check"
)

// A File is one file of a package.
type File struct{ Name, Text string }

// A Slot is a variable that the session must make before a package's statements
// run: of the type that Symbol names in the package Path.
type Slot struct {
	Name   string // of the variable in the interpreter
	Path   string
	Symbol string
	Move   bool // the variable goes on: its new place takes the bits of the old one
}

// A Source is a package as text.
type Source struct {
	Path, Clause string
	Files        []File
	Imports      []string // what the text imports, sorted
	Slots        []Slot
	HasCell      bool // it has statements to run
	// Homes says under what exported name the types and functions that the
	// package declares can be imported from it.
	Homes map[types.Object]string
	// FuncName says what a program sees of a function's name: see Demangle.
	FuncName func(linked string) string
	// Funcs holds the exported names of its functions that are not generic, by
	// their names in the interpreter.
	Funcs map[string]string

	structs map[string]map[string]*field // fields, by the exported name of the struct
	shapes  map[string]*shape
	renamed map[string]string
}

// Options say how a cell is written.
type Options struct {
	// Bodies is how many functions of the cell are measured: Measured_0,
	// Measured_1 … of type func(loops, n int), and for those that have it
	// Values_0, Values_1 … of type func(n int) []any.
	Bodies int
}

// MeasuredName and ValuesName are what the functions of Options.Bodies are
// called.
const (
	MeasuredName = "Measured_"
	ValuesName   = "Values_"
)

// A State knows in which packages the session's declarations live. Declarations
// are told apart by their objects: check makes a new object when a declaration
// changes, so a home that is out of date can't be found. A State is not safe
// for concurrent use.
type State struct {
	homes   map[types.Object]home
	shapes  map[string]*shape
	generic []*shape          // those with type parameters
	slots   map[string]bool   // variables that the session has, by name in the interpreter
	names   map[string]string // what functions are called in the cells, by linked name, where that tells another

	clause, dock string
}

// A home is where a declaration is compiled.
type home struct {
	path, name string
	fields     map[string]*field // unexported fields of a struct
}

// Clause is the package clause of every package: types print as main.T.
const Clause = "main"

// dockPath is the package through which compiled cells and the session meet.
const dockPath = "github.com/weft-go/weft/kernel/internal/dock"

// New returns a State in which nothing has a home.
func New() *State {
	return &State{homes: map[types.Object]home{}, shapes: map[string]*shape{}, slots: map[string]bool{}, names: map[string]string{}, clause: Clause, dock: dockPath}
}

// Home returns where a type or a function of the session is compiled: the
// path to import and the exported name.
func (s *State) Home(o types.Object) (path, name string, ok bool) {
	h, ok := s.homes[origin(o)]
	return h.path, h.name, ok
}

// origin is the object that was declared: of an instance of a generic
// declaration, and of another name for a type.
func origin(o types.Object) types.Object {
	switch o := o.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Var:
		return o.Origin()
	case *types.TypeName:
		switch t := o.Type().(type) {
		case *types.Named:
			return t.Origin().Obj()
		case *types.Alias:
			return t.Origin().Obj()
		}
	}
	return o
}

// Slotted tells that the session has a variable, by its name in the
// interpreter. Packages bring those that it has not.
func (s *State) Slotted(goName string) { s.slots[goName] = true }

// Loaded tells that the session has opened the package: what it declares is at
// home there. The keys of Homes may have been replaced by other objects of the
// same declarations.
func (s *State) Loaded(src *Source) {
	for o, name := range src.Homes {
		s.homes[origin(o)] = home{src.Path, name, src.structs[name]}
	}
	maps.Copy(s.names, src.renamed)
	for _, key := range sorted(src.shapes) {
		if h := src.shapes[key]; len(h.params) > 0 {
			s.generic = append(s.generic, h)
		} else {
			s.shapes[key] = h
		}
	}
	for _, slot := range src.Slots {
		s.slots[slot.Name] = true
	}
}

// Needs lists the declarations of earlier cells that the cell needs and that
// are not compiled, with all that these need in turn: to be given to
// World.Check as what is checked beside the cell. It is empty for a cell that
// can be written.
func (s *State) Needs(c *check.Cell) []string {
	n := &needs{s: s, c: c, own: map[types.Object]bool{}, ours: map[string]bool{}, seen: map[types.Object]bool{}, names: map[string]bool{}}
	units := emitted(c)
	for _, u := range units {
		for _, o := range declared(c, u) {
			n.own[o] = true
		}
		n.ours[u.Names[0]] = true
	}
	for _, u := range units {
		ast.Inspect(u.Node, n.visit)
	}
	for _, st := range c.Body {
		ast.Inspect(st, n.visit)
	}
	for _, o := range moved(c) {
		n.types(o.Type())
	}
	out := make([]string, 0, len(n.names))
	for name := range n.names {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

type needs struct {
	s     *State
	c     *check.Cell
	own   map[types.Object]bool
	ours  map[string]bool // names that the cell's package declares
	seen  map[types.Object]bool
	names map[string]bool
}

func (n *needs) visit(x ast.Node) bool {
	if id, ok := x.(*ast.Ident); ok {
		if o := n.c.Object(id); o != nil && n.c.Session(o) {
			n.object(n.c.Real(o))
		}
	}
	return true
}

// object takes a declaration of the session.
func (n *needs) object(o types.Object) {
	if o == nil {
		return
	}
	o = origin(o)
	if n.seen[o] || n.own[o] {
		return
	}
	n.seen[o] = true
	switch o.(type) {
	case *types.Var, *types.Const:
		n.types(o.Type())
		return
	}
	// What has a home may use what has none: a method reaches the newest form
	// of a function.
	_, _, compiled := n.s.Home(o)
	w := n.c.World
	d := w.Decl(o.Name())
	if d == nil || d.Unit == nil || d.Unit.Broken() || d.Kind != check.Type && d.Kind != check.Func {
		return
	}
	if !compiled {
		n.names[o.Name()] = true
	}
	n.unit(d.Unit)
	if d.Kind != check.Type {
		return
	}
	for _, m := range w.Methods(o.Name()) {
		if md := w.Decl(m); md != nil && md.Unit != nil && !md.Unit.Broken() {
			if !compiled {
				n.names[m] = true
			}
			n.unit(md.Unit)
		}
	}
}

// unit takes what a declaration mentions.
func (n *needs) unit(u *check.Unit) {
	for _, name := range u.Uses {
		if recv, _, method := cutMethod(name); method {
			name = recv
		}
		if d := n.c.World.Decl(name); d != nil && d.Obj != nil && !n.ours[name] {
			n.object(d.Obj)
		}
	}
}

// types takes the session's types in a type.
func (n *needs) types(t types.Type) {
	named(t, func(o *types.TypeName) {
		if n.c.Session(o) {
			n.object(o)
		}
	})
}
