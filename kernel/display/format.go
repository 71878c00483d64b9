package display

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// How much of a value is shown.
const (
	maxText       = 16 << 10 // bytes of text of a value
	maxMethodText = 60 << 10 // bytes of text from a String or Error method
	maxString     = 1000     // bytes of a string inside of a value
	maxDepth      = 6        // levels of slices, maps and structs, and of pointers
	maxTopItems   = 100      // elements of a slice or map that is shown whole
	maxItems      = 20       // the same inside of another value
	headItems     = 4        // elements shown of a longer slice: first …
	tailItems     = 2        // … and last
	maxMapItems   = 20       // elements shown of a longer map
	maxSortedKeys = 10_000   // keys of a map that are looked at to find the first ones
	maxTypeText   = 100      // bytes of a type without a name
)

// A formatter writes a value's text.
type formatter struct {
	b     []byte
	limit int             // bytes after which it stops
	path  []reflect.Value // the pointers that led here, to see cycles
}

// format is the text of a value without regard to its methods.
func (s *subject) format() string {
	v := concrete(reflect.ValueOf(s.v))
	if !v.IsValid() {
		return "<nil>"
	}
	name := s.nameOf(v.Type())
	f := &formatter{limit: maxText}
	switch v.Kind() {
	case reflect.String:
		return topString(v.String(), name)
	case reflect.Slice, reflect.Array, reflect.Map:
		if v.Len() > maxTopItems {
			f.b = fmt.Appendf(f.b, "%s (len %d): ", name, v.Len())
		}
	case reflect.Pointer:
		if e := concrete(v.Elem()); e.IsValid() && e.Kind() == reflect.Struct && !hasText(v) && !hasText(e) {
			f.path = append(f.path, v)
			f.b = append(f.b, '&')
			f.b = append(f.b, structName(strings.TrimPrefix(name, "*"))...)
			f.composite(e, 0)
			return f.text()
		}
	case reflect.Struct:
		if !hasText(v) {
			f.b = append(f.b, structName(name)...)
		}
	case reflect.Func, reflect.Chan:
		if !v.IsNil() {
			f.b = append(f.b, name...)
			f.capacity(v)
			return f.text()
		}
	}
	f.value(v, 0)
	return f.text()
}

// nameOf is the name of the type t of the value: the static one where the
// interpreter has erased it.
func (s *subject) nameOf(t reflect.Type) string {
	if s.typ == "" || s.typ == "any" || s.typ == "interface {}" || s.typ == "error" || t.Name() != "" && t.PkgPath() != "" {
		return typeText(t)
	}
	return s.typ
}

// structName leaves out the name of a struct type that has none.
func structName(name string) string {
	if strings.HasPrefix(name, "struct") {
		return ""
	}
	return name
}

func typeText(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	return cut(t.String(), maxTypeText)
}

// text returns what was written: hardly more than the limit, because one
// element is short and nothing is begun after it.
func (f *formatter) text() string { return string(f.b) }

// full says whether the limit is reached.
func (f *formatter) full() bool { return len(f.b) >= f.limit }

