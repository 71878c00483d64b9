// Package canvas is the 2D context of HTML's canvas element, drawn in Go, as far
// as charts use it: paths, strokes with dashes, joins and ends, clips,
// transformations, text, gradients, patterns and images. Shadows, filters and
// composite operations other than source-over are not drawn.
//
// Paths become coverage with golang.org/x/image/vector; text is drawn from the
// outlines of the Liberation fonts (metric-compatible with Arial and Courier New).
package canvas

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// A Context draws into a picture. Its fields and methods have the names and the
// meaning of those of CanvasRenderingContext2D (HTML, "The 2D rendering
// context"); values that can't be are ignored, as there. It is not for use by
// two goroutines at a time.
type Context struct {
	State
	img    *image.RGBA
	base   matrix // from the page's pixels to the picture's
	stack  []State
	path   path
	raster raster
}

// A State is what Save keeps.
type State struct {
	Fill, Stroke Paint
	GlobalAlpha  float64
	LineWidth    float64
	LineCap      string
	LineJoin     string
	MiterLimit   float64
	LineDash     []float64
	DashOffset   float64
	Font         Font
	TextAlign    string
	TextBaseline string

	m    matrix
	clip clip
}

// A clip is where something is drawn: inside box and, with a mask, as far as
// that covers. The mask's rectangle is the box.
type clip struct {
	box  image.Rectangle
	mask *image.Alpha
}

// maxSide and maxPixels bound a picture.
const (
	maxSide   = 8192
	maxPixels = 24 << 20
)

// New returns a context for width by height pixels of a page, with scale pixels
// of the picture for each. The picture is at first transparent. Sizes that are
// too small or too large are changed to the nearest that are not.
func New(width, height, scale float64) *Context {
	side := func(v float64) int {
		if !(v >= 1) {
			return 1
		}
		return int(math.Min(math.Ceil(v), maxSide))
	}
	w, h := side(width*scale), side(height*scale)
	h = max(1, min(h, maxPixels/w))
	c := &Context{
		img:  image.NewRGBA(image.Rect(0, 0, w, h)),
		base: matrix{a: scale, d: scale},
	}
	c.State = State{
		Fill:         Solid{A: 255},
		Stroke:       Solid{A: 255},
		GlobalAlpha:  1,
		LineWidth:    1,
		LineCap:      "butt",
		LineJoin:     "miter",
		MiterLimit:   10,
		Font:         ParseFont("10px sans-serif"),
		TextAlign:    "start",
		TextBaseline: "alphabetic",
		m:            identity,
		clip:         clip{box: c.img.Rect},
	}
	return c
}

// Picture returns what has been drawn so far, with alpha multiplied in. It
// changes with further drawing.
func (c *Context) Picture() Image { return Image{c.img, c.base.a} }

// maxSaved bounds the states that a program can pile up.
const maxSaved = 10_000

// Save keeps the state for Restore.
func (c *Context) Save() {
	if len(c.stack) < maxSaved {
		c.stack = append(c.stack, c.State)
	}
}

// Restore goes back to the state of the last Save, the clip included.
func (c *Context) Restore() {
	if n := len(c.stack); n > 0 {
		c.State = c.stack[n-1]
		c.stack = c.stack[:n-1]
	}
}

// all is the map from the program's units to the picture's pixels.
func (c *Context) all() matrix { return c.base.then(c.m) }

// Transform puts a map before those that hold.
func (c *Context) Transform(a, b, cc, d, e, f float64) {
	if finite(a, b, cc, d, e, f) {
		c.m = c.m.then(matrix{a, b, cc, d, e, f})
	}
}

// SetTransform replaces the maps that hold.
func (c *Context) SetTransform(a, b, cc, d, e, f float64) {
	if finite(a, b, cc, d, e, f) {
		c.m = matrix{a, b, cc, d, e, f}
	}
}

// Scale, Rotate and Translate put their maps before those that hold.
func (c *Context) Scale(x, y float64) { c.Transform(x, 0, 0, y, 0, 0) }

// Rotate turns by an angle in radians.
func (c *Context) Rotate(angle float64) {
	s, k := math.Sincos(angle)
	c.Transform(k, s, -s, k, 0, 0)
}

// Translate moves.
func (c *Context) Translate(x, y float64) { c.Transform(1, 0, 0, 1, x, y) }

// BeginPath forgets the path.
func (c *Context) BeginPath() { c.path.reset() }

// ClosePath draws a line back to where the contour began.
func (c *Context) ClosePath() { c.path.close() }

// MoveTo begins a contour.
func (c *Context) MoveTo(x, y float64) {
	if finite(x, y) {
		c.path.moveTo(c.all().apply(x, y))
	}
}

