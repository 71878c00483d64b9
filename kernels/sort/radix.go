package sort

import (
	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// SerialRadix sorts x by digits of 11 bits from the lowest to the highest, each step
// dealing the numbers to 2048 piles without changing their order within a pile
// (Knuth, The Art of Computer Programming, volume 3, algorithm 5.2.5R). All six
// counts are made in one pass; a step in which all numbers fall on one pile is
// left out. It needs a second slice of that length.
func SerialRadix(x []int64) {
	mustBeFine(len(x), 0)
	if len(x) < leastRadix {
		Serial(x)
		return
	}
	var r radix
	r.sort(background(), x, mem.Make[int64](len(x)))
}

const (
	digit  = 11
	piles  = 1 << digit
	digits = 6 // 66 bits
)

// leastRadix is from how many numbers on SerialRadix is faster than Serial.
const leastRadix = 2000

// A radix is the counts of one sort, or of one worker's part of it.
type radix struct {
	counts [digits][piles]uint32
}

// key makes a number's order that of unsigned integers.
func key(v int64) uint64 { return uint64(v) ^ 1<<63 }

// count counts all digits of x.
func (r *radix) count(ctx poll.Poll, x []int64) bool {
	clear(r.counts[:])
	for len(x) > 0 {
		if ctx.Stopped() {
			return false
		}
		some := x[:min(block, len(x))]
		for _, v := range some {
			k := key(v)
			r.counts[0][k&(piles-1)]++
			r.counts[1][k>>11&(piles-1)]++
			r.counts[2][k>>22&(piles-1)]++
			r.counts[3][k>>33&(piles-1)]++
			r.counts[4][k>>44&(piles-1)]++
			r.counts[5][k>>55]++
		}
		x = x[len(some):]
	}
	return true
}

// again counts one digit of x anew.
func (r *radix) again(ctx poll.Poll, x []int64, d int) {
	c, shift := &r.counts[d], uint(digit*d)
	clear(c[:])
	for len(x) > 0 && !ctx.Stopped() {
		some := x[:min(block, len(x))]
		for _, v := range some {
			c[key(v)>>(shift&63)&(piles-1)]++
		}
		x = x[len(some):]
	}
}

// deal moves the numbers of x to their piles in dst by digit d; to says where
// the next number of each pile goes.
func deal(ctx poll.Poll, dst, x []int64, d int, to *[piles]uint32) bool {
	shift := uint(digit * d)
	for len(x) > 0 {
		if ctx.Stopped() {
			return false
		}
		some := x[:min(block, len(x))]
		for _, v := range some {
			p := &to[key(v)>>(shift&63)&(piles-1)]
			dst[*p] = v
			*p++
		}
		x = x[len(some):]
	}
	return true
}

// sort sorts x with spare, which is as long.
func (r *radix) sort(ctx poll.Poll, x, spare []int64) bool {
	if len(x) < leastRadix {
		return serial(ctx, x, spare)
	}
	if !r.count(ctx, x) {
		return false
	}
	from, to := x, spare
	for d := range digits {
		c := &r.counts[d]
		if begins(c, len(x)) {
			continue
		}
		if !deal(ctx, to, from, d, c) {
			if &from[0] != &x[0] {
				copy(x, from)
			}
			return false
		}
		from, to = to, from
	}
	if &from[0] != &x[0] {
		copy(x, from)
	}
	return true
}

// begins turns counts of n numbers into where the piles begin. It reports
// whether all numbers are on one pile.
func begins(counts *[piles]uint32, n int) (one bool) {
	at := uint32(0)
	for p, c := range counts {
		if int(c) == n {
			one = true
		}
		counts[p] = at
		at += c
	}
	return one
}
