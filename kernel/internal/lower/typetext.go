package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// typ writes a type for the file that is being written; at is blamed when it
// has no text.
func (l *lowerer) typ(t types.Type, at ast.Node) string {
	w := &typeWriter{l: l, at: at}
	w.typ(l.subst(t))
	if w.missing != "" && at != nil {
		l.refuse(at, "", "%s can't be used", w.missing)
	}
	return w.b.String()
}

// key writes a type so that two types have the same text if and only if the
// interpreter must not tell them apart.
func (l *lowerer) key(t types.Type) string {
	w := &typeWriter{l: l, key: true}
	w.typ(t)
	return w.b.String()
}

// A typeWriter writes types as the interpreter reads them: instances of generic
// types by the names that they were given, aliases as what they stand for.
type typeWriter struct {
	l       *lowerer
	at      ast.Node
	b       strings.Builder
	key     bool                  // packages by their paths
	bare    map[*types.Named]bool // not nil: types of cells as what they are made of; those around
	missing string                // what has no text
}

func (w *typeWriter) fail(format string, args ...any) {
	if w.missing == "" {
		w.missing = fmt.Sprintf(format, args...)
	}
}

func (w *typeWriter) write(s string) { w.b.WriteString(s) }

func (w *typeWriter) qualifier(p *types.Package) string {
	if w.key {
		return p.Path()
	}
	return w.l.pkg(p)
}

func (w *typeWriter) typ(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		switch {
		case t.Kind() == types.UnsafePointer:
			w.write(w.qualifier(types.Unsafe) + ".Pointer")
		case t.Info()&types.IsUntyped != 0 && t.Kind() != types.UntypedNil:
			w.typ(types.Default(t))
		default:
			w.write(t.Name())
		}
	case *types.Alias:
		w.typ(types.Unalias(t))
	case *types.Named:
		w.named(t)
	case *types.TypeParam:
		w.write(t.Obj().Name())
	case *types.Pointer:
		w.write("*")
		w.typ(t.Elem())
	case *types.Slice:
		w.write("[]")
		w.typ(t.Elem())
	case *types.Array:
		w.write("[" + strconv.FormatInt(t.Len(), 10) + "]")
		w.typ(t.Elem())
	case *types.Map:
		w.write("map[")
		w.typ(t.Key())
		w.write("]")
		w.typ(t.Elem())
	case *types.Chan:
		w.write(map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()])
		if in, ok := t.Elem().(*types.Chan); ok && in.Dir() == types.RecvOnly && t.Dir() != types.RecvOnly {
			w.write("(")
			w.typ(t.Elem())
			w.write(")")
			return
		}
		w.typ(t.Elem())
	case *types.Signature:
		w.write("func")
		w.signature(t)
	case *types.Struct:
		w.structure(t)
	case *types.Interface:
		w.iface(t)
	case *types.Tuple:
		w.params(t, false)
	default:
		w.fail("the type %v", t)
	}
}

func (w *typeWriter) named(t *types.Named) {
	o := t.Obj()
	path := ""
	if o.Pkg() != nil {
		path = plainPath(o.Pkg())
	}
	if w.bare != nil && w.l.mine(t) {
		if w.bare[t] {
			w.write("itself")
			return
		}
		w.bare[t] = true
		w.typ(t.Underlying())
		delete(w.bare, t)
		return
	}
	switch {
	case o.Pkg() == nil:
		w.write(o.Name())
	case path == "iter" && t.TypeArgs().Len() > 0:
		w.typ(t.Underlying()) // iter.Seq and iter.Seq2
	case t.TypeArgs().Len() > 0:
		name := w.l.instance(o, typeList(t.TypeArgs()), w.at)
		if name == "" {
			w.fail("the generic type %s.%s", o.Pkg().Name(), o.Name())
		}
		w.write(name)
	case isStd(o.Pkg()):
		w.write(w.l.instance(o, nil, w.at))
	case o.Pkg() == w.l.c.Pkg:
		if path, name, ok := w.l.home(o); ok && w.key {
			w.write(path + "." + name)
			return
		}
		w.write(w.l.namedName(o, w.at))
	case !o.Exported():
		w.fail("the unexported type %s.%s", o.Pkg().Name(), o.Name())
	default:
		w.write(w.qualifier(o.Pkg()) + "." + o.Name())
	}
}

// namedName is the name of a type of the session that has no type arguments.
func (l *lowerer) namedName(o *types.TypeName, at ast.Node) string {
	if name := l.locals[o]; name != "" {
		return name
	}
	if l.session(o) {
		return l.sessionName(o, at)
	}
	return o.Name()
}

// structure writes a struct type. Blank fields get names: the interpreter does
// not know two of them apart.
func (w *typeWriter) structure(t *types.Struct) {
	w.write("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			w.write("; ")
		}
		switch f := t.Field(i); {
		case f.Embedded():
			w.embedded(f)
		default:
			w.write(fieldName(f.Name(), i) + " ")
			w.typ(f.Type())
		}
		if tag := t.Tag(i); tag != "" {
			w.write(" " + strconv.Quote(tag))
		}
	}
	w.write("}")
}

func (w *typeWriter) embedded(f *types.Var) {
	t := f.Type()
	if p, ok := t.(*types.Pointer); ok {
		w.write("*")
		t = p.Elem()
	}
	if a, ok := t.(*types.Alias); ok && w.l.session(a.Obj()) && a.TypeArgs().Len() == 0 {
		w.write(w.l.goName(a.Obj()))
		return
	}
	w.typ(t)
}

// fieldName is the name of the i-th field of a struct in the lowered text.
func fieldName(name string, i int) string {
	if name == "_" {
		return fmt.Sprintf("w_blank%d", i)
	}
	return name
}

// blanks gives names to the blank fields of a struct type that is about to be
// written.
func (l *lowerer) blanks(s *ast.StructType) {
	i := 0
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			if n.Name == "_" {
				l.rename[l.info.Defs[n]] = fieldName(n.Name, i)
			}
			i++
		}
		if len(f.Names) == 0 {
			i++
		}
	}
}

func (w *typeWriter) iface(t *types.Interface) {
	if t.NumMethods() == 0 && t.IsMethodSet() {
		if t.IsComparable() {
			w.write("comparable")
			return
		}
		w.write("interface{}")
		return
	}
	w.write("interface{ ")
	for i := range t.NumMethods() {
		m := t.Method(i)
		w.write(m.Name())
		w.signature(m.Signature())
		w.write("; ")
	}
	w.write("}")
}

func (w *typeWriter) signature(t *types.Signature) {
	w.params(t.Params(), t.Variadic())
	switch r := t.Results(); r.Len() {
	case 0:
	case 1:
		w.write(" ")
		w.typ(r.At(0).Type())
	default:
		w.write(" ")
		w.params(r, false)
	}
}

func (w *typeWriter) params(t *types.Tuple, variadic bool) {
	w.write("(")
	for i := range t.Len() {
		if i > 0 {
			w.write(", ")
		}
		if variadic && i == t.Len()-1 {
			w.write("...")
			if s, ok := types.Unalias(t.At(i).Type()).(*types.Slice); ok {
				w.typ(s.Elem())
				continue
			}
		}
		w.typ(t.At(i).Type())
	}
	w.write(")")
}

func typeList(list *types.TypeList) []types.Type {
	out := make([]types.Type, list.Len())
	for i := range out {
		out[i] = list.At(i)
	}
	return out
}
