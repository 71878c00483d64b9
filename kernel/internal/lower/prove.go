package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// The interpreter erases the names, methods and unexported fields of a cell's
// own types wherever compiled code looks at their values, and takes two types
// of one shape for the same. What follows finds where that would be seen, and
// refuses it; TestIdentity has an example of each.

const compileHint = "compiled cells can do it: install Go, or choose %engine auto"

// printers are the methods by which package fmt and the encodings ask a value.
var printers = []string{"String", "Error", "Format", "GoString"}

// prove refuses a conversion to an interface that would be seen to be wrong.
func (l *lowerer) prove(e ast.Expr, from, to types.Type, s sink) {
	if l.inStd() {
		return // our own text, which looks at nothing
	}
	if l.tv(e).IsNil() || l.ownInterface(to) {
		return
	}
	iface, ok := to.Underlying().(*types.Interface)
	if !ok {
		return
	}
	if types.IsInterface(from) {
		l.proveInterface(e, from, iface, s)
		return
	}
	if s.callee == nil || keepers[s.path()] {
		l.flowShape(e, from)
	}
	w := l.looking()
	w.walk(from, 0, true)
	if s.prints() && w.holds {
		l.look(e, flowText, "printing a "+l.shortType(from))
	}
	if len(w.own) == 0 && !w.hidden && w.iface == "" {
		return
	}
	top := l.own(from)
	name := l.shortType(from)
	if s.panics && top != nil && types.NewMethodSet(types.NewPointer(top)).Len() > 0 {
		l.refuse(e, "panic with a string or an error made by fmt.Errorf; "+compileHint, "panic with a %s, which has methods, is not supported", name)
		return
	}
	if iface.NumMethods() > 0 {
		if top == nil {
			return
		}
		for _, m := range []string{"Unwrap", "Is", "As"} {
			if l.has(from, m) && l.has(from, "Error") {
				l.refuse(e, compileHint, "an error type with the method %s is not supported", m)
				return
			}
		}
		l.flow(e, flowType|flowEqual|flowError, name)
		loose := l.record.loose
		if !l.c.Program {
			loose |= l.mem.record.loose
		}
		l.flow(e, loose, name)
		return
	}
	switch {
	case s.prints():
		l.proveText(e, from, top, w, s)
		return
	case keepers[s.path()]:
		return
	case s.callee != nil && s.callee.Pkg() != nil:
		switch p := s.callee.Pkg().Path(); {
		case p == "encoding/json":
			switch {
			case w.hidden:
				l.refuse(e, "export the fields, begin them with a capital letter; "+compileHint, "JSON of a %s, which has unexported fields, is not supported", name)
			case w.method != "" || w.iface != "" || top != nil && (l.has(from, "MarshalJSON") || l.has(from, "MarshalText") || l.has(from, "UnmarshalJSON") || l.has(from, "UnmarshalText")):
				l.refuse(e, compileHint, "JSON of a %s, which holds values with methods, is not supported", name)
			}
			return
		case p == "reflect" && s.callee.Name() == "DeepEqual" && len(w.plain) == 0 && w.iface == "":
			l.refuseSame(e, w)
			return
		case p == "reflect" || strings.HasPrefix(p, "encoding/") || strings.HasSuffix(p, "/template") || p == "errors":
			l.refuse(e, compileHint, "giving a %s to %s.%s is not supported", name, s.callee.Pkg().Name(), s.callee.Name())
			return
		}
	}
	// It goes anywhere.
	var what flow
	switch {
	case w.method != "" && s.callee != nil:
		l.refuse(e, compileHint, "a %s, which holds a %s with methods, as a value of type %s is not supported", name, w.method, l.shortType(to))
		return
	case w.iface != "" && s.callee != nil:
		l.refuse(e, compileHint, "a %s, which holds a %s, as a value of type %s is not supported", name, w.iface, l.shortType(to))
		return
	case w.method != "" || w.iface != "":
		what |= flowText | flowHidden
	case len(w.plain) > 0 && s.callee != nil:
		l.refuse(e, "convert it to "+w.plain[0].Underlying().String()+" first; "+compileHint, "a %s as a value of type %s is not supported", name, l.shortType(to))
		return
	}
	if s.callee != nil && l.refuseSame(e, w) {
		return
	}
	if w.hidden {
		what |= flowHidden
	}
	if top != nil {
		for _, m := range printers {
			if l.has(types.NewPointer(top), m) {
				what |= flowText
			}
		}
	}
	for _, n := range w.own {
		what |= flowType
		if types.NewMethodSet(types.NewPointer(n)).Len() > 0 || l.sameShape(n) != "" {
			what |= flowEqual
		}
	}
	l.flow(e, what, name)
}

