// Package pointerchase measures how long memory takes to answer: each address
// is read from the place before, so that no two accesses overlap, and the places
// are in random order, so that nothing can be fetched ahead.
//
//	r := pointerchase.New(1<<20, 42)  // 2²⁰ places of 64 bytes: 64 MiB
//	pointerchase.Serial(r)            // visits all of them
//	pointerchase.SerialChains(r)      // eight chains at once: eight times the work in flight
//	pointerchase.Latency(64 << 20)    // nanoseconds per access
//
// The places form one cycle, made by Sattolo's variant of shuffling (Sattolo, "An
// Algorithm to Generate a Random Cyclic Permutation", Information Processing
// Letters 22, 1986). Each is a cache line of its own. A run visits each once, in
// one chain around the cycle or in several that share it out.
package pointerchase

import (
	"context"
	"fmt"
	"math/bits"
	"time"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// Line is how many bytes a place takes: a cache line of most processors.
const Line = 64

const words = Line / 8

// most is how many places a ring has at most: 4 GiB, more than any cache.
const most = 1 << 26

// A Ring is places that lead to one another in one cycle.
type Ring struct {
	// cells[words·i] is words times the place that follows place i.
	cells []uint64
}

// New returns a ring of n places on huge pages, where the system has them and
// from 4 MiB on. It takes up to 0.1 µs a place. Interrupted, it returns a ring that
// falls into several. It panics if n is negative or more than 2²⁶, which are 4 GiB.
func New(n int, seed uint64) *Ring { return must(n, seed, hugePages) }

// NewSmallPages is [New] on pages of ordinary size, so that walking a large ring
// also misses the TLB, in which the processor keeps where recent pages are.
func NewSmallPages(n int, seed uint64) *Ring { return must(n, seed, smallPages) }

func must(n int, seed uint64, alloc func(words int) []uint64) *Ring {
	if err := check(n, 0); err != nil {
		panic(fmt.Errorf("pointerchase: %w", err))
	}
	r, _ := build(poll.New(background), n, seed, alloc)
	return r
}

func hugePages(words int) []uint64  { return mem.Make[uint64](words) }
func smallPages(words int) []uint64 { return make([]uint64, words) }

// build makes a ring, or what it has of one when it is stopped.
func build(p poll.Poll, n int, seed uint64, alloc func(words int) []uint64) (*Ring, error) {
	r := &Ring{alloc(n * words)}
	for i := range n {
		r.cells[i*words] = uint64(i * words)
	}
	for i := n - 1; i > 0; i-- {
		if i%block == 0 && p.Stopped() {
			return r, p.Err()
		}
		// A random j < i; the high half of a product is even to one in 2³⁸.
		j, _ := bits.Mul64(rng.At(seed, uint64(i)), uint64(i))
		a, b := &r.cells[i*words], &r.cells[j*words]
		*a, *b = *b, *a
	}
	return r, nil
}

// Len returns the number of places.
func (r *Ring) Len() int { return len(r.cells) / words }

// Next returns the place that follows a place.
func (r *Ring) Next(place int) int { return int(r.cells[place*words] / words) }

// chains is how many chains one core follows at once in the variants with
// chains: as many as most cores can have misses under way, or nearly so.
const chains = 8

// A span is a chain's part of the ring: so many places after start.
type span struct {
	at  uint64 // index into cells
	len int
}

// spans shares the ring out to so many chains. To find their starts it walks
// around once; if it is stopped all parts are empty.
func (r *Ring) spans(p poll.Poll, parts int) []span {
	n := r.Len()
	all := make([]span, parts)
	at, place := uint64(0), 0
	for i := range all {
		for ; place < n*i/parts; place++ {
			if place%block == 0 && p.Stopped() {
				clear(all)
				return all
			}
			at = r.cells[at]
		}
		all[i] = span{at, n*(i+1)/parts - n*i/parts}
	}
	return all
}

// block is after how many accesses a chain asks whether to stop: at 100 ns each,
// some milliseconds.
const block = 1 << 14

// follow goes along one chain and adds up the places.
func (r *Ring) follow(p poll.Poll, s span) (uint64, error) {
	sum := uint64(0)
	for s.len > 0 {
		if p.Stopped() {
			return 0, p.Err()
		}
		n := min(s.len, block)
		at, cells := s.at, r.cells
		for range n {
			at = cells[at]
			sum += at
		}
		s.at, s.len = at, s.len-n
	}
	return sum / words, nil
}

// followAll goes along eight chains at once.
func (r *Ring) followAll(p poll.Poll, s *[chains]span) (uint64, error) {
	sum := uint64(0)
	// Lengths differ by one at most: the first accesses for those with more.
	least := s[0].len
	for _, one := range s {
		least = min(least, one.len)
	}
	a := [chains]uint64{}
	for i, one := range s {
		a[i] = one.at
		for range one.len - least {
			a[i] = r.cells[a[i]]
			sum += a[i]
		}
	}
	cells := r.cells
	for least > 0 {
		if p.Stopped() {
			return 0, p.Err()
		}
		n := min(least, block)
		a0, a1, a2, a3, a4, a5, a6, a7 := a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]
		for range n {
			a0, a1, a2, a3 = cells[a0], cells[a1], cells[a2], cells[a3]
			a4, a5, a6, a7 = cells[a4], cells[a5], cells[a6], cells[a7]
			sum += a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7
		}
		a = [chains]uint64{a0, a1, a2, a3, a4, a5, a6, a7}
		least -= n
	}
	return sum / words, nil
}

// Latency returns how many nanoseconds an access takes in a working set of so
// many bytes, at least a cache line and at most 4 GiB: the least of some runs of
// one chain on huge pages, each of which takes a tenth of a second or one turn.
// Interrupted, it returns what it has, 0 if nothing. Other sizes are a panic.
func Latency(bytes int) float64 {
	if bytes < Line || bytes > most*Line {
		panic(fmt.Errorf("pointerchase: working set of %d bytes is not between %d and %d", bytes, Line, most*Line))
	}
	r := New(bytes/Line, 1)
	p := poll.New(background)
	best := 0.0
	for range 4 { // the first warms
		turns := 0
		from := time.Now()
		for time.Since(from) < 100*time.Millisecond {
			for range max(1, block/r.Len()) {
				if _, err := r.follow(p, span{0, r.Len()}); err != nil {
					return best
				}
				turns++
			}
		}
		took := float64(time.Since(from).Nanoseconds()) / float64(turns) / float64(r.Len())
		if best == 0 || took < best {
			best = took
		}
	}
	return best
}

func check(n, workers int) error {
	if n < 0 {
		return fmt.Errorf("negative number of places %d", n)
	}
	if n > most {
		return fmt.Errorf("number of places %d is larger than %d", n, most)
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
