package compiled

import (
	"reflect"
	"unsafe"
)

// Equal is Go's == of two interfaces whose values may be of types of cells. The
// interpreter wraps such a value once or more: to tell its type, and for each
// interface of a compiled package that it meets. What must be compared is
// inside. Types of cells are to compiled code what they are made of, so two of
// them with the same underlying type are one.
func Equal(a, b any) bool { return inner(a) == inner(b) }

// inner takes the wrappers off.
func inner(v any) any {
	for {
		in, ok := unwrap(v)
		if !ok {
			return v
		}
		v = in
	}
}

// Flat takes off all wrappers that tell the type of a value but the innermost:
// the interpreter wraps once more whenever one interface becomes another.
func Flat(v any) any {
	for {
		in, ok := unwrap(v)
		if !ok || !isWrapper(in) {
			return v
		}
		v = in
	}
}

func isWrapper(v any) bool {
	t := reflect.TypeOf(v)
	return t != nil && t.PkgPath() == yaegi && t.Name() == "valueInterface"
}

// unwrap takes one wrapper off; false means that there is none.
func unwrap(v any) (any, bool) {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Struct || t.PkgPath() != yaegi && t.PkgPath() != tables {
		return nil, false
	}
	x := reflect.ValueOf(v)
	if isWrapper(v) {
		// Its fields are not exported: those of a place of our own can be read.
		p := reflect.New(t)
		p.Elem().Set(x)
		f, ok := t.FieldByName("value")
		if !ok || f.Type != reflect.TypeFor[reflect.Value]() {
			return nil, false
		}
		in := *(*reflect.Value)(unsafe.Add(p.UnsafePointer(), f.Offset))
		if !in.IsValid() {
			return nil, true
		}
		return in.Interface(), true
	}
	if f := x.FieldByName("IValue"); f.IsValid() {
		return f.Interface(), true
	}
	return nil, false
}

// The packages that declare wrappers.
const (
	yaegi  = "github.com/traefik/yaegi/interp"
	tables = "github.com/weft-go/weft/kernel/internal/symbols"
)
