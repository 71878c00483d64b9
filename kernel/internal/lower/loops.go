package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// objects are the variables that the names on a left side declare.
func (l *lowerer) objects(lhs []ast.Expr) map[types.Object]bool {
	out := map[types.Object]bool{}
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
			if o := l.info.Defs[id]; o != nil {
				out[o] = true
			}
		}
	}
	return out
}

// captured says whether the body keeps one of the variables: in a function
// literal or by its address.
func (l *lowerer) captured(vars map[types.Object]bool, body ast.Node) bool {
	if len(vars) == 0 {
		return false
	}
	found := false
	is := func(e ast.Expr) bool {
		id := root(e)
		return id != nil && vars[l.info.Uses[id]]
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			ast.Inspect(n.Body, func(m ast.Node) bool {
				if id, ok := m.(*ast.Ident); ok && vars[l.info.Uses[id]] {
					found = true
				}
				return !found
			})
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && is(n.X)
		case *ast.SliceExpr:
			if t := l.typeOf(n.X); t != nil {
				if _, array := t.Underlying().(*types.Array); array {
					found = found || is(n.X)
				}
			}
		case *ast.SelectorExpr:
			if s := l.selection(n); s != nil && s.Kind() == types.MethodVal && l.pointerMethod(s) {
				if _, ptr := s.Recv().Underlying().(*types.Pointer); !ptr {
					found = found || is(n.X)
				}
			}
		}
		return !found
	})
	return found
}

// assigned says whether the body assigns to one of the variables.
func (l *lowerer) assigned(vars map[types.Object]bool, body ast.Node) bool {
	found := false
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && vars[l.info.Uses[id]]
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				found = found || is(e)
			}
		case *ast.IncDecStmt:
			found = found || is(n.X)
		case *ast.RangeStmt:
			found = found || n.Tok == token.ASSIGN && (n.Key != nil && is(n.Key) || n.Value != nil && is(n.Value))
		}
		return !found
	})
	return found
}

func (l *lowerer) labeled(s *ast.LabeledStmt) bool {
	switch b := s.Stmt.(type) {
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(s.Pos(), b.Pos()), "\n")))
		l.anySwitch(b, s.Label.Name)
		return true
	case *ast.SelectStmt:
		l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(s.Pos(), b.Pos()), "\n")))
		if !l.selectStmt(b, s.Label.Name) {
			l.children(b)
		}
		return true
	case *ast.ForStmt:
		l.raw(s.Pos(), b.Pos())
		if !l.forStmt(b, s.Label.Name) {
			l.children(b)
		}
		return true
	case *ast.RangeStmt:
		if l.simpleRange(b) {
			l.raw(s.Pos(), b.Pos())
			l.rangeStmt(b, s.Label.Name)
			return true
		}
		// What becomes several statements takes the label to its loop.
		l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(s.Pos(), b.Pos()), "\n")))
		l.rangeStmt(b, s.Label.Name)
		return true
	}
	return false
}

// simpleRange says whether a range statement stays one statement.
func (l *lowerer) simpleRange(s *ast.RangeStmt) bool {
	if s.Value != nil {
		if t := l.typeOf(s.Value); t != nil {
			if _, channels := t.Underlying().(*types.Chan); channels {
				return false
			}
		}
	}
	_, fn := l.typeOf(s.X).Underlying().(*types.Signature)
	return !fn
}

func (l *lowerer) loop(lp *loop, f func()) {
	fs := l.fn()
	fs.loops = append(fs.loops, lp)
	h := l.header
	l.header = 0
	f()
	l.header = h
	fs.loops = fs.loops[:len(fs.loops)-1]
}

// block writes a loop's body, with text after the opening and before the
// closing brace.
func (l *lowerer) block(b *ast.BlockStmt, before, after string) {
	pos := b.Lbrace + 1
	l.b.WriteString("{")
	l.b.WriteString(before)
	for _, s := range b.List {
		l.raw(pos, s.Pos())
		l.put(s)
		pos = s.End()
	}
	gap := l.gap(pos, b.Rbrace)
	if after != "" && len(b.List) > 0 {
		if terminates(b.List[len(b.List)-1]) {
			after = ""
		} else {
			after = ";" + after
		}
	}
	l.b.WriteString(after + gap + "}")
}

// terminates says whether nothing after the statement is reached, plainly.
func terminates(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	}
	return false
}

