package instrument

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// expr writes an expression that is read.
func (r *rewriter) expr(e ast.Expr) {
	tv := r.info.Types[e]
	if tv.IsType() || tv.Value != nil {
		r.raw(e.Pos(), e.End()) // what is constant must stay so
		return
	}
	if lit, ok := e.(*ast.FuncLit); ok {
		r.raw(lit.Pos(), lit.Body.Pos())
		r.function(lit.Body)
		return
	}
	if !r.o.Accesses {
		r.children(e)
		return
	}
	switch e := e.(type) {
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			r.raw(e.Pos(), e.X.Pos())
			r.path(e.X)
			return
		}
	case *ast.StarExpr, *ast.SelectorExpr:
		if r.memory(e) {
			r.told("R", e)
			return
		}
	case *ast.IndexExpr:
		r.index(e)
		return
	case *ast.SliceExpr:
		r.base(e.X)
		pos := e.X.End()
		for _, i := range []ast.Expr{e.Low, e.High, e.Max} {
			if i != nil {
				pos = r.part(pos, i)
			}
		}
		r.raw(pos, e.End())
		return
	case *ast.CallExpr:
		r.call(e)
		return
	case *ast.CompositeLit:
		r.composite(e)
		return
	}
	if s, ok := e.(*ast.SelectorExpr); ok {
		r.raw(s.Pos(), s.X.Pos())
		r.owner(s)
		r.raw(s.X.End(), s.End())
		return
	}
	r.children(e)
}

// told writes a read of what has an address.
func (r *rewriter) told(fun string, e ast.Expr) {
	n := r.site(e)
	r.b.WriteString("(*" + r.dock(fun) + "(&")
	r.path(e)
	r.b.WriteString(", " + n + "))")
}

// composite writes a literal: the names of fields are not expressions.
func (r *rewriter) composite(e *ast.CompositeLit) {
	pos := e.Pos()
	for _, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			if id, plain := kv.Key.(*ast.Ident); plain {
				r.raw(pos, id.End())
				pos = r.part(id.End(), kv.Value)
				continue
			}
		}
		pos = r.part(pos, x)
	}
	r.raw(pos, e.End())
}

// under is the type of an expression without its name; nil for what has none and
// for type parameters, of which nothing is known.
func (r *rewriter) under(e ast.Expr) types.Type {
	t := r.info.TypeOf(e)
	if t == nil {
		return nil
	}
	if _, param := types.Unalias(t).(*types.TypeParam); param {
		return nil
	}
	return t.Underlying()
}

// pointsToArray returns the array that a type points to.
func pointsToArray(t types.Type) *types.Array {
	p, ok := t.(*types.Pointer)
	if !ok {
		return nil
	}
	if _, param := types.Unalias(p.Elem()).(*types.TypeParam); param {
		return nil
	}
	a, _ := p.Elem().Underlying().(*types.Array)
	return a
}

// registers is how many elements an array in a variable may have so that it is
// taken for variables that the compiler keeps in registers.
const registers = 4

// memory says whether an expression has an address in memory that its
// evaluation accesses: not a variable, nor a part of one.
func (r *rewriter) memory(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return r.memory(e.X)
	case *ast.StarExpr:
		if r.info.Types[e].IsType() {
			return false
		}
		id, ok := ast.Unparen(e.X).(*ast.Ident)
		return !ok || !r.generated(id)
	case *ast.IndexExpr:
		switch t := r.under(e.X).(type) {
		case *types.Slice:
			return true
		case *types.Pointer:
			return pointsToArray(t) != nil
		case *types.Array:
			return r.info.Types[e.X].Addressable() && (r.memory(e.X) || t.Len() > registers)
		}
	case *ast.SelectorExpr:
		s := r.info.Selections[e]
		return s != nil && s.Kind() == types.FieldVal && (s.Indirect() || r.memory(e.X))
	}
	return false
}

