package engine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

// Taking variables to another session.
//
// The memory that variables lead to is cut into regions: a variable, what a
// pointer points to, the array behind a slice up to its capacity. Regions that
// overlap are one, so pointers into the middle of something and slices of one
// array find each other again, and what leads back to itself ends. Maps are
// beside the regions; interfaces hold copies. Floating-point numbers are bits,
// nil is not empty, capacities stay.

const dumpMagic = "weft values 1\n"

// A region is memory of count values of a type.
type region struct {
	at    unsafe.Pointer
	typ   reflect.Type
	count int
	name  string // of a variable; "" for others
	index int
}

func (r *region) size() uintptr        { return r.typ.Size() * uintptr(r.count) }
func (r *region) end() uintptr         { return uintptr(r.at) + r.size() }
func (r *region) has(q *region) bool   { return uintptr(r.at) <= uintptr(q.at) && q.end() <= r.end() }
func (r *region) meets(q *region) bool { return uintptr(q.at) < r.end() && uintptr(r.at) < q.end() }

// A mapRecord is a map with a copy of what is in it.
type mapRecord struct {
	typ         reflect.Type
	keys, elems []unsafe.Pointer
	index       int
}

// A survey is what a set of variables leads to.
type survey struct {
	*typeJudge
	types   *typeIndex
	regions []*region
	seen    map[region]bool
	maps    map[unsafe.Pointer]*mapRecord
	order   []*mapRecord
	named   map[reflect.Type]bool // types whose names the file will hold
}

func newSurvey(j *typeJudge, x *typeIndex) *survey {
	return &survey{typeJudge: j, types: x, seen: map[region]bool{}, maps: map[unsafe.Pointer]*mapRecord{}, named: map[reflect.Type]bool{}}
}

// variable looks at a variable and all that it leads to. The error says what
// can't be taken.
func (v *survey) variable(name string, slot reflect.Value) error {
	if err := v.region(&region{at: slot.Addr().UnsafePointer(), typ: slot.Type(), count: 1, name: name}); err != nil {
		return fmt.Errorf("%s%w", name, err)
	}
	return nil
}

// region notes memory and looks into it.
func (v *survey) region(r *region) error {
	key := *r
	key.name = ""
	if v.seen[key] && r.name == "" || r.size() == 0 {
		return nil
	}
	v.seen[key] = true
	if err := v.name(r.typ); err != nil {
		return err
	}
	v.regions = append(v.regions, r)
	if why := v.judge(r.typ); why != "" {
		return errors.New(": " + why)
	}
	if v.bits(r.typ) {
		return nil
	}
	for i := range r.count {
		if err := v.look(r.typ, unsafe.Add(r.at, r.typ.Size()*uintptr(i))); err != nil {
			if r.count > 1 {
				return fmt.Errorf("[%d]%w", i, err)
			}
			return err
		}
	}
	return nil
}

// name sees to it that a type can be found in another session.
func (v *survey) name(t reflect.Type) error {
	if v.named[t] {
		return nil
	}
	found, err := v.types.find(fullName(t))
	if err == nil && !identical(found, t) {
		err = fmt.Errorf("the type %s stands for another one now", fullName(t))
	}
	if err != nil {
		return fmt.Errorf(": %w", err)
	}
	v.named[t] = true
	return nil
}

