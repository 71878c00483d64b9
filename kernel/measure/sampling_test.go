package measure

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// Code that ends its goroutine, as stopped compiled cells do, or panics leaves
// the samples that it had to Partial, and a panic goes on with its value.
func TestPartialResults(t *testing.T) {
	leave := map[string]func(){
		"goexit": func() {
			interrupt.Raise()
			runtime.Goexit()
		},
		"panic": func() { panic("half-way") },
	}
	for name, end := range leave {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(interrupt.Reset)
			calls := 0
			code := func() {
				if calls++; calls > 1+25 {
					end()
				}
			}
			// measure what calls Partial with the result of each kind
			var got any
			partial := func(v any) { got = v }
			kinds := map[string]func(){
				"timeit": func() { Timeit(Options{Loops: 10, Runs: 5, Partial: partial}, code) },
				"compare": func() {
					Compare(CompareOptions{Options: Options{Loops: 10, Runs: 5, Partial: partial}}, Func("a", code))
				},
				"scale": func() {
					_, _ = Scale(ScaleOptions{Options: Options{Loops: 10, Runs: 5, Partial: partial}, Workers: []int{1}, NoCalibration: true}, Func("a", code))
				},
				"sweep": func() {
					_, _ = Sweep(SweepOptions{Options: Options{Loops: 10, Runs: 5, Partial: partial}, Values: []int{3}}, Func("a", code))
				},
			}
			for kind, run := range kinds {
				interrupt.Reset()
				calls, got = 0, nil
				var value any
				var ended sync.WaitGroup
				ended.Add(1)
				go func() {
					defer ended.Done()
					defer func() { value = recover() }()
					run()
				}()
				ended.Wait()
				if name == "panic" && value != "half-way" {
					t.Errorf("%s: the panic came as %v", kind, value)
				}
				if got == nil {
					t.Errorf("%s: no result so far", kind)
					continue
				}
				samples := len(resultsOf(got)[0].Samples)
				text := got.(interface{ String() string }).String()
				want := map[string]string{"goexit": "interrupted after 2 of 5", "panic": "the code failed after 2 of 5"}[name]
				if samples != 2 || !strings.Contains(text, want) {
					t.Errorf("%s: %d samples, want 2 and %q:\n%s", kind, samples, want, text)
				}
			}
		})
	}
}

func resultsOf(v any) []Result {
	switch v := v.(type) {
	case Result:
		return []Result{v}
	case Comparison:
		return v.Results
	case Scaling:
		return []Result{v.Points[0].Result}
	case Sweeping:
		return v.Curves[0].Results
	}
	return nil
}

// A round is whole or not at all, and each has every variant once.
func TestRoundsAreWhole(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	var order []string
	variant := func(name string) Variant {
		return Variant{Name: name, Body: func(loops, _ int) {
			order = append(order, name)
			if len(order) == 3+3*4+2 { // a call each to warm up, four rounds, two thirds of one
				interrupt.Raise()
			}
		}}
	}
	c := Compare(CompareOptions{Options: Options{Loops: 1, Runs: 10}}, variant("a"), variant("b"), variant("c"))
	for _, r := range c.Results {
		if len(r.Samples) != 4 || !r.Interrupted || len(r.UserSamples) != 4 && r.Unavailable == "" {
			t.Errorf("%s: %d samples, interrupted %v", r.Name, len(r.Samples), r.Interrupted)
		}
	}
	for i := 3; i < 3+3*4; i += 3 {
		if got := slices.Sorted(slices.Values(order[i : i+3])); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("round %d has %v", i/3, order[i:i+3])
		}
	}
	if !strings.Contains(c.String(), "interrupted after 4 of 10 rounds") {
		t.Errorf("not told: %s", c)
	}
}

// The order within rounds is not the same each time.
func TestOrderIsDrawn(t *testing.T) {
	first := map[string]int{}
	rounds, last := 0, ""
	note := func(name string) Variant {
		return Variant{Name: name, Body: func(int, int) {
			if last == "" {
				first[name]++
				rounds++
				last = name
			} else {
				last = ""
			}
		}}
	}
	Compare(CompareOptions{Options: Options{Loops: 1, Runs: 200}}, note("a"), note("b"))
	// The warming up counts as one more round.
	if rounds != 201 || first["a"] < 60 || first["b"] < 60 {
		t.Errorf("%d rounds, first was %v, want about 100 each", rounds, first)
	}
}

