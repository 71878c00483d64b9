package cachesim

import "math/bits"

// Which way of a set holds which line never changes while the line is there; the
// order of use is a number of its own, so that a miss moves one word. (Lists of
// lines from the most to the least recently used, as in cachegrind, move all.)

// sets8 is the form of up to 8 ways and a number of sets that is a power of two.
type sets8 struct {
	tags  [][8]uint64 // lines, 0 is empty
	heads []head8
	mask  uint64
	top   uint // 4·(ways-1), where the least recently used way stands
}

type head8 struct {
	order uint32 // ways as hexadecimal digits, the lowest was used last
	dirty uint32 // a bit for each way
}

func newSets8(sets, ways int) *sets8 {
	f := &sets8{tags: make([][8]uint64, sets), heads: make([]head8, sets), mask: uint64(sets - 1), top: uint(4 * (ways - 1))}
	for i := range f.heads {
		f.heads[i].order = 0x76543210
	}
	return f
}

// pass is [level.pass]; out has room.
func (f *sets8) pass(in, out []op) []op {
	tags, mask, n := f.tags, f.mask, 0
	heads := f.heads[:len(tags)]
	for k := range in {
		line, site := in[k].line, in[k].site
		s := line & mask
		if s >= uint64(len(tags)) {
			panic("BUG: set out of range") // never, but then s needs no check below
		}
		t := &tags[s]
		h := &heads[s]
		var w uint32
		switch line {
		case t[0]:
			w = 0
		case t[1]:
			w = 1
		case t[2]:
			w = 2
		case t[3]:
			w = 3
		case t[4]:
			w = 4
		case t[5]:
			w = 5
		case t[6]:
			w = 6
		case t[7]:
			w = 7
		default:
			if site&isSoil != 0 {
				out[n] = in[k]
				n++
				continue
			}
			w = h.order >> (f.top & 31) & 7
			h.order = h.order<<4 | w
			if h.dirty>>(w&31)&1 != 0 {
				out[n] = op{t[w&7], isSoil}
				n++
			}
			h.dirty = h.dirty&^(1<<(w&31)) | uint32(site>>31)<<(w&31)
			t[w&7] = line
			out[n] = op{line, site &^ isWrite}
			n++
			continue
		}
		if site>>30 != 0 {
			h.dirty |= 1 << (w & 31)
			if site&isSoil != 0 {
				continue
			}
		}
		if h.order&15 == w {
			continue
		}
		// Way w comes first. A digit of x is 0 where it stands; the usual trick
		// marks it, and perhaps higher ones.
		x := h.order ^ w*0x11111111
		at := bits.TrailingZeros32((x-0x11111111)&^x&(8*0x11111111)) & 28
		below := uint32(1)<<at - 1
		h.order = h.order&^(below<<4|15) | h.order&below<<4 | w
	}
	return out[:n]
}
