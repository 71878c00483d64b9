package proc

import (
	"encoding/binary"
	"encoding/gob"
	"errors"
	"io"
	"math"
	"reflect"
)

// Numbers, booleans, strings and slices of bytes, float64 and int travel
// without gob, which takes ten times as long for a single number: 8 bytes, or a
// length and what follows.

// plain reports whether values of type t travel so.
func plain(t reflect.Type) bool {
	if t.Implements(reflect.TypeFor[gob.GobEncoder]()) || reflect.PointerTo(t).Implements(reflect.TypeFor[gob.GobEncoder]()) {
		return false
	}
	switch k := t.Kind(); {
	case k >= reflect.Bool && k <= reflect.Uint64, k == reflect.Float32, k == reflect.Float64, k == reflect.String:
		return true
	case k == reflect.Slice && t.PkgPath() == "":
		return t == reflect.TypeFor[[]byte]() || t == reflect.TypeFor[[]float64]() || t == reflect.TypeFor[[]int]()
	}
	return false
}

// appendPlain encodes a value.
func appendPlain(b []byte, v reflect.Value) []byte {
	switch k := v.Kind(); {
	case k == reflect.Bool:
		return append(b, flag(v.Bool()))
	case v.CanInt():
		return appendUint64(b, uint64(v.Int()))
	case v.CanUint():
		return appendUint64(b, v.Uint())
	case v.CanFloat():
		return appendUint64(b, math.Float64bits(v.Float()))
	case k == reflect.String:
		return appendString(b, v.String())
	}
	if v.IsNil() {
		return append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(v.Len())+1)
	switch s := v.Interface().(type) {
	case []byte:
		return append(b, s...)
	case []float64:
		for _, x := range s {
			b = appendUint64(b, math.Float64bits(x))
		}
	case []int:
		for _, x := range s {
			b = appendUint64(b, uint64(x))
		}
	}
	return b
}

var errPlain = errors.New("bytes that are no such value")

// takePlain decodes a value off b's front into v, which is addressable and
// zero, and returns the rest.
func takePlain(b []byte, v reflect.Value) ([]byte, error) {
	if len(b) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	p := parser{b: b}
	switch k := v.Kind(); {
	case k == reflect.Bool:
		v.SetBool(p.bool())
	case v.CanInt():
		v.SetInt(int64(p.uint64()))
	case v.CanUint():
		v.SetUint(p.uint64())
	case v.CanFloat():
		v.SetFloat(math.Float64frombits(p.uint64()))
	case k == reflect.String:
		v.SetString(p.string())
	default:
		n := p.int() - 1
		switch to := v.Addr().Interface().(type) {
		case *[]byte:
			if n >= 0 {
				*to = append([]byte{}, p.take(n)...)
			}
		case *[]float64:
			if n >= 0 && n <= len(p.b)/8 {
				*to = make([]float64, n)
				for i := range *to {
					(*to)[i] = math.Float64frombits(p.uint64())
				}
			} else if n >= 0 {
				return nil, errPlain
			}
		case *[]int:
			if n >= 0 && n <= len(p.b)/8 {
				*to = make([]int, n)
				for i := range *to {
					(*to)[i] = int(p.uint64())
				}
			} else if n >= 0 {
				return nil, errPlain
			}
		default:
			return nil, errPlain
		}
	}
	return p.b, p.err
}
