package canvas

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// A raster turns paths into how much of each pixel they cover.
//
// golang.org/x/image/vector adds up signed areas and stops at a full pixel; for
// what charts draw that is the canvas's nonzero rule. It is given the box
// around a path only, and lines cut to that box: it has no clipping of its own.
type raster struct {
	z    vector.Rasterizer
	mask image.Alpha
}

// cover returns the coverage of p inside bounds. The mask's rectangle is the
// part of bounds that p touches, empty if there is none. It is valid until the
// next call.
func (r *raster) cover(p *path, bounds image.Rectangle) *image.Alpha {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range p.contours {
		for _, q := range c.points {
			if !finite(q.x, q.y) {
				return &image.Alpha{}
			}
			x0, x1 = math.Min(x0, q.x), math.Max(x1, q.x)
			y0, y1 = math.Min(y0, q.y), math.Max(y1, q.y)
		}
	}
	if x0 > x1 {
		return &image.Alpha{}
	}
	box := image.Rect(toInt(math.Floor(x0)), toInt(math.Floor(y0)), toInt(math.Ceil(x1)), toInt(math.Ceil(y1))).Intersect(bounds)
	if box.Empty() {
		return &image.Alpha{}
	}
	w, h := box.Dx(), box.Dy()
	r.z.Reset(w, h)
	r.z.DrawOp = draw.Src
	ox, oy := float64(box.Min.X), float64(box.Min.Y)
	for _, c := range p.contours {
		if len(c.points) < 2 {
			continue
		}
		last := c.points[len(c.points)-1]
		a := point{last.x - ox, last.y - oy}
		for _, q := range c.points { // begins with the line that closes the contour
			b := point{q.x - ox, q.y - oy}
			r.line(a, b, float64(w), float64(h))
			a = b
		}
	}
	if n := w * h; cap(r.mask.Pix) < n {
		r.mask.Pix = make([]uint8, n)
	} else {
		r.mask.Pix = r.mask.Pix[:n]
	}
	r.mask.Stride = w
	r.mask.Rect = image.Rect(0, 0, w, h)
	r.z.Draw(&r.mask, r.mask.Rect, image.Opaque, image.Point{})
	r.mask.Rect = box
	return &r.mask
}

// toInt bounds a coordinate, so that no sum of two overflows.
func toInt(v float64) int {
	return int(math.Max(-1<<30, math.Min(v, 1<<30)))
}

// line adds the line from a to b, cut to a box of w by h pixels. What lies left
// or right of the box moves to its side, where it counts the same for the
// pixels inside; what lies above or below counts nothing.
func (r *raster) line(a, b point, w, h float64) {
	if a.y == b.y {
		return
	}
	at := func(y float64) float64 { return a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y) }
	ends := [2]point{a, b}
	for i, q := range ends {
		switch {
		case q.y < 0:
			ends[i] = point{at(0), 0}
		case q.y > h:
			ends[i] = point{at(h), h}
		}
	}
	if ends[0].y == ends[1].y {
		return
	}
	a, b = ends[0], ends[1]
	// At most three parts: outside on one side, inside, outside on the other.
	cuts := [4]float64{0, 1, 1, 1}
	n := 1
	if dx := b.x - a.x; dx != 0 {
		t0, t1 := -a.x/dx, (w-a.x)/dx
		if t0 > t1 {
			t0, t1 = t1, t0
		}
		if t0 > 0 && t0 < 1 {
			cuts[n] = t0
			n++
		}
		if t1 > 0 && t1 < 1 {
			cuts[n] = t1
			n++
		}
	}
	clamp := func(x float64) float32 { return float32(math.Max(0, math.Min(x, w))) }
	part := func(t float64) point {
		if t == 1 {
			return b
		}
		return point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t}
	}
	from := a
	for i := 1; i <= n; i++ {
		to := part(cuts[i])
		r.z.MoveTo(clamp(from.x), float32(from.y))
		r.z.LineTo(clamp(to.x), float32(to.y))
		from = to
	}
}
