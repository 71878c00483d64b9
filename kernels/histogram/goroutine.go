package histogram

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [SerialTables] on the given number of workers (0: GOMAXPROCS), each
// with tables of its own, which are added up in the end. A negative number of
// workers is a panic, as is more than 1024.
//
// Options of package par change the loop over the workers' shares.
func Goroutine(data []byte, workers int, opts ...par.Option) Counts {
	return together(data, workers, tables, opts)
}

func together(data []byte, workers int, how func(*counter, []byte), opts []par.Option) Counts {
	mustBeFine(workers)
	t := newTeam(data, workers, how, opts)
	_ = t.run(background(), t.private())
	return t.counts
}

// GoroutineMutex is [Goroutine] with one table for all and a lock around each
// increment.
func GoroutineMutex(data []byte, workers int, opts ...par.Option) Counts {
	mustBeFine(workers)
	t := newTeam(data, workers, nil, opts)
	_ = t.run(background(), t.locked())
	return t.counts
}

// GoroutineAtomic is [GoroutineMutex] with atomic increments.
func GoroutineAtomic(data []byte, workers int, opts ...par.Option) Counts {
	mustBeFine(workers)
	t := newTeam(data, workers, nil, opts)
	_ = t.run(background(), t.atomically())
	return t.counts
}

// A team counts on several workers. Its closures are made once.
type team struct {
	data   []byte
	parts  []*counter
	counts Counts
	ctx    poll.Poll // of the run
	opts   []par.Option

	mu     sync.Mutex // guards counts in locked
	atomic [256]atomic.Int64

	lock    *gil.Lock
	threads []func(*gil.Thread)
}

// leastShare is how many bytes are worth a worker: some 20 µs.
const leastShare = 1 << 15

func newTeam(data []byte, workers int, how func(*counter, []byte), opts []par.Option) *team {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(1, min(workers, len(data)/leastShare))
	t := &team{data: data, parts: make([]*counter, workers)}
	for k := range t.parts {
		t.parts[k] = &counter{how: how}
	}
	t.opts = append([]par.Option{par.Workers(workers), par.Static(0)}, opts...)
	return t
}

// share returns the bytes of worker k.
func (t *team) share(k int) []byte { return part(t.data, k, len(t.parts)) }

// part returns part k of so many.
func part(data []byte, k, parts int) []byte {
	n, at, of := uint64(len(data)), uint64(k), uint64(parts)
	return data[n*at/of : n*(at+1)/of]
}

// private returns the loop's body for tables of the workers' own.
func (t *team) private() func(lo, hi int) {
	return func(lo, hi int) {
		for k := lo; k < hi; k++ {
			t.parts[k].count(t.ctx, t.share(k))
		}
	}
}

// contended is how many bytes are counted under a lock before asking whether to
// stop: a millisecond or less.
const contended = 1 << 12

// locked returns the loop's body for one table under a lock.
func (t *team) locked() func(lo, hi int) {
	return t.each(func(data []byte) {
		for _, b := range data {
			t.mu.Lock()
			t.counts[b]++
			t.mu.Unlock()
		}
	})
}

// atomically returns the loop's body for one table of atomic counters.
func (t *team) atomically() func(lo, hi int) {
	return t.each(func(data []byte) {
		for _, b := range data {
			t.atomic[b].Add(1)
		}
	})
}

// each returns a body that hands on the shares in pieces.
func (t *team) each(f func(data []byte)) func(lo, hi int) {
	return func(lo, hi int) {
		for k := lo; k < hi; k++ {
			for data := t.share(k); len(data) > 0 && !t.ctx.Stopped(); {
				some := data[:min(contended, len(data))]
				f(some)
				data = data[len(some):]
			}
		}
	}
}

func (t *team) run(ctx poll.Poll, body func(lo, hi int)) error {
	t.ctx = ctx
	clear(t.counts[:])
	for b := range t.atomic {
		t.atomic[b].Store(0)
	}
	if len(t.parts) == 1 {
		body(0, 1)
	} else {
		par.Range(len(t.parts), body, t.opts...)
	}
	// All tables but those of the way that was taken are 0.
	for b := range t.atomic {
		t.counts[b] += int(t.atomic[b].Load())
	}
	for _, p := range t.parts {
		t.counts.add(&p.counts)
	}
	return ctx.Err()
}
