package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// printed writes what print or println would print as one string expression,
// in the format of Go's runtime (src/runtime/print.go): the interpreter prints
// to the standard output, as package fmt does. False means that the call is of
// something else.
func (l *lowerer) printed(e *ast.CallExpr) (text string, ok bool) {
	id, ok := ast.Unparen(e.Fun).(*ast.Ident)
	if !ok || !l.tv(id).IsBuiltin() || id.Name != "print" && id.Name != "println" {
		return "", false
	}
	if len(e.Args) == 1 {
		if t, ok := l.typeOf(e.Args[0]).(*types.Tuple); ok {
			var params, parts []string
			for i := range t.Len() {
				v := fmt.Sprintf("v%d", i)
				params = append(params, v+" "+l.typ(t.At(i).Type(), e))
				parts = append(parts, l.printable(v, t.At(i).Type(), e))
			}
			return "func(" + strings.Join(params, ", ") + ") string { return " + joined(parts, id.Name) + " }(" + l.text(e.Args[0]) + ")", true
		}
	}
	var parts []string
	for _, a := range e.Args {
		if l.tv(a).IsNil() {
			parts = append(parts, `"nil"`)
			continue
		}
		parts = append(parts, l.printable(l.text(a), l.typeOf(a), a))
	}
	return joined(parts, id.Name), true
}

// joined joins the texts of the arguments of print or println.
func joined(parts []string, name string) string {
	switch {
	case name == "println" && len(parts) == 0:
		return `"\n"`
	case name == "println":
		return strings.Join(parts, ` + " " + `) + ` + "\n"`
	case len(parts) == 0:
		return `""`
	}
	return strings.Join(parts, " + ")
}

// print writes a call of print or println.
func (l *lowerer) print(e *ast.CallExpr) {
	text, _ := l.printed(e)
	l.inParens(e, l.glue("Stderr")+".WriteString("+text+")")
}

// printable writes the text of one argument x of type t.
func (l *lowerer) printable(x string, t types.Type, e ast.Node) string {
	one := func(format string) string {
		f := l.imported("fmt", "fmt")
		ts := l.typ(t, e)
		return l.helper("print "+ts, "w_print", "func %s(v "+ts+") string { return "+f+".Sprintf("+format+") }") + "(" + x + ")"
	}
	conv := func() string { return l.imported("strconv", "strconv") }
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			return conv() + ".FormatBool(bool(" + x + "))"
		case info&types.IsString != 0:
			return "string(" + x + ")"
		case info&types.IsUnsigned != 0:
			return conv() + ".FormatUint(uint64(" + x + "), 10)"
		case info&types.IsInteger != 0:
			return conv() + ".FormatInt(int64(" + x + "), 10)"
		case info&types.IsFloat != 0:
			bits := 64
			if u.Kind() == types.Float32 {
				bits = 32
			}
			return fmt.Sprintf("%s.FormatFloat(float64(%s), 'g', -1, %d)", conv(), x, bits)
		case info&types.IsComplex != 0:
			bits := 128
			if u.Kind() == types.Complex64 {
				bits = 64
			}
			return fmt.Sprintf("%s.FormatComplex(complex128(%s), 'g', -1, %d)", conv(), x, bits)
		}
	case *types.Slice:
		return one(`"[%d/%d]%p", len(v), cap(v), v`)
	case *types.Interface:
		// Two addresses that nobody can know.
		ts := l.typ(t, e)
		f := l.imported("fmt", "fmt")
		return l.helper("print "+ts, "w_print", "func %s(v "+ts+") string { if v == nil { return \"(0x0,0x0)\" }; return "+f+".Sprintf(\"(%p,%p)\", &v, &v) }") + "(" + x + ")"
	}
	return one(`"%p", v`)
}
