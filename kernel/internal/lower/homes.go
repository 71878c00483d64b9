package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
)

// Homes says where the session's declarations live. It is asked for types and
// functions of the session, and for what would have to be interpreted as if it
// were one: types declared inside functions, and variables whose type is an
// unnamed struct with unexported fields or an unnamed interface with methods,
// which compiled cells would not see as the same type.
type Homes interface {
	// Home returns the import path of the compiled package that holds the
	// declaration and its symbol there, "nb/c7" and "X_f".
	Home(o types.Object) (path, name string, ok bool)
	// Interpreted says whether the interpreter has the declaration, or is to
	// have it.
	Interpreted(o types.Object) bool
}

// live is the object by which homes knows a declaration.
func (l *lowerer) live(o types.Object) types.Object {
	switch x := o.(type) {
	case *types.Func:
		o = x.Origin()
	case *types.Var:
		o = x.Origin()
	}
	o = l.c.Real(o)
	if l.fresh {
		if d := l.c.World.Decl(o.Name()); d != nil && d.Obj != nil && o.Parent() == l.c.Pkg.Scope() {
			return d.Obj
		}
	}
	return o
}

// home returns where a declaration is compiled.
func (l *lowerer) home(o types.Object) (path, name string, ok bool) {
	if l.homes == nil || o == nil || l.gives[o] {
		return "", "", false
	}
	return l.homes.Home(l.live(o))
}

// mine says whether a named type is one that the interpreter has.
func (l *lowerer) mine(n *types.Named) bool {
	if n.Obj().Pkg() != l.c.Pkg {
		return false
	}
	_, _, compiled := l.home(n.Origin().Obj())
	return !compiled
}

// interpretable says whether the interpreter may have the declaration.
func (l *lowerer) interpretable(o types.Object) bool {
	return l.homes == nil || l.gives[o] || l.homes.Interpreted(l.live(o))
}

// sessionName writes a name of the session: an import of its home, or its name
// in the interpreter. at is blamed when it has neither.
func (l *lowerer) sessionName(o types.Object, at ast.Node) string {
	switch o.(type) {
	case *types.TypeName, *types.Func:
		if path, name, ok := l.home(o); ok {
			return l.imported(path, "w_"+path[strings.LastIndexByte(path, '/')+1:]) + "." + name
		}
		if !l.interpretable(o) {
			l.blame(at, "use %engine interp to have it interpreted", "using %s before it is compiled is not possible", o.Name())
		}
	}
	if v, ok := o.(*types.Var); ok {
		l.shareable(v)
	}
	return l.goName(o)
}

// blame is refuse for what may have no place in a source.
func (l *lowerer) blame(at ast.Node, hint, format string, args ...any) {
	if at != nil && l.src != nil && at.Pos().IsValid() {
		l.refuse(at, hint, format, args...)
		return
	}
	l.refused = append(l.refused, cell.Diagnostic{Message: fmt.Sprintf(format, args...) + " in interpreted cells", Hint: hint})
}

// shareable refuses a variable of the session whose type compiled cells would
// not see as the same.
func (l *lowerer) shareable(v types.Object) {
	if l.homes == nil || l.c.Program {
		return
	}
	seen := map[types.Type]bool{}
	var bad func(t types.Type) string
	bad = func(t types.Type) string {
		if seen[t] {
			return ""
		}
		seen[t] = true
		switch t := types.Unalias(t).(type) {
		case *types.Pointer:
			return bad(t.Elem())
		case *types.Slice:
			return bad(t.Elem())
		case *types.Array:
			return bad(t.Elem())
		case *types.Chan:
			return bad(t.Elem())
		case *types.Map:
			if s := bad(t.Key()); s != "" {
				return s
			}
			return bad(t.Elem())
		case *types.Signature:
			for _, list := range []*types.Tuple{t.Params(), t.Results()} {
				for i := range list.Len() {
					if s := bad(list.At(i).Type()); s != "" {
						return s
					}
				}
			}
		case *types.Struct:
			for i := range t.NumFields() {
				if f := t.Field(i); !f.Exported() || f.Embedded() {
					return "an unnamed struct with unexported or embedded fields"
				}
				if s := bad(t.Field(i).Type()); s != "" {
					return s
				}
			}
		case *types.Interface:
			if t.NumMethods() > 0 {
				return "an unnamed interface with methods"
			}
		}
		return ""
	}
	if s := bad(v.Type()); s != "" && !l.homes.Interpreted(l.live(v)) {
		l.blame(nil, "", "the variable %s of %s is not supported", v.Name(), s)
	}
}

