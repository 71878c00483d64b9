package native

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// A field is how an unexported field of a struct is reached from other
// packages.
type field struct {
	path        string
	addr, value string // functions: from *T to *F, from T to F
	owner       string // the exported name of T in the package
}

// foreign says how a field of a struct is reached when it belongs to another
// package; nil if it is reached by its name. container is the type with the
// field, not a pointer.
func (w *writer) foreign(container types.Type, f *types.Var) *field {
	if f.Exported() || f.Pkg() != w.c.Pkg {
		return nil
	}
	switch t := types.Unalias(container).(type) {
	case *types.Struct:
		if h, _ := w.foreignShape(t); h != nil {
			return h.fields[f.Name()]
		}
	case *types.Named:
		o := t.Origin().Obj()
		if from := w.derived[o]; from != nil {
			return w.foreign(from, f)
		}
		if w.own[o] == "" {
			return w.s.homes[o].fields[f.Name()]
		}
	}
	return nil
}

func pointed(t types.Type) (elem types.Type, pointer bool) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem(), true
	}
	return t, false
}

// fieldDecl writes fields, parameters or methods of an interface.
func (w *writer) fieldDecl(f *ast.Field) {
	if len(f.Names) > 0 {
		w.children(f)
		return
	}
	// An embedded type's name is the field's.
	e := f.Type
	pos := f.Pos()
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	base := e
	switch x := e.(type) {
	case *ast.IndexExpr:
		base = x.X
	case *ast.IndexListExpr:
		base = x.X
	}
	id, ok := base.(*ast.Ident)
	o, _ := w.c.Info.Uses[id].(*types.TypeName)
	v, _ := w.c.Info.Defs[id].(*types.Var)
	if !ok || o == nil || v == nil || !v.Embedded() || !w.c.Session(o) {
		w.children(f)
		return
	}
	w.raw(pos, id.Pos())
	w.b.WriteString(w.embeddedName(w.c.Real(o).(*types.TypeName)))
	pos = id.End()
	switch x := e.(type) {
	case *ast.IndexExpr:
		pos = w.part(pos, x.Index)
	case *ast.IndexListExpr:
		for _, i := range x.Indices {
			pos = w.part(pos, i)
		}
	}
	w.raw(pos, f.End())
}

// fieldValue writes x.f if f, or a field on the way to it, belongs to another
// package.
func (w *writer) fieldValue(e *ast.SelectorExpr, s *types.Selection) bool {
	t := s.Recv()
	hidden := false
	for _, i := range s.Index() {
		t, _ = pointed(t)
		f := t.Underlying().(*types.Struct).Field(i)
		hidden = w.foreign(t, f) != nil
		t = f.Type()
	}
	if !hidden {
		return false // what Go promotes needs no way
	}
	x := w.text(e.X)
	// The name stands behind the expression, its function before it.
	at, several := "", w.lines(e.X.Pos(), e.Sel.Pos()) != ""
	if several {
		at = w.lineAt(e.Sel.Pos())
		x = w.lineAt(e.X.Pos()) + x + at
	}
	container, pointer := pointed(s.Recv())
	addressable := pointer || w.c.Info.Types[e.X].Addressable()
	fast := !pointer && !w.places[e] && w.small(e.X)
	for _, i := range s.Index() {
		f := container.Underlying().(*types.Struct).Field(i)
		h := w.foreign(container, f)
		switch {
		case h == nil:
			x += "." + f.Name()
			addressable = addressable || pointer
		case !w.owns(h, container):
			// A type made of another: its own layout tells where the field is.
			layout := w.layout(container)
			switch {
			case pointer:
				x = "(*" + layout + ")(" + w.unsafePointer() + "(" + x + "))." + f.Name()
			case addressable:
				x = "(*" + layout + ")(" + w.unsafePointer() + "(&" + x + "))." + f.Name()
			default:
				x = w.cast() + "[" + layout + "](" + x + ")." + f.Name()
			}
			addressable = addressable || pointer
		case pointer:
			x = "(*" + w.imported(h.path, "") + "." + h.addr + "(" + x + "))"
			addressable = true
		case addressable && !fast:
			x = "(*" + w.imported(h.path, "") + "." + h.addr + "(&" + x + "))"
		default:
			x = w.imported(h.path, "") + "." + h.value + "(" + x + ")"
			addressable = false
		}
		container, pointer = pointed(f.Type())
		fast = fast && !pointer
	}
	w.reached++
	if several {
		x = "(" + w.lines(e.X.End(), e.Sel.Pos()) + at + x + w.lineAt(e.End()) + ")"
	}
	w.b.WriteString(x)
	return true
}

