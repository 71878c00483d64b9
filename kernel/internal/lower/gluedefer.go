package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// A glue is a function body that runs inside of compiled.Run, because the
// interpreter's own defer dead-locks on closures and ends at the first panic.
type glue struct {
	name   string   // of the Defers
	places []string // where results go
	setter string   // a function that stores named results, which the body may shadow
}

// glued says whether a function defers something that the interpreter can't:
// anything but calls of compiled functions.
func (l *lowerer) glued(list []ast.Stmt) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.RangeStmt:
				if t := l.typeOf(n.X); t != nil {
					if _, ok := t.Underlying().(*types.Signature); ok && defers(n.Body) {
						found = true
					}
				}
			case *ast.DeferStmt:
				found = found || !l.plainDefer(n.Call)
			}
			return !found
		})
	}
	return found
}

// defers says whether a block has a defer statement of its own.
func defers(b *ast.BlockStmt) bool {
	found := false
	ast.Inspect(b, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = true
		}
		return !found
	})
	return found
}

// plainDefer says whether what is deferred is compiled, with arguments that are
// no functions.
func (l *lowerer) plainDefer(call *ast.CallExpr) bool {
	for _, a := range call.Args {
		t := l.typeOf(a)
		if t == nil {
			return false
		}
		switch t.Underlying().(type) {
		case *types.Signature, *types.Tuple:
			return false
		}
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		if b, ok := l.object(fun).(*types.Builtin); ok {
			switch b.Name() {
			case "close", "print", "println":
				return true
			}
			return false
		}
		if v, ok := l.object(fun).(*types.Var); ok {
			n, ok := types.Unalias(v.Type()).(*types.Named) // context.CancelFunc
			return ok && n.Obj().Pkg() != nil && n.Obj().Pkg() != l.c.Pkg && !l.c.Session(v)
		}
	case *ast.SelectorExpr:
		if id, ok := fun.X.(*ast.Ident); ok {
			if p, ok := l.info.Uses[id].(*types.PkgName); ok {
				f, ok := l.info.Uses[fun.Sel].(*types.Func)
				return ok && f.Signature().TypeParams().Len() == 0 && !isStd(p.Imported())
			}
		}
		s := l.selection(fun)
		return s != nil && s.Kind() == types.MethodVal && !l.interpreted(s.Recv()) && !types.IsInterface(s.Recv()) && l.own(s.Recv()) == nil && named(s.Recv())
	}
	return false
}

// named says whether a type or what it points to has a name and no type
// arguments.
func named(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.TypeArgs().Len() == 0
}

