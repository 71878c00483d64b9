// Package diffusion lets something spread on a square grid whose edges are
// joined: heat in a plate, ink in water.
//
//	g := diffusion.Start(640, 640)    // a block in the middle
//	g = diffusion.Serial(g, 500)      // 500 steps later
//	g = diffusion.SIMD(g, 500)        // the same, to the last bit
//	g = diffusion.GoroutineSIMDSkew(g, 500, 2)
//
// One step gives each cell u with its four neighbours the value
//
//	u + 0.1·(((north + south) + (west + east)) - 4u)
//
// evaluated in this order with every operation rounded, on all machines and in
// all variants, so that all give the same bits. (This holds while 4u is finite.)
//
// A step does 7 operations for each cell but has to move 16 bytes, so what
// counts is where the grid is: in cache or in memory. The variants with Skew
// do several steps for each time that the grid passes through the cache.
//
// The equation, the start and 500 steps are those of Gorelick and Ozsvald, "High
// Performance Python", chapter 6.
package diffusion

import (
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/internal/mem"
)

// Rate is D·dt, the part of the difference to its neighbours that a cell makes
// up for in a step: the book's D = 1 and dt = 0.1. From 0.25 on the grid would
// swing.
const Rate = 0.1

// A Grid is what has spread so far. Functions of this package return a new
// one and leave the one they are given as it is.
type Grid struct {
	Rows, Cols int
	Steps      int       // done since the start
	Cells      []float64 // row by row
}

// New returns a grid of zeros. It panics if rows or cols is negative or there
// would be more than 2³¹-1 cells.
func New(rows, cols int) *Grid {
	if err := check(rows, cols); err != nil {
		panic(fmt.Errorf("diffusion: %w", err))
	}
	return &Grid{Rows: rows, Cols: cols, Cells: mem.Make[float64](rows * cols)}
}

// Start returns the book's start: 0.005 in the rows and columns from 0.4 to 0.5
// of the way, 0 elsewhere. It panics as [New] does.
func Start(rows, cols int) *Grid {
	g := New(rows, cols)
	for y := int(0.4 * float64(rows)); y < int(0.5*float64(rows)); y++ {
		row := g.Row(y)
		for x := int(0.4 * float64(cols)); x < int(0.5*float64(cols)); x++ {
			row[x] = 0.005
		}
	}
	return g
}

// At returns the value at a row and a column.
func (g *Grid) At(row, col int) float64 { return g.Cells[row*g.Cols+col] }

// Row returns a row; changing it changes the grid.
func (g *Grid) Row(row int) []float64 { return g.Cells[row*g.Cols : (row+1)*g.Cols] }

// Sum returns the sum of all cells, which steps do not change but for rounding.
func (g *Grid) Sum() float64 {
	sum := 0.0
	for _, u := range g.Cells {
		sum += u
	}
	return sum
}

// Checksum returns Σ uᵢ·(i mod 97 + 1) over the cells in order, to compare
// grids by.
func (g *Grid) Checksum() float64 {
	sum, weight := 0.0, 1.0
	for _, u := range g.Cells {
		sum += float64(u * weight)
		if weight++; weight > 97 {
			weight = 1
		}
	}
	return sum
}

// String says what it is, with the sum: "diffusion 640×640, 500 steps, sum 20.48".
func (g *Grid) String() string {
	return fmt.Sprintf("diffusion %d×%d, %d steps, sum %.6g", g.Rows, g.Cols, g.Steps, g.Sum())
}

// next is one cell's step. The conversions forbid fused multiply-add.
func next(north, south, west, east, u, k float64) float64 {
	return u + float64(k*(((north+south)+(west+east))-float64(4*u)))
}

// row is rowAVX2 in Go: it sets keep[x] = down[x], then to[x] to the next value
// of the cell whose row is mid[1:] and whose neighbours are up, down and mid.
// mid has two elements more than to: the neighbours beyond both ends.
func row(to, keep, up, mid, down []float64, k float64) {
	n := len(to)
	keep, up, mid, down = keep[:n], up[:n], mid[:n+2], down[:n]
	for x := range to {
		s := down[x]
		keep[x] = s
		to[x] = next(up[x], s, mid[x], mid[x+2], mid[x+1], k)
	}
}

// check says what is wrong with the dimensions of a grid.
func check(rows, cols int) error {
	if rows < 0 {
		return fmt.Errorf("negative number of rows %d", rows)
	}
	if cols < 0 {
		return fmt.Errorf("negative number of columns %d", cols)
	}
	if rows > math.MaxInt32 || cols > math.MaxInt32 || int64(rows)*int64(cols) > math.MaxInt32 {
		return fmt.Errorf("%d rows times %d columns are more than %d cells", rows, cols, math.MaxInt32)
	}
	return nil
}

// mustBeFine checks what a typed function is given.
func mustBeFine(g *Grid, steps, workers int) {
	if err := checkRun(g, steps, workers); err != nil {
		panic(fmt.Errorf("diffusion: %w", err))
	}
}

func checkRun(g *Grid, steps, workers int) error {
	if g == nil {
		return fmt.Errorf("no grid")
	}
	if err := check(g.Rows, g.Cols); err != nil {
		return err
	}
	if len(g.Cells) != g.Rows*g.Cols {
		return fmt.Errorf("grid of %d rows and %d columns has %d cells", g.Rows, g.Cols, len(g.Cells))
	}
	if steps < 0 {
		return fmt.Errorf("negative number of steps %d", steps)
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}
