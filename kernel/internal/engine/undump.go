package engine

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// A dumpReader makes values of a file that dump has written.
type dumpReader struct {
	*typeJudge
	r       *bufio.Reader
	types   []reflect.Type
	regions []*region
	maps    []reflect.Value
	sizes   []int
	shift   int64 // from the other process' monotonic clock to ours, nanoseconds
	clocked bool
}

var errDamaged = errors.New("the file of values is damaged")

// The reader's methods panic with an error, which load returns.
func (d *dumpReader) fail(err error) { panic(err) }

func (d *dumpReader) number() uint64 {
	n, err := binary.ReadUvarint(d.r)
	if err != nil {
		d.fail(errDamaged)
	}
	return n
}

// count reads a number below limit.
func (d *dumpReader) count(limit uint64) int {
	n := d.number()
	if n >= limit {
		d.fail(errDamaged)
	}
	return int(n)
}

const most = 1 << 48 // of anything

func (d *dumpReader) read(b []byte) {
	if _, err := io.ReadFull(d.r, b); err != nil {
		d.fail(errDamaged)
	}
}

func (d *dumpReader) text() string {
	b := make([]byte, d.count(most))
	d.read(b)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (d *dumpReader) place(size uintptr) unsafe.Pointer {
	r := d.regions[d.count(uint64(len(d.regions)))]
	at := d.count(most)
	if uintptr(at)+size > r.size() {
		d.fail(errDamaged)
	}
	return unsafe.Add(r.at, at)
}

// nothing is what pointers to types without size point to.
var nothing struct{}

func (d *dumpReader) value(t reflect.Type, p unsafe.Pointer) {
	if d.bits(t) {
		d.read(bytesAt(p, t.Size()))
		return
	}
	if isLock(t) {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			d.value(t.Field(i).Type, unsafe.Add(p, t.Field(i).Offset))
		}
		if t == timeType {
			if wall, ext, ok := timeBits(p); ok && *wall&hasMonotonic != 0 && d.clocked {
				*ext += d.shift
			}
		}
	case reflect.Array:
		for i := range t.Len() {
			d.value(t.Elem(), unsafe.Add(p, t.Elem().Size()*uintptr(i)))
		}
	case reflect.String:
		*(*string)(p) = d.text()
	case reflect.Pointer:
		*(*unsafe.Pointer)(p) = d.pointer(t)
	case reflect.Slice:
		tag := d.number()
		if tag == tagNil {
			return
		}
		s := sliceHeader{data: unsafe.Pointer(&nothing)}
		var region, at int
		if tag == tagValue {
			region, at = d.count(uint64(len(d.regions))), d.count(most)
		}
		s.len, s.cap = d.count(most), d.count(most)
		if s.len > s.cap {
			d.fail(errDamaged)
		}
		if tag == tagValue {
			r := d.regions[region]
			if uintptr(at)+uintptr(s.cap)*t.Elem().Size() > r.size() {
				d.fail(errDamaged)
			}
			s.data = unsafe.Add(r.at, at)
		}
		*(*sliceHeader)(p) = s
	case reflect.Map:
		if d.number() != tagNil {
			m := d.maps[d.count(uint64(len(d.maps)))]
			if m.Type() != t {
				m = m.Convert(t) // named otherwise, with the same elements
			}
			valueAt(t, p).Set(m)
		}
	case reflect.Interface:
		if d.number() != tagNil {
			v := reflect.New(d.types[d.count(uint64(len(d.types)))])
			d.value(v.Type().Elem(), v.UnsafePointer())
			valueAt(t, p).Set(v.Elem())
		}
	}
}

func (d *dumpReader) pointer(t reflect.Type) unsafe.Pointer {
	switch d.number() {
	case tagNil:
		return nil
	case tagKnown:
		name := d.text()
		p := knownPointers().pointers[name]
		if p == nil {
			d.fail(fmt.Errorf("this session has no %s", name))
		}
		return p
	case tagNoSize:
		return unsafe.Pointer(&nothing)
	}
	return d.place(t.Elem().Size())
}

// A renaming replaces the full names of types.
type renaming []string // old, new, old, new …

func newRenaming(text string) (renaming, error) {
	names := map[string]string{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &names); err != nil {
			return nil, fmt.Errorf("read the names of types: %w", err)
		}
	}
	var list []string
	for old := range names {
		list = append(list, old)
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) }) // nb/c12.T before nb/c1.T
	var r renaming
	for _, old := range list {
		r = append(r, old, names[old])
	}
	return r, nil
}

