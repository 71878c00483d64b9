package chart

import (
	"math"
	"strconv"
)

// An axis carries figures. It knows the values that are drawn along it and from
// them chooses its unit, its ends and its ticks.
type axis struct {
	name   string
	base   string // unit of the values
	log    bool
	zero   bool // a linear axis that begins at 0 where no value is negative
	binary bool // a logarithmic axis with ticks at powers of two
	lo, hi float64
	scale  scale
	ticks  []float64 // in the unit of the figures, as are min and max
	min    float64
	max    float64
}

// newAxis makes an axis for the values given. A logarithmic one for which there
// is no positive value becomes linear.
func newAxis(name, unit string, log bool, values ...[]float64) *axis {
	a := &axis{name: name, base: unit, log: log, lo: math.Inf(1), hi: math.Inf(-1)}
	a.binary = unit == "B"
	a.extend(values...)
	if log && len(values) > 0 && a.blank() {
		a.log = false
		a.extend(values...)
	}
	return a
}

// newLogOrLinear makes an axis that is logarithmic where the largest value is
// more than ratio times the smallest and none is 0 or less.
func newLogOrLinear(name, unit string, ratio float64, values ...[]float64) *axis {
	a := newAxis(name, unit, false, values...)
	if a.lo > 0 && a.hi > ratio*a.lo {
		a.log = true
	}
	return a
}

// extend takes further values into the axis' range.
func (a *axis) extend(values ...[]float64) {
	for _, vs := range values {
		for _, v := range vs {
			if a.drawable(v) {
				a.lo, a.hi = min(a.lo, v), max(a.hi, v)
			}
		}
	}
}

// A logarithmic axis takes values between these, so that neither a unit nor a
// decade more leaves the range of float64.
const (
	leastLog = 1e-250
	mostLog  = 1e250
)

// drawable says whether v has a place on the axis.
func (a *axis) drawable(v float64) bool {
	if a.log {
		return v >= leastLog && v <= mostLog
	}
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}

// blank says whether there is nothing to draw.
func (a *axis) blank() bool { return a.lo > a.hi }

// fit chooses unit, ends and ticks. It is called once all values are in.
func (a *axis) fit() *axis {
	if a.blank() {
		a.lo, a.hi = 0, 1
		if a.log {
			a.lo, a.hi = 1, 10
		}
	}
	if a.log {
		a.fitLog()
	} else {
		a.fitLinear()
	}
	return a
}

func (a *axis) fitLinear() {
	lo, hi := a.lo, a.hi
	if a.zero && lo > 0 {
		lo = 0
	}
	if a.zero && hi < 0 {
		hi = 0
	}
	a.scale = scaleFor(a.base, max(math.Abs(lo), math.Abs(hi)))
	lo, hi = lo*a.scale.factor, hi*a.scale.factor
	if !(hi-lo > 1e-12*max(math.Abs(lo), math.Abs(hi))) { // all alike
		pad := math.Abs(hi) * 0.1
		if pad == 0 {
			pad = 1
		}
		hi += pad
		if !a.zero || lo != 0 {
			lo -= pad
		}
	}
	if math.IsInf(hi-lo, 0) { // no ticks between figures this far apart
		a.min, a.max, a.ticks = lo, hi, []float64{lo, 0, hi}
		return
	}
	step := niceStep((hi - lo) / 5)
	first, last := math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
	for i := first; i <= last && len(a.ticks) < 20; i++ {
		a.ticks = append(a.ticks, tidy(i*step))
	}
	a.min, a.max = tidy(first*step), tidy(last*step)
}

// tight moves the ends of a linear axis to the values, so that little of the
// width is empty; ticks outside go.
func (a *axis) tight(lo, hi float64) *axis {
	a.min, a.max = lo, hi
	var kept []float64
	for _, t := range a.ticks {
		if t >= lo-1e-9*math.Abs(lo) && t <= hi+1e-9*math.Abs(hi) {
			kept = append(kept, t)
		}
	}
	a.ticks = kept
	return a
}

// tightest moves the ends of a linear axis to the least and the largest value,
// unless these are the same.
func (a *axis) tightest() {
	a.tight(min(a.lo*a.scale.factor, a.max), max(a.hi*a.scale.factor, a.min))
	if a.min == a.max {
		a.ticks = nil
		a.fit()
	}
}

