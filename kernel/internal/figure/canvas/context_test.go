package canvas

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// at returns a pixel of what was drawn over white.
func at(c *Context, x, y int) color.RGBA {
	p := c.Picture().Pix.RGBAAt(x, y)
	rest := 255 - p.A
	return color.RGBA{p.R + rest, p.G + rest, p.B + rest, 255}
}

var (
	red   = Solid{R: 255, A: 255}
	green = Solid{G: 255, A: 255}

	white   = color.RGBA{255, 255, 255, 255}
	pureRed = color.RGBA{255, 0, 0, 255}
)

// A line of the table draws something on 40 × 40 pixels, in red unless it says
// otherwise, and tells what pixels must look like.
func TestDrawing(t *testing.T) {
	half := color.RGBA{255, 128, 128, 255}
	tests := []struct {
		name string
		draw func(c *Context)
		want map[image.Point]color.RGBA
	}{
		{"rectangle", func(c *Context) { c.FillRect(10, 10, 20, 20) },
			map[image.Point]color.RGBA{{9, 20}: white, {10, 10}: pureRed, {29, 29}: pureRed, {30, 20}: white}},
		{"half a pixel", func(c *Context) { c.FillRect(10.5, 10, 20, 20) },
			map[image.Point]color.RGBA{{10, 20}: half, {11, 20}: pureRed, {30, 20}: half}},
		{"global alpha", func(c *Context) { c.GlobalAlpha = 0.5; c.FillRect(10, 10, 20, 20) },
			map[image.Point]color.RGBA{{20, 20}: half}},
		{"path with a hole", func(c *Context) {
			c.Rect(5, 5, 30, 30)
			c.MoveTo(15, 15)
			c.LineTo(15, 25)
			c.LineTo(25, 25)
			c.LineTo(25, 15)
			c.ClosePath()
			c.FillPath()
		}, map[image.Point]color.RGBA{{7, 20}: pureRed, {20, 20}: white, {30, 30}: pureRed}},
		{"circle", func(c *Context) { c.Arc(20, 20, 10, 0, 2*math.Pi, false); c.FillPath() },
			map[image.Point]color.RGBA{{20, 20}: pureRed, {20, 11}: pureRed, {20, 8}: white, {12, 12}: white}},
		{"arc against the clock", func(c *Context) { // the upper half
			c.Arc(20, 20, 10, 0, math.Pi, true)
			c.FillPath()
		}, map[image.Point]color.RGBA{{20, 15}: pureRed, {20, 25}: white}},
		{"turned ellipse", func(c *Context) { c.Ellipse(20, 20, 15, 3, math.Pi/2, 0, 2*math.Pi, false); c.FillPath() },
			map[image.Point]color.RGBA{{20, 8}: pureRed, {8, 20}: white}},
		{"arcTo rounds a corner", func(c *Context) {
			c.MoveTo(5, 5)
			c.ArcTo(35, 5, 35, 35, 20)
			c.LineTo(35, 35)
			c.LineTo(5, 35)
			c.FillPath()
		}, map[image.Point]color.RGBA{{10, 10}: pureRed, {34, 6}: white, {30, 30}: pureRed}},
		{"cubic", func(c *Context) { c.MoveTo(5, 35); c.BezierCurveTo(5, -5, 35, -5, 35, 35); c.FillPath() },
			map[image.Point]color.RGBA{{20, 10}: pureRed, {20, 2}: white}},
		{"quadratic", func(c *Context) { c.MoveTo(5, 35); c.QuadraticCurveTo(20, -20, 35, 35); c.FillPath() },
			map[image.Point]color.RGBA{{20, 15}: pureRed, {20, 2}: white}},
		{"line of one pixel", func(c *Context) { c.MoveTo(5, 20.5); c.LineTo(35, 20.5); c.StrokePath() },
			map[image.Point]color.RGBA{{20, 20}: pureRed, {20, 19}: white, {20, 21}: white, {4, 20}: white, {35, 20}: white}},
		{"square ends", func(c *Context) {
			c.LineWidth, c.LineCap = 4, "square"
			c.MoveTo(10, 20)
			c.LineTo(30, 20)
			c.StrokePath()
		}, map[image.Point]color.RGBA{{8, 18}: pureRed, {31, 21}: pureRed, {7, 20}: white}},
		{"round ends", func(c *Context) {
			c.LineWidth, c.LineCap = 10, "round"
			c.MoveTo(10, 20)
			c.LineTo(30, 20)
			c.StrokePath()
		}, map[image.Point]color.RGBA{{6, 20}: pureRed, {5, 15}: white}},
		{"mitre", func(c *Context) { corner(c, "miter") }, map[image.Point]color.RGBA{{6, 6}: pureRed, {20, 20}: white}},
		{"bevel", func(c *Context) { corner(c, "bevel") }, map[image.Point]color.RGBA{{6, 6}: white, {9, 9}: pureRed}},
		{"round corner", func(c *Context) { corner(c, "round") }, map[image.Point]color.RGBA{{5, 5}: white, {7, 7}: pureRed}},
		{"mitre limit", func(c *Context) { c.MiterLimit = 1; corner(c, "miter") }, map[image.Point]color.RGBA{{6, 6}: white}},
		{"dashes", func(c *Context) {
			c.LineWidth, c.LineDash = 2, []float64{5, 5}
			c.MoveTo(0, 20)
			c.LineTo(40, 20)
			c.StrokePath()
		}, map[image.Point]color.RGBA{{2, 20}: pureRed, {7, 20}: white, {12, 20}: pureRed, {37, 20}: white}},
		{"dashes, one number and an offset", func(c *Context) {
			c.LineWidth, c.LineDash, c.DashOffset = 2, []float64{5}, 5
			c.MoveTo(0, 20)
			c.LineTo(40, 20)
			c.StrokePath()
		}, map[image.Point]color.RGBA{{2, 20}: white, {7, 20}: pureRed}},
		{"clip", func(c *Context) {
			c.Rect(10, 10, 10, 10)
			c.Clip()
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{9, 15}: white, {15, 15}: pureRed, {20, 15}: white}},
		{"restore ends a clip", func(c *Context) {
			c.Save()
			c.Rect(10, 10, 10, 10)
			c.Clip()
			c.Restore()
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{30, 30}: pureRed}},
		{"clip inside a round clip", func(c *Context) {
			c.Arc(20, 20, 15, 0, 2*math.Pi, false)
			c.Clip()
			c.BeginPath()
			c.Rect(0, 0, 20, 40)
			c.Clip()
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{15, 20}: pureRed, {25, 20}: white, {6, 6}: white}},
		{"clip with nothing in it", func(c *Context) {
			c.Clip()
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{20, 20}: white}},
		{"transformations", func(c *Context) {
			c.Translate(20, 20)
			c.Rotate(math.Pi / 2)
			c.Scale(2, 1)
			c.FillRect(0, 0, 8, 4) // 16 down, 4 to the left
		}, map[image.Point]color.RGBA{{18, 34}: pureRed, {22, 25}: white, {18, 37}: white}},
		{"scaled line", func(c *Context) {
			c.Scale(4, 4)
			c.MoveTo(0, 5)
			c.LineTo(10, 5)
			c.StrokePath()
		}, map[image.Point]color.RGBA{{20, 18}: pureRed, {20, 21}: pureRed, {20, 23}: white}},
		{"clearRect", func(c *Context) { c.FillRect(0, 0, 40, 40); c.ClearRect(10, 10, 10, 10) },
			map[image.Point]color.RGBA{{15, 15}: white, {25, 25}: pureRed}},
		{"strokeRect", func(c *Context) { c.LineWidth = 2; c.StrokeRect(10, 10, 20, 20) },
			map[image.Point]color.RGBA{{9, 9}: pureRed, {20, 20}: white}},
		{"linear gradient", func(c *Context) {
			g := LinearGradient(0, 0, 40, 0)
			g.AddColorStop(0, "#ff0000")
			g.AddColorStop(1, "rgba(255, 0, 0, 0)")
			c.Fill = g
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{0, 20}: {255, 3, 3, 255}, {20, 20}: {255, 130, 130, 255}}},
		{"radial gradient", func(c *Context) {
			g := RadialGradient(20, 20, 0, 20, 20, 20)
			g.AddColorStop(0, "#ff0000")
			g.AddColorStop(1, "#ffffff")
			c.Fill = g
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{20, 20}: {255, 9, 9, 255}, {0, 0}: white}},
		{"pattern", func(c *Context) {
			tile := New(4, 4, 1)
			tile.Fill = red
			tile.FillRect(0, 0, 2, 4)
			c.Fill = NewPattern(tile.Picture(), "repeat")
			c.FillRect(0, 0, 40, 40)
		}, map[image.Point]color.RGBA{{1, 1}: pureRed, {2, 1}: white, {37, 30}: pureRed, {38, 30}: white}},
		{"image", func(c *Context) {
			from := New(2, 2, 1)
			from.Fill = red
			from.FillRect(0, 0, 2, 2)
			c.DrawImage(from.Picture(), 0, 0, 2, 2, 10, 10, 20, 20)
		}, map[image.Point]color.RGBA{{9, 20}: white, {15, 15}: pureRed, {31, 20}: white}},
		{"what can't be is ignored", func(c *Context) {
			nan, inf := math.NaN(), math.Inf(1)
			c.FillRect(nan, 0, 40, 40)
			c.Arc(20, 20, -5, 0, 1, false)
			c.Arc(20, 20, inf, 0, 1, false)
			c.LineTo(nan, 3)
			c.SetTransform(nan, 0, 0, 1, 0, 0)
			c.Scale(inf, 1)
			c.FillPath()
			c.LineWidth = nan
			c.StrokePath()
			c.Restore()
			c.FillText("text", nan, 0)
		}, map[image.Point]color.RGBA{{20, 20}: white, {2, 2}: white}},
		{"far outside", func(c *Context) {
			c.LineWidth = 2
			c.MoveTo(-1e9, 20)
			c.LineTo(1e9, 20)
			c.StrokePath()
			c.FillRect(-1e12, 30, 2e12, 1e12)
		}, map[image.Point]color.RGBA{{20, 20}: pureRed, {20, 10}: white, {20, 35}: pureRed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := New(40, 40, 1)
			c.Fill, c.Stroke = red, red
			tt.draw(c)
			for p, want := range tt.want {
				if got := at(c, p.X, p.Y); far(got, want) > 3 {
					t.Errorf("pixel %v is %v, want %v", p, got, want)
				}
			}
		})
	}
}

