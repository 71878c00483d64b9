package par

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
)

// A Schedule says how iterations are dealt to workers. It is an [Option]. The
// zero Schedule is Static(0).
//
// Names and meanings are those of OpenMP 5.2, section 11.5.3 ("schedule
// Clause"); String and [ParseSchedule] use the form of OMP_SCHEDULE.
type Schedule struct {
	kind  kind
	chunk int // 0: the kind's default
}

type kind uint8

const (
	static kind = iota
	dynamic
	guided
)

var kindNames = [...]string{static: "static", dynamic: "dynamic", guided: "guided"}

// Static deals the blocks before the loop begins. With chunk 0 every worker
// gets one block, of sizes that differ by at most one; with a positive chunk,
// blocks of that size go to the workers in turn. It costs least and keeps
// neighbours together, and is uneven where iterations differ in length.
func Static(chunk int) Schedule { return Schedule{static, chunk} }

// Dynamic lets every worker fetch the next block of chunk iterations when it
// is done with the last. Chunk 0 means 1. It costs one atomic addition, some
// 10 ns, per block.
func Dynamic(chunk int) Schedule { return Schedule{dynamic, chunk} }

// Guided is Dynamic with blocks that start large and shrink: each is the
// number of iterations left divided by the number of workers, but at least
// chunk. Chunk 0 means 1.
func Guided(chunk int) Schedule { return Schedule{guided, chunk} }

// String returns the schedule as OMP_SCHEDULE has it: "static", "dynamic,4".
func (s Schedule) String() string {
	if s.chunk == 0 {
		return kindNames[s.kind]
	}
	return kindNames[s.kind] + "," + strconv.Itoa(s.chunk)
}

// ParseSchedule reads what String writes: "static", "dynamic,4", "guided, 16".
func ParseSchedule(text string) (Schedule, error) {
	name, chunkText, hasChunk := strings.Cut(text, ",")
	var s Schedule
	known := false
	for k, kindName := range kindNames {
		if strings.EqualFold(strings.TrimSpace(name), kindName) {
			s.kind, known = kind(k), true
		}
	}
	if !known {
		return Schedule{}, fmt.Errorf("parse schedule %q: want one of %s", text, strings.Join(kindNames[:], ", "))
	}
	if hasChunk {
		chunk, err := strconv.Atoi(strings.TrimSpace(chunkText))
		if err != nil || chunk < 1 {
			return Schedule{}, fmt.Errorf("parse schedule %q: chunk is not a positive number", text)
		}
		s.chunk = chunk
	}
	return s, nil
}

// A deal hands out the blocks of one loop. Its methods may be called by all
// workers at once, each with its own number.
type deal struct {
	kind    kind
	n       int
	workers int
	chunk   int // ≥ 1; unused by static without a chunk
	blocks  int // how many there are; an upper bound for guided

	_      [64]byte     // the cursor is written by every worker, the rest read
	cursor atomic.Int64 // dynamic: blocks handed out; guided: iterations
	_      [56]byte
}

// set prepares d for n iterations on at most workers workers and returns how
// many of them can get a block.
func (d *deal) set(s Schedule, n, workers int) int {
	d.kind, d.n, d.chunk = s.kind, n, s.chunk
	d.cursor.Store(0)
	switch {
	case n == 0:
		d.blocks = 0
	case s.kind == static && s.chunk == 0:
		d.blocks = min(n, workers)
	default:
		d.chunk = max(s.chunk, 1)
		d.blocks = 1 + (n-1)/d.chunk
	}
	d.workers = min(workers, d.blocks)
	return d.workers
}

// next returns worker's turn'th block, counting from 0, and false when there is
// none. Each worker calls it with turn 0, 1, 2 … until then.
func (d *deal) next(worker, turn int) (lo, hi int, ok bool) {
	switch d.kind {
	case static:
		if d.chunk == 0 {
			if turn > 0 {
				return 0, 0, false
			}
			each, rest := d.n/d.workers, d.n%d.workers
			lo = worker*each + min(worker, rest)
			hi = lo + each
			if worker < rest {
				hi++
			}
			return lo, hi, true
		}
		// turn*workers can't overflow: the block before this one existed.
		return d.block(turn*d.workers + worker)
	case dynamic:
		return d.block(int(d.cursor.Add(1) - 1))
	default:
		for {
			at := d.cursor.Load()
			left := d.n - int(at)
			if left <= 0 {
				return 0, 0, false
			}
			size := min(left, max(d.chunk, 1+(left-1)/d.workers))
			if d.cursor.CompareAndSwap(at, at+int64(size)) {
				return int(at), int(at) + size, true
			}
		}
	}
}

// block returns the i'th block of chunk iterations, false behind the last.
func (d *deal) block(i int) (lo, hi int, ok bool) {
	if i >= d.blocks {
		return 0, 0, false
	}
	lo = i * d.chunk
	return lo, lo + min(d.chunk, d.n-lo), true
}
