package cachesim

// lists are sets of any number, of any number of ways: each a list of lines from
// the most to the least recently used (cg_sim.c of Valgrind 3.19,
// cachesim_setref_is_miss).
type lists struct {
	tags []uint64 // by set: line<<1 | dirty, 0 is empty
	ways int
	sets uint64
	mask uint64 // sets-1 where sets is a power of two, else 0
}

func newLists(sets, ways int) *lists {
	f := &lists{tags: make([]uint64, sets*ways), ways: ways, sets: uint64(sets)}
	if sets&(sets-1) == 0 {
		f.mask = f.sets - 1
	}
	return f
}

// pass is [level.pass]; out has room.
func (f *lists) pass(in, out []op) []op {
	n := 0
next:
	for _, o := range in {
		s := o.line & f.mask
		if f.mask == 0 {
			s = o.line &^ valid % f.sets
		}
		set := f.tags[int(s)*f.ways:][:f.ways]
		key := (o.line&^valid + 1) << 1
		if o.site&isSoil != 0 {
			for i, tag := range set {
				if tag&^1 == key {
					set[i] |= 1
					continue next
				}
			}
			out[n] = o
			n++
			continue
		}
		dirty := uint64(o.site >> 31)
		prev := uint64(0)
		for i, tag := range set {
			set[i] = prev
			if tag&^1 == key {
				set[0] = tag | dirty
				continue next
			}
			prev = tag
		}
		set[0] = key | dirty
		if prev&1 != 0 {
			out[n] = op{(prev>>1 - 1) | valid, isSoil}
			n++
		}
		out[n] = op{o.line, o.site &^ isWrite}
		n++
	}
	return out[:n]
}
