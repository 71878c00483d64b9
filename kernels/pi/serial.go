package pi

import "github.com/weft-go/weft/kernels/internal/poll"

// Serial throws n darts, one after the other: about 1.4 ns each. Interrupted, it
// returns what it has, with Darts saying how many that is. A negative n is a
// panic.
func Serial(n int, seed uint64) Estimate {
	mustBeFine(n, 0)
	return serial(background(), n, seed)
}

func serial(p poll.Poll, n int, seed uint64) Estimate { return inBlocks(p, n, seed, throw) }

// inBlocks throws n darts, asking after each block whether to stop.
func inBlocks(p poll.Poll, n int, seed uint64, throw func(seed uint64, lo, hi int) int) Estimate {
	var e Estimate
	for e.Darts < n && !p.Stopped() {
		more := min(block, n-e.Darts)
		e.Inside += throw(seed, e.Darts, e.Darts+more)
		e.Darts += more
	}
	return e
}