// refuseSame refuses a type that the interpreter takes for another one.
func (l *lowerer) refuseSame(e ast.Expr, w *looker) bool {
	for _, n := range w.own {
		if other := l.sameShape(n); other != "" {
			l.refuse(e, "give one of them another field; "+compileHint, "telling %s from %s, which has the same fields, in an interface is not supported", n.Obj().Name(), other)
			return true
		}
	}
	return false
}

// sameShape names another type of cells with the same underlying type.
func (l *lowerer) sameShape(n *types.Named) string {
	if _, basic := n.Underlying().(*types.Basic); basic || types.IsInterface(n) {
		return ""
	}
	if other := l.c.SameShape(n); other != "" {
		return other
	}
	if l.c.Program {
		scope := l.c.Pkg.Scope()
		for _, name := range scope.Names() {
			if t, ok := scope.Lookup(name).(*types.TypeName); ok && !t.IsAlias() && t != n.Origin().Obj() && types.Identical(t.Type().Underlying(), n.Underlying()) {
				return name
			}
		}
	}
	return ""
}

// proveInterface looks at an interface of a cell that becomes another one.
func (l *lowerer) proveInterface(e ast.Expr, from types.Type, to *types.Interface, s sink) {
	if !l.ownInterface(from) && !empty(from) && to.NumMethods() == 0 && (s.callee == nil || keepers[s.path()]) {
		l.loosen(e, s)
	}
	if !l.ownInterface(from) || to.NumMethods() > 0 {
		if s.prints() && empty(from) {
			l.look(e, flowText, "printing a "+l.shortType(from))
		}
		if !l.ownInterface(from) && s.prints() && (s.verb == 'T' || s.sharp) {
			l.look(e, flowType, "printing the type of what a "+l.shortType(from)+" holds")
		} else if !l.ownInterface(from) && s.prints() && s.plus {
			l.look(e, flowHidden, "printing the fields of what a "+l.shortType(from)+" holds")
		} else if !l.ownInterface(from) && s.callee != nil && s.callee.Pkg() != nil && (s.callee.Pkg().Path() == "reflect" && s.callee.Name() != "DeepEqual" || strings.HasPrefix(s.callee.Pkg().Path(), "encoding/")) {
			l.look(e, flowType|flowHidden, "looking at what a "+l.shortType(from)+" holds with "+s.path())
		} else if s.path() == "errors.Is" || s.path() == "errors.As" {
			l.lookErrors(e, s)
		}
		return
	}
	switch name := l.shortType(from); {
	case s.prints() && (s.verb == 'T' || s.sharp || s.plus || s.verb == 0):
		l.refuse(e, compileHint, "printing the type of what a %s holds is not supported", name)
	case s.prints() && l.textual(e, from, s):
	case s.callee != nil && l.printableIface(from):
		l.refuse(e, "call the method that gives the text; "+compileHint, "printing a %s is not supported", name)
	default:
		l.flow(e, flowType|flowEqual|flowHidden|flowText, name)
	}
}

// loosen notes that a value of an interface of a compiled package becomes one of
// type any. The interpreter has wrapped it if it is of a cell's type, and would
// not find that type any more.
func (l *lowerer) loosen(e ast.Expr, s sink) {
	how := flowWrapped
	if s.panics {
		how = flowPanicked
	}
	l.record.loose |= how
	if name := l.recorded(func(r *record) string { return r.flows[flowError] }); name != "" {
		l.flow(e, how, name)
	}
}

