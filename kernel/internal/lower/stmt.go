package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// stmt writes a statement that has to be rewritten; false means that it may
// stand as it is.
func (l *lowerer) stmt(s ast.Stmt) bool {
	l.conditions(s)
	switch s := s.(type) {
	case *ast.AssignStmt:
		return l.assign(s)
	case *ast.ExprStmt:
		if receives(s.X) {
			l.children(ast.Unparen(s.X))
			return true
		}
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
		return l.selectStmt(s, "")
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

// conditions finds conditions that are type assertions and nothing else. The
// interpreter takes the branch then if there is a value, true or false; in a
// comparison it looks at it.
func (l *lowerer) conditions(s ast.Stmt) {
	var list []ast.Expr
	switch s := s.(type) {
	case *ast.IfStmt:
		list = []ast.Expr{s.Cond}
	case *ast.ForStmt:
		list = []ast.Expr{s.Cond}
	case *ast.SwitchStmt:
		for _, c := range s.Body.List {
			if c, ok := c.(*ast.CaseClause); ok && s.Tag == nil {
				list = append(list, c.List...)
			}
		}
	}
	for _, e := range list {
		if _, ok := e.(*ast.TypeAssertExpr); ok {
			l.truth[e] = true
		}
	}
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

// ret writes a return. With named results the values are computed before any
// of them is stored; inside a loop whose body became a function the values are
// put where the loop's end finds them.
func (l *lowerer) ret(s *ast.ReturnStmt) bool {
	fs := l.fn()
	if l.blankResults(s, fs) {
		return true
	}
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
	if len(s.Results) < 2 || fs.sig == nil || len(s.Results) != fs.sig.Results().Len() {
		return false
	}
	// The interpreter puts what a builtin returns into the place of the first result.
	risky := slices.ContainsFunc(s.Results, l.builtinCall)
	if len(fs.named) == 0 && !risky {
		return false
	}
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

// builtinCall reports whether e calls a builtin function: make, new, append …
func (l *lowerer) builtinCall(e ast.Expr) bool {
	c, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && l.tv(c.Fun).IsBuiltin()
}

// blankResults writes a bare return of a function with results that have no
// names, whose values the interpreter would not make.
func (l *lowerer) blankResults(s *ast.ReturnStmt, fs *funcState) bool {
	if len(s.Results) > 0 || fs.sig == nil || fs.glue != nil {
		return false
	}
	for _, lp := range fs.loops {
		if lp.callback {
			return false
		}
	}
	var values []string
	blank := false
	for i := range fs.sig.Results().Len() {
		r := fs.sig.Results().At(i)
		if r.Name() == "_" {
			blank = true
			values = append(values, l.zero(r.Type(), s))
			continue
		}
		values = append(values, r.Name())
	}
	if blank {
		l.b.WriteString("return " + strings.Join(values, ", "))
	}
	return blank
}

// receives says whether an expression is a receive operation, which the
// interpreter can't return in place.
func receives(e ast.Expr) bool {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	return ok && u.Op == token.ARROW
}
