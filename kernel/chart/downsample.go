package chart

import (
	"math"
	"math/rand/v2"
	"slices"
)

// maxPoints is how many points a chart carries in all, so that a notebook with
// many charts stays small: about 12 KB.
const maxPoints = 700

// maxDots is how many points a scatter chart carries, about 55 KB: each stands for
// itself.
const maxDots = 1500

// some chooses n of the indices 0…all-1 at random, the same ones each time, in
// their order (Knuth, TAOCP 2, 3.4.2, algorithm S).
func some(all, n int) []int {
	r := rand.New(rand.NewPCG(1, 2))
	keep := make([]int, 0, min(n, all))
	for i := range all {
		if r.IntN(all-i) < n-len(keep) {
			keep = append(keep, i)
		}
	}
	return keep
}

// share is how many of a chart's points each of n series may have.
func share(n int) int { return max(maxPoints/max(n, 1), 40) }

// thin chooses at most n of the points (x[i], y[i]), first and last included,
// so that their line looks as before: of each bucket the point that makes the
// largest triangle with its neighbours (Steinarsson, "Downsampling Time Series
// for Visual Representation", 2013, Largest-Triangle-Three-Buckets). It returns
// indices, rising. The time is linear in len(x).
func thin(x, y []float64, n int) []int {
	all := len(x)
	if all <= n || n < 3 {
		keep := make([]int, all)
		for i := range keep {
			keep[i] = i
		}
		return keep
	}
	keep := make([]int, 0, n)
	keep = append(keep, 0)
	edge := func(b int) int { return 1 + b*(all-2)/(n-2) }
	last := 0
	for b := range n - 2 {
		lo, hi := edge(b), edge(b+1)
		next, end := hi, all
		if b+2 <= n-2 {
			end = edge(b + 2)
		}
		var mx, my float64 // the middle of the next bucket
		for i := next; i < end; i++ {
			mx += x[i] / float64(end-next)
			my += y[i] / float64(end-next)
		}
		best, area := lo, -1.0
		for i := lo; i < hi; i++ {
			if a := math.Abs((x[last]-mx)*(y[i]-y[last]) - (x[last]-x[i])*(my-y[last])); a > area {
				best, area = i, a
			}
		}
		keep = append(keep, best)
		last = best
	}
	return append(keep, all-1)
}

// spread chooses at most n indices of 0…all-1, at even distances, and those of
// must besides.
func spread(all, n int, must ...int) []int {
	if all <= n {
		keep := make([]int, all)
		for i := range keep {
			keep[i] = i
		}
		return keep
	}
	keep := make([]int, 0, n+len(must))
	for i := range n {
		keep = append(keep, i*(all-1)/max(n-1, 1))
	}
	keep = append(keep, must...)
	slices.Sort(keep)
	return slices.Compact(keep)
}

// extremes are the indices of the least and the largest value; nil without any.
func extremes(v []float64) []int {
	if len(v) == 0 {
		return nil
	}
	lo, hi := 0, 0
	for i := range v {
		if v[i] < v[lo] {
			lo = i
		}
		if v[i] > v[hi] {
			hi = i
		}
	}
	return []int{lo, hi}
}
