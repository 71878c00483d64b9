package engine

import (
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/weft-go/weft/kernel/internal/symbols"
)

// Values that can be taken to another process.
//
// A value is plain if all that it leads to is memory with types: numbers,
// strings, arrays, slices, maps, structs with whatever fields, interfaces and
// pointers to such. What stands for something outside of its own memory is
// not: functions, channels, locks that are held, and the insides of other
// packages' types (files, connections, pools), which only their package
// understands. Types whose insides are known to be plain are listed.

// plainInside are the packages whose types with unexported fields are plain.
var plainInside = []string{
	"bytes", "container/list", "container/ring", "errors", "fmt", "image", "image/color", "math/big", "math/rand", "math/rand/v2",
	"net/url", "regexp", "regexp/syntax", "strconv", "strings", "sync", "internal/sync", "sync/atomic", "time", "gonum.org/v1/gonum/mat",
}

// ownPackage says whether the cells of the session have declared a package's
// types.
func (s *session) ownPackage(pkg string) bool {
	return pkg == "" || pkg == "main" || s.packages[pkg] != nil
}

// A typeJudge says which types can hold plain values, and how.
type typeJudge struct {
	s       *session
	reasons map[reflect.Type]string // "" for those that can
	raw     map[reflect.Type]bool
}

func newTypeJudge(s *session) *typeJudge {
	return &typeJudge{s: s, reasons: map[reflect.Type]string{}, raw: map[reflect.Type]bool{}}
}

// isLock says whether a type's memory must be zero.
func isLock(t reflect.Type) bool {
	return (t.PkgPath() == "sync" || t.PkgPath() == "internal/sync") && t.Name() != "Once" && t.Kind() == reflect.Struct
}

// judge says why no value of the type can be taken, "" if it depends on the
// value.
func (j *typeJudge) judge(t reflect.Type) string {
	if why, ok := j.reasons[t]; ok {
		return why
	}
	j.reasons[t] = "" // for types that contain themselves
	why := j.look(t)
	j.reasons[t] = why
	return why
}

func (j *typeJudge) look(t reflect.Type) string {
	if strings.HasPrefix(t.Name(), "_Ctype_") {
		return fmt.Sprintf("%v is a C type", t)
	}
	if isLock(t) {
		return ""
	}
	switch t.Kind() {
	case reflect.Array:
		return j.judge(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() && f.Name != "_" && !j.s.ownPackage(t.PkgPath()) && !slices.Contains(plainInside, t.PkgPath()) {
				return fmt.Sprintf("only package %s knows what is inside a %v", t.PkgPath(), t)
			}
			if why := j.judge(f.Type); why != "" {
				return why
			}
		}
	}
	return ""
}

// bits says whether a type's values are bits and nothing else.
func (j *typeJudge) bits(t reflect.Type) bool {
	if b, ok := j.raw[t]; ok {
		return b
	}
	b := false
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		b = true
	case reflect.Array:
		b = j.bits(t.Elem())
	case reflect.Struct:
		b = !isLock(t)
		for i := range t.NumField() {
			b = b && j.bits(t.Field(i).Type)
		}
	}
	j.raw[t] = b
	return b
}

// bytesAt are the n bytes at p.
func bytesAt(p unsafe.Pointer, n uintptr) []byte { return unsafe.Slice((*byte)(p), n) }

func isZero(p unsafe.Pointer, n uintptr) bool {
	for _, b := range bytesAt(p, n) {
		if b != 0 {
			return false
		}
	}
	return true
}

// valueAt is the value of type t at p.
func valueAt(t reflect.Type, p unsafe.Pointer) reflect.Value { return reflect.NewAt(t, p).Elem() }

// A sliceHeader is a slice as it lies in memory.
type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

// known are the exported variables of the standard library that hold pointers,
// such as io.EOF and time.Local: a copy of what they point to would not be
// equal to them.
type known struct {
	names    map[unsafe.Pointer]string // "io.EOF"
	pointers map[string]unsafe.Pointer
}