func corner(c *Context, join string) {
	c.LineWidth, c.LineJoin = 10, join
	c.MoveTo(10, 38)
	c.LineTo(10, 10)
	c.LineTo(38, 10)
	c.StrokePath()
}

func far(a, b color.RGBA) int {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B))
}

// A thin circle drawn as many short pieces is as wide everywhere: the pieces
// neither overlap visibly nor leave gaps.
func TestStrokeIsEven(t *testing.T) {
	c := New(200, 200, 1)
	c.Stroke = red
	c.LineWidth = 3
	c.Arc(100, 100, 80, 0, 2*math.Pi, false)
	c.StrokePath()
	sum := 0.0
	pix := c.Picture().Pix
	for i := 3; i < len(pix.Pix); i += 4 {
		sum += float64(pix.Pix[i]) / 255
	}
	if want := 2 * math.Pi * 80 * 3; math.Abs(sum-want) > 0.01*want {
		t.Errorf("the line covers %.1f pixels, want %.1f", sum, want)
	}
}

func TestText(t *testing.T) {
	black := func(c *Context) image.Rectangle {
		box := image.Rectangle{}
		p := c.Picture().Pix
		for y := range p.Rect.Dy() {
			for x := range p.Rect.Dx() {
				if p.RGBAAt(x, y).A > 127 {
					box = box.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		return box
	}
	draw := func(text, align, baseline string) image.Rectangle {
		c := New(200, 100, 1)
		c.Font = ParseFont("20px sans-serif")
		c.TextAlign, c.TextBaseline = align, baseline
		c.FillText(text, 100, 50)
		return black(c)
	}
	if b := draw("H", "left", "alphabetic"); b.Min.X < 100 || b.Max.Y != 50 || b.Dy() < 12 || b.Dy() > 16 {
		t.Errorf("H at the left on its line covers %v", b)
	}
	if b := draw("H", "center", "middle"); math.Abs(float64(b.Min.X+b.Max.X)/2-100) > 1 || b.Min.Y > 46 || b.Max.Y < 54 {
		t.Errorf("H in the middle covers %v", b)
	}
	if b := draw("H", "right", "top"); b.Max.X > 100 || b.Min.Y < 50 {
		t.Errorf("H at the right, below, covers %v", b)
	}
	if b := draw("H", "end", "bottom"); b.Max.X > 100 || b.Max.Y > 50 {
		t.Errorf("H at the end, above, covers %v", b)
	}

	// What charts write, must be there: not one of these is the empty box.
	f := ParseFont("12px sans-serif")
	for _, r := range "aZ09µμ×÷±≤≥≈≠–—…→←−·°∞√²³⁴⁹⁰⁻₀₂₉αβΔσΩäöüßéñçøЖ€◆◇●○■▲▼✓✗" {
		if g := f.file.glyph(r); len(g.line) == len(box(600).line) && g.advance == 600 || g.advance == 0 {
			t.Errorf("no glyph for %q", r)
		}
	}
	for _, r := range "国🙂\U0010ffff" {
		if g := f.file.glyph(r); len(g.line) == 0 {
			t.Errorf("no box for %q", r)
		}
	}
	if w := f.Width("国"); w != 12 { // ECharts takes it for the height of a line
		t.Errorf("国 is %v wide, want 12", w)
	}
	// Liberation Sans is as wide as Arial: 1139/2048, 1139/2048 and 1024/2048 of the size.
	if w, want := f.Width("abc"), 12*(1139+1139+1024)/2048.0; math.Abs(w-want) > 0.01 {
		t.Errorf("abc is %v wide, want %v", w, want)
	}
}

func TestParseFont(t *testing.T) {
	for text, want := range map[string]Font{
		"12px sans-serif":              {12, regular},
		"600 15px system-ui, 'Segoe'":  {15, bold},
		"bold 12px/20px Arial":         {12, bold},
		"normal normal 500 11px Arial": {11, regular},
		"italic 9.5px serif":           {9.5, italic},
		"13px Menlo, monospace":        {13, mono},
		"":                             {10, regular},
		"-4px x":                       {10, regular},
		"normal 1e99px x":              {10, regular},
	} {
		if got := ParseFont(text); got != want {
			t.Errorf("ParseFont(%q) has size %v", text, got.size)
		}
	}
}

func TestParseColor(t *testing.T) {
	for text, want := range map[string]color.NRGBA{
		"#f80":                       {255, 136, 0, 255},
		"#f808":                      {255, 136, 0, 136},
		"#0072B2":                    {0, 114, 178, 255},
		"#0072b280":                  {0, 114, 178, 128},
		"rgb(1, 2, 3)":               {1, 2, 3, 255},
		"rgba(255,0,0,.5)":           {255, 0, 0, 128},
		"rgb(100% 0% 0% / 50%)":      {255, 0, 0, 128},
		"hsl(120, 100%, 50%)":        {0, 255, 0, 255},
		"hsla(-120deg,100%,50%,0.2)": {0, 0, 255, 51},
		" White ":                    {255, 255, 255, 255},
		"transparent":                {},
	} {
		if got, ok := ParseColor(text); !ok || got != want {
			t.Errorf("ParseColor(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "#12", "#ggg", "rgb(1,2)", "rgb(a,b,c)", "hsl(1,2)", "blurple", "url(x)", "rgb(NaN,0,0)", "#-12"} {
		if got, ok := ParseColor(text); ok {
			t.Errorf("ParseColor(%q) = %v", text, got)
		}
	}
}

func TestDecodeDataURL(t *testing.T) {
	const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
	img, err := DecodeDataURL(dot)
	if err != nil || img.Rect.Dx() != 1 || img.Pix[3] == 0 {
		t.Errorf("a picture of one pixel: %v, %v", img, err)
	}
	for _, text := range []string{"", "http://localhost/x.png", "data:image/png;base64", "data:image/png;base64,!", "data:image/png;base64,AAAA", "data:text/plain,%zz", "/etc/passwd"} {
		if _, err := DecodeDataURL(text); err == nil {
			t.Errorf("DecodeDataURL(%q) gives no error", text)
		}
	}
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		w, h float64
		want image.Point
	}{{720, 400, image.Pt(1440, 800)}, {0, math.NaN(), image.Pt(1, 1)}, {1e9, 10, image.Pt(8192, 20)}, {1e9, 1e9, image.Pt(8192, maxPixels/8192)}} {
		if got := New(tt.w, tt.h, 2).Picture().Pix.Rect.Size(); got != tt.want {
			t.Errorf("New(%v, %v) is %v, want %v", tt.w, tt.h, got, tt.want)
		}
	}
}

// FuzzContext makes calls that the bytes say, with numbers that they say:
// nothing may panic.
func FuzzContext(f *testing.F) {
	f.Add([]byte("a rectangle, a stroke, a clip and a text"))
	f.Add([]byte{0, 255, 3, 7, 9, 200, 100, 50, 25, 12, 6, 3})
	special := []float64{0, -1, 1e-9, 1e9, 1e300, math.NaN(), math.Inf(1), math.Inf(-1), 0.5, 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := New(32, 32, 2)
		i := 0
		next := func() byte {
			if i >= len(data) {
				return 0
			}
			i++
			return data[i-1]
		}
		num := func() float64 {
			b := next()
			if b >= 246 {
				return special[b-246]
			}
			return float64(b)/4 - 10
		}
		calls := []func(){
			c.Save, c.Restore, c.BeginPath, c.ClosePath, c.FillPath, c.StrokePath, c.Clip,
			func() { c.MoveTo(num(), num()) },
			func() { c.LineTo(num(), num()) },
			func() { c.BezierCurveTo(num(), num(), num(), num(), num(), num()) },
			func() { c.QuadraticCurveTo(num(), num(), num(), num()) },
			func() { c.Ellipse(num(), num(), num(), num(), num(), num(), num(), next() > 127) },
			func() { c.ArcTo(num(), num(), num(), num(), num()) },
			func() { c.Rect(num(), num(), num(), num()) },
			func() { c.FillRect(num(), num(), num(), num()) },
			func() { c.ClearRect(num(), num(), num(), num()) },
			func() { c.Transform(num(), num(), num(), num(), num(), num()) },
			func() { c.SetTransform(num(), num(), num(), num(), num(), num()) },
			func() { c.LineWidth = num() },
			func() { c.LineDash = []float64{num(), num()} },
			func() { c.DashOffset = num() },
			func() { c.LineCap = []string{"butt", "round", "square"}[next()%3] },
			func() { c.LineJoin = []string{"miter", "round", "bevel"}[next()%3] },
			func() { c.GlobalAlpha = num() },
			func() {
				g := RadialGradient(num(), num(), num(), num(), num(), num())
				g.AddColorStop(num(), "red")
				g.AddColorStop(num(), "#00f8")
				c.Fill = g
			},
			func() { c.Fill = NewPattern(c.Picture(), []string{"", "no-repeat"}[next()%2]) },
			func() { c.Fill = green },
			func() { c.FillText(string(data[:min(len(data), 9)]), num(), num()) },
			func() { c.StrokeText("Aß国", num(), num()) },
			func() { c.DrawImage(New(3, 3, 1).Picture(), num(), num(), num(), num(), num(), num(), num(), num()) },
		}
		for i < len(data) && i < 300 {
			calls[int(next())%len(calls)]()
		}
	})
}
