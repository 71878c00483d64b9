package counter

import (
	"context"

	"github.com/weft-go/weft/runtime/gil"
)

// GIL has threads (0: GOMAXPROCS) share n additions under an interpreter lock,
// and returns the count. The lock changes hands between turns of a thousand
// additions, never in the midst of one, so a plain addition is safe, which is what a
// program may come to rely on without knowing. (CPython may switch between the
// reading and the writing of x += 1: its threads lose updates too, only seldom.)
func GIL(n, workers int) int {
	mustBeFine(n, workers)
	g := newUnderGIL(n, workers)
	_ = g.run(background)
	return g.count
}

type underGIL struct {
	lock    *gil.Lock
	threads []func(t *gil.Thread)
	count   int // whoever holds lock
}

func newUnderGIL(n, workers int) *underGIL {
	g := &underGIL{lock: gil.New(), threads: make([]func(*gil.Thread), or(workers))}
	for i := range g.threads {
		own := share(n, i, len(g.threads))
		g.threads[i] = func(t *gil.Thread) {
			for left := own; left > 0 && t.Tick(); left -= block {
				for range min(left, block) {
					g.count++
				}
			}
		}
	}
	return g
}

func (g *underGIL) run(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	g.count = 0
	for _, f := range g.threads {
		g.lock.Go(f)
	}
	return g.lock.WaitContext(ctx)
}