// forStmt gives each iteration variables of its own where a body keeps them.
func (l *lowerer) forStmt(s *ast.ForStmt, label string) bool {
	lp := &loop{label: label}
	init, ok := s.Init.(*ast.AssignStmt)
	var vars map[types.Object]bool
	if ok && init.Tok == token.DEFINE {
		vars = l.objects(init.Lhs)
	}
	keeps := l.captured(vars, s.Body)
	before, after := "", ""
	if keeps {
		for _, e := range init.Lhs {
			id, ok := e.(*ast.Ident)
			if !ok || id.Name == "_" {
				continue
			}
			t := l.temp()
			l.rename[l.info.Defs[id]] = t
			before += id.Name + " := " + t + "; "
			after += t + " = " + id.Name + "; "
		}
		lp.back = after
	}
	pos := s.Pos()
	if ok && len(init.Lhs) > 1 && len(init.Lhs) == len(init.Rhs) && !l.parallel(init.Lhs, init.Rhs) {
		if label != "" {
			l.refuse(init, "assign the values to variables first", "a labelled loop that begins with several values is not supported")
		}
		l.b.WriteString("{ ")
		for _, e := range init.Rhs {
			if tv := l.tv(e); tv.Value != nil || tv.IsNil() {
				continue
			}
			t := l.temp()
			l.b.WriteString(t + " := " + l.value(e) + "; ")
			l.held[e] = t
		}
		defer l.b.WriteString(" }")
	}
	part := func(n ast.Node) {
		l.raw(pos, n.Pos())
		l.header++
		l.put(n)
		l.header--
		pos = n.End()
	}
	if s.Init != nil {
		part(s.Init)
	}
	if s.Cond != nil {
		part(s.Cond)
	}
	if s.Post != nil {
		part(s.Post)
	}
	l.raw(pos, s.Body.Lbrace)
	for o := range vars {
		delete(l.rename, o)
	}
	l.loop(lp, func() { l.block(s.Body, before, strings.TrimSuffix(after, "; ")) })
	return true
}

// branch writes break and continue of loops that were rewritten.
func (l *lowerer) branch(s *ast.BranchStmt) bool {
	loops := l.fn().loops
	if s.Tok != token.BREAK && s.Tok != token.CONTINUE {
		for _, lp := range loops {
			if lp.callback && s.Tok == token.GOTO {
				l.refuse(s, "", "goto out of a loop over a function is not supported")
			}
		}
		return false
	}
	target := -1
	for i := len(loops) - 1; i >= 0; i-- {
		if s.Label == nil || loops[i].label == s.Label.Name {
			target = i
			break
		}
	}
	if target < 0 {
		return false
	}
	if s.Tok == token.BREAK && s.Label == nil && loops[target].inner > 0 {
		return false
	}
	for _, lp := range loops[target+1:] {
		if lp.callback {
			l.refuse(s, "use a flag", "%s out of a loop over a function is not supported", s.Tok)
			return true
		}
	}
	lp := loops[target]
	if lp.callback {
		if s.Tok == token.CONTINUE {
			l.b.WriteString("return true")
		} else {
			l.b.WriteString("return false")
		}
		return true
	}
	if s.Tok == token.CONTINUE && lp.back != "" {
		l.b.WriteString("{ " + lp.back)
		l.raw(s.Pos(), s.End())
		l.b.WriteString(" }")
		return true
	}
	return false
}

func blankName(e ast.Expr) bool {
	if e == nil {
		return true
	}
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// rangeStmt writes a range loop: over integers and functions, which the
// interpreter lacks, over strings, where it counts wrong bytes as three, and
// loops that assign or whose variables are kept.
func (l *lowerer) rangeStmt(s *ast.RangeStmt, label string) bool {
	t := l.typeOf(s.X)
	if _, param := types.Unalias(t).(*types.TypeParam); param {
		l.refuse(s, "", "range over a type parameter is not supported")
		return true
	}
	lp := &loop{label: label}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsInteger != 0 || u.Info()&types.IsUntyped != 0 && u.Info()&types.IsNumeric != 0 {
			l.rangeInt(s, lp, t)
			return true
		}
		if u.Info()&types.IsString != 0 && !blankName(s.Key) {
			l.rangeString(s, lp)
			return true
		}
	case *types.Signature:
		l.rangeFunc(s, lp, u)
		return true
	case *types.Pointer:
		if a, ok := u.Elem().Underlying().(*types.Array); ok && blankName(s.Value) && !calls(s.X) {
			l.rangeIndex(s, lp, types.Typ[types.Int], strconv.FormatInt(a.Len(), 10)) // even of nil
			return true
		}
	}
	if s.Key == nil {
		l.rangeHead(s, "", lp, "")
		return true
	}
	if s.Value != nil && l.rangeChannels(s, lp, t) {
		return true
	}
	lhs := []ast.Expr{s.Key}
	if s.Value != nil {
		lhs = append(lhs, s.Value)
	}
	if s.Tok == token.DEFINE && !l.captured(l.objects(lhs), s.Body) || blankName(s.Key) && blankName(s.Value) {
		l.rangeHead(s, l.gap(s.Key.Pos(), s.TokPos)+":=", lp, "")
		return true
	}
	head, before := l.carry(lhs, s.Tok)
	l.rangeHead(s, head+" :=", lp, before)
	return true
}

