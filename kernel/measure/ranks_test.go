package measure

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// A second witness: golang.org/x/perf/benchmath, whose answers
// testdata/witness wrote down.
func TestBenchmathAgrees(t *testing.T) {
	data, err := os.ReadFile("testdata/benchmath.json")
	if err != nil {
		t.Fatal(err)
	}
	var sets []struct {
		A, B                       []float64
		P, Center, Low, High, Sure float64
	}
	if err := json.Unmarshal(data, &sets); err != nil || len(sets) < 40 {
		t.Fatalf("%d sets, %v", len(sets), err)
	}
	for i, s := range sets {
		p, exact := rankSum(s.A, s.B)
		// It counts ties in another way; TestRankSumTies has those. Beyond 50
		// samples both take the normal approximation.
		within := 1e-9
		if !exact {
			within = 0.005
		}
		if !tied(s.A, s.B) && math.Abs(p-s.P) > within {
			t.Errorf("set %d (%d and %d samples): p %v, benchmath says %v", i, len(s.A), len(s.B), p, s.P)
		}
		sum := Summarize(s.A)
		if sum.Median != s.Center {
			t.Errorf("set %d: median %v, benchmath says %v", i, sum.Median, s.Center)
		}
		// Its interval may begin one rank nearer to the middle on one side, which
		// ours does not: what is above and below is as likely.
		if in := sum.Interval; s.Sure > 0 && (in.Low > s.Low || in.High < s.High || in.Low < s.Low && in.High > s.High || in.Confidence < s.Sure-1e-9 || in.Confidence > s.Sure+0.04) {
			t.Errorf("set %d (%d samples): interval %+v, benchmath says [%v, %v] with %v", i, len(s.A), in, s.Low, s.High, s.Sure)
		}
	}
}

// All ways to deal the values out, written out.
func TestRankSumTies(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 30 {
		n1, n2 := 2+r.IntN(4), 2+r.IntN(5)
		values := make([]float64, n1+n2)
		for i := range values {
			values[i] = float64(r.IntN(4))
		}
		ranks, _ := midranks(values)
		w := 0
		for _, x := range ranks[:n1] {
			w += x
		}
		below, above, all := 0, 0, 0
		for set := range 1 << len(values) {
			sum, k := 0, 0
			for i, x := range ranks {
				if set>>i&1 != 0 {
					sum, k = sum+x, k+1
				}
			}
			if k != n1 {
				continue
			}
			all++
			if sum <= w {
				below++
			}
			if sum >= w {
				above++
			}
		}
		want := min(1, 2*float64(min(below, above))/float64(all))
		if p, exact := rankSum(values[:n1], values[n1:]); !exact || math.Abs(p-want) > 1e-9 {
			t.Errorf("%v and %v: p %v, want %v", values[:n1], values[n1:], p, want)
		}
	}
}

func tied(a, b []float64) bool {
	all := slices.Sorted(slices.Values(slices.Concat(a, b)))
	return len(slices.Compact(slices.Clone(all))) < len(all)
}

func TestSignedRank(t *testing.T) {
	tests := []struct {
		name  string
		d     []float64
		p     float64
		exact bool
	}{
		// All signs alike: 2·2⁻ⁿ.
		{"all above", []float64{1, 2, 3, 4, 5, 6, 7, 8}, 2.0 / 256, true},
		{"all below", []float64{-1, -2, -3, -4, -5}, 2.0 / 32, true},
		{"zeros say nothing", []float64{0, 0, 1, 2, 3}, 2.0 / 8, true},
		{"nothing", nil, 1, true},
		{"NaN", []float64{math.NaN(), math.Inf(1), 0}, 1, true},
		// Hollander, Wolfe and Chicken, table A.4: P(T+ ≥ 30) for n = 8 is 0.055.
		{"one below", []float64{-6, 1, 2, 3, 4, 5, 7, 8}, 2 * 14.0 / 256, true},
		// Depression scale data of their example 3.1: T+ = 5, n = 9, two-sided 0.039.
		{"example 3.1", []float64{-0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, -0.010}, 0.0391, true},
		{"ties", []float64{1, 1, 1, 1, 1, -1}, 2 * 7.0 / 64, true},
	}
	for _, tt := range tests {
		p, exact := signedRank(tt.d)
		if math.Abs(p-tt.p) > 1e-4 || exact != tt.exact {
			t.Errorf("%s: %v, exact %v, want %v, %v", tt.name, p, exact, tt.p, tt.exact)
		}
	}
	// The approximation meets the exact distribution where it takes over.
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		d := make([]float64, exactPairs+1)
		for i := range d {
			d[i] = r.NormFloat64() + 0.2
		}
		approximate, exact := signedRank(d)
		sizes := make([]float64, len(d))
		w, all := 0, 0
		for i, x := range d {
			sizes[i] = math.Abs(x)
		}
		ranks, _ := midranks(sizes)
		for i, k := range ranks {
			all += k
			if d[i] > 0 {
				w += k
			}
		}
		if want := twoSided(signDistribution(ranks), w, all); exact || math.Abs(approximate-want) > 0.002+0.1*want {
			t.Errorf("normal approximation %v (exact %v), exact value %v", approximate, exact, want)
		}
	}
}

