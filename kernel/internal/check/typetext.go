package check

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// TypeText writes a type as Go source. qual names an imported package; id names
// an object of the session's own package, or returns "" where that has no
// name, as types declared inside a function have none outside of it. A type
// without a text, such as an unexported one of another package, is an error.
func TypeText(t types.Type, qual func(*types.Package) string, id func(types.Object) string) (string, error) {
	w := &typeWriter{qual: qual, id: id}
	w.typ(t)
	return w.String(), w.err
}

type typeWriter struct {
	strings.Builder
	qual func(*types.Package) string
	id   func(types.Object) string
	err  error
}

func (w *typeWriter) typ(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		switch {
		case t.Kind() == types.UnsafePointer:
			w.WriteString(w.qual(types.Unsafe))
			w.WriteString(".Pointer")
		case t.Info()&types.IsUntyped != 0:
			w.typ(types.Default(t))
		default:
			w.WriteString(t.Name())
		}
	case *types.Alias:
		w.typ(types.Unalias(t))
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil && p.Path() == "iter" && t.TypeArgs().Len() > 0 {
			// The interpreter has iter.Seq[T] as the func type that it is.
			w.typ(t.Underlying())
			return
		}
		w.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		w.WriteString(t.Obj().Name())
	case *types.Pointer:
		w.WriteByte('*')
		w.typ(t.Elem())
	case *types.Slice:
		w.WriteString("[]")
		w.typ(t.Elem())
	case *types.Array:
		fmt.Fprintf(w, "[%d]", t.Len())
		w.typ(t.Elem())
	case *types.Map:
		w.WriteString("map[")
		w.typ(t.Key())
		w.WriteByte(']')
		w.typ(t.Elem())
	case *types.Chan:
		lead := map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()]
		w.WriteString(lead)
		if in, ok := t.Elem().(*types.Chan); ok && in.Dir() == types.RecvOnly && t.Dir() != types.RecvOnly {
			w.WriteByte('(')
			w.typ(t.Elem())
			w.WriteByte(')')
			return
		}
		w.typ(t.Elem())
	case *types.Signature:
		w.WriteString("func")
		w.signature(t)
	case *types.Struct:
		w.WriteString("struct{")
		for i := range t.NumFields() {
			if i > 0 {
				w.WriteString("; ")
			}
			f := t.Field(i)
			if !f.Embedded() {
				w.WriteString(f.Name() + " ")
			}
			w.typ(f.Type())
			if tag := t.Tag(i); tag != "" {
				w.WriteString(" " + strconv.Quote(tag))
			}
		}
		w.WriteByte('}')
	case *types.Interface:
		w.iface(t)
	case *types.Tuple:
		w.params(t, false)
	default:
		w.fail("type %s", t)
	}
}

func (w *typeWriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("no text for "+format, args...)
	}
}

func (w *typeWriter) named(o *types.TypeName, args *types.TypeList) {
	switch p := o.Pkg(); {
	case p == nil:
		w.WriteString(o.Name())
	case p.Path() == "main":
		id := w.id(o)
		if id == "" {
			w.fail("the local type %s", o.Name())
		}
		w.WriteString(id)
	case !o.Exported():
		w.fail("the unexported type %s.%s", p.Name(), o.Name())
	default:
		w.WriteString(w.qual(p) + "." + o.Name())
	}
	if args.Len() > 0 {
		w.WriteByte('[')
		for i := range args.Len() {
			if i > 0 {
				w.WriteByte(',')
			}
			w.typ(args.At(i))
		}
		w.WriteByte(']')
	}
}

func (w *typeWriter) iface(t *types.Interface) {
	if t.NumMethods() == 0 && t.NumEmbeddeds() == 0 {
		w.WriteString("interface{}")
		return
	}
	w.WriteString("interface{ ")
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		w.WriteString(m.Name())
		w.signature(m.Type().(*types.Signature))
		w.WriteString("; ")
	}
	for i := range t.NumEmbeddeds() {
		w.typ(t.EmbeddedType(i))
		w.WriteString("; ")
	}
	w.WriteByte('}')
}

func (w *typeWriter) signature(t *types.Signature) {
	w.params(t.Params(), t.Variadic())
	switch r := t.Results(); r.Len() {
	case 0:
	case 1:
		w.WriteByte(' ')
		w.typ(r.At(0).Type())
	default:
		w.WriteByte(' ')
		w.params(r, false)
	}
}

func (w *typeWriter) params(t *types.Tuple, variadic bool) {
	w.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		if variadic && i == t.Len()-1 {
			w.WriteString("...")
			if s, ok := t.At(i).Type().(*types.Slice); ok {
				w.typ(s.Elem())
				continue
			}
		}
		w.typ(t.At(i).Type())
	}
	w.WriteByte(')')
}
