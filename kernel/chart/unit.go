package chart

import (
	"math"
	"strconv"
	"strings"
)

// A scale turns values in a base unit into figures of a unit that fits.
type scale struct {
	factor float64 // figure = value × factor
	unit   string  // of the figures
}

// A step is a multiple of a base unit: the values from which it is used.
type step struct {
	size   float64
	prefix string
}

var (
	seconds = []step{{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}}
	binary  = []step{{1, "B"}, {1 << 10, "KiB"}, {1 << 20, "MiB"}, {1 << 30, "GiB"}, {1 << 40, "TiB"}}
	// prefixes of the SI, for rates; those below 1 only where a unit is used with them
	large = []step{{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}, {1e15, "P"}}
	small = []step{{1e-9, "n"}, {1e-6, "µ"}, {1e-3, "m"}, {1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}}
	// counts are written in words on axes
	counts = []step{{1, ""}, {1e6, "million"}, {1e9, "billion"}}
)

// siUnits take prefixes.
var siUnits = map[string][]step{
	"B/s": large, "FLOP/s": large, "Hz": large, "op/s": large, "ops/s": large, "bit/s": large, "FLOP": large,
	"W": small, "J": small, "m": small, "g": small, "V": small, "A": small,
}

// scaleFor chooses the unit for values up to max, a magnitude.
func scaleFor(unit string, max float64) scale {
	pick := func(steps []step) step {
		best := steps[0]
		for _, s := range steps {
			if max >= s.size*0.99995 { // 999.96 µs is written as 1 ms
				best = s
			}
		}
		if max == 0 || math.IsNaN(max) { // the base unit
			for _, s := range steps {
				if s.size == 1 {
					best = s
				}
			}
		}
		return best
	}
	switch unit {
	case "s":
		s := pick(seconds)
		return scale{1 / s.size, s.prefix}
	case "B":
		s := pick(binary)
		return scale{1 / s.size, s.prefix}
	case "%", "×":
		return scale{1, unit}
	}
	if steps, ok := siUnits[unit]; ok {
		s := pick(steps)
		return scale{1 / s.size, s.prefix + unit}
	}
	s := pick(counts)
	switch {
	case s.prefix == "":
		return scale{1, unit}
	case unit == "":
		return scale{1 / s.size, s.prefix + "s"}
	}
	return scale{1 / s.size, s.prefix + " " + unit}
}

// quantity writes a value with its unit: "12.3 ms".
func quantity(v float64, unit string) string {
	if math.IsNaN(v) {
		return "n/a"
	}
	if math.IsInf(v, 0) {
		return strings.TrimSpace(number(v) + " " + unit)
	}
	if _, si := siUnits[unit]; unit != "s" && unit != "B" && !si {
		switch unit {
		case "":
			return number(v)
		case "×":
			return number(v) + "×"
		}
		return number(v) + " " + unit
	}
	s := scaleFor(unit, math.Abs(v))
	return number(v*s.factor) + " " + s.unit
}

// number writes v with four significant digits and without an exponent where
// that stays short.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "n/a"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case v == 0:
		return "0"
	}
	a := math.Abs(v)
	if a >= 1e15 || a < 1e-4 {
		s := strconv.FormatFloat(v, 'e', 3, 64) // as JavaScript has it: 1.5e-7
		mantissa, exponent, _ := strings.Cut(s, "e")
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
	}
	if a >= 1000 {
		return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	}
	digits := max(3-int(math.Floor(math.Log10(a))), 0)
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// label names an axis: "time (ms)".
func label(name, unit string) string {
	switch {
	case unit == "":
		return name
	case name == "":
		return unit
	}
	return name + " (" + unit + ")"
}

// plural is a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// or is the first of its arguments that is not empty.
func or(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
