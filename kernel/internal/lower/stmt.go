package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// stmt writes a statement that has to be rewritten; false means that it may
// stand as it is.
func (l *lowerer) stmt(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return l.assign(s)
	case *ast.DeclStmt:
		return l.declare(s)
	case *ast.ReturnStmt:
		return l.ret(s)
	case *ast.IfStmt:
		l.inHeader(s, s.Body)
		return true
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		l.anySwitch(s, "")
		return true
	case *ast.SelectStmt:
		l.enterSwitch(func() { l.children(s) })
		return true
	case *ast.CommClause:
		return l.comm(s)
	case *ast.ForStmt:
		return l.forStmt(s, "")
	case *ast.RangeStmt:
		return l.rangeStmt(s, "")
	case *ast.LabeledStmt:
		return l.labeled(s)
	case *ast.BranchStmt:
		return l.branch(s)
	case *ast.DeferStmt:
		return l.deferred(s, s.Call, "defer")
	case *ast.GoStmt:
		return l.deferred(s, s.Call, "go")
	}
	return false
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

func (l *lowerer) enterSwitch(f func()) {
	loops := l.fn().loops
	if n := len(loops); n > 0 {
		loops[n-1].inner++
		defer func() { loops[n-1].inner-- }()
	}
	f()
}

// anySwitch writes a switch. A statement in its header moves before it, into a
// block of their own, because the interpreter does not see in the tag what it
// declares; the label goes with the switch.
func (l *lowerer) anySwitch(s ast.Stmt, label string) {
	var init ast.Stmt
	var body *ast.BlockStmt
	var tag ast.Node
	switch s := s.(type) {
	case *ast.SwitchStmt:
		init, body = s.Init, s.Body
		if s.Tag != nil {
			tag = s.Tag
		}
	case *ast.TypeSwitchStmt:
		init, body, tag = s.Init, s.Body, s.Assign
	}
	start := s.Pos()
	value := "" // of a type switch over numbers
	ts, _ := s.(*ast.TypeSwitchStmt)
	if ts != nil && !l.numbered(ts) {
		ts = nil
	}
	if init != nil {
		l.b.WriteString("{ ")
		l.raw(s.Pos()+token.Pos(len("switch")), init.Pos())
		h := l.header
		l.header = 0
		l.put(init)
		l.header = h
		l.b.WriteString("; ")
		start = init.End()
	}
	if ts != nil {
		x, _ := switched(ts)
		value = l.temp()
		if init == nil {
			l.b.WriteString("{ ")
		}
		l.b.WriteString(value + " := " + l.text(x) + "; ")
	}
	if label != "" {
		l.b.WriteString(label + ": ")
	}
	end := body.Lbrace
	if tag != nil {
		end = tag.Pos()
	}
	lead := strings.Repeat("\n", strings.Count(l.gap(start, end), "\n"))
	l.enterSwitch(func() {
		switch s := s.(type) {
		case *ast.SwitchStmt:
			l.b.WriteString("switch " + lead)
			l.switchStmt(s)
		case *ast.TypeSwitchStmt:
			if ts != nil {
				l.typeSwitch(s, value, lead)
				break
			}
			l.b.WriteString("switch " + lead)
			l.header++
			l.put(s.Assign)
			l.header--
			l.raw(s.Assign.End(), s.Body.Pos())
			l.put(s.Body)
		}
	})
	if init != nil || ts != nil {
		l.b.WriteString(" }")
	}
}

