package lower

import (
	"go/ast"
	"go/types"
)

// What the checker knows is asked for through the functions below: in the body
// of a generic function the answers are those of the instance that is being
// written.

// typeOf is the type of an expression, nil if it has none.
func (l *lowerer) typeOf(e ast.Expr) types.Type { return l.subst(l.info.TypeOf(e)) }

// tv is what the checker recorded for an expression.
func (l *lowerer) tv(e ast.Expr) types.TypeAndValue {
	tv := l.info.Types[e]
	tv.Type = l.subst(tv.Type)
	return tv
}

// object is what an identifier means, nil for one without an object.
func (l *lowerer) object(id *ast.Ident) types.Object {
	if l.info == l.c.Info {
		return l.c.Object(id)
	}
	if o := l.info.Uses[id]; o != nil {
		return o
	}
	return l.info.Defs[id]
}

// A selection is a types.Selection whose receiver has its type arguments.
type selection struct {
	kind  types.SelectionKind
	recv  types.Type
	obj   types.Object
	index []int
}

func (s *selection) Kind() types.SelectionKind { return s.kind }
func (s *selection) Recv() types.Type          { return s.recv }
func (s *selection) Obj() types.Object         { return s.obj }
func (s *selection) Index() []int              { return s.index }

// selection returns what x.f selects, nil if it is a qualified identifier.
func (l *lowerer) selection(e *ast.SelectorExpr) *selection {
	s := l.info.Selections[e]
	if s == nil {
		return nil
	}
	out := &selection{s.Kind(), s.Recv(), s.Obj(), s.Index()}
	if len(l.env) == 0 {
		return out
	}
	out.recv = l.subst(s.Recv())
	if o, index, _ := types.LookupFieldOrMethod(out.recv, true, s.Obj().Pkg(), s.Obj().Name()); o != nil {
		out.obj, out.index = o, index
	}
	return out
}

// subst puts the type arguments of the instance that is being written into a
// type.
func (l *lowerer) subst(t types.Type) types.Type {
	if len(l.env) == 0 || t == nil {
		return t
	}
	return l.substitute(t)
}

func (l *lowerer) substitute(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		if u, ok := l.env[t]; ok {
			return u
		}
	case *types.Alias:
		if t.Obj().Pkg() == nil {
			return t
		}
		return l.substitute(types.Unalias(t))
	case *types.Named:
		if t.TypeArgs().Len() > 0 {
			if n, err := types.Instantiate(l.mem.context, t.Origin(), l.substituteAll(t.TypeArgs()), false); err == nil {
				return n
			}
		}
	case *types.Pointer:
		if e := l.substitute(t.Elem()); e != t.Elem() {
			return types.NewPointer(e)
		}
	case *types.Slice:
		if e := l.substitute(t.Elem()); e != t.Elem() {
			return types.NewSlice(e)
		}
	case *types.Array:
		if e := l.substitute(t.Elem()); e != t.Elem() {
			return types.NewArray(e, t.Len())
		}
	case *types.Map:
		return types.NewMap(l.substitute(t.Key()), l.substitute(t.Elem()))
	case *types.Chan:
		return types.NewChan(t.Dir(), l.substitute(t.Elem()))
	case *types.Tuple:
		vars := make([]*types.Var, t.Len())
		for i := range vars {
			v := t.At(i)
			vars[i] = types.NewParam(v.Pos(), v.Pkg(), v.Name(), l.substitute(v.Type()))
		}
		return types.NewTuple(vars...)
	case *types.Signature:
		params, _ := l.substitute(t.Params()).(*types.Tuple)
		results, _ := l.substitute(t.Results()).(*types.Tuple)
		return types.NewSignatureType(nil, nil, nil, params, results, t.Variadic())
	case *types.Struct:
		fields := make([]*types.Var, t.NumFields())
		tags := make([]string, t.NumFields())
		for i := range fields {
			f := t.Field(i)
			fields[i] = types.NewField(f.Pos(), f.Pkg(), f.Name(), l.substitute(f.Type()), f.Embedded())
			tags[i] = t.Tag(i)
		}
		return types.NewStruct(fields, tags)
	case *types.Interface:
		if t.NumMethods() == 0 && t.NumEmbeddeds() == 0 {
			return t
		}
		methods := make([]*types.Func, t.NumExplicitMethods())
		for i := range methods {
			m := t.ExplicitMethod(i)
			sig, _ := l.substitute(m.Type()).(*types.Signature)
			methods[i] = types.NewFunc(m.Pos(), m.Pkg(), m.Name(), sig)
		}
		embedded := make([]types.Type, t.NumEmbeddeds())
		for i := range embedded {
			embedded[i] = l.substitute(t.EmbeddedType(i))
		}
		return types.NewInterfaceType(methods, embedded).Complete()
	case *types.Union:
		terms := make([]*types.Term, t.Len())
		for i := range terms {
			terms[i] = types.NewTerm(t.Term(i).Tilde(), l.substitute(t.Term(i).Type()))
		}
		return types.NewUnion(terms)
	}
	return t
}

func (l *lowerer) substituteAll(list *types.TypeList) []types.Type {
	out := make([]types.Type, list.Len())
	for i := range out {
		out[i] = l.substitute(list.At(i))
	}
	return out
}
