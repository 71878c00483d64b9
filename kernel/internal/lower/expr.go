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
	case *ast.BinaryExpr:
		l.comparison(e)
	case *ast.MapType:
		l.mapType(e)
	case *ast.IndexExpr:
		return l.instance(e, e.X)
	case *ast.IndexListExpr:
		return l.instance(e, e.X)
	}
	return false
}

func (l *lowerer) ident(id *ast.Ident) bool {
	o := l.c.Object(id)
	if o == nil {
		return false
	}
	if as, ok := l.rename[o]; ok {
		l.b.WriteString(as)
		return true
	}
	if name := l.name(o); name != id.Name {
		l.b.WriteString(name)
		return true
	}
	return false
}

// name is an object's name in the lowered text.
func (l *lowerer) name(o types.Object) string {
	if p, ok := o.(*types.PkgName); ok {
		return l.pkg(p.Imported())
	}
	if l.c.Session(o) {
		if f, ok := o.(*types.Func); ok && l.method && f.Signature().Recv() == nil && f.Signature().TypeParams().Len() == 0 {
			return l.viaVariable(f)
		}
		return l.c.GoName(o)
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
	t := v.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	var o *types.TypeName
	switch t := t.(type) {
	case *types.Named:
		o = t.Obj()
	case *types.Alias:
		o = t.Obj()
	}
	if o != nil && l.c.Session(o) {
		return l.c.GoName(o)
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

// unsupported functions of packages and what to use instead. Generic functions
// of packages that are missing here are refused with a general message.
var instead = map[string]string{
	"slices.Sort": "sort.Ints, sort.Strings or sort.Slice", "slices.SortFunc": "sort.Slice", "slices.SortStableFunc": "sort.SliceStable",
	"slices.BinarySearch": "sort.Search", "slices.Collect": "a loop with append", "slices.Sorted": "a loop with append, then sort.Slice",
	"maps.Keys": "a loop over the map", "maps.Values": "a loop over the map", "sync.OnceValue": "sync.Once and a variable",
	"sync.OnceValues": "sync.Once and variables", "atomic.Pointer": "atomic.Value", "errors.AsType": "errors.As",
}

func (l *lowerer) selector(e *ast.SelectorExpr) bool {
	if id, ok := e.X.(*ast.Ident); ok {
		if p, ok := l.c.Info.Uses[id].(*types.PkgName); ok {
			return l.qualified(e, p)
		}
	}
	s := l.c.Info.Selections[e]
	if s == nil {
		return false
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
func (l *lowerer) path(s *types.Selection) (names []string) {
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
		if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != l.c.Pkg {
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
	path := p.Imported().Path()
	o := l.c.Info.Uses[e.Sel]
	if id, ok := l.std(path, e); ok {
		l.b.WriteString(id)
		return true
	}
	if f, ok := o.(*types.Func); ok && f.Signature().TypeParams().Len() > 0 && !l.asIs[e] {
		l.generic(e, f)
		return true
	}
	if t, ok := o.(*types.TypeName); ok {
		if n, ok := types.Unalias(t.Type()).(*types.Named); ok && n.TypeParams().Len() > 0 {
			if path != "iter" {
				l.refuse(e, use(p.Imported().Name()+"."+e.Sel.Name), "the generic type %s.%s is not supported", p.Imported().Name(), e.Sel.Name)
			}
		}
	}
	if path == "unsafe" && unsafeCalls[e.Sel.Name] {
		l.refuse(e, "", "unsafe.%s is not supported", e.Sel.Name)
	}
	l.b.WriteString(l.pkg(p.Imported()))
	l.raw(e.X.End(), e.Sel.Pos())
	l.b.WriteString(e.Sel.Name)
	return true
}

var unsafeCalls = map[string]bool{"Slice": true, "SliceData": true, "String": true, "StringData": true, "Add": true}

func use(name string) string {
	if s := instead[name]; s != "" {
		return "use " + s
	}
	return ""
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
	return ok && n.Obj().Pkg() == l.c.Pkg
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
func (l *lowerer) methodExpr(e *ast.SelectorExpr, s *types.Selection) bool {
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
func (l *lowerer) methodValue(e *ast.SelectorExpr, s *types.Selection) bool {
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
	l.b.WriteString("func() " + l.typ(l.c.Info.TypeOf(e), e) + " { return ")
	l.funcText(e)
	l.b.WriteString(" }()")
}

// funcText writes a function literal in a state of its own.
func (l *lowerer) funcText(e *ast.FuncLit) {
	sig, _ := l.c.Info.TypeOf(e).(*types.Signature)
	fs := &funcState{sig: sig, named: map[types.Object]bool{}}
	if e.Type.Results != nil {
		for _, f := range e.Type.Results.List {
			for _, n := range f.Names {
				fs.named[l.c.Info.Defs[n]] = true
			}
		}
	}
	l.funcs = append(l.funcs, fs)
	header := l.header
	l.header = 0
	l.children(e)
	l.header = header
	l.funcs = l.funcs[:len(l.funcs)-1]
}

// instance writes an explicit instantiation.
func (l *lowerer) instance(e ast.Expr, x ast.Expr) bool {
	tv, ok := l.c.Info.Types[e]
	if !ok || tv.Value != nil {
		return false
	}
	if id := genericIdent(x); id != nil {
		if _, ok := l.c.Info.Instances[id]; ok {
			if tv.IsType() {
				if n, ok := types.Unalias(tv.Type).(*types.Named); ok && n.Obj().Pkg() != l.c.Pkg {
					l.inParens(e, l.typ(tv.Type, e))
					return true
				}
				return false
			}
			if f, ok := l.c.Info.Uses[id].(*types.Func); ok && f.Pkg() == l.c.Pkg {
				l.inParens(e, l.instantiated(id))
				return true
			}
		}
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

// instantiated writes a generic function of the session with all its type
// arguments.
func (l *lowerer) instantiated(id *ast.Ident) string {
	in := l.c.Info.Instances[id]
	var args []string
	for i := range in.TypeArgs.Len() {
		args = append(args, l.typ(in.TypeArgs.At(i), id))
	}
	return l.c.GoName(l.c.Object(id)) + "[" + strings.Join(args, ",") + "]"
}

func (l *lowerer) call(e *ast.CallExpr) bool {
	fun := ast.Unparen(e.Fun)
	tv := l.c.Info.Types[fun]
	switch {
	case tv.IsBuiltin():
		return l.builtin(e, fun)
	case tv.IsType():
		return false
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		l.nested[sel] = true
		if in, ok := sel.X.(*ast.SelectorExpr); ok && streams[in.Sel.Name][sel.Sel.Name] {
			l.nested[in] = true
		}
		if f, ok := l.c.Info.Uses[sel.Sel].(*types.Func); ok && f.Signature().TypeParams().Len() > 0 && f.Pkg() != l.c.Pkg {
			return l.genericCall(e, sel, f)
		}
	}
	if ix, ok := fun.(*ast.IndexExpr); ok {
		if sel, ok := ast.Unparen(ix.X).(*ast.SelectorExpr); ok {
			if f, ok := l.c.Info.Uses[sel.Sel].(*types.Func); ok && f.Signature().TypeParams().Len() > 0 && f.Pkg() != l.c.Pkg {
				return l.genericCall(e, sel, f)
			}
		}
	}
	if lit, ok := fun.(*ast.FuncLit); ok {
		l.direct[lit] = true
	}
	pos := e.Fun.End()
	if id, ok := fun.(*ast.Ident); ok { // also (f)(x), which the interpreter does not know
		if _, inst := l.c.Info.Instances[id]; inst && l.c.Session(l.c.Object(id)) {
			l.b.WriteString(l.instantiated(id))
		} else {
			l.put(id)
		}
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

// bound says whether a type has its name from the function around it: a type
// parameter or a local type.
func (l *lowerer) bound(t types.Type) bool {
	found := false
	seen := map[types.Type]bool{}
	var walk func(t types.Type)
	walk = func(t types.Type) {
		if t == nil || seen[t] || found {
			return
		}
		seen[t] = true
		switch t := types.Unalias(t).(type) {
		case *types.TypeParam:
			found = true
		case *types.Named:
			if t.Obj().Pkg() == l.c.Pkg && !l.c.Session(t.Obj()) {
				found = true
			}
			for i := range t.TypeArgs().Len() {
				walk(t.TypeArgs().At(i))
			}
		case *types.Pointer:
			walk(t.Elem())
		case *types.Slice:
			walk(t.Elem())
		case *types.Array:
			walk(t.Elem())
		case *types.Chan:
			walk(t.Elem())
		case *types.Map:
			walk(t.Key())
			walk(t.Elem())
		case *types.Tuple:
			for i := range t.Len() {
				walk(t.At(i).Type())
			}
		case *types.Signature:
			walk(t.Params())
			walk(t.Results())
		case *types.Struct:
			for i := range t.NumFields() {
				walk(t.Field(i).Type())
			}
		}
	}
	walk(t)
	return found
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

// constant writes a constant expression as a literal of its type, because the
// interpreter computes untyped constants as if they had their default types.
func (l *lowerer) constant(e ast.Expr) bool {
	tv, ok := l.c.Info.Types[e]
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