// ---- members of compiled types

// compiled returns the named type that t is or points to, if it is compiled.
func (l *lowerer) compiled(t types.Type) *types.Named {
	if l.homes == nil || t == nil {
		return nil
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() == l.c.Pkg && !l.mine(n) {
		return n
	}
	return nil
}

// member writes x.f and x.m where that passes a compiled type of the session:
// unexported fields are reached through functions of its package, unexported
// methods have an exported name. False means that it may stand as it is.
func (l *lowerer) member(e *ast.SelectorExpr, s *selection) bool {
	if l.homes == nil || s.Kind() == types.MethodExpr {
		return false
	}
	method, isMethod := s.Obj().(*types.Func)
	special := isMethod && !method.Exported() && method.Pkg() == l.c.Pkg && l.compiledMethod(method)
	hops := l.hops(s)
	for _, h := range hops {
		special = special || h.owner != nil && !h.field.Exported()
	}
	if !special {
		return false
	}
	text := l.capture(func() { l.put(e.X) })
	lines := strings.Repeat("\n", strings.Count(l.gap(e.X.End(), e.Sel.Pos()), "\n"))
	pointer := isPointer(s.Recv())
	place := pointer || l.addressed(e.X)
	for _, h := range hops {
		if h.owner == nil || h.field.Exported() {
			text += "." + h.field.Name()
		} else {
			if h.owner.TypeArgs().Len() > 0 {
				l.refuse(e, "", "the unexported field %s of the generic type %s is not supported", h.field.Name(), h.owner.Obj().Name())
				return true
			}
			path, name, _ := l.home(h.owner.Obj())
			get := l.imported(path, "w_"+path[strings.LastIndexByte(path, '/')+1:]) + "." + name + "_" + h.field.Name()
			switch {
			case pointer:
				text = "(*" + get + "(" + text + "))"
			case place:
				text = "(*" + get + "(&" + text + "))"
			default:
				text = get + "_of(" + text + ")"
			}
			place = place || pointer
		}
		pointer = isPointer(h.field.Type())
		place = place || pointer
	}
	l.b.WriteString(text + lines)
	switch {
	case !isMethod:
	case special && !method.Exported() && l.compiledMethod(method):
		l.b.WriteString(".X_" + method.Name())
	default:
		l.b.WriteString("." + method.Name())
	}
	return true
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// addressed says whether the address of an expression can be taken.
func (l *lowerer) addressed(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := l.object(x).(*types.Var)
		return ok && !v.IsField()
	case *ast.StarExpr:
		return true
	case *ast.SelectorExpr:
		s := l.selection(x)
		return s != nil && s.Kind() == types.FieldVal && (l.throughPointer(s) || l.addressed(x.X))
	case *ast.IndexExpr:
		t := l.typeOf(x.X)
		if t == nil {
			return false
		}
		switch t.Underlying().(type) {
		case *types.Slice, *types.Pointer:
			return true
		case *types.Array:
			return l.addressed(x.X)
		}
	}
	return false
}

// throughPointer says whether a selected field lies behind a pointer.
func (l *lowerer) throughPointer(s *selection) bool {
	if isPointer(s.Recv()) {
		return true
	}
	hops := l.hops(s)
	for _, h := range hops[:max(0, len(hops)-1)] {
		if isPointer(h.field.Type()) {
			return true
		}
	}
	return false
}

// compiledMethod says whether a method belongs to a compiled type.
func (l *lowerer) compiledMethod(f *types.Func) bool {
	r := f.Signature().Recv()
	return r != nil && l.compiled(r.Type()) != nil
}

// A hop is one field of a selection's way; owner is the compiled type of the
// session that has it, nil for others.
type hop struct {
	owner *types.Named
	field *types.Var
}

func (l *lowerer) hops(s *selection) (out []hop) {
	index := s.Index()
	if s.Kind() == types.MethodVal {
		index = index[:len(index)-1]
	}
	t := s.Recv()
	for _, i := range index {
		owner := l.compiled(t)
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		f := st.Field(i)
		out = append(out, hop{owner, f})
		t = f.Type()
	}
	return out
}

// made writes a composite literal of a compiled type with unexported fields as
// a call of its constructor.
func (l *lowerer) made(e *ast.CompositeLit) bool {
	t := l.typeOf(e)
	if t == nil || l.homes == nil {
		return false
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		if p, pointer := t.Underlying().(*types.Pointer); pointer && l.compiled(p.Elem()) != nil && hidden(p.Elem()) {
			l.refuse(e, "write the type of the element", "an element without its type %s is not supported", l.shortType(t))
			return true
		}
		return false
	}
	if l.compiled(n) == nil || !hidden(n) {
		return false
	}
	if n.TypeArgs().Len() > 0 {
		l.refuse(e, "", "a composite literal of the generic type %s is not supported", n.Obj().Name())
		return true
	}
	st := n.Underlying().(*types.Struct)
	path, name, _ := l.home(n.Obj())
	values := make([]string, st.NumFields())
	for i := range values {
		values[i] = l.zero(st.Field(i).Type(), e)
	}
	for i, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			for j := range st.NumFields() {
				if id, ok := kv.Key.(*ast.Ident); ok && st.Field(j).Name() == id.Name {
					i = j
				}
			}
			x = kv.Value
		}
		values[i] = l.text(x)
	}
	l.inParens(e, l.imported(path, "w_"+path[strings.LastIndexByte(path, '/')+1:])+"."+name+"_lit("+strings.Join(values, ", ")+")")
	return true
}

