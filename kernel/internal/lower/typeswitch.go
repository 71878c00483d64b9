package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// The interpreter keeps the types of cells to itself: outside of its own
// non-empty interfaces a value of a named type is one of what the type is made
// of, and inside of them it may be wrapped several times. So assertions and type
// switches become functions that look in the one way that finds each kind of
// type, and where two types can't be told apart they are refused (shapes.go).

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
	if !l.inStd() && !l.lookShape(at, to) {
		return false
	}
	n := l.own(to)
	if n == nil || types.IsInterface(to) {
		return true
	}
	_, ptr := types.Unalias(to).(*types.Pointer)
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
// switch, which knows the types that an assertion mixes up, over a variable: a
// parameter that was given a call's result is wrapped twice.
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
	_, two := l.typeOf(e).(*types.Tuple)
	if !possible(from, to) { // in an instance
		fs, ts := l.typ(from, e), l.typ(to, e)
		text := "func %s(v " + fs + ") (" + ts + ", bool) { var z " + ts + "; return z, false }"
		if !two {
			text = "func %s(v " + fs + ") " + ts + " { " + "if v == nil { " + l.helpers() + ".Fail(" + quote("interface conversion: "+runtimeName(from)+" is nil, not "+runtimeName(to)) + ") }; " + l.helpers() + ".Fail(" + quote("interface conversion: "+runtimeName(from)+" does not hold a "+runtimeName(to)) + "); var z " + ts + "; return z }"
		}
		l.inParens(e, l.helper("never "+text, "w_never", text)+"("+l.text(e.X)+")")
		return true
	}
	if types.IsInterface(to) && !two {
		l.assertInterface(e, from, to)
		return true
	}
	if types.IsInterface(to) && (l.switchFinds(from, to) || l.ownInterface(from)) {
		l.inParens(e, l.finder(e, from, to)+"("+l.text(e.X)+")")
		return true
	}
	if !l.ownInterface(from) {
		l.distinct(e, from, to)
		return false
	}
	if l.own(to) == nil || types.IsInterface(to) {
		return false
	}
	fs, ts := l.typ(from, e), l.typ(to, e)
	if two {
		f := l.helper("as2 "+fs+" "+ts, "w_as", "func %s(i "+fs+") ("+ts+", bool) { j := i; switch v := j.(type) { case "+ts+": return v, true }; var z "+ts+"; return z, false }")
		l.b.WriteString(f + "(")
	} else {
		msg := fmt.Sprintf("interface conversion: %s is not %s", types.TypeString(from, (*types.Package).Name), types.TypeString(to, (*types.Package).Name))
		f := l.helper("as1 "+fs+" "+ts, "w_as", "func %s(i "+fs+") "+ts+" { j := i; switch v := j.(type) { case "+ts+": return v }; panic("+quote(msg)+") }")
		l.b.WriteString(f + "(")
	}
	l.put(e.X)
	l.b.WriteString(")")
	return true
}

// runtimeName is a type as Go's run-time errors write it.
func runtimeName(t types.Type) string {
	s := types.TypeString(t, (*types.Package).Name)
	if in, ok := strings.CutPrefix(s, "interface{"); ok && in != "}" {
		return "interface { " + strings.TrimSuffix(in, "}") + " }"
	}
	return s
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
	if from != nil && l.ownInterface(from) && (l.asksMore(s) || len(l.env) > 0 && l.repeated(s, from)) {
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
	text.WriteString("func %s(i " + fs + ") int { v := i; if v == nil { return -1 }; ")
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
			if l.ownInterface(from) && !types.IsInterface(l.typeOf(e)) {
				fmt.Fprintf(&text, "switch v.(type) { case %s: return %d }; ", l.typ(l.typeOf(e), e), n)
				continue
			}
			fmt.Fprintf(&text, "if _, ok := v.(%s); ok { return %d }; ", l.asked(l.typeOf(e), e), n)
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
				if to := l.subst(o.Type()); types.IsInterface(to) && (l.switchFinds(from, to) || l.ownInterface(from)) {
					value = l.temp()
					l.b.WriteString(" " + value + ", _ := " + l.finder(cc, from, to) + "(" + v + ");")
				} else {
					value = v + ".(" + l.asked(to, cc) + ")"
				}
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

// asksMore says whether a type switch has a case nil or one of an interface,
// which the interpreter does not find in an interface of a cell.
func (l *lowerer) asksMore(s *ast.TypeSwitchStmt) bool {
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			if t := l.typeOf(e); l.tv(e).IsNil() || t != nil && types.IsInterface(t) {
				return true
			}
		}
	}
	return false
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
	fs, ts := l.typ(from, e), l.asked(to, e)
	find := "v.(" + ts + ")"
	if l.switchFinds(from, to) || l.ownInterface(from) {
		find = l.finder(e, from, to) + "(v)"
	}
	name := types.TypeString(to, (*types.Package).Name)
	method := to.Underlying().(*types.Interface).Method(0).Name()
	text := "func %s(v " + fs + ") " + ts + " { if v == nil { " + l.helpers() + ".Fail(" + quote("interface conversion: interface is nil, not "+name) + ") }; r, ok := " + find + "; if !ok { " + l.helpers() + ".Fail(" + quote("interface conversion: the value is not "+name+": missing method "+method) + ") }; return r }"
	l.inParens(e, l.helper("asi "+fs+" "+ts, "w_as", text)+"("+l.text(e.X)+")")
}

// asked writes a type that an interface is asked for: an interface without a
// name gets one, since the interpreter looks for methods by the name.
func (l *lowerer) asked(t types.Type, at ast.Node) string {
	ts := l.typ(t, at)
	if _, named := types.Unalias(t).(*types.Named); named || !types.IsInterface(t) || empty(t) {
		return ts
	}
	name, ok := l.file.helpers["interface "+ts]
	if !ok {
		name = l.mem.mangle("w_interface", nil)
		l.file.helpers["interface "+ts] = name
		l.file.types.WriteString("type " + name + " " + ts + "\n")
	}
	return name
}

// switchFinds says whether an interface of a cell is to be found in one that
// may hold values of the interpreter's own types and others: an assertion tells
// whether it is there, but only a type switch can fetch it.
func (l *lowerer) switchFinds(from, to types.Type) bool {
	_, named := types.Unalias(to).(*types.Named)
	return (l.ownInterface(to) || !named) && !empty(to) && !l.ownInterface(from)
}

// finder names a function that does so, with a variable as in assertion.
func (l *lowerer) finder(at ast.Node, from, to types.Type) string {
	fs, ts := l.typ(from, at), l.asked(to, at)
	if !l.switchFinds(from, to) {
		return l.helper("find "+fs+" "+ts, "w_find", "func %s(i "+fs+") ("+ts+", bool) { v := i; r, ok := v.("+ts+"); return r, ok }")
	}
	return l.helper("find "+fs+" "+ts, "w_find", "func %s(i "+fs+") ("+ts+", bool) { v := i; var z "+ts+"; if _, ok := v.("+ts+"); !ok { return z, false }; switch x := v.(type) { case "+ts+": return x, true }; return z, false }")
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
