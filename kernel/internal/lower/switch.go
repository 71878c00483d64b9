package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

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
	own := false // the switch is over an interface of a cell, which may be wrapped twice
	if s, ok := s.(*ast.TypeSwitchStmt); ok && ts == nil {
		x, _ := switched(s)
		own = l.ownInterface(l.typeOf(x))
	}
	plain, _ := s.(*ast.SwitchStmt)
	if plain != nil && !l.compared(plain) {
		plain = nil
	}
	if plain != nil {
		value = l.temp()
		if init == nil {
			l.b.WriteString("{ ")
		}
		t := l.typeOf(plain.Tag)
		l.b.WriteString("var " + value + " " + l.typ(t, plain) + " = " + l.value(plain.Tag) + "; ")
	}
	if ts != nil || own {
		x, _ := switched(s.(*ast.TypeSwitchStmt))
		value = l.temp()
		if init == nil {
			l.b.WriteString("{ ")
		}
		l.b.WriteString(value + " := " + l.text(x) + "; ")
		if own {
			l.held[x] = value
		}
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
			l.switchStmt(s, value)
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
	if init != nil || value != "" {
		l.b.WriteString(" }")
	}
}

// compared says whether the cases of a switch must be written as comparisons of
// a variable: where the tag or a case is an interface, where their types differ,
// and where a case is nil.
func (l *lowerer) compared(s *ast.SwitchStmt) bool {
	if s.Tag == nil {
		return false
	}
	tag := l.typeOf(s.Tag)
	if b, ok := tag.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return false
	}
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			tv := l.tv(e)
			switch {
			case tv.Type == nil:
			case tv.IsNil():
				return true
			case types.IsInterface(tag) || types.IsInterface(tv.Type):
				return true
			case tv.Value == nil && l.converted(tag, tv.Type) != nil:
				return true
			}
		}
	}
	return false
}

// comparedCase writes the comparison of the variable of a switch with a case.
func (l *lowerer) comparedCase(value string, tag types.Type, e ast.Expr) {
	tv := l.tv(e)
	switch {
	case tv.IsNil():
		l.b.WriteString(value + " == nil")
	case types.IsInterface(tag) || types.IsInterface(tv.Type):
		l.b.WriteString(l.equal(tag, tv.Type, e) + "(" + value + ", ")
		l.put(e)
		l.b.WriteString(")")
	default:
		if to := l.converted(tag, tv.Type); to != nil {
			ts := "(" + l.typ(to, e) + ")("
			l.b.WriteString(ts + value + ") == " + ts)
			l.put(e)
			l.b.WriteString(")")
			return
		}
		l.b.WriteString(value + " == ")
		l.put(e)
	}
}

// switchStmt writes tag and body. It joins the expressions of a case by ||
// when the switch has no tag or the tag true: the interpreter tests such lists
// wrongly. With value, it compares that.
func (l *lowerer) switchStmt(s *ast.SwitchStmt, value string) {
	tagless := s.Tag == nil || value != ""
	if s.Tag != nil {
		if v := l.tv(s.Tag).Value; v != nil && v.Kind() == constant.Bool && constant.BoolVal(v) {
			tagless = true
		}
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
			if value != "" {
				l.comparedCase(value, l.typeOf(s.Tag), e)
			} else {
				l.put(e)
			}
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
