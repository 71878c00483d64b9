package engine

import (
	"fmt"
	"reflect"
)

// identical says whether a and b are one type of Go. reflect.Type's own equality
// does not: what the interpreter has had reflect make, as []map[string]T, stays
// another descriptor than the one in a plugin that is opened later.
func identical(a, b reflect.Type) bool {
	if a == b {
		return true
	}
	if a.Name() != "" || b.Name() != "" || a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice:
		return identical(a.Elem(), b.Elem())
	case reflect.Array:
		return a.Len() == b.Len() && identical(a.Elem(), b.Elem())
	case reflect.Chan:
		return a.ChanDir() == b.ChanDir() && identical(a.Elem(), b.Elem())
	case reflect.Map:
		return identical(a.Key(), b.Key()) && identical(a.Elem(), b.Elem())
	case reflect.Func:
		if a.NumIn() != b.NumIn() || a.NumOut() != b.NumOut() || a.IsVariadic() != b.IsVariadic() {
			return false
		}
		for i := range a.NumIn() {
			if !identical(a.In(i), b.In(i)) {
				return false
			}
		}
		for i := range a.NumOut() {
			if !identical(a.Out(i), b.Out(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if a.NumField() != b.NumField() {
			return false
		}
		for i := range a.NumField() {
			f, g := a.Field(i), b.Field(i)
			if f.Name != g.Name || f.PkgPath != g.PkgPath || f.Anonymous != g.Anonymous || f.Tag != g.Tag || !identical(f.Type, g.Type) {
				return false
			}
		}
		return true
	case reflect.Interface:
		return a.NumMethod() == 0 && b.NumMethod() == 0
	}
	return false
}

// sameLayout says why the memory of a variable of type from can't be that of
// one of type to, "" if it can: both must have the same bits with the same
// meaning, and pointers at the same places. Names of types may differ.
func sameLayout(from, to reflect.Type) string {
	return (&layouts{seen: map[[2]reflect.Type]bool{}}).differ(from, to)
}

type layouts struct {
	seen map[[2]reflect.Type]bool // under way or the same
}

func (l *layouts) differ(a, b reflect.Type) string {
	if a == b || l.seen[[2]reflect.Type{a, b}] {
		return ""
	}
	l.seen[[2]reflect.Type{a, b}] = true
	if a.Kind() != b.Kind() || a.Size() != b.Size() || a.Align() != b.Align() {
		return fmt.Sprintf("%v (%d bytes) has another layout than %v (%d bytes)", a, a.Size(), b, b.Size())
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice:
		return l.differ(a.Elem(), b.Elem())
	case reflect.Array:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%v has another length than %v", a, b)
		}
		return l.differ(a.Elem(), b.Elem())
	case reflect.Chan:
		if a.ChanDir() != b.ChanDir() {
			return fmt.Sprintf("%v has another direction than %v", a, b)
		}
		return l.differ(a.Elem(), b.Elem())
	case reflect.Map:
		if why := l.differ(a.Key(), b.Key()); why != "" {
			return why
		}
		return l.differ(a.Elem(), b.Elem())
	case reflect.Struct:
		return l.fields(a, b)
	case reflect.Func:
		return l.functions(a, b)
	case reflect.Interface:
		return interfaces(a, b)
	}
	return ""
}

func (l *layouts) fields(a, b reflect.Type) string {
	if a.NumField() != b.NumField() {
		return fmt.Sprintf("%v has %d fields, %v has %d", a, a.NumField(), b, b.NumField())
	}
	for i := range a.NumField() {
		f, g := a.Field(i), b.Field(i)
		if f.Name != g.Name && f.Name != interpretedName(g) && interpretedName(f) != g.Name {
			return fmt.Sprintf("field %d is %s in %v and %s in %v", i+1, f.Name, a, g.Name, b)
		}
		if f.Offset != g.Offset {
			return fmt.Sprintf("field %s is at another place in %v than in %v", f.Name, a, b)
		}
		if why := l.differ(f.Type, g.Type); why != "" {
			return "field " + f.Name + ": " + why
		}
	}
	return ""
}

// interpretedName is what yaegi calls an unexported field in the types that it
// has reflect make.
func interpretedName(f reflect.StructField) string {
	if f.IsExported() {
		return f.Name
	}
	return "X" + f.Name
}

func (l *layouts) functions(a, b reflect.Type) string {
	if a.NumIn() != b.NumIn() || a.NumOut() != b.NumOut() || a.IsVariadic() != b.IsVariadic() {
		return fmt.Sprintf("%v is called otherwise than %v", a, b)
	}
	for i := range a.NumIn() {
		if why := l.differ(a.In(i), b.In(i)); why != "" {
			return why
		}
	}
	for i := range a.NumOut() {
		if why := l.differ(a.Out(i), b.Out(i)); why != "" {
			return why
		}
	}
	return ""
}

// interfaces compares the tables of methods: they are called by their number.
func interfaces(a, b reflect.Type) string {
	if a.NumMethod() != b.NumMethod() {
		return fmt.Sprintf("%v has %d methods, %v has %d", a, a.NumMethod(), b, b.NumMethod())
	}
	for i := range a.NumMethod() {
		if m, n := a.Method(i), b.Method(i); m.Name != n.Name || m.Type != n.Type {
			return fmt.Sprintf("method %d is %s%v in %v and %s%v in %v", i+1, m.Name, m.Type, a, n.Name, n.Type, b)
		}
	}
	return ""
}
