package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// declare writes a declaration statement: variables of the cell become
// assignments to variables of the session, constants have no text since all
// their uses are literals.
func (l *lowerer) declare(s *ast.DeclStmt) bool {
	g, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return false
	}
	if g.Tok == token.CONST {
		l.padded(s, "{}")
		return true
	}
	if g.Tok == token.TYPE {
		l.padded(s, "{}")
		return true
	}
	if g.Tok != token.VAR || !l.top[s] {
		return false
	}
	var b strings.Builder
	for i, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		if i > 0 {
			b.WriteString("; ")
		}
		lhs := make([]ast.Expr, len(v.Names))
		for j, n := range v.Names {
			lhs[j] = n
		}
		at := b.Len()
		// Keep the lines of what follows.
		if more := strings.Count(l.gap(s.Pos(), v.Pos()), "\n") - strings.Count(b.String(), "\n"); more > 0 {
			b.WriteString(strings.Repeat("\n", more))
		}
		if len(v.Values) == 0 {
			for j, n := range v.Names {
				if n.Name == "_" {
					continue
				}
				if j > 0 && b.Len() > at {
					b.WriteString("; ")
				}
				o := l.info.Defs[n]
				b.WriteString(l.c.GoName(o) + " = " + l.zero(o.Type(), n))
			}
			continue
		}
		b.WriteString(l.assignment(lhs, v.Values, token.ASSIGN, false))
	}
	l.padded(s, b.String())
	return true
}

// zero writes the zero value of a type.
func (l *lowerer) zero(t types.Type, at ast.Node) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return l.typ(t, at) + "(false)"
		case u.Info()&types.IsString != 0:
			return l.typ(t, at) + "(\"\")"
		case u.Info()&types.IsNumeric != 0:
			return l.typ(t, at) + "(0)"
		}
		return "nil"
	case *types.Struct, *types.Array:
		ts := l.typ(t, at)
		return l.helper("zero "+ts, "w_zero", "func %s() "+ts+" { var z "+ts+"; return z }") + "()"
	}
	return "nil"
}

// initializer writes the initialization of package variables of a program.
func (l *lowerer) initializer(in *types.Initializer) {
	if len(in.Lhs) == 1 && in.Lhs[0].Name() == "_" && logical(in.Rhs) {
		l.b.WriteString("if " + l.text(in.Rhs) + " {}")
		return
	}
	if len(in.Lhs) == 1 {
		name := "_"
		if in.Lhs[0].Name() != "_" {
			name = l.c.GoName(in.Lhs[0])
		}
		l.b.WriteString(name + " = " + l.value(in.Rhs))
		return
	}
	var temps []string
	after := ""
	for _, v := range in.Lhs {
		if v.Name() == "_" {
			temps = append(temps, "_")
			continue
		}
		t := l.temp()
		temps = append(temps, t)
		after += "; " + l.c.GoName(v) + " = " + t
	}
	op := " := "
	if after == "" {
		op = " = "
	}
	l.b.WriteString(strings.Join(temps, ", ") + op + l.text(in.Rhs) + after)
}

// value writes the right side of an assignment: in parentheses a composite
// literal, or the interpreter would move the variable to a new place, and a
// call, or the function's result would be the variable itself while it runs.
func (l *lowerer) value(e ast.Expr) string {
	s := l.text(e)
	if _, ok := e.(*ast.CompositeLit); ok || l.callsInterpreted(e) {
		return "(" + s + ")"
	}
	return s
}

// callsInterpreted says whether an expression is a call of anything but a
// compiled function.
func (l *lowerer) callsInterpreted(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	if tv := l.tv(call.Fun); tv.IsType() || tv.IsBuiltin() {
		return false
	}
	if _, several := l.typeOf(call).(*types.Tuple); several {
		return false
	}
	f := l.callee(call)
	return f == nil || f.Pkg() == l.c.Pkg || isStd(f.Pkg()) || f.Signature().TypeParams().Len() > 0
}

