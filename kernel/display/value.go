package display

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/sink"
)

// HTMLer is a value that shows itself as HTML.
type HTMLer interface{ HTML() string }

// MIMEBundler is a value that shows itself in several forms, from which the
// notebook takes the one it prefers: by MIME type a string, a []byte, or for
// JSON types any value that encoding/json encodes. Without text/plain the
// value's text is added. Jupyter prefers application/json to text/html, so a
// bundle with both shows no HTML.
type MIMEBundler interface{ MIMEBundle() map[string]any }

// Bundle returns how v is shown as the last expression of a cell. typ is its
// static type as Go prints it, such as "[]main.Point", or empty.
//
// A chart of package chart or of go-echarts is shown as one. Of other values
// MIMEBundle, HTML, the methods of image.Image, Error and String are asked in
// this order; one that panics gives a text that says so. Other values become
// text as fmt prints it with %+v, with these differences: a string of one line
// is quoted, one of several lines is not; a struct is preceded by its type;
// pointers are followed, six levels deep; of long slices, maps and strings the
// beginning, the end and the length are shown. The text has at most 64 kB, and
// takes at most some milliseconds, however large v is; methods take their
// own time.
//
// v must not be changed meanwhile: a map that another goroutine writes to ends
// the program.
func Bundle(v any, typ string) sink.Bundle { return BundleWith(v, typ, nil) }

// BundleWith is Bundle for a value whose type is interpreted: the interpreter
// leaves it no methods, so those it should have come as functions under the
// names MIMEBundle (func() map[string]any), HTML, Error and String (func()
// string). An ID or a *Bar, which are on show already, gives an empty bundle.
func BundleWith(v any, typ string, methods map[string]any) sink.Bundle {
	if len(methods) == 0 {
		if b, ok := scalar(v); ok {
			return plain(b)
		}
	}
	switch v.(type) {
	case ID, *Bar:
		return sink.Bundle{}
	}
	return (&subject{v: v, typ: typ, methods: methods}).bundle()
}

// scalar is the quick way for the values that most cells end in.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "<nil>", true
	case int:
		return strconv.Itoa(v), true
	case string:
		return topString(v, "string"), true
	case bool:
		return strconv.FormatBool(v), true
	case float64, float32, int64, int32, int16, int8, uint, uint64, uint32, uint16, uint8, complex128, complex64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// A subject is a value on its way to a bundle.
type subject struct {
	v       any
	typ     string
	methods map[string]any
}

func (s *subject) bundle() sink.Bundle {
	if !nilPointer(s.v) {
		if b, ok := chartBundle(s.v); ok {
			return b
		}
		if b, ok := s.mimeBundle(); ok {
			return b
		}
		if h, ok := s.call("HTML"); ok {
			if h.panicked != "" {
				return plain(h.panicked)
			}
			if v := reflect.ValueOf(s.v); v.Kind() == reflect.Struct && isWrapper(v.Type()) && !ownText(v) {
				return htmlBundle(h.text) // what is in the box need not be the whole value
			}
			return with(mimeHTML, h.text, s.text())
		}
		if b, ok := imageBundle(s.v); ok {
			return b
		}
	}
	return plain(s.text())
}

// chartBundle is the bundle of a chart, ours or one of go-echarts. Of several,
// in a slice or a page of go-echarts, all but the last are shown at once.
func chartBundle(v any) (sink.Bundle, bool) {
	all := chart.Of(v)
	if len(all) == 0 {
		return sink.Bundle{}, false
	}
	last := len(all) - 1
	for _, c := range all[:last] {
		c.Show()
	}
	return sink.Bundle{Data: all[last].MIMEBundle()}, true
}

// mimeBundle asks the value for its bundle, if it has one.
func (s *subject) mimeBundle() (sink.Bundle, bool) {
	var f func() map[string]any
	if m, ok := s.methods["MIMEBundle"]; ok {
		if f = mapFunc(m); f == nil {
			return sink.Bundle{}, false
		}
	} else if m, ok := s.v.(MIMEBundler); ok {
		f = m.MIMEBundle
	} else {
		return sink.Bundle{}, false
	}
	var data map[string]any
	if p := s.try("MIMEBundle", func() { data = f() }); p != "" {
		return plain(p), true
	}
	b := sink.Bundle{Data: map[string]any{}}
	for mime, content := range data {
		c, err := encodePart(mime, concreteAny(content))
		if err != nil {
			return plain(fmt.Sprintf("%s.MIMEBundle: %s: %v", s.name(), mime, err)), true
		}
		b.Data[mime] = c
	}
	if _, ok := b.Data[mimeText]; !ok {
		b.Data[mimeText] = s.text()
	}
	return b, true
}