// address writes &T{...} of such a type, and &x.f of an unexported field of a
// compiled type.
func (l *lowerer) address(e *ast.UnaryExpr) bool {
	if l.homes == nil {
		return false
	}
	if sel, ok := ast.Unparen(e.X).(*ast.SelectorExpr); ok {
		s := l.selection(sel)
		if s == nil || s.Kind() != types.FieldVal {
			return false
		}
		hops := l.hops(s)
		if last := hops[len(hops)-1]; last.owner == nil || last.field.Exported() {
			return false
		}
		text := l.text(sel)
		if !strings.HasPrefix(text, "(*") {
			return false
		}
		text = strings.TrimSpace(text)
		l.inParens(e, text[2:len(text)-1])
		return true
	}
	lit, ok := ast.Unparen(e.X).(*ast.CompositeLit)
	if !ok || l.compiled(l.typeOf(lit)) == nil || !hidden(l.typeOf(lit)) {
		return false
	}
	t := l.typ(l.typeOf(lit), e)
	l.b.WriteString("func(v " + t + ") *" + t + " { return &v }(")
	l.put(lit)
	l.b.WriteString(")")
	return true
}

// hidden says whether a struct type has unexported fields.
func hidden(t types.Type) bool {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range st.NumFields() {
		if !st.Field(i).Exported() {
			return true
		}
	}
	return false
}

// ---- functions

// A signed is a function of the session whose text begins with its guard.
type signed struct {
	guard  string // the variable
	params string // replaces the parameters' text; "" to keep it
	first  string // the first statement
}

