package spec

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// The mark: warp threads that stay put, and the one weft thread that is passed
// through them, over and under, and back. It is drawn in a square of 64 units;
// PNG and SVG come from the same strokes.
const (
	side   = 64
	corner = 13 // radius of the ground's corners
)

var (
	ground = color.NRGBA{0x12, 0x2b, 0x3f, 0xff}
	warp   = color.NRGBA{0x6f, 0xcf, 0xe6, 0xff}
	weft   = color.NRGBA{0xff, 0xa2, 0x3e, 0xff}
)

type point struct{ x, y float64 }

// A stroke is a line through points, with round or flat ends. Only a line of
// two points may be flat.
type stroke struct {
	width float64
	color color.NRGBA
	line  []point
	flat  bool
}

// strokes are the mark's lines, the lowest first. What passes over a line has
// a wider one in the ground's colour below it: the gap shows which is on top.
func strokes() []stroke {
	const (
		thick, gap      = 6, 2.2
		top, bottom     = 9, 55
		left, turn      = 6, 48 // of the weft thread
		upper, lower    = 24, 40
		firstWarp, step = 18, 14
		over            = 5.4 // how far a crossing reaches
	)
	var out []stroke
	for i := range 3 {
		x := float64(firstWarp + i*step)
		out = append(out, stroke{thick, warp, []point{{x, top}, {x, bottom}}, false})
	}

	pass := []point{{left, upper}}
	for i := range 17 { // the turn, a half circle
		sin, cos := math.Sincos(math.Pi * (float64(i)/16 - 0.5))
		pass = append(pass, point{turn + cos*(lower-upper)/2, (upper+lower)/2 + sin*(lower-upper)/2})
	}
	pass = append(pass, point{left, lower})
	out = append(out,
		stroke{thick + 2*gap, ground, pass, false},
		stroke{thick, weft, pass, false})

	for i := range 3 { // there it is over the outer threads, back over the middle one
		x, y := float64(firstWarp+i*step), float64(lower)
		if i == 1 {
			y = upper
		}
		crossing := func(reach float64) []point { return []point{{x, y - reach}, {x, y + reach}} }
		out = append(out,
			stroke{thick + 2*gap, ground, crossing(over), true},
			stroke{thick, warp, crossing(over + 1), true}) // longer, or a seam is seen
	}
	return out
}

// logoPNG draws the mark with size × size pixels.
func logoPNG(size int) []byte {
	const samples = 6 // per pixel and direction
	all := strokes()
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for py := range size {
		for px := range size {
			var r, g, b, inside int
			for s := range samples * samples {
				x := (float64(px) + (float64(s%samples)+0.5)/samples) * side / float64(size)
				y := (float64(py) + (float64(s/samples)+0.5)/samples) * side / float64(size)
				if outsideGround(x, y) {
					continue
				}
				c := ground
				for i := len(all) - 1; i >= 0; i-- {
					if all[i].covers(x, y) {
						c = all[i].color
						break
					}
				}
				r, g, b, inside = r+int(c.R), g+int(c.G), b+int(c.B), inside+1
			}
			if inside > 0 {
				img.SetNRGBA(px, py, color.NRGBA{
					uint8(r / inside), uint8(g / inside), uint8(b / inside), uint8(inside * 255 / (samples * samples)),
				})
			}
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic("BUG: encode the logo: " + err.Error()) // a Buffer takes everything
	}
	return buf.Bytes()
}

// outsideGround reports whether a point lies outside of the rounded square.
func outsideGround(x, y float64) bool {
	dx := max(corner-x, x-(side-corner), 0)
	dy := max(corner-y, y-(side-corner), 0)
	return math.Hypot(dx, dy) > corner
}

// covers reports whether a point lies on the stroke.
func (s stroke) covers(x, y float64) bool {
	for i, b := range s.line[1:] {
		a := s.line[i]
		dx, dy := b.x-a.x, b.y-a.y
		t := ((x-a.x)*dx + (y-a.y)*dy) / (dx*dx + dy*dy)
		if s.flat && (t < 0 || t > 1) {
			continue
		}
		t = min(max(t, 0), 1)
		if math.Hypot(x-a.x-t*dx, y-a.y-t*dy) <= s.width/2 {
			return true
		}
	}
	return false
}

// logoSVG writes the mark as an SVG file.
func logoSVG() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d">`+"\n", side, side)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="%d" fill="%s"/>`+"\n", side, side, corner, hex(ground))
	b.WriteString(`<g fill="none" stroke-linejoin="round">` + "\n")
	for _, s := range strokes() {
		end := "round"
		if s.flat {
			end = "butt"
		}
		fmt.Fprintf(&b, `<path stroke="%s" stroke-width="%.4g" stroke-linecap="%s" d="M`, hex(s.color), s.width, end)
		for i, p := range s.line {
			if i > 0 {
				b.WriteString(" ")
			}
			fmt.Fprintf(&b, "%.4g,%.4g", p.x, p.y)
		}
		b.WriteString(`"/>` + "\n")
	}
	b.WriteString("</g>\n</svg>\n")
	return []byte(b.String())
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
