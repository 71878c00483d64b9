package measure

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// A Check is whether two pieces of code compute the same.
type Check struct {
	Name string `json:"name"`
	Base string `json:"base"`
	// Known is false where one of them has no value to compare.
	Known bool `json:"known"`
	Same  bool `json:"same"`
	// Text says so: "equal", "equal but for rounding: 3 units in the last place at
	// most", "differ: result 1, [17]: 3 and 4".
	Text string `json:"text"`
}

// checkValues compares what each variant computes with what the first does. A
// variant's code runs once for that, the first one's twice.
func checkValues(variants []Variant, n int, tolerance float64) []Check {
	if len(variants) < 2 || variants[0].Values == nil {
		return nil
	}
	base := variants[0].Values(n)
	if len(base) == 0 {
		return nil
	}
	var checks []Check
	for i, v := range variants {
		c := Check{Name: v.label(), Base: variants[0].label()}
		if v.Values == nil {
			c.Text = "has no value to compare"
			checks = append(checks, c)
			continue
		}
		same, text := SameValues(base, v.Values(n), tolerance)
		if i == 0 {
			if !same {
				return []Check{{Name: c.Name, Base: c.Base, Text: "gives another result each time (" + text + "): nothing to compare the others with"}}
			}
			continue
		}
		c.Known, c.Same, c.Text = true, same, text
		checks = append(checks, c)
	}
	return checks
}

// SameValues compares the results of two calls, value by value and down to
// their elements. Whole numbers, texts and the like have to be equal;
// floating-point numbers may differ by tolerance as a part of the larger one, or by
// four units in the last place; NaN equals NaN; of errors their texts are
// compared. Numbers of different types but the same kind are compared by value.
// text says in what they differ, or how they are the same.
//
// It looks at no more than ten million values.
func SameValues(a, b []any, tolerance float64) (same bool, text string) {
	c := comparer{tolerance: tolerance, left: 10_000_000, seen: map[[2]uintptr]bool{}}
	if len(a) != len(b) {
		return false, fmt.Sprintf("differ: %s and %s", count(len(a), "result", "results"), count(len(b), "result", "results"))
	}
	for i := range a {
		where := ""
		if len(a) > 1 {
			where = fmt.Sprintf("result %d, ", i+1)
		}
		if text := c.compare(where, reflect.ValueOf(a[i]), reflect.ValueOf(b[i])); text != "" {
			return false, "differ: " + text
		}
	}
	text = "equal"
	if c.part > 0 {
		text = fmt.Sprintf("equal but for rounding, %.2g of the value at most", c.part)
		if c.ulps <= 1000 {
			text = "equal but for rounding, " + count(int(c.ulps), "unit", "units") + " in the last place at most"
		}
	}
	if c.nan {
		text += "; NaN in both"
	}
	if c.left <= 0 {
		text += "; only the first ten million values were compared"
	}
	return true, text
}

// A comparer walks through two values at once.
type comparer struct {
	tolerance float64
	left      int // values that may still be looked at
	depth     int
	seen      map[[2]uintptr]bool
	ulps      uint64  // most units in the last place between two floats that count as equal
	part      float64 // and the largest difference, as a part
	nan       bool
}

var errorType = reflect.TypeFor[error]()

// compare returns what differs, "" for nothing.
func (c *comparer) compare(where string, a, b reflect.Value) string {
	const deepest = 10_000
	if c.left--; c.left <= 0 || c.depth >= deepest {
		return ""
	}
	c.depth++
	defer func() { c.depth-- }()
	for a.IsValid() && a.Kind() == reflect.Interface && !a.IsNil() {
		a = a.Elem()
	}
	for b.IsValid() && b.Kind() == reflect.Interface && !b.IsNil() {
		b = b.Elem()
	}
	if isNone(a) || isNone(b) {
		if isNone(a) == isNone(b) {
			return ""
		}
		return where + show(a) + " and " + show(b)
	}
	if a.Type().Implements(errorType) && b.Type().Implements(errorType) && a.CanInterface() && b.CanInterface() {
		return c.unless(where, a, b, a.Interface().(error).Error() == b.Interface().(error).Error())
	}
	switch {
	case a.CanFloat() && b.CanFloat():
		single := a.Kind() == reflect.Float32 || b.Kind() == reflect.Float32
		return c.unless(where, a, b, c.floats(a.Float(), b.Float(), single))
	case a.CanComplex() && b.CanComplex():
		x, y := a.Complex(), b.Complex()
		single := a.Kind() == reflect.Complex64 || b.Kind() == reflect.Complex64
		return c.unless(where, a, b, c.floats(real(x), real(y), single) && c.floats(imag(x), imag(y), single))
	case a.CanInt() && b.CanInt():
		return c.unless(where, a, b, a.Int() == b.Int())
	case a.CanUint() && b.CanUint():
		return c.unless(where, a, b, a.Uint() == b.Uint())
	case a.CanInt() && b.CanUint():
		return c.unless(where, a, b, a.Int() >= 0 && uint64(a.Int()) == b.Uint())
	case a.CanUint() && b.CanInt():
		return c.unless(where, a, b, b.Int() >= 0 && uint64(b.Int()) == a.Uint())
	}
	list := func(k reflect.Kind) bool { return k == reflect.Slice || k == reflect.Array }
	if a.Kind() != b.Kind() && !(list(a.Kind()) && list(b.Kind())) {
		return fmt.Sprintf("%s%s and %s", where, a.Type(), b.Type())
	}
	switch a.Kind() {
	case reflect.Bool:
		return c.unless(where, a, b, a.Bool() == b.Bool())
	case reflect.String:
		return c.unless(where, a, b, a.String() == b.String())
	case reflect.Slice, reflect.Array:
		return c.lists(where, a, b)
	case reflect.Map:
		return c.maps(where, a, b)
	case reflect.Struct:
		return c.structs(where, a, b)
	case reflect.Pointer:
		if c.met(a.Pointer(), b.Pointer()) {
			return ""
		}
		return c.compare(where, a.Elem(), b.Elem())
	}
	return "" // functions and channels: nothing can be said
}