// printableIface says whether what an interface holds may have its own
// text.
func (l *lowerer) printableIface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for _, m := range printers {
		if l.has(t, m) {
			return true
		}
	}
	for _, o := range l.sessionTypes() {
		for _, c := range []types.Type{o.Type(), types.NewPointer(o.Type())} {
			if n, ok := o.Type().(*types.Named); ok && n.TypeParams().Len() > 0 || !types.Implements(c, i) {
				continue
			}
			for _, m := range printers {
				if l.has(c, m) {
					return true
				}
			}
		}
	}
	return false
}

// sessionTypes are the types that cells have declared.
func (l *lowerer) sessionTypes() (list []*types.TypeName) {
	scope := l.c.Pkg.Scope()
	for _, name := range scope.Names() {
		if t, ok := scope.Lookup(name).(*types.TypeName); ok {
			list = append(list, t)
		}
	}
	if !l.c.Program {
		for _, n := range l.c.World.Names() {
			if d := l.c.World.Decl(n.Name); d != nil {
				if t, ok := d.Obj.(*types.TypeName); ok {
					list = append(list, t)
				}
			}
		}
	}
	return list
}

// proveText looks at what package fmt or log prints.
func (l *lowerer) proveText(e ast.Expr, from types.Type, top *types.Named, w *looker, s sink) {
	name := l.shortType(from)
	own := len(w.own) > 0
	texts := false // fmt asks the value itself for its text
	value, pointer := false, false
	if top != nil {
		for _, m := range printers[:3] {
			value = value || l.has(from, m)
			pointer = pointer || l.has(types.NewPointer(top), m)
		}
		texts = value
	}
	switch {
	case s.verb == 0 && own:
		l.refuse(e, "write the format as a constant; "+compileHint, "a %s printed with a format that is not constant is not supported", name)
	case s.verb == 'T' && own:
		l.refuse(e, compileHint, "printing the type of a %s is not supported", name)
	case s.sharp && (own || w.hidden):
		l.refuse(e, compileHint, "printing a %s with %%#%c is not supported", name, s.verb)
	case s.verb == 'w' && own:
		l.refuse(e, compileHint, "wrapping a %s with %%w is not supported", name)
	case s.plus && w.hidden && !texts:
		l.refuse(e, "use %v, or export the fields; "+compileHint, "printing a %s, which has unexported fields, with %%+v is not supported", name)
	case top != nil && pointer && !value:
		l.refuse(e, "print &x, or give the methods a receiver that is no pointer; "+compileHint, "printing a %s, whose pointer has the method for its text, is not supported", name)
	case top != nil && isBasic(top) && !isPointer(from) && !verbFits(top, s.verb):
		l.refuse(e, compileHint, "printing a %s with %%%c is not supported", name, s.verb)
	case texts && !strings.ContainsRune("vsqxX", s.verb) && len(w.own) == 1 && len(w.plain) == 1 && isBasic(top) && !isPointer(from):
		l.flat[e] = top.Underlying() // fmt would not ask it for its text
	case texts && !strings.ContainsRune("vsq", s.verb):
		l.refuse(e, "convert it to "+top.Underlying().String()+" first; "+compileHint, "printing a %s, which has a method for its text, with %%%c is not supported", name, s.verb)
	case texts:
	case w.text != "":
		l.refuse(e, "print the elements one by one; "+compileHint, "printing a %s, which holds values of type %s with a method for their text, is not supported", name, w.text)
	case w.iface != "":
		l.refuse(e, "print the elements one by one; "+compileHint, "printing a %s, which holds values of the interface type %s, is not supported", name, w.iface)
	}
}

// has says whether a value of the type has the method.
func (l *lowerer) has(t types.Type, name string) bool {
	return types.NewMethodSet(t).Lookup(l.c.Pkg, name) != nil
}

// A looker finds what is inside of a type.
type looker struct {
	l      *lowerer
	seen   map[types.Type]bool
	own    []*types.Named // types of cells
	plain  []*types.Named // those that are no structs
	hidden bool           // a struct of cells has unexported fields
	text   string         // a type inside, not the type itself, with a text of its own that fmt would ask for
	method string         // one with any method of printers or for an encoding
	iface  string         // an interface of cells inside
	holds  bool           // any interface inside
}

