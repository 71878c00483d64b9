package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// known is what the checker recorded for an expression, if it did.
func (l *lowerer) known(e ast.Expr) (types.TypeAndValue, bool) {
	_, ok := l.info.Types[e]
	return l.tv(e), ok
}

// constant writes a constant expression as a literal of its type, because the
// interpreter computes untyped constants as if they had their default types.
func (l *lowerer) constant(e ast.Expr) bool {
	tv, ok := l.known(e)
	if !ok || tv.Value == nil || tv.IsType() {
		return false
	}
	switch x := e.(type) {
	case *ast.BasicLit:
		return l.basicLit(x, tv)
	case *ast.Ident:
		if x.Name == "true" || x.Name == "false" {
			return false
		}
	case *ast.ParenExpr:
		// The interpreter takes a false in parentheses for the end of the
		// condition that it is part of, and runs nothing that follows.
		if tv.Value.Kind() != constant.Bool {
			return false
		}
	}
	s, ok := l.literal(tv.Value, tv.Type, e)
	if !ok {
		return false
	}
	if s == "false" && strings.Contains(l.gap(e.Pos(), e.End()), "\n") {
		s = l.helper("constant bool", "w_const", "func %s(v bool) bool { return v }") + "(false)"
	}
	l.inParens(e, s)
	return true
}

func (l *lowerer) basicLit(x *ast.BasicLit, tv types.TypeAndValue) bool {
	b, ok := tv.Type.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	info := b.Info()
	switch {
	case x.Kind == token.FLOAT && info&types.IsInteger != 0,
		x.Kind == token.IMAG && info&types.IsComplex == 0,
		x.Kind == token.CHAR && info&types.IsFloat != 0,
		x.Kind == token.INT && info&types.IsComplex != 0,
		x.Kind == token.FLOAT && info&types.IsComplex != 0:
		s, ok := l.literal(tv.Value, tv.Type, x)
		if ok {
			l.b.WriteString(s)
		}
		return ok
	}
	return false
}

// literal writes a value of a type.
func (l *lowerer) literal(v constant.Value, t types.Type, at ast.Node) (string, bool) {
	if _, param := types.Unalias(t).(*types.TypeParam); param {
		return "", false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		// An interface: the constant has its default type.
		switch v.Kind() {
		case constant.Bool:
			b = types.Typ[types.Bool]
		case constant.String:
			b = types.Typ[types.String]
		default:
			return "", false
		}
		t = b
	}
	if b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
		b, ok = t.Underlying().(*types.Basic)
		if !ok || b.Kind() == types.UntypedNil {
			return "", false
		}
	}
	plain := ""
	bare := false // the literal alone has the type
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		plain, bare = v.String(), b.Kind() == types.Bool
	case info&types.IsString != 0:
		plain, bare = quote(constant.StringVal(v)), true
	case info&types.IsInteger != 0:
		plain, bare = constant.ToInt(v).ExactString(), b.Kind() == types.Int
	case info&types.IsFloat != 0:
		plain, bare = floatText(v, b.Kind() == types.Float32), b.Kind() == types.Float64
	case info&types.IsComplex != 0:
		v = constant.ToComplex(v)
		re, im := floatText(constant.Real(v), b.Kind() == types.Complex64), floatText(constant.Imag(v), b.Kind() == types.Complex64)
		half := "float64"
		if b.Kind() == types.Complex64 {
			half = "float32"
		}
		name := l.helper("complex "+half, "w_complex", "func %s(a, b "+half+") "+b.Name()+" { return complex(a, b) }")
		plain, bare = name+"("+re+", "+im+")", true
	default:
		return "", false
	}
	if _, named := types.Unalias(t).(*types.Basic); bare && named {
		if strings.HasPrefix(plain, "-") {
			return "(" + plain + ")", true
		}
		return plain, true
	}
	return l.typ(t, at) + "(" + plain + ")", true
}
