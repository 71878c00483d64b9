package counter

import (
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Lost has workers (0: GOMAXPROCS) share n additions to one counter, without
// lock or atomic addition, and tells how many were lost. One worker loses none,
// and so do several that happen to run one after the other: use a million
// additions and more. Interrupted, it returns the zero Loss. A negative n or
// number of workers is a panic.
func Lost(n, workers int) Loss {
	mustBeFine(n, workers)
	workers = or(workers)
	var c atomic.Int64
	p := poll.New(background)
	err := par.ForErr(workers, func(worker int) error {
		return unlocked(p, &c, share(n, worker, workers))
	}, par.Workers(workers), par.Static(1))
	if err != nil {
		return Loss{}
	}
	return Loss{Expected: n, Counted: int(c.Load())}
}
