// Package julia computes a Julia set by escape time: for every pixel z of a
// picture it counts how often z can be replaced by z²+c before |z| reaches 2.
//
//	img := julia.Serial(1000, 1000, 300)
//	img.Sum()   // 33219980
//	img.Image() // the picture
//
// The work per pixel differs by a factor of the limit and lies in the middle
// rows, which makes it the classic example for schedules.
//
// The constant c, the plane and the checksum are those of Gorelick and
// Ozsvald, "High Performance Python", chapter 2. The arithmetic is float64
// without fused operations, so counts are the same on every machine.
package julia

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// The constant c of z²+c.
const (
	CRe = -0.62772
	CIm = -0.42193
)

// half is half the side of the square of the plane that a picture shows.
const half = 1.8

// A Set is a computed picture. Interpreted and compiled code may read its
// fields; whoever changes them answers for what Image shows.
type Set struct {
	Width, Height int
	Limit         int     // iterations after which a pixel counts as inside
	Counts        []int32 // iterations of each pixel, row by row, 0…Limit
}

// New returns a Set with all counts zero, for computing your own way. It
// panics if width, height or limit is negative or the picture has more than
// 2³¹-1 pixels.
func New(width, height, limit int) *Set {
	if err := check(width, height, limit); err != nil {
		panic(fmt.Errorf("julia: %w", err))
	}
	return &Set{width, height, limit, make([]int32, width*height)}
}

func check(width, height, limit int) error {
	for _, arg := range []struct {
		name  string
		value int
	}{{"width", width}, {"height", height}, {"limit", limit}} {
		if arg.value < 0 {
			return fmt.Errorf("negative %s %d", arg.name, arg.value)
		}
		if arg.value > math.MaxInt32 {
			return fmt.Errorf("%s %d is larger than %d", arg.name, arg.value, math.MaxInt32)
		}
	}
	if int64(width)*int64(height) > math.MaxInt32 {
		return fmt.Errorf("width %d times height %d is more than %d pixels", width, height, math.MaxInt32)
	}
	return nil
}

// Sum returns the sum of all counts: the number of iterations done, and a
// checksum.
func (s *Set) Sum() int {
	sum := 0
	for _, n := range s.Counts {
		sum += int(n)
	}
	return sum
}

// At returns the count of pixel (x, y). (0, 0) is the upper left.
func (s *Set) At(x, y int) int { return int(s.Counts[y*s.Width+x]) }

// Row returns the counts of row y; changing them changes the Set.
func (s *Set) Row(y int) []int32 { return s.Counts[y*s.Width : (y+1)*s.Width] }

// Bounds returns the picture's rectangle.
func (s *Set) Bounds() image.Rectangle { return image.Rect(0, 0, s.Width, s.Height) }

// String says what it is, with the checksum: "julia 1000×1000, 300 iterations, sum 33219980".
func (s *Set) String() string {
	return fmt.Sprintf("julia %d×%d, %d iterations, sum %d", s.Width, s.Height, s.Limit, s.Sum())
}

// plane returns the place of pixel (0, 0) and the distance of neighbours. The
// square [-1.8, 1.8]² fills the shorter side; the longer one shows more.
func (s *Set) plane() (left, top, step float64) {
	shorter := float64(max(1, min(s.Width, s.Height)))
	step = 2 * half / shorter
	return -half * (float64(s.Width) / shorter), half * (float64(s.Height) / shorter), step
}

// pollEvery is after how many iterations a row asks whether to stop, some ms.
const pollEvery = 1 << 20

// fill computes row y and reports whether it came to the end; p may stop it.
func (s *Set) fill(y int, p poll.Poll) bool {
	left, top, step := s.plane()
	im := top - float64(float64(y)*step)
	budget := pollEvery
	row := s.Row(y)
	for x := range row {
		zr, zi := left+float64(float64(x)*step), im
		count := 0
		for {
			// The conversions keep compilers for machines with fused
			// multiply-add from using it, which could change counts.
			n, most := 0, min(s.Limit-count, budget)
			rr, ii := float64(zr*zr), float64(zi*zi)
			for n < most && rr+ii < 4 {
				zi = float64(2*zr*zi) + CIm
				zr = rr - ii + CRe
				rr, ii = float64(zr*zr), float64(zi*zi)
				n++
			}
			count += n
			budget -= n + 1
			if budget > 0 || n < most {
				break
			}
			if p.Stopped() {
				return false
			}
			budget = pollEvery
		}
		row[x] = int32(count)
	}
	return true
}

// rows computes rows [lo, hi) one after the other.
func (s *Set) rows(ctx poll.Poll, lo, hi int) error {
	for y := lo; y < hi; y++ {
		if ctx.Stopped() || !s.fill(y, ctx) {
			return ctx.Err()
		}
	}
	return nil
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
