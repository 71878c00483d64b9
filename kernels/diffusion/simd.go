package diffusion

import (
	"context"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . diffusion

// SIMD is [Serial] with vector instructions, in place: a row takes the place of
// its old state, of which two rows are kept until they are no longer needed. So
// a step reads and writes one grid instead of reading one, fetching the other
// and writing it. Interrupted, it returns a grid with rows of different times;
// Grid.Steps says how many steps are complete.
func SIMD(g *Grid, steps int) *Grid {
	mustBeFine(g, steps, 0)
	g, _ = newPlace(g, steps, 1).run(context.Background())
	return g
}

// GoroutineSIMD is [SIMD] on the given number of workers (0: GOMAXPROCS). Each
// has its rows, the same in all steps, and waits for the others after each
// step. Small grids are left to one worker, and no worker has less than one row.
// It panics as Serial does and if workers is negative.
func GoroutineSIMD(g *Grid, steps, workers int) *Grid {
	mustBeFine(g, steps, workers)
	g, _ = newPlace(g, steps, share(g, workers)).run(context.Background())
	return g
}

// share returns how many workers are worth while: see small in goroutine.go.
// Vector instructions make steps four times shorter, barriers make the rest so.
func share(g *Grid, workers int) int {
	if len(g.Cells) <= small {
		return 1
	}
	return atMost(workers, g.Rows)
}

// atMost replaces the number of workers 0 by GOMAXPROCS and leaves no worker
// without a row, but for one.
func atMost(workers, rows int) int {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return max(1, min(workers, rows))
}

// A crew is a fixed number of workers that stay for a whole run.
type crew struct {
	size int
	bar  barrier
	tier cpu.Tier
	p    poll.Poll
	work func(worker int) // returns early if the run shall stop
	opts []par.Option
}

func (c *crew) set(size int, work func(worker int)) {
	c.size, c.work = size, work
	c.opts = []par.Option{par.Workers(size), par.Static(1)}
}

// run has all workers do their work, and tells why they stopped early.
func (c *crew) run(ctx context.Context) error {
	c.p, c.tier = poll.New(ctx), cpu.Best()
	c.bar.reset(c.size)
	if c.size == 1 {
		c.work(0)
	} else {
		par.For(c.size, c.work, c.opts...)
	}
	return c.p.Err()
}

// A place is a grid with what its workers need to step it in place.
type place struct {
	crew
	start  *Grid
	to     *Grid
	steps  int
	done   int     // whole steps; worker 0's
	strips []strip // one for each worker
}

// A strip is one worker's rows [lo, hi), and its old rows.
type strip struct {
	lo, hi int
	kept   [3][]float64 // with the neighbours across the edge at both ends
	// The first and the last row, for the neighbours, after steps with an even
	// and with an odd number: the owner writes one while others read the other.
	first, last [2][]float64
	_           [64]byte
}

// lead is how many elements there are before a kept row: one is the
// neighbour across the edge, eight keep the row aligned.
const lead = 8

func newPlace(start *Grid, steps, workers int) *place {
	pl := &place{start: start, to: New(start.Rows, start.Cols), steps: steps}
	workers = max(1, min(workers, start.Rows))
	pl.strips = make([]strip, workers)
	stride := roundUp(start.Cols+lead+1, 8)
	for i := range pl.strips {
		s := &pl.strips[i]
		s.lo, s.hi = start.Rows*i/workers, start.Rows*(i+1)/workers
		buf := mem.Make[float64](7 * stride)
		row := func(n int) []float64 { return buf[n*stride+lead-1:][:start.Cols+2] }
		for k := range s.kept {
			s.kept[k] = row(k)
		}
		for k := range s.first {
			s.first[k], s.last[k] = row(3 + k)[1:start.Cols+1], row(5 + k)[1:start.Cols+1]
		}
	}
	pl.set(workers, pl.worker)
	return pl
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }

func (pl *place) run(ctx context.Context) (*Grid, error) {
	pl.done = 0
	pl.to.Steps = pl.start.Steps
	if pl.steps == 0 || len(pl.start.Cells) == 0 {
		copy(pl.to.Cells, pl.start.Cells)
		pl.to.Steps += pl.steps
		return pl.to, nil
	}
	err := pl.crew.run(ctx)
	pl.to.Steps += pl.done
	if pl.done == pl.steps {
		err = nil
	}
	return pl.to, err
}

// worker steps one strip, in step with the other workers.
func (pl *place) worker(worker int) {
	for step := range pl.steps {
		if !pl.step(worker, step) {
			pl.bar.leave()
			return
		}
		if pl.size > 1 && !pl.bar.wait(pl.p) {
			return
		}
		if worker == 0 {
			pl.done = step + 1
		}
	}
}

// step does one step of a strip: the first from the start to pl.to, the others
// in place. It reports whether it came to its end.
func (pl *place) step(worker, step int) bool {
	s := &pl.strips[worker]
	from := pl.to
	above, below := len(pl.strips)-1, 0
	if worker > 0 {
		above = worker - 1
	}
	if worker+1 < len(pl.strips) {
		below = worker + 1
	}
	up, end := pl.strips[above].last[step%2], pl.strips[below].first[step%2]
	if step == 0 {
		from = pl.start
		north, _ := from.neighbours(s.lo)
		_, south := from.neighbours(s.hi - 1)
		up, end = from.Row(north), from.Row(south)
	}
	mid, keep, next := s.kept[0], s.kept[1], s.kept[2]
	copy(mid[1:], from.Row(s.lo))
	join(mid)
	budget := 0
	for y := s.lo; y < s.hi; y++ {
		if budget -= len(up); budget < 0 {
			if pl.p.Stopped() {
				return false
			}
			budget = pollEvery * 4
		}
		down := end
		if y+1 < s.hi {
			down = from.Row(y + 1)
		}
		stepInto(pl.tier, pl.to.Row(y), keep[1:], up, mid, down)
		join(keep)
		up, mid, keep, next = mid[1:len(mid)-1], keep, next, mid
	}
	copy(s.first[(step+1)%2], pl.to.Row(s.lo))
	copy(s.last[(step+1)%2], pl.to.Row(s.hi-1))
	return true
}

// join writes the neighbours across the edge to both ends of a row.
func join(row []float64) {
	row[0], row[len(row)-1] = row[len(row)-2], row[1]
}
