package chart

import (
	"math"
	"slices"
	"sort"
)

// finite returns the values that are numbers, in their order, and how many are
// not. It does not keep v.
func finite(v []float64) (kept []float64, lost int) {
	kept = make([]float64, 0, len(v))
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			lost++
			continue
		}
		kept = append(kept, x)
	}
	return kept, lost
}

// sorted is a sorted copy.
func sorted(v []float64) []float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s
}

// quantile of sorted values, by linear interpolation between the order
// statistics (type 7 of Hyndman and Fan, The American Statistician 50(4), 1996).
// NaN without values.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	f := h - float64(i)
	return sorted[i]*(1-f) + sorted[i+1]*f
}

// spreadOf is the standard deviation of values, computed without overflow of
// the sum.
func spreadOf(v []float64) float64 {
	if len(v) < 2 {
		return 0
	}
	var mean, m2 float64 // Welford 1962
	for i, x := range v {
		d := x - mean
		mean += d / float64(i+1)
		m2 += d * (x - mean)
	}
	return math.Sqrt(m2 / float64(len(v)-1))
}

// A box is what a box plot draws of a group.
type box struct {
	low, q1, median, q3, high float64 // the ends of the whiskers and the quartiles
	least, most               float64
	n                         int
}

func boxOf(sorted []float64) box {
	b := box{
		q1: quantile(sorted, 0.25), median: quantile(sorted, 0.5), q3: quantile(sorted, 0.75),
		least: sorted[0], most: sorted[len(sorted)-1], n: len(sorted),
	}
	reach := 1.5 * (b.q3 - b.q1)
	b.low, b.high = b.q1, b.q3
	if i := sort.SearchFloat64s(sorted, b.q1-reach); i < len(sorted) {
		b.low = min(sorted[i], b.q1)
	}
	if i := sort.Search(len(sorted), func(i int) bool { return sorted[i] > b.q3+reach }); i > 0 {
		b.high = max(sorted[i-1], b.q3)
	}
	return b
}

// density estimates the density of sorted values at n places from a little
// below the least to a little above the largest, scaled to a largest of 1. The
// kernel is Gaussian; its width is Silverman's 0.9·min(s, IQR/1.34)·n^(−1/5).
// Values all alike give a narrow peak. It takes time in proportion to n plus
// the number of values: they are put into 512 bins first.
func density(sorted []float64, n int) (at, d []float64) {
	lo, hi := sorted[0], sorted[len(sorted)-1]
	width := spreadOf(sorted)
	if iqr := (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34; iqr > 0 && iqr < width {
		width = iqr
	}
	width *= 0.9 * math.Pow(float64(len(sorted)), -0.2)
	if !(width > 0) || math.IsInf(width, 0) {
		if width = math.Abs(lo) * 0.01; width == 0 {
			width = 1
		}
	}
	if width < (hi-lo)/500 { // finer than the bins can show
		width = (hi - lo) / 500
	}
	from, to := lo-2.5*width, hi+2.5*width
	const bins = 512
	var weight [bins]float64
	for _, v := range sorted {
		i := int((v - from) / (to - from) * bins)
		weight[min(max(i, 0), bins-1)]++
	}
	most := 0.0
	for k := range n {
		y, sum := from+(to-from)*float64(k)/float64(n-1), 0.0
		for i, w := range weight {
			if w != 0 {
				u := (y - (from + (to-from)*(float64(i)+0.5)/bins)) / width
				sum += w * math.Exp(-u*u/2)
			}
		}
		at, d = append(at, y), append(d, sum)
		most = max(most, sum)
	}
	for k := range d {
		d[k] /= most
	}
	return at, d
}

// bins counts sorted values in bars of equal width from lo; want is how many
// bars, 0 for the Freedman–Diaconis rule (2·IQR·n^(−1/3), Zeitschrift für
// Wahrscheinlichkeitstheorie 57, 1981), about 6 to 60. Edges are
// round figures. It returns at least one bar.
func bins(sorted []float64, want int) (edges []float64, count []int) {
	lo, hi := sorted[0], sorted[len(sorted)-1]
	width := 0.0
	if want > 0 {
		width = (hi - lo) / float64(min(want, 200))
	} else {
		width = 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * math.Pow(float64(len(sorted)), -1.0/3)
		width = max(width, (hi-lo)/50)
		if width > (hi-lo)/9 || width == 0 {
			width = (hi - lo) / 9
		}
		width = niceStep(width / 1.5) // which rounds up, to twice as much
	}
	if !(width > 1e-12*max(math.Abs(lo), math.Abs(hi))) || math.IsInf(width, 0) { // all alike, or too far apart
		if width = math.Abs(hi) / 50; width == 0 {
			width = 1
		}
		if hi-lo > width || math.IsInf(hi-lo, 0) {
			width = hi/5 - lo/5
		}
		return []float64{lo - width/2, lo + width/2}, []int{len(sorted)}
	}
	const dust = 1e-9 // what division leaves of 0.3/0.1 must not move it to another bar
	first := math.Floor(lo/width + dust)
	if want > 0 {
		first = lo / width
	}
	n := int(math.Floor(hi/width-first+dust)) + 1
	if want > 0 && n > 1 {
		n = min(n, want)
	}
	count = make([]int, n)
	for _, v := range sorted {
		count[min(max(int(v/width-first+dust), 0), n-1)]++
	}
	for i := range n + 1 {
		edges = append(edges, tidy((first+float64(i))*width))
	}
	return edges, count
}