// switchStmt writes tag and body. It joins the expressions of a case by ||
// when the switch has no tag or the tag true: the interpreter tests such lists
// wrongly.
func (l *lowerer) switchStmt(s *ast.SwitchStmt) {
	tagless := s.Tag == nil
	if s.Tag != nil {
		if v := l.c.Info.Types[s.Tag].Value; v != nil && v.Kind() == constant.Bool && constant.BoolVal(v) {
			tagless = true
		}
	}
	pos := s.Body.Lbrace
	if s.Tag != nil {
		if !tagless {
			l.header++
			l.put(s.Tag)
			l.header--
		}
		pos = s.Tag.End()
	}
	if !tagless {
		l.raw(pos, s.Body.Lbrace)
		h := l.header
		l.header = 0
		l.put(s.Body)
		l.header = h
		return
	}
	for _, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		l.raw(pos, cc.Pos())
		pos = cc.Pos()
		for i, e := range cc.List {
			gap := l.gap(pos, e.Pos())
			if i > 0 {
				gap = " || " + strings.Repeat("\n", strings.Count(gap, "\n"))
			}
			l.b.WriteString(gap)
			if len(cc.List) > 1 {
				l.b.WriteByte('(')
			}
			l.put(e)
			if len(cc.List) > 1 {
				l.b.WriteByte(')')
			}
			pos = e.End()
		}
		for _, b := range cc.Body {
			l.raw(pos, b.Pos())
			l.put(b)
			pos = b.End()
		}
		l.raw(pos, cc.End())
		pos = cc.End()
	}
	l.raw(pos, s.Body.End())
}

// ---- declarations

// declare writes a declaration statement: variables of the cell become
// assignments to variables of the session, constants have no text since all
// their uses are literals.
func (l *lowerer) declare(s *ast.DeclStmt) bool {
	g, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return false
	}
	if g.Tok == token.CONST {
		l.padded(s, "{}")
		return true
	}
	if g.Tok != token.VAR || !l.top[s] {
		return false
	}
	var b strings.Builder
	for i, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		if i > 0 {
			b.WriteString("; ")
		}
		lhs := make([]ast.Expr, len(v.Names))
		for j, n := range v.Names {
			lhs[j] = n
		}
		at := b.Len()
		// Keep the lines of what follows.
		if more := strings.Count(l.gap(s.Pos(), v.Pos()), "\n") - strings.Count(b.String(), "\n"); more > 0 {
			b.WriteString(strings.Repeat("\n", more))
		}
		if len(v.Values) == 0 {
			for j, n := range v.Names {
				if n.Name == "_" {
					continue
				}
				if j > 0 && b.Len() > at {
					b.WriteString("; ")
				}
				o := l.c.Info.Defs[n]
				b.WriteString(l.c.GoName(o) + " = " + l.zero(o.Type(), n))
			}
			continue
		}
		b.WriteString(l.assignment(lhs, v.Values, token.ASSIGN, false))
	}
	l.padded(s, b.String())
	return true
}

// zero writes the zero value of a type.
func (l *lowerer) zero(t types.Type, at ast.Node) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return l.typ(t, at) + "(false)"
		case u.Info()&types.IsString != 0:
			return l.typ(t, at) + "(\"\")"
		case u.Info()&types.IsNumeric != 0:
			return l.typ(t, at) + "(0)"
		}
		return "nil"
	case *types.Struct, *types.Array:
		ts := l.typ(t, at)
		return l.helper("zero "+ts, "w_zero", "func %s() "+ts+" { var z "+ts+"; return z }") + "()"
	}
	return "nil"
}

// initializer writes the initialization of package variables of a program.
func (l *lowerer) initializer(in *types.Initializer) {
	if len(in.Lhs) == 1 {
		name := "_"
		if in.Lhs[0].Name() != "_" {
			name = l.c.GoName(in.Lhs[0])
		}
		l.b.WriteString(name + " = " + l.value(in.Rhs))
		return
	}
	var temps []string
	after := ""
	for _, v := range in.Lhs {
		if v.Name() == "_" {
			temps = append(temps, "_")
			continue
		}
		t := l.temp()
		temps = append(temps, t)
		after += "; " + l.c.GoName(v) + " = " + t
	}
	op := " := "
	if after == "" {
		op = " = "
	}
	l.b.WriteString(strings.Join(temps, ", ") + op + l.text(in.Rhs) + after)
}

// value writes the right side of an assignment: a composite literal in
// parentheses, or the interpreter would move the variable to a new place.
func (l *lowerer) value(e ast.Expr) string {
	s := l.text(e)
	if _, ok := e.(*ast.CompositeLit); ok {
		return "(" + s + ")"
	}
	return s
}

// ---- assignments