func (l *lowerer) looking() *looker { return &looker{l: l, seen: map[types.Type]bool{}} }

// walk looks at a type; exported says that it is reached without an unexported
// field.
func (w *looker) walk(t types.Type, depth int, exported bool) {
	t = types.Unalias(t)
	if w.seen[t] {
		return
	}
	w.seen[t] = true
	w.holds = w.holds || types.IsInterface(t)
	if n, ok := t.(*types.Named); ok {
		if !w.l.mine(n) {
			return
		}
		if types.IsInterface(n) {
			if i := n.Underlying().(*types.Interface); i.NumMethods() > 0 && depth > 0 {
				w.iface = n.Obj().Name()
			}
			return
		}
		w.own = append(w.own, n)
		if _, ok := n.Underlying().(*types.Struct); !ok {
			w.plain = append(w.plain, n)
		}
		if depth > 0 && exported {
			for _, m := range append([]string{"MarshalJSON", "MarshalText", "UnmarshalJSON", "UnmarshalText"}, printers...) {
				if w.l.has(n, m) || w.l.has(types.NewPointer(n), m) {
					w.method = n.Obj().Name()
					if slices.Contains(printers, m) {
						w.text = n.Obj().Name()
					}
				}
			}
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		step := 1
		if depth == 0 {
			step = 0 // fmt looks through it
		}
		w.walk(u.Elem(), depth+step, exported)
	case *types.Slice:
		w.walk(u.Elem(), depth+1, exported)
	case *types.Array:
		w.walk(u.Elem(), depth+1, exported)
	case *types.Map:
		w.walk(u.Key(), depth+1, exported)
		w.walk(u.Elem(), depth+1, exported)
	case *types.Chan:
		w.walk(u.Elem(), depth+1, exported)
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			if !f.Exported() && f.Pkg() == w.l.c.Pkg {
				w.hidden = true
			}
			w.walk(f.Type(), depth+1, exported && f.Exported())
		}
	}
}

// impossible are functions whose results tell of compiled code.
var impossible = map[string]string{
	"runtime.Caller":           "line numbers of the interpreter's own code",
	"runtime.Callers":          "calls of the interpreter",
	"runtime.CallersFrames":    "calls of the interpreter",
	"runtime.FuncForPC":        "functions of the interpreter",
	"runtime.Stack":            "calls of the interpreter",
	"runtime/debug.Stack":      "calls of the interpreter",
	"testing.AllocsPerRun":     "the interpreter allocates memory of its own",
	"runtime/debug.PrintStack": "calls of the interpreter",
	"log.Lshortfile":           "line numbers of the interpreter's own code",
	"log.Llongfile":            "line numbers of the interpreter's own code",
}

// member of a package that interpreted code can't use.
func (l *lowerer) provePackage(e *ast.SelectorExpr, p *types.PkgName) {
	name := p.Imported().Path() + "." + e.Sel.Name
	if why := impossible[name]; why != "" {
		l.refuse(e, compileHint, "%s.%s, which would tell of %s, is not supported", p.Imported().Name(), e.Sel.Name, why)
	}
}

// proveAssertion refuses to look for an interface in a value where the
// interpreter does not know the value's methods.
func (l *lowerer) proveAssertion(at ast.Node, from, to types.Type) bool {
	if empty(from) && !l.inStd() && !empty(to) {
		switch {
		case l.own(to) != nil || types.IsInterface(to) && l.ownInterface(to):
			l.look(at, flowWrapped|flowPanicked, "asking an interface for a "+l.shortType(to))
		case types.IsInterface(to):
			l.look(at, flowWrapped, "asking an interface for a "+l.shortType(to))
		}
	}
	i, ok := to.Underlying().(*types.Interface)
	if !ok || i.NumMethods() == 0 || l.ownInterface(from) {
		return true
	}
	_, named := types.Unalias(to).(*types.Named)
	if f, ok := from.Underlying().(*types.Interface); (l.ownInterface(to) || !named) && ok && f.NumMethods() > 0 {
		l.refuse(at, compileHint, "finding a %s in a value of type %s is not supported", l.shortType(to), l.shortType(from))
		return false
	}
	return l.inStd() || l.lookMethods(at, to)
}

