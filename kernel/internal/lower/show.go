package lower

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// quiet are functions whose results nobody wants to see under their output.
var quiet = map[string]bool{
	"fmt.Print": true, "fmt.Println": true, "fmt.Printf": true,
	"fmt.Fprint": true, "fmt.Fprintln": true, "fmt.Fprintf": true,
}

// shown are the methods that a display asks for.
var shown = []string{"String", "Error", "HTML", "MIMEBundle"}

// show writes the last expression of a cell so that its value is displayed.
func (l *lowerer) show(e ast.Expr) {
	t := l.typeOf(e)
	switch u := t.(type) {
	case *types.Tuple:
		if u.Len() == 0 || l.isQuiet(e) {
			l.b.WriteString(l.text(e))
			return
		}
		l.showTuple(e, u)
		return
	}
	if t == nil || l.tv(e).IsVoid() {
		l.put(e)
		return
	}
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 && b.Kind() != types.UntypedNil {
		t = types.Default(t)
	}
	v := l.text(e)
	var names, methods []string
	if l.interpreted(t) {
		set := types.NewMethodSet(t)
		for _, m := range shown {
			if s := set.Lookup(l.c.Pkg, m); s != nil && displays(s.Obj()) {
				names = append(names, m)
			}
		}
	}
	before := ""
	if _, lit := ast.Unparen(e).(*ast.FuncLit); len(names) > 0 || lit {
		x := l.temp()
		before = x + " := " + v + "; "
		v = x
		for _, m := range names {
			methods = append(methods, ", "+v+"."+m)
		}
	}
	call := func(v string) string {
		return l.glue("Show") + "(" + l.typeName(t) + ", " + v
	}
	text := call(v) + ", " + strconv.Quote(strings.Join(names, ",")) + strings.Join(methods, "") + ")"
	if _, pointer := t.Underlying().(*types.Pointer); len(names) > 0 && (pointer || types.IsInterface(t)) {
		// The methods of nil can't be had.
		text = "if " + v + " == nil { " + call("nil") + ", \"\") } else { " + text + " }"
	}
	l.padded(e, before+text)
}

// displays says whether a method takes nothing and returns something.
func displays(o types.Object) bool {
	f, ok := o.(*types.Func)
	return ok && f.Signature().Params().Len() == 0 && f.Signature().Results().Len() > 0
}

func (l *lowerer) isQuiet(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := l.info.Uses[sel.Sel].(*types.Func)
	return ok && f.Pkg() != nil && quiet[f.Pkg().Path()+"."+f.Name()]
}

func (l *lowerer) showTuple(e ast.Expr, t *types.Tuple) {
	var temps, values []string
	for i := range t.Len() {
		x := l.temp()
		temps = append(temps, x)
		values = append(values, l.glue("Value")+"("+l.typeName(t.At(i).Type())+", "+x+")")
	}
	l.padded(e, strings.Join(temps, ", ")+" := "+l.text(e)+"; "+l.glue("Shows")+"("+strings.Join(values, ", ")+")")
}

// typeName is a type as Go prints it with %T, quoted.
func (l *lowerer) typeName(t types.Type) string {
	return strconv.Quote(types.TypeString(t, (*types.Package).Name))
}
