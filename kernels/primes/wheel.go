package primes

import (
	"encoding/binary"
	"math/bits"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// wheel30 are the numbers below 30 that 2, 3 and 5 don't divide.
var wheel30 = [8]int{1, 7, 11, 13, 17, 19, 23, 29}

// bitOf is the bit of each residue modulo 30, 0 if it has none.
var bitOf = func() (bit [30]byte) {
	for i, r := range wheel30 {
		bit[r] = 1 << i
	}
	return bit
}()

// A wheelSieve has a bit for each number that 2, 3 and 5 don't divide, 1 if it is
// composite: bit i of byte k is the number 30k+wheel30[i]. Its places are bytes.
//
// Multiples of a prime p whose cofactors have the same residue modulo 30 share a
// bit and are p bytes apart; a turn of the wheel is the eight of them that
// follow each other.
type wheelSieve struct {
	fast   bool // with assembly, if there is any
	n      int
	primes []int // those that mark: from 19 to √n
	flags  []bool
}

// wheelSegment is how many bytes a segment has: with the lists of primes they
// stay in the L1 cache.
const wheelSegment = 32 << 10

// wheelPattern is what the primes 7, 11, 13 and 17 mark, which repeats after
// their product of bytes.
var wheelPattern = sync.OnceValue(func() []byte {
	pattern := make([]byte, 7*11*13*17)
	for _, p := range []int{7, 11, 13, 17} {
		for _, r := range wheel30 {
			for at := p * r / 30; at < len(pattern); at += p {
				pattern[at] |= bitOf[p*r%30]
			}
		}
	}
	return pattern
})

func (s *wheelSieve) prepare(n int) int {
	wheelPattern()
	s.n = n
	s.primes, s.flags = basePrimes(s.primes[:0], s.flags, 19, root(n))
	return (n + 29) / 30
}

// few counts the primes 2, 3 and 5.
func (s *wheelSieve) few(n int) int {
	few := 0
	for _, p := range []int{2, 3, 5} {
		if p < n {
			few++
		}
	}
	return few
}

type wheelWorker struct {
	*wheelSieve
	seg   []byte
	lists [8][]int // of each residue class the primes p = 30a+r: a, start of the next turn
}

func (s *wheelSieve) worker() worker {
	const behind = 64 // is written to by assembly
	return &wheelWorker{wheelSieve: s, seg: make([]byte, wheelSegment+behind)}
}

func (w *wheelWorker) count(p poll.Poll, lo, hi int) int {
	sum := 0
	w.segments(p, lo, hi, func(_ int, seg []byte) {
		sum += 8 * len(seg)
		for ; len(seg) >= 8; seg = seg[8:] {
			sum -= bits.OnesCount64(binary.LittleEndian.Uint64(seg))
		}
		for _, b := range seg {
			sum -= bits.OnesCount8(b)
		}
	})
	return sum
}

func (w *wheelWorker) list(p poll.Poll, lo, hi int, found func(prime int)) {
	w.segments(p, lo, hi, func(at int, seg []byte) {
		for i, b := range seg {
			for b = ^b; b != 0; b &= b - 1 {
				found(30*(at+i) + wheel30[bits.TrailingZeros8(b)])
			}
		}
	})
}

// segments sieves the bytes [lo, hi), at each segment's end calling done.
func (w *wheelWorker) segments(p poll.Poll, lo, hi int, done func(at int, seg []byte)) {
	for class := range w.lists {
		w.lists[class] = w.lists[class][:0]
	}
	used := 0
	for at := lo; at < hi && !p.Stopped(); at += wheelSegment {
		seg := w.seg[:min(wheelSegment, hi-at)]
		pattern := wheelPattern()
		for i := copy(seg, pattern[at%len(pattern):]); i < len(seg); {
			i += copy(seg[i:], pattern)
		}
		end := at + len(seg)
		for ; used < len(w.primes); used++ {
			q := w.primes[used]
			if q*q >= 30*end {
				break
			}
			// Turns before the one that has q² have smaller factors. The one
			// that the segment begins in may have begun before it.
			turn := max(q/30, at/q)
			class := bits.TrailingZeros8(bitOf[q%30])
			w.lists[class] = append(w.lists[class], q/30, q*turn-at)
		}
		w.mark(seg)
		if at == 0 { // of 1, 7, 11, 13, 17, 19, 23 and 29 only 1 is no prime
			seg[0] = 1
		}
		if 30*end > w.n { // what is behind n does not count
			for i, r := range wheel30 {
				if 30*(end-1)+r >= w.n {
					seg[len(seg)-1] |= 1 << i
				}
			}
		}
		done(at, seg)
	}
}

// mark marks the multiples of the primes in the lists.
func (w *wheelWorker) mark(seg []byte) {
	if w.fast && markBits(seg, &w.lists) {
		return
	}
	for class, list := range w.lists {
		r := wheel30[class]
		for i := 0; i < len(list); i += 2 {
			a, turn := list[i], list[i+1]
			p := 30*a + r
			last := p * 29 / 30
			for _, m := range wheel30 {
				at, bit := turn+a*m+r*m/30, bitOf[r*m%30]
				if at < 0 {
					at += p
				}
				for at := uint(at); at < uint(len(seg)); at += uint(p) {
					seg[at] |= bit
				}
			}
			if turn+last < len(seg) { // the next turn is the first that does not end here
				turn += (len(seg) - last - turn + p - 1) / p * p
			}
			list[i+1] = turn - len(seg)
		}
	}
}
