package nearest

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Manager is [ProcessSHM] with the results in a dictionary that a further process
// keeps, Python's Manager: each worker puts its nearest road for each origin
// there, one message and its answer per entry. Starting the processes is a part
// of the call.
func Manager(roads []Road, places, workers int) (*Result, error) {
	return crewed(roads, places, workers, newManaged)
}

// An errand is a worker's share and where the results go.
type errand struct {
	Share  share
	Dict   *proc.DictProxy
	Worker int
}

// key is where a worker's entry for an origin stands; origin places is its
// largest distance.
func (e errand) key(origin int) int { return e.Worker*(e.Share.Places+1) + origin } //effort:convert

var managerTask = proc.NewTask("nearest.manager", func(ctx context.Context, in errand) (entries int, err error) { //effort:config
	err = attached(in.Share, func(roads []Road) error {
		on := poll.New(ctx)
		t, err := look(ctx, roads, in.Share.Places)
		if err != nil {
			return err
		}
		for origin, pair := range t.best {
			if pair == none {
				continue
			}
			if on.Stopped() {
				return on.Err()
			}
			if err := in.Dict.Set(in.key(origin), int(pair)); err != nil { //effort:convert
				return err
			}
			entries++
		}
		return in.Dict.Set(in.key(in.Share.Places), int(t.most)) //effort:convert
	})
	return entries, err
})

// managed is a crew with a manager.
type managed struct {
	pool    *proc.Pool
	manager *proc.Manager
	roads   *shm.Int32s
	errands []errand
	whole   *table
	single  *table // of one worker
}

func newManaged(roads []Road, places int, pool *proc.Pool) (crew, error) {
	m := &managed{pool: pool, whole: newTable(places), single: newTable(places)}
	var err error
	if m.manager, err = proc.NewManager(); err != nil {
		return nil, err
	}
	ints, shares, err := shareRoads(roads, places, pool.Workers())
	if err != nil {
		m.manager.Close()
		return nil, err
	}
	m.roads = ints
	for k, s := range shares {
		m.errands = append(m.errands, errand{Share: s, Worker: k}) //effort:convert
	}
	return m, nil
}

func (m *managed) run(ctx context.Context, r *Result) error {
	dict, err := m.manager.Dict()
	if err != nil {
		return fmt.Errorf("nearest: %w", err)
	}
	for k := range m.errands {
		m.errands[k].Dict = dict //effort:convert
	}
	if _, err := proc.Map[errand, int](ctx, m.pool, managerTask.Name(), m.errands, proc.Chunk(1)); err != nil {
		return fmt.Errorf("nearest: %w", err)
	}
	all, err := dict.All() //effort:convert
	if err != nil {
		return fmt.Errorf("nearest: %w", err)
	}
	m.whole.clear()
	for _, e := range m.errands {
		m.single.clear()
		for origin := range m.single.best {
			if pair, ok := all[e.key(origin)].(int); ok { //effort:convert
				m.single.best[origin] = uint64(pair) //effort:convert
			}
		}
		if most, ok := all[e.key(e.Share.Places)].(int); ok { //effort:convert
			m.single.most = int32(most) //effort:convert
		}
		m.whole.join(m.single)
	}
	m.whole.result(r)
	return nil
}

func (m *managed) close() error {
	return first(m.pool.Close(), m.manager.Close(), m.roads.Close())
}
