package proc

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"fmt"
	"io"
	"reflect"
)

// A wire is how values of a type travel.
type wire struct {
	t     reflect.Type
	boxed reflect.Type // struct{ V t } for what gob can't send by itself: interfaces and pointers, which may be nil
	empty bool         // nothing has to travel
	plain bool         // without gob, see plain.go
}

// newWire finds out how values of type t travel, or why they can't.
func newWire(t reflect.Type) (wire, error) {
	w := wire{t: t}
	if t.Size() == 0 {
		w.empty = true
		return w, nil
	}
	if plain(t) {
		w.plain = true
		return w, nil
	}
	if field := lost(t, make(map[reflect.Type]bool)); field != "" {
		return w, fmt.Errorf("type %s can't be sent to another process: %s would be lost: only exported fields travel, and no functions and channels", t, field)
	}
	box := reflect.StructOf([]reflect.StructField{{Name: "V", Type: t}})
	if err := gob.NewEncoder(io.Discard).EncodeValue(reflect.New(box).Elem()); err != nil {
		return w, fmt.Errorf("type %s can't be sent to another process: %w", t, err)
	}
	if k := t.Kind(); k == reflect.Interface || k == reflect.Pointer {
		w.boxed = box
	}
	return w, nil
}

// lost names a part of a type that gob would leave out without a word.
func lost(t reflect.Type, seen map[reflect.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	for _, encodes := range []reflect.Type{reflect.TypeFor[gob.GobEncoder](), reflect.TypeFor[encoding.BinaryMarshaler]()} {
		if t.Implements(encodes) || reflect.PointerTo(t).Implements(encodes) {
			return ""
		}
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return lost(t.Elem(), seen)
	case reflect.Map:
		if l := lost(t.Key(), seen); l != "" {
			return l
		}
		return lost(t.Elem(), seen)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return fmt.Sprintf("a %s", t)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" || f.Type.Size() == 0 {
				continue
			}
			if !f.IsExported() && !f.Anonymous {
				return fmt.Sprintf("field %s of %s", f.Name, t)
			}
			if l := lost(f.Type, seen); l != "" {
				return l
			}
		}
	}
	return ""
}

// A sender encodes values for one receiver that decodes them in the same
// order. What gob says once about a type it says once for all of them, which
// takes most of the time of a single small value.
type sender struct {
	buf bytes.Buffer
	enc *gob.Encoder // nil: the receiver has to begin anew
}

// start begins a batch and reports whether the receiver has to begin anew.
func (s *sender) start() (fresh bool) {
	s.buf.Reset()
	if s.enc != nil {
		return false
	}
	s.enc = gob.NewEncoder(&s.buf)
	return true
}

// send adds a value to the batch. After an error the batch can't be used.
func (s *sender) send(w *wire, v reflect.Value) (err error) {
	defer func() {
		if p := recover(); p != nil { // of a GobEncode method, for example
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			s.enc = nil
		}
	}()
	switch {
	case w.empty:
		return nil
	case w.plain:
		s.buf.Write(appendPlain(s.buf.AvailableBuffer(), v))
		return nil
	case w.boxed != nil:
		box := reflect.New(w.boxed).Elem()
		box.Field(0).Set(v)
		v = box
	}
	return s.enc.EncodeValue(v)
}

// shrink forgets a buffer that one large batch has left.
func (s *sender) shrink() {
	if s.buf.Cap() > keep {
		s.enc, s.buf = nil, bytes.Buffer{}
	}
}

// A receiver decodes what a sender encodes.
type receiver struct {
	rest  bytes.Reader
	batch []byte // what rest reads, for plain values
	dec   *gob.Decoder
}

func (r *receiver) start(fresh bool, batch []byte) {
	r.rest.Reset(batch)
	r.batch = batch
	if fresh || r.dec == nil {
		r.dec = gob.NewDecoder(&r.rest)
	}
}

// receive decodes the next value into v, which is addressable.
func (r *receiver) receive(w *wire, v reflect.Value) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	v.SetZero() // gob leaves what is zero alone
	switch {
	case w.empty:
		return nil
	case w.plain:
		rest, err := takePlain(r.batch, v)
		r.batch = rest
		return err
	case w.boxed != nil:
		box := reflect.New(w.boxed)
		if err := r.dec.DecodeValue(box); err != nil {
			return err
		}
		v.Set(box.Elem().Field(0))
		return nil
	}
	return r.dec.DecodeValue(v.Addr())
}
