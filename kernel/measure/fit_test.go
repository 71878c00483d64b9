package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// scaled makes times of rounds on so many workers by a law, with noise that all
// workers of a round have in common and noise of their own.
func scaled(r *rand.Rand, workers []float64, rounds int, common, own float64, law func(p float64) float64) [][]float64 {
	s := make([][]float64, len(workers))
	for range rounds {
		machine := math.Exp(common * r.NormFloat64())
		for i, p := range workers {
			s[i] = append(s[i], 0.01*law(p)*machine*math.Exp(own*r.NormFloat64()))
		}
	}
	return s
}

// The serial fraction comes out within 0.01, and its interval holds it as often
// as it says.
func TestFitAmdahl(t *testing.T) {
	workers := []float64{1, 2, 4, 8}
	for _, f := range []float64{0, 0.02, 0.1, 0.3, 0.5, 0.9, 1} {
		law := func(p float64) float64 { return f + (1-f)/p }
		if got := FitAmdahl(workers, scaled(rand.New(rand.NewPCG(1, 1)), workers, 10, 0, 0, law)); math.Abs(got.Value-f) > 1e-9 || !got.Known() {
			t.Errorf("without noise: f = %v comes out as %+v", f, got)
		}
		r := rand.New(rand.NewPCG(2, uint64(1000*f)))
		const times = 20
		far, inside, known := 0, 0, 0
		for range times {
			got := FitAmdahl(workers, scaled(r, workers, defaultRuns, 0.05, 0.005, law))
			if math.Abs(got.Value-f) > 0.01 {
				far++
			}
			if got.Low-1e-9 <= f && f <= got.High+1e-9 {
				inside++
			}
			if got.Known() {
				known++
			}
		}
		if far > 1 || inside < 16 || known < times {
			t.Errorf("f = %v with 0.5 %% noise and 5 %% that rounds have in common: %d of %d are off by more than 0.01, %d intervals hold it, %d known", f, far, times, inside, known)
		}
	}
}

