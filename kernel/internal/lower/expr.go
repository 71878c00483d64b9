package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// expr writes an expression that has to be rewritten; false means that it may
// stand as it is.
func (l *lowerer) expr(e ast.Expr) bool {
	if l.spelled(e) {
		return true
	}
	if name := l.held[e]; name != "" {
		l.inParens(e, name)
		return true
	}
	if to, ok := l.box[e]; ok {
		delete(l.box, e) // boxed comes back here
		l.boxInto(e, to)
		l.box[e] = to
		return true
	}
	if l.wrap[e] {
		delete(l.wrap, e)
		l.wrapped(e)
		return true
	}
	if to, ok := l.conv[e]; ok {
		delete(l.conv, e) // convert comes back here
		done := l.convert(e, to)
		l.conv[e] = to
		if done {
			return true
		}
	}
	if l.constant(e) {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		return l.ident(e)
	case *ast.SelectorExpr:
		return l.selector(e)
	case *ast.CallExpr:
		return l.call(e)
	case *ast.FuncLit:
		l.funcLit(e)
		return true
	case *ast.TypeAssertExpr:
		if l.truth[e] {
			delete(l.truth, e)
			l.b.WriteString("true == ")
			l.put(e)
			return true
		}
		return l.assertion(e)
	case *ast.CompositeLit:
		if t := l.typeOf(e); t != nil {
			if _, ok := t.Underlying().(*types.Map); ok {
				for _, x := range e.Elts {
					if kv, ok := x.(*ast.KeyValueExpr); ok {
						l.notNil(kv.Key)
						l.notNil(kv.Value)
					}
				}
			}
		}
		return l.made(e)
	case *ast.StarExpr:
		return l.deref(e)
	case *ast.UnaryExpr:
		if e.Op == token.ARROW {
			return l.received(e)
		}
		return e.Op == token.AND && (l.elementOfPointer(e) || l.address(e))
	case *ast.BinaryExpr:
		if t := l.typeOf(e.X); t != nil && e.Op == token.ADD {
			if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
				l.notNil(e.X)
				l.notNil(e.Y)
			}
		}
		if e.Op == token.SHL || e.Op == token.SHR {
			return l.shift(e)
		}
		return l.comparison(e)
	case *ast.MapType:
		l.mapType(e)
	case *ast.StructType:
		l.blanks(e)
	case *ast.IndexExpr:
		return l.instantiation(e, e.X)
	case *ast.IndexListExpr:
		return l.instantiation(e, e.X)
	}
	return false
}

func (l *lowerer) ident(id *ast.Ident) bool {
	o := l.object(id)
	if o == nil {
		return false
	}
	if name := l.instanceOf(id); name != "" {
		l.b.WriteString(name)
		return true
	}
	if t, ok := o.(*types.TypeName); ok {
		if name := l.bound(t, id); name != "" {
			l.b.WriteString(name)
			return true
		}
	}
	if as, ok := l.rename[o]; ok {
		l.b.WriteString(as)
		return true
	}
	if name := l.name(o, id); name != id.Name {
		l.b.WriteString(name)
		return true
	}
	return false
}

// name is an object's name in the lowered text; at is blamed when it has none.
func (l *lowerer) name(o types.Object, at ast.Node) string {
	if p, ok := o.(*types.PkgName); ok {
		return l.pkg(p.Imported())
	}
	if isStd(o.Pkg()) && o.Parent() == o.Pkg().Scope() {
		return l.stdName(o, at)
	}
	if l.session(o) {
		if _, _, compiled := l.home(o); compiled {
			return l.sessionName(o, at)
		}
		if f, ok := o.(*types.Func); ok && l.method && f.Signature().Recv() == nil && f.Signature().TypeParams().Len() == 0 {
			return l.viaVariable(f)
		}
		return l.sessionName(o, at)
	}
	if v, ok := o.(*types.Var); ok && v.IsField() && v.Embedded() {
		return l.embedded(v)
	}
	if p := o.Pkg(); p != nil && p != l.c.Pkg && o.Parent() == p.Scope() {
		return l.pkg(p) + "." + o.Name() // of a dot import
	}
	return o.Name()
}

