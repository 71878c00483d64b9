package julia

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on the given number of threads (0: GOMAXPROCS) under an
// interpreter lock, as Python's threads would compute it: no faster than one,
// whatever the number of cores. Threads fetch row after row and may be asked for
// the lock after each. A negative number of workers is a panic.
func GIL(width, height, limit, workers int) *Set {
	s := New(width, height, limit)
	if workers < 0 {
		panic(fmt.Errorf("julia: negative number of workers %d", workers))
	}
	_ = s.newThreads(workers).run(background)
	return s
}

// threads computes under a lock, as often as it is run.
type threads struct {
	set     *Set
	workers int
	lock    *gil.Lock
	p       poll.Poll
	next    atomic.Int64 // row
	body    func(t *gil.Thread)
}

func (s *Set) newThreads(workers int) *threads {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	l := &threads{set: s, workers: workers, lock: gil.New()}
	l.body = func(t *gil.Thread) {
		for {
			y := int(l.next.Add(1) - 1)
			if y >= s.Height || l.p.Stopped() || !s.fill(y, l.p) || !t.Tick() {
				return
			}
		}
	}
	return l
}

func (l *threads) run(ctx context.Context) error {
	l.p = poll.New(ctx)
	l.next.Store(0)
	if l.p.Stopped() {
		return l.p.Err()
	}
	for range l.workers {
		l.lock.Go(l.body)
	}
	return l.lock.WaitContext(ctx)
}