// rangeChannels writes a loop whose values are channels: the interpreter would
// receive from the first one. The values are looked up by their keys.
func (l *lowerer) rangeChannels(s *ast.RangeStmt, lp *loop, t types.Type) bool {
	u := t.Underlying()
	if p, ok := u.(*types.Pointer); ok {
		u = p.Elem().Underlying()
	}
	var elem, key types.Type
	switch u := u.(type) {
	case *types.Slice:
		elem = u.Elem()
	case *types.Array:
		elem = u.Elem()
	case *types.Map:
		elem, key = u.Elem(), u.Key()
	}
	if elem == nil {
		return false
	}
	if _, ok := elem.Underlying().(*types.Chan); !ok {
		return false
	}
	if key != nil && mayBeNaN(key) {
		l.refuse(s, "range over the keys only", "range over channels in a map with keys of type %s is not supported", l.shortType(key))
		return true
	}
	all, at := l.temp(), l.temp()
	before := l.handOn([]ast.Expr{s.Key, s.Value}, []string{at, all + "[" + at + "]"}, s.Tok)
	if lp.label != "" {
		lp.label += ": "
	}
	l.b.WriteString("{ " + all + " := " + l.value(s.X) + "; " + lp.label)
	lp.label = strings.TrimSuffix(lp.label, ": ")
	l.b.WriteString("for " + at + " := range " + all)
	l.raw(s.X.End(), s.Body.Lbrace)
	l.loop(lp, func() { l.block(s.Body, before, "") })
	l.b.WriteString(" }")
	return true
}

// mayBeNaN says whether a key of the type need not be equal to itself, so that
// its value can't be looked up.
func mayBeNaN(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Array:
		return mayBeNaN(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if mayBeNaN(u.Field(i).Type()) {
				return true
			}
		}
	case *types.Interface:
		return true
	}
	return false
}

// carry makes names for what a range gives, and the statements that hand it
// on.
func (l *lowerer) carry(lhs []ast.Expr, tok token.Token) (head, before string) {
	var temps []string
	for _, e := range lhs {
		if blankName(e) {
			temps = append(temps, "_")
		} else {
			temps = append(temps, l.temp())
		}
	}
	return strings.Join(temps, ", "), l.handOn(lhs, temps, tok)
}

// handOn writes the statements that give values to what a range statement
// names. The places are found before any of them is changed.
func (l *lowerer) handOn(lhs []ast.Expr, values []string, tok token.Token) string {
	var before, after []string
	for i, e := range lhs {
		switch {
		case blankName(e):
		case tok == token.DEFINE:
			after = append(after, l.text(e)+" := "+values[i])
		default:
			after = append(after, l.place(e, &before)+" = "+values[i])
		}
	}
	if len(after) == 0 {
		return ""
	}
	return strings.Join(append(before, after...), "; ") + "; "
}

func (l *lowerer) rangeHead(s *ast.RangeStmt, head string, lp *loop, before string) {
	if head == "_ :=" || strings.TrimSpace(strings.TrimSuffix(head, ":=")) == "_, _" || strings.TrimSpace(strings.TrimSuffix(head, ":=")) == "_" {
		head = ""
	}
	l.b.WriteString("for " + head + " range ")
	l.put(s.X)
	l.raw(s.X.End(), s.Body.Lbrace)
	l.loop(lp, func() { l.block(s.Body, before, "") })
}

func (l *lowerer) rangeInt(s *ast.RangeStmt, lp *loop, t types.Type) {
	if s.Key != nil {
		if o := l.typeOf(s.Key); o != nil && !blankName(s.Key) {
			t = o
		}
	}
	l.rangeIndex(s, lp, types.Default(t), l.text(s.X))
}

// rangeIndex writes a loop that counts from 0 to x, of type t.
func (l *lowerer) rangeIndex(s *ast.RangeStmt, lp *loop, t types.Type, x string) {
	n, i := l.temp(), l.temp()
	before := ""
	switch {
	case blankName(s.Key):
	case s.Tok == token.DEFINE:
		vars := l.objects([]ast.Expr{s.Key})
		if l.captured(vars, s.Body) || l.assigned(vars, s.Body) {
			before = l.text(s.Key) + " := " + i + "; "
		} else {
			i = s.Key.(*ast.Ident).Name
		}
	default:
		before = l.text(s.Key) + " = " + i + "; "
	}
	ts := l.typ(t, s)
	zero, limit := "0", x
	if ts != "int" {
		zero, limit = ts+"(0)", ts+"("+x+")"
	}
	// The limit comes first: it may use an outer variable of the same name.
	fmt.Fprintf(l.b, "for %s, %s := %s, %s; %s < %s; %s++", n, i, limit, zero, i, n, i)
	l.raw(s.X.End(), s.Body.Lbrace)
	l.loop(lp, func() { l.block(s.Body, before, "") })
}

