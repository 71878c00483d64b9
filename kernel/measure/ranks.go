package measure

import (
	"math"
	"slices"
)

// Tests by rank say whether two sets of samples differ without an assumption
// about how samples are distributed. Both here are exact for small sets, ties
// included, and take the normal approximation for larger ones: Hollander,
// Wolfe and Chicken, "Nonparametric Statistical Methods", 3rd edition, sections
// 3.1 (signed ranks) and 4.1 (rank sums).

const (
	exactPairs   = 100 // up to so many differences the distribution of signed ranks is computed
	exactSamples = 50  // up to so many samples in both sets that of the rank sum
)

// midranks returns twice the rank of each value, so that ties, which share the
// mean of their ranks, have whole numbers too, and Σ(t³−t) over groups of ties.
func midranks(values []float64) (ranks []int, ties float64) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	ranks = make([]int, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = from + 1 + to
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return ranks, ties
}

// signedRank tests whether differences lie around 0 (Wilcoxon): p is the
// probability of differences as one-sided as these, or more so, if each had
// its sign by the toss of a coin. Differences of 0 say nothing and are left out.
func signedRank(differences []float64) (p float64, exact bool) {
	var sizes []float64
	var positive []bool
	for _, d := range differences {
		if d != 0 && isFinite(d) {
			sizes, positive = append(sizes, math.Abs(d)), append(positive, d > 0)
		}
	}
	n := len(sizes)
	if n == 0 {
		return 1, true
	}
	ranks, ties := midranks(sizes)
	w, all := 0, 0
	for i, r := range ranks {
		all += r
		if positive[i] {
			w += r
		}
	}
	if n > exactPairs {
		m := float64(n)
		variance := m*(m+1)*(2*m+1)/24 - ties/48
		// Half a step towards the middle, for a distribution of whole numbers.
		z := (math.Abs(float64(w)/2-m*(m+1)/4) - 0.5) / math.Sqrt(variance)
		return min(1, 2*normalAbove(z)), false
	}
	return twoSided(signDistribution(ranks), w, all), true
}

// signDistribution returns the probability of each sum of those ranks that get
// a plus by the toss of a coin.
func signDistribution(ranks []int) []float64 {
	dist := []float64{1}
	for _, r := range ranks {
		next := make([]float64, len(dist)+r)
		for sum, p := range dist {
			next[sum] += p / 2
			next[sum+r] += p / 2
		}
		dist = next
	}
	return dist
}

// rankSum tests whether one of two sets tends to larger values (Mann and
// Whitney): p is the probability of sets as different as these, or more so, if
// chance had dealt the values out.
func rankSum(a, b []float64) (p float64, exact bool) {
	a, b = finite(a), finite(b)
	if len(a) == 0 || len(b) == 0 {
		return 1, true
	}
	ranks, ties := midranks(append(slices.Clone(a), b...))
	w := 0
	for _, r := range ranks[:len(a)] {
		w += r
	}
	n1, n2 := float64(len(a)), float64(len(b))
	n := n1 + n2
	if len(ranks) > exactSamples {
		variance := n1 * n2 / 12 * (n + 1 - ties/(n*(n-1)))
		if variance <= 0 {
			return 1, false
		}
		u := float64(w)/2 - n1*(n1+1)/2
		z := (math.Abs(u-n1*n2/2) - 0.5) / math.Sqrt(variance)
		return min(1, 2*normalAbove(z)), false
	}
	if ties == 0 { // all are twice a whole number
		w /= 2
		for i := range ranks {
			ranks[i] /= 2
		}
	}
	low, high := 0, 0 // the sums that the smallest and the largest len(a) ranks have
	sorted := slices.Sorted(slices.Values(ranks))
	for i := range a {
		low += sorted[i]
		high += sorted[len(sorted)-1-i]
	}
	return twoSided(dealDistribution(ranks, len(a)), w, low+high), true
}

// dealDistribution returns the probability of each sum of n of the ranks,
// drawn by chance. Its time grows with the fourth power of their number:
// two milliseconds for 25 of 50.
func dealDistribution(ranks []int, n int) []float64 {
	most := 0
	for _, r := range ranks {
		most += r
	}
	// ways[k][s]: how many choices of k of the ranks so far add up to s.
	ways := make([][]float64, n+1)
	for k := range ways {
		ways[k] = make([]float64, most+1)
	}
	ways[0][0] = 1
	soFar := 0
	for i, r := range slices.Sorted(slices.Values(ranks)) {
		soFar += r
		for k := min(i+1, n); k >= 1; k-- {
			to, from := ways[k][:soFar+1], ways[k-1]
			for s := soFar; s >= r; s-- {
				to[s] += from[s-r]
			}
		}
	}
	total := 0.0
	for _, w := range ways[n] {
		total += w
	}
	for s := range ways[n] {
		ways[n][s] /= total
	}
	return ways[n]
}

// twoSided returns twice the probability of the tail in which w lies, of a
// distribution that has its middle at sums/2.
func twoSided(dist []float64, w, sums int) float64 {
	below, above := 0.0, 0.0
	for s, p := range dist {
		if s <= w {
			below += p
		}
		if s >= w {
			above += p
		}
	}
	return min(1, 2*min(below, above))
}

// normalAbove is the probability that a standard normal value exceeds z.
func normalAbove(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// normalQuantile is the value that a standard normal one exceeds with
// probability p.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(1-2*p) }

// tailRank returns the largest count k so that each tail of the
// distribution beyond the k'th smallest pair has at most probability tail, and
// the probability of both: sums of ranks without ties from offset on.
func tailRank(dist []float64, offset int, tail float64) (k int, both float64) {
	sum := 0.0
	for s := offset; s < len(dist); s++ {
		if sum+dist[s] > tail {
			break
		}
		sum += dist[s]
		k++
	}
	return k, 2 * sum
}
