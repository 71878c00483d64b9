package sort

import (
	"context"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL sorts x on threads of which only the one that holds the interpreter's lock
// works: parts first, which one thread then merges. It is no faster with more of
// them. 0 workers means GOMAXPROCS; a negative number is a panic, as is more than
// 1024.
func GIL(x []int64, workers int) {
	mustBeFine(len(x), workers)
	_ = newTeam(x, workers, nil).underLock(context.Background())
}

// tick is how many numbers a thread sorts or merges before the lock may change
// hands.
const tick = 1 << 10

// underLock sorts runs under the team's lock and merges them there.
func (t *team) underLock(ctx context.Context) error {
	if t.lock == nil {
		t.lock = gil.New()
		for k := range t.workers {
			t.threads = append(t.threads, func(thread *gil.Thread) {
				lo, hi := t.part(k)
				sortTicking(t.x[lo:hi], t.spare[lo:hi], thread)
			})
		}
		t.threads = append(t.threads, func(thread *gil.Thread) {
			_, length := t.part(0)
			mergeTicking(t.x, t.spare, length, thread)
		})
	}
	for _, f := range t.threads[:t.workers] {
		t.lock.Go(f)
	}
	if err := t.lock.WaitContext(ctx); err != nil {
		return err
	}
	t.lock.Go(t.threads[t.workers])
	return t.lock.WaitContext(ctx)
}

// sortTicking sorts runs of tick numbers and merges them.
func sortTicking(x, spare []int64, thread *gil.Thread) {
	p := background()
	for lo := 0; lo < len(x); lo += tick {
		if !thread.Tick() {
			return
		}
		quick(p, x[lo:min(lo+tick, len(x))])
	}
	mergeTicking(x, spare, tick, thread)
}

// mergeTicking is mergeRuns with a tick after every few numbers.
func mergeTicking(x, spare []int64, length int, thread *gil.Thread) {
	p := background()
	from, to := x, spare
	for ; length < len(x); length *= 2 {
		for at := 0; at < len(x); {
			end := min(at+tick, len(x))
			if !thread.Tick() {
				if &from[0] != &x[0] {
					copy(x, from)
				}
				return
			}
			mergeRange(p, to, from, length, at, end)
			at = end
		}
		from, to = to, from
	}
	if len(x) > 0 && &from[0] != &x[0] {
		copy(x, from)
	}
}
