package primes

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on the given number of threads (0: GOMAXPROCS) under an
// interpreter lock, as Python's threads would count: no faster than one. A
// negative number of workers is a panic.
func GIL(n, workers int) int {
	mustBeFine(n, workers)
	count, _ := newThreads(n, workers).run(context.Background())
	return count
}

// threads counts under a lock, as often as it is run.
type threads struct {
	*counter
	lock  *gil.Lock
	next  atomic.Int64 // place
	block func(t *gil.Thread)
}

func newThreads(n, workers int) *threads {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	l := &threads{counter: newCounter(n, workers, &byteSieve{}), lock: gil.New()}
	l.block = func(t *gil.Thread) {
		w := l.take()
		defer l.give(w)
		for {
			// A segment at a time, some 20 µs.
			lo := int(l.next.Add(byteSegment) - byteSegment)
			if lo >= l.places {
				return
			}
			l.sum.Add(int64(w.count(l.p, lo, min(lo+byteSegment, l.places))))
			if !t.Tick() {
				return
			}
		}
	}
	return l
}

func (l *threads) run(ctx context.Context) (int, error) {
	l.begin(ctx)
	l.next.Store(0)
	if l.p.Stopped() {
		return 0, l.p.Err()
	}
	for range l.workers {
		l.lock.Go(l.block)
	}
	err := l.lock.WaitContext(ctx)
	return l.sieve.few(l.n) + int(l.sum.Load()), err
}
