package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// stmt writes a statement that has to be rewritten; false means that it may
// stand as it is.
func (l *lowerer) stmt(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return l.assign(s)
	case *ast.DeclStmt:
		return l.declare(s)
	case *ast.ReturnStmt:
		return l.ret(s)
	case *ast.IfStmt:
		l.ifStmt(s)
		return true
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		l.anySwitch(s, "")
		return true
	case *ast.SelectStmt:
		l.enterSwitch(func() { l.children(s) })
		return true
	case *ast.CommClause:
		return l.comm(s)
	case *ast.ForStmt:
		return l.forStmt(s, "")
	case *ast.RangeStmt:
		return l.rangeStmt(s, "")
	case *ast.LabeledStmt:
		return l.labeled(s)
	case *ast.BranchStmt:
		return l.branch(s)
	case *ast.DeferStmt:
		return l.deferStmt(s)
	case *ast.GoStmt:
		return l.plainCall(s, s.Call, "go")
	}
	return false
}

// ifStmt writes an if. What it declares moves before it, into a block of their
// own, when that takes several statements.
func (l *lowerer) ifStmt(s *ast.IfStmt) {
	as, ok := s.Init.(*ast.AssignStmt)
	if !ok || len(as.Lhs) < 2 || as.Tok != token.ASSIGN && as.Tok != token.DEFINE {
		l.inHeader(s, s.Body)
		return
	}
	l.b.WriteString("{ ")
	l.raw(s.Pos()+token.Pos(len("if")), as.Pos())
	h := l.header
	l.header = 0
	l.put(as)
	l.header = h
	l.b.WriteString("; if ")
	l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(as.End(), s.Cond.Pos()), "\n")))
	l.header++
	l.put(s.Cond)
	l.header--
	pos := s.Cond.End()
	for _, n := range []ast.Stmt{s.Body, s.Else} {
		if n == nil || n == ast.Stmt((*ast.BlockStmt)(nil)) {
			continue
		}
		l.raw(pos, n.Pos())
		h := l.header
		l.header = 0
		l.put(n)
		l.header = h
		pos = n.End()
	}
	l.b.WriteString(" }")
}

// inHeader writes a statement whose children before the body stand in a
// header, where one statement can't become several.
func (l *lowerer) inHeader(n ast.Node, body ast.Node) {
	pos := n.Pos()
	first := true
	ast.Inspect(n, func(m ast.Node) bool {
		if first {
			first = false
			return true
		}
		if m == nil {
			return false
		}
		l.raw(pos, m.Pos())
		if m.Pos() < body.Pos() {
			l.header++
			l.put(m)
			l.header--
		} else {
			h := l.header
			l.header = 0
			l.put(m)
			l.header = h
		}
		pos = m.End()
		return false
	})
	l.raw(pos, n.End())
}

func (l *lowerer) enterSwitch(f func()) {
	loops := l.fn().loops
	if n := len(loops); n > 0 {
		loops[n-1].inner++
		defer func() { loops[n-1].inner-- }()
	}
	f()
}

