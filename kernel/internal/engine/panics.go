package engine

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"

	"github.com/weft-go/weft/kernel/internal/errtree"
	"github.com/weft-go/weft/runtime/gil"
	"github.com/weft-go/weft/runtime/par"
)

// reworded are the reflect package's panics that stand for Go's own, by the
// part of their text that tells them.
var reworded = []struct{ reflect, text string }{
	{"reflect: slice index out of range", "runtime error: index out of range"},
	{"reflect: array index out of range", "runtime error: index out of range"},
	{"reflect: string index out of range", "runtime error: index out of range"},
	{"reflect.Value.Slice: slice index out of bounds", "runtime error: slice bounds out of range"},
	{"reflect.Value.Slice3: slice index out of bounds", "runtime error: slice bounds out of range"},
	{"reflect.Value.Slice: string slice index out of bounds", "runtime error: slice bounds out of range"},
	{"on zero Value", "runtime error: invalid memory address or nil pointer dereference"},
	{"reflect: call of nil function", "runtime error: invalid memory address or nil pointer dereference"},
	{"reflect.Value.Call: call of nil function", "runtime error: invalid memory address or nil pointer dereference"},
	{"reflect.MakeSlice: negative len", "runtime error: makeslice: len out of range"},
}

// withoutPlace matches the place that yaegi puts before some messages.
var withoutPlace = regexp.MustCompile(`^\S+#\d+:\d+:\d+: `)

// describe returns what kind of panic a value is and its text in Go's words.
func describe(v any) (name, text string) {
	text = withoutPlace.ReplaceAllString(panicText(v), "")
	for _, r := range reworded {
		if strings.Contains(text, r.reflect) {
			return "panic", r.text
		}
	}
	return "panic", text
}

// A foreign panic happened on another goroutine and was handed to its owner.
type foreign struct {
	value any
	where string
	stack []byte // of the goroutine it happened on
}

// elsewhere reports whether a panic's value stands for one on another goroutine.
// The value's own text has the whole stack, which is of use in a program, but
// in a cell buries the message.
func elsewhere(v any) (foreign, bool) {
	switch p := bare(v).(type) {
	case *par.Panic:
		return foreign{p.Value, "in a parallel loop or task", p.Stack}, true
	case *gil.Panic:
		return foreign{p.Value, "in a thread under an interpreter lock", p.Stack}, true
	}
	return foreign{}, false
}

// bare takes off what interpreted code puts around the values it panics with.
func bare(v any) any {
	if rv, ok := v.(reflect.Value); ok && rv.IsValid() && rv.CanInterface() {
		return rv.Interface()
	}
	return v
}

// panicText writes a panic's value as Go's runtime does.
func panicText(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("(%T) whose text could not be had: its method panics", v)
		}
	}()
	if e, ok := elsewhere(v); ok {
		return panicText(e.value) + " (" + e.where + ")"
	}
	switch v := bare(v).(type) {
	case runtime.Error:
		return v.Error()
	case error:
		return errtree.Text(v)
	case fmt.Stringer:
		return v.String()
	case string:
		return v
	case nil:
		return "nil"
	}
	v = bare(v)
	if rv := reflect.ValueOf(v); rv.Kind() <= reflect.Complex128 && rv.Type().PkgPath() == "" {
		return fmt.Sprintf("%T(%v)", v, v)
	}
	return fmt.Sprintf("%+v", v)
}
