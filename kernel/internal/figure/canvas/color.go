package canvas

import (
	"image/color"
	"math"
	"strconv"
	"strings"
)

// ParseColor reads a colour as style sheets write it: #rgb, #rgba, #rrggbb,
// #rrggbbaa, rgb(), rgba(), hsl(), hsla() and names (CSS Color Module Level 4).
func ParseColor(text string) (color.NRGBA, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if hex, ok := strings.CutPrefix(text, "#"); ok {
		return hexColor(hex)
	}
	if open := strings.IndexByte(text, '('); open > 0 && strings.HasSuffix(text, ")") {
		fields := strings.FieldsFunc(text[open+1:len(text)-1], func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
		switch text[:open] {
		case "rgb", "rgba":
			return rgbColor(fields)
		case "hsl", "hsla":
			return hslColor(fields)
		}
		return color.NRGBA{}, false
	}
	if text == "transparent" {
		return color.NRGBA{}, true
	}
	v, ok := names[text]
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}, ok
}

func hexColor(hex string) (color.NRGBA, bool) {
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return color.NRGBA{}, false
	}
	switch len(hex) {
	case 3:
		v = v<<4 | 15
		fallthrough
	case 4:
		wide := func(shift uint) uint8 { return uint8(v>>shift&15) * 17 }
		return color.NRGBA{wide(12), wide(8), wide(4), wide(0)}, true
	case 6:
		v = v<<8 | 255
		fallthrough
	case 8:
		return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}, true
	}
	return color.NRGBA{}, false
}

// number reads a number or a percentage of whole.
func number(field string, whole float64) (float64, bool) {
	part, percent := strings.CutSuffix(field, "%")
	v, err := strconv.ParseFloat(part, 64)
	if percent {
		v = v / 100 * whole
	}
	return v, err == nil && finite(v)
}

// alpha16 is an opacity as a colour that masks.
func alpha16(a float64) color.Alpha16 { return color.Alpha16{A: uint16(math.Round(a * 0xffff))} }

func clamp255(v float64) uint8 { return uint8(math.Round(math.Max(0, math.Min(v, 255)))) }

// alpha reads the fourth field, 1 if there is none.
func alpha(fields []string) (uint8, bool) {
	if len(fields) < 4 {
		return 255, true
	}
	a, ok := number(fields[3], 1)
	return clamp255(a * 255), ok
}

func rgbColor(fields []string) (color.NRGBA, bool) {
	if len(fields) != 3 && len(fields) != 4 {
		return color.NRGBA{}, false
	}
	r, ok0 := number(fields[0], 255)
	g, ok1 := number(fields[1], 255)
	b, ok2 := number(fields[2], 255)
	a, ok3 := alpha(fields)
	return color.NRGBA{clamp255(r), clamp255(g), clamp255(b), a}, ok0 && ok1 && ok2 && ok3
}

func hslColor(fields []string) (color.NRGBA, bool) {
	if len(fields) != 3 && len(fields) != 4 {
		return color.NRGBA{}, false
	}
	h, ok0 := number(strings.TrimSuffix(fields[0], "deg"), 360)
	s, ok1 := number(fields[1], 1)
	l, ok2 := number(fields[2], 1)
	a, ok3 := alpha(fields)
	if !ok0 || !ok1 || !ok2 || !ok3 {
		return color.NRGBA{}, false
	}
	s, l = math.Max(0, math.Min(s, 1)), math.Max(0, math.Min(l, 1))
	part := func(n float64) uint8 { // CSS Color 4, "HSL to sRGB"
		k := math.Mod(n+h/30, 12)
		if k < 0 {
			k += 12
		}
		return clamp255(255 * (l - s*math.Min(l, 1-l)*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))))
	}
	return color.NRGBA{part(0), part(8), part(4), a}, true
}

// names are the colour names that charts are seen to use: CSS has 148.
var names = map[string]uint32{
	"black": 0x000000, "silver": 0xc0c0c0, "gray": 0x808080, "grey": 0x808080, "white": 0xffffff,
	"maroon": 0x800000, "red": 0xff0000, "purple": 0x800080, "fuchsia": 0xff00ff, "magenta": 0xff00ff,
	"green": 0x008000, "lime": 0x00ff00, "olive": 0x808000, "yellow": 0xffff00, "navy": 0x000080,
	"blue": 0x0000ff, "teal": 0x008080, "aqua": 0x00ffff, "cyan": 0x00ffff, "orange": 0xffa500,
	"brown": 0xa52a2a, "pink": 0xffc0cb, "gold": 0xffd700, "violet": 0xee82ee, "indigo": 0x4b0082,
	"coral": 0xff7f50, "crimson": 0xdc143c, "salmon": 0xfa8072, "tomato": 0xff6347, "khaki": 0xf0e68c,
	"beige": 0xf5f5dc, "ivory": 0xfffff0, "lavender": 0xe6e6fa, "orchid": 0xda70d6, "plum": 0xdda0dd,
	"tan": 0xd2b48c, "turquoise": 0x40e0d0, "chocolate": 0xd2691e, "firebrick": 0xb22222, "sienna": 0xa0522d,
	"skyblue": 0x87ceeb, "steelblue": 0x4682b4, "royalblue": 0x4169e1, "dodgerblue": 0x1e90ff,
	"deepskyblue": 0x00bfff, "lightblue": 0xadd8e6, "cornflowerblue": 0x6495ed, "slateblue": 0x6a5acd,
	"darkblue": 0x00008b, "darkred": 0x8b0000, "darkgreen": 0x006400, "darkorange": 0xff8c00,
	"darkgray": 0xa9a9a9, "darkgrey": 0xa9a9a9, "lightgray": 0xd3d3d3, "lightgrey": 0xd3d3d3,
	"dimgray": 0x696969, "dimgrey": 0x696969, "slategray": 0x708090, "slategrey": 0x708090,
	"whitesmoke": 0xf5f5f5, "gainsboro": 0xdcdcdc, "lightgreen": 0x90ee90, "forestgreen": 0x228b22,
	"seagreen": 0x2e8b57, "limegreen": 0x32cd32, "yellowgreen": 0x9acd32, "hotpink": 0xff69b4,
	"deeppink": 0xff1493, "orangered": 0xff4500, "goldenrod": 0xdaa520,
}
