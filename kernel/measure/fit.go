package measure

import (
	"math"
	"math/rand/v2"
)

// A Fit is a number that a law has for measured times.
type Fit struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"` // 95 % interval
	High  float64 `json:"high"`
	// Reason is empty, or says why the number can't be told.
	Reason string `json:"reason,omitempty"`
}

// Known reports whether the number can be told.
func (f Fit) Known() bool { return f.Reason == "" }

// tellable is the widest interval of a share, such as a serial fraction, that
// still says something.
const tellable = 0.1

// FitAmdahl finds the serial fraction f of Amdahl's law, which says that a job
// that takes T on one worker takes T·(f + (1−f)/p) on p (Amdahl, AFIPS spring
// joint computer conference 1967). seconds[i] are the times on workers[i],
// those of one round at the same place. workers may be what the workers were
// worth, where that was measured.
//
// p·T(p) is then a straight line in p−1, which is fitted to the medians of the
// times relative to their round's mean, so that whatever slows a whole round
// down does not count, each weighted by its size; the interval comes from 500 drawings of the rounds
// (bootstrap, Efron and Tibshirani 1993, chapter 13). Reason says why f can't
// be told: too few points or rounds, or noise that leaves more than a tenth
// open.
func FitAmdahl(workers []float64, seconds [][]float64) Fit {
	w, s := usable(workers, seconds)
	if len(w) < 2 || spanOf(w) < 1.1 {
		return Fit{Reason: "it takes two different numbers of workers at least"}
	}
	fit := func(t []float64) []float64 { return []float64{amdahl(w, t)} }
	f := resample(s, 1, fit)[0]
	switch {
	case f.Reason != "":
	case f.High-f.Low > tellable:
		f.Reason = "the noise is too large: it lies between " + ratio(f.Low) + " and " + ratio(f.High)
	}
	return f
}

// amdahl fits one time for each number of workers.
func amdahl(w, t []float64) float64 {
	var aa, ab, bb, a1, b1 float64
	for i := range w {
		y := w[i] * t[i]
		a, b := 1/y, (w[i]-1)/y
		aa, ab, bb, a1, b1 = aa+a*a, ab+a*b, bb+b*b, a1+a, b1+b
	}
	det := aa*bb - ab*ab
	if det <= 0 {
		return math.NaN()
	}
	base, slope := (a1*bb-b1*ab)/det, (aa*b1-ab*a1)/det
	return min(max(slope/base, 0), 1)
}

// FitUSL finds σ (contention: what has to be done one after the other) and κ
// (coherency: what each worker has to tell each other) of Gunther's universal
// scalability law, speed-up p/(1 + σ(p−1) + κp(p−1)): Gunther, "Guerrilla
// Capacity Planning", 2007, chapter 4. Otherwise it is like [FitAmdahl].
func FitUSL(workers []float64, seconds [][]float64) (sigma, kappa Fit) {
	w, s := usable(workers, seconds)
	if len(w) < 3 || spanOf(w) < 2 {
		f := Fit{Reason: "it takes three different numbers of workers at least"}
		return f, f
	}
	fits := resample(s, 2, func(t []float64) []float64 {
		sigma, kappa := usl(w, t)
		return []float64{sigma, kappa}
	})
	sigma, kappa = fits[0], fits[1]
	if sigma.Reason == "" && sigma.High-sigma.Low > 2*tellable {
		sigma.Reason = "the noise is too large: it lies between " + ratio(sigma.Low) + " and " + ratio(sigma.High)
	}
	if kappa.Reason == "" && kappa.High-kappa.Low > tellable {
		kappa.Reason = "the noise is too large: it lies between " + ratio(kappa.Low) + " and " + ratio(kappa.High)
	}
	return sigma, kappa
}

// usl fits p·T(p) = a + b(p−1) + c·p(p−1) with no coefficient below 0 and
// returns b/a and c/a. Of the four sets of coefficients that may be 0 it takes
// the best that has no negative one.
func usl(w, t []float64) (sigma, kappa float64) {
	columns := make([][3]float64, len(w))
	for i := range w {
		y := w[i] * t[i]
		columns[i] = [3]float64{1 / y, (w[i] - 1) / y, w[i] * (w[i] - 1) / y}
	}
	best := math.Inf(1)
	for _, use := range [][]int{{0}, {0, 1}, {0, 2}, {0, 1, 2}} {
		x, ok := leastSquares(columns, use)
		if !ok || x[0] <= 0 || x[1] < 0 || x[2] < 0 {
			continue
		}
		misfit := 0.0
		for _, c := range columns {
			d := 1 - c[0]*x[0] - c[1]*x[1] - c[2]*x[2]
			misfit += d * d
		}
		if misfit < best {
			best, sigma, kappa = misfit, x[1]/x[0], x[2]/x[0]
		}
	}
	return sigma, kappa
}

