package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/symbols/generic"
)

// builtin writes a call of a predeclared function.
func (l *lowerer) builtin(e *ast.CallExpr, fun ast.Expr) bool {
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		return l.unsafe(e, sel)
	}
	id, ok := fun.(*ast.Ident)
	if !ok {
		return false
	}
	if len(e.Args) == 1 && (id.Name == "append" || id.Name == "complex") {
		if t, ok := l.typeOf(e.Args[0]).(*types.Tuple); ok {
			l.spread(e, id.Name, t)
			return true
		}
	}
	switch id.Name {
	case "recover":
		if r := l.fn().recovers; r != "" {
			l.b.WriteString(l.helpers() + ".Recover(" + r + ")")
		} else {
			l.b.WriteString(l.helpers() + ".Recovered(recover())")
		}
		return true
	case "min", "max":
		return l.minmax(e, id.Name)
	case "clear":
		return l.clear(e)
	case "make":
		if c, ok := l.typeOf(e).Underlying().(*types.Chan); ok && c.Dir() != types.SendRecv {
			l.b.WriteString(l.typ(l.typeOf(e), e) + "(make(" + l.typ(types.NewChan(types.SendRecv, c.Elem()), e))
			for _, a := range e.Args[1:] {
				l.b.WriteString(", " + l.text(a))
			}
			l.b.WriteString("))")
			return true
		}
	case "new":
		if tv := l.tv(e.Args[0]); !tv.IsType() {
			t := l.typ(l.typeOf(e).(*types.Pointer).Elem(), e)
			l.inParens(e, "func(v "+t+") *"+t+" { return &v }("+l.text(e.Args[0])+")")
			return true
		}
	case "len", "cap":
		return l.length(e)
	case "append":
		return l.append(e)
	case "print", "println":
		l.print(e)
		return true
	}
	return false
}

// spread writes append or complex of the results of a call, which the
// interpreter does not know.
func (l *lowerer) spread(e *ast.CallExpr, name string, t *types.Tuple) {
	var params, args []string
	for i := range t.Len() {
		v := fmt.Sprintf("v%d", i)
		params = append(params, v+" "+l.typ(t.At(i).Type(), e))
		args = append(args, v)
	}
	l.inParens(e, "func("+strings.Join(params, ", ")+") "+l.typ(l.typeOf(e), e)+" { return "+name+"("+strings.Join(args, ", ")+") }("+l.text(e.Args[0])+")")
}

// minmax writes min and max, which the interpreter lacks, as calls of a helper
// of the right type. A NaN among floats is the result; -0 is less than 0.
func (l *lowerer) minmax(e *ast.CallExpr, name string) bool {
	t := l.typeOf(e)
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	ts := l.typ(t, e)
	op := map[string]string{"min": "<", "max": ">"}[name]
	special := ""
	if b.Info()&types.IsFloat != 0 {
		zero := map[string]string{"min": "1/b < 0", "max": "1/b > 0"}[name]
		special = "if b != b { return b }; if r != r { return r }; if b == 0 && r == 0 && " + zero + " { r = b }; "
	}
	text := fmt.Sprintf("func %%s(r %s, rest ...%s) %s { for _, b := range rest { %sif b %s r { r = b } }; return r }", ts, ts, ts, special, op)
	f := l.helper(name+" "+ts, "w_"+name, text)
	l.b.WriteString(f)
	pos := e.Fun.End()
	for _, a := range e.Args {
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, e.End())
	return true
}

// length writes the length of an array that has to be computed first: the
// interpreter would look into it, even through nil.
func (l *lowerer) length(e *ast.CallExpr) bool {
	if l.tv(e).Value != nil {
		return false
	}
	t := l.typeOf(e.Args[0])
	u := t.Underlying()
	if p, ok := u.(*types.Pointer); ok {
		u = p.Elem().Underlying()
	}
	a, ok := u.(*types.Array)
	if !ok {
		return false
	}
	ts := l.typ(t, e)
	l.inParens(e, l.helper("len "+ts, "w_len", fmt.Sprintf("func %%s(v %s) int { return %d }", ts, a.Len()))+"("+l.text(e.Args[0])+")")
	return true
}

