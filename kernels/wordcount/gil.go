package wordcount

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [SerialHash] on threads of which only the one that holds the
// interpreter's lock counts; they share one table, which under that lock needs no
// other. It is no faster with more of them.
func GIL(text []byte, workers int) ([]Count, error) {
	if err := check(0, workers); err != nil {
		return nil, fmt.Errorf("wordcount: %w", err)
	}
	t := newThreads(text, workers)
	if err := t.run(context.Background()); err != nil {
		return nil, err
	}
	return sorted(t.table.appendTo(nil)), nil
}

// tick is how many words a thread counts before the lock may change hands: a few
// microseconds.
const tick = 128

// threads counts under a lock. Its closures are made once.
type threads struct {
	lock  *gil.Lock
	parts []func(*gil.Thread)
	table table
}

func newThreads(text []byte, workers int) *threads {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	t := &threads{lock: gil.New()}
	for k := range workers {
		own := text[cut(text, k, workers):cut(text, k+1, workers)]
		var buf []byte
		t.parts = append(t.parts, func(thread *gil.Thread) {
			for at, turn := 0, 0; at < len(own); turn++ {
				if turn%tick == 0 && !thread.Tick() {
					return
				}
				var hash uint64
				buf, hash, at = next(own, at, buf)
				if len(buf) > 0 {
					t.table.add(buf, hash, 1)
				}
			}
		})
	}
	return t
}

func (t *threads) run(ctx context.Context) error {
	t.table.begin()
	for _, f := range t.parts {
		t.lock.Go(f)
	}
	return t.lock.WaitContext(ctx)
}