// lineAt is a directive that says which place of the cell what follows is from.
func (w *writer) lineAt(p token.Pos) string {
	line, col := w.place(w.src, p)
	return fmt.Sprintf("/*line %s:%d:%d*/", w.src.Cell, line, col)
}

// owns says whether the functions of a field take this type.
func (w *writer) owns(h *field, container types.Type) bool {
	switch t := types.Unalias(container).(type) {
	case *types.Struct:
		sh, _ := w.foreignShape(t)
		return sh != nil && sh.path == h.path && sh.name == h.owner
	case *types.Named:
		path, name, ok := w.s.Home(t.Origin().Obj())
		return ok && path == h.path && name == h.owner
	}
	return false
}

// small says whether an expression is a small struct in a local variable, which
// the compiler keeps in registers unless its address is taken.
func (w *writer) small(e ast.Expr) bool {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			if t := w.c.Info.TypeOf(x.X); t == nil || isPointer(t) || w.c.Info.Selections[x] == nil {
				return false
			}
			e = x.X
			continue
		case *ast.Ident:
			o, ok := w.c.Info.Uses[x].(*types.Var)
			return ok && !w.c.Session(o) && o.Pkg() == w.c.Pkg && !w.bound(o.Type()) && sizes.Sizeof(o.Type()) <= 32
		}
		return false
	}
}

var sizes = types.SizesFor("gc", "amd64")

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func (w *writer) unsafePointer() string { return w.imported("unsafe", "unsafe") + ".Pointer" }

// cast is a function that gives a value another type of the same layout.
func (w *writer) cast() string {
	return w.helper("cast", "func %scast[T, F interface{}](v F) T { return *(*T)("+w.unsafePointer()+"(&v)) }")
}

// layout writes a struct type with the same fields in this package.
func (w *writer) layout(t types.Type) string {
	var b strings.Builder
	tw := &typeWriter{w: w, b: &b}
	tw.structure(t.Underlying().(*types.Struct), false)
	text := b.String()
	if w.bound(t) {
		return text
	}
	name, ok := w.mirrors[text]
	if !ok {
		name = fmt.Sprintf("%sm%d", w.prefix, len(w.mirrors)+1)
		w.mirrors[text] = name
		fmt.Fprintf(&w.decls, "type %s %s\n", name, text)
	}
	return name
}

// composite writes a literal of a struct with fields of another package: one of
// the same layout is made and gets the type. With address it is &T{}.
func (w *writer) composite(e *ast.CompositeLit, address bool) bool {
	t := w.c.Info.TypeOf(e)
	if t == nil {
		return false
	}
	if e.Type == nil && isPointer(t) {
		t, _ = pointed(t)
		address = true
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	hidden := false
	for i, x := range e.Elts {
		var f *types.Var
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			id, _ := kv.Key.(*ast.Ident)
			f, _ = w.c.Info.Uses[id].(*types.Var)
		} else if i < st.NumFields() {
			f = st.Field(i)
		}
		hidden = hidden || f != nil && w.foreign(t, f) != nil
	}
	if !hidden {
		s, ok := e.Type.(*ast.StructType)
		if !ok {
			return false
		}
		name := w.shapeName(st)
		if name == "" {
			return false
		}
		if address {
			w.b.WriteByte('&')
		}
		w.b.WriteString(name)
		w.raw(s.End(), e.Lbrace+1)
		w.b.WriteString(w.lines(s.Pos(), s.End()))
		w.elements(e)
		return true
	}
	name := ""
	lines := ""
	if _, literal := e.Type.(*ast.StructType); literal || e.Type == nil {
		name = w.typeIn(t)
		if literal {
			lines = w.lines(e.Pos(), e.Lbrace)
		}
	} else {
		name = w.text(e.Type)
		lines = w.lines(e.Type.End(), e.Lbrace)
	}
	if address {
		w.b.WriteString("(*" + name + ")(" + w.unsafePointer() + "(&" + w.layout(t) + "{" + lines)
		w.elements(e)
		w.b.WriteString("))")
		return true
	}
	w.b.WriteString(w.cast() + "[" + name + "](" + w.layout(t) + "{" + lines)
	w.elements(e)
	w.b.WriteString(")")
	return true
}

// elements writes a composite literal from behind its brace on.
func (w *writer) elements(e *ast.CompositeLit) {
	pos := e.Lbrace + 1
	for _, x := range e.Elts {
		pos = w.part(pos, x)
	}
	w.raw(pos, e.End())
}

