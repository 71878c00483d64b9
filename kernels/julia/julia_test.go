package julia

import (
	"image"
	"image/color"
	"image/png"
	"math/cmplx"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M)       { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T)   { kernelstest.Check(t, &Kernel) }
func BenchmarkJulia(b *testing.B) { kernelstest.Bench(b, &Kernel, 500, 1000) }

// Sums for c = -0.62772-0.42193i and 300 iterations, computed with other
// programs too; 33219980 is printed in the book.
func TestSums(t *testing.T) {
	for side, want := range map[int]int{500: 8306884, 1000: 33219980} {
		if got := Serial(side, side, 300).Sum(); got != want {
			t.Errorf("Serial(%d): sum %d, want %d", side, got, want)
		}
		for _, opts := range [][]par.Option{nil, {par.Static(0)}, {par.Guided(4)}} {
			if got := Goroutine(side, side, 300, 3, opts...).Sum(); got != want {
				t.Errorf("Goroutine(%d) %v: sum %d, want %d", side, opts, got, want)
			}
		}
	}
}

// The other ways to compute it give the same counts.
func TestOthers(t *testing.T) {
	want := Serial(210, 150, 300)
	process, err := Process(210, 150, 300, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]*Set{
		"SerialComplex": SerialComplex(210, 150, 300), "GIL": GIL(210, 150, 300, 2), "Process": process,
	} {
		if !slices.Equal(got.Counts, want.Counts) {
			t.Errorf("%s: sum %d, want %d", name, got.Sum(), want.Sum())
		}
	}
	if _, err := Process(1, 1, 1, -1); err == nil || err.Error() != "julia by process: negative number of workers -1" {
		t.Errorf("Process with -1 workers: %v", err)
	}
}

// The definition, in complex numbers.
func TestAgainstDefinition(t *testing.T) {
	const c = complex(CRe, CIm)
	for _, size := range []image.Point{{40, 40}, {50, 20}, {20, 50}, {1, 7}} {
		s := Serial(size.X, size.Y, 100)
		left, top, step := s.plane()
		for y := range s.Height {
			for x := range s.Width {
				z := complex(left+float64(x)*step, top-float64(y)*step)
				n := 0
				for n < 100 && cmplx.Abs(z) < 2 {
					z = z*z + c
					n++
				}
				if got := s.At(x, y); got != n {
					t.Fatalf("%v: pixel (%d, %d) %d, want %d", size, x, y, got, n)
				}
			}
		}
	}
}

func TestBadArguments(t *testing.T) {
	for name, f := range map[string]func(){
		"julia: negative width -1":              func() { Serial(-1, 1, 1) },
		"julia: negative height -2":             func() { Serial(1, -2, 1) },
		"julia: negative limit -3":              func() { Goroutine(1, 1, -3, 1) },
		"julia: negative number of workers -5":  func() { GIL(1, 1, 1, -5) },
		"julia: negative number of workers -6":  func() { GoroutineSIMD(1, 1, 1, -6) },
		"julia: negative number of workers -4":  func() { Goroutine(1, 1, 1, -4) },
		"julia: width 100000 times height 1000": func() { Serial(100000, 1000000, 1) },
	} {
		func() {
			defer func() {
				err, _ := recover().(error)
				if err == nil || !strings.HasPrefix(err.Error(), name) {
					t.Errorf("panics with %v, want %s", err, name)
				}
			}()
			f()
		}()
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	for name, f := range map[string]func() *Set{
		"Serial":    func() *Set { return Serial(3000, 3000, 1<<31-1) },
		"Goroutine": func() *Set { return Goroutine(3000, 3000, 1<<31-1, 2) },
		"GIL":       func() *Set { return GIL(3000, 3000, 1<<31-1, 2) },
		"SIMD":      func() *Set { return SIMD(3000, 3000, 1<<31-1) },
		"Complex":   func() *Set { return SerialComplex(3000, 3000, 1<<31-1) },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(30*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		s := f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if s.At(2999, 2999) != 0 {
			t.Errorf("%s: the last pixel is computed in spite of the interrupt", name)
		}
	}
}

func TestImage(t *testing.T) {
	s := Serial(200, 100, 300)
	img := s.Image()
	if got := img.Bounds(); got != image.Rect(0, 0, 200, 100) {
		t.Errorf("bounds %v", got)
	}
	colours := make(map[color.Color]int)
	for y := range 100 {
		for x := range 200 {
			c := img.At(x, y)
			colours[c]++
			if got, want := c == inside, s.At(x, y) == s.Limit; got != want {
				t.Fatalf("pixel (%d, %d) has count %d and colour %v", x, y, s.At(x, y), c)
			}
		}
	}
	if len(colours) < 500 {
		t.Errorf("%d colours, want a smooth picture", len(colours))
	}
	if path := os.Getenv("JULIA_PNG"); path != "" { // to be looked at
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, Serial(1000, 1000, 300).Image()); err != nil {
			t.Fatal(err)
		}
	}
	for _, side := range []int{0, 1} {
		Serial(side, side, 0).Image()
		if got := Serial(side, side, 10).HTML(); !strings.Contains(got, "<figcaption>julia ") {
			t.Errorf("HTML of side %d: %s", side, got)
		}
	}
}

// Lightness rises through the palette, so that pictures also read in grey.
func TestPalette(t *testing.T) {
	last := -1.0
	for i, c := range palette() {
		luma := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if luma < last-1.5 { // bytes are rounded
			t.Errorf("colour %d, %v, is darker than the one before", i, c)
		}
		last = luma
	}
}
