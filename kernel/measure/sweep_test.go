package measure

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParsePoints(t *testing.T) {
	tests := []struct {
		text   string
		param  string
		values []int
	}{
		{"n=1,2,4", "n", []int{1, 2, 4}},
		{"n=1e3,1e4", "n", []int{1000, 10000}},
		{"n=1e3..1e5", "n", []int{1000, 2000, 5000, 10000, 20000, 50000, 100000}},
		{"size=64Ki..1Mi", "size", []int{65536, 131072, 262144, 524288, 1 << 20}},
		{"n=2^3..2^8", "n", []int{8, 16, 32, 64, 128, 256}},
		{"n=3..8", "n", []int{3, 4, 5, 6, 7, 8}},
		{"n=0..100:25", "n", []int{0, 25, 50, 75, 100}},
		{"n=1..1000*10", "n", []int{1, 10, 100, 1000}},
		{"n=1..500*10", "n", []int{1, 10, 100, 500}},
		{"n=100..190", "n", []int{100, 110, 120, 130, 140, 150, 160, 170, 180, 190}},
		{"n = 4, 2, 4", "n", []int{2, 4}},
		{"n=1_000", "n", []int{1000}},
		{"n=-3..3", "n", []int{-3, -2, -1, 0, 1, 2, 3}},
		{"n=7..7", "n", []int{7}},
		{"n=1..9007199254740992*1000000000", "n", []int{1, 1e9, 9007199254740992}},
	}
	for _, tt := range tests {
		param, values, err := ParsePoints(tt.text)
		if err != nil || param != tt.param || !slices.Equal(values, tt.values) {
			t.Errorf("%q: %s %v, %v, want %s %v", tt.text, param, values, err, tt.param, tt.values)
		}
	}
	for text, want := range map[string]string{
		"":             "want a parameter and its values",
		"n":            "want a parameter",
		"2=1,2":        "want a parameter",
		"n=":           "not a whole number",
		"n=1.5":        "not a whole number",
		"n=1e300":      "not a whole number",
		"n=x..3":       "not a whole number",
		"n=5..1":       "the end is smaller",
		"n=1..9*1":     "a factor of 2",
		"n=0..9*2":     "begin at 1",
		"n=1..9:0":     "a step of 1",
		"n=1..1e6:1":   "more than 200 values",
		"n=NaN":        "not a whole number",
		"n=Inf":        "not a whole number",
		"func=1":       "want a parameter",
		"n=2^-1":       "not a whole number",
		"n=1..2..3":    "not a whole number",
		"n=10000000Gi": "not a whole number",
	} {
		if _, values, err := ParsePoints(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, values, err, want)
		}
	}
}

func FuzzParsePoints(f *testing.F) {
	for _, s := range []string{"n=1,2", "n=1e3..1e6", "n=1..9:2", "k=1..1e6*10", "n=64Ki", "n=2^10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, values, err := ParsePoints(text)
		if err == nil && (len(values) == 0 || len(values) > maxPoints || !slices.IsSorted(values)) {
			t.Errorf("%q: %d values", text, len(values))
		}
	})
}

func TestSweep(t *testing.T) {
	linear := FuncN("linear", func(n int) { time.Sleep(time.Duration(n) * time.Millisecond) })
	constant := FuncN("constant", func(int) { time.Sleep(2 * time.Millisecond) })
	sw, err := Sweep(SweepOptions{Options: Options{Runs: 5, Loops: 1, Engine: "compiled"}, Values: []int{16, 1, 4}, ElementBytes: 1 << 14}, linear, constant)
	if err != nil || !slices.Equal(sw.Values, []int{1, 4, 16}) || len(sw.Curves) != 2 {
		t.Fatalf("%+v, %v", sw, err)
	}
	if g := sw.Curves[0].Growth; g.Value < 0.6 || g.Value > 1.2 {
		t.Errorf("linear growth: %+v", g)
	}
	if g := sw.Curves[1].Growth; g.Value < -0.3 || g.Value > 0.3 {
		t.Errorf("no growth: %+v", g)
	}
	text := sw.String()
	for _, want := range []string{"linear", "constant", "n^k", "linear grows", "5 rounds, all values in each", "compiled"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	b := sw.MIMEBundle()
	data, err := json.Marshal(b)
	if err != nil || b["application/vnd.weft.chart+json"] == nil || !strings.Contains(string(data), `"param":"n","n":16`) {
		t.Errorf("%v: %.300s", err, data)
	}
}

func TestCacheMarks(t *testing.T) {
	caches := Machine().Caches
	if len(caches) == 0 {
		t.Skip("this machine does not tell its caches")
	}
	marks := cacheMarks(8, []int{1, 1 << 40})
	data := slices.DeleteFunc(slices.Clone(caches), func(c CacheLevel) bool { return c.Kind == "instruction" })
	if len(marks) != len(data) || marks[0].At != float64(data[0].Bytes)/8 {
		t.Errorf("marks %+v of caches %+v", marks, caches)
	}
	if len(cacheMarks(-1, []int{1, 1 << 40})) != 0 || len(cacheMarks(8, []int{1, 2})) != 0 {
		t.Errorf("marks where there are none")
	}
}

func TestSweepBadInput(t *testing.T) {
	if _, err := Sweep(SweepOptions{Values: []int{1}}); err == nil {
		t.Error("no code: no error")
	}
	if _, err := Sweep(SweepOptions{}, Func("f", nothing)); err == nil {
		t.Error("no values: no error")
	}
	if _, err := Sweep(SweepOptions{Values: make([]int, 3)}, make([]Variant, 2000)...); err == nil {
		t.Error("too much: no error")
	}
	sw, err := Sweep(SweepOptions{Options: Options{Runs: 1, Loops: 1}, Values: []int{-1, 0}}, Func("f", nothing))
	if err != nil || !strings.Contains(sw.String(), "can't tell: three points") {
		t.Errorf("two odd points: %v\n%s", err, sw)
	}
	if _, err := json.Marshal(sw.MIMEBundle()); err != nil {
		t.Error(err)
	}
	if _, err := json.Marshal(sw); err != nil {
		t.Error(err)
	}
}
