package diffusion

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// A barrier holds its workers until all have come. It costs some tenths of a
// microsecond when all come at the same time, a tenth of what a parallel loop
// takes to end and begin anew, and keeps each worker on its core and on its part
// of the grid.
//
// Whoever waits looks out for the others, then lets other goroutines run,
// then sleeps, so it does its work, only slower, if there are more workers than
// cores.
type barrier struct {
	workers int32
	spins   int
	_       [64]byte
	arrived atomic.Int32
	_       [64]byte
	phase   atomic.Uint32
	broken  atomic.Bool
	_       [64]byte
}

// reset makes the barrier ready for a run of so many workers.
func (b *barrier) reset(workers int) {
	b.workers = int32(workers)
	b.spins = 1 << 14 // some 10 µs
	if workers > runtime.GOMAXPROCS(0) {
		b.spins = 0 // whom it waits for may need this core
	}
	b.arrived.Store(0)
	b.broken.Store(false)
}

// patience is how long whoever waits stays awake. Linux wakes a thread on the
// processor of whoever woke it, so two workers that sleep by turns can stay on one
// processor while another is idle: with only one of them awake there is nothing
// to balance. Awake for longer than the system takes to look (some milliseconds), they are
// set apart.
const patience = 20 * time.Millisecond

// wait returns true when all workers are here, false if the run shall stop.
func (b *barrier) wait(p poll.Poll) bool {
	phase := b.phase.Load()
	if b.arrived.Add(1) == b.workers {
		b.arrived.Store(0)
		b.phase.Add(1)
		return !b.broken.Load()
	}
	for range b.spins {
		if b.phase.Load() != phase {
			return !b.broken.Load()
		}
	}
	for since := time.Now(); b.phase.Load() == phase; {
		if b.broken.Load() || p.Stopped() {
			b.leave()
			return false
		}
		if time.Since(since) < patience {
			runtime.Gosched()
		} else {
			time.Sleep(50 * time.Microsecond)
		}
	}
	return !b.broken.Load()
}

// leave lets the others go without this worker: the run shall stop.
func (b *barrier) leave() { b.broken.Store(true) }