// ---- conversions between structs of different packages

// differ says whether two types are the same layout for the language, but not
// for packages: one has hidden fields of one package, the other of another.
func (w *writer) differ(a, b types.Type) bool {
	ea, pa := pointed(a)
	eb, pb := pointed(b)
	if pa != pb {
		return false
	}
	sa, ok := ea.Underlying().(*types.Struct)
	sb, ok2 := eb.Underlying().(*types.Struct)
	if !ok || !ok2 || sa.NumFields() != sb.NumFields() {
		return false
	}
	for i := range sa.NumFields() {
		fa, fb := w.foreign(ea, sa.Field(i)), w.foreign(eb, sb.Field(i))
		if sa.Field(i).Name() != sb.Field(i).Name() {
			return false
		}
		if (fa == nil) != (fb == nil) || fa != nil && fa.path != fb.path {
			return true
		}
	}
	return false
}

// conversion writes T(x).
func (w *writer) conversion(e *ast.CallExpr, to types.Type) bool {
	if len(e.Args) != 1 {
		return false
	}
	from := w.c.Info.TypeOf(e.Args[0])
	if from == nil || !w.differ(from, to) {
		return false
	}
	w.b.WriteString(w.cast() + "[")
	w.put(e.Fun)
	w.b.WriteString("](")
	w.args(e)
	return true
}

// converted writes an expression for a place of another type.
func (w *writer) converted(e ast.Expr, to types.Type) {
	if name := w.stream(e); name != "" {
		lead := w.lines(e.Pos(), e.End())
		w.b.WriteString("(" + lead + w.dock() + "." + name + ")")
		return
	}
	w.b.WriteString(w.cast() + "[" + w.typeIn(to) + "](")
	w.put(e)
	w.b.WriteString(")")
}

// ---- what others use

// accessors writes the functions through which other packages reach the fields
// of the structs of this one.
func (w *writer) accessors(units []*check.Unit, src *Source, symbols map[string]string) {
	var made []*types.TypeName // of others
	for _, u := range units {
		ts, ok := u.Node.(*ast.TypeSpec)
		if !ok || ts.Assign.IsValid() || ts.Name.Name == "_" {
			continue
		}
		o := w.c.Info.Defs[ts.Name].(*types.TypeName)
		n := o.Type().(*types.Named)
		st, ok := n.Underlying().(*types.Struct)
		if !ok {
			continue
		}
		if w.derived[o] != nil {
			made = append(made, o)
			continue
		}
		params, args, names := w.parameters(typeParams(o))
		fields := w.reach(w.own[o], o.Name()+args, params, names, st, symbols)
		src.structs[w.own[o]] = fields
		if len(fields) > 0 && n.TypeParams().Len() == 0 {
			w.constructor(o.Name(), st, symbols)
		}
	}
	for _, key := range sorted(w.shapes) {
		h := w.shapes[key]
		var b strings.Builder
		params, args, names := w.parameters(h.params)
		tw := &typeWriter{w: w, b: &b, params: names}
		tw.structure(h.typ, true)
		fmt.Fprintf(&w.decls, "type %s%s = %s\n", h.name, params, b.String())
		if params == "" {
			symbols[h.name] = "(*" + h.name + ")(nil)"
		}
		h.fields = w.reach(h.name, h.name+args, params, names, h.typ, symbols)
	}
	for _, o := range made {
		src.structs[w.own[o]] = w.fieldsOf(o.Type(), src)
	}
}

// fieldsOf finds how the unexported fields of a type that is made of another
// one are reached.
func (w *writer) fieldsOf(t types.Type, src *Source) map[string]*field {
	switch t := types.Unalias(t).(type) {
	case *types.Struct:
		if h, _ := w.foreignShape(t); h != nil {
			return h.fields
		}
		if h := w.shapes[w.shapeKey(t)]; h != nil {
			return h.fields
		}
	case *types.Named:
		o := t.Origin().Obj()
		if from := w.derived[o]; from != nil {
			return w.fieldsOf(from, src)
		}
		if name := w.own[o]; name != "" {
			return src.structs[name]
		}
		return w.s.homes[o].fields
	}
	return nil
}

