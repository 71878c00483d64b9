package native

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// emitted lists the declarations that a cell's package holds: those that were
// checked with the cell, except what does not fit and what uses that.
func emitted(c *check.Cell) []*check.Unit {
	var units []*check.Unit
	for _, list := range [][]*check.Unit{c.Units, c.Redo, c.Again} {
		for _, u := range list {
			if u.Kind != check.Const && u.Node != nil && checked(c, u) {
				units = append(units, u)
			}
		}
	}
	bad := map[string]bool{}
	for grew := true; grew; {
		grew = false
		keep := units[:0]
		for _, u := range units {
			out := u.Broken()
			for _, n := range u.Uses {
				out = out || bad[n]
			}
			if out {
				grew = true
				for _, n := range u.Names {
					bad[n] = true
				}
				continue
			}
			keep = append(keep, u)
		}
		units = keep
	}
	// In the order in which they were written: the compiler numbers local types.
	slices.SortStableFunc(units, func(a, b *check.Unit) int {
		x, y := cellNumber(a.Cell), cellNumber(b.Cell)
		if x == y && a.Source == b.Source {
			x, y = int(a.Node.Pos()), int(b.Node.Pos())
		}
		return cmp.Compare(x, y)
	})
	return units
}

// cellNumber is 3 for "cell[3]".
func cellNumber(name string) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, "cell["), "]"))
	return n
}

// checked says whether go/types has seen the declaration: one that is the same
// as before is left out of the check.
func checked(c *check.Cell, u *check.Unit) bool {
	switch n := u.Node.(type) {
	case *ast.TypeSpec:
		return c.Info.Defs[n.Name] != nil || n.Name.Name == "_"
	case *ast.FuncDecl:
		return c.Info.Defs[n.Name] != nil
	}
	return false
}

// declared lists the objects of a declaration.
func declared(c *check.Cell, u *check.Unit) []types.Object {
	var id *ast.Ident
	switch n := u.Node.(type) {
	case *ast.TypeSpec:
		id = n.Name
	case *ast.FuncDecl:
		id = n.Name
	}
	if id == nil {
		return nil
	}
	if o := c.Info.Defs[id]; o != nil {
		return []types.Object{o}
	}
	return nil
}

// moved lists the variables of earlier cells whose types have got a new
// identity in this check, sorted by name.
func moved(c *check.Cell) []*types.Var { return sessionVars(c, false) }

// sessionVars lists the session's variables that were declared in this check,
// by the text of the cell or not, sorted by name.
func sessionVars(c *check.Cell, own bool) []*types.Var {
	var out []*types.Var
	from, to := c.Main.File.FileStart, c.Main.File.FileEnd
	for _, o := range c.Info.Defs {
		v, ok := o.(*types.Var)
		if ok && v.Parent() == c.Pkg.Scope() && own == (from <= v.Pos() && v.Pos() <= to) {
			out = append(out, v)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name() < out[j].Name() })
	return out
}

// cutMethod takes "T.m" apart.
func cutMethod(name string) (recv, method string, ok bool) { return strings.Cut(name, ".") }

// named calls f for every type with a name inside a type, type arguments
// included, but does not look into the named types.
func named(t types.Type, f func(*types.TypeName)) {
	inside(t, func(t types.Type) {
		switch t := t.(type) {
		case *types.Named:
			f(t.Origin().Obj())
		case *types.TypeParam:
			f(t.Obj())
		case *types.Union:
			for i := range t.Len() {
				named(t.Term(i).Type(), f)
			}
		}
	}, nil)
}

// structs calls f for every struct type without a name inside a type, also
// inside of each other, inner ones first.
func structs(t types.Type, f func(*types.Struct)) {
	inside(t, nil, func(t types.Type) {
		if t, ok := t.(*types.Struct); ok {
			f(t)
		}
	})
}

// inside calls enter and leave, where they are not nil, before and after the
// parts of every type inside a type, once for each. The parts of a named type
// are its type arguments; a union has none.
func inside(t types.Type, enter, leave func(types.Type)) {
	seen := map[types.Type]bool{}
	var walk func(types.Type)
	walk = func(t types.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		if enter != nil {
			enter(t)
		}
		switch t := t.(type) {
		case *types.Alias:
			walk(types.Unalias(t))
		case *types.Named:
			for i := range t.TypeArgs().Len() {
				walk(t.TypeArgs().At(i))
			}
		case *types.Map:
			walk(t.Key())
			walk(t.Elem())
		case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
			walk(t.Elem())
		case *types.Tuple:
			for i := range t.Len() {
				walk(t.At(i).Type())
			}
		case *types.Signature:
			walk(t.Params())
			walk(t.Results())
		case *types.Struct:
			for i := range t.NumFields() {
				walk(t.Field(i).Type())
			}
		case *types.Interface:
			for i := range t.NumExplicitMethods() {
				walk(t.ExplicitMethod(i).Type())
			}
			for i := range t.NumEmbeddeds() {
				walk(t.EmbeddedType(i))
			}
		}
		if leave != nil {
			leave(t)
		}
	}
	walk(t)
}

// place is where a node stands in its cell.
func (w *writer) place(src *check.Source, p token.Pos) (line, col int) {
	if src == w.c.Main {
		off := w.c.Offset(p)
		return 1 + strings.Count(w.c.Source[:off], "\n"), off - strings.LastIndexByte(w.c.Source[:off], '\n')
	}
	off := src.Offset(p)
	col = off - strings.LastIndexByte(src.Text[:off], '\n')
	line = src.Line(p)
	if line == 1 {
		col -= len("package main;")
	}
	return line, max(1, col)
}
