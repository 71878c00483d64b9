package cachesim

import "math/bits"

// sets16 is the form of up to 16 ways and a number of sets that is a power of two.
type sets16 struct {
	tags  [][16]uint64 // lines, 0 is empty
	heads []head16
	mask  uint64
	top   uint // 4·(ways-1), where the least recently used way stands
}

type head16 struct {
	order uint64 // ways as hexadecimal digits, the lowest was used last
	dirty uint64 // a bit for each way
}

func newSets16(sets, ways int) *sets16 {
	f := &sets16{tags: make([][16]uint64, sets), heads: make([]head16, sets), mask: uint64(sets - 1), top: uint(4 * (ways - 1))}
	for i := range f.heads {
		f.heads[i].order = 0xfedcba9876543210
	}
	return f
}

// pass is [level.pass]; out has room.
func (f *sets16) pass(in, out []op) []op {
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
		var w uint64
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
		case t[8]:
			w = 8
		case t[9]:
			w = 9
		case t[10]:
			w = 10
		case t[11]:
			w = 11
		case t[12]:
			w = 12
		case t[13]:
			w = 13
		case t[14]:
			w = 14
		case t[15]:
			w = 15
		default:
			if site&isSoil != 0 {
				out[n] = in[k]
				n++
				continue
			}
			w = h.order >> (f.top & 63) & 15
			h.order = h.order<<4 | w
			if h.dirty>>(w&63)&1 != 0 {
				out[n] = op{t[w&15], isSoil}
				n++
			}
			h.dirty = h.dirty&^(1<<(w&63)) | uint64(site>>31)<<(w&63)
			t[w&15] = line
			out[n] = op{line, site &^ isWrite}
			n++
			continue
		}
		if site>>30 != 0 {
			h.dirty |= 1 << (w & 63)
			if site&isSoil != 0 {
				continue
			}
		}
		if h.order&15 == w {
			continue
		}
		// Way w comes first. A digit of x is 0 where it stands; the usual trick
		// marks it, and perhaps higher ones.
		x := h.order ^ w*0x1111111111111111
		at := bits.TrailingZeros64((x-0x1111111111111111)&^x&(8*0x1111111111111111)) & 60
		below := uint64(1)<<at - 1
		h.order = h.order&^(below<<4|15) | h.order&below<<4 | w
	}
	return out[:n]
}