// anySwitch writes a switch. A statement in its header moves before it, into a
// block of their own, because the interpreter does not see in the tag what it
// declares; the label goes with the switch.
func (l *lowerer) anySwitch(s ast.Stmt, label string) {
	var init ast.Stmt
	var body *ast.BlockStmt
	var tag ast.Node
	switch s := s.(type) {
	case *ast.SwitchStmt:
		init, body = s.Init, s.Body
		if s.Tag != nil {
			tag = s.Tag
		}
	case *ast.TypeSwitchStmt:
		init, body, tag = s.Init, s.Body, s.Assign
	}
	start := s.Pos()
	value := "" // of a type switch over numbers
	ts, _ := s.(*ast.TypeSwitchStmt)
	if ts != nil && !l.numbered(ts) {
		ts = nil
	}
	if init != nil {
		l.b.WriteString("{ ")
		l.raw(s.Pos()+token.Pos(len("switch")), init.Pos())
		h := l.header
		l.header = 0
		l.put(init)
		l.header = h
		l.b.WriteString("; ")
		start = init.End()
	}
	if ts != nil {
		x, _ := switched(ts)
		value = l.temp()
		if init == nil {
			l.b.WriteString("{ ")
		}
		l.b.WriteString(value + " := " + l.text(x) + "; ")
	}
	if label != "" {
		l.b.WriteString(label + ": ")
	}
	end := body.Lbrace
	if tag != nil {
		end = tag.Pos()
	}
	lead := strings.Repeat("\n", strings.Count(l.gap(start, end), "\n"))
	l.enterSwitch(func() {
		switch s := s.(type) {
		case *ast.SwitchStmt:
			l.b.WriteString("switch " + lead)
			l.switchStmt(s)
		case *ast.TypeSwitchStmt:
			if ts != nil {
				l.typeSwitch(s, value, lead)
				break
			}
			l.b.WriteString("switch " + lead)
			l.header++
			l.put(s.Assign)
			l.header--
			l.raw(s.Assign.End(), s.Body.Pos())
			l.put(s.Body)
		}
	})
	if init != nil || ts != nil {
		l.b.WriteString(" }")
	}
}

// boxCases has the values of cases turned into interfaces when the tag is one,
// and the tag when they are.
func (l *lowerer) boxCases(s *ast.SwitchStmt) {
	tag := l.typeOf(s.Tag)
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			t := l.typeOf(e)
			if tag == nil || t == nil || l.tv(e).IsNil() {
				continue
			}
			switch {
			case types.IsInterface(tag) && !types.IsInterface(t):
				l.comparable(e, tag, t)
				l.box[e] = tag
			case !types.IsInterface(tag) && types.IsInterface(t):
				l.comparable(e, t, tag)
				l.box[s.Tag] = t
			}
		}
	}
}

// switchStmt writes tag and body. It joins the expressions of a case by ||
// when the switch has no tag or the tag true: the interpreter tests such lists
// wrongly.
func (l *lowerer) switchStmt(s *ast.SwitchStmt) {
	tagless := s.Tag == nil
	if s.Tag != nil {
		if v := l.tv(s.Tag).Value; v != nil && v.Kind() == constant.Bool && constant.BoolVal(v) {
			tagless = true
		}
	}
	if s.Tag != nil && !tagless {
		l.boxCases(s)
	}
	pos := s.Body.Lbrace
	if s.Tag != nil {
		if !tagless {
			l.header++
			l.put(s.Tag)
			l.header--
		}
		pos = s.Tag.End()
	}
	if !tagless {
		l.raw(pos, s.Body.Lbrace)
		h := l.header
		l.header = 0
		l.put(s.Body)
		l.header = h
		return
	}
	for _, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		l.raw(pos, cc.Pos())
		pos = cc.Pos()
		for i, e := range cc.List {
			gap := l.gap(pos, e.Pos())
			if i > 0 {
				gap = " || " + strings.Repeat("\n", strings.Count(gap, "\n"))
			}
			l.b.WriteString(gap)
			if len(cc.List) > 1 {
				l.b.WriteByte('(')
			}
			l.put(e)
			if len(cc.List) > 1 {
				l.b.WriteByte(')')
			}
			pos = e.End()
		}
		for _, b := range cc.Body {
			l.raw(pos, b.Pos())
			l.put(b)
			pos = b.End()
		}
		l.raw(pos, cc.End())
		pos = cc.End()
	}
	l.raw(pos, s.Body.End())
}

// ---- declarations

