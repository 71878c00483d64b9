package gauge

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/runtime/interrupt"
)

// request makes a request of a kind with variants by name; what is shown while
// it runs comes into shown.
func request(t *testing.T, kind string, options any, names ...string) (r Request, shown *[]any) {
	t.Helper()
	data, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	shown = new([]any)
	r = Request{
		Kind: kind, Options: data, Text: strings.Join(names, " "), Engine: "compiled",
		Empty: func(loops, _ int) {
			for range loops {
			}
		},
		Show: func(v any) { *shown = append(*shown, v) },
	}
	for _, name := range names {
		r.Variants = append(r.Variants, measure.Variant{Name: name, Text: name, Body: work, Values: func(int) []any { return []any{1} }})
	}
	return r, shown
}

func work(loops, n int) {
	for range loops {
		for i := range 300 {
			sink += i * n
		}
	}
}

var sink int

var quick = measure.Options{Runs: 6, Loops: 50}

// Every kind shows a result that can be put into a notebook, and remembers it.
func TestKinds(t *testing.T) {
	t.Chdir(t.TempDir())
	guess := measure.Guess{Texts: []string{"f()"}, Seconds: 1e-6}
	ratio := measure.Guess{Texts: []string{"f()", "g()"}, Ratio: 1}
	tests := []struct {
		kind    string
		options any
		names   []string
		want    string // in the text
		record  string // kind of the last record afterwards
	}{
		{"timeit", quick, []string{"f()"}, "per loop (6 runs, 50 loops each, compiled", "timeit"},
		{"compare", measure.CompareOptions{Options: quick}, []string{"f()", "g()"}, "results of f() and g(): equal", "compare"},
		{"save", map[string]string{"name": "old"}, nil, "weft-results/old.json", "compare"},
		{"scale", measure.ScaleOptions{Options: quick, Workers: []int{1, 2}, NoCalibration: true}, []string{"f(w)"}, "speed-up", "scale"},
		{"sweep", measure.SweepOptions{Options: quick, Values: []int{1, 2, 3}}, []string{"f(n)"}, "6 rounds, all values", "sweep"},
		{"predict", guess, nil, "noted: f() takes 1.00 µs", "sweep"},
		{"verify", map[string]any{"options": quick, "guess": guess}, []string{"f()"}, "predicted 1.00 µs, measured", "verify"},
		{"verify", map[string]any{"options": quick}, []string{"f()"}, "predicted 1.00 µs, measured", "verify"},
		{"verify", map[string]any{"options": quick, "guess": ratio}, []string{"f()", "g()"}, "predicted 1.000× as fast as g()", "verify"},
		{"compare", measure.CompareOptions{Options: quick, Saved: []string{"old"}}, []string{"f()"}, "@old g()", "compare"},
		{"compare", measure.CompareOptions{Saved: []string{"old", "@old"}}, nil, "not measured side by side", "compare"},
		{"load", map[string]string{"name": "@old"}, nil, "compare old: f() g()", "compare"},
		{"load", nil, nil, "old: compare old", "compare"},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, " ", tt.kind), func(t *testing.T) {
			r, shown := request(t, tt.kind, tt.options, tt.names...)
			out, err := Kinds[tt.kind](r)
			if err != nil {
				t.Fatal(err)
			}
			b := out.Show.(interface{ MIMEBundle() map[string]any }).MIMEBundle()
			if text := fmt.Sprint(b["text/plain"]); !strings.Contains(text, tt.want) || len(*shown) != 0 {
				t.Errorf("no %q in\n%s\nshown before: %v", tt.want, text, *shown)
			}
			if _, err := json.Marshal(b); err != nil {
				t.Error(err)
			}
			if last, ok := measure.Last(); !ok || last.Kind != tt.record {
				t.Errorf("the last record is of %q, want %q", last.Kind, tt.record)
			}
		})
	}
}

func TestKindsRefuse(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := []struct {
		kind    string
		options any
		names   []string
		want    string
	}{
		{"timeit", quick, nil, "no code to measure"},
		{"timeit", 3, []string{"f()"}, "options"},
		{"compare", quick, []string{"f()"}, "two pieces of code"},
		{"compare", measure.CompareOptions{Saved: []string{"missing"}}, []string{"f()"}, "no saved result missing"},
		{"scale", measure.ScaleOptions{Workers: []int{-1}}, []string{"f()"}, "-1 workers"},
		{"scale", quick, nil, "no code"},
		{"sweep", quick, []string{"f()"}, "no values"},
		{"predict", measure.Guess{}, nil, "want code and a time"},
		{"verify", map[string]any{"guess": measure.Guess{Texts: []string{"f", "g"}, Ratio: 2}}, []string{"f"}, "it takes 2 pieces of code"},
		{"save", map[string]string{"name": "a/b"}, nil, "is no name for a result"},
		{"load", map[string]string{"name": "none"}, nil, "no saved result"},
	}
	measure.Remember(measure.NewRecord("timeit", "f()", ""))
	for _, tt := range tests {
		r, _ := request(t, tt.kind, tt.options, tt.names...)
		if _, err := Kinds[tt.kind](r); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %v: %v, want %q", tt.kind, tt.options, err, tt.want)
		}
	}
}

// A guess about the same code stands beside the result.
func TestGuessIsDrawn(t *testing.T) {
	measure.Predict(measure.Guess{Texts: []string{"h()"}, Seconds: 0.25})
	r, _ := request(t, "timeit", quick, "h()")
	out, err := timeit(r)
	if err != nil || out.Show.(measure.Result).Guess != 0.25 {
		t.Errorf("%+v, %v", out.Show, err)
	}
}

// Quiet shows nothing but keeps the result.
func TestQuiet(t *testing.T) {
	o := quick
	o.Quiet = true
	r, shown := request(t, "timeit", o, "quiet()")
	out, err := timeit(r)
	if last, _ := measure.Last(); err != nil || out.Show != nil || len(*shown) != 0 || last.Text != "quiet()" {
		t.Errorf("%+v, %v, last %q", out, err, last.Text)
	}
}

// Stopped code that ends the goroutine, and code that panics, show what there
// is so far.
func TestPartIsShown(t *testing.T) {
	for name, end := range map[string]func(){
		"goexit": func() {
			interrupt.Raise()
			runtime.Goexit()
		},
		"panic": func() { panic("half-way") },
	} {
		for _, kind := range []string{"timeit", "compare", "scale", "sweep", "verify"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Cleanup(interrupt.Reset)
				options := map[string]any{
					"timeit": quick, "compare": measure.CompareOptions{Options: quick}, "scale": measure.ScaleOptions{Options: quick, Workers: []int{1}, NoCalibration: true},
					"sweep":  measure.SweepOptions{Options: quick, Values: []int{1}},
					"verify": map[string]any{"options": quick, "guess": measure.Guess{Texts: []string{"f"}, Seconds: 1}},
				}
				r, shown := request(t, kind, options[kind], "f", "g")
				if kind != "compare" {
					r.Variants = r.Variants[:1]
				}
				calls := 0
				r.Variants[0].Body = func(loops, _ int) {
					if calls++; calls > 3 { // one to warm up, two samples
						end()
					}
				}
				var ended sync.WaitGroup
				ended.Add(1)
				go func() {
					defer ended.Done()
					defer func() { _ = recover() }()
					_, _ = Kinds[kind](r)
				}()
				ended.Wait()
				if len(*shown) != 1 || !strings.Contains(fmt.Sprint((*shown)[0]), "after 2 of 6") {
					t.Errorf("shown: %v", *shown)
				}
			})
		}
	}
}