// encodePart makes one part of a user's bundle safe to send.
func encodePart(mime string, content any) (any, error) {
	isJSON := mime == mimeJSON || strings.HasSuffix(mime, "+json")
	switch c := content.(type) {
	case string:
		return c, nil
	case []byte:
		switch {
		case isJSON && json.Valid(c):
			return json.RawMessage(bytes.Clone(c)), nil
		case strings.HasPrefix(mime, "text/") || mime == "image/svg+xml":
			return string(c), nil
		}
		return base64.StdEncoding.EncodeToString(c), nil
	}
	if !isJSON {
		if v := reflect.ValueOf(content); v.Kind() == reflect.String { // such as template.HTML
			return v.String(), nil
		}
	}
	data, err := encodeJSON(content)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(data), nil
}

// text is the value's text.
func (s *subject) text() string {
	for _, name := range []string{"Error", "String"} {
		if r, ok := s.call(name); ok {
			if r.panicked != "" {
				return r.panicked
			}
			return cut(r.text, maxMethodText)
		}
	}
	return s.format()
}

// A result is what a method gave: its text, or how it panicked.
type result struct{ text, panicked string }

// call calls the method of that name which returns text; it is not ok if the
// value has none.
func (s *subject) call(name string) (r result, ok bool) {
	var f func() string
	if m, given := s.methods[name]; given {
		f = stringFunc(m)
	} else {
		f = compiled[name](s.v)
	}
	if f == nil {
		return result{}, false
	}
	r.panicked = s.try(name, func() { r.text = f() })
	if r.panicked != "" && nilPointer(s.v) { // as fmt has it: few methods expect that
		return result{text: "<nil>"}, true
	}
	return r, true
}

// compiled finds the methods of values whose type is compiled.
var compiled = map[string]func(v any) func() string{
	"HTML": func(v any) func() string {
		if h, ok := v.(HTMLer); ok {
			return h.HTML
		}
		return nil
	},
	"Error": func(v any) func() string {
		if e, ok := v.(error); ok {
			return e.Error
		}
		return nil
	},
	"String": func(v any) func() string {
		switch v := v.(type) {
		case reflect.Value: // its String says only what type it holds
			return nil
		case fmt.Stringer:
			return v.String
		case fmt.Formatter:
			return func() string { return fmt.Sprint(v) }
		}
		return nil
	},
}

// try calls f and returns how it panicked, empty if it did not.
func (s *subject) try(method string, f func()) (panicked string) {
	defer func() {
		if p := recover(); p != nil {
			panicked = cut(fmt.Sprintf("%s.%s panicked: %v", s.name(), method, p), maxMethodText)
		}
	}()
	f()
	return ""
}

// name is the name of the value's type.
func (s *subject) name() string {
	if s.typ != "" {
		return s.typ
	}
	return typeText(reflect.TypeOf(s.v))
}

// stringFunc makes a func() string of a method value, nil if it is none.
func stringFunc(m any) func() string {
	if f, ok := m.(func() string); ok {
		return f
	}
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Func || v.IsNil() || v.Type().NumIn() != 0 || v.Type().NumOut() != 1 ||
		v.Type().Out(0).Kind() != reflect.String {
		return nil
	}
	return func() string { return v.Call(nil)[0].String() }
}

// mapFunc makes a func() map[string]any of a method value, nil if it is none.
func mapFunc(m any) func() map[string]any {
	if f, ok := m.(func() map[string]any); ok {
		return f
	}
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Func || v.IsNil() || v.Type().NumIn() != 0 || v.Type().NumOut() != 1 ||
		v.Type().Out(0).Kind() != reflect.Map || v.Type().Out(0).Key().Kind() != reflect.String {
		return nil
	}
	return func() map[string]any {
		data := map[string]any{}
		for k, e := range v.Call(nil)[0].Seq2() {
			data[k.String()] = concreteAny(e.Interface())
		}
		return data
	}
}

// nilPointer says whether v is nil or a nil pointer.
func nilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return v == nil || r.Kind() == reflect.Pointer && r.IsNil()
}

// isNil says whether v is nil or holds a nil pointer, map, slice, function or
// channel.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return r.IsNil()
	}
	return false
}
