package chart

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// maxDepth is how deep an option may be; what lies deeper, such as a map that
// holds itself, is left out.
const maxDepth = 40

// obj and list are JSON's objects and arrays.
type (
	obj  = map[string]any
	list = []any
)

// clean returns v as encoding/json takes it for certain: maps with texts for
// keys, slices, strings, booleans and finite figures of seven significant
// digits at most, whole ones as they are. NaN and infinity become null and are
// counted. encoding/json itself escapes "<", so that no text can end a script.
func clean(v any) (out any, lost int) {
	c := cleaner{}
	out = c.value(reflect.ValueOf(v), 0)
	return out, c.lost
}

type cleaner struct{ lost int }

func (c *cleaner) value(v reflect.Value, depth int) any {
	if depth > maxDepth {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return c.value(v.Elem(), depth+1)
	case reflect.Map:
		out := make(obj, v.Len())
		for k, e := range v.Seq2() {
			out[fmt.Sprint(k.Interface())] = c.value(e, depth+1)
		}
		return out
	case reflect.Slice, reflect.Array:
		if m, ok := marshaler(v); ok {
			return c.marshaled(m, depth)
		}
		out := make(list, v.Len())
		for i := range out {
			out[i] = c.value(v.Index(i), depth+1)
		}
		return out
	case reflect.Float64, reflect.Float32:
		return c.float(v.Float())
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return v.Uint()
	case reflect.Struct:
		return c.structure(v, depth)
	}
	return nil // functions, channels, complex numbers
}

// float rounds f to seven significant digits: a picture shows four.
func (c *cleaner) float(f float64) any {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		c.lost++
		return nil
	case f == math.Trunc(f):
		return f
	}
	digits := max(7, int(math.Ceil(math.Log10(math.Abs(f))))) // times in ms since 1970 keep their whole part
	f, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', digits, 64), 64)
	if err != nil || math.IsInf(f, 0) {
		return math.MaxFloat64
	}
	return f
}

// missing says how many values were not numbers.
func missing(n int) string {
	if n == 1 {
		return "1 value that is not a number left out"
	}
	return strconv.Itoa(n) + " values that are not numbers left out"
}

// addNote adds a line to a text.
func addNote(text, note string) string {
	if text == "" {
		return note
	}
	return text + "\n" + note
}
