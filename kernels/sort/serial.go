package sort

import (
	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial sorts x by slices.Sort, the standard library's pattern-defeating
// quicksort, in runs of 64 Ki numbers that are then merged, so that it can be
// interrupted; in one go would take about as long. An interrupted sort leaves
// the numbers in some order. It panics if there are more than 2³¹.
func Serial(x []int64) {
	mustBeFine(len(x), 0)
	serial(background(), x, spareFor(x))
}

// spareFor returns room for merging x, if it has more than one run.
func spareFor(x []int64) []int64 {
	if len(x) <= run {
		return nil
	}
	return mem.Make[int64](len(x))
}

func serial(ctx poll.Poll, x, spare []int64) bool {
	return runs(ctx, x) && mergeRuns(ctx, x, spare, run)
}

// SerialQuick sorts x by Hoare's quicksort as textbooks have it, with the median of
// three as pivot and insertion sort below 24 numbers: 1.5 times as long as
// Serial. On an order made to annoy it, it would take quadratic time; what it can't divide after
// 2·log₂ n steps is left to Serial.
func SerialQuick(x []int64) {
	mustBeFine(len(x), 0)
	quick(background(), x)
}

func quick(ctx poll.Poll, x []int64) bool {
	depth := 0
	for n := len(x); n > 0; n /= 2 {
		depth += 2
	}
	return quickTo(ctx, x, depth)
}

func quickTo(ctx poll.Poll, x []int64, depth int) bool {
	for len(x) > 24 {
		if len(x) > block && ctx.Stopped() {
			return false
		}
		if depth--; depth < 0 {
			return serial(ctx, x, spareFor(x))
		}
		p := partition(x)
		// The shorter side first: the stack stays log₂ n deep.
		if p < len(x)-p {
			if !quickTo(ctx, x[:p], depth) {
				return false
			}
			x = x[p:]
		} else {
			if !quickTo(ctx, x[p:], depth) {
				return false
			}
			x = x[:p]
		}
	}
	for i := 1; i < len(x); i++ {
		v, j := x[i], i
		for ; j > 0 && x[j-1] > v; j-- {
			x[j] = x[j-1]
		}
		x[j] = v
	}
	return true
}

// partition moves numbers so that none of x[:p] is larger than one of x[p:], with
// 0 < p < len(x): Hoare's scheme.
func partition(x []int64) (p int) {
	a, b, c := x[0], x[len(x)/2], x[len(x)-1]
	pivot := max(min(a, b), min(max(a, b), c))
	i, j := 0, len(x)-1
	for {
		for x[i] < pivot {
			i++
		}
		for x[j] > pivot {
			j--
		}
		if i >= j {
			return max(i, 1)
		}
		x[i], x[j] = x[j], x[i]
		i++
		j--
	}
}