// leastSquares finds coefficients for the columns in use so that all rows come
// near 1.
func leastSquares(rows [][3]float64, use []int) (x [3]float64, ok bool) {
	n := len(use)
	var m [3][4]float64
	for _, r := range rows {
		for i := range n {
			for j := range n {
				m[i][j] += r[use[i]] * r[use[j]]
			}
			m[i][n] += r[use[i]]
		}
	}
	for i := range n { // Gauss and Jordan, the largest element first
		p := i
		for r := i + 1; r < n; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[p][i]) {
				p = r
			}
		}
		m[i], m[p] = m[p], m[i]
		if m[i][i] == 0 {
			return x, false
		}
		for r := range n {
			if f := m[r][i] / m[i][i]; r != i {
				for c := i; c <= n; c++ {
					m[r][c] -= f * m[i][c]
				}
			}
		}
	}
	for i := range n {
		x[use[i]] = m[i][n] / m[i][i]
	}
	return x, true
}

// usable drops points without a positive time, cuts all to the same rounds, and
// divides each time by the geometric mean of its round.
func usable(workers []float64, seconds [][]float64) (w []float64, s [][]float64) {
	rounds := math.MaxInt
	for i := range min(len(workers), len(seconds)) {
		if m := medianOf(seconds[i]); m > 0 && isFinite(workers[i]) && workers[i] > 0 {
			w, s = append(w, workers[i]), append(s, seconds[i])
			rounds = min(rounds, len(seconds[i]))
		}
	}
	if len(s) == 0 {
		return nil, nil
	}
	scaled := make([][]float64, len(s))
	for r := range rounds {
		sum := 0.0
		for i := range s {
			sum += math.Log(s[i][r])
		}
		for i := range s {
			scaled[i] = append(scaled[i], s[i][r]/math.Exp(sum/float64(len(s))))
		}
	}
	for i := range scaled {
		if !(medianOf(scaled[i]) > 0) { // no round has a time for each
			return nil, nil
		}
	}
	return w, scaled
}

func spanOf(w []float64) float64 {
	low, high := math.Inf(1), 0.0
	for _, x := range w {
		low, high = min(low, x), max(high, x)
	}
	return high / low
}

// resample fits the medians and finds intervals of 95 % by drawing rounds anew,
// with repetition, five hundred times. The draws are the same each time.
func resample(seconds [][]float64, results int, fit func(medians []float64) []float64) []Fit {
	const draws, fewest = 500, 5
	medians := make([]float64, len(seconds))
	for i, s := range seconds {
		medians[i] = medianOf(s)
	}
	fits := make([]Fit, results)
	for i, v := range fit(medians) {
		fits[i] = Fit{Value: v, Low: v, High: v}
		if !isFinite(v) {
			fits[i] = Fit{Reason: "the times follow no such law"}
		}
	}
	rounds := len(seconds[0])
	if rounds < fewest {
		for i := range fits {
			if fits[i].Reason == "" {
				fits[i].Reason = "five rounds at least tell how sure it is"
			}
		}
		return fits
	}
	order := rand.New(rand.NewPCG(1, 2))
	found := make([][]float64, results)
	drawn := make([]float64, rounds)
	picks := make([]int, rounds)
	for range draws {
		for r := range picks {
			picks[r] = order.IntN(rounds)
		}
		for i, s := range seconds {
			for r, from := range picks {
				drawn[r] = s[from]
			}
			medians[i] = medianOf(drawn)
		}
		for i, v := range fit(medians) {
			if isFinite(v) {
				found[i] = append(found[i], v)
			}
		}
	}
	for i := range fits {
		if sorted := ascending(found[i]); fits[i].Reason == "" && len(sorted) > 0 {
			fits[i].Low, fits[i].High = quantile(sorted, 0.025), quantile(sorted, 0.975)
		}
	}
	return fits
}

// powerLaw fits y ~ x^k by least squares on logarithms and returns k with a 95 %
// interval, that of Student's t distribution: it contains what the points leave
// open, be it noise or that they follow no power law.
func powerLaw(x, y []float64) Fit {
	var lx, ly []float64
	for i := range min(len(x), len(y)) {
		if x[i] > 0 && y[i] > 0 && isFinite(x[i]) && isFinite(y[i]) {
			lx, ly = append(lx, math.Log(x[i])), append(ly, math.Log(y[i]))
		}
	}
	n := float64(len(lx))
	if n < 3 {
		return Fit{Reason: "three points at least tell a growth"}
	}
	mx, my := mean(lx), mean(ly)
	var xx, xy, yy float64
	for i := range lx {
		dx, dy := lx[i]-mx, ly[i]-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	if xx == 0 {
		return Fit{Reason: "all points are at the same place"}
	}
	k := xy / xx
	misfit := max(0, yy-k*xy)
	half := studentQuantile(len(lx)-2) * math.Sqrt(misfit/(n-2)/xx)
	return Fit{Value: k, Low: k - half, High: k + half}
}

// studentQuantile is the 97.5 % quantile of Student's t distribution, by the
// tables up to ten degrees of freedom and by the expansion of Cornish and
// Fisher beyond (Abramowitz and Stegun 26.7.5), which is right to 0.001 there.
func studentQuantile(freedom int) float64 {
	table := []float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228}
	if freedom <= len(table) {
		return table[max(freedom, 1)-1]
	}
	const z = 1.959964
	v := float64(freedom)
	const z3, z5, z7 = z * z * z, z * z * z * z * z, z * z * z * z * z * z * z
	return z + (z3+z)/4/v + (5*z5+16*z3+3*z)/96/(v*v) + (3*z7+19*z5+17*z3-15*z)/384/(v*v*v)
}