// clear writes clear as a call of a helper.
func (l *lowerer) clear(e *ast.CallExpr) bool {
	t := l.typeOf(e.Args[0])
	var body string
	switch u := t.Underlying().(type) {
	case *types.Map:
		l.b.WriteString(l.helpers() + ".Clear(" + l.text(e.Args[0]) + ")")
		return true
	case *types.Slice:
		body = "var z " + l.typ(u.Elem(), e) + "; for i := range v { v[i] = z }"
	}
	ts := l.typ(t, e)
	f := l.helper("clear "+ts, "w_clear", "func %s(v "+ts+") { "+body+" }")
	l.b.WriteString(f)
	l.raw(e.Fun.End(), e.Args[0].Pos())
	l.put(e.Args[0])
	l.raw(e.Args[0].End(), e.End())
	return true
}

// append evaluates its later arguments too late when they are elements of what
// it appends to: a helper function has them evaluated before.
func (l *lowerer) append(e *ast.CallExpr) bool {
	if len(e.Args) < 2 || e.Ellipsis.IsValid() {
		return false
	}
	base := root(e.Args[0])
	risky := false
	for _, a := range e.Args[1:] {
		ast.Inspect(a, func(n ast.Node) bool {
			if ix, ok := n.(*ast.IndexExpr); ok {
				if r := root(ix.X); r != nil && base != nil && r.Name == base.Name {
					risky = true
				}
			}
			return !risky
		})
	}
	t := l.typeOf(e)
	s, ok := t.Underlying().(*types.Slice)
	if !risky || !ok {
		return false
	}
	ts, es := l.typ(t, e), l.typ(s.Elem(), e)
	f := l.helper("append "+ts, "w_append", "func %s(s "+ts+", v ..."+es+") "+ts+" { return append(s, v...) }")
	l.b.WriteString(f)
	pos := e.Fun.End()
	for _, a := range e.Args {
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, e.End())
	return true
}

// root is the variable at the beginning of x.f[i].g.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// unsafe writes the functions of package unsafe that make and take apart slices
// and strings.
func (l *lowerer) unsafe(e *ast.CallExpr, sel *ast.SelectorExpr) bool {
	name, args := "", make([]string, len(e.Args))
	p := l.pkg(types.Unsafe)
	switch t := l.typeOf(e); sel.Sel.Name {
	case "Add":
		name = p + ".Add"
	case "String":
		name = p + ".String"
	case "StringData":
		name = p + ".StringData"
	case "Slice":
		ts, es := l.typ(t, e), l.typ(t.Underlying().(*types.Slice).Elem(), e)
		name = l.helper("unsafe.Slice "+ts, "w_slice", "func %s(p *"+es+", n int) "+ts+" { if n < 0 { panic(\"unsafe.Slice: len out of range\") }; if p == nil { if n > 0 { panic(\"unsafe.Slice: ptr is nil and len is not zero\") }; return nil }; h := struct { p *"+es+"; n, c int }{p, n, n}; return *(*"+ts+")("+p+".Pointer(&h)) }")
	case "SliceData":
		ts, es := l.typ(l.typeOf(e.Args[0]), e), l.typ(t.Underlying().(*types.Pointer).Elem(), e)
		name = l.helper("unsafe.SliceData "+ts, "w_data", "func %s(s "+ts+") *"+es+" { if cap(s) > 0 { s = s[:1]; return &s[0] }; if s == nil { return nil }; return new("+es+") }")
	default:
		return false
	}
	for i, a := range e.Args {
		args[i] = l.text(a)
		if i == 1 {
			args[i] = "int(" + args[i] + ")"
		}
	}
	l.inParens(e, name+"("+strings.Join(args, ", ")+")")
	return true
}

// helpers names the package of the functions that lowered text leaves to
// compiled code.
func (l *lowerer) helpers() string { return l.imported(generic.Compiled, "w_c") }
