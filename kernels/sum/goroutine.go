package sum

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), each of
// which adds its share to a total of its own, on a cache line of its own, until
// the totals are added in the end ("privatisation", OpenMP's reduction). A
// negative number of workers is a panic, as is more than 1024.
//
// Options of package par change the loop over the workers' shares.
func Goroutine(x []int64, workers int, opts ...par.Option) int64 {
	mustBeFine(workers)
	t := newTeam(x, workers, opts)
	_ = t.run(background(), t.private(add))
	return t.total
}

// GoroutineMutex is [Goroutine] with one total for all and a lock around each
// addition: 20 ns and more for an instruction that takes a quarter of one.
func GoroutineMutex(x []int64, workers int, opts ...par.Option) int64 {
	mustBeFine(workers)
	t := newTeam(x, workers, opts)
	_ = t.run(background(), t.locked())
	return t.total
}

// GoroutineAtomic is [GoroutineMutex] with atomic additions.
func GoroutineAtomic(x []int64, workers int, opts ...par.Option) int64 {
	mustBeFine(workers)
	t := newTeam(x, workers, opts)
	_ = t.run(background(), t.atomically())
	return t.total
}

// A team adds on several workers. Its closures are made once.
type team struct {
	x     []int64
	parts []part
	total int64
	ctx   poll.Poll // of the run
	opts  []par.Option

	shared struct {
		_     [64]byte
		mu    sync.Mutex
		total int64
		sum   atomic.Int64
		_     [64]byte
	}

	lock    *gil.Lock
	threads []func(*gil.Thread)
}

// A part is a worker's total, on cache lines of its own.
type part struct {
	_     [64]byte
	total int64
	_     [64]byte
}

// leastShare is how many numbers are worth a worker: some 10 µs.
const leastShare = 1 << 15

func newTeam(x []int64, workers int, opts []par.Option) *team {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(1, min(workers, len(x)/leastShare))
	t := &team{x: x, parts: make([]part, workers)}
	t.opts = append([]par.Option{par.Workers(workers), par.Static(0)}, opts...)
	return t
}

// share returns the numbers of worker k.
func (t *team) share(k int) []int64 {
	n, at, of := uint64(len(t.x)), uint64(k), uint64(len(t.parts))
	return t.x[n*at/of : n*(at+1)/of]
}

// private returns the loop's body for totals of the workers' own.
func (t *team) private(add func([]int64) int64) func(lo, hi int) {
	return func(lo, hi int) {
		for k := lo; k < hi; k++ {
			t.parts[k].total = inBlocks(t.ctx, t.share(k), add)
		}
	}
}

// contended is how many numbers are added under a lock before asking whether to
// stop: a millisecond or less.
const contended = 1 << 12

// locked returns the loop's body for one total under a lock.
func (t *team) locked() func(lo, hi int) {
	return t.each(func(x []int64) {
		s := &t.shared
		for _, v := range x {
			s.mu.Lock()
			s.total += v
			s.mu.Unlock()
		}
	})
}

// atomically returns the loop's body for one atomic total.
func (t *team) atomically() func(lo, hi int) {
	return t.each(func(x []int64) {
		for _, v := range x {
			t.shared.sum.Add(v)
		}
	})
}

// each returns a body that hands on the shares in pieces.
func (t *team) each(f func(x []int64)) func(lo, hi int) {
	return func(lo, hi int) {
		for k := lo; k < hi; k++ {
			t.parts[k].total = 0
			for x := t.share(k); len(x) > 0 && !t.ctx.Stopped(); {
				some := x[:min(contended, len(x))]
				f(some)
				x = x[len(some):]
			}
		}
	}
}

func (t *team) run(ctx poll.Poll, body func(lo, hi int)) error {
	t.ctx = ctx
	t.shared.total = 0
	t.shared.sum.Store(0)
	if len(t.parts) == 1 {
		body(0, 1)
	} else {
		par.Range(len(t.parts), body, t.opts...)
	}
	t.gather()
	return ctx.Err()
}

// gather adds up all totals; all but those of the way that was taken are 0.
func (t *team) gather() {
	t.total = t.shared.total + t.shared.sum.Load()
	for k := range t.parts {
		t.total += t.parts[k].total
	}
}

// jobOf returns run as a job has it.
func (t *team) jobOf(body func(lo, hi int)) func(ctx context.Context) error {
	return func(ctx context.Context) error { return t.run(poll.New(ctx), body) }
}
