package still

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestEncodePNG(t *testing.T) {
	few := image.NewRGBA(image.Rect(0, 0, 64, 64))
	some := image.NewRGBA(few.Rect)  // more colours than a palette has, near to each other
	photo := image.NewRGBA(few.Rect) // many, far from each other
	for y := range 64 {
		for x := range 64 {
			few.SetRGBA(x, y, color.RGBA{uint8(x / 16 * 60), 0, 0, uint8(x / 16 * 60)})
			some.SetRGBA(x, y, color.RGBA{200, uint8(100 + x), uint8(100 + y/8), 255})
			photo.SetRGBA(x, y, color.RGBA{uint8(x * 4), uint8(y * 4), uint8(x * y), 255})
		}
	}
	for _, tt := range []struct {
		name    string
		img     *image.RGBA
		palette bool
		most    float64
	}{{"few colours", few, true, 0}, {"some", some, true, 1.5}, {"photograph", photo, false, 0}} {
		data, err := EncodePNG(tt.img)
		if err != nil {
			t.Fatal(err)
		}
		img := decode(t, data)
		if _, ok := img.(*image.Paletted); ok != tt.palette {
			t.Errorf("%s: written as %T", tt.name, img)
		}
		if d := distance(onWhite(tt.img), img); d > tt.most {
			t.Errorf("%s: colours are off by %v in the mean, want at most %v", tt.name, d, tt.most)
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a != 0xffff {
			t.Errorf("%s: not opaque", tt.name)
		}
		again, err := EncodePNG(tt.img)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s: the second time it is written otherwise (%v)", tt.name, err)
		}
	}
}

func TestHalf(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 5, 4))
	img.SetRGBA(0, 0, color.RGBA{255, 0, 0, 255})
	img.SetRGBA(1, 1, color.RGBA{255, 0, 0, 255})
	half := Half(img)
	if half.Rect != image.Rect(0, 0, 2, 2) {
		t.Fatalf("half is %v", half.Rect)
	}
	if got, want := half.RGBAAt(0, 0), (color.RGBA{128, 0, 0, 128}); got != want {
		t.Errorf("the first pixel is %v, want %v", got, want)
	}
}
