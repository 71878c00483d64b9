package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// The interpreter keeps the types of cells to itself: outside of its own
// non-empty interfaces a value of a named type is one of the underlying type.
// So it decides by an assertion where a value can only be of one such type, by
// a type switch inside its own interfaces, and what is left is refused.

// own returns the named type of a cell that t is or points to, nil for others.
func (l *lowerer) own(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() == l.c.Pkg {
		return n
	}
	return nil
}

// ownInterface says whether a type is a non-empty interface of a cell, whose
// values remember their types.
func (l *lowerer) ownInterface(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() != l.c.Pkg {
		return false
	}
	i, ok := n.Underlying().(*types.Interface)
	return ok && i.NumMethods() > 0
}

// distinct refuses to tell a type of a cell apart from others where the
// interpreter can't.
func (l *lowerer) distinct(at ast.Node, from, to types.Type) bool {
	n := l.own(to)
	if n == nil || types.IsInterface(to) {
		return true
	}
	const hint = "give the interface a method that the types have, and declare it in a cell"
	_, ptr := types.Unalias(to).(*types.Pointer)
	if _, basic := n.Underlying().(*types.Basic); basic && !ptr {
		l.refuse(at, hint, "telling %s from %s in a value of type %s is not supported", n.Obj().Name(), n.Underlying(), l.shortType(from))
		return false
	}
	if other := l.c.SameShape(n); other != "" {
		l.refuse(at, hint, "telling %s from %s, which has the same fields, in a value of type %s is not supported", n.Obj().Name(), other, l.shortType(from))
		return false
	}
	if i, ok := from.Underlying().(*types.Interface); ok && i.NumMethods() > 0 && !ptr {
		l.refuse(at, "use a pointer to "+n.Obj().Name(), "finding a %s in a value of type %s is not supported", n.Obj().Name(), l.shortType(from))
		return false
	}
	return true
}

func (l *lowerer) shortType(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(l.c.Pkg))
}

// assertion writes x.(T). Out of an interface of a cell it becomes a type
// switch, which knows the types that an assertion mixes up.
func (l *lowerer) assertion(e *ast.TypeAssertExpr) bool {
	if e.Type == nil {
		return false
	}
	from, to := l.c.Info.TypeOf(e.X), l.c.Info.TypeOf(e.Type)
	if l.own(to) == nil || types.IsInterface(to) {
		return false
	}
	if !l.ownInterface(from) {
		l.distinct(e, from, to)
		return false
	}
	if l.bound(from) || l.bound(to) {
		return false
	}
	fs, ts := l.typ(from, e), l.typ(to, e)
	if _, two := l.c.Info.TypeOf(e).(*types.Tuple); two {
		f := l.helper("as2 "+fs+" "+ts, "w_as", "func %s(i "+fs+") ("+ts+", bool) { switch v := i.(type) { case "+ts+": return v, true }; var z "+ts+"; return z, false }")
		l.b.WriteString(f + "(")
	} else {
		msg := fmt.Sprintf("interface conversion: %s is not %s", types.TypeString(from, (*types.Package).Name), types.TypeString(to, (*types.Package).Name))
		f := l.helper("as1 "+fs+" "+ts, "w_as", "func %s(i "+fs+") "+ts+" { switch v := i.(type) { case "+ts+": return v }; panic("+quote(msg)+") }")
		l.b.WriteString(f + "(")
	}
	l.put(e.X)
	l.b.WriteString(")")
	return true
}

// switched returns what a type switch looks at, and the name it gives it.
func switched(s *ast.TypeSwitchStmt) (x ast.Expr, name *ast.Ident) {
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		return a.Rhs[0].(*ast.TypeAssertExpr).X, a.Lhs[0].(*ast.Ident)
	case *ast.ExprStmt:
		return a.X.(*ast.TypeAssertExpr).X, nil
	}
	return nil, nil
}

