package cachesim

import (
	"math/bits"
	"runtime"
	"sync/atomic"
)

// A Recorder feeds a Cache with the accesses of running code. Any number of
// goroutines may report at the same time: the order is that in which their
// accesses arrive, as if all ran on one core. An access costs 20 to 50 ns, and
// more where goroutines get in one another's way.
type Recorder struct {
	lock  atomic.Bool // held for one access; guards what follows
	cache *Cache
	count uint64
	limit uint64
	rate  int
	maps  map[uintptr]extent
	next  uint64 // where the next map is placed
	used  []bool // by site: it accesses a map, whose places are a model
}

// NewRecorder returns one that feeds c. After limit accesses one in rate of the
// sets is simulated, as Cache.Sample says; 0 is never.
func NewRecorder(c *Cache, limit uint64, rate int) *Recorder {
	return &Recorder{cache: c, limit: limit, rate: rate, maps: map[uintptr]extent{}, next: mapSpace}
}

// acquire waits for the lock. It is held so shortly that a mutex, which puts
// goroutines to sleep, takes several times as long.
func (r *Recorder) acquire() {
	for spins := 0; !r.lock.CompareAndSwap(false, true); spins++ {
		if spins >= 100 {
			spins = 0
			runtime.Gosched()
		}
	}
}

// Access is a load or store of size bytes at addr. Of more than a line each line
// counts as one access.
func (r *Recorder) Access(addr, size uintptr, write bool, site int32) {
	r.acquire()
	r.at(uint64(addr), int(size), write, site)
	r.lock.Store(false)
}

func (r *Recorder) at(addr uint64, size int, write bool, site int32) {
	if r.count++; r.count == r.limit {
		r.cache.Sample(r.rate)
	}
	r.cache.At(addr, size, write, int(max(site, 0)))
}

// Do calls f with the Cache while no access is under way.
func (r *Recorder) Do(f func(c *Cache)) {
	r.acquire()
	defer r.lock.Store(false)
	f(r.cache)
}

// A MapUse is a look-up in a map, or a change of one.
type MapUse struct {
	Map       uintptr // address of the map's header, 0 for a nil map
	Len       int     // entries before it
	Hash      uint64  // of the key
	Hashed    bool    // Hash is known
	Key, Elem uintptr // sizes, bytes
	Write     bool
	Site      int32
}

// An extent is where the model has a map's groups.
type extent struct {
	at     uint64
	groups uint64 // a power of two
	size   uint64 // bytes of a group
}

const (
	// mapSpace is where maps are placed: above all addresses that a process can
	// have.
	mapSpace = 1 << 56
	slots    = 8  // of a group
	mapHead  = 48 // bytes of a map's header
)

// Map makes the accesses of a look-up as a model. Where a Go map keeps its
// entries can't be seen from outside, but how it keeps them is known: in groups
// of one control word and eight slots for key and value, at most seven eighths
// full, at a place that the key's hash tells (internal/runtime/maps of Go 1.24
// and later; Kulukundis, "Designing a Fast, Efficient, Cache-friendly Hash
// Table, Step by Step", CppCon 2017). So the header is read, the control word of
// the hash's group, a key, and its value read or written, in groups laid out one
// behind the other, which are new ones when the map has grown twofold. A key that
// stands in another group than its first, and a directory of several tables, are
// not modelled.
func (r *Recorder) Map(m MapUse) {
	if m.Map == 0 {
		return
	}
	r.acquire()
	defer r.lock.Store(false)
	for int(m.Site) >= len(r.used) {
		r.used = append(r.used, false)
	}
	if m.Site >= 0 {
		r.used[m.Site] = true
	}
	r.at(uint64(m.Map), mapHead, false, m.Site)
	e := r.extent(m)
	hash := m.Hash
	if !m.Hashed {
		hash = r.count * 0x9e3779b97f4a7c15 // a key of which nothing is known
	}
	group := e.at + (hash>>7&(e.groups-1))*e.size
	slot := group + 8 + hash>>61*uint64(m.Key+m.Elem)
	r.at(group, 8, false, m.Site)
	r.at(slot, int(m.Key), false, m.Site)
	r.at(slot+uint64(m.Key), int(m.Elem), m.Write, m.Site)
}

// extent returns where a map is. It must hold the lock.
func (r *Recorder) extent(m MapUse) extent {
	need := uint64(1)
	if n := uint64(m.Len); n > slots {
		need = 1 << bits.Len64((n*8/7+slots-1)/slots-1)
	}
	e, ok := r.maps[m.Map]
	if !ok || e.groups < need {
		size := (8 + slots*uint64(m.Key+m.Elem) + 7) &^ 7
		e = extent{at: r.next, groups: need, size: size}
		r.next = (r.next + need*size + 63) &^ 63
		r.maps[m.Map] = e
	}
	return e
}

// Modelled reports whether a site accesses a map.
func (r *Recorder) Modelled(site int) bool { return site >= 0 && site < len(r.used) && r.used[site] }
