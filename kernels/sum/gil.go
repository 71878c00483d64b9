package sum

import (
	"context"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on threads of which only the one that holds the interpreter's
// lock adds. It is no faster with more of them. 0 workers means GOMAXPROCS; a
// negative number is a panic, as is more than 1024.
func GIL(x []int64, workers int) int64 {
	mustBeFine(workers)
	t := newTeam(x, workers, nil)
	_ = t.underLock(context.Background())
	return t.total
}

// tick is how many numbers a thread adds before the lock may change hands: a
// few microseconds.
const tick = 1 << 12

// underLock runs the workers as threads under the team's lock.
func (t *team) underLock(ctx context.Context) error {
	if t.lock == nil {
		t.lock = gil.New()
		for k := range t.parts {
			t.threads = append(t.threads, func(thread *gil.Thread) {
				x, total := t.share(k), int64(0)
				for len(x) > 0 && thread.Tick() {
					some := x[:min(tick, len(x))]
					total += add(some)
					x = x[len(some):]
				}
				t.parts[k].total = total
			})
		}
	}
	for _, f := range t.threads {
		t.lock.Go(f)
	}
	err := t.lock.WaitContext(ctx)
	t.gather()
	return err
}
