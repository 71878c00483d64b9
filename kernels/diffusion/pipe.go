package diffusion

import (
	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// A pipe is one worker's pipeline: the tile of the grid that it works on, and
// the rows under way.
//
// In each turn stage 1 computes rows a to a+3 one step on from rows a-1 to a+4 of
// the grid, and stage k rows a-k+1 to a-k+4 from the rows a-k to a-k+5 of the stage
// before it. What comes out of the last stage is rows of the new grid.
//
// If the tile is as wide as the grid, rows are kept with the neighbours across
// the edge at both ends. Otherwise stage k computes depth-k columns more on both
// sides, as many as the stages behind it need, rounded up to whole vectors; what
// it computes beyond is never used.
type pipe struct {
	from, to                 *Grid
	top, bottom, left, right int
	depth                    int // stages
	tier                     cpu.Tier

	stride  int
	rows    []float64        // a ring of rows for each stage; stage 0 is for copies of the grid's
	surplus []float64        // where rows go that are not wanted
	out     [batch][]float64 // what is being computed
	in      [ring][]float64  // from what
	_       [64]byte
}

// stream computes the tile and reports whether it came to the end.
func (p *pipe) stream(ask poll.Poll) bool {
	whole := p.right-p.left == p.from.Cols && p.from.Cols >= 3
	budget := 0
	// The last stage shall begin with row top and be given what it needs, in
	// as many turns as that takes.
	start := p.top + p.depth - 1 - roundUp(2*p.depth-2, batch)
	for a := start; a-p.depth+1 < p.bottom; a += batch {
		if budget -= batch * p.depth * (p.right - p.left); budget < 0 {
			if ask.Stopped() {
				return false
			}
			budget = pollEvery * 4
		}
		for k := 1; k <= p.depth && a-k+1+batch > p.top-p.depth+k; k++ {
			switch {
			case !whole:
				p.stage(k, a-k+1, a > start)
			case k == 1:
				p.firstWhole(a)
			default:
				p.stageWhole(k, a-k+1)
			}
		}
	}
	return true
}

// stageWhole computes four rows of a stage, from first on, of a tile as wide as
// the grid.
func (p *pipe) stageWhole(k, first int) {
	cols := p.from.Cols
	p.aim(k, first, lead, cols)
	for r := range p.in {
		p.in[r] = p.row(k-1, first-1+r)[lead-1:][:cols+2]
	}
	stepQuad(p.tier, &p.out, &p.in)
	p.joinOut(k, first)
}

// firstWhole is stageWhole for the first stage, which takes rows as they are in
// the grid, so that the cells at the edges are apart.
func (p *pipe) firstWhole(first int) {
	cols := p.from.Cols
	p.aim(1, first, lead, cols)
	for r := range p.in {
		p.in[r] = p.from.Row(mod(first-1+r, p.from.Rows))
	}
	last := cols - 1
	for r, to := range p.out {
		up, mid, down := p.in[r], p.in[r+1], p.in[r+2]
		to[0] = next(up[0], down[0], mid[last], mid[1], mid[0], Rate)
		to[last] = next(up[last], down[last], mid[last-1], mid[0], mid[last], Rate)
		p.out[r] = to[1:last]
	}
	stepQuad(p.tier, &p.out, &p.in)
	p.joinOut(1, first)
}

// joinOut writes the neighbours across the edge to the rows of a stage, unless
// they are in the new grid.
func (p *pipe) joinOut(k, first int) {
	if k == p.depth {
		return
	}
	for r := range batch {
		join(p.row(k, first+r)[lead-1:][:p.from.Cols+2])
	}
}

// stage computes four rows of a stage, from first on, of a tile with columns on
// both sides. The last two rows of the grid that the turn before read are copied,
// if they had to be, when again is true.
func (p *pipe) stage(k, first int, again bool) {
	halo := roundUp(p.depth, 8)
	lo := (halo - p.depth + k) &^ 7 // counted from halo columns left of the tile
	n := roundUp(halo+p.right-p.left+p.depth-k-lo, 8)
	if k == p.depth {
		lo, n = halo, p.right-p.left
	}
	p.aim(k, first, lead+lo, n)
	for r := range p.in {
		if k > 1 {
			p.in[r] = p.row(k-1, first-1+r)[lead+lo-1:][:n+2]
		} else {
			p.in[r] = p.input(first-1+r, p.left-halo+lo-1, n+2, again && r < ring-batch)
		}
	}
	stepQuad(p.tier, &p.out, &p.in)
}

// aim sets p.out to n elements, from element at on, of four rows of a stage, or of
// the new grid if it is the last stage.
func (p *pipe) aim(k, first, at, n int) {
	for r := range p.out {
		switch row := first + r; {
		case k < p.depth:
			p.out[r] = p.row(k, row)[at:][:n]
		case row < p.top || row >= p.bottom:
			p.out[r] = p.surplus[:n]
		default:
			p.out[r] = p.to.Row(row)[p.left:p.right]
		}
	}
}

// input returns n columns of a row of the grid, both counted around the edges.
// Where they go across the right or left edge they are copied, unless they
// have been.
func (p *pipe) input(row, col, n int, copied bool) []float64 {
	if col >= 0 && col+n <= p.from.Cols {
		return p.from.Row(mod(row, p.from.Rows))[col:][:n]
	}
	to := p.row(0, row)[lead-1:][:n]
	if !copied {
		p.from.wrapped(to, row, col)
	}
	return to
}

// row returns the place of a row of a stage.
func (p *pipe) row(stage, row int) []float64 {
	return p.rows[(stage*ring+mod(row, ring))*p.stride:][:p.stride]
}

// wrapped copies a piece of a row, both counted around the edges.
func (g *Grid) wrapped(to []float64, row, col int) {
	from := g.Row(mod(row, g.Rows))
	for col = mod(col, g.Cols); len(to) > 0; col = 0 {
		to = to[copy(to, from[col:]):]
	}
}

// mod is i modulo n, never negative.
func mod(i, n int) int {
	if i %= n; i < 0 {
		i += n
	}
	return i
}

// quad is quadAVX2 in Go: to[r] becomes the next state of the row from[r+1], which
// begins one column before it, as the other rows of from do.
func quad(to *[batch][]float64, from *[ring][]float64, k float64) {
	n := len(to[0])
	for r := range to {
		to, up, mid, down := to[r][:n], from[r][1:n+1], from[r+1][:n+2], from[r+2][1:n+1]
		for x := range to {
			to[x] = next(up[x], down[x], mid[x], mid[x+2], mid[x+1], k)
		}
	}
}
