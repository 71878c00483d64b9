package cachesim

// A level is one cache, or one set-associative TLB, whose units are then pages.
type level struct {
	form8  *sets8  // one of these
	form16 *sets16 //
	list   *lists  //

	misses     []uint64   // by site
	writeBacks [64]uint64 // by line modulo 64
}

// An op is what a level is asked: to look for a line, which afterwards is there,
// or to note that a line was written back.
type op struct {
	line uint64 // with valid, so that it differs from an empty place
	site uint32 // and isWrite or isSoil
}

const (
	valid   = 1 << 63
	isWrite = 1 << 31 // the line is written to; asked of the first level only
	isSoil  = 1 << 30 // the line was written back from above: no use, nothing moves
)

func newLevel(sets, ways int) level {
	switch {
	case sets&(sets-1) != 0 || ways > 16:
		return level{list: newLists(sets, ways)}
	case ways > 8:
		return level{form16: newSets16(sets, ways)}
	default:
		return level{form8: newSets8(sets, ways)}
	}
}

// pass does what in asks for, in order. It overwrites out, which must have room
// for twice as many, with what is to be asked of the next level, and counts
// misses and what it writes back.
func (l *level) pass(in, out []op) []op {
	out = out[:2*len(in)]
	switch {
	case l.form8 != nil:
		out = l.form8.pass(in, out)
	case l.form16 != nil:
		out = l.form16.pass(in, out)
	default:
		out = l.list.pass(in, out)
	}
	for i := range out {
		if o := &out[i]; o.site&isSoil == 0 {
			l.misses[o.site]++
		} else {
			l.writeBacks[o.line&63]++
		}
	}
	return out
}