// ret writes a return. With named results the values are computed before any
// of them is stored; inside a loop whose body became a function the values are
// put where the loop's end finds them.
func (l *lowerer) ret(s *ast.ReturnStmt) bool {
	fs := l.fn()
	for _, e := range s.Results {
		if l.isFunc(e) {
			l.wrap[e] = true
		}
	}
	for i := len(fs.loops) - 1; i >= 0; i-- {
		if fs.loops[i].callback {
			l.padded(s, l.returnFromLoop(s, fs))
			return true
		}
	}
	if fs.glue != nil {
		if len(s.Results) == 0 {
			return false
		}
		l.padded(s, "{ "+l.glueResults(s, fs)+"; return }")
		return true
	}
	if len(s.Results) == 1 && receives(s.Results[0]) {
		t := l.temp()
		l.padded(s, "{ "+t+" := "+l.value(s.Results[0])+"; return "+t+" }")
		return true
	}
	if len(s.Results) < 1 || len(fs.named) == 0 || fs.sig == nil || len(s.Results) != fs.sig.Results().Len() || len(s.Results) == 1 {
		return false
	}
	risky := false
	for _, e := range s.Results {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				risky = true
			case *ast.Ident:
				risky = risky || fs.named[l.info.Uses[n]]
			}
			return !risky
		})
	}
	if !risky {
		return false
	}
	var b strings.Builder
	b.WriteString("{ ")
	var vals []string
	for i, e := range s.Results {
		if tv := l.tv(e); tv.Value != nil || tv.IsNil() {
			vals = append(vals, l.text(e))
			continue
		}
		t := l.temp()
		fmt.Fprintf(&b, "var %s %s = %s; ", t, l.typ(fs.sig.Results().At(i).Type(), e), l.value(e))
		vals = append(vals, t)
	}
	b.WriteString("return " + strings.Join(vals, ", ") + " }")
	l.padded(s, b.String())
	return true
}

// receives says whether an expression is a receive operation, which the
// interpreter can't return in place.
func receives(e ast.Expr) bool {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	return ok && u.Op == token.ARROW
}

// ---- defer and go

// comm writes a case of a select: x := <-c is copied when it is captured, and
// x = <-c becomes an assignment in the body.
func (l *lowerer) comm(c *ast.CommClause) bool {
	as, ok := c.Comm.(*ast.AssignStmt)
	if !ok {
		return false
	}
	var lhs, after string
	if as.Tok == token.DEFINE {
		objs := l.objects(as.Lhs)
		if !l.captured(objs, &ast.BlockStmt{List: c.Body}) {
			return false
		}
		var temps []string
		for _, e := range as.Lhs {
			id := e.(*ast.Ident)
			if id.Name == "_" {
				temps = append(temps, "_")
				continue
			}
			t := l.temp()
			temps = append(temps, t)
			after += id.Name + " := " + t + "; "
		}
		lhs = strings.Join(temps, ", ")
	} else {
		var temps []string
		for _, e := range as.Lhs {
			if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
				temps = append(temps, "_")
				continue
			}
			t := l.temp()
			temps = append(temps, t)
			after += l.text(e) + " = " + t + "; "
		}
		lhs = strings.Join(temps, ", ")
		if after == "" {
			return false
		}
	}
	l.raw(c.Pos(), as.Pos())
	l.b.WriteString(lhs + " := ")
	l.put(as.Rhs[0])
	l.raw(as.Rhs[0].End(), c.Colon+1)
	l.b.WriteString(" " + after)
	pos := c.Colon + 1
	for _, s := range c.Body {
		l.raw(pos, s.Pos())
		l.put(s)
		pos = s.End()
	}
	l.raw(pos, c.End())
	return true
}

// captures says whether a literal uses variables of the function around it.
func (l *lowerer) captures(lit *ast.FuncLit) bool {
	found := false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !found {
			if v, ok := l.info.Uses[id].(*types.Var); ok && !v.IsField() && !l.c.Session(v) && v.Pkg() == l.c.Pkg &&
				(v.Pos() < lit.Pos() || v.Pos() > lit.End()) {
				found = true
			}
		}
		return !found
	})
	return found
}
