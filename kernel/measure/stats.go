package measure

import (
	"math"
	"slices"
)

// An Interval is where the true median lies, without an assumption about how
// the samples are distributed: between two of the samples themselves.
type Interval struct {
	Low  float64 `json:"low_sec"`
	High float64 `json:"high_sec"`
	// Confidence is how often such an interval contains the true median if
	// samples are independent, 0…1. Below 0.95 there were too few samples.
	Confidence float64 `json:"confidence"`
	// Rank says which samples they are: the Rank'th smallest and the Rank'th
	// largest; 1 means the smallest and the largest.
	Rank int `json:"rank"`
}

// ascending sorts what is a finite number; samples stay as they are.
func ascending(samples []float64) []float64 {
	s := finite(samples)
	slices.Sort(s)
	return s
}

// finite copies what is a finite number.
func finite(samples []float64) []float64 {
	s := make([]float64, 0, len(samples))
	for _, x := range samples {
		if isFinite(x) {
			s = append(s, x)
		}
	}
	return s
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// median returns the middle of the sorted samples, of which there is one.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// medianOf returns the median of samples in any order, NaN if there are none.
func medianOf(samples []float64) float64 {
	if s := ascending(samples); len(s) > 0 {
		return median(s)
	}
	return math.NaN()
}

// quantile returns the p-quantile of the sorted samples, of which there is one:
// type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The
// American Statistician 50(4), 1996, which most programs take by default.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// variation returns standard deviation by mean, NaN for fewer than two samples
// or a mean of 0.
func variation(samples []float64) float64 {
	n := float64(len(samples))
	sum := 0.0
	for _, x := range samples {
		sum += x
	}
	mean := sum / n
	squares := 0.0
	for _, x := range samples {
		squares += (x - mean) * (x - mean)
	}
	if n < 2 || mean == 0 {
		return math.NaN()
	}
	return math.Sqrt(squares/(n-1)) / math.Abs(mean)
}

// An Outlier is a sample far from the others. It is kept all the same.
type Outlier struct {
	Index int `json:"index"` // in the order taken
	// Severe is beyond three interquartile ranges from the quartiles, else it
	// is beyond one and a half: Tukey, "Exploratory Data Analysis", 1977,
	// section 2D.
	Severe bool `json:"severe,omitempty"`
	Low    bool `json:"low,omitempty"` // faster than the others
}

// outliers finds samples beyond Tukey's fences. Of fewer than ten the quartiles
// say too little for that.
func outliers(samples []float64) []Outlier {
	const fewest = 10
	sorted := ascending(samples)
	if len(sorted) < fewest {
		return nil
	}
	q1, q3 := quantile(sorted, 0.25), quantile(sorted, 0.75)
	r := q3 - q1
	var out []Outlier
	for i, x := range samples {
		if far := max(q1-x, x-q3); far > 1.5*r {
			out = append(out, Outlier{Index: i, Severe: far > 3*r, Low: x < q1})
		}
	}
	return out
}

// medianInterval returns the narrowest interval between order statistics that
// has a confidence of 95 %, or the widest there is if none has.
//
// The number of samples below the true median is binomial with p = 1/2, so
// the interval from the k'th smallest to the k'th largest misses it with
// probability 2·P(X < k): Conover, "Practical Nonparametric Statistics", 3rd
// edition, section 3.2.
func medianInterval(sorted []float64) Interval {
	const wanted = 0.95
	n := len(sorted)
	if n == 0 {
		return Interval{}
	}
	// From the rank of the normal approximation up or down: a million samples
	// must not take a million steps of a million.
	rank := max(1, int((float64(n)-1.96*math.Sqrt(float64(n)))/2))
	below := binomialBelow(n, rank)
	for rank > 1 && 1-2*below < wanted {
		rank--
		below -= binomialAt(n, rank)
	}
	for rank < (n+1)/2 && 1-2*(below+binomialAt(n, rank)) >= wanted {
		below += binomialAt(n, rank)
		rank++
	}
	return Interval{Low: sorted[rank-1], High: sorted[n-rank], Confidence: max(0, 1-2*below), Rank: rank}
}

// binomialBelow returns P(X < k) for n fair coins.
func binomialBelow(n, k int) float64 {
	sum := 0.0
	for i := k - 1; i >= 0; i-- {
		p := binomialAt(n, i)
		sum += p
		if p < 1e-18*sum { // the rest is smaller still
			break
		}
	}
	return sum
}

// binomialAt returns P(X = k) for n fair coins.
func binomialAt(n, k int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	in, _ := math.Lgamma(float64(k + 1))
	out, _ := math.Lgamma(float64(n - k + 1))
	return math.Exp(all - in - out - float64(n)*math.Ln2)
}