// madeOf writes a type that is made of another named one without the methods,
// and refuses one that is made of a compiled one with methods, which
// the interpreter would let it inherit.
func (l *lowerer) madeOf(s *ast.TypeSpec) bool {
	if s.Assign.IsValid() || s.TypeParams != nil {
		return false
	}
	n, ok := types.Unalias(l.typeOf(s.Type)).(*types.Named)
	if !ok || types.IsInterface(n) || n.NumMethods() == 0 || n.TypeArgs().Len() > 0 {
		return false
	}
	if st, ok := n.Underlying().(*types.Struct); ok && !l.mine(n) {
		for i := range st.NumFields() {
			if !st.Field(i).Exported() {
				l.refuse(s, "put a "+l.shortType(n)+" into a struct as a field; "+compileHint, "a type made of %s is not supported", l.shortType(n))
				return false
			}
		}
	}
	l.put(s.Name)
	l.b.WriteString(" " + l.typ(n.Underlying(), s))
	l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(s.Name.End(), s.End()), "\n")))
	return true
}

// neverNil writes a pointer to a type of a cell that becomes an interface of a
// package: the interpreter takes a nil pointer there for a nil interface, so
// such a one ends the cell with a message.
func (l *lowerer) neverNil(e ast.Expr, from, to types.Type) bool {
	if empty(to) || l.own(from) == nil || l.argument[e] || l.ownInterface(to) && !l.valueMethod(from, to) {
		return false
	}
	if _, pointer := types.Unalias(from).(*types.Pointer); !pointer {
		return false
	}
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.AND {
		return false
	}
	ts := l.typ(from, e)
	msg := "a nil " + l.shortType(from) + " as a value of type " + l.shortType(to) + " is not supported in interpreted cells"
	l.b.WriteString(l.helper("nil "+ts+" "+msg, "w_nil", "func %s(p "+ts+") "+ts+" { if p == nil { panic("+quote(msg)+") }; return p }") + "(")
	l.put(e)
	l.b.WriteString(")")
	return true
}

// valueMethod says whether a pointer has one of an interface's methods from
// the type that it points to: calling it with a nil pointer is an error.
func (l *lowerer) valueMethod(pointer, to types.Type) bool {
	i, ok := to.Underlying().(*types.Interface)
	p, is := pointer.Underlying().(*types.Pointer)
	if !ok || !is {
		return false
	}
	set := types.NewMethodSet(p.Elem())
	for j := range i.NumMethods() {
		m := i.Method(j)
		if s := set.Lookup(m.Pkg(), m.Name()); s != nil && len(s.Index()) == 1 {
			return true
		}
	}
	return false
}

func isBasic(n *types.Named) bool {
	_, ok := n.Underlying().(*types.Basic)
	return ok
}

// textual has an interface of a cell printed by the method for its text, which
// compiled code would not find.
func (l *lowerer) textual(e ast.Expr, from types.Type, s sink) bool {
	if !strings.ContainsRune("vsq", s.verb) || s.plus || s.sharp {
		return false
	}
	method := ""
	for _, m := range []string{"Error", "String"} {
		if l.has(from, m) && method == "" {
			method = m
		}
	}
	if method == "" || l.has(from, "Format") {
		return false
	}
	i, ok := from.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for _, o := range l.sessionTypes() {
		for _, c := range []types.Type{o.Type(), types.NewPointer(o.Type())} {
			if n, ok := o.Type().(*types.Named); ok && n.TypeParams().Len() > 0 || !types.Implements(c, i) {
				continue
			}
			if l.has(c, "Format") || method == "String" && l.has(c, "Error") {
				return false
			}
		}
	}
	l.texts[e] = method
	return true
}