func (l *lowerer) assign(s *ast.AssignStmt) bool {
	if l.storeDeref(s) {
		return true
	}
	for i, e := range s.Lhs {
		if blankName(e) && len(s.Lhs) == len(s.Rhs) {
			l.notNil(s.Rhs[i])
		}
	}
	top := l.top[s]
	tok := s.Tok
	local := tok == token.DEFINE && !top
	if top && tok == token.DEFINE {
		tok = token.ASSIGN
	}
	switch {
	case tok != token.ASSIGN && tok != token.DEFINE:
		return l.operation(s)
	case len(s.Lhs) == 1 && !top && tok == token.ASSIGN && l.callsInterpreted(s.Rhs[0]):
		l.put(s.Lhs[0])
		l.raw(s.Lhs[0].End(), s.Rhs[0].Pos())
		l.b.WriteString(l.value(s.Rhs[0]))
		return true
	case l.header > 0:
		return false
	case len(s.Lhs) == 1 && blankName(s.Lhs[0]) && logical(s.Rhs[0]):
		l.b.WriteString("if ")
		l.put(s.Rhs[0])
		l.b.WriteString(" {}")
		return true
	case len(s.Lhs) == 1 && !top:
		if _, lit := s.Rhs[0].(*ast.CompositeLit); lit && !local {
			l.put(s.Lhs[0])
			l.raw(s.Lhs[0].End(), s.Rhs[0].Pos())
			l.b.WriteString("(")
			l.put(s.Rhs[0])
			l.b.WriteString(")")
			return true
		}
		return false
	}
	l.padded(s, l.assignment(s.Lhs, s.Rhs, tok, local))
	return true
}

// operation writes x[i] op= f() so that f is called before the interpreter
// looks for the place.
func (l *lowerer) operation(s *ast.AssignStmt) bool {
	if s.Tok == token.SHL_ASSIGN || s.Tok == token.SHR_ASSIGN {
		return l.shiftAssign(s)
	}
	if l.header > 0 || !calls(s.Rhs[0]) {
		return false
	}
	switch ast.Unparen(s.Lhs[0]).(type) {
	case *ast.IndexExpr, *ast.StarExpr:
	default:
		return false
	}
	// As the compiler does it: first what is called, then the place.
	var before []string
	hold := func(e ast.Expr) string {
		if !calls(e) {
			return l.text(e)
		}
		t := l.temp()
		before = append(before, t+" := "+l.text(e))
		return t
	}
	place := ""
	switch x := ast.Unparen(s.Lhs[0]).(type) {
	case *ast.IndexExpr:
		place = hold(x.X) + "[" + hold(x.Index) + "]"
	case *ast.StarExpr:
		place = "*" + hold(x.X)
	}
	t := l.temp()
	l.padded(s, strings.Join(append(before, t+" := "+l.text(s.Rhs[0]), place+" "+s.Tok.String()+" "+t), "; "))
	return true
}

// calls says whether an expression calls something or receives.
func calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// assignment writes an assignment or a local :=, as several statements where
// the interpreter would get one wrong.
func (l *lowerer) assignment(lhs, rhs []ast.Expr, tok token.Token, local bool) string {
	op := " = "
	if local {
		op = " := "
	}
	if len(lhs) == 1 {
		return l.text(lhs[0]) + op + l.value(rhs[0])
	}
	if len(rhs) == 1 {
		return l.tuple(lhs, rhs[0], local)
	}
	if l.parallel(lhs, rhs) {
		var a, b []string
		for i := range lhs {
			a = append(a, l.text(lhs[i]))
			b = append(b, l.value(rhs[i]))
		}
		return strings.Join(a, ", ") + op + strings.Join(b, ", ")
	}
	// One after the other through temporaries, operands of the left first.
	var before, after []string
	var places []string
	for _, e := range lhs {
		places = append(places, l.place(e, &before))
	}
	for i, e := range rhs {
		tv := l.tv(e)
		if tv.Value != nil || tv.IsNil() {
			if places[i] != "_" {
				after = append(after, l.store(places[i], lhs[i], l.value(e), local))
			}
			continue
		}
		if places[i] == "_" {
			before = append(before, "_ = "+l.value(e))
			continue
		}
		t := l.temp()
		before = append(before, t+" := "+l.value(e))
		after = append(after, l.store(places[i], lhs[i], t, local))
	}
	return strings.Join(append(before, after...), "; ")
}