// reach writes the functions for one struct type.
func (w *writer) reach(name, typ, params string, names map[*types.TypeParam]string, st *types.Struct, symbols map[string]string) map[string]*field {
	out := map[string]*field{}
	for i := range st.NumFields() {
		f := st.Field(i)
		if f.Exported() || f.Name() == "_" || f.Pkg() != w.c.Pkg {
			continue
		}
		var b strings.Builder
		tw := &typeWriter{w: w, b: &b, params: names}
		tw.typ(f.Type())
		h := &field{path: w.path, owner: name, addr: w.export(name + "_" + f.Name())}
		out[f.Name()] = h
		fmt.Fprintf(&w.decls, "func %s%s(p *%s) *%s { return &p.%s }\n", h.addr, params, typ, b.String(), f.Name())
		if params == "" {
			symbols[h.addr] = h.addr
		}
		if incomplete(st) {
			continue // there are no values, only pointers
		}
		h.value = w.export(h.addr + "_of")
		fmt.Fprintf(&w.decls, "func %s%s(v %s) %s { return v.%s }\n", h.value, params, typ, b.String(), f.Name())
		if params == "" {
			symbols[h.value] = h.value
		}
	}
	return out
}

// incomplete says whether a struct is one of which Go makes no values: it has
// a field of the type runtime/cgo.Incomplete.
func incomplete(st *types.Struct) bool {
	for i := range st.NumFields() {
		t := types.Unalias(st.Field(i).Type())
		if n, ok := t.(*types.Named); ok && n.Obj().Name() == "Incomplete" && n.Obj().Pkg() != nil && strings.HasSuffix(n.Obj().Pkg().Path(), "runtime/cgo") {
			return true
		}
		if inner, ok := t.Underlying().(*types.Struct); ok && incomplete(inner) {
			return true
		}
	}
	return false
}

// constructor writes the function that makes a struct of all its fields.
func (w *writer) constructor(name string, st *types.Struct, symbols map[string]string) {
	if incomplete(st) {
		return
	}
	var params, values []string
	for i := range st.NumFields() {
		f := st.Field(i)
		if f.Name() == "_" {
			continue
		}
		p := fmt.Sprintf("a%d", i)
		params = append(params, p+" "+w.typ(f.Type()))
		values = append(values, f.Name()+": "+p)
	}
	lit := w.export("X_" + name + "_lit")
	fmt.Fprintf(&w.decls, "func %s(%s) %s { return %s{%s} }\n", lit, strings.Join(params, ", "), name, name, strings.Join(values, ", "))
	symbols[lit] = lit
}

// ---- what is needed of expressions

// survey notes what the writer must know of a declaration's or statement's
// expressions before it writes them.
func (w *writer) survey(n ast.Node) {
	v := &surveyor{w: w}
	if f, ok := n.(*ast.FuncDecl); ok {
		if o, ok := w.c.Info.Defs[f.Name].(*types.Func); ok {
			v.sig = o.Signature()
		}
	}
	ast.Inspect(n, v.visit)
}

type surveyor struct {
	w   *writer
	sig *types.Signature
}

// place notes that the address of e is needed.
func (v *surveyor) place(e ast.Expr) {
	for {
		e = ast.Unparen(e)
		v.w.places[e] = true
		switch x := e.(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		default:
			return
		}
		if t := v.w.c.Info.TypeOf(e); t == nil || isPointer(t) {
			return
		}
	}
}

// note remembers that e becomes a value of another type.
func (v *surveyor) note(e ast.Expr, to types.Type) {
	w := v.w
	from := w.c.Info.TypeOf(e)
	if from == nil || to == nil {
		return
	}
	if name := w.stream(e); name != "" {
		if i, ok := to.Underlying().(*types.Interface); ok && i.NumMethods() == 1 && i.IsMethodSet() {
			if m := i.Method(0).Name(); m == "Write" && name != "Stdin" || m == "Read" && name == "Stdin" {
				w.conv[e] = to
			}
		}
		return
	}
	if _, tuple := from.(*types.Tuple); tuple || types.IsInterface(to) || w.c.Info.Types[e].IsNil() {
		return
	}
	if types.Identical(from, to) {
		return
	}
	if w.differ(from, to) {
		w.conv[e] = to
	}
}

