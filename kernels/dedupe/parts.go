package dedupe

import (
	"bytes"

	"github.com/weft-go/weft/kernels/internal/mem"
)

// A part is a piece of the text with what one worker needs to clean it: tables
// and room for the roads that remain.
type part struct {
	text   []byte
	from   int // where text begins in the whole
	lines  int // of text, -1 until counted
	places int // from which place on the dense table is given up
	dst    []Road
	kept   int // roads in dst
	table  table
	wide   dense[uint32]
	narrow dense[uint16]
	hash   hash
	simd   *vectors // nil: plain Go
	every  int      // after how many batches reduce asks whether to go on, 0: some
	bad    int      // where in the whole text the first wrong line begins, or -1
}

// A table says which of a part's tables is in use.
type table int

const (
	wide table = iota
	narrow
	hashed
)

// pollEvery is after how many lines a worker asks whether to stop: 0.1 ms.
const pollEvery = 64 * batch

// cellsPerLine bounds the dense table. Beyond, most of it would stay empty and
// the hash table is smaller.
const cellsPerLine = 8

// A pace is called by workers after every few lines; false stops them.
type pace func() bool

// limit returns up to which place a dense table pays.
func limit(textBytes int) int {
	lines := textBytes / len("100 100 100\n")
	side := 1024
	for side*side < cellsPerLine*lines {
		side += side / 8
	}
	return side
}

// reduce cleans the part by itself: it leaves in dst[:kept] the roads that are
// new in it. It reports false if it was stopped or bad is set.
func (p *part) reduce(on pace, first table) bool {
	p.bad, p.kept = -1, 0
	p.table = first
	var batchOf [batch]Road
	every := p.every
	if every == 0 {
		every = pollEvery / batch
	}
	if p.table == wide {
		p.wide.begin(p.places)
	} else {
		p.hash.begin(p.count())
	}
	for at, turn := 0, 0; at < len(p.text); turn++ {
		if turn%every == 0 && !on() {
			return false
		}
		lines, used, err := parse(batchOf[:], p.text[at:])
		if err != nil {
			p.bad = p.from + at + used
			return false
		}
		at += used
		if p.table == wide {
			kept, ok := p.wide.add(p.dst[p.kept:], batchOf[:lines])
			if !ok {
				return p.reduce(on, hashed)
			}
			p.kept += kept
			continue
		}
		p.kept += p.hash.add(p.dst[p.kept:], batchOf[:lines])
	}
	return true
}

// count returns the number of lines.
func (p *part) count() int {
	if p.lines < 0 {
		p.lines = countLines(p.text)
	}
	return p.lines
}

// filter moves those of roads to the front that the part doesn't know. They
// come from a part that used the given table; v is used if both are narrow.
func (p *part) filter(v *vectors, roads []Road, from table) int {
	switch {
	case p.table == narrow && from == narrow:
		return v.filter(&p.narrow, roads)
	case p.table == narrow:
		return p.narrow.filter(roads)
	case p.table == wide:
		return p.wide.filter(roads)
	}
	return p.hash.filter(roads)
}

// A plan is a text cut into parts, one per worker. Each part is cleaned by
// itself; then the roads that remain are looked up in the tables of all earlier
// parts; and those that remain then are put one behind the other.
//
// Up to two workers that is nearly all the work divided by two. With w workers
// a road is looked up in w/2 tables on average, so the second step takes as long
// with many workers as with two. A table for all, with the first line's number
// in each cell, would need atomic minimums and made two workers slower than one;
// sorting lines into ranges of cells first, as the prototype of this package did,
// moves every line twice more.
type plan struct {
	text  []byte
	parts []part
	out   []Road
	units []unit
	total int
	spare chan *vectors // those of the parts, for workers of the second step
}

// A unit is a block of roads of a part that earlier parts are asked about, and
// where those that remain go.
type unit struct {
	part, lo, hi int
	kept, to     int
}

