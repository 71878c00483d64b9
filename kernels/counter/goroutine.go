package counter

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine has workers (0: GOMAXPROCS) share n additions to one counter, each
// a single instruction of the processor, and returns the count. A negative n
// or number of workers is a panic.
func Goroutine(n, workers int) int { return typed(n, workers, (*shared).atomic) }

// GoroutineMutex is [Goroutine] with a lock around a plain addition.
func GoroutineMutex(n, workers int) int { return typed(n, workers, (*shared).mutex) }

// GoroutineSharded is [Goroutine] with a counter for each worker, which are added
// up at the end. Nobody waits for anybody.
func GoroutineSharded(n, workers int) int { return typed(n, workers, (*shared).sharded) }

func typed(n, workers int, add adder) int {
	mustBeFine(n, workers)
	l := newLoop(n, workers, add)
	_ = l.run(background)
	return l.count()
}

// shared is what workers count in.
type shared struct {
	_      [64]byte
	plain  int // under mu
	mu     sync.Mutex
	_      [64]byte
	single atomic.Int64
	_      [64]byte
	shards []shard // one for each worker
}

// A shard is a worker's counter, apart from the others' cache lines.
type shard struct {
	n int
	_ [15]int
}

func (s *shared) reset() {
	s.plain = 0
	s.single.Store(0)
	clear(s.shards)
}

// count adds up; nobody may be counting.
func (s *shared) count() int {
	total := s.plain + int(s.single.Load())
	for i := range s.shards {
		total += s.shards[i].n
	}
	return total
}

// An adder does a worker's n additions, fewer than block.
type adder func(s *shared, worker, n int)

func (s *shared) atomic(_, n int) {
	for range n {
		s.single.Add(1)
	}
}

func (s *shared) mutex(_, n int) {
	for range n {
		s.mu.Lock()
		s.plain++
		s.mu.Unlock()
	}
}

func (s *shared) sharded(worker, n int) {
	own := &s.shards[worker]
	for range n {
		own.n++
	}
}

// A loop is a counter with its workers.
type loop struct {
	shared
	body func(worker int) error
	opts []par.Option
	ctx  context.Context // of opts
	p    poll.Poll
}

func newLoop(n, workers int, add adder) *loop {
	workers = or(workers)
	l := &loop{shared: shared{shards: make([]shard, workers)}}
	l.body = func(worker int) error {
		for left := share(n, worker, workers); left > 0; left -= block {
			if l.p.Stopped() {
				return l.p.Err()
			}
			add(&l.shared, worker, min(left, block))
		}
		return nil
	}
	l.opts = []par.Option{par.Workers(workers), par.Static(1), nil}
	return l
}

func (l *loop) run(ctx context.Context) error {
	l.p = poll.New(ctx)
	if ctx != l.ctx { // making an option allocates
		l.ctx, l.opts[2] = ctx, par.Context(ctx)
	}
	l.reset()
	return par.ForErr(len(l.shards), l.body, l.opts...)
}
