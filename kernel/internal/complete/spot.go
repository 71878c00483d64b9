package complete

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/weft-go/weft/kernel/internal/check"
)

// A spot is what the syntax around the cursor asks for.
type spot struct {
	g    *check.Glance
	path []ast.Node // outermost first; nil when the text could not be understood

	selector *ast.SelectorExpr // the cursor is in its Sel
	literal  *ast.CompositeLit // the cursor is at one of its elements
	keyed    bool              // which needs a field's name there
	want     types.Type        // the type that is expected; nil if any
	typ      bool              // a type is expected
	call     bool              // a statement: only a call can stand there
	declares bool              // a new name is written
	branch   token.Token       // a label of this statement
}

// spot finds out what is asked for, with the types of a check of m.text.
func (m *mended) spot(g *check.Glance) *spot {
	s := &spot{g: g}
	if m.tree == nil || g.Scope == nil {
		return s
	}
	s.path = m.tree.path
	id := s.path[len(s.path)-1].(*ast.Ident)
	s.look(id, len(s.path)-2)
	return s
}

// look tells what the place of an expression asks for; its parent is path[i].
func (s *spot) look(e ast.Expr, i int) {
	if i < 0 {
		return
	}
	switch n := s.path[i].(type) {
	case *ast.SelectorExpr:
		if n.Sel == e {
			s.selector = n
			s.look(n, i-1)
			s.declares = false
		}
	case *ast.ParenExpr:
		s.look(n, i-1)
	case *ast.ExprStmt:
		s.call = true
	case *ast.CallExpr:
		if k := slices.Index(n.Args, e); k >= 0 {
			s.want = s.parameter(n, k)
		} else if n.Fun == e {
			s.look(n, i-1)
		}
	case *ast.AssignStmt:
		if slices.Contains(n.Lhs, e) {
			s.declares = n.Tok == token.DEFINE && s.selector == nil
			return
		}
		if k := slices.Index(n.Rhs, e); n.Tok != token.DEFINE && k >= 0 && k < len(n.Lhs) {
			s.want = s.typeOf(n.Lhs[k])
		}
	case *ast.ReturnStmt:
		s.want = s.result(slices.Index(n.Results, e), i)
	case *ast.BinaryExpr:
		other := n.X
		if other == e {
			other = n.Y
		}
		switch n.Op {
		case token.LAND, token.LOR:
			s.want = types.Typ[types.Bool]
		case token.SHL, token.SHR:
			s.want = types.Typ[types.Int]
		default:
			s.want = s.typeOf(other)
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			s.want = types.Typ[types.Bool]
			return
		}
		s.look(n, i-1)
		if p, ok := under(s.want).(*types.Pointer); ok && n.Op == token.AND {
			s.want = p.Elem()
		} else if n.Op == token.ARROW || n.Op == token.AND {
			s.want = nil
		}
		s.call = false
	case *ast.IfStmt:
		if n.Cond == e {
			s.want = types.Typ[types.Bool]
		}
	case *ast.ForStmt:
		if n.Cond == e {
			s.want = types.Typ[types.Bool]
		}
	case *ast.IndexExpr:
		if n.Index == e {
			s.want = types.Typ[types.Int]
			if m, ok := under(s.typeOf(n.X)).(*types.Map); ok {
				s.want = m.Key()
			}
		}
	case *ast.SendStmt:
		if c, ok := under(s.typeOf(n.Chan)).(*types.Chan); ok && n.Value == e {
			s.want = c.Elem()
		}
	case *ast.CaseClause:
		s.clause(i)
	case *ast.CompositeLit:
		if n.Type == e {
			s.typ = true
			return
		}
		s.element(n, slices.Index(n.Elts, e), nil)
	case *ast.KeyValueExpr:
		if lit, ok := s.path[max(0, i-1)].(*ast.CompositeLit); ok {
			if n.Key == e {
				s.element(lit, slices.Index(lit.Elts, ast.Expr(n)), n)
			} else {
				s.value(lit, n)
			}
		}
	case *ast.ValueSpec:
		switch {
		case n.Type == e:
			s.typ = true
		case slices.Contains(n.Values, e):
			if n.Type != nil {
				s.want = s.typeOf(n.Type)
			}
		default:
			s.declares = true
		}
	case *ast.Field:
		s.typ = n.Type == e
		s.declares = !s.typ
	case *ast.TypeSpec:
		s.typ = n.Type == e
		s.declares = !s.typ
	case *ast.ArrayType:
		s.typ = n.Elt == e
	case *ast.MapType, *ast.ChanType, *ast.Ellipsis:
		s.typ = true
	case *ast.StarExpr:
		s.look(n, i-1)
	case *ast.TypeAssertExpr:
		s.typ = n.Type == e
	case *ast.FuncDecl:
		s.declares = true
	case *ast.LabeledStmt:
		s.declares = n.Label == e
	case *ast.BranchStmt:
		s.branch = n.Tok
	case *ast.ImportSpec:
		s.declares = true
	}
}

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// deref is the type that a pointer points to, or the type itself.
func deref(t types.Type) types.Type {
	if p, ok := under(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// typeOf finds the type of an expression of our own tree by its place: the
// text is the one that was checked.
func (s *spot) typeOf(e ast.Expr) types.Type {
	tv, ok := s.typed(e)
	if !ok || tv.Type == types.Typ[types.Invalid] {
		return nil
	}
	return tv.Type
}

func (s *spot) typed(e ast.Expr) (types.TypeAndValue, bool) {
	if e == nil {
		return types.TypeAndValue{}, false
	}
	for x, tv := range s.g.Info.Types {
		if x.Pos() == e.Pos() && x.End() == e.End() && tv.Type != nil {
			return tv, true
		}
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if o := s.object(id); o != nil && o.Type() != nil {
			return types.TypeAndValue{Type: o.Type()}, true
		}
	}
	return types.TypeAndValue{}, false
}

// object finds what an identifier of our own tree means.
func (s *spot) object(id *ast.Ident) types.Object {
	for x, o := range s.g.Info.Uses {
		if x.Pos() == id.Pos() && x.Name == id.Name {
			return o
		}
	}
	for x, o := range s.g.Info.Defs {
		if x.Pos() == id.Pos() && x.Name == id.Name {
			return o
		}
	}
	return nil
}

// parameter is the type of a call's argument.
func (s *spot) parameter(call *ast.CallExpr, i int) types.Type {
	if v := s.parameterVar(call, i); v != nil {
		return v.Type()
	}
	tv, ok := s.typed(call.Fun)
	if ok && tv.IsType() && i == 0 {
		return nil
	}
	if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "append" && i > 0 {
		if t, ok := under(s.typeOf(call.Args[0])).(*types.Slice); ok {
			return t.Elem()
		}
	} else if ok && (id.Name == "make" || id.Name == "new") && i == 0 {
		s.typ = true
	}
	return nil
}

// parameterVar is the parameter that takes a call's argument; of a variadic
// one it has the type of one element.
func (s *spot) parameterVar(call *ast.CallExpr, i int) *types.Var {
	f, ok := under(s.typeOf(call.Fun)).(*types.Signature)
	if !ok || f.Params().Len() == 0 {
		return nil
	}
	if n := f.Params().Len(); f.Variadic() && i >= n-1 {
		v := f.Params().At(n - 1)
		if t, ok := v.Type().(*types.Slice); ok && !call.Ellipsis.IsValid() {
			return types.NewParam(v.Pos(), v.Pkg(), v.Name(), t.Elem())
		}
		return v
	} else if i >= n {
		return nil
	}
	return f.Params().At(i)
}

// result is the type of a function's result; the function is above path[i].
func (s *spot) result(k, i int) types.Type {
	for ; i >= 0; i-- {
		var f *ast.FuncType
		switch n := s.path[i].(type) {
		case *ast.FuncLit:
			f = n.Type
		case *ast.FuncDecl:
			f = n.Type
		default:
			continue
		}
		if f.Results == nil {
			return nil
		}
		for _, field := range f.Results.List {
			if k -= max(1, len(field.Names)); k < 0 {
				return s.typeOf(field.Type)
			}
		}
		return nil
	}
	return nil
}

// clause looks at a case of the switch above path[i].
func (s *spot) clause(i int) {
	for i--; i >= 0; i-- {
		switch n := s.path[i].(type) {
		case *ast.SwitchStmt:
			s.want = types.Typ[types.Bool]
			if n.Tag != nil {
				s.want = s.typeOf(n.Tag)
			}
			return
		case *ast.TypeSwitchStmt:
			s.typ = true
			return
		case *ast.BlockStmt:
		default:
			return
		}
	}
}

// element looks at an element of a literal, or at its key.
func (s *spot) element(lit *ast.CompositeLit, i int, kv *ast.KeyValueExpr) {
	t := s.typeOf(lit)
	if t == nil && lit.Type != nil {
		t = s.typeOf(lit.Type)
	}
	switch u := under(deref(t)).(type) {
	case *types.Struct:
		s.literal, s.keyed = lit, kv != nil
		for _, e := range lit.Elts {
			if _, ok := e.(*ast.KeyValueExpr); ok {
				s.keyed = true
			}
		}
		if i >= 0 && i < u.NumFields() {
			s.want = u.Field(i).Type()
		}
	case *types.Slice:
		s.want = u.Elem()
	case *types.Array:
		s.want = u.Elem()
	case *types.Map:
		s.want = u.Key()
	}
}

// value looks at the value of a key.
func (s *spot) value(lit *ast.CompositeLit, kv *ast.KeyValueExpr) {
	t := s.typeOf(lit)
	if t == nil && lit.Type != nil {
		t = s.typeOf(lit.Type)
	}
	switch u := under(deref(t)).(type) {
	case *types.Struct:
		if id, ok := kv.Key.(*ast.Ident); ok {
			for f := range u.Fields() {
				if f.Name() == id.Name {
					s.want = f.Type()
				}
			}
		}
	case *types.Slice:
		s.want = u.Elem()
	case *types.Array:
		s.want = u.Elem()
	case *types.Map:
		s.want = u.Elem()
	}
}

// lacks lists the fields that a literal does not name yet.
func (s *spot) lacks() (fields []*types.Var) {
	t := s.typeOf(s.literal)
	if t == nil && s.literal.Type != nil {
		t = s.typeOf(s.literal.Type)
	}
	u, ok := under(deref(t)).(*types.Struct)
	if !ok {
		return nil
	}
	given := map[string]bool{}
	for _, e := range s.literal.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && !slices.Contains(s.path, ast.Node(kv)) {
			if id, ok := kv.Key.(*ast.Ident); ok {
				given[id.Name] = true
			}
		}
	}
	for f := range u.Fields() {
		if (f.Exported() || f.Pkg() == s.g.Pkg) && !given[f.Name()] {
			fields = append(fields, f)
		}
	}
	return fields
}

// labels lists the labels that a branch statement can name.
func (s *spot) labels() (names []string) {
	if s.branch != token.GOTO {
		for _, n := range s.path {
			switch n := n.(type) {
			case *ast.FuncLit, *ast.FuncDecl:
				names = nil
			case *ast.LabeledStmt:
				names = append(names, n.Label.Name)
			}
		}
		slices.Reverse(names)
		return names
	}
	var body *ast.BlockStmt
	for _, n := range s.path {
		switch n := n.(type) {
		case *ast.FuncLit:
			body = n.Body
		case *ast.FuncDecl:
			body = n.Body
		}
	}
	if body == nil {
		return nil
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.LabeledStmt:
			names = append(names, n.Label.Name)
		}
		return true
	})
	return names
}

// fits says whether a value of this type, or what a call of it gives, is what
// is expected.
func (s *spot) fits(t types.Type) bool {
	if s.want == nil || t == nil {
		return false
	}
	if tuple, ok := t.(*types.Tuple); ok {
		return tuple.Len() > 0 && s.fits(tuple.At(0).Type())
	}
	if b, ok := s.want.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		if u, ok := under(t).(*types.Basic); ok {
			return u.Info()&b.Info()&^types.IsUntyped != 0
		}
		return false
	}
	if iface, ok := under(s.want).(*types.Interface); ok && iface.Empty() {
		return false // everything is
	}
	return types.AssignableTo(t, s.want)
}

// declaring says whether the cursor is in the declaration of a variable of
// this name, where it can't be used yet.
func (s *spot) declaring(name string) bool {
	for i := len(s.path) - 1; i >= 0; i-- {
		var ids []*ast.Ident
		switch n := s.path[i].(type) {
		case *ast.ValueSpec:
			ids = n.Names
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, l := range n.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		case *ast.FuncLit, *ast.FuncDecl:
			return false
		}
		for _, id := range ids {
			if id.Name == name {
				return true
			}
		}
	}
	return false
}
