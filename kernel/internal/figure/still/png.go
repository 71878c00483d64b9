package still

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// Half returns a picture of half the width and height. It is as if it had been
// drawn that small: coverage of a pixel is the mean of that of its quarters.
func Half(img *image.RGBA) *image.RGBA {
	w, h := img.Rect.Dx()/2, img.Rect.Dy()/2
	out := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	for y := range h {
		a := img.Pix[2*y*img.Stride:]
		b := img.Pix[(2*y+1)*img.Stride:]
		to := out.Pix[y*out.Stride:]
		for x := range w {
			for c := range 4 {
				i := 8*x + c
				to[4*x+c] = uint8((int(a[i]) + int(a[i+4]) + int(b[i]) + int(b[i+4]) + 2) / 4)
			}
		}
	}
	return out
}

// palettes are tried one after the other: how many colours, how many of these
// as the picture has them, and how far the others may lie from the picture's, in
// the mean over all pixels and as the sum over red, green and blue. Charts are
// satisfied by the first, which is a tenth smaller than the second; photographs
// by none.
var palettes = []struct {
	size, exact int
	most        float64
}{{128, 64, 0.5}, {256, 96, 1.5}}

// EncodePNG writes a picture on white as PNG: with a palette where that is as
// good as the picture, which is a third of the size. The best compression would
// take ten times as long and save another eighth.
func EncodePNG(img *image.RGBA) ([]byte, error) {
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	var src image.Image
	if p := reduced(img); p != nil {
		src = p
	} else {
		src = onWhite(img)
	}
	if err := enc.Encode(&buf, src); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// white returns a pixel over white, as 0xrrggbb.
func white(pix []uint8) uint32 {
	rest := 255 - uint32(pix[3])
	return min(uint32(pix[0])+rest, 255)<<16 | min(uint32(pix[1])+rest, 255)<<8 | min(uint32(pix[2])+rest, 255)
}

func onWhite(img *image.RGBA) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	for i := 0; i+3 < len(img.Pix); i += 4 {
		c := white(img.Pix[i:])
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(c>>16), uint8(c>>8), uint8(c), 255
	}
	return out
}

// reduced returns the picture with a palette, nil if that is not good enough.
func reduced(img *image.RGBA) *image.Paletted {
	counts := map[uint32]int{}
	last, run := uint32(1<<31), 0
	for i := 0; i+3 < len(img.Pix); i += 4 {
		c := white(img.Pix[i:])
		if c == last {
			run++
			continue
		}
		if run > 0 {
			counts[last] += run
		}
		last, run = c, 1
	}
	counts[last] += run
	if len(counts) > 1<<16 {
		return nil
	}
	var palette color.Palette
	var index map[uint32]uint8
	pixels := float64(img.Rect.Dx() * img.Rect.Dy())
	for _, p := range palettes {
		var total float64
		if palette, index, total = choose(counts, p.size, p.exact); total <= p.most*pixels {
			break
		}
		palette = nil
	}
	if palette == nil {
		return nil
	}
	out := image.NewPaletted(img.Rect, palette)
	last = 1 << 31
	var at uint8
	for i := 0; i+3 < len(img.Pix); i += 4 {
		if c := white(img.Pix[i:]); c != last {
			last, at = c, index[c]
		}
		out.Pix[i/4] = at
	}
	return out
}

// choose picks a palette of size colours: the colours that are used most as they are, the rest
// by cutting the box of what is left where it is longest (Heckbert, "Color image
// quantization for frame buffer display", 1982). It returns which entry stands
// for each colour, and the sum of all pixels' errors.
func choose(counts map[uint32]int, size, exact int) (color.Palette, map[uint32]uint8, float64) {
	const most = 1<<40 - 1 // pixels
	keys := make([]uint64, 0, len(counts))
	for c, n := range counts {
		keys = append(keys, uint64(most-n)<<24|uint64(c))
	}
	slices.Sort(keys) // numbers, which is three times as fast as with a function
	type entry struct {
		c uint32
		n int
	}
	all := make([]entry, len(keys))
	for i, k := range keys {
		all[i] = entry{uint32(k & (1<<24 - 1)), most - int(k>>24)}
	}
	part := func(c uint32, axis int) int { return int(c >> (16 - 8*axis) & 255) }
	index := make(map[uint32]uint8, len(all))
	var palette color.Palette
	add := func(c uint32) uint8 {
		palette = append(palette, color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255})
		return uint8(len(palette) - 1)
	}
	keep := len(all)
	if keep > size {
		keep = exact
	}
	for _, e := range all[:keep] {
		index[e.c] = add(e.c)
	}
	if keep == len(all) {
		return palette, index, 0
	}
	type cut struct {
		from, to int // of all
		axis     int // along which it is longest
		middle   int // there
		length   float64
	}
	measure := func(from, to int) cut {
		best := cut{from: from, to: to}
		for axis := range 3 {
			lo, hi, n := 255, 0, 0
			for _, e := range all[from:to] {
				v := part(e.c, axis)
				lo, hi, n = min(lo, v), max(hi, v), n+e.n
			}
			if l := float64(hi-lo) * float64(1+min(n, 4000)); l > best.length {
				best.axis, best.middle, best.length = axis, (lo+hi)/2, l
			}
		}
		return best
	}
	boxes := []cut{measure(keep, len(all))}
	for len(boxes) < size-keep {
		widest := 0
		for i, b := range boxes {
			if b.length > boxes[widest].length {
				widest = i
			}
		}
		b := boxes[widest]
		if b.length == 0 {
			break
		}
		// In the box's middle, so that rare colours far off have their own.
		at := b.from
		for i := b.from; i < b.to; i++ {
			if part(all[i].c, b.axis) <= b.middle {
				all[i], all[at] = all[at], all[i]
				at++
			}
		}
		boxes[widest] = measure(b.from, at)
		boxes = append(boxes, measure(at, b.to))
	}
	total := 0.0
	for _, b := range boxes {
		var sum [3]int
		n := 0
		for _, e := range all[b.from:b.to] {
			for axis := range 3 {
				sum[axis] += part(e.c, axis) * e.n
			}
			n += e.n
		}
		var mean uint32
		for axis := range 3 {
			mean = mean<<8 | uint32((sum[axis]+n/2)/n)
		}
		to := add(mean)
		for _, e := range all[b.from:b.to] {
			index[e.c] = to
			for axis := range 3 {
				d := part(e.c, axis) - part(mean, axis)
				total += float64(max(d, -d) * e.n)
			}
		}
	}
	return palette, index, total
}
