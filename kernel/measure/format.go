package measure

import (
	"math"
	"strconv"
	"time"
)

// A scale is a unit and how many base units it has.
type scale struct {
	name string
	size float64
}

var (
	timeScales = []scale{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}, {"ps", 1e-12}}
	byteScales = []scale{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
)

// FormatSeconds writes a time with the given number of significant digits and
// the unit that suits it: "1.23 ms", "620 ns", "75.0 s". Digits before the
// decimal point are never cut: 12345 s with 3 digits is "12345 s". Zero is
// "0 s", NaN "n/a".
func FormatSeconds(seconds float64, digits int) string {
	return format(seconds, digits, timeScales)
}

// FormatDuration is [FormatSeconds] for a time.Duration.
func FormatDuration(d time.Duration, digits int) string {
	return FormatSeconds(d.Seconds(), digits)
}

// FormatBytes writes a number of bytes likewise, with units of 1024: "1.50 KiB".
// Whole numbers below 1024 have no decimals.
func FormatBytes(bytes float64, digits int) string {
	if math.Abs(bytes) < 1024 && bytes == math.Trunc(bytes) {
		return strconv.FormatFloat(bytes, 'f', 0, 64) + " B"
	}
	return format(bytes, digits, byteScales)
}

// formatAlike writes the first value with its unit and the others in the same
// unit and with as many decimals, without the unit.
func formatAlike(digits int, seconds ...float64) []string {
	unit := pick(seconds[0], digits, timeScales)
	decimals := decimals(seconds[0]/unit.size, digits)
	texts := make([]string, len(seconds))
	for i, s := range seconds {
		texts[i] = strconv.FormatFloat(s/unit.size, 'f', decimals, 64)
	}
	texts[0] += " " + unit.name
	return texts
}

func format(value float64, digits int, scales []scale) string {
	switch {
	case math.IsNaN(value):
		return "n/a"
	case value == 0:
		return "0 " + base(scales)
	}
	unit := pick(value, digits, scales)
	v := value / unit.size
	return strconv.FormatFloat(v, 'f', decimals(v, digits), 64) + " " + unit.name
}

// base returns the name of the unit of size 1.
func base(scales []scale) string {
	for _, s := range scales {
		if s.size == 1 {
			return s.name
		}
	}
	panic("BUG: scales without a base unit")
}

// pick returns the largest unit of which value, rounded, has at least one, or
// the smallest unit.
func pick(value float64, digits int, scales []scale) scale {
	if value == 0 {
		return scale{base(scales), 1}
	}
	for _, s := range scales {
		v := math.Abs(value) / s.size
		if v >= 1 || strconv.FormatFloat(v, 'f', decimals(v, digits), 64)[0] == '1' {
			return s
		}
	}
	return scales[len(scales)-1]
}

// decimals returns how many digits behind the point v needs for the given
// number of significant ones. v just below a power of ten, which rounds up to
// it, needs one less than it seems.
func decimals(v float64, digits int) int {
	digits = min(max(digits, 1), maxPrecision)
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	// The exponent after rounding to that many digits.
	text := strconv.FormatFloat(v, 'e', digits-1, 64)
	for i := range text {
		if text[i] == 'e' {
			exponent, _ := strconv.Atoi(text[i+1:])
			return max(0, digits-1-exponent)
		}
	}
	return 0
}