func (c *comparer) unless(where string, a, b reflect.Value, same bool) string {
	if same {
		return ""
	}
	return where + show(a) + " and " + show(b)
}

// met reports whether the two pointers were compared before, which ends cycles.
func (c *comparer) met(a, b uintptr) bool {
	key := [2]uintptr{a, b}
	if a == b || c.seen[key] {
		return true
	}
	c.seen[key] = true
	return false
}

func (c *comparer) lists(where string, a, b reflect.Value) string {
	if a.Len() != b.Len() {
		return fmt.Sprintf("%s%d and %d elements", where, a.Len(), b.Len())
	}
	for i := range a.Len() {
		if text := c.compare("", a.Index(i), b.Index(i)); text != "" {
			return where + "[" + strconv.Itoa(i) + "]: " + text
		}
	}
	return ""
}

func (c *comparer) maps(where string, a, b reflect.Value) string {
	if a.Len() != b.Len() {
		return fmt.Sprintf("%s%d and %d keys", where, a.Len(), b.Len())
	}
	if a.Type().Key() != b.Type().Key() {
		return fmt.Sprintf("%s%s and %s", where, a.Type(), b.Type())
	}
	if c.met(a.Pointer(), b.Pointer()) {
		return ""
	}
	for keys := a.MapRange(); keys.Next(); {
		other := b.MapIndex(keys.Key())
		if !other.IsValid() {
			return where + "key " + show(keys.Key()) + " in one of them only"
		}
		if text := c.compare("", keys.Value(), other); text != "" {
			return where + "[" + show(keys.Key()) + "]: " + text
		}
	}
	return ""
}

func (c *comparer) structs(where string, a, b reflect.Value) string {
	if a.NumField() != b.NumField() {
		return fmt.Sprintf("%s%s and %s", where, a.Type(), b.Type())
	}
	for i := range a.NumField() {
		if text := c.compare("", a.Field(i), b.Field(i)); text != "" {
			return where + a.Type().Field(i).Name + ": " + text
		}
	}
	return ""
}

// floats reports whether x and y are the same but for rounding.
func (c *comparer) floats(x, y float64, single bool) bool {
	if x == y {
		return true
	}
	if math.IsNaN(x) && math.IsNaN(y) {
		c.nan = true
		return true
	}
	if !isFinite(x) || !isFinite(y) {
		return false
	}
	ulps := between(x, y)
	part := math.Abs(x-y) / max(math.Abs(x), math.Abs(y))
	if single {
		ulps >>= 29 // bits that a float64 has more than a float32
	}
	if ulps > 4 && part > c.tolerance {
		return false
	}
	c.ulps, c.part = max(c.ulps, ulps, 1), max(c.part, part)
	return true
}

// between counts the steps from x to y, from one float64 to the next.
func between(x, y float64) uint64 {
	// Floats in order are bit patterns in order, negative ones backwards.
	key := func(f float64) uint64 {
		b := math.Float64bits(f)
		if b>>63 != 0 {
			return ^b
		}
		return b | 1<<63
	}
	a, b := key(x), key(y)
	return max(a, b) - min(a, b)
}

func isNone(v reflect.Value) bool {
	if !v.IsValid() {
		return true
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func:
		return v.IsNil()
	}
	return false // a nil slice is an empty one
}

// show writes a value, shortened.
func show(v reflect.Value) string {
	const most = 60
	if !v.IsValid() {
		return "nil"
	}
	var text string
	switch {
	case isNone(v):
		text = "nil"
	case v.CanFloat():
		text = strconv.FormatFloat(v.Float(), 'g', 17, 64)
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array || v.Kind() == reflect.Map:
		text = fmt.Sprintf("a %s of %d", v.Type(), v.Len())
	case v.Kind() == reflect.String:
		text = strconv.Quote(v.String())
	default:
		text = fmt.Sprint(v)
	}
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return text
}
