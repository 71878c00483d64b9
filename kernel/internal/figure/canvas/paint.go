package canvas

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// A Paint is a colour, a Gradient or a Pattern.
type Paint interface {
	// prepare returns the colour at a pixel of the picture, alpha multiplied
	// in, given the map from the program's units to the picture's pixels. It
	// returns nil if there is nothing to draw.
	prepare(m matrix) func(x, y int) color.RGBA
}

// A Solid is one colour.
type Solid color.NRGBA

func (s Solid) prepare(matrix) func(x, y int) color.RGBA {
	if s.A == 0 {
		return nil
	}
	c := premultiplied(color.NRGBA(s))
	return func(int, int) color.RGBA { return c }
}

// A Gradient goes from one colour to the next along a line, or from one circle
// to another.
type Gradient struct {
	radial                 bool
	x0, y0, r0, x1, y1, r1 float64
	stops                  []stop
}

type stop struct {
	at    float64
	color color.NRGBA
}

// LinearGradient goes from (x0, y0) to (x1, y1).
func LinearGradient(x0, y0, x1, y1 float64) *Gradient {
	return &Gradient{x0: x0, y0: y0, x1: x1, y1: y1}
}

// RadialGradient goes from a circle around (x0, y0) to one around (x1, y1).
func RadialGradient(x0, y0, r0, x1, y1, r1 float64) *Gradient {
	return &Gradient{radial: true, x0: x0, y0: y0, r0: r0, x1: x1, y1: y1, r1: r1}
}

// AddColorStop sets the colour at a place between 0 and 1. A later one at the
// same place comes behind. Colours that can't be read are left out.
func (g *Gradient) AddColorStop(at float64, text string) {
	c, ok := ParseColor(text)
	if !ok || !(at >= 0 && at <= 1) {
		return
	}
	i := len(g.stops)
	for i > 0 && g.stops[i-1].at > at {
		i--
	}
	g.stops = slices.Insert(g.stops, i, stop{at, c})
}

// colors returns the gradient's colours at 0/n … n/n.
func (g *Gradient) colors(n int) []color.RGBA {
	out := make([]color.RGBA, n+1)
	i := 0
	for k := range out {
		t := float64(k) / float64(n)
		for i < len(g.stops) && g.stops[i].at <= t {
			i++
		}
		switch {
		case i == 0:
			out[k] = premultiplied(g.stops[0].color)
		case i == len(g.stops):
			out[k] = premultiplied(g.stops[i-1].color)
		default:
			a, b := g.stops[i-1], g.stops[i]
			u := (t - a.at) / (b.at - a.at)
			mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*u)) }
			out[k] = premultiplied(color.NRGBA{
				mix(a.color.R, b.color.R), mix(a.color.G, b.color.G), mix(a.color.B, b.color.B), mix(a.color.A, b.color.A),
			})
		}
	}
	return out
}

func (g *Gradient) prepare(m matrix) func(x, y int) color.RGBA {
	inv, ok := m.inverse()
	if !ok || len(g.stops) == 0 || !finite(g.x0, g.y0, g.r0, g.x1, g.y1, g.r1) {
		return nil
	}
	const n = 512
	table := g.colors(n)
	pick := func(t float64) color.RGBA {
		return table[int(math.Max(0, math.Min(t, 1))*n+0.5)]
	}
	dx, dy := g.x1-g.x0, g.y1-g.y0
	if !g.radial {
		length := dx*dx + dy*dy
		if length == 0 {
			return nil
		}
		return func(x, y int) color.RGBA {
			p := inv.apply(float64(x)+0.5, float64(y)+0.5)
			return pick(((p.x-g.x0)*dx + (p.y-g.y0)*dy) / length)
		}
	}
	// The largest t with |p − (c0 + t·(c1−c0))| = r0 + t·(r1−r0) ≥ 0.
	dr := g.r1 - g.r0
	a := dx*dx + dy*dy - dr*dr
	return func(x, y int) color.RGBA {
		p := inv.apply(float64(x)+0.5, float64(y)+0.5)
		px, py := p.x-g.x0, p.y-g.y0
		b := px*dx + py*dy + g.r0*dr
		c := px*px + py*py - g.r0*g.r0
		var roots [2]float64
		if math.Abs(a) < 1e-12 {
			if b == 0 {
				return color.RGBA{}
			}
			roots = [2]float64{c / (2 * b), math.Inf(-1)}
		} else {
			disc := b*b - a*c
			if disc < 0 {
				return color.RGBA{}
			}
			s := math.Sqrt(disc)
			roots = [2]float64{(b + s) / a, (b - s) / a}
			if roots[0] < roots[1] {
				roots[0], roots[1] = roots[1], roots[0]
			}
		}
		for _, t := range roots {
			if g.r0+t*dr >= 0 && finite(t) {
				return pick(t)
			}
		}
		return color.RGBA{}
	}
}

// A Pattern repeats a picture.
type Pattern struct {
	img              *image.RGBA
	density          float64
	m                matrix
	repeatX, repeatY bool
}

// NewPattern repeats img in both directions for "repeat" or "", in one for
// "repeat-x" and "repeat-y", and not for "no-repeat".
func NewPattern(img Image, repetition string) *Pattern {
	return &Pattern{
		img:     img.Pix,
		density: img.Density,
		m:       identity,
		repeatX: repetition != "repeat-y" && repetition != "no-repeat",
		repeatY: repetition != "repeat-x" && repetition != "no-repeat",
	}
}

// SetTransform maps the pattern's pixels to the program's units.
func (p *Pattern) SetTransform(a, b, c, d, e, f float64) {
	if finite(a, b, c, d, e, f) {
		p.m = matrix{a, b, c, d, e, f}
	}
}

func (p *Pattern) prepare(m matrix) func(x, y int) color.RGBA {
	inv, ok := m.then(p.m).then(matrix{a: 1 / p.density, d: 1 / p.density}).inverse()
	if !ok || p.img.Rect.Empty() {
		return nil
	}
	w, h := float64(p.img.Rect.Dx()), float64(p.img.Rect.Dy())
	return func(x, y int) color.RGBA {
		q := inv.apply(float64(x)+0.5, float64(y)+0.5)
		if p.repeatX {
			q.x -= math.Floor(q.x/w) * w
		}
		if p.repeatY {
			q.y -= math.Floor(q.y/h) * h
		}
		if !(q.x >= 0 && q.x < w && q.y >= 0 && q.y < h) {
			return color.RGBA{}
		}
		return p.img.RGBAAt(p.img.Rect.Min.X+int(q.x), p.img.Rect.Min.Y+int(q.y))
	}
}
