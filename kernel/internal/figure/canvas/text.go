package canvas

import (
	"strconv"
	"strings"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationmonoregular"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A Font is a size, in pixels of the page, of one of the Liberation fonts. They are as
// wide as Arial, letter by letter, so that what fits in the still picture fits in
// most pages.
type Font struct {
	size float64
	file *fontFile
}

// A fontFile is a font's outlines, read when it is first used. One is safe for
// use by several goroutines.
type fontFile struct {
	data []byte

	mu     sync.Mutex
	font   *sfnt.Font
	buf    sfnt.Buffer
	glyphs map[rune]*glyph
}

// A glyph is a letter's outline in units of 1/1000 of the size, y down.
type glyph struct {
	advance float64
	line    []segment
}

type segment struct {
	op   sfnt.SegmentOp
	args [3]point
}

// grid is the size that outlines are taken at.
const grid = 1000

var (
	regular = &fontFile{data: liberationsansregular.TTF}
	bold    = &fontFile{data: liberationsansbold.TTF}
	italic  = &fontFile{data: liberationsansitalic.TTF}
	mono    = &fontFile{data: liberationmonoregular.TTF}
)

// ParseFont reads a style sheet's font, such as "italic 600 12px sans-serif":
// its size in px, whether it is bold (600 and more) or italic, and whether the
// family is monospace. The family is else not looked at.
func ParseFont(text string) Font {
	f := Font{size: 10}
	var heavy, slanted bool
	fields := strings.Fields(text)
	for i, word := range fields {
		size, _, _ := strings.Cut(word, "/") // behind it stands the line's height
		if number, ok := strings.CutSuffix(size, "px"); ok {
			if v, err := strconv.ParseFloat(number, 64); err == nil && v >= 0 && v < 1e4 {
				f.size = v
			}
			if strings.Contains(strings.Join(fields[i+1:], " "), "monospace") {
				f.file = mono
			}
			break
		}
		weight, err := strconv.Atoi(word)
		heavy = heavy || word == "bold" || word == "bolder" || err == nil && weight >= 600
		slanted = slanted || word == "italic" || word == "oblique"
	}
	switch {
	case f.file != nil:
	case heavy:
		f.file = bold
	case slanted:
		f.file = italic
	default:
		f.file = regular
	}
	return f
}

// glyph returns a letter; one that the font doesn't have comes from a
// substitute or is an empty box.
func (f *fontFile) glyph(r rune) *glyph {
	f.mu.Lock()
	defer f.mu.Unlock()
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	if f.font == nil {
		font, err := sfnt.Parse(f.data)
		if err != nil {
			panic("BUG: a font can't be read: " + err.Error())
		}
		f.font, f.glyphs = font, map[rune]*glyph{}
	}
	g := f.load(r)
	if g == nil {
		g = f.substitute(r)
	}
	f.glyphs[r] = g
	return g
}

// load reads a letter's outline, nil if there is none.
func (f *fontFile) load(r rune) *glyph {
	index, err := f.font.GlyphIndex(&f.buf, r)
	if err != nil || index == 0 {
		return nil
	}
	const ppem = fixed.Int26_6(grid << 6)
	advance, err := f.font.GlyphAdvance(&f.buf, index, ppem, font.HintingNone)
	if err != nil {
		return nil
	}
	segments, err := f.font.LoadGlyph(&f.buf, index, ppem, nil)
	if err != nil {
		return nil
	}
	g := &glyph{advance: float64(advance) / 64}
	for _, s := range segments {
		t := segment{op: s.Op}
		for i, a := range s.Args {
			t.args[i] = point{float64(a.X) / 64, float64(a.Y) / 64}
		}
		g.line = append(g.line, t)
	}
	return g
}

// raised are the small digits and signs that the fonts lack, as the letter
// that is drawn small, above the line or below it.
var (
	raised  = strings.NewReplacer("⁰", "0", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9", "⁺", "+", "⁻", "−")
	lowered = strings.NewReplacer("₀", "0", "₁", "1", "₂", "2", "₃", "3", "₄", "4", "₅", "5", "₆", "6", "₇", "7", "₈", "8", "₉", "9", "ᵢ", "i", "ₙ", "n")
	alike   = strings.NewReplacer("\u2011", "-", "\u2009", " ", "\u202f", " ", "\u2007", " ", "⋅", "·", "µ", "μ", "Ω", "Ω", "⟵", "←", "⟶", "→", "⇒", "→",
		"◇", "◊", "▶", "►", "◀", "◄", "⬤", "●", "✓", "√", "✗", "×", "☐", "□", "★", "*")
)

// substitute makes a letter that the font doesn't have.
func (f *fontFile) substitute(r rune) *glyph {
	for _, s := range []struct {
		from          *strings.Replacer
		size, rise    float64
		narrowedSpace bool
	}{{raised, 0.62, 340, false}, {lowered, 0.62, -120, false}, {alike, 1, 0, r == '\u2009' || r == '\u202f'}} {
		to := []rune(s.from.Replace(string(r)))[0]
		if to == r {
			continue
		}
		base := f.load(to)
		if base == nil {
			continue
		}
		g := &glyph{advance: base.advance * s.size}
		if s.narrowedSpace {
			g.advance *= 0.7
		}
		for _, seg := range base.line {
			for i, a := range seg.args {
				seg.args[i] = point{a.x * s.size, a.y*s.size - s.rise}
			}
			g.line = append(g.line, seg)
		}
		return g
	}
	switch {
	case r == '◆':
		return polygon(660, 330, -660, 620, -330, 330, 0, 40, -330)
	case r < ' ' || r == '\u200b' || r == '\ufeff' || r == '\u200d' || r >= 0xfe00 && r <= 0xfe0f:
		return &glyph{}
	case r >= 0x1100 && wide(r):
		return box(1000)
	}
	return box(600)
}

// wide reports whether a letter is as wide as it is high (Unicode, East Asian
// Width), roughly. ECharts takes the width of 国 for the height of a line.
func wide(r rune) bool {
	return r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300
}

// polygon is a filled shape with the corners x, y, x, y and so on.
func polygon(advance float64, corners ...float64) *glyph {
	g := &glyph{advance: advance}
	for i := 0; i < len(corners); i += 2 {
		op := sfnt.SegmentOpLineTo
		if i == 0 {
			op = sfnt.SegmentOpMoveTo
		}
		g.line = append(g.line, segment{op: op, args: [3]point{{corners[i], corners[i+1]}}})
	}
	return g
}

// box is an empty box: a letter that isn't there.
func box(advance float64) *glyph {
	g := &glyph{advance: advance}
	ring := func(x0, y0, x1, y1 float64) {
		for i, p := range []point{{x0, y0}, {x0, y1}, {x1, y1}, {x1, y0}, {x0, y0}} {
			op := sfnt.SegmentOpLineTo
			if i == 0 {
				op = sfnt.SegmentOpMoveTo
			}
			g.line = append(g.line, segment{op: op, args: [3]point{p}})
		}
	}
	ring(80, -700, advance-80, 0)
	ring(advance-150, -630, 150, -70) // turned the other way: a hole
	return g
}

// MeasureText returns the width of a text in the state's font.
func (c *Context) MeasureText(text string) float64 { return c.Font.Width(text) }

// Width returns the width of a text, in pixels of the page.
func (f Font) Width(text string) float64 {
	w := 0.0
	for _, r := range text {
		w += f.file.glyph(r).advance
	}
	return w * f.size / grid
}

// Ascent and descent of Liberation Sans, as parts of the size.
const (
	ascent  = 0.905
	descent = 0.212
)

// FillText draws a text at (x, y), as TextAlign and TextBaseline say.
func (c *Context) FillText(text string, x, y float64) {
	p := c.letters(text, x, y)
	c.paint(&p, c.Fill)
}

// StrokeText draws along the letters' outlines.
func (c *Context) StrokeText(text string, x, y float64) {
	p := c.letters(text, x, y)
	c.along(&p)
}

// maxText bounds what is drawn of one text.
const maxText = 2000

// letters returns the outline of a text.
func (c *Context) letters(text string, x, y float64) path {
	var p path
	if !finite(x, y) {
		return p
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	size := c.Font.size
	switch c.TextAlign {
	case "center":
		x -= c.Font.Width(text) / 2
	case "right", "end":
		x -= c.Font.Width(text)
	}
	switch c.TextBaseline {
	case "top", "hanging":
		y += ascent * size
	case "middle":
		y += (ascent - descent) / 2 * size
	case "bottom", "ideographic":
		y -= descent * size
	}
	m := c.all().then(matrix{a: size / grid, d: size / grid, e: x, f: y})
	for _, r := range text {
		g := c.Font.file.glyph(r)
		for _, s := range g.line {
			a := s.args
			switch s.op {
			case sfnt.SegmentOpMoveTo:
				p.close()
				p.moveTo(m.apply(a[0].x, a[0].y))
			case sfnt.SegmentOpLineTo:
				p.lineTo(m.apply(a[0].x, a[0].y))
			case sfnt.SegmentOpQuadTo:
				p.quadTo(m.apply(a[0].x, a[0].y), m.apply(a[1].x, a[1].y))
			case sfnt.SegmentOpCubeTo:
				p.cubicTo(m.apply(a[0].x, a[0].y), m.apply(a[1].x, a[1].y), m.apply(a[2].x, a[2].y))
			}
		}
		p.close()
		m.e += m.a * g.advance
		m.f += m.b * g.advance
	}
	return p
}
