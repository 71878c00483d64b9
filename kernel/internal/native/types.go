package native

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// typ writes a type as package-level text. Types that are declared inside a
// function, and type parameters, are written by their names.
func (w *writer) typ(t types.Type) string {
	var b strings.Builder
	tw := &typeWriter{w: w, b: &b}
	tw.typ(t)
	return b.String()
}

// typeIn writes a type for a place inside a function, where names may mean
// something else: by a name that the package gives it, if that is possible.
func (w *writer) typeIn(t types.Type) string {
	text := w.typ(t)
	if w.bound(t) {
		return text
	}
	name, ok := w.typeNames[text]
	if !ok {
		name = fmt.Sprintf("%st%d", w.prefix, len(w.typeNames)+1)
		w.typeNames[text] = name
		fmt.Fprintf(&w.decls, "type %s = %s\n", name, text)
	}
	return name
}

// bound says whether a type has a name from a function around it.
func (w *writer) bound(t types.Type) bool {
	found := false
	named(t, func(o *types.TypeName) {
		if o.Pkg() == w.c.Pkg && !w.c.Session(o) {
			found = true
		}
	})
	return found
}

type typeWriter struct {
	w      *writer
	b      *strings.Builder
	params map[*types.TypeParam]string // other names of type parameters
	// key writes a type so that the same types give the same text in every
	// package.
	key bool
}

func (tw *typeWriter) pkg(p *types.Package) string {
	if tw.key {
		return p.Path()
	}
	return tw.w.imported(p.Path(), p.Name())
}

func (tw *typeWriter) name(o *types.TypeName) string {
	if !tw.key {
		return tw.w.typeName(o)
	}
	if o.Pkg() == nil {
		return o.Name()
	}
	if o.Pkg() == tw.w.c.Pkg {
		o, _ = origin(o).(*types.TypeName)
		if name := tw.w.own[o]; name != "" {
			return tw.w.path + "." + name
		}
		if path, name, ok := tw.w.s.Home(o); ok {
			return path + "." + name
		}
	}
	return o.Pkg().Path() + "." + o.Name()
}

func (tw *typeWriter) put(s ...string) {
	for _, x := range s {
		tw.b.WriteString(x)
	}
}

func (tw *typeWriter) typ(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		switch {
		case t.Kind() == types.UnsafePointer:
			tw.put(tw.pkg(types.Unsafe), ".Pointer")
		case t.Info()&types.IsUntyped != 0:
			tw.typ(types.Default(t))
		default:
			tw.put(t.Name())
		}
	case *types.Alias:
		if o := t.Obj(); !tw.key && o.Pkg() != nil && o.Pkg() != tw.w.c.Pkg && o.Exported() && o.Parent() == o.Pkg().Scope() {
			// What it stands for may be out of reach.
			tw.put(tw.w.imported(o.Pkg().Path(), o.Pkg().Name()), ".", o.Name())
			tw.args(t.TypeArgs())
			return
		}
		tw.typ(types.Unalias(t))
	case *types.Named:
		tw.put(tw.name(t.Obj()))
		tw.args(t.TypeArgs())
	case *types.TypeParam:
		if name, ok := tw.params[t]; ok {
			tw.put(name)
			return
		}
		tw.put(t.Obj().Name())
	case *types.Pointer:
		tw.put("*")
		tw.typ(t.Elem())
	case *types.Slice:
		tw.put("[]")
		tw.typ(t.Elem())
	case *types.Array:
		tw.put("[", strconv.FormatInt(t.Len(), 10), "]")
		tw.typ(t.Elem())
	case *types.Map:
		tw.put("map[")
		tw.typ(t.Key())
		tw.put("]")
		tw.typ(t.Elem())
	case *types.Chan:
		tw.put(map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()])
		tw.put("(")
		tw.typ(t.Elem())
		tw.put(")")
	case *types.Signature:
		tw.put("func")
		tw.signature(t)
	case *types.Struct:
		if !tw.key {
			if name := tw.w.shapeName(t); name != "" {
				tw.put(name)
				return
			}
		}
		tw.structure(t, true)
	case *types.Interface:
		tw.iface(t)
	case *types.Tuple:
		tw.tuple(t, false)
	case *types.Union:
		for i := range t.Len() {
			if i > 0 {
				tw.put(" | ")
			}
			if t.Term(i).Tilde() {
				tw.put("~")
			}
			tw.typ(t.Term(i).Type())
		}
	default:
		tw.w.bug("a type of the kind %T", t)
	}
}

