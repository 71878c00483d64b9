package nearest

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on threads of which only the one that holds the interpreter's
// lock looks at roads; they share one result, which under that lock needs no
// other. It is no faster with more of them.
func GIL(roads []Road, places, workers int) (*Result, error) {
	if err := check(places, workers); err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	t := newTeam(roads, places, workers, false, nil)
	if err := t.underLock(context.Background()); err != nil {
		return nil, err
	}
	return t.result, nil
}

// tick is how many roads a thread looks at before the lock may change hands: a
// few microseconds.
const tick = 1 << 10

// underLock runs the shares as threads under the team's lock.
func (t *team) underLock(ctx context.Context) error {
	if t.lock == nil {
		t.lock = gil.New()
		for k := range t.tables {
			t.threads = append(t.threads, func(thread *gil.Thread) {
				for roads := part(t.roads, k, len(t.tables)); len(roads) > 0 && !t.fault && thread.Tick(); {
					some := roads[:min(tick, len(roads))]
					t.fault = !t.result.add(some) || t.fault
					roads = roads[len(some):]
				}
			})
		}
	}
	t.result.clear()
	t.fault = false
	for _, f := range t.threads {
		t.lock.Go(f)
	}
	if err := t.lock.WaitContext(ctx); err != nil {
		return err
	}
	if t.fault {
		return fault(t.roads, len(t.result.Destination))
	}
	return nil
}