var knownPointers = sync.OnceValue(func() known {
	k := known{map[unsafe.Pointer]string{}, map[string]unsafe.Pointer{}}
	add := func(name string, p unsafe.Pointer) {
		if _, ok := k.names[p]; !ok && p != nil {
			k.names[p] = name
			k.pointers[name] = p
		}
	}
	for _, path := range symbols.Paths() {
		exports, _ := symbols.Load(path)
		for _, table := range exports {
			for name, v := range table {
				if !v.IsValid() || !v.CanAddr() {
					continue
				}
				add("&"+path+"."+name, v.Addr().UnsafePointer())
				if v.Kind() == reflect.Interface {
					v = v.Elem()
				}
				if v.Kind() == reflect.Pointer {
					add(path+"."+name, v.UnsafePointer())
				}
			}
		}
	}
	return k
})

// hidden are types of the standard library that have no exported name and are
// met in interfaces.
var hidden = sync.OnceValue(func() []reflect.Type {
	return []reflect.Type{
		reflect.TypeOf(errors.New("")),
		reflect.TypeOf(fmt.Errorf("%d", 1)),
		reflect.TypeOf(fmt.Errorf("%w", errors.ErrUnsupported)),
		reflect.TypeOf(fmt.Errorf("%w%w", errors.ErrUnsupported, errors.ErrUnsupported)),
		reflect.TypeOf(errors.Join(errors.ErrUnsupported)),
		reflect.TypeOf(rand.NewSource(1)),
	}
})

// A typeIndex finds types by their full name.
type typeIndex struct {
	types map[string]reflect.Type // nil where two types have the name
	seen  map[reflect.Type]bool
}

// newTypeIndex indexes what the session's compiled packages and the given
// types lead to. Where a type has several descriptors, see identical, it is the
// compiled one, which type assertions of compiled code know.
func (s *session) newTypeIndex(more []reflect.Type) *typeIndex {
	x := &typeIndex{map[string]reflect.Type{}, map[reflect.Type]bool{}}
	for _, p := range s.packages {
		for _, v := range p.Symbols {
			x.add(v.Type())
		}
	}
	for _, t := range append(hidden(), more...) {
		x.add(t)
	}
	for _, t := range []reflect.Type{
		reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[error](), reflect.TypeFor[any](), reflect.TypeFor[unsafe.Pointer](), reflect.TypeFor[uintptr](),
		reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
		reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
		reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](),
	} {
		x.add(t)
	}
	return x
}

// fullName names a type so that no other has the name, but for types declared
// inside functions.
func fullName(t reflect.Type) string {
	if t.Name() != "" {
		if t.PkgPath() == "" {
			return t.Name()
		}
		return t.PkgPath() + "." + t.Name()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + fullName(t.Elem())
	case reflect.Slice:
		return "[]" + fullName(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), fullName(t.Elem()))
	case reflect.Map:
		return "map[" + fullName(t.Key()) + "]" + fullName(t.Elem())
	case reflect.Chan:
		return t.ChanDir().String() + "(" + fullName(t.Elem()) + ")"
	case reflect.Func:
		var b strings.Builder
		b.WriteString("func(")
		for i := range t.NumIn() {
			b.WriteString(fullName(t.In(i)) + ",")
		}
		fmt.Fprintf(&b, "%t)(", t.IsVariadic())
		for i := range t.NumOut() {
			b.WriteString(fullName(t.Out(i)) + ",")
		}
		return b.String() + ")"
	case reflect.Interface:
		var b strings.Builder
		b.WriteString("interface{")
		for i := range t.NumMethod() {
			m := t.Method(i)
			b.WriteString(m.PkgPath + " " + m.Name + fullName(m.Type) + ";")
		}
		return b.String() + "}"
	case reflect.Struct:
		return structName(t)
	}
	return t.String()
}

func structName(t reflect.Type) string {
	var b strings.Builder
	b.WriteString("struct{")
	for i := range t.NumField() {
		f := t.Field(i)
		if f.PkgPath == t.PkgPath() {
			f.PkgPath = "" // of a type with a name
		}
		fmt.Fprintf(&b, "%s %s %s %t %q;", f.PkgPath, f.Name, fullName(f.Type), f.Anonymous, f.Tag)
	}
	return b.String() + "}"
}

