package native

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// measured writes the call that hands the functions to be measured to the
// session, "" if there are none.
func (w *writer) measured() string {
	if w.o.Bodies == 0 {
		return ""
	}
	bodies, values := make([]string, w.o.Bodies), make([]string, w.o.Bodies)
	for o, name := range w.own {
		for i := range bodies {
			switch o.Name() {
			case fmt.Sprint(MeasuredName, i):
				bodies[i] = name
			case fmt.Sprint(ValuesName, i):
				values[i] = name
			}
		}
	}
	for i, v := range values {
		if v == "" {
			values[i] = "nil"
		}
	}
	return fmt.Sprintf("\n//line weft:1\n%s.Measure(func(loops, n int) { for range loops { } }, []func(loops, n int){%s}, []func(n int) []any{%s})",
		w.dock(), strings.Join(bodies, ", "), strings.Join(values, ", "))
}

// surveyMeasured finds the statements whose value the compiler must not leave
// out: a call, or an expression given to _, that is all of a measured loop.
func (w *writer) surveyMeasured() {
	if w.o.Bodies == 0 {
		return
	}
	for _, u := range w.c.Units {
		d, ok := u.Node.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(d.Name.Name, MeasuredName) || len(d.Body.List) != 1 {
			continue
		}
		loop, ok := d.Body.List[0].(*ast.RangeStmt)
		if !ok || len(loop.Body.List) != 1 {
			continue
		}
		switch s := loop.Body.List[0].(type) {
		case *ast.ExprStmt:
			w.kept[s] = s.X
		case *ast.AssignStmt:
			if id, ok := s.Lhs[0].(*ast.Ident); ok && id.Name == "_" && len(s.Lhs) == 1 {
				w.kept[s] = s.Rhs[0]
			}
		}
	}
}

// keepValue writes a statement of surveyMeasured's that has one value.
func (w *writer) keepValue(s ast.Stmt) bool {
	x := w.kept[s]
	if x == nil {
		return false
	}
	switch t := w.c.Info.TypeOf(x).(type) {
	case nil, *types.Tuple: // none, or several
		return false
	case *types.Basic:
		if t.Kind() == types.Invalid || t.Kind() == types.UntypedNil {
			return false
		}
	}
	w.b.WriteString(w.dock() + ".Keep(")
	w.put(x)
	w.b.WriteString(")")
	return true
}
