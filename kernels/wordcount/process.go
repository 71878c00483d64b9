package wordcount

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Goroutine] with worker processes: parts of the text are sent to them
// and counts sent back, on each call. Starting them is a part of it. The program
// must call proc.Main with the Kernel's Tasks, as a session does.
func Process(text []byte, workers int) ([]Count, error) {
	c, err := newCrew(text, workers)
	if err != nil {
		return nil, err
	}
	err = c.run(context.Background())
	if e := c.pool.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	return sorted(c.whole.appendTo(nil)), nil
}

var countTask = proc.NewTask("wordcount.count", func(ctx context.Context, text []byte) ([]Count, error) {
	on := poll.New(ctx)
	var t table
	if !t.count(func() bool { return !on.Stopped() }, text) {
		return nil, on.Err()
	}
	return t.appendTo(nil), nil
})

// letter is about how many bytes are sent at a time: some ms to count.
const letter = 1 << 20

// A crew is worker processes and the parts of the text.
type crew struct {
	pool  *proc.Pool
	parts [][]byte
	whole table
}

func newCrew(text []byte, workers int) (*crew, error) {
	if err := check(0, workers); err != nil {
		return nil, fmt.Errorf("wordcount: %w", err)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("wordcount: %w", err)
	}
	c := &crew{pool: pool}
	parts := max(workers, len(text)/letter)
	for k := range parts {
		c.parts = append(c.parts, text[cut(text, k, parts):cut(text, k+1, parts)])
	}
	return c, nil
}

func (c *crew) run(ctx context.Context) error {
	lists, err := proc.Map[[]byte, []Count](ctx, c.pool, countTask.Name(), c.parts, proc.Chunk(1))
	if err != nil {
		return err
	}
	c.whole.begin()
	for _, list := range lists {
		for _, one := range list {
			word, hash, _ := next([]byte(one.Word), 0, c.whole.buf)
			c.whole.add(word, hash, one.N)
		}
	}
	return nil
}
