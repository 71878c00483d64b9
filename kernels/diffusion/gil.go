package diffusion

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
)

// GIL is [Serial] on threads (0: GOMAXPROCS) that have their rows and wait for
// one another after each step, as in [GoroutineSIMD], but compute under an
// interpreter lock: one at a time. It takes as long as Serial, and the time to hand over
// the lock. It panics as Serial does and if workers is negative.
func GIL(g *Grid, steps, workers int) *Grid {
	mustBeFine(g, steps, workers)
	g, _ = newLocked(g, steps, workers).run(context.Background())
	return g
}

// locked is threads under an interpreter lock.
type locked struct {
	*twin
	lock    *gil.Lock
	bar     barrier
	p       poll.Poll
	threads []func(t *gil.Thread)
	done    int // steps; the first thread's
}

func newLocked(start *Grid, steps, workers int) *locked {
	l := &locked{twin: newTwin(start, steps), lock: gil.New()}
	l.threads = make([]func(*gil.Thread), atMost(workers, start.Rows))
	for i := range l.threads {
		lo, hi := start.Rows*i/len(l.threads), start.Rows*(i+1)/len(l.threads)
		var together bool
		wait := func() { together = l.bar.wait(l.p) }
		l.threads[i] = func(t *gil.Thread) {
			for step := range steps {
				if !l.rows(t, step, lo, hi) {
					l.bar.leave()
					return
				}
				if len(l.threads) > 1 {
					if t.Block(wait); !together {
						return
					}
				}
				if i == 0 {
					l.done = step + 1
				}
			}
		}
	}
	return l
}

// rows does a thread's part of a step and reports whether it came to the end.
func (l *locked) rows(t *gil.Thread, step, lo, hi int) bool {
	to, from := l.after(step+1), l.after(step)
	for y := lo; y < hi; y++ {
		if !t.Tick() {
			return false
		}
		north, south := from.neighbours(y)
		stepRow(to.Row(y), from.Row(north), from.Row(y), from.Row(south))
	}
	return true
}

func (l *locked) run(ctx context.Context) (*Grid, error) {
	l.p, l.done = poll.New(ctx), 0
	if l.p.Stopped() {
		return l.result(0), l.p.Err()
	}
	l.bar.reset(len(l.threads))
	for _, f := range l.threads {
		l.lock.Go(f)
	}
	if err := l.lock.WaitContext(ctx); err != nil && l.done < l.steps {
		return l.result(l.done), err
	}
	return l.result(l.steps), nil
}