func (l *lowerer) assign(s *ast.AssignStmt) bool {
	top := l.top[s]
	tok := s.Tok
	local := tok == token.DEFINE && !top
	if top && tok == token.DEFINE {
		tok = token.ASSIGN
	}
	switch {
	case tok != token.ASSIGN && tok != token.DEFINE:
		return false
	case l.header > 0:
		return false
	case len(s.Lhs) == 1 && !top:
		if _, lit := s.Rhs[0].(*ast.CompositeLit); lit && !local {
			l.put(s.Lhs[0])
			l.raw(s.Lhs[0].End(), s.Rhs[0].Pos())
			l.b.WriteString("(")
			l.put(s.Rhs[0])
			l.b.WriteString(")")
			return true
		}
		return false
	}
	l.padded(s, l.assignment(s.Lhs, s.Rhs, tok, local))
	return true
}

// assignment writes an assignment or a local :=, as several statements where
// the interpreter would get one wrong.
func (l *lowerer) assignment(lhs, rhs []ast.Expr, tok token.Token, local bool) string {
	op := " = "
	if local {
		op = " := "
	}
	if len(lhs) == 1 {
		return l.text(lhs[0]) + op + l.value(rhs[0])
	}
	if len(rhs) == 1 {
		return l.tuple(lhs, rhs[0], local)
	}
	if l.parallel(lhs, rhs) {
		var a, b []string
		for i := range lhs {
			a = append(a, l.text(lhs[i]))
			b = append(b, l.value(rhs[i]))
		}
		return strings.Join(a, ", ") + op + strings.Join(b, ", ")
	}
	// One after the other through temporaries, operands of the left first.
	var before, after []string
	var places []string
	for _, e := range lhs {
		places = append(places, l.place(e, &before))
	}
	for i, e := range rhs {
		tv := l.c.Info.Types[e]
		if tv.Value != nil || tv.IsNil() {
			if places[i] != "_" {
				after = append(after, l.store(places[i], lhs[i], l.value(e), local))
			}
			continue
		}
		if places[i] == "_" {
			before = append(before, "_ = "+l.value(e))
			continue
		}
		t := l.temp()
		before = append(before, t+" := "+l.value(e))
		after = append(after, l.store(places[i], lhs[i], t, local))
	}
	return strings.Join(append(before, after...), "; ")
}

// store assigns to a place or, for a name that := declares, declares it.
func (l *lowerer) store(place string, e ast.Expr, value string, local bool) string {
	if id, ok := e.(*ast.Ident); ok && local && l.c.Info.Defs[id] != nil {
		if t := l.c.Info.TypeOf(id); t != nil && types.IsInterface(t) {
			return "var " + place + " " + l.typ(t, e) + " = " + value
		}
		return place + " := " + value
	}
	return place + " = " + value
}

// place evaluates the operands of a left side, and writes it in terms of them.
func (l *lowerer) place(e ast.Expr, before *[]string) string {
	hold := func(e ast.Expr) string {
		if l.c.Info.Types[e].Value != nil {
			return l.text(e)
		}
		t := l.temp()
		*before = append(*before, t+" := "+l.text(e))
		return t
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		base := l.c.Info.TypeOf(x.X)
		if _, array := base.Underlying().(*types.Array); array {
			return l.place(x.X, before) + "[" + hold(x.Index) + "]"
		}
		return hold(x.X) + "[" + hold(x.Index) + "]"
	case *ast.StarExpr:
		return "*" + hold(x.X)
	}
	return l.text(e)
}

// parallel says whether the interpreter does a parallel assignment right:
// nothing is called and no place on the left depends on another.
func (l *lowerer) parallel(lhs, rhs []ast.Expr) bool {
	names := map[string]bool{}
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); ok {
			names[id.Name] = true
		}
	}
	ok := true
	for _, e := range lhs {
		switch x := e.(type) {
		case *ast.Ident:
		case *ast.IndexExpr:
			if t := l.c.Info.TypeOf(x.X); t != nil {
				if _, m := t.Underlying().(*types.Map); m {
					return false
				}
			}
			ast.Inspect(x, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					ok = false
				case *ast.Ident:
					ok = ok && !names[n.Name]
				}
				return ok
			})
		default:
			return false
		}
	}
	for _, e := range rhs {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr, *ast.CompositeLit, *ast.FuncLit, *ast.TypeAssertExpr:
				ok = false
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					ok = false
				}
			}
			return ok
		})
	}
	return ok
}