// numbered says whether a type switch must be written as a switch over
// numbers: it looks at an interface that is not of a cell, and asks for types
// of cells or for interfaces.
func (l *lowerer) numbered(s *ast.TypeSwitchStmt) bool {
	x, _ := switched(s)
	from := l.c.Info.TypeOf(x)
	if from == nil || l.ownInterface(from) || l.bound(from) {
		return false
	}
	special := false
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			t := l.c.Info.TypeOf(e)
			if t == nil || l.c.Info.Types[e].IsNil() {
				continue
			}
			if l.bound(t) {
				return false
			}
			special = special || l.own(t) != nil || types.IsInterface(t)
			if !l.distinct(e, from, t) {
				return false
			}
		}
	}
	return special
}

// typeSwitch writes a numbered type switch over the value that v names; the
// number comes from a function that tries assertions.
func (l *lowerer) typeSwitch(s *ast.TypeSwitchStmt, v, lead string) {
	x, name := switched(s)
	from := l.c.Info.TypeOf(x)
	fs := l.typ(from, s)
	var text strings.Builder
	text.WriteString("func %s(v " + fs + ") int { if v == nil { return -1 }; ")
	n := 0
	numbers := map[ast.Expr]int{}
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if l.c.Info.Types[e].IsNil() {
				numbers[e] = -1
				continue
			}
			n++
			numbers[e] = n
			fmt.Fprintf(&text, "if _, ok := v.(%s); ok { return %d }; ", l.typ(l.c.Info.TypeOf(e), e), n)
		}
	}
	text.WriteString("return 0 }")
	f := l.helper("ts "+text.String(), "w_ts", text.String())
	l.b.WriteString("switch " + lead + f + "(" + v + ") ")
	pos := s.Body.Lbrace
	l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(x.End(), pos), "\n")))
	for _, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		l.raw(pos, cc.Pos())
		if cc.List == nil {
			l.b.WriteString("default:")
		} else {
			var list []string
			for _, e := range cc.List {
				list = append(list, fmt.Sprint(numbers[e]))
			}
			l.b.WriteString("case " + strings.Join(list, ", ") + ":")
		}
		l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(cc.Pos(), cc.Colon), "\n")))
		if o := l.c.Info.Implicits[cc]; name != nil && o != nil && used(l, o, cc) {
			value := v
			if len(cc.List) == 1 && !l.c.Info.Types[cc.List[0]].IsNil() {
				value = v + ".(" + l.typ(o.Type(), cc) + ")"
			}
			l.b.WriteString(" " + name.Name + " := " + value + "; ")
		}
		pos = cc.Colon + 1
		for _, b := range cc.Body {
			l.raw(pos, b.Pos())
			l.put(b)
			pos = b.End()
		}
		l.raw(pos, cc.End())
		pos = cc.End()
	}
	l.raw(pos, s.End())
}

func used(l *lowerer, o types.Object, n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && l.c.Info.Uses[id] == o {
			found = true
		}
		return !found
	})
	return found
}

// comparison refuses == between interfaces of cells, whose values the
// interpreter can't compare.
func (l *lowerer) comparison(e *ast.BinaryExpr) {
	if e.Op != token.EQL && e.Op != token.NEQ {
		return
	}
	if l.c.Info.Types[e.X].IsNil() || l.c.Info.Types[e.Y].IsNil() {
		return
	}
	x, y := l.c.Info.TypeOf(e.X), l.c.Info.TypeOf(e.Y)
	if x == nil || y == nil {
		return
	}
	if l.ownInterface(x) || l.ownInterface(y) {
		l.refuse(e, "compare the values inside", "comparing values of the interface type %s is not supported", l.shortType(x))
		return
	}
	if types.IsInterface(x) != types.IsInterface(y) && (l.own(x) != nil && !types.IsInterface(x) || l.own(y) != nil && !types.IsInterface(y)) {
		l.refuse(e, "compare the values inside", "comparing a %s with a %s is not supported", l.shortType(x), l.shortType(y))
	}
}

// mapType refuses maps whose keys are interfaces of cells.
func (l *lowerer) mapType(e *ast.MapType) {
	if t := l.c.Info.TypeOf(e.Key); t != nil && l.ownInterface(t) {
		l.refuse(e, "use a key of a concrete type", "a map with keys of the interface type %s is not supported", l.shortType(t))
	}
}
