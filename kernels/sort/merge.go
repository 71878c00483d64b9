package sort

import (
	"slices"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// runs sorts the runs of x one by one, and reports false if it was stopped.
func runs(ctx poll.Poll, x []int64) bool {
	for lo := 0; lo < len(x); lo += run {
		if ctx.Stopped() {
			return false
		}
		slices.Sort(x[lo:min(lo+run, len(x))])
	}
	return true
}

// mergeRuns merges sorted runs of the given length two by two until x is one, with
// a spare slice as long as x. It reports false if it was stopped; x holds the
// same numbers in any case.
func mergeRuns(ctx poll.Poll, x, spare []int64, length int) bool {
	from, to := x, spare
	for ; length < len(x); length *= 2 {
		for lo := 0; lo < len(x); lo += 2 * length {
			mid, hi := min(lo+length, len(x)), min(lo+2*length, len(x))
			if !merge(ctx, to[lo:hi], from[lo:mid], from[mid:hi]) {
				if &from[0] != &x[0] {
					copy(x, from)
				}
				return false
			}
		}
		from, to = to, from
	}
	if len(x) > 0 && &from[0] != &x[0] {
		copy(x, from)
	}
	return true
}

// merge merges two sorted slices to dst, which is as long as both. Of equal
// numbers those of a come first.
func merge(ctx poll.Poll, dst, a, b []int64) bool {
	i, j := 0, 0
	for k := 0; k < len(dst); {
		if ctx.Stopped() {
			return false
		}
		// Up to end neither can run out.
		end := k + min(block, len(a)-i, len(b)-j)
		if end == k {
			end = min(k+block, len(dst))
			if i < len(a) {
				i += copy(dst[k:end], a[i:])
			} else {
				j += copy(dst[k:end], b[j:])
			}
			k = end
			continue
		}
		for ; k < end; k++ {
			// Without a branch, which would be guessed wrong every second time.
			v, w := a[i], b[j]
			second := 0
			if w < v {
				second = 1
			}
			dst[k] = min(v, w)
			j += second
			i += 1 - second
		}
	}
	return true
}

// split returns how many numbers of a and of b are among the first k of both
// merged: the merge path's point on diagonal k.
func split(a, b []int64, k int) (i, j int) {
	lo, hi := max(0, k-len(b)), min(k, len(a))
	for lo < hi {
		mid := (lo + hi) / 2
		if a[mid] <= b[k-mid-1] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, k - lo
}

// mergeRange writes dst[lo:hi] of what merging neighbouring runs of from, each of
// the given length, gives.
func mergeRange(ctx poll.Poll, dst, from []int64, length, lo, hi int) bool {
	for lo < hi {
		// The pair of runs that lo is in.
		begin := lo / (2 * length) * (2 * length)
		mid, last := min(begin+length, len(from)), min(begin+2*length, len(from))
		end := min(hi, last)
		a, b := from[begin:mid], from[mid:last]
		i, j := split(a, b, lo-begin)
		p, q := split(a, b, end-begin)
		if !merge(ctx, dst[lo:end], a[i:p], b[j:q]) {
			return false
		}
		lo = end
	}
	return true
}
