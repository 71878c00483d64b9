package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// plainCall writes defer or go with arguments that are evaluated now: the
// interpreter would take the values that the variables have later.
func (l *lowerer) plainCall(s ast.Stmt, call *ast.CallExpr, word string) bool {
	fun := ast.Unparen(call.Fun)
	if text, ok := l.printed(call); ok {
		t := l.temp()
		l.padded(s, t+" := "+text+"; "+word+" "+l.glue("Stderr")+".WriteString("+t+")")
		return true
	}
	if word == "go" && l.funcValue(fun) {
		if len(call.Args) == 1 {
			if _, tuple := l.typeOf(call.Args[0]).(*types.Tuple); tuple {
				l.refuse(s, "assign the values to variables first", "go with the results of a call as arguments is not supported")
				return true
			}
		}
		l.start(s, call, fun)
		return true
	}
	var before []string
	var args []string
	for _, a := range call.Args {
		t := l.tv(a)
		if _, lit := ast.Unparen(a).(*ast.FuncLit); t.Value != nil || t.IsNil() || t.IsType() || lit {
			args = append(args, "")
			continue
		}
		if _, tuple := t.Type.(*types.Tuple); tuple {
			return false
		}
		v := l.temp()
		before = append(before, v+" := "+l.value(a))
		args = append(args, v)
	}
	recv := ""
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if x := l.selection(sel); x != nil && x.Kind() == types.MethodVal && l.interpreted(x.Recv()) {
			if _, ptr := x.Recv().Underlying().(*types.Pointer); ptr || !l.pointerMethod(x) {
				if id := root(sel.X); id == nil || !l.c.Session(l.object(id)) {
					recv = l.temp()
					before = append(before, recv+" := "+l.value(sel.X))
				}
			}
		}
	}
	if len(before) == 0 {
		return false
	}
	text := l.capture(func() {
		l.b.WriteString(word + " ")
		if recv != "" {
			sel := fun.(*ast.SelectorExpr)
			l.b.WriteString(recv + ".")
			for _, f := range l.path(l.selection(sel)) {
				l.b.WriteString(f + ".")
			}
			l.b.WriteString(sel.Sel.Name)
		} else {
			if sel, ok := fun.(*ast.SelectorExpr); ok {
				l.nested[sel] = true
			}
			l.put(call.Fun)
		}
		pos := call.Fun.End()
		for i, a := range call.Args {
			l.raw(pos, a.Pos())
			if args[i] == "" {
				l.put(a)
			} else {
				l.b.WriteString(args[i])
			}
			pos = a.End()
		}
		l.raw(pos, call.End())
	})
	l.padded(s, strings.Join(append(before, text), "; "))
	return true
}

// funcValue says whether what is called is a value: a literal, a variable, a
// field, a result or a method of a value, not a declared function.
func (l *lowerer) funcValue(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.Ident:
		_, ok := l.object(fun).(*types.Var)
		return ok
	case *ast.SelectorExpr:
		s := l.selection(fun)
		return s != nil && s.Kind() != types.MethodExpr
	case *ast.IndexListExpr:
		return false
	case *ast.IndexExpr:
		id := genericIdent(fun.X)
		return id == nil || l.info.Instances[id].TypeArgs.Len() == 0
	}
	return true
}

// start writes go of a function value as the call of a function that starts
// it: the interpreter reads the value from its variable when the goroutine
// runs, and by then a loop has put another there.
func (l *lowerer) start(s ast.Stmt, call *ast.CallExpr, fun ast.Expr) {
	sig, ok := l.typeOf(fun).Underlying().(*types.Signature)
	if !ok {
		return
	}
	params, args := l.params(sig, fun)
	t := l.typ(sig, fun)
	if params != "" {
		params = ", " + params
	}
	f, value := "f", func() { l.put(call.Fun) }
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if m := l.selection(sel); m != nil && m.Kind() == types.MethodVal {
			recv, lead := m.Recv(), ""
			if _, ptr := recv.Underlying().(*types.Pointer); !ptr && l.pointerMethod(m) {
				recv, lead = types.NewPointer(recv), "&"
			}
			t = l.typ(recv, fun)
			for _, p := range l.path(m) {
				f += "." + p
			}
			f += "." + sel.Sel.Name
			value = func() {
				l.b.WriteString(lead)
				l.put(sel.X)
				l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(sel.X.End(), sel.End()), "\n")))
			}
		}
	}
	text := "func%s(f " + t + params + ") { go " + f + "(" + args + ") }"
	l.b.WriteString(l.helper("go "+t+f, "w_go", strings.Replace(text, "func", "func ", 1)))
	l.b.WriteString("(")
	l.raw(s.Pos()+token.Pos(len("go")), call.Fun.Pos())
	value()
	pos := call.Lparen + 1
	l.raw(call.Fun.End(), call.Lparen)
	for i, a := range call.Args {
		if i == 0 {
			l.b.WriteString(", ")
		}
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, call.End())
}

func (l *lowerer) pointerMethod(s *selection) bool {
	f, ok := s.Obj().(*types.Func)
	if !ok {
		return false
	}
	_, ptr := f.Signature().Recv().Type().(*types.Pointer)
	return ptr
}
