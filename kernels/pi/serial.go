package pi

import "github.com/weft-go/weft/kernels/internal/poll"

// Serial throws n darts, one after the other: about 1.4 ns each. Interrupted, it
// returns what it has, with Darts saying how many that is. A negative n is a
// panic.
func Serial(n int, seed uint64) Estimate {
	mustBeFine(n, 0)
	return serial(background(), n, seed)
}

func serial(p poll.Poll, n int, seed uint64) Estimate {
	var e Estimate
	for e.Darts < n && !p.Stopped() {
		more := min(block, n-e.Darts)
		e.Inside += throw(seed, e.Darts, e.Darts+more)
		e.Darts += more
	}
	return e
}
