package dock

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"unsafe"
)

// What instrumented code calls; package instrument writes the calls. The
// functions give back what they get, so a call stands where the expression
// stood. Without a Recorder one costs a load and a branch.

// A Recorder is told what instrumented code does with memory. Every goroutine
// of the code calls it, also at the same time: it guards what it shares.
type Recorder interface {
	// Access is a load or store of size bytes at addr: a value, which may be
	// more than a cache line, or the piece of a slice that is copied.
	Access(addr, size uintptr, write bool, site int32)
	// Map is a look-up in a map, or a change of one.
	Map(MapAccess)
}

// A MapAccess is a look-up in a map, or a change of it. Where in the map the
// value lies is not known: what is told allows to model it.
type MapAccess struct {
	Map       uintptr // address of the map's header, 0 for a nil map
	Len       int     // entries before the access
	Hash      uint64  // of the key; equal keys of one process have equal ones
	Hashed    bool    // Hash is known
	Key, Elem uintptr // sizes, bytes
	Write     bool
	Site      int32
}

// recorder is nil while nothing is recorded.
var recorder atomic.Pointer[Recorder]

// Record sets the Recorder; nil ends recording. Accesses that are under way may
// still reach the one before.
func Record(r Recorder) {
	if r == nil {
		recorder.Store(nil)
		return
	}
	recorder.Store(&r)
}

// A Site is an expression of a cell that accesses memory.
type Site struct {
	Cell string // "cell[3]"
	Line int    // in it, from 1
	Text string // "a[i*n+j]"
	Func string // the function that it stands in, "" for a cell's statements
}

// A Counter counts how often a statement is begun.
type Counter = atomic.Uint64

// A LineHits says how often the statements of a line were begun.
type LineHits struct {
	Cell  string
	Line  int
	Count uint64
}

var instrumented struct {
	mu     sync.Mutex
	sites  []Site      // guarded by mu
	places []LineHits  // guarded by mu, without counts
	counts [][]Counter // guarded by mu; each covers a piece of places
}

// Sites notes the sites of a package that is opened, and returns the number of
// its first one: sites are numbered on from package to package.
func Sites(list ...Site) (first int32) {
	t := &instrumented
	t.mu.Lock()
	defer t.mu.Unlock()
	first = int32(len(t.sites))
	t.sites = append(t.sites, list...)
	return first
}

// SiteList lists the sites of all packages that are open, by number. It must not
// be written.
func SiteList() []Site {
	t := &instrumented
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sites[:len(t.sites):len(t.sites)]
}

// AddLines notes the lines that a package counts, and where.
func AddLines(list []LineHits, counts []Counter) {
	t := &instrumented
	t.mu.Lock()
	defer t.mu.Unlock()
	t.places = append(t.places, list...)
	t.counts = append(t.counts, counts)
}

// Hits returns how often lines were begun since ClearHits, without those that
// never were. Of several statements on a line the one that was begun most often
// counts; the head of a loop counts its rounds. The order is that of packages,
// then of the text.
func Hits() []LineHits {
	t := &instrumented
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []LineHits
	at := map[LineHits]int{} // by place
	n := 0
	for _, counts := range t.counts {
		for i := range counts {
			h := t.places[n]
			n++
			c := counts[i].Load()
			if c == 0 {
				continue
			}
			k, ok := at[h]
			if !ok {
				k = len(out)
				at[h] = k
				out = append(out, h)
			}
			out[k].Count = max(out[k].Count, c)
		}
	}
	return out
}

// ClearHits sets all counts to zero.
func ClearHits() {
	t := &instrumented
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, counts := range t.counts {
		for i := range counts {
			counts[i].Store(0)
		}
	}
}

// access tells the Recorder of an access.
//
//go:noinline
func access(r *Recorder, addr, size uintptr, write bool, site int32) {
	if size > 0 {
		(*r).Access(addr, size, write, site)
	}
}

// R is a load of *p.
func R[T any](p *T, site int32) *T {
	if r := recorder.Load(); r != nil {
		access(r, uintptr(unsafe.Pointer(p)), unsafe.Sizeof(*p), false, site)
	}
	return p
}

// H is a load of a slice's header at p of which only address and length are
// looked at.
func H[T any](p *T, site int32) *T {
	if r := recorder.Load(); r != nil {
		access(r, uintptr(unsafe.Pointer(p)), 2*unsafe.Sizeof(uintptr(0)), false, site)
	}
	return p
}

// W is a store to *p.
func W[T any](p *T, site int32) *T {
	if r := recorder.Load(); r != nil {
		access(r, uintptr(unsafe.Pointer(p)), unsafe.Sizeof(*p), true, site)
	}
	return p
}

// U is a load of *p and a store to it, as x += 1 makes them.
func U[T any](p *T, site int32) *T { return W(R(p, site), site) }

// In is a map of which a key is looked up, or changed with write: see Key.
func In[M ~map[K]V, K comparable, V any](m M, write bool, site int32) Keys[K] {
	if r := recorder.Load(); r != nil {
		return inMap(r, m, write, site)
	}
	return Keys[K]{}
}

