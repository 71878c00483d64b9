package dock

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"unsafe"
)

// Copies of variables for a program that is built from cells and runs by
// itself, on the same machine. What is written has no types: the program has the
// same ones. Pointers that are equal stay equal; slices of one array do not stay
// slices of one array. Functions, channels, locks that are held, and values in
// interfaces whose type is not a basic one can't be copied.

// WriteCopy appends a copy of a variable to b. The error says which part of it
// can't be copied, ".f[3]: a channel", and why.
func WriteCopy(b []byte, variable reflect.Value) (copied []byte, err error) {
	w := &copyWriter{b: b, pointers: map[copyKey]uint64{}}
	defer func() {
		if v := recover(); v != nil {
			r, ok := v.(refusal)
			if !ok {
				panic(v)
			}
			copied, err = b, r
		}
	}()
	w.value(variable, 0)
	return w.b, nil
}

// A refusal says what can't be copied.
type refusal struct{ path, why string }

func (r refusal) Error() string { return r.path + ": " + r.why }

type copyKey struct {
	p unsafe.Pointer
	t reflect.Type
}

type copyWriter struct {
	b        []byte
	path     []string
	pointers map[copyKey]uint64
}

func (w *copyWriter) refuse(format string, args ...any) {
	panic(refusal{strings.Join(w.path, ""), fmt.Sprintf(format, args...)})
}

func (w *copyWriter) number(n uint64) { w.b = binary.AppendUvarint(w.b, n) }

// at writes a part of a value.
func (w *copyWriter) at(step string, v reflect.Value, depth int) {
	w.path = append(w.path, step)
	w.value(v, depth+1)
	w.path = w.path[:len(w.path)-1]
}

// copyDepth bounds how deep values lie in each other.
const copyDepth = 100_000

// plainBits says whether values of a type are the bits of their memory.
func plainBits(t reflect.Type) bool {
	k := t.Kind()
	return reflect.Bool <= k && k <= reflect.Complex128
}

func (w *copyWriter) value(v reflect.Value, depth int) {
	if depth > copyDepth {
		w.refuse("values lie more than %d deep in each other", copyDepth)
	}
	t := v.Type()
	w.b = append(w.b, byte(t.Kind()))
	if isLock(t) {
		if !v.IsZero() {
			w.refuse("the %v is in use", t)
		}
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		n := uint64(0)
		if v.Bool() {
			n = 1
		}
		w.number(n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.b = binary.AppendVarint(w.b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(real(v.Complex())))
		w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(imag(v.Complex())))
	case reflect.String:
		w.number(uint64(v.Len()))
		w.b = append(w.b, v.String()...)
	case reflect.Slice:
		if v.IsNil() {
			w.number(0)
			return
		}
		w.number(uint64(v.Len()) + 1)
		if plainBits(t.Elem()) {
			w.b = append(w.b, unsafe.Slice((*byte)(v.UnsafePointer()), uintptr(v.Len())*t.Elem().Size())...)
			return
		}
		for i := range v.Len() {
			w.at(fmt.Sprintf("[%d]", i), v.Index(i), depth)
		}
	case reflect.Array:
		for i := range v.Len() {
			w.at(fmt.Sprintf("[%d]", i), v.Index(i), depth)
		}
	case reflect.Map:
		if v.IsNil() {
			w.number(0)
			return
		}
		w.number(uint64(v.Len()) + 1)
		for r := v.MapRange(); r.Next(); {
			w.at("{key}", r.Key(), depth)
			w.at("["+keyText(r.Key())+"]", r.Value(), depth)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			w.at("."+strings.TrimPrefix(t.Field(i).Name, "X_"), v.Field(i), depth)
		}
	case reflect.Pointer:
		if v.IsNil() {
			w.number(0)
			return
		}
		key := copyKey{v.UnsafePointer(), t}
		if n, ok := w.pointers[key]; ok {
			w.number(n)
			return
		}
		n := uint64(len(w.pointers)) + 1
		w.pointers[key] = n
		w.number(n)
		w.at("", v.Elem(), depth)
	case reflect.Interface:
		if v.IsNil() {
			w.number(0)
			return
		}
		e := v.Elem()
		name := e.Type().String()
		if basics[name] != e.Type() {
			w.refuse("a value of type %v in an interface: only basic types are known there", e.Type())
		}
		w.number(uint64(len(name)))
		w.b = append(w.b, name...)
		w.at("", e, depth)
	case reflect.Chan:
		if !v.IsNil() {
			w.refuse("a channel, whose other end is here")
		}
	case reflect.Func:
		if !v.IsNil() {
			w.refuse("a function value")
		}
	default:
		if !v.IsZero() {
			w.refuse("a value of type %v", t)
		}
	}
}

// isLock says whether a type is one of package sync's that stand for somebody
// waiting: only unused ones can be copied.
func isLock(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == "sync" && t.Name() != "Once"
}

func keyText(k reflect.Value) string {
	if k.Kind() == reflect.String {
		return fmt.Sprintf("%.20q", k.String())
	}
	if plainBits(k.Type()) {
		return fmt.Sprint(k)
	}
	return "…"
}

