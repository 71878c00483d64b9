package dedupe

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Goroutine] on threads of which only the one that holds the
// interpreter's lock works. It does the same as Goroutine, so it is slower than
// SerialDense with any number of them.
func GIL(text []byte, workers int) ([]Road, error) {
	if err := checkWorkers(workers); err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	t := newThreads(text, workers)
	if err := t.run(context.Background()); err != nil {
		return nil, err
	}
	return t.plan.roads(), nil
}

// threads runs a plan under a lock. Its closures are made once.
type threads struct {
	plan            *plan
	lock            *gil.Lock
	reduce, compare []func(*gil.Thread)
	units           int // of this run
}

func newThreads(text []byte, workers int) *threads {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	t := &threads{plan: newPlan(text, workers, false), lock: gil.New()}
	n := len(t.plan.parts)
	for k := range n {
		t.reduce = append(t.reduce, func(thread *gil.Thread) {
			t.plan.parts[k].every = 1
			t.plan.reduce(k, thread.Tick)
		})
		t.compare = append(t.compare, func(thread *gil.Thread) {
			for i := k; i < t.units && thread.Tick(); i += n {
				t.plan.filter(i)
			}
		})
	}
	return t
}

func (t *threads) run(ctx context.Context) error {
	p := t.plan
	for k := range p.parts {
		p.parts[k].bad = -1
	}
	err := t.all(ctx, t.reduce)
	if wrong := p.wrong(); wrong != nil {
		return wrong
	}
	if err != nil {
		return err
	}
	if t.units = p.deal(); t.units > 0 {
		if err := t.all(ctx, t.compare); err != nil {
			return err
		}
	}
	p.place()
	for i := range t.units {
		p.move(i)
	}
	return nil
}

// all runs a thread for each function and waits for them.
func (t *threads) all(ctx context.Context, fs []func(*gil.Thread)) error {
	for _, f := range fs {
		t.lock.Go(f)
	}
	return t.lock.WaitContext(ctx)
}