func (l *lowerer) rangeString(s *ast.RangeStmt, lp *loop) {
	str, i, r, n := l.temp(), l.temp(), l.temp(), l.temp()
	next := l.imported("unicode/utf8", "utf8") + ".DecodeRuneInString"
	before := fmt.Sprintf("%s, %s := %s(%s[%s:]); ", r, n, next, str, i)
	before += l.handOn([]ast.Expr{s.Key, s.Value}, []string{i, r}, s.Tok)
	before += fmt.Sprintf("%s += %s; ", i, n)
	fmt.Fprintf(l.b, "for %s, %s := string(%s), 0; %s < len(%s); ", str, i, l.text(s.X), i, str)
	l.raw(s.X.End(), s.Body.Lbrace)
	l.loop(lp, func() { l.block(s.Body, before, "") })
}

// rangeFunc writes a loop over a function as the call that Go makes of it.
func (l *lowerer) rangeFunc(s *ast.RangeStmt, lp *loop, sig *types.Signature) {
	yield, ok := sig.Params().At(0).Type().Underlying().(*types.Signature)
	if !ok {
		return
	}
	lp.callback = true
	lp.ret = &loopReturn{flag: l.temp()}
	outer := l.fn()
	for i := len(outer.loops) - 1; i >= 0; i-- {
		if outer.loops[i].callback {
			lp.ret = outer.loops[i].ret
		}
	}
	first := lp.ret.results == nil && !lp.ret.used
	if outer.sig != nil && first && outer.glue == nil {
		for range outer.sig.Results().Len() {
			lp.ret.results = append(lp.ret.results, l.temp())
		}
	}
	var params, values []string
	for i := range yield.Params().Len() {
		p := fmt.Sprintf("%s %s", l.temp(), l.typ(yield.Params().At(i).Type(), s))
		name, _, _ := strings.Cut(p, " ")
		params = append(params, p)
		values = append(values, name)
	}
	before := l.handOn([]ast.Expr{s.Key, s.Value}[:len(values)], values, s.Tok)
	x := l.text(ast.Unparen(s.X))
	body := l.capture(func() {
		l.raw(s.X.End(), s.Body.Lbrace)
		l.loop(lp, func() { l.block(s.Body, before, "return true") })
	})
	switch ast.Unparen(s.X).(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.CallExpr, *ast.IndexExpr:
	default:
		x = "(" + x + ")"
	}
	call := fmt.Sprintf("%s(func(%s) bool%s)", x, strings.Join(params, ", "), body)
	if !lp.ret.used || !first {
		if lp.ret.used {
			// Inside another such loop: leave that one, too.
			l.padded(s, call+"; if "+lp.ret.flag+" { return false }")
			return
		}
		l.padded(s, call)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{ var %s bool; ", lp.ret.flag)
	for i, r := range lp.ret.results {
		fmt.Fprintf(&b, "var %s %s; ", r, l.typ(outer.sig.Results().At(i).Type(), s))
	}
	fmt.Fprintf(&b, "%s; if %s { return %s } }", call, lp.ret.flag, strings.Join(lp.ret.results, ", "))
	l.padded(s, b.String())
}

// returnFromLoop writes a return inside the body of a loop over a function.
func (l *lowerer) returnFromLoop(s *ast.ReturnStmt, fs *funcState) string {
	var lr *loopReturn
	for _, lp := range fs.loops {
		if lp.callback {
			lr = lp.ret
			break
		}
	}
	lr.used = true
	if fs.glue != nil {
		set := ""
		if len(s.Results) > 0 {
			set = l.glueResults(s, fs) + "; "
		}
		return "{ " + set + lr.flag + " = true; return false }"
	}
	var b strings.Builder
	b.WriteString("{ ")
	switch {
	case len(s.Results) == 0 && fs.sig != nil && fs.sig.Results().Len() > 0:
		for i, r := range lr.results {
			value := fs.sig.Results().At(i).Name()
			if value == "_" {
				value = l.zero(fs.sig.Results().At(i).Type(), s)
			}
			fmt.Fprintf(&b, "%s = %s; ", r, value)
		}
	case len(s.Results) == len(lr.results):
		for i, e := range s.Results {
			fmt.Fprintf(&b, "%s = %s; ", lr.results[i], l.value(e))
		}
	case len(s.Results) == 1:
		var temps []string
		for range lr.results {
			temps = append(temps, l.temp())
		}
		fmt.Fprintf(&b, "%s := %s; ", strings.Join(temps, ", "), l.text(s.Results[0]))
		for i, r := range lr.results {
			fmt.Fprintf(&b, "%s = %s; ", r, temps[i])
		}
	}
	fmt.Fprintf(&b, "%s = true; return false }", lr.flag)
	return b.String()
}
