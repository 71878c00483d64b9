package measure

import (
	"fmt"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxPoints is how many values of a parameter a sweep may have.
const maxPoints = 200

// ParsePoints reads a parameter and its values: "n=1,2,4", "n=1e3,1e4", or a
// range. "n=1e3..1e6" takes 1, 2 and 5 times each power of ten, or the powers of
// two between two of them; a range whose ends are near each other takes all
// whole numbers, or ten of them. "n=0..100:25" goes in steps of 25,
// "n=1..1e6*10" in factors of 10. Values are whole numbers, also written as 1e6
// or 2^20, or with Ki, Mi, Gi behind: 64Ki.
func ParsePoints(text string) (param string, values []int, err error) {
	param, list, ok := strings.Cut(text, "=")
	param = strings.TrimSpace(param)
	if !ok || !token.IsIdentifier(param) {
		return "", nil, fmt.Errorf("%q: want a parameter and its values such as n=1e3,1e4 or n=1e3..1e6", text)
	}
	for part := range strings.SplitSeq(list, ",") {
		more, err := parseRange(strings.TrimSpace(part))
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", param, err)
		}
		values = append(values, more...)
		if len(values) > maxPoints {
			return "", nil, fmt.Errorf("%s: more than %d values: take larger steps, as in n=1..1e6*10", param, maxPoints)
		}
	}
	slices.Sort(values)
	return param, slices.Compact(values), nil
}

// parseRange reads a value or a range.
func parseRange(text string) ([]int, error) {
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		v, err := parseWhole(text)
		return []int{v}, err
	}
	factor, step := 0, 0
	var err error
	if end, word, ok := strings.Cut(high, "*"); ok {
		high = end
		if factor, err = parseWhole(word); err != nil || factor < 2 {
			return nil, fmt.Errorf("%q: want a factor of 2 or more behind *", text)
		}
	} else if end, word, ok := strings.Cut(high, ":"); ok {
		high = end
		if step, err = parseWhole(word); err != nil || step < 1 {
			return nil, fmt.Errorf("%q: want a step of 1 or more behind the colon", text)
		}
	}
	from, err := parseWhole(low)
	if err != nil {
		return nil, err
	}
	to, err := parseWhole(high)
	if err != nil {
		return nil, err
	}
	if to < from {
		return nil, fmt.Errorf("%q: the end is smaller than the beginning", text)
	}
	if factor > 0 && from < 1 {
		return nil, fmt.Errorf("%q: a range in factors has to begin at 1 or more", text)
	}
	return spread(from, to, factor, step), nil
}

// spread lists the values of a range. There is one too many at most of
// maxPoints.
func spread(from, to, factor, step int) []int {
	twos := func(x int) bool { return x > 0 && x&(x-1) == 0 }
	switch {
	case factor == 0 && step == 0 && twos(from) && twos(to) && to-from > 16:
		factor = 2
	case factor == 0 && step == 0 && from >= 1 && to/from > 16:
		return series125(from, to)
	case factor == 0 && step == 0:
		step = max(1, (to-from)/9)
		if to-from <= 16 {
			step = 1
		}
	}
	var values []int
	for v := from; v <= to && len(values) <= maxPoints; {
		values = append(values, v)
		next := v + step
		if factor > 0 {
			if v > math.MaxInt/factor {
				break
			}
			next = v * factor
		}
		if next <= v { // beyond the largest number there is
			break
		}
		v = next
	}
	if last := values[len(values)-1]; last != to && step > 0 && (to-last)*2 < step && len(values) > 1 {
		values[len(values)-1] = to // steps of a ninth that do not meet the end
	} else if last != to && len(values) <= maxPoints {
		values = append(values, to)
	}
	return values
}

// series125 lists 1, 2 and 5 times powers of ten, and both ends.
func series125(from, to int) []int {
	values := []int{from}
	for power := 1; power <= to; power *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if v := digit * power; v > from && v < to && v/digit == power {
				values = append(values, v)
			}
		}
		if power > math.MaxInt/10 {
			break
		}
	}
	return append(values, to)
}

// parseWhole reads a whole number: 1000, 1_000, 1e3, 2^10, 64Ki.
func parseWhole(text string) (int, error) {
	wrong := fmt.Errorf("%q is not a whole number such as 1000, 1e3, 2^10 or 64Ki", text)
	word := strings.ReplaceAll(strings.TrimSpace(text), "_", "")
	shift := 0
	for suffix, bits := range map[string]int{"Ki": 10, "Mi": 20, "Gi": 30} {
		if short, ok := strings.CutSuffix(word, suffix); ok {
			word, shift = short, bits
		}
	}
	var v float64
	if base, power, ok := strings.Cut(word, "^"); ok {
		b, err := strconv.Atoi(base)
		p, err2 := strconv.Atoi(power)
		if err != nil || err2 != nil || p < 0 {
			return 0, wrong
		}
		v = math.Pow(float64(b), float64(p))
	} else {
		var err error
		if v, err = strconv.ParseFloat(word, 64); err != nil {
			return 0, wrong
		}
	}
	v *= float64(int(1) << shift)
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, wrong
	}
	return int(v), nil
}