// value writes v, which lies depth levels deep.
func (f *formatter) value(v reflect.Value, depth int) {
	v = concrete(v)
	if !v.IsValid() {
		f.b = append(f.b, "<nil>"...)
		return
	}
	if f.method(v) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		f.b = strconv.AppendBool(f.b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.b = strconv.AppendInt(f.b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		f.b = strconv.AppendUint(f.b, v.Uint(), 10)
	case reflect.Float32:
		f.b = fmt.Append(f.b, float32(v.Float()))
	case reflect.Float64:
		f.b = fmt.Append(f.b, v.Float())
	case reflect.Complex64:
		f.b = fmt.Append(f.b, complex64(v.Complex()))
	case reflect.Complex128:
		f.b = fmt.Append(f.b, v.Complex())
	case reflect.String:
		f.string(v.String())
	case reflect.Pointer:
		f.pointer(v, depth)
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		f.composite(v, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		switch {
		case v.IsNil():
			f.b = append(f.b, "<nil>"...)
		case v.Kind() == reflect.UnsafePointer:
			f.b = fmt.Appendf(f.b, "%#x", v.Pointer())
		default:
			f.b = append(f.b, typeText(v.Type())...)
			f.capacity(v)
		}
	default:
		f.b = append(f.b, typeText(v.Type())...)
	}
}

// capacity writes how full a channel is.
func (f *formatter) capacity(v reflect.Value) {
	if v.Kind() == reflect.Chan && v.Cap() > 0 {
		f.b = fmt.Appendf(f.b, " (len %d, cap %d)", v.Len(), v.Cap())
	}
}

// hasText says whether v's own method makes its text.
func hasText(v reflect.Value) bool {
	if v.Type().NumMethod() == 0 || !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case error, fmt.Stringer, fmt.Formatter:
		return true
	}
	return false
}

// method writes v by its own method, if it has one.
func (f *formatter) method(v reflect.Value) bool {
	if v.Type().NumMethod() == 0 || !v.CanInterface() {
		return false
	}
	s := &subject{v: v.Interface()}
	for _, name := range []string{"Error", "String"} {
		if r, ok := s.call(name); ok {
			if r.panicked != "" {
				f.b = append(f.b, '<')
				f.b = append(append(f.b, cut(r.panicked, maxString)...), '>')
			} else {
				f.string(r.text)
			}
			return true
		}
	}
	return false
}

// string writes a string inside of a value.
func (f *formatter) string(s string) {
	if len(s) > maxString {
		f.b = append(f.b, cut(s, maxString)...)
		f.b = fmt.Appendf(f.b, " (len %d)", len(s))
		return
	}
	f.b = append(f.b, s...)
}

func (f *formatter) pointer(v reflect.Value, depth int) {
	if v.IsNil() {
		f.b = append(f.b, "<nil>"...)
		return
	}
	if opaque(v.Type().Elem()) {
		f.b = append(f.b, "func"...)
		return
	}
	for _, seen := range f.path {
		if seen.Pointer() == v.Pointer() && seen.Type() == v.Type() {
			f.b = append(f.b, "<cycle>"...)
			return
		}
	}
	if len(f.path) > maxDepth {
		f.b = append(f.b, "&…"...)
		return
	}
	f.path = append(f.path, v)
	f.b = append(f.b, '&')
	f.value(v.Elem(), depth)
	f.path = f.path[:len(f.path)-1]
}

// composite writes a slice, array, map or struct.
func (f *formatter) composite(v reflect.Value, depth int) {
	open, end := "[", "]"
	var body func(reflect.Value, int)
	switch v.Kind() {
	case reflect.Struct:
		open, end, body = "{", "}", f.fields
	case reflect.Map:
		open, body = "map[", f.entries
	default:
		body = f.elements
	}
	f.b = append(f.b, open...)
	if depth >= maxDepth {
		f.b = append(f.b, "…"...)
	} else {
		body(v, depth)
	}
	f.b = append(f.b, end...)
}

// next writes the blank before all items but the first; it is false, after a
// mark, when there is no room for another one.
func (f *formatter) next(i int) bool {
	if i > 0 {
		f.b = append(f.b, ' ')
	}
	if f.full() {
		f.b = append(f.b, "…"...)
		return false
	}
	return true
}

func (f *formatter) fields(v reflect.Value, depth int) {
	t := v.Type()
	for i := range v.NumField() {
		if !f.next(i) {
			return
		}
		f.b = append(append(f.b, t.Field(i).Name...), ':')
		f.value(v.Field(i), depth+1)
	}
}

// whole is how many elements a slice or map may have to be shown whole.
func whole(depth int) int {
	if depth == 0 {
		return maxTopItems
	}
	return maxItems
}

func (f *formatter) elements(v reflect.Value, depth int) {
	n := v.Len()
	cutting := n > whole(depth)
	for i := 0; i < n; i++ {
		if !f.next(i) {
			return
		}
		if cutting && i == headItems {
			i = n - tailItems
			f.b = append(f.b, "… "...)
		}
		f.value(v.Index(i), depth+1)
	}
}

func (f *formatter) entries(v reflect.Value, depth int) {
	limit := whole(depth)
	if v.Len() > limit {
		limit = maxMapItems
	}
	for i, e := range firstEntries(v, limit) {
		if !f.next(i) {
			return
		}
		f.value(e.key, depth+1)
		f.b = append(f.b, ':')
		f.value(e.value, depth+1)
	}
	if v.Len() > limit {
		f.b = append(f.b, " …"...)
	}
}

// topString is the text of a string that is a cell's value.
func topString(s, name string) string {
	start := cut(s, maxText) // only so much is looked at
	end := strings.IndexByte(start, '\n')
	several := end >= 0 && end < len(s)-1 && utf8.ValidString(start)
	if len(s) > maxText {
		header := fmt.Sprintf("%s (len %d): ", name, len(s))
		if several {
			header = strings.TrimSuffix(header, " ") + "\n"
		}
		head, tail := runeStart(s, maxText-200), runeStart(s, len(s)-100)
		if several {
			return header + s[:head] + "…\n…" + s[tail:]
		}
		return header + strconv.Quote(s[:head]) + "…" + strconv.Quote(s[tail:])
	}
	if several {
		return s
	}
	return strconv.Quote(s)
}

// cut returns s, or its first bytes and an ellipsis if it is longer than n.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:runeStart(s, n)] + "…"
}

// runeStart returns the last index up to i at which a rune of s begins, or i
// if the text around is no UTF-8.
func runeStart(s string, i int) int {
	for j := i; j > i-utf8.UTFMax && j > 0; j-- {
		if utf8.RuneStart(s[j]) {
			return j
		}
	}
	return i
}
