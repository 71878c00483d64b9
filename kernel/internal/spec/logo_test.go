package spec

import (
	"bytes"
	"encoding/xml"
	"image/color"
	"image/png"
	"io"
	"testing"
)

func TestLogoPNG(t *testing.T) {
	for _, size := range []int{32, 64} {
		data := logoPNG(size)
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() != size || b.Dy() != size {
			t.Errorf("logo of size %d is %v", size, b)
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
			t.Errorf("the corner is not transparent")
		}
		// Over the middle thread, under its neighbour.
		at := func(x, y float64) string {
			r, g, b, _ := img.At(int(x*float64(size)/side), int(y*float64(size)/side)).RGBA()
			return hexOf(r, g, b)
		}
		if got := at(18, 24); got != hex(weft) {
			t.Errorf("size %d: the weft thread is not over the first warp thread: %s", size, got)
		}
		if got := at(32, 24); got != hex(warp) {
			t.Errorf("size %d: the weft thread is not under the second warp thread: %s", size, got)
		}
	}
}

func hexOf(r, g, b uint32) string {
	return hex(color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff})
}

func TestLogoSVG(t *testing.T) {
	d := xml.NewDecoder(bytes.NewReader(logoSVG()))
	paths := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "path" {
			paths++
		}
	}
	if want := len(strokes()); paths != want {
		t.Errorf("got %d paths, want %d", paths, want)
	}
}