// store assigns to a place or, for a name that := declares, declares it.
func (l *lowerer) store(place string, e ast.Expr, value string, local bool) string {
	if id, ok := e.(*ast.Ident); ok && local && l.info.Defs[id] != nil {
		if t := l.typeOf(id); t != nil && types.IsInterface(t) {
			return "var " + place + " " + l.typ(t, e) + " = " + value
		}
		return place + " := " + value
	}
	return place + " = " + value
}

// place evaluates the operands of a left side, and writes it in terms of them.
func (l *lowerer) place(e ast.Expr, before *[]string) string {
	hold := func(e ast.Expr) string {
		if l.tv(e).Value != nil {
			return l.text(e)
		}
		t := l.temp()
		*before = append(*before, t+" := "+l.text(e))
		return t
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		base := l.typeOf(x.X)
		if _, array := base.Underlying().(*types.Array); array {
			return l.place(x.X, before) + "[" + hold(x.Index) + "]"
		}
		return hold(x.X) + "[" + hold(x.Index) + "]"
	case *ast.StarExpr:
		return "*" + hold(x.X)
	}
	return l.text(e)
}

// parallel says whether the interpreter does a parallel assignment right:
// nothing is called, no place on the left depends on another, and nothing is nil,
// of which it makes a value of no type.
func (l *lowerer) parallel(lhs, rhs []ast.Expr) bool {
	names := map[string]bool{}
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); ok {
			names[id.Name] = true
		}
	}
	ok := true
	for _, e := range lhs {
		if t := l.typeOf(e); t != nil && types.IsInterface(t) {
			return false // the interpreter would store what the interface holds
		}
		switch x := e.(type) {
		case *ast.Ident:
		case *ast.IndexExpr:
			if t := l.typeOf(x.X); t != nil {
				if _, m := t.Underlying().(*types.Map); m {
					return false
				}
			}
			ast.Inspect(x, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					ok = false
				case *ast.Ident:
					ok = ok && !names[n.Name]
				}
				return ok
			})
		default:
			return false
		}
	}
	for _, e := range rhs {
		if l.tv(e).IsNil() {
			return false
		}
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr, *ast.CompositeLit, *ast.FuncLit, *ast.TypeAssertExpr:
				ok = false
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					ok = false
				}
			}
			return ok
		})
	}
	return ok
}

// tuple writes a, b = f() and v, ok = m[k]. The interpreter loses values that
// are not stored into plain local variables, so others go through
// temporaries.
func (l *lowerer) tuple(lhs []ast.Expr, rhs ast.Expr, local bool) string {
	plain := true
	blank := true
	for _, e := range lhs {
		id, ok := e.(*ast.Ident)
		if !ok {
			plain, blank = false, false
			continue
		}
		if id.Name == "_" {
			continue
		}
		blank = false
		o := l.object(id)
		if o == nil || l.c.Session(o) || !local && (types.IsInterface(o.Type()) || calls(rhs)) {
			plain = false
		}
	}
	op := " = "
	if local {
		op = " := "
	}
	if plain || blank {
		var a []string
		for _, e := range lhs {
			a = append(a, l.text(e))
		}
		return strings.Join(a, ", ") + op + l.text(rhs)
	}
	var before, temps, after []string
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
			temps = append(temps, "_")
			continue
		}
		p := l.place(e, &before)
		t := l.temp()
		temps = append(temps, t)
		after = append(after, l.store(p, e, t, local))
	}
	before = append(before, strings.Join(temps, ", ")+" := "+l.text(rhs))
	return strings.Join(append(before, after...), "; ")
}