// embedded is the name of an embedded field, which is that of its type.
func (l *lowerer) embedded(v *types.Var) string {
	t := l.subst(v.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.(type) {
	case *types.Named:
		if t.TypeArgs().Len() > 0 || l.locals[t.Obj()] != "" {
			return l.typ(t, nil)
		}
		if l.session(t.Obj()) {
			return l.goName(t.Obj())
		}
	case *types.Alias:
		if l.session(t.Obj()) && t.TypeArgs().Len() == 0 {
			return l.goName(t.Obj())
		}
	}
	return v.Name()
}

// viaVariable lets a method reach a function of the session through a
// variable: a method can't be compiled again when the function is.
func (l *lowerer) viaVariable(f *types.Func) string {
	name := l.c.GoName(f)
	t := l.typ(f.Type(), nil)
	v := l.c.IndirectOf(name)
	switch {
	case v.Variable == "":
		v = check.Indirection{Variable: "w_f_" + name, Type: t}
	case v.Type != t:
		v = check.Indirection{Variable: v.Variable + "_", Type: t}
	case !l.fresh || l.indirect[v.Variable]:
		return v.Variable
	}
	l.c.Indirect(name, v)
	l.indirect[v.Variable] = true
	fmt.Fprintf(&l.file.head, "var %s %s;", v.Variable, t)
	fmt.Fprintf(&l.file.init, "%s=%s;", v.Variable, name)
	return v.Variable
}

// renew sets the variable of a function that is emitted again.
func (l *lowerer) renew(f *types.Func) {
	if l.c.Program {
		return
	}
	name := l.c.GoName(f)
	if v := l.c.IndirectOf(name); v.Variable != "" && !l.indirect[v.Variable] && !l.fresh && v.Type == l.typ(f.Type(), nil) {
		fmt.Fprintf(&l.file.init, "%s=%s;", v.Variable, name)
	}
}

func (l *lowerer) selector(e *ast.SelectorExpr) bool {
	if id, ok := e.X.(*ast.Ident); ok {
		if p, ok := l.info.Uses[id].(*types.PkgName); ok {
			return l.qualified(e, p)
		}
	}
	s := l.selection(e)
	if s == nil {
		return false
	}
	if l.member(e, s) {
		return true
	}
	switch s.Kind() {
	case types.MethodExpr:
		return l.methodExpr(e, s)
	case types.MethodVal:
		if !l.called(e) && l.interpreted(s.Recv()) {
			return l.methodValue(e, s)
		}
	}
	l.put(e.X)
	l.raw(e.X.End(), e.Sel.Pos())
	for _, f := range l.path(s) {
		l.b.WriteString(f + ".")
	}
	if v, ok := s.Obj().(*types.Var); ok && v.Embedded() {
		l.b.WriteString(l.embedded(v))
		return true
	}
	l.b.WriteString(e.Sel.Name)
	return true
}

// path lists the embedded fields of the session's types that a selection
// passes: the interpreter takes the deepest field where Go takes the
// shallowest, so it is told the whole way.
func (l *lowerer) path(s *selection) (names []string) {
	index := s.Index()
	t := s.Recv()
	for _, i := range index[:len(index)-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		if n, ok := types.Unalias(t).(*types.Named); ok && !l.mine(n) {
			return names // compiled types know better
		}
		f := st.Field(i)
		names = append(names, l.embedded(f))
		t = f.Type()
	}
	return names
}

// qualified writes pkg.Name.
func (l *lowerer) qualified(e *ast.SelectorExpr, p *types.PkgName) bool {
	l.provePackage(e, p)
	path := p.Imported().Path()
	if id, ok := l.std(path, e); ok {
		l.b.WriteString(id)
		return true
	}
	if name := l.instanceOf(e.Sel); name != "" {
		l.inParens(e, name)
		return true
	}
	l.b.WriteString(l.pkg(p.Imported()))
	l.raw(e.X.End(), e.Sel.Pos())
	l.b.WriteString(e.Sel.Name)
	return true
}

// called says whether the selector is what a call calls.
func (l *lowerer) called(e *ast.SelectorExpr) bool { return l.nested[e] }

// interpreted says whether a type, or what it points to, was declared in a
// cell.
func (l *lowerer) interpreted(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && l.mine(n)
}

// params writes names and types of a signature's parameters, and the
// arguments of a call that passes them on.
func (l *lowerer) params(sig *types.Signature, at ast.Node) (params, args string) {
	var ps, as []string
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		name := fmt.Sprintf("a%d", i)
		if sig.Variadic() && i == sig.Params().Len()-1 {
			ps = append(ps, name+" ..."+l.typ(t.(*types.Slice).Elem(), at))
			as = append(as, name+"...")
			continue
		}
		ps = append(ps, name+" "+l.typ(t, at))
		as = append(as, name)
	}
	return strings.Join(ps, ", "), strings.Join(as, ", ")
}

