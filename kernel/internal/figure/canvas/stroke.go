package canvas

import "math"

// A pen is how a line is drawn; lengths are in pixels of the picture.
type pen struct {
	width      float64
	cap, join  string // butt round square; miter round bevel
	miterLimit float64
	dash       []float64
	offset     float64
}

// outline returns what the pen covers when it follows a path, as convex pieces
// that all turn the same way: a piece for every straight part, one for every
// corner's outer side and for every end. They overlap on the inner side of
// corners only, where the rasteriser adds what they cover and stops at all.
func (p pen) outline(from path) path {
	var out path
	if !(p.width > 0) {
		return out
	}
	for _, c := range from.contours {
		for _, c := range p.dashes(c) {
			p.follow(&out, c)
		}
	}
	return out
}

// maxDashes bounds the pieces a dashed line falls into.
const maxDashes = 20_000

// dashes cuts a contour into its dashes; without a pattern it is whole.
func (p pen) dashes(c contour) []contour {
	total := 0.0
	for _, d := range p.dash {
		if d < 0 || !finite(d) {
			return []contour{c}
		}
		total += d
	}
	if total <= 0 {
		return []contour{c}
	}
	pattern := p.dash
	if len(pattern)%2 == 1 {
		pattern = append(append([]float64{}, pattern...), pattern...)
		total *= 2
	}
	points := c.points
	if c.closed {
		points = append(append([]point{}, points...), points[0])
	}
	length := 0.0
	for i := 1; i < len(points); i++ {
		length += math.Hypot(points[i].x-points[i-1].x, points[i].y-points[i-1].y)
	}
	if !(length/total*float64(len(pattern)) <= maxDashes) {
		return []contour{c}
	}
	at := math.Mod(p.offset, total)
	if at < 0 {
		at += total
	}
	i := 0
	for at >= pattern[i] {
		at -= pattern[i]
		i = (i + 1) % len(pattern)
	}
	left := pattern[i] - at
	var out []contour
	var dash []point
	if i%2 == 0 {
		dash = []point{points[0]}
	}
	for k := 1; k < len(points); k++ {
		a, b := points[k-1], points[k]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		done := 0.0
		for length-done > left {
			done += left
			t := done / length
			cut := point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t}
			if i%2 == 0 {
				out = append(out, contour{points: append(dash, cut)})
				dash = nil
			} else {
				dash = []point{cut}
			}
			i = (i + 1) % len(pattern)
			left = pattern[i]
			for left == 0 { // no gap, or a dot: on to the next
				i = (i + 1) % len(pattern)
				left = pattern[i]
				if i%2 == 0 && dash == nil {
					dash = []point{cut}
				}
			}
		}
		left -= length - done
		if i%2 == 0 {
			dash = append(dash, b)
		}
	}
	if i%2 == 0 && len(dash) > 1 {
		out = append(out, contour{points: dash})
	}
	return out
}

// follow adds the pieces of one contour.
func (p pen) follow(out *path, c contour) {
	points := distinct(c.points)
	if c.closed && len(points) > 1 && points[0] == points[len(points)-1] {
		points = points[:len(points)-1]
	}
	h := p.width / 2
	if len(points) == 1 {
		p.dot(out, points[0], h)
		return
	}
	n := len(points)
	pieces := n - 1
	if c.closed && n > 2 {
		pieces = n
	}
	unit := make([]point, pieces) // directions
	for i := range pieces {
		a, b := points[i], points[(i+1)%n]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		unit[i] = point{(b.x - a.x) / l, (b.y - a.y) / l}
	}
	for i, u := range unit {
		a, b := points[i], points[(i+1)%n]
		nx, ny := -u.y*h, u.x*h
		convex(out, point{a.x + nx, a.y + ny}, point{b.x + nx, b.y + ny}, point{b.x - nx, b.y - ny}, point{a.x - nx, a.y - ny})
		if i > 0 {
			p.corner(out, a, unit[i-1], u, h)
		}
	}
	if pieces == n {
		p.corner(out, points[0], unit[n-1], unit[0], h)
		return
	}
	p.end(out, points[0], point{-unit[0].x, -unit[0].y}, h)
	p.end(out, points[n-1], unit[pieces-1], h)
}

