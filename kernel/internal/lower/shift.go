package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// shift writes a shift with a count that is an unsigned integer: a constant may
// be written as any number, and a variable that is negative must be an error,
// where the interpreter would take it for a large count.
func (l *lowerer) shift(e *ast.BinaryExpr) bool {
	if !l.shifted(e) {
		l.put(e.X)
	}
	l.raw(e.X.End(), e.Y.Pos())
	if v := l.tv(e.Y).Value; v != nil && v.Kind() != constant.Unknown {
		l.inParens(e.Y, "uint("+constant.ToInt(v).ExactString()+")")
		return true
	}
	t := l.typeOf(e.Y)
	if b, ok := t.Underlying().(*types.Basic); !ok || b.Info()&types.IsUnsigned != 0 || l.neverNegative(e.Y) {
		if !l.steps(e.Y) {
			l.put(e.Y)
			return true
		}
		ts := l.typ(t, e)
		l.b.WriteString(l.helper("plain count "+ts, "w_count", "func %s(n "+ts+") uint { return uint(n) }") + "(")
	} else {
		l.b.WriteString(l.count(t, e) + "(")
	}
	l.put(e.Y)
	l.b.WriteString(")")
	return true
}

// steps says whether a count is computed in several steps: the interpreter
// gives the inner ones the type of what is shifted.
func (l *lowerer) steps(e ast.Expr) bool {
	b, ok := ast.Unparen(e).(*ast.BinaryExpr)
	if !ok {
		return false
	}
	for _, x := range []ast.Expr{b.X, b.Y} {
		if _, binary := ast.Unparen(x).(*ast.BinaryExpr); binary && l.tv(x).Value == nil {
			return true
		}
	}
	return false
}

// count names the function that checks the count of a shift.
func (l *lowerer) count(t types.Type, at ast.Node) string {
	ts := l.typ(t, at)
	return l.helper("count "+ts, "w_count", "func %s(n "+ts+") uint { if n < 0 { "+l.helpers()+".Fail(\"runtime error: negative shift amount\") }; return uint(n) }")
}

// neverNegative says whether an integer can be seen not to be negative.
func (l *lowerer) neverNegative(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		id, ok := ast.Unparen(e.Fun).(*ast.Ident)
		return ok && l.tv(id).IsBuiltin() && (id.Name == "len" || id.Name == "cap")
	case *ast.BinaryExpr:
		if e.Op != token.AND {
			return false
		}
		for _, x := range []ast.Expr{e.X, e.Y} {
			if v := l.tv(x).Value; v != nil && constant.Sign(v) >= 0 {
				return true
			}
		}
	}
	return false
}

// shifted writes the constant left of a shift by a variable: the interpreter
// would take it for an int.
func (l *lowerer) shifted(e *ast.BinaryExpr) bool {
	t := l.typeOf(e)
	if l.tv(e).Value != nil || l.tv(e.X).Value == nil || types.Identical(t, types.Typ[types.Int]) {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 || b.Info()&types.IsUntyped != 0 {
		return false
	}
	s, ok := l.literal(l.tv(e.X).Value, t, e.X)
	if !ok {
		return false
	}
	ts := l.typ(t, e)
	l.inParens(e.X, l.helper("constant "+ts, "w_const", "func %s(v "+ts+") "+ts+" { return v }")+"("+s+")")
	return true
}

// shiftAssign writes x <<= n, see shift.
func (l *lowerer) shiftAssign(s *ast.AssignStmt) bool {
	t := l.typeOf(s.Rhs[0])
	b, ok := t.Underlying().(*types.Basic)
	if !ok || l.tv(s.Rhs[0]).Value != nil || b.Info()&types.IsUnsigned != 0 || l.neverNegative(s.Rhs[0]) {
		return false
	}
	l.put(s.Lhs[0])
	l.raw(s.Lhs[0].End(), s.Rhs[0].Pos())
	l.b.WriteString(l.count(t, s) + "(")
	l.put(s.Rhs[0])
	l.b.WriteString(")")
	return true
}
