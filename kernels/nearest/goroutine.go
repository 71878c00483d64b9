package nearest

import (
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [SerialPacked] on the given number of workers (0: GOMAXPROCS), each
// with a table of its own; the tables are joined in the end. With fewer roads
// than some ten thousand per worker it uses fewer. A negative number of workers
// is an error, as is more than 1024.
//
// Options of package par change the loop over the workers' shares.
func Goroutine(roads []Road, places, workers int, opts ...par.Option) (*Result, error) {
	return parallel(roads, places, workers, false, opts)
}

func parallel(roads []Road, places, workers int, simd bool, opts []par.Option) (*Result, error) {
	if err := check(places, workers); err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	t := newTeam(roads, places, workers, simd, opts)
	if err := t.run(background()); err != nil {
		return nil, err
	}
	return t.result, nil
}

// leastShare is how many roads are worth a worker: some 20 µs.
const leastShare = 1 << 15

// A team is a run on goroutines. Its closures are made once.
type team struct {
	roads  []Road
	tables []*table
	result *Result
	simd   bool
	ctx    poll.Poll // of the run
	opts   []par.Option
	share  func(lo, hi int)

	// Of underLock.
	lock    *gil.Lock
	threads []func(*gil.Thread)
	fault   bool // guarded by lock
}

func newTeam(roads []Road, places, workers int, simd bool, opts []par.Option) *team {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	// Joining tables must not cost more than looking at the roads.
	workers = max(1, min(workers, len(roads)/(leastShare+2*places)))
	t := &team{roads: roads, tables: make([]*table, workers), result: empty(places), simd: simd}
	for k := range t.tables {
		t.tables[k] = newTable(places)
	}
	t.opts = append([]par.Option{par.Workers(workers), par.Static(0)}, opts...)
	t.share = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			t.look(k)
		}
	}
	return t
}

// look does share k of the roads.
func (t *team) look(k int) {
	roads := part(t.roads, k, len(t.tables))
	own := t.tables[k]
	own.clear()
	for len(roads) > 0 && !own.wrong && !t.ctx.Stopped() {
		some := roads[:min(block, len(roads))]
		if t.simd {
			own.addSIMD(some)
		} else {
			own.add(some)
		}
		roads = roads[len(some):]
	}
}

func (t *team) run(ctx poll.Poll) error {
	t.ctx = ctx
	if len(t.tables) == 1 {
		t.look(0)
	} else {
		par.Range(len(t.tables), t.share, t.opts...)
	}
	if ctx.Stopped() {
		return ctx.Err()
	}
	whole := t.tables[0]
	for _, other := range t.tables[1:] {
		whole.join(other)
	}
	if whole.wrong {
		return fault(t.roads, len(whole.best))
	}
	whole.result(t.result)
	return nil
}
