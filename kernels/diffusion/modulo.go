package diffusion

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// SerialModulo is [Serial] as one writes it down first: a loop over the cells,
// with the remainder of a division to find the neighbours across the edge. Two
// divisions a cell, and no slice whose bounds the compiler knows, make it about
// ten times slower.
func SerialModulo(g *Grid, steps int) *Grid {
	mustBeFine(g, steps, 0)
	g, _ = newTwin(g, steps).modulo(context.Background())
	return g
}

func (t *twin) modulo(ctx context.Context) (*Grid, error) {
	p := poll.New(ctx)
	for step := range t.steps {
		if err := sweepModulo(p, t.after(step+1), t.after(step)); err != nil {
			return t.result(step), err
		}
	}
	return t.result(t.steps), nil
}

func sweepModulo(p poll.Poll, to, from *Grid) error {
	rows, cols := from.Rows, from.Cols
	u := from.Cells
	budget := 0
	for y := range rows {
		if budget -= cols; budget < 0 {
			if p.Stopped() {
				return p.Err()
			}
			budget = pollEvery
		}
		for x := range cols {
			to.Cells[y*cols+x] = next(
				u[(y+rows-1)%rows*cols+x],
				u[(y+1)%rows*cols+x],
				u[y*cols+(x+cols-1)%cols],
				u[y*cols+(x+1)%cols],
				u[y*cols+x], Rate)
		}
	}
	return nil
}