func (tw *typeWriter) args(list *types.TypeList) {
	for i := range list.Len() {
		tw.put(map[bool]string{true: "[", false: ", "}[i == 0])
		tw.typ(list.At(i))
	}
	if list.Len() > 0 {
		tw.put("]")
	}
}

// structure writes a struct type. When it is not for the type itself but for
// the same layout, fields are not embedded and have no tags.
func (tw *typeWriter) structure(t *types.Struct, itself bool) {
	tw.put("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			tw.put("; ")
		}
		f := t.Field(i)
		switch {
		case tw.key:
			tw.put(f.Name(), map[bool]string{true: "! ", false: " "}[f.Embedded()])
			tw.typ(f.Type())
		case !f.Embedded() || !itself:
			tw.put(f.Name(), " ")
			tw.typ(f.Type())
		default:
			tw.embedded(f)
		}
		if tag := t.Tag(i); tag != "" && itself {
			tw.put(" ", strconv.Quote(tag))
		}
	}
	tw.put("}")
}

// embedded writes an embedded field, whose name is the last of its type's text.
func (tw *typeWriter) embedded(f *types.Var) {
	t := f.Type()
	if p, ok := t.(*types.Pointer); ok {
		tw.put("*")
		t = p.Elem()
	}
	var o *types.TypeName
	var args *types.TypeList
	switch t := t.(type) {
	case *types.Named:
		o, args = t.Obj(), t.TypeArgs()
	case *types.Alias:
		o, args = t.Obj(), t.TypeArgs()
	}
	if o == nil || !tw.w.c.Session(o) {
		tw.typ(t)
		return
	}
	tw.put(tw.w.embeddedName(o))
	tw.args(args)
}

func (tw *typeWriter) iface(t *types.Interface) {
	if t.IsImplicit() && t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 1 {
		tw.typ(t.EmbeddedType(0))
		return
	}
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		tw.put("interface{}")
		return
	}
	tw.put("interface{ ")
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		tw.put(tw.w.methodName(m))
		tw.signature(m.Signature())
		tw.put("; ")
	}
	for i := range t.NumEmbeddeds() {
		tw.typ(t.EmbeddedType(i))
		tw.put("; ")
	}
	tw.put("}")
}

func (tw *typeWriter) signature(t *types.Signature) {
	tw.tuple(t.Params(), t.Variadic())
	switch r := t.Results(); r.Len() {
	case 0:
	case 1:
		tw.put(" ")
		tw.typ(r.At(0).Type())
	default:
		tw.put(" ")
		tw.tuple(r, false)
	}
}

func (tw *typeWriter) tuple(t *types.Tuple, variadic bool) {
	tw.put("(")
	for i := range t.Len() {
		if i > 0 {
			tw.put(", ")
		}
		if s, ok := types.Unalias(t.At(i).Type()).(*types.Slice); ok && variadic && i == t.Len()-1 {
			tw.put("...")
			tw.typ(s.Elem())
			continue
		}
		tw.typ(t.At(i).Type())
	}
	tw.put(")")
}

// parameters writes the type parameters of a generic declaration and the
// arguments that stand for them.
func (w *writer) parameters(list []*types.TypeParam) (params, args string, names map[*types.TypeParam]string) {
	if len(list) == 0 {
		return "", "", nil
	}
	names = map[*types.TypeParam]string{}
	for i, p := range list {
		names[p] = fmt.Sprintf("%sP%d", w.prefix, i+1)
	}
	var b strings.Builder
	tw := &typeWriter{w: w, b: &b, params: names}
	var as []string
	for i, p := range list {
		tw.put(map[bool]string{true: "[", false: ", "}[i == 0], names[p], " ")
		tw.typ(p.Constraint())
		as = append(as, names[p])
	}
	tw.put("]")
	return b.String(), "[" + strings.Join(as, ", ") + "]", names
}

// typeParams are the type parameters of a type that is declared.
func typeParams(o *types.TypeName) []*types.TypeParam {
	switch t := o.Type().(type) {
	case *types.Named:
		return slices.Collect(t.TypeParams().TypeParams())
	case *types.Alias:
		return slices.Collect(t.TypeParams().TypeParams())
	}
	return nil
}