// spelled writes an expression that prove has found another form for.
func (l *lowerer) spelled(e ast.Expr) bool {
	if t := l.flat[e]; t != nil {
		delete(l.flat, e)
		l.b.WriteString(l.typ(t, e) + "(")
		l.put(e)
		l.b.WriteString(")")
		l.flat[e] = t
		return true
	}
	if m := l.texts[e]; m != "" {
		delete(l.texts, e)
		ts := l.typ(l.typeOf(e), e)
		l.b.WriteString(l.helper("text "+m+ts, "w_text", "func %s(v "+ts+") interface{} { if v == nil { return nil }; return v."+m+"() }") + "(")
		l.put(e)
		l.b.WriteString(")")
		l.texts[e] = m
		return true
	}
	return false
}

// provePointer refuses to look into values through unsafe.Pointer where the
// interpreter has others than Go in memory.
func (l *lowerer) provePointer(call *ast.CallExpr, to types.Type) {
	if l.inStd() {
		return
	}
	b, ok := to.Underlying().(*types.Basic)
	if !ok || b.Kind() != types.UnsafePointer || len(call.Args) != 1 {
		return
	}
	p, ok := l.typeOf(call.Args[0]).Underlying().(*types.Pointer)
	if ok && !l.liesAsInGo(p.Elem(), map[types.Type]bool{}) {
		l.refuse(call, compileHint, "unsafe.Pointer to a %s is not supported", l.shortType(p.Elem()))
	}
}

// proveAddress refuses to read where a string or a slice begins: the interpreter
// has an address of its own for an empty one.
func (l *lowerer) proveAddress(call *ast.CallExpr, to types.Type) {
	p, ok := to.Underlying().(*types.Pointer)
	if !ok || len(call.Args) != 1 {
		return
	}
	if b, ok := p.Elem().Underlying().(*types.Basic); !ok || b.Kind() != types.Uintptr {
		return
	}
	in, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
	if !ok || len(in.Args) != 1 {
		return
	}
	if q, ok := l.typeOf(in.Args[0]).Underlying().(*types.Pointer); ok {
		switch u := q.Elem().Underlying().(type) {
		case *types.Slice:
		case *types.Basic:
			if u.Info()&types.IsString == 0 {
				return
			}
		default:
			return
		}
		l.refuse(call, "use unsafe.StringData or unsafe.SliceData; "+compileHint, "the address in a %s as a number is not supported", l.shortType(q.Elem()))
	}
}

// liesAsInGo says whether the interpreter has values of a type in memory as Go
// has them: all but interfaces, functions, and types that contain themselves.
func (l *lowerer) liesAsInGo(t types.Type, above map[types.Type]bool) bool {
	t = types.Unalias(t)
	if above[t] {
		return false
	}
	if n, ok := t.(*types.Named); ok {
		if !l.mine(n) {
			return true
		}
		above[t] = true
		defer delete(above, t)
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return true
	case *types.Pointer:
		return l.liesAsInGo(u.Elem(), above)
	case *types.Slice:
		return l.liesAsInGo(u.Elem(), above)
	case *types.Array:
		return l.liesAsInGo(u.Elem(), above)
	case *types.Chan:
		return l.liesAsInGo(u.Elem(), above)
	case *types.Map:
		return l.liesAsInGo(u.Key(), above) && l.liesAsInGo(u.Elem(), above)
	case *types.Struct:
		for i := range u.NumFields() {
			if !l.liesAsInGo(u.Field(i).Type(), above) {
				return false
			}
		}
		return true
	}
	return false
}

// storeDeref writes m[k] = *p in two steps: the interpreter would store nothing
// for a nil pointer, instead of ending with an error.
func (l *lowerer) storeDeref(s *ast.AssignStmt) bool {
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 || s.Tok != token.ASSIGN || l.header > 0 {
		return false
	}
	ix, ok := ast.Unparen(s.Lhs[0]).(*ast.IndexExpr)
	star, deref := ast.Unparen(s.Rhs[0]).(*ast.StarExpr)
	if !ok || !deref {
		return false
	}
	if t := l.typeOf(ix.X); t == nil {
		return false
	} else if _, m := t.Underlying().(*types.Map); !m {
		return false
	}
	v := l.temp()
	l.padded(s, v+" := "+l.text(star)+"; "+l.text(ix)+" = "+v)
	return true
}
