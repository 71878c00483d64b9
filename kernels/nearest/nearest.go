// Package nearest finds, in a list of roads, the smallest and the largest
// distance and for each origin the nearest destination; of equally near ones the
// one with the smallest number.
//
//	roads, _ := dedupe.SIMD(dedupe.Text(1_000_000, 1))
//	r, err := nearest.Serial(roads, 1000)
//	r.Destination[17] // where the shortest road from 17 leads
//	r.Sum()           // 224079836360
//
// It is the overhead group of An, "Python and Parallel Programming": a single
// look at each road, too little work to gain much from several workers and
// easily slower with them.
package nearest

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/dedupe"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// A Road leads from an origin to a destination.
type Road = dedupe.Road

// A Result is what the package computes.
type Result struct {
	Min, Max    int32   // of all distances; -1 if there are no roads
	Destination []int32 // by origin: the nearest one, -1 if no road begins there
	Distance    []int32 // by origin: how far that is, -1 if no road begins there
}

// Sum returns 10⁹·Min + Max + Σ (origin+1)·(1001·destination + distance), over
// origins that have a road, modulo 2⁶⁴; 0 if there are no roads.
func (r *Result) Sum() uint64 {
	if r.Max < 0 {
		return 0
	}
	sum := 1_000_000_000*uint64(r.Min) + uint64(r.Max)
	for o, d := range r.Destination {
		if d >= 0 {
			sum += uint64(o+1) * (1001*uint64(d) + uint64(r.Distance[o]))
		}
	}
	return sum
}

// String tells the range of distances and the number of origins.
func (r *Result) String() string {
	n := 0
	for _, d := range r.Destination {
		if d >= 0 {
			n++
		}
	}
	return fmt.Sprintf("distances %d to %d, %d origins", r.Min, r.Max, n)
}

// Places returns 1 + the largest origin, which is what the other functions want
// to be told. It panics if an origin is negative.
func Places(roads []Road) int {
	most := int32(-1)
	for i := range roads {
		if roads[i].Origin < 0 {
			panic(fmt.Errorf("nearest: road %d: negative origin %d", i, roads[i].Origin))
		}
		most = max(most, roads[i].Origin)
	}
	return int(most) + 1
}

// mostPlaces bounds the tables: 8 GB.
const mostPlaces = 1 << 30

func check(places, workers int) error {
	if places < 0 {
		return fmt.Errorf("negative number of places %d", places)
	}
	if places > mostPlaces {
		return fmt.Errorf("number of places %d is larger than %d", places, mostPlaces)
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	if workers > mostWorkers {
		return fmt.Errorf("number of workers %d is larger than %d", workers, mostWorkers)
	}
	return nil
}

// mostWorkers bounds the tables there are: each worker has its own.
const mostWorkers = 1024

// fault returns an error for the first road with an origin that is not in
// [0, places) or with a negative field, and nil if there is none.
func fault(roads []Road, places int) error {
	for i, r := range roads {
		switch {
		case r.Origin < 0 || int(r.Origin) >= places:
			return fmt.Errorf("nearest: road %d: origin %d is not in [0, %d)", i, r.Origin, places)
		case r.Destination < 0:
			return fmt.Errorf("nearest: road %d: negative destination %d", i, r.Destination)
		case r.Distance < 0:
			return fmt.Errorf("nearest: road %d: negative distance %d", i, r.Distance)
		}
	}
	return nil
}

// block is how many roads are looked at before asking whether to stop, and what
// a thread under the lock does at a time: some 30 µs.
const block = 1 << 15

// empty returns a result without roads.
func empty(places int) *Result {
	r := &Result{Destination: make([]int32, places), Distance: make([]int32, places)}
	r.clear()
	return r
}

func (r *Result) clear() {
	r.Min, r.Max = -1, -1
	for i := range r.Destination {
		r.Destination[i], r.Distance[i] = -1, -1
	}
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }

// A table is a result on its way. A pair is distance<<32 | destination, so that
// the nearest is simply the smallest, and origins without roads have none.
type table struct {
	best  []uint64
	most  int32 // the largest distance, -1 at first
	wrong bool  // a road was at fault; fault says which
	lanes [3 * 16]int32
}

const none = math.MaxUint64

func newTable(places int) *table { return &table{best: make([]uint64, places)} }

func (t *table) clear() {
	for i := range t.best {
		t.best[i] = none
	}
	t.most, t.wrong = -1, false
	clear(t.lanes[:])
}

// add looks at roads. After a fault the table is of no use.
func (t *table) add(roads []Road) {
	best, most, signs := t.best, t.most, int32(0)
	for i := range roads {
		r := &roads[i]
		o := uint(uint32(r.Origin))
		if o >= uint(len(best)) {
			t.wrong = true
			return
		}
		pair := uint64(uint32(r.Distance))<<32 | uint64(uint32(r.Destination))
		// Stored always: a branch would be guessed wrong a few times per origin.
		best[o] = min(best[o], pair)
		most = max(most, r.Distance)
		signs |= r.Distance | r.Destination
	}
	t.most = most
	t.wrong = t.wrong || signs < 0
}

// join lowers t to what o has found.
func (t *table) join(o *table) {
	for i, b := range o.best {
		t.best[i] = min(t.best[i], b)
	}
	t.most = max(t.most, o.most)
	t.wrong = t.wrong || o.wrong
}

// result writes the table to r.
func (t *table) result(r *Result) {
	least := uint64(none)
	for i, b := range t.best {
		if b == none {
			r.Destination[i], r.Distance[i] = -1, -1
			continue
		}
		r.Destination[i], r.Distance[i] = int32(uint32(b)), int32(b>>32)
		least = min(least, b)
	}
	r.Min, r.Max = -1, t.most
	if least != none {
		r.Min = int32(least >> 32)
	}
}
