package histogram

import (
	"context"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on threads of which only the one that holds the interpreter's
// lock counts; they share one table, which under that lock needs no other. 0
// workers means GOMAXPROCS; a negative number is a panic, as is more than 1024.
func GIL(data []byte, workers int) Counts {
	mustBeFine(workers)
	t := newTeam(data, workers, plain, nil)
	_ = t.underLock(context.Background())
	return t.counts
}

// tick is how many bytes a thread counts before the lock may change hands: a few
// microseconds.
const tick = 1 << 12

// underLock runs the workers as threads under the team's lock.
func (t *team) underLock(ctx context.Context) error {
	if t.lock == nil {
		t.lock = gil.New()
		for k := range t.parts {
			t.threads = append(t.threads, func(thread *gil.Thread) {
				for data := t.share(k); len(data) > 0 && thread.Tick(); {
					some := data[:min(tick, len(data))]
					for _, b := range some {
						t.counts[b]++
					}
					data = data[len(some):]
				}
			})
		}
	}
	clear(t.counts[:])
	for _, f := range t.threads {
		t.lock.Go(f)
	}
	return t.lock.WaitContext(ctx)
}
