package notebook

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// escapes finds terminal control sequences: CSI with its parameters and final
// byte, OSC up to its end, and the short ones (ECMA-48, section 5.4).
var escapes = regexp.MustCompile("\x1b(?:\\[([0-?]*)[ -/]*([@-~])|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -/]*[0-~])")

// controls are characters that a page cannot show.
var controls = strings.NewReplacer("\x00", "", "\x07", "", "\x08", "", "\x0b", "", "\x0c", "", "\x1b", "", "\r\n", "\n", "\r", "\n")

// ansi returns text for a terminal as HTML: colours and styles become spans,
// other control sequences go.
func ansi(text string) string {
	var b strings.Builder
	var s style
	put := func(part string) {
		if part = controls.Replace(part); part == "" {
			return
		}
		part = html.EscapeString(part)
		if attrs := s.attributes(); attrs != "" {
			part = "<span" + attrs + ">" + part + "</span>"
		}
		b.WriteString(part)
	}
	at := 0
	for _, m := range escapes.FindAllStringSubmatchIndex(text, -1) {
		put(text[at:m[0]])
		at = m[1]
		if m[4] >= 0 && text[m[4]:m[5]] == "m" {
			s.apply(text[m[2]:m[3]])
		}
	}
	put(text[at:])
	return b.String()
}

// A colour is one of a terminal's: a class of the page for the first 16, whose
// looks depend on the theme, else a CSS value.
type colour struct {
	class int    // 1 to 16
	css   string // "#rrggbb"
}

// A style is how characters look.
type style struct {
	fore, back                            colour
	bold, faint, italic, under, off, strk bool
}

// flags are the parameters of SGR that switch something.
var flags = map[int]func(s *style){
	0: func(s *style) { *s = style{} },
	1: func(s *style) { s.bold = true }, 2: func(s *style) { s.faint = true },
	3: func(s *style) { s.italic = true }, 4: func(s *style) { s.under = true },
	7: func(s *style) { s.off = true }, 9: func(s *style) { s.strk = true },
	21: func(s *style) { s.under = true }, 22: func(s *style) { s.bold, s.faint = false, false },
	23: func(s *style) { s.italic = false }, 24: func(s *style) { s.under = false },
	27: func(s *style) { s.off = false }, 29: func(s *style) { s.strk = false },
	39: func(s *style) { s.fore = colour{} }, 49: func(s *style) { s.back = colour{} },
}

// apply takes the parameters of one SGR sequence (ECMA-48, section 8.3.117).
func (s *style) apply(params string) {
	var codes []int
	for p := range strings.SplitSeq(strings.ReplaceAll(params, ":", ";"), ";") {
		n, _ := strconv.Atoi(p) // what is no number counts as 0, as a missing one
		codes = append(codes, n)
	}
	for i := 0; i < len(codes); i++ {
		switch c := codes[i]; {
		case flags[c] != nil:
			flags[c](s)
		case c >= 30 && c <= 37:
			s.fore = colour{class: c - 29}
		case c >= 90 && c <= 97:
			s.fore = colour{class: c - 81}
		case c >= 40 && c <= 47:
			s.back = colour{class: c - 39}
		case c >= 100 && c <= 107:
			s.back = colour{class: c - 91}
		case c == 38:
			var used int
			s.fore, used = extended(codes[i+1:], s.fore)
			i += used
		case c == 48:
			var used int
			s.back, used = extended(codes[i+1:], s.back)
			i += used
		}
	}
}

// extended reads 5;n (256 colours) or 2;r;g;b.
func extended(codes []int, old colour) (colour, int) {
	switch {
	case len(codes) >= 2 && codes[0] == 5:
		return indexed(codes[1], old), 2
	case len(codes) >= 4 && codes[0] == 2:
		return colour{css: fmt.Sprintf("#%02x%02x%02x", codes[1]&255, codes[2]&255, codes[3]&255)}, 4
	}
	return old, len(codes)
}

// indexed returns a colour of xterm's palette of 256: 16 named ones, a cube of
// 6×6×6, 24 greys.
func indexed(n int, old colour) colour {
	switch {
	case n < 0 || n > 255:
		return old
	case n < 16:
		return colour{class: n + 1}
	case n < 232:
		level := func(i int) int {
			if i == 0 {
				return 0
			}
			return 55 + 40*i
		}
		n -= 16
		return colour{css: fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))}
	}
	grey := 8 + 10*(n-232)
	return colour{css: fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)}
}

// attributes are the span's, "" when it needs none.
func (s *style) attributes() string {
	var class, css []string
	fore, back := s.fore, s.back
	if s.off {
		fore, back = back, fore
		if fore == (colour{}) {
			class = append(class, "a-fx")
		}
		if back == (colour{}) {
			class = append(class, "a-bx")
		}
	}
	one := func(c colour, prefix, property string) {
		switch {
		case c.class > 0:
			class = append(class, prefix+strconv.Itoa(c.class-1))
		case c.css != "":
			css = append(css, property+":"+c.css)
		}
	}
	one(fore, "a-f", "color")
	one(back, "a-b", "background")
	for _, f := range []struct {
		on   bool
		name string
	}{{s.bold, "a-bold"}, {s.faint, "a-faint"}, {s.italic, "a-italic"}, {s.under, "a-under"}, {s.strk, "a-strike"}} {
		if f.on {
			class = append(class, f.name)
		}
	}
	var attrs string
	if len(class) > 0 {
		attrs += ` class="` + strings.Join(class, " ") + `"`
	}
	if len(css) > 0 {
		attrs += ` style="` + strings.Join(css, ";") + `"`
	}
	return attrs
}