// generated says whether an identifier is a variable that no cell has declared:
// the pointer to a variable of the session.
func (r *rewriter) generated(id *ast.Ident) bool {
	v, ok := r.info.Uses[id].(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil {
		return false
	}
	_, _, cell := r.where(v.Pos())
	return !cell && madeUp.MatchString(id.Name)
}

// path writes an expression of which the address is wanted: what leads there is
// read, it itself is not.
func (r *rewriter) path(e ast.Expr) {
	if !r.o.Accesses {
		r.put(e)
		return
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		r.raw(x.Pos(), x.X.Pos())
		r.path(x.X)
		r.raw(x.X.End(), x.End())
	case *ast.StarExpr:
		if !r.memory(x) {
			r.raw(x.Pos(), x.End())
			return
		}
		r.children(x)
	case *ast.IndexExpr:
		switch r.under(x.X).(type) {
		case *types.Slice, *types.Array, *types.Pointer:
			r.base(x.X)
			r.raw(r.part(x.X.End(), x.Index), x.End())
		default:
			r.put(x)
		}
	case *ast.SelectorExpr:
		s := r.info.Selections[x]
		if s == nil || s.Kind() != types.FieldVal {
			r.put(x)
			return
		}
		r.owner(x)
		r.raw(x.X.End(), x.End())
	default:
		r.put(e)
	}
}

// owner writes what stands before the dot of a field or method.
func (r *rewriter) owner(e *ast.SelectorExpr) {
	s := r.info.Selections[e]
	if s == nil { // of a package
		r.raw(e.X.Pos(), e.X.End())
		return
	}
	_, pointer := s.Recv().Underlying().(*types.Pointer)
	place := !pointer && r.info.Types[e.X].Addressable()
	if f, ok := s.Obj().(*types.Func); ok && place && s.Kind() == types.MethodVal {
		// Its receiver may be the address of what stands here.
		_, place = f.Signature().Recv().Type().Underlying().(*types.Pointer)
	}
	if s.Kind() == types.MethodExpr {
		r.raw(e.X.Pos(), e.X.End())
	} else if place {
		r.path(e.X)
	} else {
		r.put(e.X)
	}
}

// base writes what is indexed or sliced: of a slice in memory only the header is
// read, of an array nothing.
func (r *rewriter) base(e ast.Expr) {
	switch r.under(e).(type) {
	case *types.Slice:
		if r.memory(e) {
			r.told("H", e)
			return
		}
	case *types.Array:
		if r.info.Types[e].Addressable() {
			r.path(e)
			return
		}
	}
	r.put(e)
}

// index writes a read of an element, or an instance of a generic function.
func (r *rewriter) index(e *ast.IndexExpr) {
	x := r.info.Types[e.X]
	if x.IsType() || r.info.Types[e.Index].IsType() {
		r.raw(e.Pos(), e.End())
		return
	}
	if r.memory(e) {
		r.told("R", e)
		return
	}
	switch t := r.under(e.X).(type) {
	case *types.Map:
		r.mapIndex(e, false)
		return
	case *types.Basic:
		if t.Info()&types.IsString != 0 && x.Value == nil && r.pure(e.X) && r.whole(e.Index) {
			s := r.capture(func() { r.raw(e.X.Pos(), e.X.End()) })
			r.raw(e.Pos(), e.Lbrack+1)
			r.b.WriteString(r.dock("Byte") + "(" + s + ", ")
			r.put(e.Index)
			r.b.WriteString(", " + r.site(e) + ")")
			r.raw(e.Index.End(), e.End())
			return
		}
	}
	r.base(e.X)
	r.raw(r.part(e.X.End(), e.Index), e.End())
}

// whole says whether an index is a variable value of a type with a size: what is
// constant is checked by the compiler and stays.
func (r *rewriter) whole(e ast.Expr) bool {
	tv := r.info.Types[e]
	b, ok := r.under(e).(*types.Basic)
	return tv.Value == nil && ok && b.Info()&types.IsInteger != 0 && b.Info()&types.IsUntyped == 0
}

// pure says whether an expression can be evaluated twice: variables, fields of
// variables, and what generated pointers lead to.
func (r *rewriter) pure(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		_, ok := r.info.Uses[e].(*types.Var)
		return ok
	case *ast.ParenExpr:
		return r.pure(e.X)
	case *ast.StarExpr:
		return !r.memory(e)
	case *ast.SelectorExpr:
		s := r.info.Selections[e]
		return s == nil || s.Kind() == types.FieldVal && !s.Indirect() && r.pure(e.X)
	}
	return false
}

// mapIndex writes m[k].
func (r *rewriter) mapIndex(e *ast.IndexExpr, write bool) {
	flag := ", " + strconv.FormatBool(write) + ", " + r.site(e) + ")"
	if !r.pure(e.X) {
		r.b.WriteString(r.dock("M") + "(")
		r.put(e.X)
		r.b.WriteString(flag)
		r.raw(r.part(e.X.End(), e.Index), e.End())
		return
	}
	r.raw(e.Pos(), e.Lbrack+1)
	r.key(e.X, e.Index, flag)
	r.raw(e.Index.End(), e.End())
}

// key writes a key that is looked up in a map.
func (r *rewriter) key(m, key ast.Expr, flag string) {
	r.b.WriteString(r.dock("In") + "(")
	r.raw(m.Pos(), m.End())
	r.b.WriteString(flag + ".Key(")
	r.put(key)
	r.b.WriteString(")")
}

// ---- calls

func (r *rewriter) call(e *ast.CallExpr) {
	fun := ast.Unparen(e.Fun)
	tv := r.info.Types[fun]
	if tv.IsType() {
		r.raw(e.Pos(), e.Lparen+1)
		r.arguments(e, 0)
		return
	}
	if id, ok := fun.(*ast.Ident); ok && tv.IsBuiltin() {
		if r.builtin(id.Name, e) {
			return
		}
		r.raw(e.Pos(), e.Lparen+1)
		r.arguments(e, 0)
		return
	}
	r.put(e.Fun)
	r.raw(e.Fun.End(), e.Lparen+1)
	r.arguments(e, 0)
}

