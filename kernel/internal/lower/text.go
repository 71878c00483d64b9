package lower

import (
	"go/constant"
	"strconv"
	"strings"
)

func quote(s string) string { return strconv.Quote(s) }

// floatText writes a constant so that it reads as the same floating-point
// number, always with a point or an exponent.
func floatText(v constant.Value, single bool) string {
	var s string
	if single {
		f, _ := constant.Float32Val(v)
		s = strconv.FormatFloat(float64(f), 'g', -1, 32)
	} else {
		f, _ := constant.Float64Val(v)
		s = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if !strings.ContainsAny(s, ".en") {
		s += ".0"
	}
	return s
}
