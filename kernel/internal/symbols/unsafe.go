package symbols

import (
	"reflect"
	"unsafe"
)

// load_unsafe is written by hand: the compiler's functions have no values.
// Sizeof and its like are computed by the interpreter once it finds the names.
func load_unsafe() *table {
	return &table{
		name: "unsafe",
		values: []binding{
			{"Add", func(p unsafe.Pointer, n int) unsafe.Pointer { return unsafe.Add(p, n) }},
			{"Alignof", func(v any) uintptr { return uintptr(reflect.TypeOf(v).Align()) }},
			{"Offsetof", func(any) uintptr { return 0 }},
			{"Sizeof", func(v any) uintptr { return reflect.TypeOf(v).Size() }},
			{"String", func(p *byte, n int) string { return unsafe.String(p, n) }},
			{"StringData", func(s string) *byte { return unsafe.StringData(s) }},
		},
		types: []binding{
			{"Pointer", (*unsafe.Pointer)(nil)},
		},
	}
}

// convertPointer tells yaegi how to convert between unsafe.Pointer and other
// types; nil leaves it to yaegi.
func convertPointer(from, to reflect.Type) func(src, dest reflect.Value) {
	const pointer = reflect.UnsafePointer
	switch {
	case to.Kind() == pointer && from.Kind() == reflect.Uintptr:
		return uintptrToPointer
	case to.Kind() == pointer:
		return func(src, dest reflect.Value) { dest.SetPointer(src.UnsafePointer()) }
	case to.Kind() == reflect.Uintptr && from.Kind() == pointer:
		return func(src, dest reflect.Value) { dest.SetUint(uint64(src.Pointer())) }
	case from.Kind() == pointer:
		return func(src, dest reflect.Value) { dest.Set(reflect.NewAt(dest.Type().Elem(), src.UnsafePointer())) }
	}
	return nil
}

// uintptrToPointer is what the cell asked for, safe or not.
//
//go:nocheckptr
func uintptrToPointer(src, dest reflect.Value) {
	u := uintptr(src.Uint())
	dest.SetPointer(*(*unsafe.Pointer)(unsafe.Pointer(&u)))
}