// arguments writes the arguments of a call from number n on, and its end.
func (r *rewriter) arguments(e *ast.CallExpr, n int) {
	pos := e.Lparen + 1
	if n > 0 {
		pos = e.Args[n-1].End()
	}
	for _, a := range e.Args[n:] {
		pos = r.part(pos, a)
	}
	r.raw(pos, e.End())
}

// builtin writes a call of a built-in function that accesses memory.
func (r *rewriter) builtin(name string, e *ast.CallExpr) bool {
	switch name {
	case "len", "cap":
		r.raw(e.Pos(), e.Lparen+1)
		pos := e.Lparen + 1
		r.raw(pos, e.Args[0].Pos())
		r.base(e.Args[0])
		r.raw(e.Args[0].End(), e.End())
		return true
	case "delete":
		if _, ok := r.under(e.Args[0]).(*types.Map); !ok || len(e.Args) != 2 {
			return false
		}
		r.raw(e.Pos(), e.Lparen+1)
		flag := ", true, " + r.site(e) + ")"
		if r.pure(e.Args[0]) {
			r.raw(e.Lparen+1, e.Args[1].Pos())
			r.key(e.Args[0], e.Args[1], flag)
			r.raw(e.Args[1].End(), e.End())
			return true
		}
		r.b.WriteString(r.dock("M") + "(")
		r.put(e.Args[0])
		r.b.WriteString(flag)
		r.arguments(e, 1)
		return true
	case "copy":
		if len(e.Args) != 2 {
			return false
		}
		if _, ok := r.under(e.Args[0]).(*types.Slice); !ok {
			return false
		}
		fun := ""
		switch r.under(e.Args[1]).(type) {
		case *types.Slice:
			fun = "Copy"
		case *types.Basic:
			if r.info.Types[e.Args[1]].Value == nil {
				fun = "CopyString"
			}
		}
		if fun == "" {
			return false
		}
		n := r.site(e)
		r.b.WriteString(r.dock(fun) + "(")
		pos := e.Lparen + 1
		for _, a := range e.Args {
			r.raw(pos, a.Pos())
			r.base(a)
			pos = a.End()
		}
		r.b.WriteString(", " + n)
		r.raw(pos, e.End())
		return true
	case "append":
		return r.appended(e)
	}
	return false
}

// appended writes an append. What an argument calls may change the slice that
// stands before it, which the compiler reads last; then only what is appended is
// told.
func (r *rewriter) appended(e *ast.CallExpr) bool {
	if _, ok := r.under(e.Args[0]).(*types.Slice); !ok || len(e.Args) < 2 || r.info.Types[e.Args[0]].IsNil() {
		return false
	}
	n := r.site(e)
	calls := false
	for _, a := range e.Args[1:] {
		calls = calls || r.calls(a)
	}
	if calls {
		if e.Ellipsis.IsValid() {
			return false
		}
		r.b.WriteString(r.dock("Grown") + "(")
		r.raw(e.Pos(), e.Lparen+1)
		r.arguments(e, 0)
		r.b.WriteString(", " + strconv.Itoa(len(e.Args)-1) + ", " + n + ")")
		return true
	}
	part := r.part1()
	r.b.WriteString(r.dock("Appended") + "(")
	r.raw(e.Pos(), e.Lparen+1)
	r.b.WriteString(r.dock("Over") + "(")
	r.base(e.Args[0])
	r.b.WriteString(", &" + part + ")")
	if e.Ellipsis.IsValid() {
		from := "From"
		last := e.Args[1]
		if _, ok := r.under(last).(*types.Basic); ok {
			from = "FromString"
		}
		tv := r.info.Types[last]
		if tv.Value != nil || tv.IsNil() || r.under(last) == nil {
			r.arguments(e, 1)
		} else {
			r.raw(e.Args[0].End(), last.Pos())
			r.b.WriteString(r.dock(from) + "(")
			r.base(last)
			r.b.WriteString(", " + n + ")")
			r.raw(last.End(), e.End())
		}
	} else {
		r.arguments(e, 1)
	}
	r.b.WriteString(", &" + part + ", " + n + ")")
	return true
}

// part1 makes a variable of type dock.Part in the function that is written.
func (r *rewriter) part1() string {
	name := r.name()
	r.parts = append(r.parts, name)
	return name
}

// calls says whether an expression calls a function or waits.
func (r *rewriter) calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.CallExpr:
			tv := r.info.Types[ast.Unparen(n.Fun)]
			found = found || !tv.IsType() && !tv.IsBuiltin()
		}
		return !found
	})
	return found
}
