package compiled

import (
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

// A runtimeError is what Go's own run-time error would have been, where the
// interpreter panics with a text of its own.
type runtimeError string

func (e runtimeError) Error() string { return string(e) }

// A typedError is a runtimeError of a kind that is no string in Go, which shows
// when it is printed beside other values.
type typedError struct{ text string }

func (e typedError) Error() string { return e.text }

// RuntimeError makes it a runtime.Error.
func (e typedError) RuntimeError() {}

// newError makes the run-time error of a text.
func newError(text string) error {
	for _, kind := range []string{"interface conversion: ", "runtime error: index out of range", "runtime error: slice bounds"} {
		if strings.HasPrefix(text, kind) {
			return typedError{text}
		}
	}
	return runtimeError(text)
}

// RuntimeError makes it a runtime.Error.
func (e runtimeError) RuntimeError() {}

var _ runtime.Error = runtimeError("")

// reworded are the texts of panics of package reflect and of the interpreter,
// with those of Go's run-time errors that stand for.
var reworded = []struct{ part, text string }{
	{"reflect: slice index out of range", "runtime error: index out of range"},
	{"reflect: array index out of range", "runtime error: index out of range"},
	{"reflect: string index out of range", "runtime error: index out of range"},
	{"slice index out of bounds", "runtime error: slice bounds out of range"},
	{"reflect.Value.SetLen", "runtime error: slice bounds out of range"},
	{"reflect.Value.SetCap", "runtime error: slice bounds out of range"},
	{"reflect.MakeSlice: negative len", "runtime error: makeslice: len out of range"},
	{"reflect.MakeSlice: negative cap", "runtime error: makeslice: cap out of range"},
	{"reflect.MakeSlice: len > cap", "runtime error: makeslice: cap out of range"},
	{"reflect.MakeChan: negative", "makechan: size out of range"},
	{"runtime: allocation size out of range", "runtime error: makeslice: len out of range"},
	{"zero Value argument", "runtime error: invalid memory address or nil pointer dereference"},
	{"on zero Value", "runtime error: invalid memory address or nil pointer dereference"},
	{"call of nil function", "runtime error: invalid memory address or nil pointer dereference"},
	{"reflect: nil pointer dereference", "runtime error: invalid memory address or nil pointer dereference"},
}

// place is what the interpreter puts before the text of some panics.
var place = regexp.MustCompile(`^\S+:\d+:\d+: `)

// toArray is what package reflect says of a slice that is too short for an
// array.
var toArray = regexp.MustCompile(`^reflect: cannot convert slice with length (\d+) to (?:pointer to )?array with length (\d+)`)

// Nil panics as Go does where nil is called or looked into.
func Nil() { panic(runtimeError("runtime error: invalid memory address or nil pointer dereference")) }

// Fail panics with a run-time error of the text.
func Fail(text string) { panic(newError(text)) }

// Recovered is what recover returns in Go where it returns v in the
// interpreter.
func Recovered(v any) any {
	if r, ok := v.(reflect.Value); ok {
		if !r.IsValid() {
			return nil
		}
		v = r.Interface()
	}
	switch v := v.(type) {
	case *reflect.ValueError:
		return runtimeError("runtime error: invalid memory address or nil pointer dereference")
	case string:
		bare := place.ReplaceAllString(v, "")
		if m := toArray.FindStringSubmatch(bare); m != nil {
			return newError("runtime error: cannot convert slice with length " + m[1] + " to array or pointer to array with length " + m[2])
		}
		for _, r := range reworded {
			if (strings.HasPrefix(bare, "reflect") || strings.HasPrefix(bare, "runtime: ")) && strings.Contains(bare, r.part) {
				return newError(r.text)
			}
		}
		if bare != v && strings.HasPrefix(bare, "interface conversion: ") {
			return newError(bare)
		}
	case error:
		if strings.Contains(v.Error(), "runtime: allocation size out of range") {
			return newError("runtime error: makeslice: len out of range")
		}
		if bare := place.ReplaceAllString(v.Error(), ""); bare != v.Error() && strings.HasPrefix(bare, "interface conversion: ") {
			return newError(bare)
		}
	}
	return v
}
