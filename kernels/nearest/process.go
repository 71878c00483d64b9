package nearest

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Goroutine] with worker processes, to which the roads are sent as
// Python's multiprocessing sends lists, on each call: ten times the work itself
// and more. Starting them is a part of the call. The program must call proc.Main
// with the Kernel's Tasks, as a session does.
func Process(roads []Road, places, workers int) (*Result, error) {
	return crewed(roads, places, workers, newSender)
}

// ProcessSHM is [Process] with the roads in memory that the processes share;
// only tables are sent.
func ProcessSHM(roads []Road, places, workers int) (*Result, error) {
	return crewed(roads, places, workers, newSharer)
}

// A maker makes a crew of a pool, which it leaves alone if there is an error.
type maker func(roads []Road, places int, pool *proc.Pool) (crew, error)

// A crew is worker processes with their input.
type crew interface {
	run(ctx context.Context, r *Result) error
	close() error
}

func crewed(roads []Road, places, workers int, make maker) (*Result, error) {
	if err := check(places, workers); err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	if err := fault(roads, places); err != nil {
		return nil, err
	}
	c, err := newCrew(roads, places, workers, make)
	if err != nil {
		return nil, err
	}
	r := empty(places)
	err = c.run(context.Background(), r)
	if e := c.close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

func newCrew(roads []Road, places, workers int, make maker) (crew, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	c, err := make(roads, places, pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("nearest: %w", err)
	}
	return c, nil
}

// spare holds a worker's table from one task to the next.
var spare = sync.Pool{New: func() any { return new(table) }}

// look makes a table of roads in a worker. The table is good until the next call.
func look(ctx context.Context, roads []Road, places int) (*table, error) {
	on := poll.New(ctx)
	t := spare.Get().(*table)
	defer spare.Put(t)
	if cap(t.best) < places {
		t.best = make([]uint64, places)
	}
	t.best = t.best[:places]
	t.clear()
	for len(roads) > 0 {
		if on.Stopped() {
			return nil, on.Err()
		}
		some := roads[:min(block, len(roads))]
		t.add(some)
		roads = roads[len(some):]
	}
	return t, nil
}

// part returns share k of so many.
func part(roads []Road, k, parts int) []Road {
	n, at, of := uint64(len(roads)), uint64(k), uint64(parts)
	return roads[n*at/of : n*(at+1)/of]
}

// A letter is a worker's share of the roads.
type letter struct {
	Roads  []Road
	Places int
}

// An answer is a worker's table.
type answer struct {
	Best []uint64
	Most int32
}

var sendTask = proc.NewTask("nearest.send", func(ctx context.Context, in letter) (out answer, err error) { //effort:config
	t, err := look(ctx, in.Roads, in.Places)
	if err != nil {
		return out, err
	}
	return answer{append([]uint64(nil), t.best...), t.most}, nil //effort:convert
})

// longest is about how many roads a letter has: some ms to write and read.
const longest = 1 << 14

// A sender sends roads.
type sender struct {
	pool    *proc.Pool
	letters []letter
	whole   *table
}

func newSender(roads []Road, places int, pool *proc.Pool) (crew, error) {
	s := &sender{pool: pool, whole: newTable(places)}
	letters := max(pool.Workers(), len(roads)/longest)
	for k := range letters {
		s.letters = append(s.letters, letter{part(roads, k, letters), places}) //effort:convert
	}
	return s, nil
}

func (s *sender) run(ctx context.Context, r *Result) error {
	answers, err := proc.Map[letter, answer](ctx, s.pool, sendTask.Name(), s.letters, proc.Chunk(1))
	if err != nil {
		return fmt.Errorf("nearest: %w", err)
	}
	s.whole.gather(answers, r)
	return nil
}

// gather joins workers' tables.
func (t *table) gather(answers []answer, r *Result) {
	t.clear()
	for _, a := range answers {
		t.join(&table{best: a.Best, most: a.Most}) //effort:convert
	}
	t.result(r)
}

func (s *sender) close() error { return s.pool.Close() }

// A share says which of the shared roads a worker looks at.
type share struct {
	Roads  shm.Handle
	Lo, Hi int
	Places int
}

// attached calls f with the roads that a share says.
func attached(in share, f func(roads []Road) error) error {
	ints, err := shm.AttachInt32s(in.Roads) //effort:convert
	if err != nil {
		return err
	}
	defer ints.Close()
	return f(roadsOf(ints.Data)[in.Lo:in.Hi]) //effort:convert
}

var shareTask = proc.NewTask("nearest.share", func(ctx context.Context, in share) (out answer, err error) { //effort:config
	err = attached(in, func(roads []Road) error {
		t, err := look(ctx, roads, in.Places)
		if err == nil {
			out = answer{append([]uint64(nil), t.best...), t.most} //effort:convert
		}
		return err
	})
	return out, err
})

// fields is how many integers a road is.
const fields = int(unsafe.Sizeof(Road{}) / 4)

// roadsOf is the same memory.
func roadsOf(ints []int32) []Road {
	return unsafe.Slice((*Road)(unsafe.Pointer(&ints[0])), len(ints)/fields) //effort:convert
}

// shareRoads copies roads to shared memory, with one more, and deals them.
func shareRoads(roads []Road, places, workers int) (*shm.Int32s, []share, error) {
	ints, err := shm.NewInt32s(fields * (len(roads) + 1)) //effort:convert
	if err != nil {
		return nil, nil, err
	}
	copy(roadsOf(ints.Data), roads) //effort:convert
	shares, at := make([]share, workers), 0
	for k := range shares {
		next := at + len(part(roads, k, workers))
		shares[k] = share{ints.Handle(), at, next, places} //effort:convert
		at = next
	}
	return ints, shares, nil
}

// A sharer shares roads.
type sharer struct {
	pool   *proc.Pool
	roads  *shm.Int32s
	shares []share
	whole  *table
}

func newSharer(roads []Road, places int, pool *proc.Pool) (crew, error) {
	s := &sharer{pool: pool, whole: newTable(places)}
	var err error
	s.roads, s.shares, err = shareRoads(roads, places, pool.Workers())
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *sharer) run(ctx context.Context, r *Result) error {
	answers, err := proc.Map[share, answer](ctx, s.pool, shareTask.Name(), s.shares, proc.Chunk(1))
	if err != nil {
		return fmt.Errorf("nearest: %w", err)
	}
	s.whole.gather(answers, r)
	return nil
}

func (s *sharer) close() error { return first(s.pool.Close(), s.roads.Close()) }

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
