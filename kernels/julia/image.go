package julia

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"

	"github.com/weft-go/weft/runtime/par"
)

// Image returns the set as a picture: pixels inside are near black, the others
// run from dark blue through red to pale yellow the longer they stay. Shades
// are dealt so that each covers the same area, and steps between counts are
// smoothed.
//
// It costs a little more than computing the set did, on all cores, because
// smoothing needs to know where each pixel escaped to.
func (s *Set) Image() image.Image {
	img := image.NewRGBA(s.Bounds())
	shade := s.shades()
	left, top, step := s.plane()
	colours := palette()
	par.Range(s.Height, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			for x, count := range s.Row(y) {
				c := inside
				if int(count) < s.Limit {
					at := smooth(left+float64(x)*step, top-float64(y)*step, int(count))
					whole := min(int(at), s.Limit)
					t := shade[whole] + (at-float64(whole))*(shade[whole+1]-shade[whole])
					c = colours[int(min(1, t)*float64(len(colours)-1)+0.5)]
				}
				img.SetRGBA(x, y, c)
			}
		}
	}, par.Dynamic(8))
	return img
}

// HTML returns the picture with its caption, for notebooks: a Set that is a
// cell's last expression is shown so.
func (s *Set) HTML() string {
	var buf bytes.Buffer
	if s.Width > 0 && s.Height > 0 {
		// Encode fails on pictures without pixels only; a Buffer takes all.
		_ = png.Encode(&buf, s.Image())
	}
	caption := html.EscapeString(s.String())
	return fmt.Sprintf(`<figure style="margin:0"><img alt="%s" width="%d" height="%d" style="max-width:100%%;height:auto" src="data:image/png;base64,%s"><figcaption>%s</figcaption></figure>`,
		caption, s.Width, s.Height, base64.StdEncoding.EncodeToString(buf.Bytes()), caption)
}

// shades returns, for each count, the part of the pixels outside that have a
// smaller one.
func (s *Set) shades() []float64 {
	// Slot Limit+1 is only read as the end of the last step.
	area := make([]int, s.Limit+2)
	outside := 0
	for _, n := range s.Counts {
		if int(n) < s.Limit {
			area[n]++
			outside++
		}
	}
	below := make([]float64, s.Limit+2)
	sum := 0
	for n := range below {
		below[n] = float64(sum) / float64(max(1, outside))
		sum += area[n]
	}
	return below
}

// smooth returns the count of a pixel z as a real number that changes without
// steps from pixel to pixel; it lies about between count and count+1, and is
// never negative. It goes on until |z| is large, where growth is regular: |z| is
// squared in each step, so log₂ log |z| grows by one.
//
// The form is the normalised iteration count of Linas Vepstas, "Renormalizing
// the Mandelbrot Escape" (1997).
func smooth(zr, zi float64, count int) float64 {
	n := 0
	for ; n < count || zr*zr+zi*zi < 1<<16; n++ {
		if n > count+64 { // a pixel that a changed Counts does not belong to
			return float64(count)
		}
		zr, zi = zr*zr-zi*zi+CRe, 2*zr*zi+CIm
	}
	if math.IsInf(zr, 0) || math.IsInf(zi, 0) || math.IsNaN(zr+zi) { // likewise
		return float64(count)
	}
	// The difference is the count where |z| is 2 at that count, which is
	// nearly one more.
	return max(0, float64(n)-math.Log2(math.Log(zr*zr+zi*zi)/(2*math.Ln2))+1)
}

// inside is the colour of pixels that never escape.
var inside = color.RGBA{8, 6, 16, 255}

// palette returns 1024 colours of even steps to the eye: a curve in the OKLCh
// colour space (Björn Ottosson, "A perceptual color space for image processing",
// 2020) with lightness rising evenly and hue turning from blue through red to
// yellow.
var palette = sync.OnceValue(func() []color.RGBA {
	colours := make([]color.RGBA, 1024)
	for i := range colours {
		t := float64(i) / float64(len(colours)-1)
		lightness := 0.16 + 0.80*t
		chroma := 0.03 + 0.15*math.Sin(math.Pi*min(1, 0.12+0.88*t))
		hue := (265 + 195*t) * math.Pi / 180
		colours[i] = oklab(lightness, chroma*math.Cos(hue), chroma*math.Sin(hue))
	}
	return colours
})

// oklab converts a colour of the Oklab space to sRGB, clipping what sRGB
// can't show. The matrices are Ottosson's.
func oklab(l, a, b float64) color.RGBA {
	cube := func(x float64) float64 { return x * x * x }
	long := cube(l + 0.3963377774*a + 0.2158037573*b)
	middle := cube(l - 0.1055613458*a - 0.0638541728*b)
	short := cube(l - 0.0894841775*a - 1.2914855480*b)
	return color.RGBA{
		gamma(+4.0767416621*long - 3.3077115913*middle + 0.2309699292*short),
		gamma(-1.2684380046*long + 2.6097574011*middle - 0.3413193965*short),
		gamma(-0.0041960863*long - 0.7034186147*middle + 1.7076147010*short),
		255,
	}
}

// gamma turns linear light into an sRGB byte (IEC 61966-2-1).
func gamma(v float64) uint8 {
	v = min(1, max(0, v))
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(v*255 + 0.5)
}