// recovering says whether a function's body calls recover itself.
func recovering(info *types.Info, b *ast.BlockStmt) bool {
	found := false
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "recover" {
				if _, ok := info.Uses[id].(*types.Builtin); ok {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// funcBody writes a function's body, with first behind its opening brace. Named
// results get their zero values: the interpreter would begin with what the
// place has that the result goes to.
func (l *lowerer) funcBody(b *ast.BlockStmt, fs *funcState, first string) {
	l.b.WriteString("{" + first)
	if fs.sig != nil {
		for i := range fs.sig.Results().Len() {
			if r := fs.sig.Results().At(i); r.Name() != "" && r.Name() != "_" {
				l.b.WriteString(r.Name() + " = " + l.zero(r.Type(), b) + "; ")
			}
		}
	}
	if fs.recovers == "" && recovering(l.info, b) {
		fs.recovers = l.temp()
		l.b.WriteString(fs.recovers + " := " + l.helpers() + ".Enter(); ")
	}
	if !l.glued(b.List) {
		l.inside(b)
		return
	}
	g := &glue{name: l.temp()}
	end := ""
	if fs.sig != nil && fs.sig.Results().Len() > 0 {
		end = l.glueResult(g, fs, b)
	}
	fs.glue = g
	l.b.WriteString(l.helpers() + ".Run(func(" + g.name + " *" + l.helpers() + ".Defers) {")
	l.inside(b)
	l.b.WriteString(")" + end + "}")
}

// glueResult declares what the results are stored into, and returns the
// statement that hands them on.
func (l *lowerer) glueResult(g *glue, fs *funcState, b *ast.BlockStmt) string {
	res := fs.sig.Results()
	isNamed := res.At(0).Name() != ""
	var params, names, temps []string
	for i := range res.Len() {
		v := res.At(i)
		place := v.Name()
		if place == "" || place == "_" {
			place = l.temp()
			fmt.Fprintf(l.b, "var %s %s; ", place, l.typ(v.Type(), b))
		}
		g.places = append(g.places, place)
		names = append(names, place)
		temps = append(temps, fmt.Sprintf("v%d", i))
		params = append(params, fmt.Sprintf("v%d %s", i, l.typ(v.Type(), b)))
	}
	if isNamed {
		g.setter = l.temp()
		fmt.Fprintf(l.b, "%s := func(%s) { %s = %s }; ", g.setter, strings.Join(params, ", "), strings.Join(names, ", "), strings.Join(temps, ", "))
	}
	return "; return " + strings.Join(names, ", ")
}

// glueResults stores what a return statement returns.
func (l *lowerer) glueResults(s *ast.ReturnStmt, fs *funcState) string {
	g := fs.glue
	values := make([]string, len(s.Results))
	for i, e := range s.Results {
		values[i] = l.value(e)
	}
	switch {
	case g.setter == "":
		return strings.Join(g.places, ", ") + " = " + strings.Join(values, ", ")
	case len(values) == len(g.places):
		return g.setter + "(" + strings.Join(values, ", ") + ")"
	}
	temps := make([]string, len(g.places))
	for i := range temps {
		temps[i] = l.temp()
	}
	return strings.Join(temps, ", ") + " := " + values[0] + "; " + g.setter + "(" + strings.Join(temps, ", ") + ")"
}

// deferStmt writes a defer statement: as it is for calls of compiled functions
// in a function that defers nothing else.
func (l *lowerer) deferStmt(s *ast.DeferStmt) bool {
	g := l.fn().glue
	if g == nil {
		return l.plainCall(s, s.Call, "defer")
	}
	call := s.Call
	fun := ast.Unparen(call.Fun)
	var before []string
	hold := func(e ast.Expr) string {
		t := l.temp()
		before = append(before, t+" := "+l.value(e))
		return t
	}
	arm := l.helpers() + ".Arm(" + g.name + "); "
	target := ""
	switch f := fun.(type) {
	case *ast.FuncLit:
		l.direct[f] = true
		l.deferred[f] = g.name
		arm = ""
	case *ast.Ident:
		switch o := l.object(f).(type) {
		case *types.Builtin:
			arm = ""
			if o.Name() == "recover" {
				l.padded(s, "{}") // nobody can call it then
				return true
			}
		case *types.Func:
			if !l.mayRecover(o) {
				arm = ""
			}
		case *types.Var:
			target = hold(call.Fun)
		}
	case *ast.SelectorExpr:
		sel := l.selection(f)
		switch {
		case sel == nil:
			arm = ""
		case sel.Kind() == types.MethodVal:
			o, _ := sel.Obj().(*types.Func)
			if o != nil && !types.IsInterface(sel.Recv()) && !l.mayRecover(o) {
				arm = ""
			}
			if !l.interpreted(sel.Recv()) && !types.IsInterface(sel.Recv()) {
				arm = ""
				l.nested[f] = true
				if !addressed(f.X) {
					target = hold(f.X) + "." + f.Sel.Name
				}
				break
			}
			if types.IsInterface(sel.Recv()) {
				x := hold(f.X)
				before = append(before, "if "+x+" == nil { "+l.helpers()+".Nil() }")
				target = x + "." + f.Sel.Name
				break
			}
			target = hold(f) // the receiver as it is now
		default:
			target = hold(call.Fun)
		}
	default:
		target = hold(call.Fun)
	}
	if text, ok := l.printed(call); ok {
		t := l.temp()
		l.padded(s, t+" := "+text+"; "+l.helpers()+".Push("+g.name+", func() func() { return func() { "+l.glue("Stderr")+".WriteString("+t+") } }())")
		return true
	}
	args := make([]string, len(call.Args))
	sig, _ := l.typeOf(fun).(*types.Signature)
	if sig == nil && l.typeOf(fun) != nil {
		sig, _ = l.typeOf(fun).Underlying().(*types.Signature)
	}
	for i, a := range call.Args {
		t := l.tv(a)
		_, tuple := t.Type.(*types.Tuple)
		switch {
		case t.Value != nil || t.IsNil() || t.IsType():
			args[i] = l.text(a)
		case tuple:
			n := t.Type.(*types.Tuple).Len()
			temps := make([]string, n)
			for j := range temps {
				temps[j] = l.temp()
			}
			before = append(before, strings.Join(temps, ", ")+" := "+l.text(a))
			args[i] = strings.Join(temps, ", ")
		default:
			args[i] = l.temp()
			if p := paramType(sig, i, call.Ellipsis.IsValid()); p != nil && types.IsInterface(p) {
				before = append(before, "var "+args[i]+" "+l.typ(p, a)+" = "+l.value(a))
				break
			}
			before = append(before, args[i]+" := "+l.value(a))
		}
	}
	text := l.capture(func() {
		l.b.WriteString(l.helpers() + ".Push(" + g.name + ", func() func() { return func() { " + arm)
		switch f := fun.(type) {
		case *ast.FuncLit:
			l.funcLit(f)
		case *ast.Ident:
			if b, ok := l.object(f).(*types.Builtin); ok {
				l.b.WriteString(b.Name())
			} else if target != "" {
				l.b.WriteString(target)
			} else {
				l.put(f)
			}
		default:
			if target != "" {
				l.b.WriteString(target)
			} else {
				l.put(fun)
			}
		}
		l.b.WriteString("(" + strings.Join(args, ", "))
		if call.Ellipsis.IsValid() {
			l.b.WriteString("...")
		}
		l.b.WriteString(") } }())")
	})
	l.padded(s, strings.Join(append(before, text), "; "))
	return true
}

// addressed says whether a receiver is a place rather than a value that is
// computed.
func addressed(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return addressed(e.X)
	}
	return false
}

func paramType(sig *types.Signature, i int, spread bool) types.Type {
	if sig == nil {
		return nil
	}
	last := sig.Params().Len() - 1
	switch {
	case sig.Variadic() && i >= last && !spread:
		if s, ok := sig.Params().At(last).Type().(*types.Slice); ok {
			return s.Elem()
		}
	case i <= last:
		return sig.Params().At(i).Type()
	}
	return nil
}

// mayRecover says whether a declared function may call recover: one whose text
// is not at hand may.
func (l *lowerer) mayRecover(f *types.Func) bool {
	if f.Pkg() != l.c.Pkg {
		return false
	}
	may, known := l.mem.recovering[f.Origin()]
	return may || !known
}