// typeName writes a type's name without its arguments.
func (w *writer) typeName(o *types.TypeName) string {
	p := o.Pkg()
	switch {
	case p == nil:
		return o.Name()
	case p != w.c.Pkg:
		if !o.Exported() {
			w.refuse("", "the unexported type %s.%s can't be written", p.Name(), o.Name())
		}
		return w.imported(p.Path(), p.Name()) + "." + o.Name()
	}
	o, _ = origin(o).(*types.TypeName)
	if !w.c.Session(o) || w.own[o] != "" {
		return o.Name()
	}
	path, name, ok := w.s.Home(o)
	if !ok {
		w.refuse("run the cell that declares it again", "%s is not compiled", o.Name())
		return o.Name()
	}
	return w.imported(path, "") + "." + name
}

// embeddedName writes the name of a type that is embedded in a struct: the
// field has the name of the type, so that it must not be qualified.
func (w *writer) embeddedName(o *types.TypeName) string {
	o, _ = origin(o).(*types.TypeName)
	if !w.c.Session(o) || w.own[o] != "" {
		return o.Name()
	}
	if w.aliased[o] {
		return o.Name()
	}
	w.aliased[o] = true
	params, args, _ := w.parameters(typeParams(o))
	fmt.Fprintf(&w.decls, "type %s%s = %s%s\n", o.Name(), params, w.typeName(o), args)
	return o.Name()
}

// methodName is the name of a method in compiled packages: exported, because a
// type of one package must have the methods that an interface of another asks
// for.
func (w *writer) methodName(m *types.Func) string {
	if m.Pkg() == w.c.Pkg && !m.Exported() && m.Name() != "_" {
		return "X_" + m.Name()
	}
	return m.Name()
}

// ---- struct types without names

// A shape is a struct type without a name whose fields belong to a package.
// With parameters it stands for all structs that a generic declaration makes
// of it.
type shape struct {
	typ    *types.Struct
	params []*types.TypeParam
	path   string
	name   string // of the exported alias
	fields map[string]*field
}

// hidden says whether a struct has a field that Go keeps to its package.
func (w *writer) hidden(t *types.Struct) bool {
	for i := range t.NumFields() {
		if f := t.Field(i); !f.Exported() && f.Pkg() == w.c.Pkg {
			return true
		}
	}
	return false
}

// shapeKey is the same text for the same struct type, whatever package asks.
func (w *writer) shapeKey(t *types.Struct) string {
	var b strings.Builder
	tw := &typeWriter{w: w, b: &b, key: true}
	tw.structure(t, true)
	return b.String()
}

// foreignShape returns the home of a struct type without a name in another
// package, or nil, and what its parameters are.
func (w *writer) foreignShape(t *types.Struct) (h *shape, args []types.Type) {
	if !w.hidden(t) {
		return nil, nil
	}
	if h := w.s.shapes[w.shapeKey(t)]; h != nil {
		return h, nil
	}
	for _, h := range w.s.generic {
		if args, ok := w.instance(h, t); ok {
			return h, args
		}
	}
	return nil, nil
}

// shapeName is the name under which another package has the type, "" when
// there is none.
func (w *writer) shapeName(t *types.Struct) string {
	h, args := w.foreignShape(t)
	if h == nil {
		return ""
	}
	name := w.imported(h.path, "") + "." + h.name
	for i, a := range args {
		name += map[bool]string{true: "[", false: ", "}[i == 0] + w.typ(a)
	}
	if len(args) > 0 {
		name += "]"
	}
	return name
}

// keep gives all struct types inside of a type that the session can see an
// alias in this package, unless they have one.
func (w *writer) keep(t types.Type) {
	structs(t, func(st *types.Struct) {
		if h, _ := w.foreignShape(st); h != nil || !w.hidden(st) {
			return
		}
		params, local := w.free(st)
		if local {
			return
		}
		key := w.shapeKey(st)
		if len(params) > 0 {
			key = fmt.Sprintf("%s of %p", key, params[0])
		}
		if w.shapes[key] == nil {
			name := w.export(fmt.Sprintf("X_A_%d", len(w.shapes)+1))
			w.shapes[key] = &shape{typ: st, params: params, path: w.path, name: name}
		}
	})
}

