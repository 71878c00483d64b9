package symbols

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/export"
)

// unbound lists names that have no reflect.Value although they are no generic
// ones, by path and name.
var unbound = map[string]string{
	"unsafe.Slice":     "takes any pointer type",
	"unsafe.SliceData": "takes any slice type",
}

// Every name that the type checker lets cells use is bound, with the kind of
// value that its type says; nothing else is.
func TestTablesMatchTypes(t *testing.T) {
	im := export.New()
	paths := im.Paths()
	if got := Paths(); runtime.GOOS == "linux" && runtime.GOARCH == "amd64" && !slices.Equal(got, paths) {
		t.Errorf("tables and export data name different packages:\n%q\n%q", got, paths)
	}
	for _, p := range paths {
		if p == "syscall" && runtime.GOOS+runtime.GOARCH != "linuxamd64" {
			continue // the export data is that of linux/amd64
		}
		pkg, err := im.Import(p)
		if err != nil {
			t.Error(err)
			continue
		}
		exports, ok := Load(p)
		if !ok {
			t.Errorf("no table for %q", p)
			continue
		}
		table, ok := exports[p+"/"+pkg.Name()]
		if !ok && len(exports) > 0 {
			t.Errorf("table of %q is under another key than its name", p)
		}
		rest := maps.Clone(table)
		for _, name := range pkg.Scope().Names() {
			o := pkg.Scope().Lookup(name)
			_, why := unbound[p+"."+name]
			v, bound := table[name]
			delete(rest, name)
			if want := o.Exported() && !isGeneric(o) && !why; bound != want {
				t.Errorf("%s.%s: bound %v, want %v", p, name, bound, want)
			} else if bound {
				if err := matches(o, v); err != nil {
					t.Errorf("%s.%s: %v", p, name, err)
				}
			}
		}
		for name := range rest {
			if _, ok := table[strings.TrimPrefix(name, "_")]; !ok {
				t.Errorf("%s.%s: bound, but not exported", p, name)
			}
		}
	}
}

// isGeneric reports whether o has type parameters or can only constrain them.
func isGeneric(o types.Object) bool {
	switch t := o.Type().(type) {
	case *types.Signature:
		return t.TypeParams().Len() > 0
	case interface{ TypeParams() *types.TypeParamList }: // Named, Alias
		if t.TypeParams().Len() > 0 {
			return true
		}
	}
	i, ok := o.Type().Underlying().(*types.Interface)
	_, isType := o.(*types.TypeName)
	return isType && ok && !i.IsMethodSet()
}

// matches checks that yaegi will take v for what o is: a nil pointer for a
// type, an addressable value for a variable, and so on.
func matches(o types.Object, v reflect.Value) error {
	switch o := o.(type) {
	case *types.Func:
		sig := o.Type().(*types.Signature)
		if v.Kind() != reflect.Func || v.Type().NumIn() != sig.Params().Len() || v.Type().NumOut() != sig.Results().Len() ||
			v.Type().IsVariadic() != sig.Variadic() {
			return fmt.Errorf("is a %v, want %v", v.Type(), sig)
		}
	case *types.Var:
		if !v.CanSet() {
			return fmt.Errorf("is no variable but a %v", v.Type())
		}
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return fmt.Errorf("is a nil pointer, which yaegi takes for a type")
		}
	case *types.TypeName:
		if v.Kind() != reflect.Pointer || !v.IsNil() {
			return fmt.Errorf("is a %v, want a nil pointer to the type", v.Type())
		}
		if e := v.Type().Elem(); e.Name() != "" && types.Unalias(o.Type()) == o.Type() && e.Name() != o.Name() && o.Pkg() != types.Unsafe {
			return fmt.Errorf("is the type %v", e)
		}
	case *types.Const:
		basic, ok := o.Type().(*types.Basic)
		if !ok || basic.Info()&types.IsUntyped == 0 || basic.Kind() == types.UntypedBool {
			if v.CanSet() || v.Kind() == reflect.Pointer {
				return fmt.Errorf("is a %v, want a constant", v.Type())
			}
			return nil
		}
		c, ok := v.Interface().(constant.Value)
		if !ok {
			return fmt.Errorf("is a %v, want a constant.Value", v.Type())
		}
		if want := o.Val(); want.Kind() != constant.Float && !constant.Compare(c, token.EQL, want) {
			return fmt.Errorf("is %v, want %v", c, want)
		} else if want.Kind() == constant.Float {
			got, _ := constant.Float64Val(c)
			if want, _ := constant.Float64Val(want); got != want {
				return fmt.Errorf("is %v, want %v", got, want)
			}
		}
	}
	return nil
}