// apply replaces whole names in a text of type names.
func (r renaming) apply(text string) string {
	letter := func(c byte) bool {
		return c == '_' || c == '/' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
	}
	var b strings.Builder
next:
	for i := 0; i < len(text); {
		if i == 0 || !letter(text[i-1]) {
			for k := 0; k < len(r); k += 2 {
				if end := i + len(r[k]); strings.HasPrefix(text[i:], r[k]) && (end == len(text) || !letter(text[end])) {
					b.WriteString(r[k+1])
					i = end
					continue next
				}
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// head reads what comes before the values and makes the memory for them.
func (d *dumpReader) head(s *session, rename renaming) (names []string) {
	magic := make([]byte, len(dumpMagic))
	d.read(magic)
	if string(magic) != dumpMagic {
		d.fail(errDamaged)
	}
	wall, monotonic := int64(d.number()), int64(d.number())
	ourWall, ourMonotonic := clocks()
	d.shift = (ourMonotonic - ourWall) - (monotonic - wall)
	d.clocked = wall != 0 && ourWall != 0

	type typeText struct{ name, shape string }
	texts := make([]typeText, d.count(1<<24))
	for i := range texts {
		texts[i] = typeText{rename.apply(d.text()), rename.apply(d.text())}
	}
	type regionText struct {
		typ, count int
		name       string
	}
	regions := make([]regionText, d.count(1<<32))
	var slots []reflect.Type
	for i := range regions {
		regions[i] = regionText{d.count(uint64(len(texts))), d.count(most), d.text()}
		if name := regions[i].name; name != "" {
			slot, ok := s.slot(name)
			if !ok {
				d.fail(fmt.Errorf("the session has no variable %s", name))
			}
			slots = append(slots, slot.Type())
			names = append(names, name)
		}
	}
	index := s.newTypeIndex(slots)
	d.types = make([]reflect.Type, len(texts))
	for missing := len(texts) + 1; ; {
		var left []error
		for i, text := range texts {
			if d.types[i] != nil {
				continue
			}
			t, err := index.find(text.name)
			if err == nil && shape(t) != text.shape {
				d.fail(fmt.Errorf("the type %s has changed", text.name))
			}
			d.types[i] = t
			if err != nil {
				left = append(left, err)
			}
		}
		if len(left) == 0 {
			break
		}
		// A type may lead to another that has no exported name.
		if len(left) == missing {
			d.fail(errors.Join(left...))
		}
		missing = len(left)
	}
	for i, text := range regions {
		r := &region{typ: d.types[text.typ], count: text.count, name: text.name, index: i}
		if r.name != "" {
			slot, _ := s.slot(r.name)
			if !identical(slot.Type(), r.typ) {
				d.fail(fmt.Errorf("the variable %s is a %v, it was a %v", r.name, slot.Type(), r.typ))
			}
			r.at = slot.Addr().UnsafePointer()
		} else {
			r.at = reflect.MakeSlice(reflect.SliceOf(r.typ), r.count, r.count).UnsafePointer()
		}
		d.regions = append(d.regions, r)
	}
	for range d.count(1 << 32) {
		t, n := d.types[d.count(uint64(len(d.types)))], d.count(most)
		if t.Kind() != reflect.Map {
			d.fail(errDamaged)
		}
		d.maps, d.sizes = append(d.maps, reflect.MakeMapWithSize(t, n)), append(d.sizes, n)
	}
	return names
}

// undump gives the session's variables the values in args["file"], which dump
// has written in another session. The variables must be there with the types
// they had. Compiled types of the file are found under their names, or under
// those that args["types"] gives them instead, a JSON object of names such as
// "nb/c3.Point". Nothing has changed when the error is about types or
// variables. The result has "loaded", the variables' names, and "bytes".
func undump(_ context.Context, s *session, args map[string]string) (result map[string]string, err error) {
	rename, err := newRenaming(args["types"])
	if err != nil {
		return nil, err
	}
	f, err := os.Open(args["file"])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	s.compiling.Lock()
	defer s.compiling.Unlock()
	defer func() {
		if v := recover(); v != nil {
			if failed, ok := v.(error); ok && !errors.As(failed, new(runtime.Error)) {
				result, err = nil, fmt.Errorf("load the values: %w", failed)
				return
			}
			panic(v)
		}
	}()
	d := &dumpReader{typeJudge: newTypeJudge(s), r: bufio.NewReaderSize(f, 1<<20)}
	names := d.head(s, rename)
	for _, r := range d.regions {
		if d.bits(r.typ) {
			d.read(bytesAt(r.at, r.size()))
			continue
		}
		for i := range r.count {
			d.value(r.typ, unsafe.Add(r.at, r.typ.Size()*uintptr(i)))
		}
	}
	for i, m := range d.maps {
		for range d.sizes[i] {
			key, elem := reflect.New(m.Type().Key()), reflect.New(m.Type().Elem())
			d.value(m.Type().Key(), key.UnsafePointer())
			d.value(m.Type().Elem(), elem.UnsafePointer())
			m.SetMapIndex(key.Elem(), elem.Elem())
		}
	}
	return map[string]string{"loaded": strings.Join(names, ","), "bytes": strconv.FormatInt(info.Size(), 10)}, nil
}