// basics are the types that values in interfaces may have.
var basics = func() map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, v := range []any{false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0),
		float32(0), 0.0, complex64(0), complex128(0), "",
		[]bool(nil), []int(nil), []byte(nil), []rune(nil), []int64(nil), []float64(nil), []string(nil), []any(nil), map[string]any(nil), map[string]int(nil), map[string]string(nil)} {
		t := reflect.TypeOf(v)
		m[t.String()] = t
	}
	return m
}()

var errCopy = errors.New("the copy of a variable does not fit its type")

// ReadCopy reads what WriteCopy has written into a variable of the same type and
// returns what follows.
func ReadCopy(b []byte, variable reflect.Value) (rest []byte, err error) {
	r := &copyReader{b: b}
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(error)
			if !ok || !errors.Is(e, errCopy) {
				panic(v)
			}
			err = e
		}
	}()
	r.value(variable)
	return r.b, nil
}

type copyReader struct {
	b        []byte
	pointers []reflect.Value
}

func (r *copyReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		panic(errCopy)
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *copyReader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		panic(errCopy)
	}
	r.b = r.b[size:]
	return n
}

// open is a variable that can be set, an unexported field too.
func open(v reflect.Value) reflect.Value {
	if v.CanSet() {
		return v
	}
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

func (r *copyReader) value(v reflect.Value) {
	v = open(v)
	t := v.Type()
	if reflect.Kind(r.take(1)[0]) != t.Kind() {
		panic(errCopy)
	}
	if isLock(t) {
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(r.number() != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, size := binary.Varint(r.b)
		if size <= 0 {
			panic(errCopy)
		}
		r.b = r.b[size:]
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(r.number())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.float())
	case reflect.Complex64, reflect.Complex128:
		re := r.float()
		v.SetComplex(complex(re, r.float()))
	case reflect.String:
		v.SetString(string(r.take(r.number())))
	case reflect.Slice:
		n := r.number()
		if n == 0 {
			return
		}
		n--
		if plainBits(t.Elem()) {
			from := r.take(n * uint64(t.Elem().Size()))
			v.Set(reflect.MakeSlice(t, int(n), int(n)))
			copy(unsafe.Slice((*byte)(v.UnsafePointer()), len(from)), from)
			return
		}
		if n > uint64(len(r.b)) {
			panic(errCopy)
		}
		v.Set(reflect.MakeSlice(t, int(n), int(n)))
		for i := range v.Len() {
			r.value(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			r.value(v.Index(i))
		}
	case reflect.Map:
		n := r.number()
		if n == 0 {
			return
		}
		v.Set(reflect.MakeMap(t))
		for range n - 1 {
			key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			r.value(key)
			r.value(elem)
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			r.value(v.Field(i))
		}
	case reflect.Pointer:
		n := r.number()
		switch {
		case n == 0:
		case n <= uint64(len(r.pointers)):
			p := r.pointers[n-1]
			if p.Type() != t {
				panic(errCopy)
			}
			v.Set(p)
		case n == uint64(len(r.pointers))+1:
			p := reflect.New(t.Elem())
			if p.Type() != t {
				p = p.Convert(t)
			}
			r.pointers = append(r.pointers, p)
			v.Set(p)
			r.value(p.Elem())
		default:
			panic(errCopy)
		}
	case reflect.Interface:
		n := r.number()
		if n == 0 {
			return
		}
		e := basics[string(r.take(n))]
		if e == nil || !e.AssignableTo(t) {
			panic(errCopy)
		}
		x := reflect.New(e).Elem()
		r.value(x)
		v.Set(x)
	}
}

func (r *copyReader) float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(r.take(8)))
}

// Alone runs the cell of a program that is built from cells: its variables get
// the copies in a file, made by names and WriteCopy; those that the file does not
// have begin as zero values. The program ends with the cell.
func Alone(file string) {
	if err := alone(file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func alone(file string) error {
	variables := map[string]reflect.Value{}
	list := Take()
	for _, p := range list {
		for name, at := range p.Vars {
			pointer := reflect.ValueOf(at).Elem()
			pointer.Set(reflect.New(pointer.Type().Elem()))
			variables[name] = pointer.Elem()
		}
	}
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the variables: %w", err)
		}
		for len(b) > 0 {
			n, size := binary.Uvarint(b)
			if size <= 0 || n > uint64(len(b)-size) {
				return io.ErrUnexpectedEOF
			}
			name := string(b[size : size+int(n)])
			v, ok := variables[name]
			if !ok {
				return fmt.Errorf("there is no variable %s", name)
			}
			if b, err = ReadCopy(b[size+int(n):], v); err != nil {
				return fmt.Errorf("variable %s: %w", name, err)
			}
		}
	}
	for _, p := range list {
		if p.Cell != nil {
			p.Cell(&Run{})
		}
	}
	return nil
}

// WriteCopies writes the file that Alone reads. The error names the variable and
// the part of it that can't be copied.
func WriteCopies(w io.Writer, names []string, slot func(name string) (reflect.Value, bool)) error {
	var b []byte
	for _, name := range names {
		v, ok := slot(name)
		if !ok {
			return fmt.Errorf("the session has no variable %s", name)
		}
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
		var err error
		if b, err = WriteCopy(b, v); err != nil {
			var r refusal
			if errors.As(err, &r) && r.path == "" {
				return fmt.Errorf("%s is %s", name, r.why)
			}
			return fmt.Errorf("%s%w", name, err)
		}
	}
	_, err := io.Copy(w, bytes.NewReader(b))
	return err
}