func TestRankSum(t *testing.T) {
	up := func(from, n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(from + i)
		}
		return x
	}
	tests := []struct {
		name string
		a, b []float64
		p    float64
	}{
		{"apart", up(0, 4), up(10, 4), 2.0 / 70},
		{"apart, other way", up(10, 5), up(0, 4), 2.0 / 126},
		{"the same", up(0, 5), up(0, 5), 1},
		{"all ties", []float64{1, 1, 1}, []float64{1, 1, 1, 1}, 1},
		{"all ties, many", make([]float64, 40), make([]float64, 40), 1},
		{"nothing", nil, up(0, 3), 1},
		{"NaN left out", []float64{math.NaN(), 0, 1, 2, 3}, up(10, 4), 2.0 / 70},
	}
	for _, tt := range tests {
		if p, _ := rankSum(tt.a, tt.b); math.Abs(p-tt.p) > 1e-9 {
			t.Errorf("%s: %v, want %v", tt.name, p, tt.p)
		}
	}
}

// Against all pairs written out.
func TestShift(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{1, 2, 5, 8, 25, 120} {
		d := make([]float64, n)
		for i := range d {
			d[i] = r.NormFloat64() + 1
		}
		var walsh []float64
		for i := range d {
			for j := i; j < n; j++ {
				walsh = append(walsh, (d[i]+d[j])/2)
			}
		}
		slices.Sort(walsh)
		s := pairedShift(d, 0.95)
		if math.Abs(s.estimate-median(walsh)) > 1e-9 {
			t.Errorf("%d pairs: estimate %v, want %v", n, s.estimate, median(walsh))
		}
		above := 0.0
		for _, x := range walsh {
			if x > 0 {
				above++
			}
		}
		if math.Abs(s.above-above/float64(len(walsh))) > 1e-9 {
			t.Errorf("%d pairs: %v above, want %v", n, s.above, above/float64(len(walsh)))
		}
		if known := s.confidence > 0; known != (n >= 6) {
			t.Errorf("%d pairs: confidence %v", n, s.confidence)
		} else if known {
			i, _ := slices.BinarySearch(walsh, s.low-1e-12)
			if math.Abs(walsh[i]-s.low) > 1e-9 || s.low >= s.estimate || s.high <= s.estimate || s.confidence < 0.9499 {
				t.Errorf("%d pairs: interval [%v, %v] with %v around %v", n, s.low, s.high, s.confidence, s.estimate)
			}
		}
	}
	a, b := []float64{5, 6, 7, 8.5}, []float64{1, 2, 3.1, 4}
	var all []float64
	for _, x := range a {
		for _, y := range b {
			all = append(all, x-y)
		}
	}
	slices.Sort(all)
	// 16 pairs; U ≤ 0 has probability 1/70 on each side.
	s := unpairedShift(a, b, 0.95)
	if math.Abs(s.estimate-median(all)) > 1e-9 || math.Abs(s.low-all[0]) > 1e-9 || math.Abs(s.high-all[15]) > 1e-9 || math.Abs(s.confidence-(1-2.0/70)) > 1e-9 || s.above != 1 {
		t.Errorf("unpaired: %+v, want %v [%v, %v]", s, median(all), all[0], all[15])
	}
	if s := pairedShift([]float64{0, 0, 0, 0, 0, 0, 0}, 0.95); s.estimate != 0 || s.low != 0 || s.high != 0 || s.above != 0.5 {
		t.Errorf("all equal: %+v", s)
	}
	if s := pairedShift(nil, 0.95); s != (shift{}) {
		t.Errorf("nothing: %+v", s)
	}
}

// A hundred thousand differences are no matrix of five thousand million.
func TestShiftOfMany(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	d := make([]float64, 100_000)
	for i := range d {
		d[i] = r.NormFloat64() + 0.01
	}
	s := pairedShift(d, 0.99)
	if s.low > 0.01 || s.high < 0.01 || s.high-s.low > 0.02 {
		t.Errorf("%+v, want about 0.01 within 0.005", s)
	}
}

func TestLogs(t *testing.T) {
	got := logs([]float64{1, 0, math.E, -1, math.NaN()})
	if got[0] != 0 || got[1] != 0 || got[2] != 1 || !math.IsNaN(got[3]) || !math.IsNaN(got[4]) {
		t.Errorf("%v", got)
	}
	if got := logs([]float64{0, 0}); !math.IsNaN(got[0]) {
		t.Errorf("only zeros: %v", got)
	}
	if d := differences([]float64{1, math.NaN(), 3}, []float64{0, 0, 1, 9}); !slices.Equal(d, []float64{1, 2}) {
		t.Errorf("differences: %v", d)
	}
}

func FuzzRanks(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, []byte{2, 3, 4})
	f.Add([]byte{}, []byte{0})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := make([]float64, min(len(a), 200)), make([]float64, min(len(b), 200))
		for i := range x {
			x[i] = float64(a[i])
		}
		for i := range y {
			y[i] = float64(b[i])
		}
		p, _ := rankSum(x, y)
		q, _ := signedRank(differences(x, y))
		if !(p >= 0 && p <= 1 && q >= 0 && q <= 1) {
			t.Errorf("p %v and %v", p, q)
		}
	})
}
