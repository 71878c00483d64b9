package engine

import (
	"reflect"
	"unsafe"

	"github.com/traefik/yaegi/interp"
)

// kept drops what yaegi keeps of every file it has compiled and never looks at
// again: the tree (Interpreter.roots, for the debugger) and the scopes
// (scope.child, for nothing). Without it each cell costs 5 to 10 kB for ever,
// with it 0.2 to 0.7 kB. Fields are found by name; a release that changes them
// is left alone, and TestKept fails.
type kept struct {
	lists []unsafe.Pointer // slices of pointers, to be made nil
}

func newKept(i *interp.Interpreter) kept {
	v := reflect.ValueOf(i).Elem()
	var k kept
	k.add(v.FieldByName("roots"))
	scopes := v.FieldByName("scopes")
	if scopes.Kind() != reflect.Map || scopes.Type().Key().Kind() != reflect.String {
		return k
	}
	if main := scopes.MapIndex(reflect.ValueOf("main")); main.Kind() == reflect.Pointer && !main.IsNil() {
		k.add(main.Elem().FieldByName("child"))
	}
	return k
}

func (k *kept) add(list reflect.Value) {
	if list.IsValid() && list.Kind() == reflect.Slice && list.Type().Elem().Kind() == reflect.Pointer && list.CanAddr() {
		k.lists = append(k.lists, list.Addr().UnsafePointer())
	}
}

// drop empties the lists. It must not run while the interpreter compiles.
func (k *kept) drop() {
	for _, l := range k.lists {
		*(*[]unsafe.Pointer)(l) = nil
	}
}
