package gauge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/dock"
	"github.com/weft-go/weft/kernel/measure"
)

// cacheRequest is a use of %cachesim; body stands for instrumented code.
func cacheRequest(options string, body func()) (Request, *[]any) {
	var shown []any
	r := Request{Kind: "cachesim", Options: json.RawMessage(options), Text: "f()", Engine: "compiled", Show: func(v any) { shown = append(shown, v) }}
	if body != nil {
		r.Variants = []measure.Variant{{Name: "f()", Body: func(loops, _ int) {
			for range loops {
				body()
			}
		}}}
	}
	return r, &shown
}

func TestCachesimOfCode(t *testing.T) {
	site := dock.Sites(dock.Site{Cell: "cell[3]", Line: 5, Text: "a[i]"}, dock.Site{Cell: "cell[3]", Line: 6, Text: "m[k]"})
	a := make([]float64, 1<<16)
	m := map[int]int{1: 2}
	r, _ := cacheRequest(`{"machine":"zen3"}`, func() {
		for i := range a {
			*dock.W(&a[i], site) = 1
		}
		m[dock.In(m, true, site+1).Key(1)]++
	})
	out, err := Kinds["cachesim"](r)
	if err != nil {
		t.Fatal(err)
	}
	results := out.Show.(cacheResults)
	// A slot of the map may lie across two lines: that depends on its hash.
	if n := results[0].Counts.Accesses(); n < 1<<16+4 || n > 1<<16+8 {
		t.Errorf("%d accesses, want %d and 4 to 8 of the map", n, 1<<16)
	}
	if l := results[0].Lines[0]; l.Place != "cell[3]:5" || l.Text != "a[i]" || l.Counts.Levels[0].Misses < 1<<13 || l.Counts.Levels[0].Misses > 1<<13+1 {
		t.Errorf("the first line is %+v", l)
	}
	text := results.String()
	for _, want := range []string{"simulated, zen3 geometry: f()", "cell[3]:6  m[k] (map: a model)", "local variables are taken for registers"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	b := results.MIMEBundle()
	if b[chart.MIME] == nil || b["text/plain"] != text {
		t.Errorf("the bundle has %v", b)
	}
	rec := b[measure.ResultMIME].(measure.Record)
	if f := rec.Figures["simulated, zen3 geometry: L1 misses"]; f.Value != float64(results[0].Counts.Levels[0].Misses) {
		t.Errorf("the record has %v", rec.Figures)
	}
	if _, err := json.Marshal(b); err != nil {
		t.Error(err)
	}
	before := results[0].Counts.Accesses()
	dock.R(&a[0], site) // nothing is recorded any more
	if got := results[0].Counts.Accesses(); got != before {
		t.Errorf("%d accesses after the end, %d before", got, before)
	}
}

func TestCachesimWarm(t *testing.T) {
	a := make([]byte, 1<<14)
	r, _ := cacheRequest(`{"machine":"zen3","warm":true}`, func() {
		for i := range a {
			dock.R(&a[i], 0)
		}
	})
	out, err := Kinds["cachesim"](r)
	if err != nil {
		t.Fatal(err)
	}
	l1 := out.Show.(cacheResults)[0].Counts.Levels[0]
	if l1.Misses != 0 || l1.Accesses != uint64(len(a)) {
		t.Errorf("the second run has %d accesses and %d misses, want %d and none", l1.Accesses, l1.Misses, len(a))
	}
}

// Code that does not come to its end: what was counted is shown, and nobody
// records any more.
func TestCachesimOfAPanic(t *testing.T) {
	x := 1
	r, shown := cacheRequest(`{}`, func() {
		dock.R(&x, 0)
		panic("end")
	})
	func() {
		defer func() {
			if v := recover(); fmt.Sprint(v) != "end" {
				t.Errorf("recovered %v", v)
			}
		}()
		_, _ = Kinds["cachesim"](r)
	}()
	if len(*shown) != 1 {
		t.Fatalf("shown %d results, want one", len(*shown))
	}
	v := (*shown)[0].(cacheResults)
	if v[0].Counts.Accesses() == 0 || !strings.Contains(v.String(), "did not come to its end") {
		t.Errorf("shown:\n%s", v)
	}
	dock.W(&x, 0)
	if got := v[0].Counts.Writes; got != 0 {
		t.Errorf("%d writes", got)
	}
}

func TestCachesimOfAKernel(t *testing.T) {
	r, _ := cacheRequest(`{"machine":"zen3","twin":"matmul:serial","n":[64,66],"level":"l2"}`, nil)
	out, err := Kinds["cachesim"](r)
	if err != nil {
		t.Fatal(err)
	}
	results := out.Show.(cacheResults)
	if len(results) != 2 || results[1].Text != "matmul:serial n=66" || results[0].Level != "L2" {
		t.Fatalf("%d results, %+v", len(results), results[0])
	}
	if n := results[0].Counts.Accesses(); n != 2*64*64*64+64*64 {
		t.Errorf("%d accesses", n)
	}
	if len(results.Record().Figures) != 12 {
		t.Errorf("figures %v", results.Record().Figures)
	}
	if results.Chart() == nil {
		t.Error("no chart")
	}
}

func TestCachesimRefuses(t *testing.T) {
	for options, want := range map[string]string{
		`{"machine":"vax"}`:                    "skylake-server",
		`{"level":"L7"}`:                       "no level",
		`{"twin":"matmul:simd","n":[1]}`:       "serial:ikj",
		`{"twin":"matmul:serial","n":[70000]}`: "from 1 to",
		`{"machine":"m1"}`:                     "no code",
		`{"machine":1}`:                        "options",
	} {
		r, _ := cacheRequest(options, nil)
		if _, err := Kinds["cachesim"](r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", options, err, want)
		}
	}
}

// What the session adds to code that is instrumented and not recorded.
func BenchmarkNotRecorded(b *testing.B) {
	var x [64]float64
	for i := 0; b.Loop(); i++ {
		dock.W(&x[i&63], 0)
	}
}