// LineTo adds a line.
func (c *Context) LineTo(x, y float64) {
	if finite(x, y) {
		c.path.lineTo(c.all().apply(x, y))
	}
}

// BezierCurveTo adds a cubic curve.
func (c *Context) BezierCurveTo(x1, y1, x2, y2, x, y float64) {
	if finite(x1, y1, x2, y2, x, y) {
		m := c.all()
		c.path.cubicTo(m.apply(x1, y1), m.apply(x2, y2), m.apply(x, y))
	}
}

// QuadraticCurveTo adds a quadratic curve.
func (c *Context) QuadraticCurveTo(x1, y1, x, y float64) {
	if finite(x1, y1, x, y) {
		m := c.all()
		c.path.quadTo(m.apply(x1, y1), m.apply(x, y))
	}
}

// Arc adds a part of a circle.
func (c *Context) Arc(x, y, r, start, end float64, back bool) {
	c.Ellipse(x, y, r, r, 0, start, end, back)
}

// Ellipse adds a part of an ellipse that is turned by an angle.
func (c *Context) Ellipse(x, y, rx, ry, turn, start, end float64, back bool) {
	if finite(x, y, rx, ry, turn, start, end) && rx >= 0 && ry >= 0 {
		c.path.arc(c.all(), x, y, rx, ry, turn, start, end, back)
	}
}

// ArcTo adds a line and the arc of radius r that touches the lines to (x1, y1)
// and on to (x2, y2).
func (c *Context) ArcTo(x1, y1, x2, y2, r float64) {
	inv, ok := c.all().inverse()
	if !finite(x1, y1, x2, y2, r) || r < 0 || !ok {
		return
	}
	if len(c.path.contours) == 0 {
		c.MoveTo(x1, y1)
	}
	last := c.path.last(point{})
	p := last.points[len(last.points)-1]
	p = inv.apply(p.x, p.y)
	ux, uy := p.x-x1, p.y-y1
	vx, vy := x2-x1, y2-y1
	lu, lv := math.Hypot(ux, uy), math.Hypot(vx, vy)
	cross := ux*vy - uy*vx
	if lu == 0 || lv == 0 || r == 0 || math.Abs(cross) < 1e-9*lu*lv {
		c.LineTo(x1, y1)
		return
	}
	angle := math.Atan2(math.Abs(cross), ux*vx+uy*vy) // between the two lines
	length := r / math.Tan(angle/2)
	tx, ty := x1+ux/lu*length, y1+uy/lu*length
	side := math.Copysign(r, cross)
	mx, my := tx-uy/lu*side, ty+ux/lu*side // the centre
	ex, ey := x1+vx/lv*length, y1+vy/lv*length
	c.LineTo(tx, ty)
	c.Arc(mx, my, r, math.Atan2(ty-my, tx-mx), math.Atan2(ey-my, ex-mx), cross > 0)
}

// Rect adds a rectangle.
func (c *Context) Rect(x, y, w, h float64) {
	if finite(x, y, w, h) {
		c.path.contours = append(c.path.contours, contour{points: c.corners(x, y, w, h), closed: true})
		c.path.moveTo(c.all().apply(x, y))
	}
}

func (c *Context) corners(x, y, w, h float64) []point {
	m := c.all()
	return []point{m.apply(x, y), m.apply(x+w, y), m.apply(x+w, y+h), m.apply(x, y+h)}
}

// FillPath fills the path, by the nonzero rule.
func (c *Context) FillPath() { c.paint(&c.path, c.Fill) }

// StrokePath draws along the path.
func (c *Context) StrokePath() { c.along(&c.path) }

// FillRect fills a rectangle; the path stays as it is.
func (c *Context) FillRect(x, y, w, h float64) { c.rect(x, y, w, h, false) }

// StrokeRect draws around a rectangle; the path stays as it is.
func (c *Context) StrokeRect(x, y, w, h float64) { c.rect(x, y, w, h, true) }

func (c *Context) rect(x, y, w, h float64, stroke bool) {
	if !finite(x, y, w, h) {
		return
	}
	p := path{contours: []contour{{points: c.corners(x, y, w, h), closed: true}}}
	if stroke {
		c.along(&p)
	} else {
		c.paint(&p, c.Fill)
	}
}

// ClearRect makes a rectangle transparent, whole pixels of it.
func (c *Context) ClearRect(x, y, w, h float64) {
	if !finite(x, y, w, h) {
		return
	}
	p := path{contours: []contour{{points: c.corners(x, y, w, h), closed: true}}}
	cover := c.raster.cover(&p, c.clip.box)
	for y := cover.Rect.Min.Y; y < cover.Rect.Max.Y; y++ {
		row := c.img.Pix[c.img.PixOffset(cover.Rect.Min.X, y):][:4*cover.Rect.Dx()]
		for i, k := range cover.Pix[(y-cover.Rect.Min.Y)*cover.Stride:][:cover.Rect.Dx()] {
			if k == 255 {
				clear(row[4*i : 4*i+4])
			}
		}
	}
}

