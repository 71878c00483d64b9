package cachesim

// A tlb is one table of recent pages.
type tlb struct {
	level        // where a page has a few possible places
	full  *stack // where it may be at any place, and these are many
}

func newTLB(entries, ways int) tlb {
	if ways == entries && entries > 16 {
		return tlb{full: newStack(entries)}
	}
	return tlb{level: newLevel(entries/ways, ways)}
}

// pass looks the pages up, in order. It overwrites out with those that are not
// there, and counts them.
func (t *tlb) pass(in, out []op) []op {
	if t.full == nil {
		return t.level.pass(in, out)
	}
	out = out[:0]
	for _, o := range in {
		if !t.full.use(o.line) {
			t.misses[o.site]++
			out = append(out, o)
		}
	}
	return out
}

// near is how many of the last pages are found by comparing.
const near = 4

// A stack is a fully associative table with exact LRU replacement. The most
// recent pages are in front; the rest is a list, found by a hash table.
type stack struct {
	front [near]uint64 // with valid, 0 is empty; most recent first
	nodes []node       // nodes[0] ends the list: its next is the most recent of the rest
	used  int          // nodes in use beside nodes[0]
	slots []int32      // open addressing: indexes of nodes, 0 is empty
	shift uint
}

type node struct {
	page       uint64 // with valid
	prev, next int32
}

func newStack(entries int) *stack {
	s := &stack{nodes: make([]node, entries-near+1), shift: 64}
	size := 1
	for size < 4*entries {
		size <<= 1
		s.shift--
	}
	s.slots = make([]int32, size)
	return s
}

// use looks for a page, with valid, which afterwards is the most recent.
func (s *stack) use(page uint64) bool {
	f := &s.front
	switch page {
	case f[0]:
		return true
	case f[1]:
		f[0], f[1] = page, f[0]
		return true
	case f[2]:
		f[0], f[1], f[2] = page, f[0], f[1]
		return true
	case f[3]:
		f[0], f[1], f[2], f[3] = page, f[0], f[1], f[2]
		return true
	}
	out := f[3]
	f[0], f[1], f[2], f[3] = page, f[0], f[1], f[2]
	if out == 0 {
		return false // the front was not full yet
	}
	slot, n := s.find(page)
	hit := n != 0
	switch {
	case hit:
		s.drop(slot)
		s.unlink(n)
	case s.used < len(s.nodes)-1:
		s.used++
		n = int32(s.used)
	default: // the least recent goes
		n = s.nodes[0].prev
		slot, _ = s.find(s.nodes[n].page)
		s.drop(slot)
		s.unlink(n)
	}
	s.nodes[n].page = out
	s.link(n)
	slot, _ = s.find(out)
	s.slots[slot] = n
	return hit
}

// home is where the search for a page begins (Knuth, The Art of Computer
// Programming, volume 3, section 6.4: Fibonacci hashing).
func (s *stack) home(page uint64) int { return int(page * 0x9e3779b97f4a7c15 >> s.shift) }

// find returns the slot of a page and its node, or the empty slot where it
// belongs and 0.
func (s *stack) find(page uint64) (int, int32) {
	mask := len(s.slots) - 1
	for i := s.home(page); ; i = (i + 1) & mask {
		n := s.slots[i]
		if n == 0 || s.nodes[n].page == page {
			return i, n
		}
	}
}

// drop empties a slot and moves what was pushed beyond it (Knuth, the same,
// algorithm R).
func (s *stack) drop(hole int) {
	mask := len(s.slots) - 1
	for i := (hole + 1) & mask; ; i = (i + 1) & mask {
		n := s.slots[i]
		if n == 0 {
			break
		}
		home := s.home(s.nodes[n].page)
		if (i-home)&mask >= (i-hole)&mask {
			s.slots[hole] = n
			hole = i
		}
	}
	s.slots[hole] = 0
}

func (s *stack) unlink(n int32) {
	p, q := s.nodes[n].prev, s.nodes[n].next
	s.nodes[p].next, s.nodes[q].prev = q, p
}

func (s *stack) link(n int32) {
	q := s.nodes[0].next
	s.nodes[n].prev, s.nodes[n].next = 0, q
	s.nodes[0].next, s.nodes[q].prev = n, n
}
