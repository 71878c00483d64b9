package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// selectStmt writes a select as a switch over what compiled code chooses: the
// interpreter mixes up the channels of goroutines that run the same select, and
// evaluates what is sent when it is too late.
func (l *lowerer) selectStmt(s *ast.SelectStmt, label string) bool {
	if len(s.Body.List) == 0 {
		return false
	}
	x := l.temp()
	c := l.helpers()
	l.b.WriteString("{ " + x + " := " + c + ".NewSelect(); ")
	for _, n := range s.Body.List {
		switch comm := n.(*ast.CommClause).Comm.(type) {
		case nil:
			l.b.WriteString(c + ".Default(" + x + "); ")
		case *ast.SendStmt:
			ch, _ := l.typeOf(comm.Chan).Underlying().(*types.Chan)
			to, v := l.temp(), l.temp()
			l.b.WriteString(to + " := " + l.text(comm.Chan) + "; var " + v + " " + l.typ(ch.Elem(), comm) + " = " + l.value(comm.Value) + "; ")
			l.b.WriteString(c + ".Send(" + x + ", " + to + ", &" + v + "); ")
		default:
			l.b.WriteString(c + ".Receive(" + x + ", " + l.text(operand(comm).X) + "); ")
		}
	}
	if label != "" {
		l.b.WriteString(label + ": ")
	}
	l.b.WriteString("switch " + c + ".Choose(" + x + ") {")
	pos := s.Body.Lbrace + 1
	l.enterSwitch(func() {
		for i, n := range s.Body.List {
			n := n.(*ast.CommClause)
			l.raw(pos, n.Pos())
			if i == len(s.Body.List)-1 {
				l.b.WriteString("default:")
			} else {
				l.b.WriteString("case " + strconv.Itoa(i) + ":")
			}
			l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(n.Pos(), n.Colon), "\n")))
			if as, ok := n.Comm.(*ast.AssignStmt); ok {
				l.receive(as, x)
			}
			pos = n.Colon + 1
			for _, b := range n.Body {
				l.raw(pos, b.Pos())
				l.put(b)
				pos = b.End()
			}
			l.raw(pos, n.End())
			pos = n.End()
		}
	})
	l.raw(pos, s.Body.End())
	l.b.WriteString(" }")
	return true
}

// operand is the operand of a case that receives.
func operand(comm ast.Stmt) *ast.UnaryExpr {
	var e ast.Expr
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		e = comm.X
	case *ast.AssignStmt:
		e = comm.Rhs[0]
	}
	return ast.Unparen(e).(*ast.UnaryExpr)
}

// receive writes what a case of the select x does with the value received.
func (l *lowerer) receive(as *ast.AssignStmt, x string) {
	ok := len(as.Lhs) > 1 && !blankName(as.Lhs[1])
	if blankName(as.Lhs[0]) && !ok {
		return
	}
	ch, _ := l.typeOf(operand(as).X).Underlying().(*types.Chan)
	v, sent := l.temp(), l.temp()
	l.b.WriteString(" var " + v + " " + l.typ(ch.Elem(), as) + "; " + sent + " := " + l.helpers() + ".Received(" + x + ", &" + v + "); ")
	for i, name := range []string{v, sent} {
		if i >= len(as.Lhs) || blankName(as.Lhs[i]) {
			continue
		}
		op := " = "
		if as.Tok == token.DEFINE {
			op = " := "
		}
		l.b.WriteString(l.text(as.Lhs[i]) + op + name + "; ")
	}
}