// filterBlock is the length of a unit: some 50 µs.
const filterBlock = 8192

// slack is how many roads behind the end a vector may read.
const slack = 16

// leastPart is the shortest text that is worth a worker: some 50 µs.
const leastPart = 1 << 17

// newPlan cuts text into a part for each worker, or fewer if it is short.
func newPlan(text []byte, workers int, simd bool) *plan {
	workers = max(1, min(workers, len(text)/leastPart))
	p := &plan{text: text, parts: make([]part, workers), spare: make(chan *vectors, workers)}
	lines := 0
	for k := range p.parts {
		own := &p.parts[k]
		own.from = cut(text, k, workers)
		own.text = text[own.from:cut(text, k+1, workers)]
		own.lines = countLines(own.text)
		own.places = limit(len(text) / workers)
		if simd {
			own.simd = new(vectors)
		}
		p.spare <- own.simd
		lines += own.lines
	}
	// One line more: what is wrong may lack its newline.
	p.out = makeRoads(lines + 1)
	for k := range p.parts {
		own := &p.parts[k]
		if k == 0 {
			own.dst = p.out
		} else {
			own.dst = makeRoads(own.lines + 1)
			p.units = append(p.units, make([]unit, own.lines/filterBlock+1)...)
		}
	}
	return p
}

// makeRoads returns room for n roads, with slack behind it.
func makeRoads(n int) []Road { return roadsOf(mem.Make[int32](fields * (n + slack)))[:n] }

// cut returns where part k of so many begins: behind a newline.
func cut(text []byte, k, parts int) int {
	at := int(uint64(len(text)) * uint64(k) / uint64(parts))
	if at == 0 || at == len(text) {
		return at
	}
	next := bytes.IndexByte(text[at-1:], '\n')
	if next < 0 {
		return len(text)
	}
	return at + next
}

// reduce is the first step for part k.
func (p *plan) reduce(k int, on pace) bool {
	own := &p.parts[k]
	if own.simd != nil {
		return own.reduceSIMD(on)
	}
	return own.reduce(on, wide)
}

// wrong returns an error for the first line that is none.
func (p *plan) wrong() error {
	for k := range p.parts {
		if at := p.parts[k].bad; at >= 0 {
			return syntaxError(p.text, at)
		}
	}
	return nil
}

// deal prepares the second step and returns its number of units.
func (p *plan) deal() int {
	side := 0
	for k := range p.parts {
		if own := &p.parts[k]; own.table == narrow {
			side = max(side, own.narrow.side)
		}
	}
	units := p.units[:0]
	for k := range p.parts {
		own := &p.parts[k]
		if own.table == narrow && side > 0 {
			own.narrow.reach(side - 1) // vectors are looked up without asking
		}
		if k == 0 {
			continue
		}
		for lo := 0; lo < own.kept; lo += filterBlock {
			units = append(units, unit{part: k, lo: lo, hi: min(lo+filterBlock, own.kept)})
		}
	}
	p.units = units
	return len(units)
}

// filter is the second step for a unit.
func (p *plan) filter(i int) {
	u := &p.units[i]
	own := &p.parts[u.part]
	roads := own.dst[u.lo:u.hi]
	v := <-p.spare
	defer func() { p.spare <- v }()
	// The earliest part that knows the way back has the last word.
	for k := u.part - 1; k >= 0; k-- {
		roads = roads[:p.parts[k].filter(v, roads, own.table)]
	}
	u.kept = len(roads)
}

// place prepares the third step.
func (p *plan) place() {
	p.total = p.parts[0].kept
	for i := range p.units {
		p.units[i].to = p.total
		p.total += p.units[i].kept
	}
}

// move is the third step for a unit.
func (p *plan) move(i int) {
	u := &p.units[i]
	copy(p.out[u.to:], p.parts[u.part].dst[u.lo:u.lo+u.kept])
}

// roads returns the result, which the next run overwrites.
func (p *plan) roads() []Road { return p.out[:p.total:p.total] }