// free lists the type parameters in a type, with those that their constraints
// mention; local says that it has other types of a function.
func (w *writer) free(t types.Type) (params []*types.TypeParam, local bool) {
	var add func(t types.Type)
	add = func(t types.Type) {
		named(t, func(o *types.TypeName) {
			p, ok := o.Type().(*types.TypeParam)
			switch {
			case !ok:
				local = local || o.Pkg() == w.c.Pkg && !w.c.Session(o)
			case !slices.Contains(params, p):
				params = append(params, p)
				add(p.Constraint())
			}
		})
	}
	add(t)
	return params, local
}

// instance finds the arguments with which a generic shape is a type.
func (w *writer) instance(h *shape, t *types.Struct) (args []types.Type, ok bool) {
	bound := map[*types.TypeParam]types.Type{}
	if !w.match(h.typ, t, h.params, bound) {
		return nil, false
	}
	for _, p := range h.params {
		a := bound[p]
		if a == nil {
			return nil, false // only a constraint mentions it
		}
		args = append(args, a)
	}
	return args, true
}

// match compares a type with type parameters to another, and notes what they
// stand for.
func (w *writer) match(p, t types.Type, params []*types.TypeParam, bound map[*types.TypeParam]types.Type) bool {
	same := func(a, b types.Type) bool { return w.match(a, b, params, bound) }
	p, t = types.Unalias(p), types.Unalias(t)
	if tp, ok := p.(*types.TypeParam); ok && slices.Contains(params, tp) {
		if bound[tp] == nil {
			bound[tp] = t
		}
		return types.Identical(bound[tp], t)
	}
	switch p := p.(type) {
	case *types.Named:
		t, ok := t.(*types.Named)
		if !ok || t.TypeArgs().Len() != p.TypeArgs().Len() || w.sameName(t.Obj()) != w.sameName(p.Obj()) {
			return false
		}
		for i := range p.TypeArgs().Len() {
			if !same(p.TypeArgs().At(i), t.TypeArgs().At(i)) {
				return false
			}
		}
		return true
	case *types.Pointer:
		t, ok := t.(*types.Pointer)
		return ok && same(p.Elem(), t.Elem())
	case *types.Slice:
		t, ok := t.(*types.Slice)
		return ok && same(p.Elem(), t.Elem())
	case *types.Array:
		t, ok := t.(*types.Array)
		return ok && p.Len() == t.Len() && same(p.Elem(), t.Elem())
	case *types.Map:
		t, ok := t.(*types.Map)
		return ok && same(p.Key(), t.Key()) && same(p.Elem(), t.Elem())
	case *types.Chan:
		t, ok := t.(*types.Chan)
		return ok && p.Dir() == t.Dir() && same(p.Elem(), t.Elem())
	case *types.Tuple:
		t, ok := t.(*types.Tuple)
		if !ok || p.Len() != t.Len() {
			return false
		}
		for i := range p.Len() {
			if !same(p.At(i).Type(), t.At(i).Type()) {
				return false
			}
		}
		return true
	case *types.Signature:
		t, ok := t.(*types.Signature)
		return ok && p.Variadic() == t.Variadic() && same(p.Params(), t.Params()) && same(p.Results(), t.Results())
	case *types.Struct:
		t, ok := t.(*types.Struct)
		if !ok || p.NumFields() != t.NumFields() {
			return false
		}
		for i := range p.NumFields() {
			a, b := p.Field(i), t.Field(i)
			if a.Name() != b.Name() || a.Embedded() != b.Embedded() || p.Tag(i) != t.Tag(i) || !same(a.Type(), b.Type()) {
				return false
			}
		}
		return true
	}
	return types.Identical(p, t)
}

// sameName tells named types apart.
func (w *writer) sameName(o *types.TypeName) string {
	return (&typeWriter{w: w, key: true}).name(o)
}

// structType writes a struct type that stands in the text.
func (w *writer) structType(e *ast.StructType) bool {
	t, ok := types.Unalias(w.c.Info.TypeOf(e)).(*types.Struct)
	if !ok || w.direct[e] {
		return false
	}
	name := w.shapeName(t)
	if name == "" {
		return false
	}
	w.inParens(e, name)
	return true
}