// Clip keeps drawing inside the path, and inside the clips before it, until
// Restore.
func (c *Context) Clip() {
	if x0, y0, x1, y1, ok := c.path.rectangle(); ok {
		box := image.Rect(toInt(math.Round(x0)), toInt(math.Round(y0)), toInt(math.Round(x1)), toInt(math.Round(y1))).Intersect(c.clip.box)
		if c.clip.mask != nil && !box.Empty() {
			c.clip.mask = c.clip.mask.SubImage(box).(*image.Alpha)
		}
		c.clip.box = box
		return
	}
	cover := c.raster.cover(&c.path, c.clip.box)
	mask := &image.Alpha{Pix: slices.Clone(cover.Pix[:cover.Rect.Dx()*cover.Rect.Dy()]), Stride: cover.Stride, Rect: cover.Rect}
	if old := c.clip.mask; old != nil {
		multiply(mask, old)
	}
	c.clip = clip{box: mask.Rect, mask: mask}
}

// multiply lowers what mask covers to what by leaves of it. Its rectangle lies
// inside by's.
func multiply(mask, by *image.Alpha) {
	for y := mask.Rect.Min.Y; y < mask.Rect.Max.Y; y++ {
		row := mask.Pix[mask.PixOffset(mask.Rect.Min.X, y):][:mask.Rect.Dx()]
		other := by.Pix[by.PixOffset(mask.Rect.Min.X, y):]
		for i, k := range row {
			row[i] = uint8((int(k)*int(other[i]) + 127) / 255)
		}
	}
}

// along draws along a path with the state's pen.
func (c *Context) along(p *path) {
	k := c.all().scale()
	dash := make([]float64, len(c.LineDash))
	for i, d := range c.LineDash {
		dash[i] = d * k
	}
	out := pen{
		width: c.LineWidth * k, cap: c.LineCap, join: c.LineJoin, miterLimit: c.MiterLimit,
		dash: dash, offset: c.DashOffset * k,
	}.outline(*p)
	c.paint(&out, c.Stroke)
}

// paint lays a paint over what p covers.
func (c *Context) paint(p *path, with Paint) {
	cover := c.raster.cover(p, c.clip.box)
	if cover.Rect.Empty() || with == nil {
		return
	}
	if c.clip.mask != nil {
		multiply(cover, c.clip.mask)
	}
	c.lay(cover, with)
}

// lay draws a paint where a mask covers, with the state's alpha.
func (c *Context) lay(cover *image.Alpha, with Paint) {
	alpha := uint32(math.Round(math.Max(0, math.Min(c.GlobalAlpha, 1)) * 255))
	if alpha == 0 {
		return
	}
	at := with.prepare(c.all())
	if at == nil {
		return
	}
	solid, isSolid := with.(Solid)
	fixed := premultiplied(color.NRGBA(solid))
	r := cover.Rect
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.img.Pix[c.img.PixOffset(r.Min.X, y):][:4*r.Dx()]
		for i, k := range cover.Pix[cover.PixOffset(r.Min.X, y):][:r.Dx()] {
			if k == 0 {
				continue
			}
			src := fixed
			if !isSolid {
				src = at(r.Min.X+i, y)
			}
			over(row[4*i:4*i+4:4*i+4], src, uint32(k)*alpha)
		}
	}
}

// over lays a colour (alpha multiplied in) over a pixel; weight is 0 … 255².
func over(pix []uint8, src color.RGBA, weight uint32) {
	const full = 255 * 255
	if weight == full && src.A == 255 {
		pix[0], pix[1], pix[2], pix[3] = src.R, src.G, src.B, 255
		return
	}
	rest := full - uint32(src.A)*weight/255
	pix[0] = uint8((uint32(src.R)*weight + uint32(pix[0])*rest + full/2) / full)
	pix[1] = uint8((uint32(src.G)*weight + uint32(pix[1])*rest + full/2) / full)
	pix[2] = uint8((uint32(src.B)*weight + uint32(pix[2])*rest + full/2) / full)
	pix[3] = uint8((uint32(src.A)*weight + uint32(pix[3])*rest + full/2) / full)
}

func premultiplied(n color.NRGBA) color.RGBA {
	a := uint32(n.A)
	mul := func(v uint8) uint8 { return uint8((uint32(v)*a + 127) / 255) }
	return color.RGBA{mul(n.R), mul(n.G), mul(n.B), n.A}
}
