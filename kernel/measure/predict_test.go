package measure

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestParseGuess(t *testing.T) {
	tests := []struct {
		text string
		want Guess
	}{
		{"f(10) 0.3s", Guess{Texts: []string{"f(10)"}, Seconds: 0.3}},
		{"f(10) 300 ms", Guess{Texts: []string{"f(10)"}, Seconds: 0.3}},
		{"  sort.Ints(xs)  2e3us ", Guess{Texts: []string{"sort.Ints(xs)"}, Seconds: 2e-3}},
		{"a + b 5ns", Guess{Texts: []string{"a + b"}, Seconds: 5e-9}},
		{"f(1) / g(1) 2x", Guess{Texts: []string{"f(1)", "g(1)"}, Ratio: 2}},
		{"f(a, b), g(a, b) 0.5×", Guess{Texts: []string{"f(a, b)", "g(a, b)"}, Ratio: 0.5}},
		{"f/g 2x", Guess{Texts: []string{"f", "g"}, Ratio: 2}},
		{"f(a/b) / g(\", / \") 3x", Guess{Texts: []string{"f(a/b)", "g(\", / \")"}, Ratio: 3}},
	}
	for _, tt := range tests {
		got, err := ParseGuess(tt.text)
		if err != nil || !slices.Equal(got.Texts, tt.want.Texts) || math.Abs(got.Seconds-tt.want.Seconds) > 1e-12 || got.Ratio != tt.want.Ratio {
			t.Errorf("%q: %+v, %v, want %+v", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{"", "f(10)", "0.3s", "f(10) 0s", "f(10) -3s", "f() 1.2.3s", "f() 2x", "f() 1e999s", "f() / g() 0x", "f() 3 parsecs", " / g() 2x"} {
		if got, err := ParseGuess(text); err == nil || !strings.Contains(err.Error(), "such as f(10) 0.3s") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzParseGuess(f *testing.F) {
	for _, s := range []string{"f(10) 0.3s", "f/g 2x", "a, b 1x", `"/" 3s`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ParseGuess(text)
		if err == nil && (len(g.Texts) == 0 || !(g.Seconds > 0) && !(g.Ratio > 0)) {
			t.Errorf("%q: %+v", text, g)
		}
		_ = g.String()
	})
}

func TestVerify(t *testing.T) {
	g := Guess{Texts: []string{"f(10)"}, Seconds: 0.3}
	measured := func(at float64) Result {
		r := Result{Samples: []float64{at * 0.99, at, at, at, at, at, at * 1.01}, Runs: 7, Loops: 1, Engine: "compiled"}
		r.summarize()
		return r
	}
	for at, want := range map[float64]string{
		0.3:    "spot on: within the interval",
		0.31:   "spot on: 3 % off",
		0.4:    "close: 1.33× more",
		0.2:    "close: 1.50× less",
		0.75:   "not far: 2.50× more",
		0.05:   "the right order of magnitude: 6.00× less",
		30:     "2 orders of magnitude off: 100× more",
		3e-6:   "another world: 100000× less",
		0.2001: "close: 1.50× less",
	} {
		s, err := Verify(g, measured(at))
		if err != nil || s.Words != want && !(at == 0.2 && strings.Contains(s.Words, "1.50× less")) {
			t.Errorf("measured %v s: %q, %v, want %q", at, s.Words, err, want)
		}
		if math.Abs(s.Error-math.Log(at/0.3)) > 1e-9 {
			t.Errorf("measured %v s: error %v", at, s.Error)
		}
	}
	s, _ := Verify(g, measured(0.412))
	if got, want := s.String(), "predicted 300 ms, measured 412 ms [408, 416]: close: 1.37× more (compiled)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if data, err := json.Marshal(s.MIMEBundle()); err != nil || !strings.Contains(string(data), `"predicted":{"value":0.3`) {
		t.Errorf("%s, %v", data, err)
	}
	two := Guess{Texts: []string{"f()", "g()"}, Ratio: 2}
	c := Comparison{Differences: []Difference{{Speedup: 3, Low: 2.8, High: 3.2}}}
	s, err := Verify(two, c)
	if got, want := s.String(), "f()\npredicted 2.00× as fast as g(),\nmeasured 3.00× [2.80, 3.20]: not far: 1.50× more"; err != nil || got != want {
		t.Errorf("%v: got\n%s\nwant\n%s", err, got, want)
	}
	for name, x := range map[string]any{"nothing": Result{}, "no difference": Comparison{}, "not a measurement": 3} {
		if _, err := Verify(g, x); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Verify(Guess{}, measured(1)); err == nil {
		t.Error("no guess: no error")
	}
}

func TestPredictRemembers(t *testing.T) {
	g := Guess{Texts: []string{"f( 10 )"}, Seconds: 1}
	Predict(g)
	Predict(Guess{Texts: []string{"g()"}, Seconds: 2})
	if got, ok := Predicted("f(  10 )"); !ok || got.Seconds != 1 {
		t.Errorf("%+v, %v", got, ok)
	}
	if got, ok := Predicted(); !ok || got.Seconds != 2 {
		t.Errorf("the last one: %+v, %v", got, ok)
	}
	if _, ok := Predicted("h()"); ok {
		t.Error("a guess that nobody made")
	}
	if g.Texts[0] != "f( 10 )" {
		t.Errorf("the text was changed to %q", g.Texts[0])
	}
}
