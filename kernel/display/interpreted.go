package display

import (
	"reflect"
	"strings"
	"unsafe"
)

// The interpreter keeps some values in boxes of its own: a value of an
// interpreted type with methods that is held in an interface lies in a struct
// of two fields, a description and a reflect.Value; one that was given to a
// compiled function as an interface lies in a struct whose first field is
// called IValue, followed by its methods. This file opens both. It knows them
// by their shape, so that this package, which compiled programs use as well,
// does not link an interpreter.

const interpreter = "yaegi/interp"

var reflectValueType = reflect.TypeFor[reflect.Value]()

// concrete returns the value inside of interfaces and the interpreter's boxes.
func concrete(v reflect.Value) reflect.Value {
	for range 100 { // a box in itself would not end
		switch {
		case !v.IsValid():
			return v
		case v.Kind() == reflect.Interface:
			v = v.Elem()
		case v.Kind() != reflect.Struct:
			return v
		case v.Type() == reflectValueType:
			if !v.CanInterface() {
				return v
			}
			v = v.Interface().(reflect.Value)
		case v.NumField() == 2 && opaque(v.Type()) && v.Type().Field(1).Type == reflectValueType:
			if !v.CanInterface() {
				return v
			}
			box := reflect.New(v.Type()).Elem()
			box.Set(v)
			v = *(*reflect.Value)(unsafe.Pointer(box.Field(1).UnsafeAddr()))
		case isWrapper(v.Type()) && !ownText(v):
			v = v.Field(0).Elem()
		default:
			return v
		}
	}
	return v
}

// concreteAny is concrete for a value that is not inspected yet; it returns
// what cannot be opened as it is.
func concreteAny(v any) any {
	if c := concrete(reflect.ValueOf(v)); c.IsValid() && c.CanInterface() {
		return c.Interface()
	}
	return v
}

// ownText says whether a box with methods has the value's own String or Error
// among them.
func ownText(v reflect.Value) bool {
	for _, name := range []string{"WError", "WString"} {
		if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.Func && !f.IsNil() {
			return true
		}
	}
	return false
}

// isWrapper says whether t is a box with methods.
func isWrapper(t reflect.Type) bool {
	return t.NumField() > 0 && strings.HasPrefix(t.Name(), "_") && t.Field(0).Name == "IValue" &&
		t.Field(0).Type.Kind() == reflect.Interface
}

// opaque says whether t is a type of the interpreter itself, in which there is
// nothing to see for a user.
func opaque(t reflect.Type) bool { return strings.HasSuffix(t.PkgPath(), interpreter) }

// unboxed returns a value for encoding/json, which does not know the boxes:
// slices and maps of interfaces are copied with their elements opened. One
// that contains itself is left to encoding/json, which refuses it.
func unboxed(v reflect.Value, path map[unsafe.Pointer]bool) any {
	v = concrete(v)
	if !v.IsValid() {
		return nil
	}
	kind := v.Kind()
	if kind != reflect.Slice && kind != reflect.Map || v.Type().NumMethod() > 0 || v.Len() == 0 || path[v.UnsafePointer()] {
		return v.Interface()
	}
	e := v.Type().Elem()
	if e.Kind() != reflect.Interface && !opaque(e) || kind == reflect.Map && v.Type().Key().Kind() != reflect.String {
		return v.Interface()
	}
	path[v.UnsafePointer()] = true
	defer delete(path, v.UnsafePointer())
	if kind == reflect.Slice {
		list := make([]any, v.Len())
		for i := range list {
			list[i] = unboxed(v.Index(i), path)
		}
		return list
	}
	object := make(map[string]any, v.Len())
	for k, e := range v.Seq2() {
		object[k.String()] = unboxed(e, path)
	}
	return object
}
