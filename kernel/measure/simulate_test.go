package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// distributions are of times, with their true medians.
var distributions = []struct {
	name   string
	draw   func(*rand.Rand) float64
	median float64
}{
	{"normal", func(r *rand.Rand) float64 { return 10 + r.NormFloat64() }, 10},
	{"lognormal", func(r *rand.Rand) float64 { return math.Exp(0.5 * r.NormFloat64()) }, 1},
	{"bimodal", func(r *rand.Rand) float64 {
		if r.Float64() < 0.6 {
			return 1 + 0.05*r.NormFloat64()
		}
		return 1.5 + 0.05*r.NormFloat64()
	}, bimodalMedian()},
	{"exponential", func(r *rand.Rand) float64 { return 1 + r.ExpFloat64() }, 1 + math.Ln2},
	{"Cauchy", func(r *rand.Rand) float64 { return 100 + math.Tan(math.Pi*(r.Float64()-0.5)) }, 100},
}

// bimodalMedian solves 0.6·Φ((x−1)/0.05) + 0.4·Φ((x−1.5)/0.05) = 0.5.
func bimodalMedian() float64 {
	low, high := 0.5, 2.0
	for range 100 {
		x := (low + high) / 2
		if 0.6*(1-normalAbove((x-1)/0.05))+0.4*(1-normalAbove((x-1.5)/0.05)) < 0.5 {
			low = x
		} else {
			high = x
		}
	}
	return low
}

// The interval of the median contains the true one as often as it says: with
// the 25 samples that are the default, 95 % nominal, and with other numbers.
func TestIntervalCoverage(t *testing.T) {
	onlyArithmetic(t)
	const times = 20_000
	for _, d := range distributions {
		for _, n := range []int{7, 10, defaultRuns, 50, 200} {
			r := rand.New(rand.NewPCG(11, uint64(n)))
			inside, stated := 0, 0.0
			samples := make([]float64, n)
			for range times {
				for i := range samples {
					samples[i] = d.draw(r)
				}
				got := Summarize(samples).Interval
				if got.Low <= d.median && d.median <= got.High {
					inside++
				}
				stated = got.Confidence
			}
			found := float64(inside) / times
			if n == defaultRuns {
				t.Logf("%s, %d samples: %.2f %% found, %.2f %% stated", d.name, n, 100*found, 100*stated)
			}
			if n == defaultRuns && (found < 0.93 || found > 0.97) {
				t.Errorf("%s, %d samples: %.2f %% of the intervals contain the median, want 93 to 97", d.name, n, 100*found)
			}
			if math.Abs(found-stated) > 0.01 {
				t.Errorf("%s, %d samples: %.2f %% of the intervals contain the median, but %.2f %% are stated", d.name, n, 100*found, 100*stated)
			}
		}
	}
}

// machines are ways in which two pieces of the same code, measured in turns, may
// take different times. Each returns the time of slot number i.
var machines = []struct {
	name string
	make func(*rand.Rand) func(i int) float64
}{
	{"quiet", func(r *rand.Rand) func(int) float64 {
		return func(int) float64 { return 1 + 0.01*r.NormFloat64() }
	}},
	{"drifting", func(r *rand.Rand) func(int) float64 {
		return func(i int) float64 { return (1 + 0.02*float64(i)) * (1 + 0.005*r.NormFloat64()) }
	}},
	{"bursts", func(r *rand.Rand) func(int) float64 {
		burst := false
		return func(int) float64 {
			if r.Float64() < 0.15 {
				burst = !burst
			}
			x := 1 + 0.01*r.ExpFloat64()
			if burst {
				x *= 1.7 + 0.5*r.Float64()
			}
			return x
		}
	}},
	{"autocorrelated", func(r *rand.Rand) func(int) float64 {
		level := 0.0
		return func(int) float64 {
			level = 0.95*level + 0.1*r.NormFloat64()
			return math.Exp(level + 0.01*r.NormFloat64())
		}
	}},
	{"every other slot slower", func(r *rand.Rand) func(int) float64 {
		return func(i int) float64 { return 1 + 0.3*float64(i%2) + 0.01*r.NormFloat64() }
	}},
	{"coarse clock", func(r *rand.Rand) func(int) float64 {
		return func(int) float64 { return math.Round(5 + 2*r.NormFloat64()*r.Float64()) }
	}},
}