// shape tells how a type lies in memory, with the full names of what is in it.
func shape(t reflect.Type) string {
	s := fmt.Sprintf("%v %d ", t.Kind(), t.Size())
	switch t.Kind() {
	case reflect.Struct:
		return s + structName(t)
	case reflect.Array:
		return s + fmt.Sprintf("%d %s", t.Len(), fullName(t.Elem()))
	case reflect.Pointer, reflect.Slice, reflect.Chan:
		return s + fullName(t.Elem())
	case reflect.Map:
		return s + fullName(t.Key()) + " " + fullName(t.Elem())
	}
	return s
}

func (x *typeIndex) add(t reflect.Type) {
	if x.seen[t] {
		return
	}
	x.seen[t] = true
	name := fullName(t)
	switch other, ok := x.types[name]; {
	case !ok:
		x.types[name] = t
	case other != nil && !identical(other, t):
		x.types[name] = nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		x.add(t.Elem())
	case reflect.Map:
		x.add(t.Key())
		x.add(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			x.add(t.Field(i).Type)
		}
	case reflect.Func:
		for i := range t.NumIn() {
			x.add(t.In(i))
		}
		for i := range t.NumOut() {
			x.add(t.Out(i))
		}
	}
}

// find returns the type with a full name: an indexed one, one that an exported
// name of the standard library stands for, or a pointer to, slice or map of
// such.
func (x *typeIndex) find(name string) (reflect.Type, error) {
	if t, ok := x.types[name]; ok {
		if t == nil {
			return nil, fmt.Errorf("two types are called %s", name)
		}
		return t, nil
	}
	if rest, ok := strings.CutPrefix(name, "*"); ok {
		t, err := x.find(rest)
		if err != nil {
			return nil, err
		}
		return reflect.PointerTo(t), nil
	}
	if rest, ok := strings.CutPrefix(name, "[]"); ok {
		t, err := x.find(rest)
		if err != nil {
			return nil, err
		}
		return reflect.SliceOf(t), nil
	}
	if rest, ok := strings.CutPrefix(name, "map["); ok {
		for i, c := range rest {
			if c != ']' {
				continue
			}
			key, err := x.find(rest[:i])
			if err != nil {
				continue // a bracket inside the key's name
			}
			elem, err := x.find(rest[i+1:])
			if err != nil {
				return nil, err
			}
			return reflect.MapOf(key, elem), nil
		}
	}
	var n int
	if _, err := fmt.Sscanf(name, "[%d]", &n); err == nil {
		t, err := x.find(name[strings.IndexByte(name, ']')+1:])
		if err != nil {
			return nil, err
		}
		return reflect.ArrayOf(n, t), nil
	}
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && !strings.ContainsAny(name, "[{( ") {
		exports, _ := symbols.Load(name[:dot])
		for _, table := range exports {
			if v := table[name[dot+1:]]; v.IsValid() && v.Kind() == reflect.Pointer && v.IsNil() {
				x.add(v.Type()) // what is inside has no exported name, maybe
				return v.Type().Elem(), nil
			}
		}
	}
	return nil, fmt.Errorf("the type %s has no name by which it could be found again", name)
}

// timeType is treated by itself: the reading of the monotonic clock in it
// counts from a moment that each process has for itself.
var timeType = reflect.TypeFor[time.Time]()

// timeBits is a time.Time as it lies in memory; ok is false if it does not
// (src/time/time.go).
func timeBits(p unsafe.Pointer) (wall *uint64, ext *int64, ok bool) {
	if !timeLayout() {
		return nil, nil, false
	}
	return (*uint64)(p), (*int64)(unsafe.Add(p, 8)), true
}

var timeLayout = sync.OnceValue(func() bool {
	if timeType.NumField() != 3 {
		return false
	}
	w, e := timeType.Field(0), timeType.Field(1)
	return w.Name == "wall" && w.Type.Kind() == reflect.Uint64 && w.Offset == 0 && e.Name == "ext" && e.Type.Kind() == reflect.Int64 && e.Offset == 8
})

const hasMonotonic = 1 << 63

// clocks reads the wall and the monotonic clock, nanoseconds.
func clocks() (wall, monotonic int64) {
	now := time.Now()
	w, e, ok := timeBits(unsafe.Pointer(&now))
	if !ok || *w&hasMonotonic == 0 {
		return 0, 0
	}
	return now.UnixNano(), *e
}
