package wordcount

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [SerialHash] on the given number of workers (0: GOMAXPROCS), each
// with a table of its own; the tables are added up in the end. A negative number
// of workers is an error, as is more than 1024.
//
// Options of package par change the loop over the parts of the text.
func Goroutine(text []byte, workers int, opts ...par.Option) ([]Count, error) {
	return together(text, workers, 0, opts)
}

// GoroutineMutex is [Goroutine] with one table for all and a lock around each word.
func GoroutineMutex(text []byte, workers int, opts ...par.Option) ([]Count, error) {
	return together(text, workers, 1, opts)
}

// GoroutineSharded is [GoroutineMutex] with 64 tables, by the word's hash, each
// with a lock of its own.
func GoroutineSharded(text []byte, workers int, opts ...par.Option) ([]Count, error) {
	return together(text, workers, 64, opts)
}

func together(text []byte, workers, shards int, opts []par.Option) ([]Count, error) {
	if err := check(0, workers); err != nil {
		return nil, fmt.Errorf("wordcount: %w", err)
	}
	t := newTeam(text, workers, shards, opts)
	if err := t.run(background()); err != nil {
		return nil, err
	}
	return t.counts(), nil
}

// A shard is a table with its lock, on cache lines of its own.
type shard struct {
	_     [64]byte
	mu    sync.Mutex
	table table // guarded by mu
	_     [64]byte
}

// A team counts on several workers. Its closures are made once.
type team struct {
	text   []byte
	parts  []*table
	shards []*shard // none: each worker its own table
	ctx    poll.Poll
	on     func() bool
	opts   []par.Option
	part   func(lo, hi int)
}

// leastShare is how many bytes are worth a worker: some 100 µs.
const leastShare = 1 << 14

func newTeam(text []byte, workers, shards int, opts []par.Option) *team {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(1, min(workers, len(text)/leastShare))
	t := &team{text: text}
	for range workers {
		t.parts = append(t.parts, new(table))
	}
	for range shards {
		t.shards = append(t.shards, new(shard))
	}
	t.on = func() bool { return !t.ctx.Stopped() }
	t.opts = append([]par.Option{par.Workers(workers), par.Static(0)}, opts...)
	t.part = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			own := t.text[cut(t.text, k, len(t.parts)):cut(t.text, k+1, len(t.parts))]
			if len(t.shards) > 0 {
				t.contend(t.parts[k], own)
			} else {
				t.parts[k].begin()
				t.parts[k].count(t.on, own)
			}
		}
	}
	return t
}

// contend counts text in the shards.
func (t *team) contend(own *table, text []byte) {
	for at, turn := 0, 0; at < len(text); turn++ {
		if turn%pollEvery == 0 && !t.on() {
			return
		}
		var hash uint64
		own.buf, hash, at = next(text, at, own.buf)
		if len(own.buf) == 0 {
			continue
		}
		// Other bits than those that choose the slot.
		s := t.shards[hash>>50%uint64(len(t.shards))]
		s.mu.Lock()
		s.table.add(own.buf, hash, 1)
		s.mu.Unlock()
	}
}

func (t *team) run(ctx poll.Poll) error {
	t.ctx = ctx
	for _, s := range t.shards {
		s.table.begin()
	}
	if len(t.parts) == 1 {
		t.part(0, 1)
	} else {
		par.Range(len(t.parts), t.part, t.opts...)
	}
	if ctx.Stopped() {
		return ctx.Err()
	}
	if len(t.shards) == 0 {
		for _, p := range t.parts[1:] {
			t.parts[0].merge(p)
		}
	}
	return nil
}

// sum is Sum of counts.
func (t *team) sum() (sum uint64) {
	if len(t.shards) == 0 {
		return t.parts[0].sum()
	}
	for _, s := range t.shards {
		sum += s.table.sum()
	}
	return sum
}

// counts returns the result.
func (t *team) counts() (counts []Count) {
	if len(t.shards) == 0 {
		return sorted(t.parts[0].appendTo(nil))
	}
	for _, s := range t.shards {
		counts = s.table.appendTo(counts)
	}
	return sorted(counts)
}
