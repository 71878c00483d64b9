package chart

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"math"
)

// maxPicture is how many bytes of PNG a heat map may have.
const maxPicture = 9 << 10

// viridisStops are ten colours of matplotlib's viridis (van der Walt and Smith, 2015).
var viridisStops = [][3]float64{
	{68, 1, 84}, {72, 40, 120}, {62, 73, 137}, {49, 104, 142}, {38, 130, 142},
	{31, 158, 137}, {53, 183, 121}, {110, 206, 88}, {181, 222, 43}, {253, 231, 37},
}

// viridis is the colour at t, 0…1.
func viridis(t float64) color.NRGBA {
	t = min(max(t, 0), 1) * float64(len(viridisStops)-1)
	i := min(int(t), len(viridisStops)-2)
	f := t - float64(i)
	mix := func(k int) uint8 {
		return uint8(math.Round(viridisStops[i][k]*(1-f) + viridisStops[i+1][k]*f))
	}
	return color.NRGBA{mix(0), mix(1), mix(2), 255}
}

// ramp is a palette of n colours and, last, one for nothing.
func ramp(n int) color.Palette {
	var p color.Palette
	for i := range n {
		p = append(p, viridis(float64(i)/float64(n-1)))
	}
	return append(p, color.NRGBA{})
}

// reduced is the matrix' shades averaged to w × h; NaN where nothing is.
func (h *heat) reduced(w, ht int) []float64 {
	sum, n := make([]float64, w*ht), make([]int, w*ht)
	for r := range h.rows {
		for c := range h.columns {
			if t := h.shade(h.value(r, c)); !math.IsNaN(t) {
				i := r*ht/h.rows*w + c*w/h.columns
				sum[i] += t
				n[i]++
			}
		}
	}
	for i := range sum {
		if n[i] == 0 {
			sum[i] = math.NaN()
		} else {
			sum[i] /= float64(n[i])
		}
	}
	return sum
}

// picture is the matrix as a PNG in a data URL, and how many columns and rows
// it shows. It has fewer colours, and then fewer of those, until it is small
// enough. Cells are several pixels wide, so that browsers, which smooth what
// they enlarge, keep their edges.
func picture(h *heat) (url string, w, ht int) {
	w, ht = min(h.columns, 320), min(h.rows, 320)
	colors := 96
	for {
		b := encodeRamp(h.reduced(w, ht), w, ht, colors)
		if len(b) <= maxPicture || w <= 24 && ht <= 24 {
			return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b), w, ht
		}
		if colors > 32 {
			colors = 32
			continue
		}
		shrink := min(max(math.Sqrt(maxPicture/float64(len(b))), 0.5), 0.92)
		w, ht = max(int(float64(w)*shrink), min(24, w)), max(int(float64(ht)*shrink), min(24, ht))
	}
}

func encodeRamp(shades []float64, w, ht, colors int) []byte {
	k := max(1, min(600/max(w, 1), 400/max(ht, 1), 8))
	m := image.NewPaletted(image.Rect(0, 0, w*k, ht*k), ramp(colors))
	for y := range ht {
		row := m.Pix[y*k*m.Stride:]
		for x := range w {
			c := uint8(colors)
			if t := shades[y*w+x]; !math.IsNaN(t) {
				c = uint8(math.Round(min(max(t, 0), 1) * float64(colors-1)))
			}
			for i := range k {
				row[x*k+i] = c
			}
		}
		for i := 1; i < k; i++ {
			copy(m.Pix[(y*k+i)*m.Stride:][:m.Stride], row[:m.Stride])
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, m); err != nil { // a picture of at least one pixel in memory
		panic("BUG: chart: " + err.Error())
	}
	return b.Bytes()
}

// rampURL is the ramp as a picture of one column, the largest at the top.
func rampURL() string {
	const n = 64
	m := image.NewPaletted(image.Rect(0, 0, 4, n*2), ramp(n))
	for y := range n * 2 {
		for x := range 4 {
			m.SetColorIndex(x, y, uint8(n-1-y/2))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic("BUG: chart: " + err.Error())
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}
