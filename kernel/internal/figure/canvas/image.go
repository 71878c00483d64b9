package canvas

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif"  // read by DecodeDataURL
	_ "image/jpeg" // read by DecodeDataURL
	_ "image/png"  // read by DecodeDataURL
	"math"
	"net/url"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// DecodeDataURL reads the picture in a data URL: PNG, JPEG or GIF. Nothing is
// ever fetched from elsewhere.
func DecodeDataURL(text string) (*image.RGBA, error) {
	rest, ok := strings.CutPrefix(text, "data:")
	if !ok {
		return nil, fmt.Errorf("a picture in a chart must be a data URL, not %.40q", text)
	}
	head, body, ok := strings.Cut(rest, ",")
	if !ok {
		return nil, fmt.Errorf("data URL %.40q has no comma", text)
	}
	var data []byte
	var err error
	if strings.HasSuffix(head, ";base64") {
		data, err = base64.StdEncoding.DecodeString(strings.TrimSpace(body))
	} else {
		body, err = url.PathUnescape(body)
		data = []byte(body)
	}
	if err != nil {
		return nil, fmt.Errorf("decode data URL: %w", err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read the picture in a data URL: %w", err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return nil, fmt.Errorf("the picture in a data URL has %d × %d pixels, which is too many", config.Width, config.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read the picture in a data URL: %w", err)
	}
	out := image.NewRGBA(image.Rect(0, 0, config.Width, config.Height))
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out, nil
}

// An Image is a picture with Density pixels for each pixel of a page, as
// Context.Picture has.
type Image struct {
	Pix     *image.RGBA
	Density float64
}

// Width is in pixels of the page.
func (m Image) Width() float64 { return float64(m.Pix.Rect.Dx()) / m.Density }

// Height is in pixels of the page.
func (m Image) Height() float64 { return float64(m.Pix.Rect.Dy()) / m.Density }

// DrawImage draws the part (sx, sy, sw, sh) of a picture into the rectangle
// (x, y, w, h).
func (c *Context) DrawImage(from Image, sx, sy, sw, sh, x, y, w, h float64) {
	if !finite(sx, sy, sw, sh, x, y, w, h) || sw == 0 || sh == 0 || w == 0 || h == 0 || c.clip.box.Empty() {
		return
	}
	img := from.Pix
	sx, sy, sw, sh = sx*from.Density, sy*from.Density, sw*from.Density, sh*from.Density
	sr := image.Rect(toInt(math.Floor(sx)), toInt(math.Floor(sy)), toInt(math.Ceil(sx+sw)), toInt(math.Ceil(sy+sh))).Add(img.Rect.Min).Intersect(img.Rect)
	m := c.all().then(matrix{a: w / sw, d: h / sh, e: x - sx*w/sw, f: y - sy*h/sh})
	// Far outside or enormous: x/image's scaler needs memory by the size drawn.
	box := c.extent(x, y, w, h)
	if sr.Empty() || box.Intersect(c.clip.box).Empty() || box.Dx() > 4*maxSide || box.Dy() > 4*maxSide {
		return
	}
	alpha := math.Max(0, math.Min(c.GlobalAlpha, 1))
	opts := &draw.Options{}
	if alpha < 1 {
		opts.SrcMask = image.NewUniform(alpha16(alpha))
	}
	dst := c.img.SubImage(c.clip.box).(*image.RGBA)
	mask := c.clip.mask
	if m.a == 1 && m.d == 1 && m.b == 0 && m.c == 0 && m.e == math.Trunc(m.e) && m.f == math.Trunc(m.f) && mask == nil {
		at := image.Pt(int(m.e), int(m.f)) // as it is: no need for the scaler
		draw.DrawMask(dst, sr.Add(at), img, sr.Min, opts.SrcMask, image.Point{}, draw.Over)
		return
	}
	to := f64.Aff3{m.a, m.c, m.e, m.b, m.d, m.f}
	if mask == nil {
		draw.ApproxBiLinear.Transform(dst, to, img, sr, draw.Over, opts)
		return
	}
	// The scaler asks a mask for every pixel through interfaces, which takes ten
	// times as long as scaling.
	scaled := image.NewRGBA(box.Intersect(c.clip.box))
	draw.ApproxBiLinear.Transform(scaled, to, img, sr, draw.Over, opts)
	draw.DrawMask(dst, scaled.Rect, scaled, scaled.Rect.Min, mask, scaled.Rect.Min, draw.Over)
}

// extent returns the picture's pixels that a rectangle touches.
func (c *Context) extent(x, y, w, h float64) image.Rectangle {
	q := c.corners(x, y, w, h)
	x0, y0, x1, y1 := q[0].x, q[0].y, q[0].x, q[0].y
	for _, p := range q[1:] {
		x0, x1 = math.Min(x0, p.x), math.Max(x1, p.x)
		y0, y1 = math.Min(y0, p.y), math.Max(y1, p.y)
	}
	return image.Rect(toInt(math.Floor(x0)), toInt(math.Floor(y0)), toInt(math.Ceil(x1)), toInt(math.Ceil(y1)))
}
