package diffusion

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/mem"
)

// SIMDSkew is [SIMD] with several steps for each time that the grid goes from
// memory through the cache ("time skewing"). Rows enter a pipeline four by
// four; as soon as there are enough rows of one step, four rows of the next are
// computed, and so on, so that rows leave the pipeline several steps later. Only
// six rows of each step are needed at a time; they stay in the second-level
// cache. A grid that fits in there itself is left to [SIMD].
//
// The method is that of Wonnacott, "Using Time Skewing to Eliminate Idle Time
// due to Memory Bandwidth and Network Limitations", IPDPS 2000. It needs two
// more grids, SIMD one. Interrupted, it returns the grid as it was some steps
// before; Grid.Steps says when. It panics as [Serial] does.
func SIMDSkew(g *Grid, steps int) *Grid {
	mustBeFine(g, steps, 0)
	g, _ = newSkewOrPlace(g, steps, 1)(context.Background())
	return g
}

// GoroutineSIMDSkew is [SIMDSkew] on the given number of workers (0:
// GOMAXPROCS). Each has its rows and computes a few of its neighbours' again
// rather than wait for them. It panics as Serial does and if workers is negative.
func GoroutineSIMDSkew(g *Grid, steps, workers int) *Grid {
	mustBeFine(g, steps, workers)
	g, _ = newSkewOrPlace(g, steps, share(g, workers))(context.Background())
	return g
}

// newSkewOrPlace returns what runs the steps the faster way.
func newSkewOrPlace(g *Grid, steps, workers int) func(context.Context) (*Grid, error) {
	if len(g.Cells)*8 <= level2()/2 || g.Rows < 4*batch {
		return newPlace(g, steps, workers).run
	}
	depth, width := plan(g.Rows/workers, g.Cols, steps, level2())
	return newSkew(g, steps, workers, depth, width).run
}

// batch is how many rows a stage of a pipeline computes at a time, ring how
// many it keeps for the next stage, which lags behind by one row.
const (
	batch = 4
	ring  = batch + 2
)

// plan chooses how many steps a pipeline does, and how many columns it is wide,
// for a strip of so many rows, so that the pipeline's rows fit in half the
// cache. Wide rows make calls few and little work double at a tile's sides; 1024
// columns are enough for that. If the strip comes from main memory, ten steps
// are worth rows that fit less well. More than 12 steps gain nothing, since fewer
// already hide the memory, and make more work double at a strip's ends: up to a
// 24th of its rows. All measured on an AMD EPYC (Zen 3) with 512 KiB.
func plan(rows, cols, steps, cache int) (depth, width int) {
	const enough, large = 1024, 64 << 20
	tiles := (cols + enough - 1) / enough
	width = roundUp((cols+tiles-1)/tiles, 8)
	depth = cache / 2 / (ring * 8 * width)
	if rows*cols*16 > large {
		depth = max(depth, 10)
	}
	return max(1, min(depth, 12, rows/24, steps)), width
}

// A skew is a twin whose passes do several steps each.
type skew struct {
	crew
	*twin
	depth  int // steps of a pass at most
	passes int
	width  int    // columns of a tile at most
	pipes  []pipe // one for each worker
	done   int    // whole passes; worker 0's
}

func newSkew(start *Grid, steps, workers, depth, width int) *skew {
	depth = max(1, depth)
	passes := (steps + depth - 1) / depth
	s := &skew{twin: newTwin(start, passes), depth: depth, passes: passes, width: width}
	s.steps = steps
	workers = max(1, min(workers, start.Rows))
	s.pipes = make([]pipe, workers)
	for i := range s.pipes {
		p := &s.pipes[i]
		p.stride = min(width, start.Cols) + 2*roundUp(depth, 8) + 2*lead + 16
		p.rows = mem.Make[float64](p.stride * (ring*depth + 1))
		p.surplus = p.rows[p.stride*ring*depth:]
	}
	s.set(workers, s.worker)
	return s
}

func (s *skew) run(ctx context.Context) (*Grid, error) {
	s.done = 0
	if len(s.start.Cells) == 0 || s.steps == 0 {
		g := s.result(0)
		g.Steps += s.steps
		return g, nil
	}
	err := s.crew.run(ctx)
	g := s.result(s.done)
	g.Steps = s.start.Steps + s.first(s.done)
	if s.done == s.passes {
		err = nil
	}
	return g, err
}

// first returns the first step of a pass: passes differ by a step at most.
func (s *skew) first(pass int) int { return s.steps * pass / s.passes }

func (s *skew) worker(worker int) {
	for pass := range s.passes {
		if !s.pass(worker, pass) {
			s.bar.leave()
			return
		}
		if s.size > 1 && !s.bar.wait(s.p) {
			return
		}
		if worker == 0 {
			s.done = pass + 1
		}
	}
}

// pass takes a worker's rows through its pipeline, tile by tile, and reports
// whether it came to the end.
func (s *skew) pass(worker, pass int) bool {
	p := &s.pipes[worker]
	rows, cols := s.start.Rows, s.start.Cols
	p.tier = s.tier
	p.depth = s.first(pass+1) - s.first(pass)
	p.from, p.to = s.after(pass), s.after(pass+1)
	p.top, p.bottom = rows*worker/s.size, rows*(worker+1)/s.size
	for p.left = 0; p.left < cols; p.left = p.right {
		p.right = min(cols, p.left+s.width)
		if !p.stream(s.p) {
			return false
		}
	}
	return true
}
