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

func ascending(samples []float64) []float64 {
	return slices.Sorted(slices.Values(samples))
}

// median returns the middle of the sorted samples, of which there is one.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
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
	rank, confidence := 1, 1-2*binomialBelow(n, 1)
	for k := 2; k <= (n+1)/2; k++ {
		c := 1 - 2*binomialBelow(n, k)
		if c < wanted {
			break
		}
		rank, confidence = k, c
	}
	return Interval{Low: sorted[rank-1], High: sorted[n-rank], Confidence: max(0, confidence), Rank: rank}
}

// binomialBelow returns P(X < k) for n fair coins.
func binomialBelow(n, k int) float64 {
	sum := 0.0
	for i := range k {
		all, _ := math.Lgamma(float64(n + 1))
		in, _ := math.Lgamma(float64(i + 1))
		out, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(all - in - out - float64(n)*math.Ln2)
	}
	return sum
}
