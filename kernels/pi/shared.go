package pi

import (
	"context"
	"sync"

	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/runtime/par"
)

// GoroutineShared is [Goroutine] as it should not be: all workers draw from one
// random generator under a lock. It throws the same darts, but each costs a lock
// that the others want too, so two workers mostly take longer than one: what the
// interpreter lock does to Python's threads. A negative n or number of workers
// is a panic.
func GoroutineShared(n int, seed uint64, workers int, opts ...par.Option) Estimate {
	mustBeFine(n, workers)
	return newSharedLoop(n, seed, workers).run(context.Background(), opts)
}

// A generator is SplitMix64 for several goroutines.
type generator struct {
	mu    sync.Mutex
	state uint64 // guarded by mu
}

func (g *generator) next() uint64 {
	g.mu.Lock()
	r := rng.Mix(g.state)
	g.state += rng.Step
	g.mu.Unlock()
	return r
}

// A sharedLoop is a loop that begins its generator anew in each run.
type sharedLoop struct {
	loop
	seed      uint64
	generator generator
}

func newSharedLoop(n int, seed uint64, workers int) *sharedLoop {
	l := &sharedLoop{seed: seed}
	l.n, l.workers = n, workers
	l.body = func(lo, hi int) {
		for lo < hi {
			to := min(lo+block, hi)
			inside := 0
			for range to - lo {
				r := l.generator.next()
				x, y := r>>33, r>>1&(1<<31-1)
				inside += int((x*x + y*y - 1<<62) >> 63)
			}
			l.inside.Add(int64(inside))
			l.darts.Add(int64(to - lo))
			lo = to
		}
	}
	return l
}

func (l *sharedLoop) run(ctx context.Context, opts []par.Option) Estimate {
	l.generator.state = rng.Start(l.seed, 0)
	return l.loop.run(ctx, opts)
}