// look follows what a value of type t at p leads to.
func (v *survey) look(t reflect.Type, p unsafe.Pointer) error {
	if why := v.judge(t); why != "" {
		return errors.New(": " + why)
	}
	if v.bits(t) {
		return nil
	}
	if isLock(t) {
		if !isZero(p, t.Size()) {
			return fmt.Errorf(": the %v is in use", t)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if err := v.look(f.Type, unsafe.Add(p, f.Offset)); err != nil {
				return fmt.Errorf(".%s%w", f.Name, err)
			}
		}
	case reflect.Array:
		for i := range t.Len() {
			if err := v.look(t.Elem(), unsafe.Add(p, t.Elem().Size()*uintptr(i))); err != nil {
				return fmt.Errorf("[%d]%w", i, err)
			}
		}
	case reflect.Pointer:
		to := *(*unsafe.Pointer)(p)
		if to == nil {
			return nil
		}
		if _, ok := knownPointers().names[to]; ok {
			return nil
		}
		return v.region(&region{at: to, typ: t.Elem(), count: 1})
	case reflect.Slice:
		s := *(*sliceHeader)(p)
		return v.region(&region{at: s.data, typ: t.Elem(), count: s.cap})
	case reflect.Map:
		return v.mapping(t, p)
	case reflect.Interface:
		e := valueAt(t, p).Elem()
		if !e.IsValid() {
			return nil
		}
		if err := v.name(e.Type()); err != nil {
			return err
		}
		copied := reflect.New(e.Type())
		copied.Elem().Set(e)
		return v.look(e.Type(), copied.UnsafePointer())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if *(*unsafe.Pointer)(p) != nil {
			return fmt.Errorf(": a %v that is not nil belongs to this process", t)
		}
	}
	return nil
}

// mapping notes a map and looks into it.
func (v *survey) mapping(t reflect.Type, p unsafe.Pointer) error {
	m := valueAt(t, p)
	if m.IsNil() || v.maps[m.UnsafePointer()] != nil {
		return nil
	}
	if err := v.name(t); err != nil {
		return err
	}
	for _, part := range []reflect.Type{t.Key(), t.Elem()} {
		if why := v.judge(part); why != "" {
			return errors.New(": " + why)
		}
	}
	record := &mapRecord{typ: t}
	v.maps[m.UnsafePointer()] = record
	v.order = append(v.order, record)
	for i := m.MapRange(); i.Next(); {
		key, elem := reflect.New(t.Key()), reflect.New(t.Elem())
		key.Elem().SetIterKey(i)
		elem.Elem().SetIterValue(i)
		record.keys = append(record.keys, key.UnsafePointer())
		record.elems = append(record.elems, elem.UnsafePointer())
		if err := v.look(t.Key(), key.UnsafePointer()); err != nil {
			return fmt.Errorf(" key %.40v%w", key.Elem(), err)
		}
		if err := v.look(t.Elem(), elem.UnsafePointer()); err != nil {
			return fmt.Errorf("[%.40v]%w", key.Elem(), err)
		}
	}
	return nil
}

// join makes one region of those that overlap, and numbers all.
func (v *survey) join() error {
	slices.SortStableFunc(v.regions, func(a, b *region) int {
		switch {
		case uintptr(a.at) != uintptr(b.at):
			return cmpUintptr(uintptr(a.at), uintptr(b.at))
		case a.size() != b.size():
			return cmpUintptr(b.size(), a.size())
		case (a.name == "") != (b.name == ""):
			if a.name != "" {
				return -1
			}
			return 1
		}
		// Of two that are the same memory, the one with the outer type.
		return depth(b.typ) - depth(a.typ)
	})
	var joined []*region
	for _, r := range v.regions {
		if n := len(joined); n > 0 && joined[n-1].meets(r) {
			last := joined[n-1]
			switch {
			case last.has(r):
			case identical(last.typ, r.typ) && last.name == "" && (uintptr(r.at)-uintptr(last.at))%r.typ.Size() == 0:
				last.count = int((r.end() - uintptr(last.at)) / r.typ.Size())
			default:
				return fmt.Errorf("a %v and a %v overlap in memory in a way that can't be kept", last.typ, r.typ)
			}
			if r.name != "" && r.name != last.name {
				return fmt.Errorf("the variable %s lies inside of something else", r.name)
			}
			continue
		}
		joined = append(joined, r)
	}
	v.regions = joined
	for i, r := range joined {
		r.index = i
	}
	for i, m := range v.order {
		m.index = i
	}
	return nil
}