// Variants that take similar times get the same number of calls.
func TestLoopsAreEven(t *testing.T) {
	s := newSampler(Options{}, Variant{}, Variant{}, Variant{})
	s.all[0].loops, s.all[1].loops, s.all[2].loops = 100, 500, 100_000
	s.evenLoops()
	if got := [3]int{s.all[0].loops, s.all[1].loops, s.all[2].loops}; got != [3]int{500, 500, 100_000} {
		t.Errorf("%v, want 500, 500, 100000", got)
	}
	s.all[1].n = 7 // another value of the parameter
	s.all[0].loops, s.all[1].loops = 100, 500
	if s.evenLoops(); s.all[0].loops != 100 {
		t.Errorf("%d, want 100", s.all[0].loops)
	}
}

func TestGCControl(t *testing.T) {
	allocate := func() { sink = make([]byte, 1<<20) }
	percent := debug.SetGCPercent(100)
	defer debug.SetGCPercent(percent)
	on := Timeit(Options{Runs: 20, Loops: 20}, allocate)
	off := Timeit(Options{Runs: 20, Loops: 20, GC: GCOff}, allocate)
	each := Timeit(Options{Runs: 20, Loops: 1, GC: GCEach}, allocate)
	if on.Collections < 20 || off.Collections > 2 || each.GC != GCEach {
		t.Errorf("400 MiB: %d collections, %d with -gc off; %q", on.Collections, off.Collections, each.GC)
	}
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("afterwards the collector is at %d %%", got)
	}
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 && os.Getenv("GOMEMLIMIT") == "" {
		t.Errorf("afterwards the memory limit is %d", limit)
	}
	// A panic restores it too.
	func() {
		defer func() { _ = recover() }()
		Timeit(Options{Runs: 20, Loops: 1, GC: GCOff}, func() { panic(1) })
	}()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("after a panic the collector is at %d %%", got)
	}
}

// Short code gets 25 samples, long code as many as fit, but seven.
func TestRunsFollowTheTime(t *testing.T) {
	if r := Timeit(Options{MinSample: time.Millisecond}, func() {}); r.Runs != defaultRuns || len(r.Samples) != defaultRuns {
		t.Errorf("short code: %d samples", len(r.Samples))
	}
	if r := Timeit(Options{Budget: time.Millisecond}, func() { time.Sleep(time.Millisecond) }); len(r.Samples) != fewestRuns {
		t.Errorf("code that fills the budget: %d samples, want %d", len(r.Samples), fewestRuns)
	}
	c := Compare(CompareOptions{Options: Options{Budget: 1, MinSample: time.Microsecond}}, Func("a", arithmetic), Func("b", arithmetic), Func("c", arithmetic))
	if n := len(c.Results[0].Samples); n != 9 {
		t.Errorf("three variants: %d rounds, want 9: fewer cannot be sure of two differences", n)
	}
}

// Code that gets faster as it runs is measured when it no longer does.
func TestWarmUp(t *testing.T) {
	calls := 0
	r := Timeit(Options{MinSample: time.Microsecond, Runs: 5}, func() {
		calls++
		time.Sleep(time.Duration(max(40-6*calls, 5)) * time.Millisecond)
	})
	// The first sample that counts is at least the seventh call.
	if r.Samples[0] > 0.02 && len(r.Disturbed) == 0 || calls < 5+6 {
		t.Errorf("%d calls; slow ones of the beginning are among the samples: %v", calls, r.Samples)
	}
}