func (v *surveyor) visit(n ast.Node) bool {
	info := v.w.c.Info
	switch n := n.(type) {
	case *ast.FuncLit:
		sig, _ := info.TypeOf(n).(*types.Signature)
		in := &surveyor{w: v.w, sig: sig}
		ast.Inspect(n.Body, in.visit)
		return false
	case *ast.LabeledStmt:
		if o := info.Defs[n.Label]; o != nil {
			v.w.labels[o] = n.Pos()
		}
	case *ast.IncDecStmt:
		v.place(n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			v.place(n.X)
		}
	case *ast.SliceExpr:
		v.place(n.X)
	case *ast.SelectorExpr:
		if s := info.Selections[n]; s != nil && s.Kind() == types.MethodVal && !isPointer(s.Recv()) {
			if r := s.Obj().(*types.Func).Signature().Recv(); r != nil && isPointer(r.Type()) {
				v.place(n.X)
			}
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if e != nil {
					v.place(e)
				}
			}
		}
		v.place(n.X)
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, e := range n.Lhs {
				v.place(e)
			}
		}
		if len(n.Lhs) == len(n.Rhs) && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE) {
			for i, e := range n.Rhs {
				if id, ok := n.Lhs[i].(*ast.Ident); ok {
					if o := v.w.c.Object(id); o != nil {
						v.note(e, o.Type())
					}
					continue
				}
				v.note(e, info.TypeOf(n.Lhs[i]))
			}
		}
	case *ast.ValueSpec:
		if len(n.Names) == len(n.Values) {
			for i, e := range n.Values {
				if n.Type != nil {
					v.note(e, info.TypeOf(n.Type))
				} else if o := info.Defs[n.Names[i]]; o != nil {
					v.note(e, o.Type())
				}
			}
		}
	case *ast.ReturnStmt:
		if v.sig != nil && v.sig.Results().Len() == len(n.Results) {
			for i, e := range n.Results {
				v.note(e, v.sig.Results().At(i).Type())
			}
		}
	case *ast.SendStmt:
		if t := info.TypeOf(n.Chan); t != nil {
			if c, ok := t.Underlying().(*types.Chan); ok {
				v.note(n.Value, c.Elem())
			}
		}
	case *ast.IndexExpr:
		if t := info.TypeOf(n.X); t != nil {
			if m, ok := t.Underlying().(*types.Map); ok {
				v.note(n.Index, m.Key())
			}
		}
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			if a, b := info.TypeOf(n.X), info.TypeOf(n.Y); a != nil && b != nil && !types.Identical(a, b) {
				v.note(n.Y, a)
			}
		}
	case *ast.CompositeLit:
		v.composite(n)
	case *ast.CallExpr:
		v.call(n)
	}
	return true
}

func (v *surveyor) composite(n *ast.CompositeLit) {
	t := v.w.c.Info.TypeOf(n)
	if t == nil {
		return
	}
	if n.Type == nil {
		t, _ = pointed(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok {
					if f, ok := v.w.c.Info.Uses[id].(*types.Var); ok {
						v.note(kv.Value, f.Type())
					}
				}
				continue
			}
			if i < u.NumFields() {
				v.note(e, u.Field(i).Type())
			}
		}
	case *types.Slice:
		v.list(n.Elts, nil, u.Elem())
	case *types.Array:
		v.list(n.Elts, nil, u.Elem())
	case *types.Map:
		v.list(n.Elts, u.Key(), u.Elem())
	}
}

func (v *surveyor) list(elts []ast.Expr, key, elem types.Type) {
	for _, e := range elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key != nil {
				v.note(kv.Key, key)
			}
			e = kv.Value
		}
		v.note(e, elem)
	}
}

func (v *surveyor) call(n *ast.CallExpr) {
	info := v.w.c.Info
	fun := ast.Unparen(n.Fun)
	tv := info.Types[fun]
	if tv.IsType() {
		if len(n.Args) == 1 && v.w.stream(n.Args[0]) != "" {
			v.note(n.Args[0], tv.Type)
		}
		return
	}
	if tv.IsBuiltin() {
		if id, ok := fun.(*ast.Ident); ok && id.Name == "append" && len(n.Args) > 1 && !n.Ellipsis.IsValid() {
			if t := info.TypeOf(n.Args[0]); t != nil {
				if s, ok := t.Underlying().(*types.Slice); ok {
					for _, a := range n.Args[1:] {
						v.note(a, s.Elem())
					}
				}
			}
		}
		return
	}
	if tv.Type == nil {
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		return
	}
	if len(n.Args) == 1 && sig.Params().Len() > 1 {
		return // f(g())
	}
	for i, a := range n.Args {
		switch last := sig.Params().Len() - 1; {
		case sig.Variadic() && i >= last:
			if n.Ellipsis.IsValid() {
				continue
			}
			if s, ok := sig.Params().At(last).Type().Underlying().(*types.Slice); ok {
				v.note(a, s.Elem())
			}
		case i <= last:
			v.note(a, sig.Params().At(i).Type())
		}
	}
}