// Two pieces of the same code are called different in less than 5 % of the
// comparisons whatever the machine does, as their order in each round is drawn.
// The rank-sum test, which takes samples for independent, is not as good: that
// is why it is used only for results that were not taken side by side.
func TestIdenticalVariantsSimulated(t *testing.T) {
	onlyArithmetic(t)
	const times, rounds = 2000, 25
	for _, m := range machines {
		r := rand.New(rand.NewPCG(5, 5))
		paired, unpaired, ordered := 0, 0, 0
		for k := range times {
			slot := m.make(r)
			a, b := make([]float64, rounds), make([]float64, rounds)
			fixedA, fixedB := make([]float64, rounds), make([]float64, rounds)
			for i := range rounds {
				first, second := slot(2*i), slot(2*i+1)
				fixedA[i], fixedB[i] = first, second
				if r.IntN(2) == 0 {
					first, second = second, first
				}
				a[i], b[i] = first, second
			}
			o := CompareOptions{}.withDefaults()
			x, y := Result{Samples: a}, Result{Samples: b}
			if difference(&x, &y, true, o, 1).Verdict != CantTell {
				paired++
			}
			o.Confidence = 0.95
			if k%10 == 0 && difference(&x, &y, false, o, 1).Verdict != CantTell { // takes long
				unpaired += 10
			}
			x, y = Result{Samples: fixedA}, Result{Samples: fixedB}
			if difference(&x, &y, true, o, 1).Verdict != CantTell {
				ordered++
			}
		}
		part := func(n int) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/times) }
		t.Logf("%s: %s called different; rank sums at 95 %%: %s; A B A B in a fixed order at 95 %%: %s", m.name, part(paired), part(unpaired), part(ordered))
		if float64(paired)/times > 0.02 {
			t.Errorf("%s: %s of identical pairs called different, want 1 %% or less, and 2 at most", m.name, part(paired))
		}
	}
}

// Real differences are found, and their size.
func TestDifferentVariantsSimulated(t *testing.T) {
	const times, rounds = 1000, 25
	for _, tt := range []struct {
		faster float64 // true ratio
		noise  float64
		power  float64 // how often it is to be found at least
	}{
		{1.05, 0.02, 0.95}, {1.5, 0.2, 0.95}, {0.5, 0.5, 0.9}, {1.02, 0.01, 0.95},
	} {
		r := rand.New(rand.NewPCG(6, 6))
		found, wrong, inside := 0, 0, 0
		for range times {
			a, b := make([]float64, rounds), make([]float64, rounds)
			for i := range rounds {
				machine := math.Exp(0.3 * math.Sin(float64(i)/3))
				a[i] = machine * math.Exp(tt.noise*r.NormFloat64())
				b[i] = machine * math.Exp(tt.noise*r.NormFloat64()) / tt.faster
			}
			x, y := Result{Samples: b}, Result{Samples: a}
			d := difference(&x, &y, true, CompareOptions{}.withDefaults(), 1)
			switch {
			case d.Verdict == CantTell:
			case (d.Verdict == Faster) == (tt.faster > 1):
				found++
			default:
				wrong++
			}
			if d.Low <= tt.faster && tt.faster <= d.High {
				inside++
			}
		}
		if float64(found)/times < tt.power || wrong > 0 || float64(inside)/times < 0.98 {
			t.Errorf("%v× with noise %v: found %d of %d, wrong %d, interval right %d (99 %% nominal)", tt.faster, tt.noise, found, times, wrong, inside)
		}
	}
}

// With as many samples as it says it needs, a difference is found about four
// times in five.
func TestNeeded(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	noise, shift := 0.1, 0.03
	take := func(n int) Difference {
		a, b := make([]float64, n), make([]float64, n)
		for i := range n {
			a[i], b[i] = math.Exp(noise*r.NormFloat64()), math.Exp(noise*r.NormFloat64()-shift)
		}
		x, y := Result{Samples: b}, Result{Samples: a}
		return difference(&x, &y, true, CompareOptions{}.withDefaults(), 1)
	}
	// The true number, by the probability that a pair's mean is positive.
	above := 1 - normalAbove(shift/noise)
	n := needed(above, 0.01, true)
	found := 0
	for range 500 {
		if take(n).Verdict == Faster {
			found++
		}
	}
	if p := float64(found) / 500; p < 0.7 || p > 0.92 {
		t.Errorf("%d samples found a difference in %.0f %% of the cases, want about 80", n, 100*p)
	}
	told := 0
	for range 200 {
		if d := take(10); d.Verdict == CantTell && (d.Need > 10 || d.Reason != "") {
			told++
		}
	}
	if told < 150 {
		t.Errorf("ten samples: %d of 200 say what it takes", told)
	}
	if needed(0.5, 0.01, true) != 0 || needed(1, 0.01, false) != fewestPairs(1) {
		t.Errorf("needed: %d for no difference, %d for a clear one", needed(0.5, 0.01, true), needed(1, 0.01, false))
	}
}