func (l *lowerer) results(sig *types.Signature, at ast.Node) (text, ret string) {
	switch sig.Results().Len() {
	case 0:
		return "", ""
	case 1:
		return " " + l.typ(sig.Results().At(0).Type(), at), "return "
	}
	return " " + l.typ(sig.Results(), at), "return "
}

// methodExpr writes T.M as a function literal.
func (l *lowerer) methodExpr(e *ast.SelectorExpr, s *selection) bool {
	f, ok := s.Obj().(*types.Func)
	if !ok {
		return false
	}
	sig := f.Signature()
	params, args := l.params(sig, e)
	res, ret := l.results(sig, e)
	if params != "" {
		params = ", " + params
	}
	path := ""
	for _, p := range l.path(s) {
		path += p + "."
	}
	l.inParens(e, fmt.Sprintf("func(r %s%s)%s { %sr.%s%s(%s) }", l.typ(s.Recv(), e), params, res, ret, path, e.Sel.Name, args))
	return true
}

// methodValue writes t.M so that it keeps the receiver that t has now.
func (l *lowerer) methodValue(e *ast.SelectorExpr, s *selection) bool {
	f, ok := s.Obj().(*types.Func)
	if !ok {
		return false
	}
	sig := f.Signature()
	recv := s.Recv()
	x := l.text(e.X)
	if _, ptr := sig.Recv().Type().(*types.Pointer); ptr && len(s.Index()) == 1 {
		if _, is := recv.Underlying().(*types.Pointer); !is {
			recv, x = types.NewPointer(recv), "&"+x
		}
	}
	path := ""
	for _, p := range l.path(s) {
		path += p + "."
	}
	params, args := l.params(sig, e)
	res, ret := l.results(sig, e)
	l.inParens(e, fmt.Sprintf("func(r %s) func(%s)%s { return func(%s)%s { %sr.%s%s(%s) } }(%s)",
		l.typ(recv, e), params, res, params, res, ret, path, e.Sel.Name, args, x))
	return true
}

// funcLit writes a function literal. Unless it is called on the spot, it is made
// inside a function of its own: the interpreter keeps the value of a literal in
// its function's frame, and puts back what was there before whenever the
// literal has run, so that goroutines made in a loop would run each other's
// functions or none. In a frame of its own it also keeps the variables that it
// uses as they are in this iteration.
func (l *lowerer) funcLit(e *ast.FuncLit) {
	if l.direct[e] {
		l.funcText(e)
		return
	}
	l.b.WriteString("func() " + l.typ(l.typeOf(e), e) + " { return ")
	l.funcText(e)
	l.b.WriteString(" }()")
}

// funcText writes a function literal in a state of its own.
func (l *lowerer) funcText(e *ast.FuncLit) {
	sig, _ := l.typeOf(e).(*types.Signature)
	fs := &funcState{sig: sig, named: map[types.Object]bool{}}
	if e.Type.Results != nil {
		for _, f := range e.Type.Results.List {
			for _, n := range f.Names {
				fs.named[l.info.Defs[n]] = true
			}
		}
	}
	l.funcs = append(l.funcs, fs)
	if l.deferred[e] != "" {
		fs.recovers = l.deferred[e]
	}
	header := l.header
	l.header = 0
	l.literalType(e.Type)
	l.raw(e.Type.End(), e.Body.Pos())
	l.funcBody(e.Body, fs, "")
	l.header = header
	l.funcs = l.funcs[:len(l.funcs)-1]
}

