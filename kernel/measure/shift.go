package measure

import (
	"math"
	"slices"
)

// A shift is by how much one set of values lies above another: the estimate of
// Hodges and Lehmann, the median of all differences there are, and the interval
// of all shifts that the test by ranks does not turn down. Of logarithms it is
// a ratio. Hollander, Wolfe and Chicken, sections 3.2, 3.3 and 4.2, 4.3.
type shift struct {
	estimate, low, high float64
	confidence          float64 // of the interval; 0 if there are too few values for the one asked for
	above               float64 // part of the differences that are positive, 0…1, of which equal ones count half
}

// pairedShift estimates the middle of differences. The pairs it counts are the
// means of any two differences and the differences themselves (Walsh).
func pairedShift(differences []float64, confidence float64) shift {
	d := ascending(differences)
	n := len(d)
	if n == 0 {
		return shift{}
	}
	pairs := n * (n + 1) / 2
	// atMost counts pairs i ≤ j with a mean of at most x.
	atMost := func(x float64) int {
		count, j := 0, n-1
		for i := 0; i < n; i++ {
			for j >= 0 && (d[i]+d[j])/2 > x {
				j--
			}
			if j < i {
				break
			}
			count += j - i + 1
		}
		return count
	}
	var k int
	var miss float64
	tail := (1 - confidence) / 2
	if n <= exactPairs {
		ranks := make([]int, n)
		for i := range ranks {
			ranks[i] = i + 1
		}
		k, miss = tailRank(signDistribution(ranks), 0, tail)
	} else {
		m := float64(n)
		k = int(m*(m+1)/4 - normalQuantile(tail)*math.Sqrt(m*(m+1)*(2*m+1)/24))
		miss = 1 - confidence
	}
	return shiftOf(atMost, pairs, k, miss, d[0], d[n-1])
}

// unpairedShift estimates how much a lies above b.
func unpairedShift(a, b []float64, confidence float64) shift {
	a, b = ascending(a), ascending(b)
	if len(a) == 0 || len(b) == 0 {
		return shift{}
	}
	// atMost counts pairs with a difference of at most x.
	atMost := func(x float64) int {
		count, j := 0, 0 // b[j:] are those with a[i]-b[j] ≤ x
		for i := range a {
			for j < len(b) && a[i]-b[j] > x {
				j++
			}
			count += len(b) - j
		}
		return count
	}
	var k int
	var miss float64
	tail := (1 - confidence) / 2
	if n := len(a) + len(b); n <= exactSamples {
		ranks := make([]int, n)
		for i := range ranks {
			ranks[i] = i + 1
		}
		k, miss = tailRank(dealDistribution(ranks, len(a)), len(a)*(len(a)+1)/2, tail)
	} else {
		n1, n2 := float64(len(a)), float64(len(b))
		k = int(n1*n2/2 - normalQuantile(tail)*math.Sqrt(n1*n2*(n1+n2+1)/12))
		miss = 1 - confidence
	}
	return shiftOf(atMost, len(a)*len(b), k, miss, a[0]-b[len(b)-1], a[len(a)-1]-b[0])
}

// shiftOf finds the estimate and the interval from the k'th smallest to the
// k'th largest of so many pairs, of which atMost counts those that are not
// larger than a value.
func shiftOf(atMost func(float64) int, pairs, k int, miss, least, most float64) shift {
	find := func(rank int) float64 { return nthValue(atMost, rank, least, most) }
	s := shift{estimate: (find((pairs+1)/2) + find(pairs/2+1)) / 2, low: math.Inf(-1), high: math.Inf(1)}
	if k >= 1 {
		s.low, s.high, s.confidence = find(k), find(pairs+1-k), 1-miss
	}
	notAbove := atMost(0)
	equal := notAbove - atMost(math.Nextafter(0, -1))
	s.above = (float64(pairs-notAbove) + float64(equal)/2) / float64(pairs)
	return s
}

// nthValue finds the rank'th smallest value between least and most by halving:
// the values themselves, of which there may be billions, are never stored.
func nthValue(atMost func(float64) int, rank int, least, most float64) float64 {
	for range 80 {
		if atMost(least) >= rank {
			return least
		}
		middle := least + (most-least)/2
		if most-least <= 1e-13*max(math.Abs(most), math.Abs(least)) {
			break
		}
		if atMost(middle) >= rank {
			most = middle
		} else {
			least = middle
		}
	}
	return most
}

// logs returns the natural logarithms of times. A time of 0, which a clock with
// long steps gives, counts as the smallest one there is.
func logs(times []float64) []float64 {
	least := math.Inf(1)
	for _, t := range times {
		if t > 0 {
			least = min(least, t)
		}
	}
	out := make([]float64, len(times))
	for i, t := range times {
		switch {
		case t > 0:
			out[i] = math.Log(t)
		case t == 0 && !math.IsInf(least, 1):
			out[i] = math.Log(least)
		default:
			out[i] = math.NaN()
		}
	}
	return out
}

// differences returns a[i]-b[i], as far as both go and are known.
func differences(a, b []float64) []float64 {
	n := min(len(a), len(b))
	d := make([]float64, 0, n)
	for i := range n {
		if x := a[i] - b[i]; isFinite(x) {
			d = append(d, x)
		}
	}
	return slices.Clip(d)
}
