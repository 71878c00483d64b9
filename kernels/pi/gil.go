package pi

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on the given number of threads (0: GOMAXPROCS) under an
// interpreter lock, as Python's threads would throw: no faster than one,
// whatever the number of cores. A negative n or number of workers is a panic.
func GIL(n int, seed uint64, workers int) Estimate {
	mustBeFine(n, workers)
	return newThreads(n, seed, workers).run(context.Background())
}

// quantum is how many darts are thrown before a thread may be asked for the
// lock: some µs.
const quantum = 1 << 12

// threads throws under a lock, as often as it is run.
type threads struct {
	workers             int
	lock                *gil.Lock
	p                   poll.Poll
	next, darts, inside atomic.Int64
	body                func(t *gil.Thread)
}

func newThreads(n int, seed uint64, workers int) *threads {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	l := &threads{workers: workers, lock: gil.New()}
	l.body = func(t *gil.Thread) {
		for {
			lo := int(l.next.Add(quantum) - quantum)
			if lo >= n || l.p.Stopped() {
				return
			}
			hi := lo + min(quantum, n-lo)
			l.inside.Add(int64(throw(seed, lo, hi)))
			l.darts.Add(int64(hi - lo))
			if !t.Tick() {
				return
			}
		}
	}
	return l
}

func (l *threads) run(ctx context.Context) Estimate {
	l.p = poll.New(ctx)
	l.next.Store(0)
	l.darts.Store(0)
	l.inside.Store(0)
	if !l.p.Stopped() {
		for range l.workers {
			l.lock.Go(l.body)
		}
		_ = l.lock.WaitContext(ctx) // the darts tell whether it was stopped
	}
	return Estimate{Darts: int(l.darts.Load()), Inside: int(l.inside.Load())}
}