// literalType writes the type of a function literal. Parameters without a name
// get one: the interpreter lets them share their place with the body's first
// variables.
func (l *lowerer) literalType(t *ast.FuncType) {
	if t.Params.NumFields() == 0 || len(t.Params.List[0].Names) > 0 {
		l.put(t)
		return
	}
	at := t.Pos()
	for _, f := range t.Params.List {
		l.raw(at, f.Type.Pos())
		l.b.WriteString("_ ")
		l.put(f.Type)
		at = f.Type.End()
	}
	if t.Results != nil {
		l.raw(at, t.Results.Pos())
		l.put(t.Results)
		at = t.Results.End()
	}
	l.raw(at, t.End())
}

// instantiation writes an explicit instantiation.
func (l *lowerer) instantiation(e ast.Expr, x ast.Expr) bool {
	id := genericIdent(x)
	if id == nil {
		return false
	}
	if tv := l.tv(e); tv.IsType() {
		if _, ok := l.info.Instances[id]; ok {
			l.b.WriteString(l.typ(tv.Type, e)) // parentheses might not be allowed
			return true
		}
		return false
	}
	if name := l.instanceOf(id); name != "" {
		l.inParens(e, name)
		return true
	}
	return false
}

func genericIdent(e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	}
	return nil
}

func (l *lowerer) call(e *ast.CallExpr) bool {
	fun := ast.Unparen(e.Fun)
	tv := l.tv(fun)
	switch {
	case tv.IsBuiltin():
		return l.builtin(e, fun)
	case tv.IsType():
		l.provePointer(e, tv.Type)
		l.proveAddress(e, tv.Type)
		return l.conversion(e, tv.Type)
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		l.nested[sel] = true
		if in, ok := sel.X.(*ast.SelectorExpr); ok && streams[in.Sel.Name][sel.Sel.Name] {
			l.nested[in] = true
		}
	}
	if lit, ok := fun.(*ast.FuncLit); ok {
		l.direct[lit] = true
	}
	pos := e.Fun.End()
	if id, ok := fun.(*ast.Ident); ok { // also (f)(x), which the interpreter does not know
		l.put(id)
	} else {
		l.put(e.Fun)
	}
	for _, a := range e.Args {
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, e.End())
	return true
}

// helper declares a function once per file and returns its name; text has a %s
// where the name goes.
func (l *lowerer) helper(key, lead, text string) string {
	if name, ok := l.file.helpers[key]; ok {
		return name
	}
	name := fmt.Sprintf("%s%d", lead, len(l.file.helpers)+1)
	l.file.helpers[key] = name
	l.file.tail.WriteString(strings.ReplaceAll(text, "%s", name) + "\n")
	return name
}

// bound writes a type that has its name from the function around it: a type
// parameter or a local type; "" is any other.
func (l *lowerer) bound(t *types.TypeName, at ast.Node) string {
	if p, ok := t.Type().(*types.TypeParam); ok {
		if _, ok := l.env[p]; ok {
			return l.typ(p, at)
		}
		return ""
	}
	return l.locals[t]
}

// conversion writes a conversion to a type whose text might read as something
// else in front of a parenthesis.
func (l *lowerer) conversion(e *ast.CallExpr, to types.Type) bool {
	if types.IsInterface(to) && len(e.Args) == 1 && !l.tv(e.Args[0]).IsNil() {
		if l.box[e.Args[0]] != nil {
			l.put(e.Args[0]) // becomes the interface there
			return true
		}
		// The interpreter loses what a call of the interface's name converts.
		t := l.typ(to, e)
		l.inParens(e, l.helper("into "+t, "w_into", "func %s(v "+t+") "+t+" { return v }")+"("+l.text(e.Args[0])+")")
		return true
	}
	id, ok := e.Fun.(*ast.Ident)
	if !ok {
		return false
	}
	if _, param := l.info.TypeOf(id).(*types.TypeParam); !param {
		return false
	}
	l.b.WriteString("(" + l.typ(to, e) + ")")
	pos := e.Fun.End()
	for _, a := range e.Args {
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, e.End())
	return true
}

