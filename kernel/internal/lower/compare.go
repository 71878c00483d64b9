package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// Comparisons of interfaces and of types that Go lets be compared though they
// are not the same.

// comparison writes == and != of interfaces as a call of compiled code, which
// takes off what the interpreter wraps values in: it would compare the wrappers.
func (l *lowerer) comparison(e *ast.BinaryExpr) bool {
	if e.Op != token.EQL && e.Op != token.NEQ || l.tv(e.X).IsNil() || l.tv(e.Y).IsNil() {
		return false
	}
	x, y := l.typeOf(e.X), l.typeOf(e.Y)
	if x == nil || y == nil {
		return false
	}
	if !types.IsInterface(x) && !types.IsInterface(y) {
		to := l.converted(x, y)
		if to == nil {
			return false
		}
		ts := "(" + l.typ(to, e) + ")("
		l.b.WriteString(ts)
		l.put(e.X)
		l.b.WriteString(")")
		l.raw(e.X.End(), e.Y.Pos())
		l.b.WriteString(ts)
		l.put(e.Y)
		l.b.WriteString(")")
		return true
	}
	if l.ofPackage(e.X) || l.ofPackage(e.Y) {
		if !types.IsInterface(x) {
			l.box[e.X] = y
		} else if !types.IsInterface(y) {
			l.box[e.Y] = x
		}
		return false
	}
	if e.Op == token.NEQ {
		l.b.WriteString("!")
	}
	l.b.WriteString(l.equal(x, y, e) + "(")
	l.put(e.X)
	l.b.WriteString(", ")
	l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(e.X.End(), e.Y.Pos()), "\n")))
	l.put(e.Y)
	l.b.WriteString(")")
	return true
}

// equal names the function that compares two values of which one is an
// interface.
func (l *lowerer) equal(x, y types.Type, at ast.Node) string {
	for _, t := range []types.Type{x, y} {
		if !types.IsInterface(t) {
			l.flowShape(at, t)
		}
	}
	l.lookShapes(at, "comparing interfaces")
	xs, ys := l.typ(x, at), l.typ(y, at)
	return l.helper("equal "+xs+" "+ys, "w_equal", "func %s(x "+xs+", y "+ys+") bool { var a, b interface{}; a = x; b = y; return "+l.helpers()+".Equal(a, b) }")
}

// converted is the type that two operands of == must be converted to, nil if
// none: the interpreter compares a named type with what it is made of, or a
// channel with one of a direction, wrongly or not at all.
func (l *lowerer) converted(x, y types.Type) types.Type {
	if types.Identical(x, y) {
		return nil
	}
	switch u := x.Underlying().(type) {
	case *types.Array, *types.Struct:
		return x
	case *types.Chan:
		if u.Dir() == types.SendRecv {
			return y
		}
		return x
	}
	return nil
}

// ofPackage says whether an expression names a member of a package: io.EOF is
// nobody else's, and never wrapped.
func (l *lowerer) ofPackage(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	return ok && l.selection(sel) == nil
}

// mapType refuses maps whose keys are interfaces of cells.
func (l *lowerer) mapType(e *ast.MapType) {
	if t := l.typeOf(e.Key); t != nil && l.ownInterface(t) {
		l.refuse(e, "use a key of a concrete type", "a map with keys of the interface type %s is not supported", l.shortType(t))
	} else if t != nil && types.IsInterface(t) {
		l.lookShapes(e, "a map whose keys are interfaces")
		l.look(e, flowEqual, "a map whose keys are interfaces")
	}
}