// guarded gives a function that is being written its guard.
func (l *lowerer) guarded(o *types.Func, d *ast.FuncDecl) *signed {
	if o == nil || d.Recv != nil || d.Body == nil || d.Name.Name == "init" || d.Name.Name == "_" || o.Signature().TypeParams().Len() > 0 {
		return nil
	}
	name := l.c.GoName(o)
	l.defined = append(l.defined, name)
	if l.homes == nil || l.c.Program {
		return nil
	}
	sig := o.Signature()
	g := &signed{guard: "w_n_" + name + "_" + strconv.Itoa(l.c.World.Emission("guard of "+name))}
	var args []string
	rename := false
	for i := range sig.Params().Len() {
		p := sig.Params().At(i)
		if p.Name() == "" || p.Name() == "_" {
			rename = true
		}
	}
	var params []string
	for i := range sig.Params().Len() {
		p := sig.Params().At(i)
		id := p.Name()
		if id == "" || id == "_" {
			id = l.temp()
		}
		t := p.Type()
		if sig.Variadic() && i == sig.Params().Len()-1 {
			args = append(args, id+"...")
			params = append(params, id+" ..."+l.typ(t.(*types.Slice).Elem(), d))
			continue
		}
		args = append(args, id)
		params = append(params, id+" "+l.typ(t, d))
	}
	if rename {
		g.params = "(" + strings.Join(params, ", ") + ")" + strings.Repeat("\n", strings.Count(l.gap(d.Type.Params.Pos(), d.Type.Params.End()), "\n"))
	}
	call := g.guard + "(" + strings.Join(args, ", ") + ")"
	if sig.Results().Len() > 0 {
		g.first = "if " + g.guard + " != nil { return " + call + " };"
	} else {
		g.first = "if " + g.guard + " != nil { " + call + "; return };"
	}
	fmt.Fprintf(&l.file.head, "var %s %s;", g.guard, l.typ(sig, d))
	if l.guards == nil {
		l.guards = map[string]string{}
	}
	l.guards[name] = g.guard
	return g
}

// give notes the functions among the units as ones that the interpreter gets,
// and leaves out or refuses types and methods that it must not have.
func (l *lowerer) give(units []*check.Unit, redo bool) []*check.Unit {
	if l.homes == nil {
		return units
	}
	out := make([]*check.Unit, 0, len(units))
	for _, u := range units {
		var id *ast.Ident
		switch n := u.Node.(type) {
		case *ast.FuncDecl:
			id = n.Name
		case *ast.TypeSpec:
			id = n.Name
		}
		if id == nil {
			out = append(out, u)
			continue
		}
		o := l.c.Info.Defs[id]
		switch {
		case o == nil:
		case u.Kind == check.Func && !l.fresh:
			l.gives[o] = true
		case !l.interpretable(o):
			if !redo {
				l.src = u.Source
				l.refuse(u.Node, "", "declaring %s is not possible", u.Names[0])
			}
			continue
		}
		out = append(out, u)
	}
	return out
}

// missing says whether the interpreter lacks a declaration that has not
// changed.
func (l *lowerer) missing(u *check.Unit) bool {
	d, ok := u.Node.(*ast.FuncDecl)
	if l.homes == nil || !ok || u.Kind != check.Func {
		return false
	}
	o := l.c.Info.Defs[d.Name]
	if o == nil {
		return false
	}
	_, _, compiled := l.home(o)
	return !compiled && !l.homes.Interpreted(l.live(o))
}

// restore writes the files for a fresh session, which only gets what the
// interpreter is to have: what is refused is left out, with all that uses it.
func (l *lowerer) restore() []File {
	out := map[string]bool{}
	var units []*check.Unit
	var given = map[*check.Unit]bool{}
	for _, u := range l.c.Redo {
		if u.Kind == check.Const || u.Broken() {
			continue
		}
		units = append(units, u)
	}
	for _, u := range l.give(units, true) {
		given[u] = true
	}
	l.vars = map[*check.Unit]*check.Decl{}
	for _, d := range l.c.Vars {
		u := &check.Unit{Kind: check.Var, Names: []string{d.Name}, Uses: d.Unit.Uses, Source: l.c.Main, Cell: l.c.Name}
		l.vars[u] = d
		units = append(units, u)
		given[u] = true
	}
	for _, group := range order(units) {
		files, left := len(l.files), false
		for _, u := range group {
			if d := l.vars[u]; d != nil {
				l.shareable(d.Obj)
			}
			left = left || !given[u]
			for _, n := range u.Uses {
				left = left || out[n] && !hasName(group, n)
			}
		}
		if !left {
			l.group(group)
		}
		if left || len(l.refused) > 0 {
			l.files, l.refused = l.files[:files], nil
			for _, u := range group {
				for _, n := range u.Names {
					out[n] = true
				}
			}
		}
	}
	return l.files
}

func hasName(units []*check.Unit, name string) bool {
	for _, u := range units {
		for _, n := range u.Names {
			if n == name {
				return true
			}
		}
	}
	return false
}
