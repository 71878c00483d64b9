package primes

import (
	"encoding/binary"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// A byteSieve has a byte for each odd number, 1 if it is composite: place i is
// the number 2i+1.
type byteSieve struct {
	fast   bool // with assembly, if there is any
	places int
	primes []int // those that mark: from 17 to √n
	flags  []bool
}

// byteSegment is how many bytes a segment has: with the lists of primes they
// stay in the L1 cache.
const byteSegment = 32 << 10

// bytePattern is what the primes 3, 5, 7, 11 and 13 mark, which repeats after
// their product. Copying it is much faster than marking, of which they would
// do more than half.
var bytePattern = sync.OnceValue(func() []byte {
	pattern := make([]byte, 3*5*7*11*13)
	for _, p := range []int{3, 5, 7, 11, 13} {
		for i := (p - 1) / 2; i < len(pattern); i += p {
			pattern[i] = 1
		}
	}
	return pattern
})

func (s *byteSieve) prepare(n int) int {
	bytePattern()
	s.places = n / 2
	s.primes, s.flags = basePrimes(s.primes[:0], s.flags, 17, root(n))
	return s.places
}

// few is 1 for the prime 2.
func (s *byteSieve) few(n int) int {
	if n > 2 {
		return 1
	}
	return 0
}

type byteWorker struct {
	*byteSieve
	seg  []byte
	next []int // where each prime goes on marking, from the segment's start
}

func (s *byteSieve) worker() worker {
	const behind = 64 // is written to by assembly
	return &byteWorker{byteSieve: s, seg: make([]byte, byteSegment+behind)}
}

func (w *byteWorker) count(p poll.Poll, lo, hi int) int {
	sum := 0
	w.segments(p, lo, hi, func(_ int, seg []byte) { sum += len(seg) - w.sum(seg) })
	return sum
}

func (w *byteWorker) list(p poll.Poll, lo, hi int, found func(prime int)) {
	w.segments(p, lo, hi, func(at int, seg []byte) {
		for i, composite := range seg {
			if composite == 0 {
				found(2*(at+i) + 1)
			}
		}
	})
}

// segments sieves the places [lo, hi), at each segment's end calling done.
func (w *byteWorker) segments(p poll.Poll, lo, hi int, done func(at int, seg []byte)) {
	w.next = w.next[:0]
	for at := lo; at < hi && !p.Stopped(); at += byteSegment {
		seg := w.seg[:min(byteSegment, hi-at)]
		pattern := bytePattern()
		for i := copy(seg, pattern[at%len(pattern):]); i < len(seg); {
			i += copy(seg[i:], pattern)
		}
		if at == 0 { // 1 is no prime, and the pattern's are
			copy(seg, []byte{1, 0, 0, 0, 1, 0, 0})
		}
		end := at + len(seg)
		// Primes are needed from the segment on that has their square; the
		// smaller multiples have smaller factors.
		for i := len(w.next); i < len(w.primes); i++ {
			q := w.primes[i]
			first := q * q / 2
			if first >= end {
				break
			}
			if first < at {
				first += (at - first + q - 1) / q * q
			}
			w.next = append(w.next, first-at)
		}
		w.mark(seg)
		done(at, seg)
	}
}

// mark marks the multiples of the primes that next has.
func (w *byteWorker) mark(seg []byte) {
	if w.fast && markBytes(seg, w.primes, w.next) {
		return
	}
	for i, next := range w.next {
		p, at := uint(w.primes[i]), uint(next)
		for at < uint(len(seg)) {
			seg[at] = 1
			at += p
		}
		w.next[i] = int(at) - len(seg)
	}
}

// sum adds up the bytes.
func (w *byteWorker) sum(seg []byte) int {
	sum := 0
	if w.fast {
		var done int
		sum, done = sumBytes(seg)
		seg = seg[done:]
	}
	// Eight at a time: 255 additions of bytes that are 0 or 1 do not overflow.
	for len(seg) >= 8 {
		n := min(len(seg)/8, 255)
		bytes := uint64(0)
		for i := 0; i < 8*n; i += 8 {
			bytes += binary.LittleEndian.Uint64(seg[i:])
		}
		const even = 0x00ff00ff00ff00ff
		pairs := bytes&even + bytes>>8&even // four sums of at most 510
		sum += int(pairs * 0x0001000100010001 >> 48)
		seg = seg[8*n:]
	}
	for _, b := range seg {
		sum += int(b)
	}
	return sum
}
