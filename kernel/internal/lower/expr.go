package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
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
		return l.assertion(e)
	case *ast.CompositeLit:
		return l.made(e)
	case *ast.UnaryExpr:
		return e.Op == token.AND && l.address(e)
	case *ast.BinaryExpr:
		if e.Op == token.SHL || e.Op == token.SHR {
			return l.shift(e)
		}
		l.comparison(e)
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
	l.put(e.Type)
	l.raw(e.Type.End(), e.Body.Pos())
	l.funcBody(e.Body, fs, "")
	l.header = header
	l.funcs = l.funcs[:len(l.funcs)-1]
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

// ---- constants

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
		// The interpreter loses what a call of the interface's name converts.
		t := l.typ(to, e)
		l.inParens(e, l.helper("into "+t, "w_into", "func %s(v "+t+") "+t+" { var r "+t+" = v; return r }")+"("+l.text(e.Args[0])+")")
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

// known is what the checker recorded for an expression, if it did.
func (l *lowerer) known(e ast.Expr) (types.TypeAndValue, bool) {
	_, ok := l.info.Types[e]
	return l.tv(e), ok
}

// constant writes a constant expression as a literal of its type, because the
// interpreter computes untyped constants as if they had their default types.
func (l *lowerer) constant(e ast.Expr) bool {
	tv, ok := l.known(e)
	if !ok || tv.Value == nil || tv.IsType() {
		return false
	}
	switch x := e.(type) {
	case *ast.BasicLit:
		return l.basicLit(x, tv)
	case *ast.Ident:
		if x.Name == "true" || x.Name == "false" {
			return false
		}
	case *ast.ParenExpr:
		return false
	}
	s, ok := l.literal(tv.Value, tv.Type, e)
	if !ok {
		return false
	}
	l.inParens(e, s)
	return true
}

func (l *lowerer) basicLit(x *ast.BasicLit, tv types.TypeAndValue) bool {
	b, ok := tv.Type.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	info := b.Info()
	switch {
	case x.Kind == token.FLOAT && info&types.IsInteger != 0,
		x.Kind == token.IMAG && info&types.IsComplex == 0,
		x.Kind == token.CHAR && info&types.IsFloat != 0,
		x.Kind == token.INT && info&types.IsComplex != 0,
		x.Kind == token.FLOAT && info&types.IsComplex != 0:
		s, ok := l.literal(tv.Value, tv.Type, x)
		if ok {
			l.b.WriteString(s)
		}
		return ok
	}
	return false
}

// literal writes a value of a type.
func (l *lowerer) literal(v constant.Value, t types.Type, at ast.Node) (string, bool) {
	if _, param := types.Unalias(t).(*types.TypeParam); param {
		return "", false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		// An interface: the constant has its default type.
		switch v.Kind() {
		case constant.Bool:
			b = types.Typ[types.Bool]
		case constant.String:
			b = types.Typ[types.String]
		default:
			return "", false
		}
		t = b
	}
	if b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
		b, ok = t.Underlying().(*types.Basic)
		if !ok || b.Kind() == types.UntypedNil {
			return "", false
		}
	}
	plain := ""
	bare := false // the literal alone has the type
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		plain, bare = v.String(), b.Kind() == types.Bool
	case info&types.IsString != 0:
		plain, bare = quote(constant.StringVal(v)), true
	case info&types.IsInteger != 0:
		plain, bare = constant.ToInt(v).ExactString(), b.Kind() == types.Int
	case info&types.IsFloat != 0:
		plain, bare = floatText(v, b.Kind() == types.Float32), b.Kind() == types.Float64
	case info&types.IsComplex != 0:
		v = constant.ToComplex(v)
		re, im := floatText(constant.Real(v), b.Kind() == types.Complex64), floatText(constant.Imag(v), b.Kind() == types.Complex64)
		half := "float64"
		if b.Kind() == types.Complex64 {
			half = "float32"
		}
		name := l.helper("complex "+half, "w_complex", "func %s(a, b "+half+") "+b.Name()+" { return complex(a, b) }")
		plain, bare = name+"("+re+", "+im+")", true
	default:
		return "", false
	}
	if _, named := types.Unalias(t).(*types.Basic); bare && named {
		if strings.HasPrefix(plain, "-") {
			return "(" + plain + ")", true
		}
		return plain, true
	}
	return l.typ(t, at) + "(" + plain + ")", true
}

// boxInto writes an expression as an argument of a function that turns it into
// an interface: in place the interpreter would store it wrongly.
func (l *lowerer) boxInto(e ast.Expr, to types.Type) {
	from := l.typeOf(e)
	if b, ok := from.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		from = types.Default(from)
	}
	ft, tt := l.typ(from, e), l.typ(to, e)
	l.b.WriteString(l.helper("box "+ft+" "+tt, "w_box", "func %s(v "+ft+") "+tt+" { var r "+tt+" = v; return r }") + "(")
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

// shift writes a shift by a constant, which may be written as any number, with
// a count that is an integer.
func (l *lowerer) shift(e *ast.BinaryExpr) bool {
	v := l.tv(e.Y).Value
	if v == nil || v.Kind() == constant.Unknown {
		return l.shifted(e)
	}
	l.put(e.X)
	l.raw(e.X.End(), e.Y.Pos())
	l.inParens(e.Y, "uint("+constant.ToInt(v).ExactString()+")")
	return true
}

// shifted writes a shift of a constant by a variable: the interpreter would
// take the constant for an int.
func (l *lowerer) shifted(e *ast.BinaryExpr) bool {
	t := l.typeOf(e)
	if l.tv(e).Value != nil || l.tv(e.X).Value == nil || types.Identical(t, types.Typ[types.Int]) {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 {
		return false
	}
	if b.Info()&types.IsUntyped != 0 {
		return false
	}
	s, ok := l.literal(l.tv(e.X).Value, t, e.X)
	if !ok {
		return false
	}
	ts := l.typ(t, e)
	l.inParens(e.X, l.helper("constant "+ts, "w_const", "func %s(v "+ts+") "+ts+" { return v }")+"("+s+")")
	l.raw(e.X.End(), e.Y.Pos())
	l.put(e.Y)
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
