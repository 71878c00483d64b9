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
	if n, ok := types.Unalias(t).(*types.Named); ok && l.mine(n) {
		return n
	}
	return nil
}

// ownInterface says whether a type is a non-empty interface of a cell, whose
// values remember their types.
func (l *lowerer) ownInterface(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || !l.mine(n) {
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
	from, to := l.typeOf(e.X), l.typeOf(e.Type)
	if !l.proveAssertion(e, from, to) {
		return false
	}
	if empty(to) {
		l.assertAny(e, from, to)
		return true
	}
	if _, two := l.typeOf(e).(*types.Tuple); types.IsInterface(to) && !two {
		l.assertInterface(e, from, to)
		return true
	}
	if l.own(to) == nil || types.IsInterface(to) {
		return false
	}
	if !l.ownInterface(from) {
		l.distinct(e, from, to)
		return false
	}
	fs, ts := l.typ(from, e), l.typ(to, e)
	if _, two := l.typeOf(e).(*types.Tuple); two {
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
	from := l.typeOf(x)
	if from != nil {
		l.proveSwitch(s, from)
	}
	if from != nil && l.ownInterface(from) && len(l.env) > 0 && l.repeated(s, from) {
		return true
	}
	if from == nil || l.ownInterface(from) {
		return false
	}
	special := false
	seen := map[string]bool{} // in an instance two cases may be the same
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			t := l.typeOf(e)
			if t == nil || l.tv(e).IsNil() {
				continue
			}
			if len(l.env) > 0 {
				key := l.key(t)
				special = special || seen[key] || !possible(from, t)
				seen[key] = true
			}
			if !l.proveAssertion(e, from, t) {
				return false
			}
			_, structure := types.Unalias(t).(*types.Struct)
			special = special || structure || l.own(t) != nil || types.IsInterface(t)
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
	from := l.typeOf(x)
	fs := l.typ(from, s)
	var text strings.Builder
	text.WriteString("func %s(v " + fs + ") int { if v == nil { return -1 }; ")
	n := 0
	numbers := map[ast.Expr]int{}
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if l.tv(e).IsNil() {
				numbers[e] = -1
				continue
			}
			n++
			numbers[e] = n
			if t := l.typeOf(e); empty(t) {
				fmt.Fprintf(&text, "return %d; ", n)
				continue
			} else if i, ok := from.Underlying().(*types.Interface); ok && !types.AssertableTo(i, t) {
				continue // in an instance: no value is of this type
			}
			if l.ownInterface(from) {
				fmt.Fprintf(&text, "switch v.(type) { case %s: return %d }; ", l.typ(l.typeOf(e), e), n)
				continue
			}
			fmt.Fprintf(&text, "if _, ok := v.(%s); ok { return %d }; ", l.typ(l.typeOf(e), e), n)
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
		if o := l.info.Implicits[cc]; name != nil && o != nil && used(l, o, cc) {
			value := v
			if len(cc.List) == 1 && !l.tv(cc.List[0]).IsNil() && !empty(o.Type()) && possible(from, l.subst(o.Type())) {
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
		if id, ok := n.(*ast.Ident); ok && l.info.Uses[id] == o {
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
	if l.tv(e.X).IsNil() || l.tv(e.Y).IsNil() {
		return
	}
	x, y := l.typeOf(e.X), l.typeOf(e.Y)
	if x == nil || y == nil {
		return
	}
	if l.ownInterface(x) || l.ownInterface(y) {
		l.refuse(e, "compare the values inside", "comparing values of the interface type %s is not supported", l.shortType(x))
		return
	}
	if types.IsInterface(x) && types.IsInterface(y) {
		l.equalInterfaces(e)
	}
	if types.IsInterface(x) != types.IsInterface(y) && !l.comparable(e, x, y) {
		return
	}
	if types.IsInterface(x) != types.IsInterface(y) {
		if types.IsInterface(x) {
			l.box[e.Y] = x
		} else {
			l.box[e.X] = y
		}
	}
}

// comparable refuses to compare a value of a type of a cell with an interface.
func (l *lowerer) comparable(e ast.Expr, x, y types.Type) bool {
	if l.own(x) != nil && !types.IsInterface(x) || l.own(y) != nil && !types.IsInterface(y) || l.ownInterface(x) || l.ownInterface(y) {
		l.refuse(e, "compare the values inside", "comparing a %s with a %s is not supported", l.shortType(x), l.shortType(y))
		return false
	}
	return true
}

// mapType refuses maps whose keys are interfaces of cells.
func (l *lowerer) mapType(e *ast.MapType) {
	if t := l.typeOf(e.Key); t != nil && l.ownInterface(t) {
		l.refuse(e, "use a key of a concrete type", "a map with keys of the interface type %s is not supported", l.shortType(t))
	} else if t != nil && types.IsInterface(t) {
		l.look(e, flowEqual, "a map whose keys are interfaces")
	}
}

// repeated says whether a type switch of an instance has a case twice, or one
// that can't be.
func (l *lowerer) repeated(s *ast.TypeSwitchStmt, from types.Type) bool {
	seen := map[string]bool{}
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if l.tv(e).IsNil() {
				continue
			}
			t := l.typeOf(e)
			key := l.key(t)
			if seen[key] || !possible(from, t) {
				return true
			}
			seen[key] = true
		}
	}
	return false
}

// empty says whether a type is an interface that everything meets.
func empty(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// possible says whether an interface may hold a value of a type.
func possible(from, t types.Type) bool {
	i, ok := from.Underlying().(*types.Interface)
	return !ok || types.AssertableTo(i, t)
}

// assertInterface writes x.(I) for an interface with methods, with the form of
// two values, which alone finds the methods of the interpreter's own types.
func (l *lowerer) assertInterface(e *ast.TypeAssertExpr, from, to types.Type) {
	fs, ts := l.typ(from, e), l.typ(to, e)
	name := types.TypeString(to, (*types.Package).Name)
	method := to.Underlying().(*types.Interface).Method(0).Name()
	text := "func %s(v " + fs + ") " + ts + " { if v == nil { " + l.helpers() + ".Fail(" + quote("interface conversion: interface is nil, not "+name) + ") }; r, ok := v.(" + ts + "); if !ok { " + l.helpers() + ".Fail(" + quote("interface conversion: the value is not "+name+": missing method "+method) + ") }; return r }"
	l.inParens(e, l.helper("asi "+fs+" "+ts, "w_as", text)+"("+l.text(e.X)+")")
}

// assertAny writes x.(any), which only asks whether there is a value.
func (l *lowerer) assertAny(e *ast.TypeAssertExpr, from, to types.Type) {
	fs, ts := l.typ(from, e), l.typ(to, e)
	if _, two := l.typeOf(e).(*types.Tuple); two {
		f := l.helper("any2 "+fs+" "+ts, "w_any", "func %s(v "+fs+") ("+ts+", bool) { if v == nil { return nil, false }; return v, true }")
		l.inParens(e, f+"("+l.text(e.X)+")")
		return
	}
	f := l.helper("any1 "+fs+" "+ts, "w_any", "func %s(v "+fs+") "+ts+" { if v == nil { panic(\"interface conversion: interface is nil, not interface {}\") }; return v }")
	l.inParens(e, f+"("+l.text(e.X)+")")
}