func inMap[M ~map[K]V, K comparable, V any](r *Recorder, m M, write bool, site int32) Keys[K] {
	return Keys[K]{r, MapAccess{Map: *(*uintptr)(unsafe.Pointer(&m)), Len: len(m),
		Key: unsafe.Sizeof(*new(K)), Elem: unsafe.Sizeof(*new(V)), Write: write, Site: site}}
}

// Keys is what In has noted.
type Keys[K comparable] struct {
	r  *Recorder
	to MapAccess
}

// Key is the key that is looked up.
func (m Keys[K]) Key(k K) K {
	if m.r != nil {
		m.tell(k)
	}
	return k
}

var seed = maphash.MakeSeed()

func (m Keys[K]) tell(k K) {
	// A key that can't be hashed panics where it is looked up.
	func() {
		defer func() { _ = recover() }()
		m.to.Hash = maphash.Comparable(seed, k)
		m.to.Hashed = true
	}()
	(*m.r).Map(m.to)
}

// M is a map in which a key is looked up, or changed with write, that is not
// known.
func M[M ~map[K]V, K comparable, V any](m M, write bool, site int32) M {
	if r := recorder.Load(); r != nil {
		(*r).Map(inMap(r, m, write, site).to)
	}
	return m
}

// Byte is a load of the byte s[i] of a string; the index is what it returns. One
// outside of the string is no load.
func Byte[S ~string, N Index](s S, i N, site int32) N {
	if r := recorder.Load(); r != nil && i >= 0 && uint64(i) < uint64(len(s)) {
		access(r, uintptr(unsafe.Pointer(unsafe.StringData(string(s))))+uintptr(i), 1, false, site)
	}
	return i
}

// Index are the types of an index.
type Index interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// A Part is memory that a statement goes through: where it begins, how many
// values it has and how large they are. It holds nothing alive.
type Part struct {
	base, size uintptr
	count      int
}

// At is a load of value number i.
func (p *Part) At(i int, site int32) {
	if r := recorder.Load(); r != nil && i < p.count {
		access(r, p.base+uintptr(i)*p.size, p.size, false, site)
	}
}

// Over notes the slice that a range loop goes over.
func Over[S ~[]E, E any](s S, p *Part) S {
	*p = Part{uintptr(unsafe.Pointer(unsafe.SliceData(s))), unsafe.Sizeof(*new(E)), len(s)}
	return s
}

// OverArray notes the array that a range loop goes over; n is its length.
func OverArray[T any](a *T, n int, p *Part) *T {
	*p = Part{base: uintptr(unsafe.Pointer(a)), count: n}
	if n > 0 {
		p.size = unsafe.Sizeof(*a) / uintptr(n)
	}
	return a
}

// OverString notes the string that a range loop goes over.
func OverString[S ~string](s S, p *Part) S {
	*p = Part{uintptr(unsafe.Pointer(unsafe.StringData(string(s)))), 1, len(s)}
	return s
}

// run tells of values that lie one behind the other.
func run(base uintptr, count int, size uintptr, write bool, site int32) {
	if r := recorder.Load(); r != nil && count > 0 {
		access(r, base, uintptr(count)*size, write, site)
	}
}

// Copy is copy(dst, src).
func Copy[D ~[]E, S ~[]E, E any](dst D, src S, site int32) int {
	n, size := min(len(dst), len(src)), unsafe.Sizeof(*new(E))
	run(uintptr(unsafe.Pointer(unsafe.SliceData(src))), n, size, false, site)
	run(uintptr(unsafe.Pointer(unsafe.SliceData(dst))), n, size, true, site)
	return copy(dst, src)
}

// CopyString is copy(dst, src) of a string.
func CopyString[D ~[]byte, S ~string](dst D, src S, site int32) int {
	n := min(len(dst), len(src))
	run(uintptr(unsafe.Pointer(unsafe.StringData(string(src)))), n, 1, false, site)
	run(uintptr(unsafe.Pointer(unsafe.SliceData(dst))), n, 1, true, site)
	return copy(dst, src)
}

// Appended is append(s, ...) that has made now of what Over has noted of s. A
// slice that had to move is read and written as a whole.
func Appended[S ~[]E, E any](now S, before *Part, site int32) S {
	base, size := uintptr(unsafe.Pointer(unsafe.SliceData(now))), unsafe.Sizeof(*new(E))
	old := min(before.count, len(now))
	if base != before.base {
		run(before.base, old, size, false, site)
		run(base, old, size, true, site)
	}
	run(base+uintptr(old)*size, len(now)-old, size, true, site)
	return now
}

// Grown is append(s, ...) of n values, of which s is not known: they are
// written.
func Grown[S ~[]E, E any](now S, n int, site int32) S {
	size := unsafe.Sizeof(*new(E))
	run(uintptr(unsafe.Pointer(unsafe.SliceData(now)))+uintptr(len(now)-n)*size, n, size, true, site)
	return now
}

// From is the slice whose values are appended: they are read.
func From[S ~[]E, E any](s S, site int32) S {
	run(uintptr(unsafe.Pointer(unsafe.SliceData(s))), len(s), unsafe.Sizeof(*new(E)), false, site)
	return s
}

// FromString is From of a string.
func FromString[S ~string](s S, site int32) S {
	run(uintptr(unsafe.Pointer(unsafe.StringData(string(s)))), len(s), 1, false, site)
	return s
}