// boxInto writes an expression as an argument of a function that turns it into
// an interface: in place the interpreter would store it wrongly.
func (l *lowerer) boxInto(e ast.Expr, to types.Type) {
	from := l.typeOf(e)
	if b, ok := from.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		from = types.Default(from)
	}
	ft, tt := l.typ(from, e), l.typ(to, e)
	body := "var r " + tt + " = v; return r"
	if types.IsInterface(from) {
		body = "if v == nil { return nil }; var a interface{}; a = v; var r " + tt + "; r = " + l.helpers() + ".Flat(a); return r"
	}
	l.b.WriteString(l.helper("box "+ft+" "+tt, "w_box", "func %s(v "+ft+") "+tt+" { "+body+" }") + "(")
	l.put(e)
	l.b.WriteString(")")
}

// wrapped writes the name of a declared function as a literal that calls it:
// the interpreter can't return the name.
func (l *lowerer) wrapped(e ast.Expr) {
	sig, ok := l.typeOf(e).Underlying().(*types.Signature)
	if !ok {
		l.put(e)
		return
	}
	params, args := l.params(sig, e)
	res, ret := l.results(sig, e)
	l.inParens(e, "func("+params+")"+res+" { "+ret+l.text(e)+"("+args+") }")
}

// isFunc says whether an expression is the name of a declared function.
func (l *lowerer) isFunc(e ast.Expr) bool {
	id := genericIdent(e)
	if ix, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
		id = genericIdent(ix.X)
	}
	if id == nil {
		return false
	}
	f, ok := l.object(id).(*types.Func)
	return ok && f.Signature().Recv() == nil && (f.Pkg() == l.c.Pkg || isStd(f.Pkg()) || f.Signature().TypeParams().Len() > 0)
}

// received writes a receive operation in parentheses: without them the
// interpreter would put another place under the name of the variable that it is
// assigned to.
func (l *lowerer) received(e *ast.UnaryExpr) bool {
	if _, two := l.typeOf(e).(*types.Tuple); two {
		return false
	}
	l.b.WriteString("(")
	l.children(e)
	l.b.WriteString(")")
	return true
}

// notNil notes that an expression, if it is *p, must end with an error for a nil
// p: where values become strings or elements of a map, or are thrown away, the
// interpreter goes on without a value.
func (l *lowerer) notNil(e ast.Expr) {
	if s, ok := ast.Unparen(e).(*ast.StarExpr); ok && !l.tv(s).IsType() {
		l.checked[s] = true
	}
}

// deref writes *p of which notNil has been told.
func (l *lowerer) deref(e *ast.StarExpr) bool {
	if !l.checked[e] {
		return false
	}
	t := l.typ(l.typeOf(e), e)
	l.b.WriteString(l.helper("deref "+t, "w_deref", "func %s(p *"+t+") "+t+" { v := *p; return v }") + "(")
	l.put(e.X)
	l.b.WriteString(")")
	return true
}

// elementOfPointer writes &p[i] for a pointer p to an array, whose elements the
// interpreter only finds after *p.
func (l *lowerer) elementOfPointer(e *ast.UnaryExpr) bool {
	ix, ok := ast.Unparen(e.X).(*ast.IndexExpr)
	if !ok {
		return false
	}
	t := l.typeOf(ix.X)
	if t == nil || !isPointer(t) {
		return false
	}
	l.b.WriteString("&(*")
	l.put(ix.X)
	l.b.WriteString(")")
	l.raw(ix.X.End(), ix.Index.Pos())
	l.put(ix.Index)
	l.raw(ix.Index.End(), e.End())
	return true
}

// logical says whether an expression computes a truth value in place.
func logical(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		switch e.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR:
			return true
		}
	case *ast.UnaryExpr:
		return e.Op == token.NOT
	}
	return false
}