func distinct(points []point) []point {
	out := make([]point, 0, len(points))
	for _, q := range points {
		if len(out) == 0 || math.Abs(q.x-out[len(out)-1].x)+math.Abs(q.y-out[len(out)-1].y) > 1e-6 {
			out = append(out, q)
		}
	}
	return out
}

// dot is a line without length: seen with round and square ends only.
func (p pen) dot(out *path, at point, h float64) {
	switch p.cap {
	case "round":
		fan(out, at, h, 0, 2*math.Pi)
	case "square":
		convex(out, point{at.x - h, at.y - h}, point{at.x + h, at.y - h}, point{at.x + h, at.y + h}, point{at.x - h, at.y + h})
	}
}

// end adds the cap of a line that ends at a point in direction u.
func (p pen) end(out *path, at, u point, h float64) {
	nx, ny := -u.y*h, u.x*h
	switch p.cap {
	case "round":
		angle := math.Atan2(ny, nx)
		fan(out, at, h, angle-math.Pi, angle)
	case "square":
		ex, ey := u.x*h, u.y*h
		convex(out, point{at.x + nx, at.y + ny}, point{at.x + nx + ex, at.y + ny + ey}, point{at.x - nx + ex, at.y - ny + ey}, point{at.x - nx, at.y - ny})
	}
}

// corner fills the outer side between two pieces with directions u and v.
func (p pen) corner(out *path, at, u, v point, h float64) {
	cross := u.x*v.y - u.y*v.x
	dot := u.x*v.x + u.y*v.y
	if math.Abs(cross) < 1e-9 && dot > 0 {
		return
	}
	side := -h // a turn to the left has its outer side on the right
	if cross < 0 {
		side = h
	}
	a := point{at.x - u.y*side, at.y + u.x*side}
	b := point{at.x - v.y*side, at.y + v.x*side}
	switch {
	case dot > 0.96: // the pieces of a curve: what lies between is less than a pixel
		convex(out, at, a, b)
	case p.join == "round":
		start := math.Atan2(a.y-at.y, a.x-at.x)
		sweep := math.Atan2(cross, dot)
		fan(out, at, h, start, start+sweep)
	case p.join == "miter" && miter(dot) <= p.miterLimit:
		// The outer sides meet along u+v's normal, at h/cos(half the turn).
		k := side / (1 + dot)
		tip := point{at.x - (u.y+v.y)*k, at.y + (u.x+v.x)*k}
		convex(out, at, a, tip, b)
	default:
		convex(out, at, a, b)
	}
}

// miter returns the length of a mitred corner over the line's width.
func miter(dot float64) float64 {
	return 1 / math.Sqrt(math.Max((1+dot)/2, 1e-12))
}

// fan adds a part of a disc.
func fan(out *path, at point, r, start, end float64) {
	step := math.Pi / 4
	if r > flatness {
		step = math.Min(step, 2*math.Acos(1-flatness/r))
	}
	n := pieces(math.Abs(end-start) / step)
	points := make([]point, 0, n+2)
	points = append(points, at)
	for i := range n + 1 {
		s, c := math.Sincos(start + (end-start)*float64(i)/float64(n))
		points = append(points, point{at.x + r*c, at.y + r*s})
	}
	convex(out, points...)
}

// convex adds a polygon, turned so that all have the same sense.
func convex(out *path, points ...point) {
	area := 0.0
	for i, a := range points {
		b := points[(i+1)%len(points)]
		area += a.x*b.y - b.x*a.y
	}
	if area < 0 {
		for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
			points[i], points[j] = points[j], points[i]
		}
	}
	out.contours = append(out.contours, contour{points: points, closed: true})
}
