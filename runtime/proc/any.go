package proc

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"time"
)

// Queues, pipes and managers carry values of any type. The plain ones have an
// encoding of their own, since a gob that can be read by itself is 50 times
// slower; all others are gobs. Types other than Go's basic ones and slices and
// maps of these must be known by gob.Register in both programs.

// The first byte of a value.
const (
	anyNil byte = iota
	anyFalse
	anyTrue
	anyInt
	anyInt64
	anyFloat64
	anyString
	anyBytes
	anyGob
)

// anyBox is how gob carries a value together with its type.
type anyBox struct{ V any }

func init() {
	for _, v := range []any{
		time.Duration(0), time.Time{}, []any(nil), [][]int(nil), [][]float64(nil), []time.Duration(nil),
		map[string]any(nil), map[string]int(nil), map[string]float64(nil), map[string]string(nil), map[string]bool(nil),
		map[int]int(nil), map[int]string(nil), map[int]float64(nil), map[int]bool(nil), map[string][]int(nil), map[string][]string(nil),
		&Lock{}, &Semaphore{}, &BoundedSemaphore{}, &Event{}, &Condition{}, &Value{}, &FloatValue{}, &RawValue{}, &Array{}, &IntArray{},
		&Queue{}, &Conn{}, &ListProxy{}, &DictProxy{}, &ValueProxy{},
	} {
		gob.Register(v)
	}
}

// appendAny encodes a value.
func appendAny(b []byte, v any) (_ []byte, err error) {
	switch v := v.(type) {
	case nil:
		return append(b, anyNil), nil
	case bool:
		return append(b, anyFalse+flag(v)), nil
	case int:
		return appendUint64(append(b, anyInt), uint64(v)), nil
	case int64:
		return appendUint64(append(b, anyInt64), uint64(v)), nil
	case float64:
		return appendUint64(append(b, anyFloat64), math.Float64bits(v)), nil
	case string:
		return append(append(b, anyString), v...), nil
	case []byte:
		return append(append(b, anyBytes), v...), nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a %T can't be sent to another process: panic: %v", v, p)
		}
	}()
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(anyBox{v}); err != nil {
		return nil, fmt.Errorf("a %T can't be sent to another process: %w", v, err)
	}
	return append(append(b, anyGob), buf.Bytes()...), nil
}

var errAny = errors.New("bytes that are no value")

// parseAny decodes a value. It keeps nothing of b.
func parseAny(b []byte) (v any, err error) {
	if len(b) == 0 {
		return nil, errAny
	}
	kind, b := b[0], b[1:]
	switch kind {
	case anyNil:
		return nil, nil
	case anyFalse, anyTrue:
		return kind == anyTrue, nil
	case anyString:
		return string(b), nil
	case anyBytes:
		return bytes.Clone(b), nil
	case anyGob:
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("decode a value: panic: %v", p)
			}
		}()
		var box anyBox
		if err := unpack(b, &box); err != nil {
			return nil, fmt.Errorf("decode a value: %w", err)
		}
		return box.V, nil
	}
	if len(b) != 8 {
		return nil, errAny
	}
	x := binary.LittleEndian.Uint64(b)
	switch kind {
	case anyInt:
		return int(x), nil
	case anyInt64:
		return int64(x), nil
	case anyFloat64:
		return math.Float64frombits(x), nil
	}
	return nil, errAny
}