func TestFitAmdahlCantTell(t *testing.T) {
	workers := []float64{1, 2, 4}
	law := func(p float64) float64 { return 0.2 + 0.8/p }
	r := rand.New(rand.NewPCG(3, 3))
	tests := []struct {
		name    string
		workers []float64
		seconds [][]float64
		want    string
	}{
		{"noise", workers, scaled(r, workers, 10, 0, 0.5, law), "the noise is too large"},
		{"one number of workers", workers[:1], scaled(r, workers[:1], 10, 0, 0, law), "two different numbers"},
		{"few rounds", workers, scaled(r, workers, 3, 0, 0, law), "five rounds"},
		{"no times", workers, make([][]float64, 3), "two different numbers"},
		{"a machine of one core", []float64{1, 1.01, 1.02}, scaled(r, workers, 10, 0, 0, law), "two different numbers"},
	}
	for _, tt := range tests {
		if got := FitAmdahl(tt.workers, tt.seconds); got.Known() || !strings.Contains(got.Reason, tt.want) {
			t.Errorf("%s: %+v, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFitUSL(t *testing.T) {
	workers := []float64{1, 2, 4, 8, 16}
	for _, c := range [][2]float64{{0, 0}, {0.05, 0}, {0.03, 0.002}, {0, 0.01}, {0.2, 0.01}} {
		law := func(p float64) float64 { return (1 + c[0]*(p-1) + c[1]*p*(p-1)) / p }
		sigma, kappa := FitUSL(workers, scaled(rand.New(rand.NewPCG(4, 4)), workers, 10, 0, 0, law))
		if math.Abs(sigma.Value-c[0]) > 1e-6 || math.Abs(kappa.Value-c[1]) > 1e-6 {
			t.Errorf("without noise: σ %v, κ %v come out as %+v, %+v", c[0], c[1], sigma, kappa)
		}
		sigma, kappa = FitUSL(workers, scaled(rand.New(rand.NewPCG(5, 5)), workers, defaultRuns, 0.05, 0.01, law))
		if math.Abs(sigma.Value-c[0]) > 0.02 || math.Abs(kappa.Value-c[1]) > 0.002 || !sigma.Known() || !kappa.Known() {
			t.Errorf("with 1 %% noise: σ %v, κ %v come out as %+v, %+v", c[0], c[1], sigma, kappa)
		}
	}
	if sigma, kappa := FitUSL(workers[:2], scaled(rand.New(rand.NewPCG(6, 6)), workers[:2], 10, 0, 0, func(p float64) float64 { return 1 / p })); sigma.Known() || kappa.Known() {
		t.Errorf("two points: %+v, %+v", sigma, kappa)
	}
}

func TestPowerLaw(t *testing.T) {
	x := []float64{1e3, 1e4, 1e5, 1e6}
	y := func(f func(float64) float64) []float64 {
		out := make([]float64, len(x))
		for i := range x {
			out[i] = f(x[i])
		}
		return out
	}
	square := powerLaw(x, y(func(n float64) float64 { return 3e-9 * n * n }))
	if math.Abs(square.Value-2) > 1e-9 || square.High-square.Low > 1e-6 || !strings.Contains(square.words("n"), "grows like n^2.00 [2.00, 2.00]") {
		t.Errorf("n²: %+v, %s", square, square.words("n"))
	}
	sort := powerLaw(x, y(func(n float64) float64 { return n * math.Log(n) }))
	if sort.Low > 1.1 || sort.High < 1.05 || sort.Low < 1 {
		t.Errorf("n log n: %+v", sort)
	}
	step := powerLaw(x, []float64{1, 1, 1000, 1000})
	if step.High-step.Low < 1 || !strings.Contains(step.words("n"), "not as a power law") {
		t.Errorf("a step: %+v", step)
	}
	for name, f := range map[string]Fit{"two points": powerLaw(x[:2], x[:2]), "nothing": powerLaw(nil, nil), "zeros": powerLaw(x, make([]float64, 4)), "NaN": powerLaw(x, y(math.Log1p)[:0])} {
		if f.Known() {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := powerLaw([]float64{5, 5, 5}, []float64{1, 2, 3}); f.Known() {
		t.Errorf("one place: %+v", f)
	}
	// Percentage points of Student's t distribution, from its tables.
	for freedom, want := range map[int]float64{1: 12.706, 5: 2.571, 11: 2.201, 20: 2.086, 60: 2.000, 1000: 1.962} {
		if got := studentQuantile(freedom); math.Abs(got-want) > 0.001 {
			t.Errorf("t quantile with %d degrees of freedom: %v, want %v", freedom, got, want)
		}
	}
}

func TestLeastSquaresWithoutSolution(t *testing.T) {
	if x, ok := leastSquares([][3]float64{{1, 1, 0}, {1, 1, 0}}, []int{0, 1}); ok && !isFinite(x[0]) {
		t.Errorf("%v", x)
	}
	if f := amdahl([]float64{2, 2}, []float64{1, 1}); isFinite(f) {
		t.Errorf("one number of workers gives %v", f)
	}
}

func FuzzFits(f *testing.F) {
	f.Add(1.0, 2.0, 4.0, 1.0, 0.5, 0.25)
	f.Add(1.0, 1.0, math.Inf(1), 0.0, -1.0, math.NaN())
	f.Fuzz(func(t *testing.T, a, b, c, x, y, z float64) {
		w, s := []float64{a, b, c}, [][]float64{{x, x, y, x, x}, {y, y, y, y, y}, {z, z, z, y, z}}
		sigma, kappa := FitUSL(w, s)
		for _, fit := range []Fit{FitAmdahl(w, s), sigma, kappa, powerLaw(w, []float64{x, y, z})} {
			if fit.Known() && !(isFinite(fit.Value) && isFinite(fit.Low) && isFinite(fit.High)) {
				t.Errorf("%+v of %v, %v", fit, w, s)
			}
			_ = fmt.Sprint(fit.words("n"))
		}
	})
}