// tuple writes a, b = f() and v, ok = m[k]. The interpreter loses values that
// are not stored into plain local variables, so others go through
// temporaries.
func (l *lowerer) tuple(lhs []ast.Expr, rhs ast.Expr, local bool) string {
	plain := true
	blank := true
	for _, e := range lhs {
		id, ok := e.(*ast.Ident)
		if !ok {
			plain, blank = false, false
			continue
		}
		if id.Name == "_" {
			continue
		}
		blank = false
		o := l.c.Object(id)
		if o == nil || l.c.Session(o) || !local && types.IsInterface(o.Type()) {
			plain = false
		}
	}
	op := " = "
	if local {
		op = " := "
	}
	if plain || blank {
		var a []string
		for _, e := range lhs {
			a = append(a, l.text(e))
		}
		return strings.Join(a, ", ") + op + l.text(rhs)
	}
	var before, temps, after []string
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
			temps = append(temps, "_")
			continue
		}
		p := l.place(e, &before)
		t := l.temp()
		temps = append(temps, t)
		after = append(after, l.store(p, e, t, local))
	}
	before = append(before, strings.Join(temps, ", ")+" := "+l.text(rhs))
	return strings.Join(append(before, after...), "; ")
}

// ---- return

// ret writes a return. With named results the values are computed before any
// of them is stored; inside a loop whose body became a function the values are
// put where the loop's end finds them.
func (l *lowerer) ret(s *ast.ReturnStmt) bool {
	fs := l.fn()
	for i := len(fs.loops) - 1; i >= 0; i-- {
		if fs.loops[i].callback {
			l.padded(s, l.returnFromLoop(s, fs))
			return true
		}
	}
	if len(s.Results) < 1 || len(fs.named) == 0 || fs.sig == nil || len(s.Results) != fs.sig.Results().Len() || len(s.Results) == 1 {
		return false
	}
	risky := false
	for _, e := range s.Results {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				risky = true
			case *ast.Ident:
				risky = risky || fs.named[l.c.Info.Uses[n]]
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
		if tv := l.c.Info.Types[e]; tv.Value != nil || tv.IsNil() {
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

// ---- defer and go

// deferred evaluates the arguments of a deferred call now: the interpreter
// would take the values that the variables have later.
func (l *lowerer) deferred(s ast.Stmt, call *ast.CallExpr, word string) bool {
	fun := ast.Unparen(call.Fun)
	if lit, ok := fun.(*ast.FuncLit); ok && word == "defer" {
		if len(call.Args) == 0 && len(l.fn().loops) > 0 && l.captures(lit) {
			l.deferInLoop(s, call, lit)
			return true
		}
		l.direct[lit] = true
	}
	if word == "go" && l.funcValue(fun) {
		if len(call.Args) == 1 {
			if _, tuple := l.c.Info.TypeOf(call.Args[0]).(*types.Tuple); tuple {
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
		t := l.c.Info.Types[a]
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
		if x := l.c.Info.Selections[sel]; x != nil && x.Kind() == types.MethodVal && l.interpreted(x.Recv()) {
			if _, ptr := x.Recv().Underlying().(*types.Pointer); ptr || !l.pointerMethod(x) {
				if id := root(sel.X); id == nil || !l.c.Session(l.c.Object(id)) {
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
			for _, f := range l.path(l.c.Info.Selections[sel]) {
				l.b.WriteString(f + ".")
			}
			l.b.WriteString(sel.Sel.Name)
		} else if id, ok := fun.(*ast.Ident); ok && l.c.Info.Instances[id].TypeArgs.Len() > 0 && l.c.Session(l.c.Object(id)) {
			l.b.WriteString(l.instantiated(id))
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
		_, ok := l.c.Object(fun).(*types.Var)
		return ok
	case *ast.SelectorExpr:
		s := l.c.Info.Selections[fun]
		return s != nil && s.Kind() != types.MethodExpr
	case *ast.IndexListExpr:
		return false
	case *ast.IndexExpr:
		id := genericIdent(fun.X)
		return id == nil || l.c.Info.Instances[id].TypeArgs.Len() == 0
	}
	return true
}

// start writes go of a function value as the call of a function that starts
// it: the interpreter reads the value from its variable when the goroutine
// runs, and by then a loop has put another there.
func (l *lowerer) start(s ast.Stmt, call *ast.CallExpr, fun ast.Expr) {
	sig, ok := l.c.Info.TypeOf(fun).Underlying().(*types.Signature)
	if !ok {
		return
	}
	params, args := l.params(sig, fun)
	t := l.typ(sig, fun)
	if params != "" {
		params = ", " + params
	}
	f, value := "f", func() { l.put(call.Fun) }
	bound := l.bound(sig)
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if m := l.c.Info.Selections[sel]; m != nil && m.Kind() == types.MethodVal {
			recv, lead := m.Recv(), ""
			if _, ptr := recv.Underlying().(*types.Pointer); !ptr && l.pointerMethod(m) {
				recv, lead = types.NewPointer(recv), "&"
			}
			t = l.typ(recv, fun)
			bound = bound || l.bound(recv)
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
	if bound {
		l.b.WriteString(strings.ReplaceAll(text, "%s", ""))
	} else {
		l.b.WriteString(l.helper("go "+t+f, "w_go", strings.Replace(text, "func", "func ", 1)))
	}
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

func (l *lowerer) pointerMethod(s *types.Selection) bool {
	f, ok := s.Obj().(*types.Func)
	if !ok {
		return false
	}
	_, ptr := f.Signature().Recv().Type().(*types.Pointer)
	return ptr
}

// deferInLoop writes a deferred function literal inside a loop as the value
// that it is in this iteration.
func (l *lowerer) deferInLoop(s ast.Stmt, call *ast.CallExpr, lit *ast.FuncLit) {
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "recover" && l.c.Info.Uses[id] == types.Universe.Lookup("recover") {
			l.refuse(s, "move the body of the loop into a function", "recover in a deferred function literal inside a loop is not supported")
		}
		return true
	})
	f := l.temp()
	l.b.WriteString(f + " := ")
	l.put(lit)
	l.b.WriteString("; defer " + f)
	l.raw(call.Fun.End(), call.End())
}

// ---- select

// comm writes a case of a select: x := <-c is copied when it is captured, and
// x = <-c becomes an assignment in the body.
func (l *lowerer) comm(c *ast.CommClause) bool {
	as, ok := c.Comm.(*ast.AssignStmt)
	if !ok {
		return false
	}
	var lhs, after string
	if as.Tok == token.DEFINE {
		objs := l.objects(as.Lhs)
		if !l.captured(objs, &ast.BlockStmt{List: c.Body}) {
			return false
		}
		var temps []string
		for _, e := range as.Lhs {
			id := e.(*ast.Ident)
			if id.Name == "_" {
				temps = append(temps, "_")
				continue
			}
			t := l.temp()
			temps = append(temps, t)
			after += id.Name + " := " + t + "; "
		}
		lhs = strings.Join(temps, ", ")
	} else {
		var temps []string
		for _, e := range as.Lhs {
			if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
				temps = append(temps, "_")
				continue
			}
			t := l.temp()
			temps = append(temps, t)
			after += l.text(e) + " = " + t + "; "
		}
		lhs = strings.Join(temps, ", ")
		if after == "" {
			return false
		}
	}
	l.raw(c.Pos(), as.Pos())
	l.b.WriteString(lhs + " := ")
	l.put(as.Rhs[0])
	l.raw(as.Rhs[0].End(), c.Colon+1)
	l.b.WriteString(" " + after)
	pos := c.Colon + 1
	for _, s := range c.Body {
		l.raw(pos, s.Pos())
		l.put(s)
		pos = s.End()
	}
	l.raw(pos, c.End())
	return true
}

// captures says whether a literal uses variables of the function around it.
func (l *lowerer) captures(lit *ast.FuncLit) bool {
	found := false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !found {
			if v, ok := l.c.Info.Uses[id].(*types.Var); ok && !v.IsField() && !l.c.Session(v) && v.Pkg() == l.c.Pkg &&
				(v.Pos() < lit.Pos() || v.Pos() > lit.End()) {
				found = true
			}
		}
		return !found
	})
	return found
}
