package diffusion

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial does steps steps row by row, in plain Go. Interrupted, it returns the
// grid after as many whole steps as Grid.Steps says. It panics if steps is
// negative or g.Cells does not fit its dimensions.
func Serial(g *Grid, steps int) *Grid {
	mustBeFine(g, steps, 0)
	g, _ = newTwin(g, steps).serial(context.Background())
	return g
}

// A twin steps from one grid into another and back, the way of all variants
// that are not in place. The start is only read.
type twin struct {
	start *Grid
	steps int
	other [2]*Grid // the state after an even, and after an odd number of steps
}

func newTwin(start *Grid, steps int) *twin {
	return &twin{start, steps, [2]*Grid{New(start.Rows, start.Cols), New(start.Rows, start.Cols)}}
}

// after returns the grid that holds the state after so many steps.
func (t *twin) after(steps int) *Grid {
	if steps == 0 {
		return t.start
	}
	return t.other[steps%2]
}

// result returns the state after so many steps and never the start itself.
func (t *twin) result(steps int) *Grid {
	g := t.other[steps%2]
	if steps == 0 {
		copy(g.Cells, t.start.Cells)
	}
	g.Steps = t.start.Steps + steps
	return g
}

func (t *twin) serial(ctx context.Context) (*Grid, error) {
	p := poll.New(ctx)
	for step := range t.steps {
		if err := sweep(p, t.after(step+1), t.after(step), 0, t.start.Rows); err != nil {
			return t.result(step), err
		}
	}
	return t.result(t.steps), nil
}

// pollEvery is after how many cells a sweep asks whether to stop: in plain Go
// a tenth of a millisecond, where it is slowest some milliseconds.
const pollEvery = 1 << 17

// sweep does one step of rows [lo, hi) or returns why it was stopped.
func sweep(p poll.Poll, to, from *Grid, lo, hi int) error {
	budget := 0
	for y := lo; y < hi; y++ {
		if budget -= from.Cols; budget < 0 {
			if p.Stopped() {
				return p.Err()
			}
			budget = pollEvery
		}
		north, south := from.neighbours(y)
		stepRow(to.Row(y), from.Row(north), from.Row(y), from.Row(south))
	}
	return nil
}

// neighbours returns the rows above and below.
func (g *Grid) neighbours(row int) (north, south int) {
	north, south = row-1, row+1
	if row == 0 {
		north = g.Rows - 1
	}
	if south == g.Rows {
		south = 0
	}
	return north, south
}

// stepRow sets to to the next state of mid, the rows above and below which are
// up and down.
func stepRow(to, up, mid, down []float64) {
	last := len(mid) - 1
	if last < 0 {
		return
	}
	to, up, down = to[:last+1], up[:last+1], down[:last+1]
	to[0] = next(up[0], down[0], mid[last], mid[min(1, last)], mid[0], Rate)
	for x := 1; x < last; x++ {
		to[x] = next(up[x], down[x], mid[x-1], mid[x+1], mid[x], Rate)
	}
	if last > 0 {
		to[last] = next(up[last], down[last], mid[last-1], mid[0], mid[last], Rate)
	}
}