func TestLoadUnknown(t *testing.T) {
	for _, p := range []string{"", "nosuch", "plugin", "net/http/pprof", "zz"} {
		if e, ok := Load(p); ok || e != nil {
			t.Errorf("Load(%q) = %v, %v", p, e, ok)
		}
		if e := Needs(p); len(e) != 0 {
			t.Errorf("Needs(%q) = %v", p, e)
		}
	}
}

func TestTablesAreSorted(t *testing.T) {
	if !slices.IsSortedFunc(tables[:], func(a, b indexed) int { return strings.Compare(a.path, b.path) }) {
		t.Error("tables is not sorted by path")
	}
}

// What Needs leaves out for First's sake is in First, complete; fmt comes in
// no later call.
func TestFirst(t *testing.T) {
	all := First()
	for _, p := range first {
		full, _ := Load(p)
		for key, want := range full {
			if len(all[key]) != len(want) {
				t.Errorf("First has %d names under %q, want %d", len(all[key]), key, len(want))
			}
		}
		for _, n := range find(p).needs {
			if n != "syscall" && !slices.Contains(first, n) {
				t.Errorf("First has %q, which mentions interfaces of %q, and not that", p, n)
			}
		}
	}
	for _, p := range Paths() {
		for key := range Needs(p) {
			if _, ok := all[key]; ok {
				t.Errorf("Needs(%q) has %q, which is in First", p, key)
			}
		}
	}
}

// Needs names wrappers only, and no package that has none.
func TestNeeds(t *testing.T) {
	for _, p := range Paths() {
		for key, table := range Needs(p) {
			if len(table) == 0 {
				t.Errorf("Needs(%q) has an empty table for %q", p, path.Dir(key))
			}
			for name := range table {
				if !strings.HasPrefix(name, "_") {
					t.Errorf("Needs(%q) has %s of %q", p, name, path.Dir(key))
				}
			}
		}
	}
	if _, ok := Needs("net/http")["net/net"]["_Conn"]; !ok {
		t.Error(`Needs("net/http") lacks net.Conn`)
	}
	if _, ok := Needs("encoding/json")["encoding/encoding"]; ok {
		t.Error(`Needs("encoding/json") repeats a package of First`)
	}
}

// A wrapper is what yaegi expects: a field for the value, then a function
// named W and the method for each method. It implements its interface, unless
// that has unexported methods.
func TestWrappers(t *testing.T) {
	for _, p := range Paths() {
		for _, w := range find(p).wrappers {
			wrapper := reflect.TypeOf(w.value).Elem()
			exports, _ := Load(p)
			iface := exports[p+"/"+find(p).name][w.name[1:]].Type().Elem()
			exported := 0
			for m := range iface.Methods() {
				if !m.IsExported() {
					continue
				}
				exported++
				if f, ok := wrapper.FieldByName("W" + m.Name); !ok || f.Type != m.Type {
					t.Errorf("wrapper %v of %v lacks a field for %s", wrapper, iface, m.Name)
				}
			}
			if wrapper.NumField() != exported+1 || wrapper.Field(0).Name != "IValue" {
				t.Errorf("wrapper %v of %v has %d fields", wrapper, iface, wrapper.NumField())
			}
			if exported == iface.NumMethod() && !wrapper.Implements(iface) {
				t.Errorf("wrapper %v does not implement %v", wrapper, iface)
			}
		}
	}
}

// The richer wrappers implement what they are listed under, and come with the
// most methods first, as yaegi takes the first that fits.
func TestMapTypes(t *testing.T) {
	m := mapTypes()
	for key, list := range m {
		if key.Kind() != reflect.Pointer {
			continue
		}
		plain := key.Type().Elem()
		for i, rich := range list {
			for f := range plain.Fields() {
				if _, ok := rich.FieldByName(f.Name); !ok {
					t.Errorf("%v, listed under %v, lacks %s", rich, plain, f.Name)
				}
			}
			if i > 0 && rich.NumField() > list[i-1].NumField() {
				t.Errorf("%v comes after %v, which has fewer methods", rich, list[i-1])
			}
		}
	}
	if len(m) < 40 {
		t.Errorf("mapTypes has %d entries", len(m))
	}
}

func TestUseErrorsTooLate(t *testing.T) {
	// What the doc comment says about the order is true of this yaegi.
	i := interp.New(interp.Options{})
	if err := i.Use(First()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("UseErrors works after Use: drop the rule from its comment")
		}
	}()
	if err := UseErrors(i); err != nil {
		panic(err)
	}
}