// A sampler asks the clock; where that goes back the sample is not kept.
func TestClockGoesBack(t *testing.T) {
	c := &contender{loops: 2}
	used := countersQuick()
	if c.keep(-time.Second, used, 0) || len(c.wall) != 0 || c.back != 1 {
		t.Errorf("%+v: a sample of -1 s was kept", c)
	}
	if !c.keep(2*time.Second, used, 0) || !slices.Equal(c.wall, []float64{1}) {
		t.Errorf("%+v", c)
	}
	s := &sampler{all: []*contender{c}, finished: true, rounds: 1}
	if r := s.result(c); len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "1 sample during which the machine's clock went back") {
		t.Errorf("warnings %q", r.Warnings)
	}
	s.broken = true
	if r := s.result(c); len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "again and again") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestDoubts(t *testing.T) {
	if c := Cycle(); c < 0.1e-9 || c > 20e-9 {
		t.Errorf("a cycle lasts %v s", c)
	}
	empty := func(loops, _ int) {
		for range loops {
		}
	}
	r := TimeBody(Options{Runs: 5, Engine: "compiled", EmptyBody: empty}, Variant{Text: "nothing", Body: empty})
	if text := r.String(); !strings.Contains(text, "the compiler may have removed it") {
		t.Errorf("code that does nothing:\n%s", text)
	}
	if r.Median > 50e-9 {
		t.Errorf("an empty body costs %v s per loop, want 50 ns at most", r.Median)
	}
	r = TimeBody(Options{Runs: 5, Engine: "compiled"}, Func("arithmetic", arithmetic))
	if text := r.String(); strings.Contains(text, "removed") || strings.Contains(text, "too short") {
		t.Errorf("code that does something:\n%s", text)
	}
	r = TimeBody(Options{Runs: 5, Loops: 1, Engine: "compiled"}, Func("nothing", nothing))
	if text := r.String(); !strings.Contains(text, "too short to be timed well; take more loops (-n)") {
		t.Errorf("one call of nothing:\n%s", text)
	}
	interpreted := TimeBody(Options{Runs: 5, Loops: 1000, Engine: "interpreted", EmptyBody: empty}, Variant{Text: "x", Body: empty})
	if strings.Contains(interpreted.String(), "removed") {
		t.Errorf("an interpreter removes nothing:\n%s", interpreted)
	}
}

func TestOutliers(t *testing.T) {
	samples := []float64{10, 11, 10, 12, 11, 10, 14.8, 30, 11, 2}
	got := outliers(samples)
	// Quartiles 10 and 11.75: fences at 7.4 and 14.4, 4.75 and 17.
	want := []Outlier{{Index: 6}, {Index: 7, Severe: true}, {Index: 9, Severe: true, Low: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := outliers([]float64{1, 2, 100}); got != nil {
		t.Errorf("three samples: %+v", got)
	}
	r := Result{Samples: samples, Loops: 1, Runs: 10}
	r.summarize()
	if text := r.String(); !strings.Contains(text, "3 outliers, 2 of them severe: kept") {
		t.Errorf("not told:\n%s", text)
	}
	if s := Summarize([]float64{math.NaN(), 1, math.Inf(1), 3}); s.N != 2 || s.Median != 2 || s.Max != 3 {
		t.Errorf("NaN and Inf: %+v", s)
	}
	if s := Summarize([]float64{math.NaN(), math.Inf(-1)}); s != (Summary{}) {
		t.Errorf("NaN and Inf only: %+v", s)
	}
}

// A million samples take no time worth mentioning to sum up.
func TestAMillionSamples(t *testing.T) {
	samples := make([]float64, 1_000_000)
	for i := range samples {
		samples[i] = float64((i*7919)%1_000_003) + 1
	}
	from := time.Now()
	s := Summarize(samples)
	if took := time.Since(from); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if in := s.Interval; in.Confidence < 0.95 || in.Confidence > 0.951 || in.Low > s.Median || in.High < s.Median || in.High-in.Low > 3000 {
		t.Errorf("%+v", s)
	}
	r := Result{Samples: samples, Loops: 1, Runs: len(samples)}
	r.summarize()
	if b := r.MIMEBundle(); b["text/plain"] == "" || b["application/vnd.weft.chart+json"] == nil {
		t.Errorf("no picture of a million samples")
	}
}

// countersQuick is a reading's difference with nothing in it.
func countersQuick() counters.Delta {
	r := counters.ReadQuick()
	return r.Since(r)
}

// What a call through a Body costs by itself, which is to be below 50 ns.
func BenchmarkEmptyBody(b *testing.B) {
	r := TimeBody(Options{Runs: 7, Engine: "compiled"}, Variant{Body: func(loops, _ int) {
		for range loops {
		}
	}})
	for b.Loop() {
	}
	b.ReportMetric(r.Median*1e9, "ns/loop")
}