func cmpUintptr(a, b uintptr) int {
	if a < b {
		return -1
	}
	return 1
}

// depth counts how many first elements lie inside a type.
func depth(t reflect.Type) int {
	switch {
	case t.Kind() == reflect.Struct && t.NumField() > 0:
		return 1 + depth(t.Field(0).Type)
	case t.Kind() == reflect.Array && t.Len() > 0:
		return 1 + depth(t.Elem())
	}
	return 0
}

// find returns the region that holds an address, nil for none.
func (v *survey) find(p unsafe.Pointer) *region {
	i, ok := slices.BinarySearchFunc(v.regions, uintptr(p), func(r *region, at uintptr) int {
		switch {
		case at < uintptr(r.at):
			return 1
		case at >= r.end():
			return -1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return v.regions[i]
}

// How a pointer, slice, map or interface begins in the file.
const (
	tagNil    = 0
	tagValue  = 1 // a place in a region, or a map's number, or an interface's value
	tagKnown  = 2 // a pointer with a name
	tagNoSize = 3 // a pointer to nothing, or the data of an empty slice
)

// A dumpWriter writes values to a file.
type dumpWriter struct {
	*survey
	w     *bufio.Writer
	buf   []byte
	types map[reflect.Type]int
	list  []reflect.Type
	size  int64
}

func (d *dumpWriter) write(b []byte) {
	n, _ := d.w.Write(b) // the error stays in w
	d.size += int64(n)
}

func (d *dumpWriter) number(n uint64) { d.write(binary.AppendUvarint(d.buf[:0], n)) }

func (d *dumpWriter) text(s string) {
	d.number(uint64(len(s)))
	n, _ := d.w.WriteString(s)
	d.size += int64(n)
}

func (d *dumpWriter) place(p unsafe.Pointer) {
	r := d.find(p)
	if r == nil {
		panic("BUG: a pointer leads nowhere")
	}
	d.number(tagValue)
	d.number(uint64(r.index))
	d.number(uint64(uintptr(p) - uintptr(r.at)))
}

// value writes the value of type t at p.
func (d *dumpWriter) value(t reflect.Type, p unsafe.Pointer) {
	if d.bits(t) {
		d.write(bytesAt(p, t.Size()))
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
	case reflect.Array:
		for i := range t.Len() {
			d.value(t.Elem(), unsafe.Add(p, t.Elem().Size()*uintptr(i)))
		}
	case reflect.String:
		d.text(*(*string)(p))
	case reflect.Pointer:
		to := *(*unsafe.Pointer)(p)
		name, ok := "", false
		if to != nil {
			name, ok = knownPointers().names[to]
		}
		switch {
		case to == nil:
			d.number(tagNil)
		case ok:
			d.number(tagKnown)
			d.text(name)
		case t.Elem().Size() == 0:
			d.number(tagNoSize)
		default:
			d.place(to)
		}
	case reflect.Slice:
		s := *(*sliceHeader)(p)
		switch {
		case s.data == nil:
			d.number(tagNil)
			return
		case s.cap == 0 || t.Elem().Size() == 0:
			d.number(tagNoSize)
		default:
			d.place(s.data)
		}
		d.number(uint64(s.len))
		d.number(uint64(s.cap))
	case reflect.Map:
		m := valueAt(t, p)
		if m.IsNil() {
			d.number(tagNil)
			return
		}
		d.number(tagValue)
		d.number(uint64(d.maps[m.UnsafePointer()].index))
	case reflect.Interface:
		e := valueAt(t, p).Elem()
		if !e.IsValid() {
			d.number(tagNil)
			return
		}
		d.number(tagValue)
		d.number(uint64(d.types[e.Type()]))
		copied := reflect.New(e.Type())
		copied.Elem().Set(e)
		d.value(e.Type(), copied.UnsafePointer())
	}
}

// number every type that the file names, in an order that the file keeps.
func (d *dumpWriter) numberTypes() {
	d.types = map[reflect.Type]int{}
	for t := range d.named {
		d.types[t] = len(d.list)
		d.list = append(d.list, t)
	}
}

// all writes everything.
func (d *dumpWriter) all() error {
	d.numberTypes()
	d.write([]byte(dumpMagic))
	wall, monotonic := clocks()
	d.number(uint64(wall))
	d.number(uint64(monotonic))
	d.number(uint64(len(d.list)))
	for _, t := range d.list {
		d.text(fullName(t))
		d.text(shape(t))
	}
	d.number(uint64(len(d.regions)))
	for _, r := range d.regions {
		d.number(uint64(d.types[r.typ]))
		d.number(uint64(r.count))
		d.text(r.name)
	}
	d.number(uint64(len(d.order)))
	for _, m := range d.order {
		d.number(uint64(d.types[m.typ]))
		d.number(uint64(len(m.keys)))
	}
	for _, r := range d.regions {
		if d.bits(r.typ) {
			d.write(bytesAt(r.at, r.size()))
			continue
		}
		for i := range r.count {
			d.value(r.typ, unsafe.Add(r.at, r.typ.Size()*uintptr(i)))
		}
	}
	for _, m := range d.order {
		for i := range m.keys {
			d.value(m.typ.Key(), m.keys[i])
			d.value(m.typ.Elem(), m.elems[i])
		}
	}
	return d.w.Flush()
}

// dump writes the variables in args["names"], a comma-separated list of the
// interpreter's own names, to args["file"], so that load can make them anew in
// another session. No cell may run, unless args["running"] is "1": then
// goroutines are not counted. With args["all"] "1" it is all of them or
// none, and none while goroutines of cells run. The result has "saved", the names that
// were written; "bytes", how much that was; "refused NAME" with the reason for
// each variable that can't be taken; and "goroutines", the number of goroutines
// that cells have left running, which may change values while they are read.
func dump(_ context.Context, s *session, args map[string]string) (result map[string]string, err error) {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	result = map[string]string{"goroutines": "0"}
	if args["running"] != "1" {
		result["goroutines"] = strconv.Itoa(s.leftGoroutines())
	}
	judge, index := newTypeJudge(s), s.newTypeIndex(nil)
	var saved []string
	var slots []reflect.Value
	fits := result["goroutines"] == "0"
	for name := range strings.SplitSeq(args["names"], ",") {
		slot, ok := s.slot(name)
		if !ok {
			if name != "" {
				result["refused "+name] = "the session has no such variable"
				fits = false
			}
			continue
		}
		index.add(slot.Type())
		if err := newSurvey(judge, index).variable(name, *slot); err != nil {
			result["refused "+name] = err.Error()
			fits = false
			continue
		}
		saved, slots = append(saved, name), append(slots, *slot)
	}
	if args["all"] == "1" && !fits {
		return result, nil
	}
	all := newSurvey(judge, index)
	for i, name := range saved {
		if err := all.variable(name, slots[i]); err != nil {
			return nil, fmt.Errorf("the values change while they are read: %w", err)
		}
	}
	if err := all.join(); err != nil {
		return nil, err
	}
	f, err := os.Create(args["file"])
	if err != nil {
		return nil, err
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("write the values: %v", v)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			os.Remove(f.Name())
		}
	}()
	d := &dumpWriter{survey: all, w: bufio.NewWriterSize(f, 1<<20)}
	if err := d.all(); err != nil {
		return nil, err
	}
	result["saved"], result["bytes"] = strings.Join(saved, ","), strconv.FormatInt(d.size, 10)
	return result, nil
}

// leftGoroutines counts the goroutines of cells, but for those that are about
// to end: the last cell's own may be.
func (s *session) leftGoroutines() (n int) {
	for range 10 {
		n = 0
		for _, g := range goroutines() {
			if !g.ours() && !strings.Contains(string(g.stack), idleWorker) {
				n++
			}
		}
		if n == 0 {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	return n
}
