package canvas

import "math"

// A contour is a line through points, in pixels of the picture.
type contour struct {
	points []point
	closed bool
}

// A path is a list of contours. Curves are cut into straight pieces when they
// are added, no further than flatness from the curve.
type path struct {
	contours []contour
}

const flatness = 0.08 // pixels

// maxPieces bounds the pieces of one curve: a circle of a million pixels is not
// drawn to the last pixel.
const maxPieces = 400

func (p *path) reset() { p.contours = p.contours[:0] }

func (p *path) moveTo(at point) {
	p.contours = append(p.contours, contour{points: []point{at}})
}

// last returns the contour that is being drawn; a path without one begins at
// the given point, one that was closed goes on at its begin.
func (p *path) last(at point) *contour {
	if len(p.contours) == 0 {
		p.moveTo(at)
	} else if c := &p.contours[len(p.contours)-1]; c.closed {
		p.moveTo(c.points[0])
	}
	return &p.contours[len(p.contours)-1]
}

func (p *path) lineTo(to point) {
	c := p.last(to)
	if c.points[len(c.points)-1] != to {
		c.points = append(c.points, to)
	}
}

func (p *path) cubicTo(c1, c2, to point) {
	c := p.last(c1)
	from := c.points[len(c.points)-1]
	// The second differences bound how far a piece can lie from the curve.
	dd := math.Max(
		math.Hypot(from.x-2*c1.x+c2.x, from.y-2*c1.y+c2.y),
		math.Hypot(c1.x-2*c2.x+to.x, c1.y-2*c2.y+to.y))
	n := pieces(math.Sqrt(0.75 * dd / flatness))
	for i := 1; i < n; i++ {
		t := float64(i) / float64(n)
		u := 1 - t
		a, b, d, e := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		c.points = append(c.points, point{
			a*from.x + b*c1.x + d*c2.x + e*to.x,
			a*from.y + b*c1.y + d*c2.y + e*to.y,
		})
	}
	c.points = append(c.points, to)
}

func (p *path) quadTo(c1, to point) {
	from := c1
	if len(p.contours) > 0 {
		c := p.last(c1)
		from = c.points[len(c.points)-1]
	}
	third := func(a, b point) point { return point{a.x + (b.x-a.x)*2/3, a.y + (b.y-a.y)*2/3} }
	p.cubicTo(third(from, c1), third(to, c1), to)
}

// arc adds a part of an ellipse that is a circle before m. It goes from the
// angle start to end, against the clock if back is set.
func (p *path) arc(m matrix, x, y, rx, ry, turn, start, end float64, back bool) {
	sweep := end - start
	switch {
	case !back && sweep >= 2*math.Pi, back && -sweep >= 2*math.Pi:
		sweep = math.Copysign(2*math.Pi, sweep)
	case back && sweep > 0:
		sweep = math.Mod(sweep, 2*math.Pi) - 2*math.Pi
	case !back && sweep < 0:
		sweep = math.Mod(sweep, 2*math.Pi) + 2*math.Pi
	}
	radius := math.Max(math.Abs(rx), math.Abs(ry)) * m.scale()
	// A chord over the angle 2·acos(1 − flatness/r) lies flatness inside the circle.
	step := math.Pi / 2
	if radius > flatness {
		step = 2 * math.Acos(1-flatness/radius)
	}
	n := pieces(math.Abs(sweep) / step)
	sin, cos := math.Sincos(turn)
	for i := range n + 1 {
		s, c := math.Sincos(start + sweep*float64(i)/float64(n))
		px, py := rx*c, ry*s
		p.lineTo(m.apply(x+px*cos-py*sin, y+px*sin+py*cos))
	}
}

func pieces(n float64) int {
	if !(n < maxPieces) {
		return maxPieces
	}
	return max(1, int(math.Ceil(n)))
}

func (p *path) close() {
	if n := len(p.contours); n > 0 {
		p.contours[n-1].closed = true
	}
}

// rectangle reports whether a path is one rectangle along the axes, as clips
// are nearly always.
func (p *path) rectangle() (x0, y0, x1, y1 float64, ok bool) {
	if len(p.contours) != 1 {
		return
	}
	q := p.contours[0].points
	if len(q) == 5 && q[4] == q[0] {
		q = q[:4]
	}
	if len(q) != 4 {
		return
	}
	if !(q[0].x == q[3].x && q[1].x == q[2].x && q[0].y == q[1].y && q[2].y == q[3].y ||
		q[0].y == q[3].y && q[1].y == q[2].y && q[0].x == q[1].x && q[2].x == q[3].x) {
		return
	}
	return min(q[0].x, q[2].x), min(q[0].y, q[2].y), max(q[0].x, q[2].x), max(q[0].y, q[2].y), true
}
