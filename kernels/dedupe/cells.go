package dedupe

import "github.com/weft-go/weft/kernels/internal/mem"

// A cell knows of one pair of places, in both directions: its distance times 4,
// plus 1 if the road from the smaller to the larger place was met and 2 if the
// way back was. 0 says that nothing was.

// way returns the bit for a road's direction.
func way(r Road) uint32 {
	if r.Origin > r.Destination {
		return 2
	}
	return 1
}

// batch is how many lines are read before their cells are used, so that the
// cells come from memory all at once rather than one after the other.
const batch = 64

// dense has a cell for each pair of places below side, row by row of the lower
// triangle, so it need not move when a larger place comes.
type dense[C uint16 | uint32] struct {
	cells []C
	side  int // cells has side·(side+1)/2
	most  int // side's limit
	touch C   // what reading cells early gives, for nobody
}

// cell returns the number of a pair's cell.
func cell(r Road) int {
	hi, lo := int(r.Origin), int(r.Destination)
	if hi < lo {
		hi, lo = lo, hi
	}
	return hi*(hi+1)/2 + lo
}

// begin empties the table and sets the limit.
func (t *dense[C]) begin(most int) {
	clear(t.cells)
	t.most = most
}

// reach makes room for place, and reports whether that is below the limit.
func (t *dense[C]) reach(place int) bool {
	if place < t.side {
		return true
	}
	if place >= t.most {
		return false
	}
	t.side = min(t.most, place+place/8+64)
	n := t.side * (t.side + 1) / 2
	if n > cap(t.cells) {
		more := mem.Make[C](n)
		copy(more, t.cells)
		t.cells = more
	}
	t.cells = t.cells[:n]
	return true
}

// add enters roads and writes those that are new to dst. It returns how many,
// or false if a place is beyond the limit, before anything has been changed.
func (t *dense[C]) add(dst, roads []Road) (kept int, ok bool) {
	largest := int32(0)
	for i := range roads {
		largest = max(largest, roads[i].Origin, roads[i].Destination)
	}
	if !t.reach(int(largest)) {
		return 0, false
	}
	var at [batch]int
	t.early(at[:], roads)
	dst = dst[:len(roads)]
	for i, r := range roads {
		c := &t.cells[at[i&(batch-1)]]
		was, w := uint32(*c), way(r)
		is := was | w
		if was == 0 {
			is = uint32(r.Distance)<<2 | w
		}
		*c = C(is)
		r.Distance = int32(is >> 2)
		dst[kept] = r // always, and overwritten by the next if it is not new
		kept += int(^was&w+1) >> 1
	}
	return kept, true
}

// early notes the roads' cells in at and reads them.
func (t *dense[C]) early(at []int, roads []Road) {
	touch := C(0)
	for i, r := range roads {
		c := cell(r)
		at[i] = c
		touch ^= t.cells[c]
	}
	t.touch = touch
}

// filter moves those roads to the front that the table doesn't know, with the
// distance of the way back if it knows that, and returns how many.
func (t *dense[C]) filter(roads []Road) (kept int) {
	var at [batch]int
	for lo := 0; lo < len(roads); lo += batch {
		part := roads[lo:min(lo+batch, len(roads))]
		for i, r := range part {
			if max(int(r.Origin), int(r.Destination)) < t.side {
				at[i] = cell(r)
			} else {
				at[i] = -1
			}
		}
		for i, r := range part {
			was := uint32(0)
			if at[i] >= 0 {
				was = uint32(t.cells[at[i]])
			}
			if was != 0 {
				r.Distance = int32(was >> 2)
			}
			roads[kept] = r
			kept += int(^was&way(r)+1) >> 1
		}
	}
	return kept
}

// hash is an open-addressing table for places without bound.
type hash struct {
	slots []slot
	shift uint // 64 − log2(len(slots))
	touch uint64
}

type slot struct {
	pair uint64 // the smaller place plus 1, and the larger in the upper half
	cell uint32
}

// begin empties the table, with room for so many pairs.
func (t *hash) begin(pairs int) {
	n, log := 64, uint(6)
	for n < 2*pairs {
		n *= 2
		log++
	}
	t.shift = 64 - log
	if cap(t.slots) < n {
		t.slots = make([]slot, n)
		return
	}
	t.slots = t.slots[:n]
	clear(t.slots)
}

// pair returns the key of a road and its way back.
func pair(r Road) uint64 {
	hi, lo := uint64(r.Origin), uint64(r.Destination)
	if hi < lo {
		hi, lo = lo, hi
	}
	return hi<<32 | (lo + 1)
}

// first returns where the search for a key begins: Knuth's multiplicative
// hashing (The Art of Computer Programming, volume 3, section 6.4).
func (t *hash) first(key uint64) int { return int(key * 0x9e3779b97f4a7c15 >> t.shift) }

// find returns the slot of a key, or the empty one where it belongs.
func (t *hash) find(key uint64, i int) *slot {
	mask := len(t.slots) - 1
	for {
		s := &t.slots[i&mask]
		if s.pair == key || s.pair == 0 {
			return s
		}
		i++
	}
}

// add is dense.add.
func (t *hash) add(dst, roads []Road) (kept int) {
	var at [batch]int
	touch := uint64(0)
	for i, r := range roads {
		at[i] = t.first(pair(r))
		touch ^= t.slots[at[i]].pair
	}
	t.touch = touch
	dst = dst[:len(roads)]
	for i, r := range roads {
		key := pair(r)
		s := t.find(key, at[i&(batch-1)])
		was, w := s.cell, way(r)
		is := was | w
		if was == 0 {
			is = uint32(r.Distance)<<2 | w
		}
		s.pair, s.cell = key, is
		r.Distance = int32(is >> 2)
		dst[kept] = r
		kept += int(^was&w+1) >> 1
	}
	return kept
}

// filter is dense.filter.
func (t *hash) filter(roads []Road) (kept int) {
	for _, r := range roads {
		key := pair(r)
		was := t.find(key, t.first(key)).cell
		if was != 0 {
			r.Distance = int32(was >> 2)
		}
		roads[kept] = r
		kept += int(^was&way(r)+1) >> 1
	}
	return kept
}