// fitLog puts the ends at figures that begin with 1, 2 or 5, and ticks there, at
// decades, or at powers of two.
func (a *axis) fitLog() {
	a.scale = scaleFor(a.base, a.lo)
	lo, hi := a.lo*a.scale.factor, a.hi*a.scale.factor
	if a.binary {
		a.fitBinary(lo, hi)
		return
	}
	decades := math.Log10(hi / lo)
	one := func(e float64) []float64 { return []float64{math.Pow(10, e)} }
	three := func(e float64) []float64 { p := math.Pow(10, e); return []float64{p, 2 * p, 5 * p} }
	places := one
	if decades < 2.2 {
		places = three
	}
	var all []float64
	for e := math.Floor(math.Log10(lo)) - 1; e <= math.Ceil(math.Log10(hi))+1; e++ {
		all = append(all, places(e)...)
	}
	first, last := 0, len(all)-1
	for i, t := range all {
		if t <= lo*1.0001 {
			first = i
		}
	}
	for i := last; i > first && all[i] >= hi*0.9999; i-- {
		last = i
	}
	if last == first {
		last = min(first+1, len(all)-1)
	}
	a.min, a.max = all[first], all[last]
	every := 1
	if decades >= 2.2 {
		every = (last-first)/8 + 1
	}
	for i := first; i <= last; i += every {
		a.ticks = append(a.ticks, tidy(all[i]))
	}
}

func (a *axis) fitBinary(lo, hi float64) {
	first, last := math.Floor(math.Log2(lo)+1e-9), math.Ceil(math.Log2(hi)-1e-9)
	if first == last {
		first, last = first-1, last+1
	}
	a.min, a.max = math.Exp2(first), math.Exp2(last)
	every := math.Ceil((last - first) / 9)
	for e := first; e <= last; e += every {
		a.ticks = append(a.ticks, math.Exp2(e))
	}
}

// at turns a value into a figure of the axis, rounded to what can be seen: a
// twenty-thousandth of a linear axis, five digits of a logarithmic one. What
// has no place on the axis becomes nil.
func (a *axis) at(v float64) any {
	if !a.drawable(v) {
		return nil
	}
	v *= a.scale.factor
	if a.log {
		return significant(v, 5)
	}
	if r := niceStep((a.max - a.min) / 2e5); r > 0 && !math.IsInf(r, 0) {
		return tidy(math.Round(v/r) * r)
	}
	return v
}

// option is the axis for ECharts.
func (a *axis) option() obj {
	o := obj{
		"type": "value", "name": label(a.name, a.unitName()), "nameLocation": "middle",
		"min": a.min, "max": a.max,
		"axisTick":  obj{"customValues": a.ticks},
		"axisLabel": obj{"customValues": a.ticks, "hideOverlap": true},
	}
	if a.log {
		o["type"] = "log"
		o["logBase"] = 10
		o["startValue"] = a.min // where bars begin; ECharts' own choice is 1
		if a.binary {
			o["logBase"] = 2
		}
		o["axisLabel"] = obj{"customValues": a.ticks, "hideOverlap": true, "formatter": a.formatter()}
	} else if a.max-a.min < 1e-3 || max(math.Abs(a.min), math.Abs(a.max)) >= 1e5 {
		o["axisLabel"] = obj{"customValues": a.ticks, "hideOverlap": true, "formatter": fn("quantity", "", 1)}
	}
	return o
}

// unitName is what stands in the axis' name. The ticks of a logarithmic axis
// carry their own units, as they go over several.
func (a *axis) unitName() string {
	if !a.log {
		return a.scale.unit
	}
	if a.base == "s" || a.base == "B" || siUnits[a.base] != nil {
		return "log scale"
	}
	if a.base == "" {
		return "log scale"
	}
	return a.base + ", log scale"
}

// formatter writes ticks and values of the axis with their unit.
func (a *axis) formatter() obj {
	unit := a.base
	if a.log && a.base != "s" && a.base != "B" && siUnits[a.base] == nil {
		unit = ""
	}
	return fn("quantity", unit, a.back())
}

// back turns figures into values.
func (a *axis) back() float64 { return significant(1/a.scale.factor, 12) }

// dim describes a dimension of the data to the function "tip": which one, what
// it is called, its unit, and the factor that makes a value of the figure.
func (a *axis) dim(index int, name string) list {
	return list{index, or(name, a.name), a.base, a.back()}
}

// labelWidth is the room that the tick labels of a vertical axis take, in pixels.
func (a *axis) labelWidth() float64 {
	w := 0.0
	for _, t := range a.ticks {
		text := number(t)
		if a.log {
			text = quantity(t/a.scale.factor, a.base)
		}
		w = max(w, textWidth(text, 12))
	}
	return w
}

// niceStep is the least of 1, 2, 2.5, 5 times a power of ten that is not below v.
func niceStep(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if v <= m*p*1.0000001 {
			return m * p
		}
	}
	return 10 * p
}

// tidy takes the last bits' dirt off a product: 0.30000000000000004.
func tidy(v float64) float64 { return significant(v, 12) }

// significant rounds v to n significant digits.
func significant(v float64, n int) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// fn is a call of one of the functions that the page knows.
func fn(name string, args ...any) obj {
	if len(args) == 0 {
		return obj{"@fn": name}
	}
	return obj{"@fn": name, "args": args}
}
