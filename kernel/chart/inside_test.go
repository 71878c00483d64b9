package chart

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"
)

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{0, "s", "0 s"}, {1.5e-9, "s", "1.5 ns"}, {999.7e-9, "s", "999.7 ns"}, {999.97e-9, "s", "1 µs"}, {12.345e-3, "s", "12.35 ms"}, {90, "s", "90 s"}, {-2e-3, "s", "-2 ms"},
		{1023, "B", "1023 B"}, {1024, "B", "1 KiB"}, {48 << 20, "B", "48 MiB"}, {3.5e9, "B/s", "3.5 GB/s"}, {12e9, "FLOP/s", "12 GFLOP/s"},
		{12.5, "%", "12.5 %"}, {3.54, "×", "3.54×"}, {1234567, "", "1234567"}, {1.5e-7, "", "1.5e-7"}, {42, "goroutines", "42 goroutines"},
		{math.NaN(), "s", "n/a"}, {math.Inf(1), "s", "∞ s"},
	} {
		if got := quantity(c.v, c.unit); got != c.want {
			t.Errorf("quantity(%v, %q) is %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

// Ticks lie at round figures of the unit that fits.
func TestTicks(t *testing.T) {
	for _, c := range []struct {
		name   string
		unit   string
		log    bool
		values []float64
		want   []float64
		title  string
	}{
		{"milliseconds", "s", false, []float64{0.001, 0.0049}, []float64{1, 2, 3, 4, 5}, "t (ms)"},
		{"bytes", "B", false, []float64{0, 90 << 20}, []float64{0, 20, 40, 60, 80, 100}, "t (MiB)"},
		{"all alike", "s", false, []float64{2e-6, 2e-6}, []float64{1.8, 1.9, 2, 2.1, 2.2}, "t (µs)"},
		{"both signs", "", false, []float64{-1, 1}, []float64{-1, -0.6, -0.2, 0.2, 0.6, 1}, "t"},
		{"decades", "s", true, []float64{3e-9, 4e-3}, []float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7}, "t (log scale)"},
		{"two decades", "s", true, []float64{3e-3, 0.2}, []float64{2, 5, 10, 20, 50, 100, 200}, "t (log scale)"},
		{"powers of two", "B", true, []float64{1 << 10, 1 << 13}, []float64{1, 2, 4, 8}, "t (log scale)"},
		{"many decades", "", true, []float64{1, 1e30}, []float64{1, 1e4, 1e8, 1e12, 1e16, 1e20, 1e24, 1e28}, "t (log scale)"},
		{"nothing positive", "", true, []float64{-1, 0}, []float64{-1, -0.8, -0.6, -0.4, -0.2, 0}, "t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAxis("t", c.unit, c.log, c.values).fit()
			if c.name != "both signs" && !slices.Equal(a.ticks, c.want) {
				t.Errorf("ticks %v, want %v", a.ticks, c.want)
			}
			if got := a.option()["name"]; got != c.title {
				t.Errorf("named %q, want %q", got, c.title)
			}
			for _, v := range c.values {
				if at, ok := a.at(v).(float64); a.drawable(v) && (!ok || at < a.min || at > a.max) {
					t.Errorf("%v is at %v, outside of %v to %v", v, a.at(v), a.min, a.max)
				}
			}
		})
	}
}

// Whatever the values, there are two ticks at least, they rise, and all values
// lie between the ends.
func TestTicksAlways(t *testing.T) {
	for _, lo := range []float64{-1e300, -3, 0, 5e-324, 1e-9, 0.7, 999, 1e15} {
		for _, span := range []float64{0, 1e-6, 1, 17, 1e9, 1e300} {
			for _, log := range []bool{false, true} {
				for _, unit := range []string{"", "s", "B", "%"} {
					a := newAxis("", unit, log, []float64{lo, lo + span}).fit()
					if len(a.ticks) < 2 || !slices.IsSorted(a.ticks) || !(a.min < a.max) {
						t.Errorf("%g to %g %s, log %v: from %v to %v, ticks %v", lo, lo+span, unit, log, a.min, a.max, a.ticks)
					}
				}
			}
		}
	}
}

func TestQuantile(t *testing.T) {
	s := []float64{1, 2, 3, 4}
	for p, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 2.5, 0.75: 3.25, 1: 4} { // as R's quantile(1:4, p) has it
		if got := quantile(s, p); math.Abs(got-want) > 1e-15 {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
}

// The density of a normal distribution is highest at its mean and falls by
// exp(−1/2) at one deviation.
func TestDensity(t *testing.T) {
	var s []float64
	for i := range 9999 { // the distribution's own quantiles
		s = append(s, 10+2*math.Sqrt2*math.Erfinv(2*float64(i+1)/10000-1))
	}
	at, d := density(s, 201)
	near := func(x float64) float64 {
		i, _ := slices.BinarySearch(at, x)
		return d[i]
	}
	if m := near(10); m < 0.995 {
		t.Errorf("%v at the mean, want 1", m)
	}
	if v := near(12); math.Abs(v-math.Exp(-0.5)) > 0.03 {
		t.Errorf("%v at one deviation, want %v", v, math.Exp(-0.5))
	}
}

// Every sample is in one bar, and it lies between the bar's edges.
func TestBins(t *testing.T) {
	for _, s := range [][]float64{{1}, {0, 0}, {1, 2, 3}, {-5, 5, 5, 6, 7, 100}, {1e9, 1e9 + 1}, {1e-300, 2e-300}, {-1.7e308, 1.7e308}} {
		for _, want := range []int{0, 1, 7} {
			edges, count := bins(s, want)
			sum := 0
			for _, n := range count {
				sum += n
			}
			if sum != len(s) || len(edges) != len(count)+1 || !slices.IsSorted(edges) {
				t.Errorf("%v in %d bars: %v at %v", s, want, count, edges)
			}
		}
	}
	edges, count := bins([]float64{0, 0.1, 0.9, 1, 1.1, 4}, 4)
	if !slices.Equal(edges, []float64{0, 1, 2, 3, 4}) || !slices.Equal(count, []int{3, 2, 0, 1}) {
		t.Errorf("%v at %v", count, edges)
	}
}

// Thinning keeps the ends and what stands out.
func TestThin(t *testing.T) {
	x, y := make([]float64, 100_000), make([]float64, 100_000)
	for i := range x {
		x[i] = float64(i)
	}
	y[31_416] = 1
	keep := thin(x, y, 200)
	if len(keep) != 200 || keep[0] != 0 || keep[199] != 99_999 || !slices.Contains(keep, 31_416) || !slices.IsSorted(keep) {
		t.Errorf("kept %d points: %v", len(keep), keep)
	}
	for n := range 20 { // few points stay as they are
		if got := thin(x[:n], y[:n], 20); len(got) != n {
			t.Errorf("%d of %d points kept", len(got), n)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := spread(10, 4, 7); !slices.Equal(got, []int{0, 3, 6, 7, 9}) {
		t.Errorf("%v", got)
	}
}

func TestClean(t *testing.T) {
	type inner struct {
		A float64 `json:"a"`
		B int     `json:"b,omitempty"`
	}
	type outer struct {
		inner
		*json.Decoder `json:"-"`
		Named         inner           `json:"named"`
		Raw           json.RawMessage `json:"raw"`
		Func          func()          `json:"func"`
		hidden        int
	}
	in := map[any]any{"x": []any{math.NaN(), 1.0 / 3, math.Inf(-1), uint8(7), 1753000000123.0, complex(1, 2)}, 3: outer{inner: inner{A: 1}, Named: inner{A: math.Inf(1), B: 2}, Raw: []byte(`{"k":[1]}`), hidden: 1}}
	got, lost := clean(in)
	want := map[string]any{
		"x": []any{nil, 0.3333333, nil, uint64(7), 1753000000123.0, nil},
		"3": map[string]any{"a": 1.0, "named": map[string]any{"a": nil, "b": int64(2)}, "raw": map[string]any{"k": []any{1.0}}, "func": nil},
	}
	if lost != 3 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d lost\n got %v\nwant %v", lost, got, want)
	}
	loop := map[string]any{}
	loop["self"] = loop
	if got, _ := clean(loop); got == nil {
		t.Error("a map that holds itself is gone altogether")
	} else if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
}

// An option changed by hand is sent for certain, too.
func TestChangedByHand(t *testing.T) {
	c := &Chart{Option: map[string]any{"series": []map[string]any{{"data": []float64{1, math.NaN()}}}, "f": func() {}}, Text: "by hand"}
	b := c.MIMEBundle()
	if got := string(b[MIME].(json.RawMessage)); got != `{"option":{"f":null,"series":[{"data":[1,null]}]},"width":720,"height":400}` {
		t.Error(got)
	}
	if got := b["text/plain"]; got != "by hand\n1 value that is not a number left out" {
		t.Errorf("%q", got)
	}
}

// A recursion counts once for what a function costs with its callees.
func TestFlameTable(t *testing.T) {
	c := Flame(FlameData{Unit: "s", Stacks: []Stack{{[]string{"main", "fib", "fib", "fib"}, 3}, {[]string{"main", "fib"}, 1}, {[]string{"main"}, 1}}})
	want := [][]string{{"fib", "4 s", "80.0 %", "4 s", "80.0 %"}, {"main", "1 s", "20.0 %", "5 s", "100.0 %"}}
	if !reflect.DeepEqual(c.Table.Rows, want) {
		t.Errorf("got %v\nwant %v", c.Table.Rows, want)
	}
}

// The corner of a roof is a point of its own.
func TestRooflineKnee(t *testing.T) {
	c := Roofline(RooflineData{Peaks: []Roof{{"SIMD", 100e9}}, Bandwidths: []Roof{{"memory", 7e9}}, Points: []RooflinePoint{{Name: "p", Intensity: 0.2, Rate: 1e9}}})
	slope := c.Option["series"].(list)[0].(obj)["data"].(list)
	level := c.Option["series"].(list)[1].(obj)["data"].(list)
	if knee := slope[1].(list)[0].(float64); math.Abs(knee-100.0/7) > 1e-4 || !reflect.DeepEqual(slope[1], level[0]) {
		t.Errorf("the slope ends at %v, the level roof begins at %v; want both at 14.2857 FLOP/byte", slope[1], level[0])
	}
}

// A circle of flows would hang ECharts' layout.
func TestSankeyCircle(t *testing.T) {
	c := Sankey(SankeyData{Flows: []Flow{{"a", "b", 1}, {"b", "c", 1}, {"c", "a", 1}, {"a", "a", 1}, {"a", "b", 2}}})
	links := c.Option["series"].(list)[0].(obj)["links"].(list)
	if len(links) != 2 || links[0].(obj)["value"] != 3.0 {
		t.Errorf("links %v, want a→b of 3 and b→c", links)
	}
}
