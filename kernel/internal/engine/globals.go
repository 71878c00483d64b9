package engine

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/traefik/yaegi/interp"
)

// globals reaches the interpreter's variables and functions by name.
//
// yaegi keeps the variables of package main in frame.data, a list of
// addressable reflect.Values, and in the scope's sym which name has which
// index. Interpreter.Globals copies all of them for one. Fields are found by
// name, as kept does; a release that changes them gives no globals, and
// TestGlobals fails.
type globals struct {
	sym   reflect.Value // map[string]*symbol of package main
	data  *[]reflect.Value
	bin   *interp.Exports // what Use has been given, by import path
	names *map[string]string
	frame unsafe.Pointer
}

func newGlobals(i *interp.Interpreter) (g globals, ok bool) {
	defer func() {
		if recover() != nil { // reflect's, of a field that is another
			ok = false
		}
	}()
	v := reflect.ValueOf(i).Elem()
	frame := v.FieldByName("frame")
	data := frame.Elem().FieldByName("data")
	bin := v.FieldByName("binPkg")
	names := v.FieldByName("pkgNames")
	g.sym = v.FieldByName("scopes").MapIndex(reflect.ValueOf("main")).Elem().FieldByName("sym")
	symbol := g.sym.Type().Elem().Elem()
	index, hasIndex := symbol.FieldByName("index")
	global, hasGlobal := symbol.FieldByName("global")
	node, hasNode := symbol.FieldByName("node")
	if data.Type() != reflect.TypeFor[[]reflect.Value]() || bin.Type() != reflect.TypeFor[interp.Exports]() || names.Type() != reflect.TypeFor[map[string]string]() ||
		!hasIndex || index.Type.Kind() != reflect.Int || !hasGlobal || global.Type.Kind() != reflect.Bool ||
		!hasNode || node.Type.Kind() != reflect.Pointer {
		return g, false
	}
	g.frame = frame.UnsafePointer()
	g.data = (*[]reflect.Value)(data.Addr().UnsafePointer())
	g.bin = (*interp.Exports)(bin.Addr().UnsafePointer())
	g.names = (*map[string]string)(names.Addr().UnsafePointer())
	return g, true
}

// slot returns where the interpreter keeps the variable called name.
func (g *globals) slot(name string) (*reflect.Value, bool) {
	sym := g.sym.MapIndex(reflect.ValueOf(name))
	if !sym.IsValid() || sym.IsNil() || !sym.Elem().FieldByName("global").Bool() {
		return nil, false
	}
	i := int(sym.Elem().FieldByName("index").Int())
	if i < 0 || i >= len(*g.data) || !(*g.data)[i].CanAddr() {
		return nil, false
	}
	return &(*g.data)[i], true
}

// genFunctionWrapper is yaegi's: it makes the reflect.Value of a function, as
// Interpreter.Symbols does, which knows exported names only.
//
//go:linkname genFunctionWrapper github.com/traefik/yaegi/interp.genFunctionWrapper
func genFunctionWrapper(node unsafe.Pointer) func(frame unsafe.Pointer) reflect.Value

// function returns the interpreted function called name, as it is now.
func (g *globals) function(name string) (v reflect.Value, ok bool) {
	sym := g.sym.MapIndex(reflect.ValueOf(name))
	if !sym.IsValid() || sym.IsNil() || sym.Elem().FieldByName("index").Int() >= 0 {
		return v, false
	}
	node := sym.Elem().FieldByName("node").UnsafePointer()
	if node == nil {
		return v, false
	}
	defer func() {
		if recover() != nil { // a generic function has no value
			v, ok = reflect.Value{}, false
		}
	}()
	return genFunctionWrapper(node)(g.frame), true
}

// use gives the interpreter the symbols of a package that it does not know
// yet.
func (g *globals) use(pkg, name string, symbols map[string]reflect.Value) error {
	if _, known := (*g.bin)[pkg]; known {
		return fmt.Errorf("package %s is bound already", pkg)
	}
	g.merge(pkg, name, symbols)
	return nil
}

// merge gives the interpreter symbols of a package beside those that it has.
func (g *globals) merge(pkg, name string, symbols map[string]reflect.Value) {
	g.give(interp.Exports{pkg + "/" + name: symbols})
}

// give gives the interpreter symbols as Interpreter.Use does, but also while
// interpreted code runs: that reads the table of packages, so it is replaced,
// not changed. The names are read by the compiler only. It returns what only
// Use can take, nil for nothing.
func (g *globals) give(exports interp.Exports) (rest interp.Exports) {
	table := maps.Clone(*g.bin)
	for key, symbols := range exports {
		pkg, name := path.Dir(key), path.Base(key)
		if pkg == "." || strings.HasPrefix(pkg, "github.com/traefik/yaegi") {
			if rest == nil {
				rest = interp.Exports{}
			}
			rest[key] = symbols
			continue
		}
		all := maps.Clone(table[pkg])
		if all == nil {
			all = make(map[string]reflect.Value, len(symbols))
		}
		maps.Copy(all, symbols)
		table[pkg] = all
		(*g.names)[pkg] = name
	}
	atomic.StorePointer((*unsafe.Pointer)(unsafe.Pointer(g.bin)), *(*unsafe.Pointer)(unsafe.Pointer(&table)))
	return rest
}
