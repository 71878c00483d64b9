package browser

import (
	_ "embed"
	"fmt"
	"image"
	"image/draw"
	"strings"
	"time"
)

//go:embed charts.js
var chartsScript string

// A Chart is one of Weft's charts on a page.
type Chart struct {
	Shown         string  // "live", "still", or "" when neither is to be seen
	X, Y          float64 // of what is shown, in CSS pixels from the window's corner
	Width, Height float64
	Trouble       []string // texts that lie on each other or are cut off
}

// Charts returns the page's charts in order. Only live ones can tell of texts.
func (p *Page) Charts() ([]Chart, error) {
	var list []Chart
	err := p.Eval(chartsScript, &list)
	return list, err
}

// settling is how long a page may take to be drawn after a change.
const settling = 400 * time.Millisecond

// Tall makes the window as high as what element, a CSS selector, scrolls, up to
// limit pixels, and scrolls to its top, so that one picture shows all of it.
func (p *Page) Tall(element string, limit int) error {
	// What is drawn anew for a higher window may come out higher itself.
	for range 4 {
		var more int
		err := p.Eval(fmt.Sprintf(`(e => { if (!e) return 0; e.scrollTo(0, 0); scrollTo(0, 0); return e.scrollHeight - e.clientHeight })(document.querySelector(%q))`, element), &more)
		if err != nil {
			return err
		}
		height := min(p.options.Height+more, limit)
		if height == p.options.Height {
			return nil
		}
		if err := p.Resize(p.options.Width, height); err != nil {
			return err
		}
		time.Sleep(settling)
	}
	return nil
}

// slice is how high the pictures are of which Whole makes one.
const slice = 6000

// Whole returns a picture of all that element, a CSS selector, scrolls, however
// high, and the charts with their places on it.
func (p *Page) Whole(element string) (image.Image, []Chart, error) {
	if err := p.Tall(element, slice); err != nil {
		return nil, nil, err
	}
	var box struct{ X, Y, Width, Height, All int }
	scroll := func(to int) error {
		return p.Eval(fmt.Sprintf(`(e => {
			e.scrollTo(0, %d);
			const box = e === document.documentElement ? {x: 0, y: 0} : e.getBoundingClientRect();
			return {x: Math.round(box.x), y: Math.round(box.y), width: e.clientWidth, height: e.clientHeight, all: e.scrollHeight};
		})(document.querySelector(%q))`, to, element), &box)
	}
	if err := scroll(0); err != nil {
		return nil, nil, err
	}
	if box.Height <= 0 {
		return nil, nil, fmt.Errorf("%s has no height", element)
	}
	whole := image.NewRGBA(image.Rect(0, 0, box.Width, box.All))
	const edge = 4 // of what scrolls has a border
	for done := 0; done < whole.Rect.Max.Y; done += box.Height - 2*edge {
		top := min(done, whole.Rect.Max.Y-box.Height)
		if err := scroll(top); err != nil {
			return nil, nil, err
		}
		time.Sleep(settling)
		img, err := p.Picture("")
		if err != nil {
			return nil, nil, err
		}
		part := image.Rect(0, top, box.Width, top+box.Height)
		from := image.Pt(box.X, box.Y)
		if top > 0 {
			part.Min.Y += edge
			from.Y += edge
		}
		draw.Draw(whole, part, img, from, draw.Src)
	}
	if err := scroll(0); err != nil {
		return nil, nil, err
	}
	charts, err := p.Charts()
	for i := range charts {
		charts[i].X -= float64(box.X)
		charts[i].Y -= float64(box.Y)
	}
	return whole, charts, err
}

// A Sight is what a part of a picture looks like.
type Sight struct {
	Colours int     // different ones, of 32,768
	Ink     float64 // share of the pixels that don't have the commonest colour
}

// Look tells what a part of a picture looks like.
func Look(img image.Image, part image.Rectangle) Sight {
	part = part.Intersect(img.Bounds())
	counts := map[[3]uint8]int{}
	all, most := 0, 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			c := [3]uint8{uint8(r >> 11), uint8(g >> 11), uint8(b >> 11)}
			counts[c]++
			all++
			most = max(most, counts[c])
		}
	}
	if all == 0 {
		return Sight{}
	}
	return Sight{Colours: len(counts), Ink: 1 - float64(most)/float64(all)}
}

// Blank tells whether there is nothing to be seen: a chart has axes and texts,
// whose edges alone have a dozen greys, and covers more than a two-hundredth.
func (s Sight) Blank() bool { return s.Colours < 8 || s.Ink < 0.005 }

// Area is where a chart is on a picture of the window.
func (c *Chart) Area() image.Rectangle {
	return image.Rect(int(c.X), int(c.Y), int(c.X+c.Width), int(c.Y+c.Height))
}

// Check returns why a chart is not to be seen on a picture, "" when it is. Its
// texts are left to Trouble.
func (c *Chart) Check(img image.Image) string {
	var wrong []string
	if c.Shown == "" {
		return "it is not to be seen"
	}
	if c.Width < 200 || c.Height < 100 {
		wrong = append(wrong, fmt.Sprintf("it is %.0f×%.0f pixels small", c.Width, c.Height))
	}
	if !c.Area().In(img.Bounds().Inset(-2)) {
		wrong = append(wrong, fmt.Sprintf("it is outside of the picture: %v of %v", c.Area(), img.Bounds()))
	} else if s := Look(img, c.Area()); s.Blank() {
		wrong = append(wrong, fmt.Sprintf("it is blank: %d colours, %.2f %% ink", s.Colours, 100*s.Ink))
	}
	return strings.Join(wrong, "; ")
}
