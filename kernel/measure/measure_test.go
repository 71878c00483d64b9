package measure

import (
	"encoding/json"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// burn uses the processor for about d.
func burn(d time.Duration) {
	for from := time.Now(); time.Since(from) < d; {
	}
}

func TestTimeTellsSleepFromWork(t *testing.T) {
	tests := []struct {
		name   string
		f      func()
		lo, hi float64 // cores used
	}{
		{"sleep", func() { time.Sleep(50 * time.Millisecond) }, 0, 0.5},
		// On a busy machine a share of it is enough.
		{"work", func() { burn(100 * time.Millisecond) }, 0.15, float64(runtime.NumCPU()) + 0.1},
	}
	for _, tt := range tests {
		got := Time(tt.name, "compiled", tt.f)
		if got.CPU.Unavailable != "" {
			if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
				t.Fatal(got.CPU.Unavailable)
			}
			t.Skip("this system does not tell processor time: " + got.CPU.Unavailable)
		}
		if c := got.Cores(); c < tt.lo || c > tt.hi {
			t.Errorf("%s: %.2f cores used, want %v to %v: %v", tt.name, c, tt.lo, tt.hi, got)
		}
		if got.Wall < 50*time.Millisecond {
			t.Errorf("%s: wall %v, want 50 ms and more", tt.name, got.Wall)
		}
	}
}

func TestTimingText(t *testing.T) {
	tm := Timing{Engine: "compiled", Wall: 620 * time.Millisecond, CPU: CPU{User: 1200 * time.Millisecond, System: 3 * time.Millisecond}}
	if got, want := tm.String(), "wall 620 ms, user 1.20 s, system 3.00 ms: 1.94 cores used (compiled)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	tm.Children = CPU{User: time.Second, System: 40 * time.Millisecond}
	if got, want := tm.String(), "wall 620 ms, user 1.20 s, system 3.00 ms, workers 1.00 s user and 40.0 ms system: 3.62 cores used (compiled)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	tm.Children = CPU{}
	tm.CPU = CPU{Unavailable: "not read on plan9"}
	tm.Interrupted = true
	if got, want := tm.String(), "wall 620 ms, user and system time n/a: not read on plan9 (compiled), interrupted"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !math.IsNaN(tm.Cores()) {
		t.Errorf("cores %v of an unknown processor time, want NaN", tm.Cores())
	}
}

func TestTimeitCountsCalls(t *testing.T) {
	var calls atomic.Int64
	r := Timeit(Options{Loops: 10, Runs: 4}, func() { calls.Add(1) })
	if got := calls.Load(); got != 1+4*10 { // one to warm up
		t.Errorf("%d calls, want 41", got)
	}
	if len(r.Samples) != 4 || r.Loops != 10 || r.Runs != 4 || r.Interrupted {
		t.Errorf("%+v", r)
	}
}

// One call that takes long, the first or a later one, is not what all take.
func TestLoopsDespiteOneLongCall(t *testing.T) {
	for _, slow := range []int{1, 2, 3} {
		runs := 0
		loops, took := findLoops(10*time.Millisecond, func(loops int) time.Duration {
			if runs++; runs == slow {
				return 30 * time.Millisecond
			}
			return time.Duration(loops) * time.Microsecond
		})
		if loops != 10_000 || took != 10*time.Millisecond {
			t.Errorf("run %d held up: %d loops that take %v, want 10,000", slow, loops, took)
		}
	}
	runs := 0
	if loops, took := findLoops(10*time.Millisecond, func(int) time.Duration { runs++; return time.Minute }); loops != 1 || took != time.Minute || runs != 1 {
		t.Errorf("a minute: %d loops, %v, %d runs", loops, took, runs)
	}
}

func TestTimeitFindsLoops(t *testing.T) {
	r := Timeit(Options{Runs: 3}, func() { time.Sleep(time.Millisecond) })
	if r.Median < 1e-3 || r.Median > 50e-3 {
		t.Errorf("a sleep of 1 ms takes %v s", r.Median)
	}
	if r.Loops != 5 && r.Loops != 10 && r.Loops != 20 {
		t.Errorf("%d loops for 1 ms, want about 10", r.Loops)
	}
	if r.Loops = Timeit(Options{Runs: 1}, func() { time.Sleep(30 * time.Millisecond) }).Loops; r.Loops != 1 {
		t.Errorf("%d loops for 30 ms, want 1", r.Loops)
	}
	if fast := Timeit(Options{Runs: 3}, func() {}); fast.Median*float64(fast.Loops) < 2e-3 || fast.Median > 1e-6 {
		t.Errorf("an empty function: %d loops of %v s", fast.Loops, fast.Median)
	}
}

var sink []byte

func TestTimeitCountsAllocations(t *testing.T) {
	r := Timeit(Options{Loops: 1000, Runs: 5}, func() { sink = make([]byte, 1024) })
	if math.Abs(r.Allocs-1) > 0.1 || math.Abs(r.Bytes-1024) > 100 {
		t.Errorf("%v allocations of %v B, want 1 and 1024", r.Allocs, r.Bytes)
	}
	if !strings.Contains(r.String(), " allocation, 1.0") {
		t.Errorf("not told: %s", r)
	}
	if r := Timeit(Options{Loops: 1000, Runs: 5}, func() {}); r.Allocs > 0.1 {
		t.Errorf("%v allocations of an empty function", r.Allocs)
	}
}

func TestTimeitTellsOverhead(t *testing.T) {
	slow := func() { burn(20 * time.Microsecond) }
	r := Timeit(Options{Loops: 100, Runs: 3, Empty: slow}, slow)
	if r.Overhead < 15e-6 || !strings.Contains(r.String(), "calling an empty function takes") {
		t.Errorf("overhead of a call that takes 20 µs: %v s\n%v", r.Overhead, r)
	}
	r = Timeit(Options{Loops: 10, Runs: 3}, func() { burn(50 * time.Microsecond) })
	if r.Overhead > 1e-6 || strings.Contains(r.String(), "calling an") {
		t.Errorf("overhead of a compiled call: %v s\n%v", r.Overhead, r)
	}
	r = Timeit(Options{Loops: 10, Runs: 3, Engine: "interpreted"}, func() {})
	if !strings.Contains(r.String(), "interpreted function takes 0.1 to 1 µs") {
		t.Errorf("no note about the price of an interpreted call: %v", r)
	}
}

func TestTimeitInterrupted(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	calls := 0
	r := Timeit(Options{Loops: 10, Runs: 5}, func() {
		if calls++; calls == 1+25 {
			interrupt.Raise()
		}
	})
	if calls != 26 || len(r.Samples) != 2 || !r.Interrupted {
		t.Errorf("%d calls, %d samples, interrupted %v: want 26, 2, true", calls, len(r.Samples), r.Interrupted)
	}
	if !strings.Contains(r.String(), "interrupted after 2 of 5 runs") {
		t.Errorf("not told: %s", r)
	}
	r = Timeit(Options{}, func() { t.Error("called in spite of the interrupt") })
	if got, want := r.String(), "interrupted before the first run was complete: nothing measured"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestResultText(t *testing.T) {
	r := Result{
		Engine: "interpreted", Runs: 7, Loops: 1000,
		Samples: []float64{1.23e-3, 1.2e-3, 1.31e-3, 1.22e-3, 1.23e-3, 1.25e-3, 1.24e-3},
		User:    1.2e-3, Allocs: 2, Bytes: 64,
	}
	r.summarize()
	want := `median 1.23 ms ± [1.20, 1.31] per loop (7 runs, 1000 loops each, interpreted; user 1.20 ms, system 0 s)
min 1.20 ms, 95 % of runs below 1.29 ms, spread 2.8 %; 2 allocations, 64 B per loop
98 % sure that the median lies between the fastest and the slowest run`
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	r.Samples, r.Loops, r.Runs, r.Allocs = r.Samples[:1], 1, 1, 0
	r.Max, r.Min, r.Overhead = 10e-3, 1e-3, 0.5e-3
	r.Unavailable = "closed"
	want = `median 1.23 ms ± [1.20, 1.31] per loop (1 run, 1 loop each, interpreted; user and system time n/a: closed)
no allocations
one run: no interval
note: calling an empty function takes 500 µs, 41 % of the figure, and is part of it
note: the slowest run took 10.0 times as long as the fastest: something else may have used the machine, or a cache was cold`
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMedianInterval(t *testing.T) {
	tests := []struct {
		n, rank    int
		confidence float64
	}{
		// Ranks and confidences of Conover's table A3 (binomial, p = 1/2).
		{1, 1, 0}, {2, 1, 0.5}, {5, 1, 0.9375}, {6, 1, 0.96875}, {7, 1, 0.984375},
		{8, 1, 0.9921875}, {9, 2, 0.9609375}, {20, 6, 0.9586}, {100, 40, 0.9648},
	}
	for _, tt := range tests {
		samples := make([]float64, tt.n)
		for i := range samples {
			samples[i] = float64(i + 1)
		}
		got := medianInterval(samples)
		if got.Rank != tt.rank || math.Abs(got.Confidence-tt.confidence) > 1e-4 ||
			got.Low != float64(tt.rank) || got.High != float64(tt.n+1-tt.rank) {
			t.Errorf("%d samples: %+v, want rank %d and confidence %v", tt.n, got, tt.rank, tt.confidence)
		}
	}
	if got := medianInterval(nil); got != (Interval{}) {
		t.Errorf("no samples: %+v", got)
	}
	if got := (Interval{Confidence: 0.957, Rank: 23}).words(60); got != "96 % sure that the median lies between the 23rd fastest and the 23rd slowest of 60 runs" {
		t.Errorf("words: %s", got)
	}
	for samples, want := range map[[2]float64]float64{{1, 2}: 1.5, {3, 3}: 3} {
		if got := median(samples[:]); got != want {
			t.Errorf("median of %v: %v, want %v", samples, got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	tests := []struct {
		seconds float64
		digits  int
		want    string
	}{
		{0, 3, "0 s"}, {1.5, 3, "1.50 s"}, {12345, 3, "12345 s"}, {75, 3, "75.0 s"},
		{0.62, 3, "620 ms"}, {1.234e-3, 3, "1.23 ms"}, {1.234e-3, 5, "1.2340 ms"},
		{1e-6, 3, "1.00 µs"}, {999.6e-6, 3, "1.00 ms"}, {999.4e-6, 3, "999 µs"}, {999.96e-6, 4, "1.000 ms"},
		{9.996, 3, "10.0 s"}, {2.5e-9, 2, "2.5 ns"}, {0.3e-12, 1, "0.3 ps"}, {-2e-3, 3, "-2.00 ms"},
		{math.NaN(), 3, "n/a"},
	}
	for _, tt := range tests {
		if got := FormatSeconds(tt.seconds, tt.digits); got != tt.want {
			t.Errorf("FormatSeconds(%v, %d) = %q, want %q", tt.seconds, tt.digits, got, tt.want)
		}
	}
	for bytes, want := range map[float64]string{0: "0 B", 64: "64 B", 0.5: "0.500 B", 1536: "1.50 KiB", 1 << 30: "1.00 GiB"} {
		if got := FormatBytes(bytes, 3); got != want {
			t.Errorf("FormatBytes(%v) = %q, want %q", bytes, got, want)
		}
	}
	if got, want := formatAlike(3, 1.5e-3, 0.9e-3, 12e-3), []string{"1.50 ms", "0.90", "12.00"}; !slices.Equal(got, want) {
		t.Errorf("formatAlike: %q, want %q", got, want)
	}
}

func TestRoundUp(t *testing.T) {
	for x, want := range map[float64]int{1: 1, 1.1: 2, 3: 5, 5: 5, 6: 10, 19: 20, 201: 500, 1e6: 1e6} {
		if got := roundUp(x); got != want {
			t.Errorf("roundUp(%v) = %d, want %d", x, got, want)
		}
	}
}

// Values keep base units when written as JSON, with the unit in the name.
func TestJSON(t *testing.T) {
	r := Timeit(Options{Text: "f()", Engine: "compiled", Loops: 1, Runs: 2}, func() {})
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"text", "engine", "loops", "samples_sec", "median_sec", "interval", "user_sec", "alloc_bytes"} {
		if !regexp.MustCompile(`"` + key + `":`).Match(text) {
			t.Errorf("no %q in %s", key, text)
		}
	}
	var back Result
	if err := json.Unmarshal(text, &back); err != nil || back.Median != r.Median || back.Interval != r.Interval {
		t.Errorf("%v: %+v came back as %+v", err, r, back)
	}
	if text, err = json.Marshal(Time("f()", "compiled", func() {})); err != nil || !strings.Contains(string(text), `"wall_ns":`) {
		t.Errorf("%s, %v", text, err)
	}
}

func BenchmarkReadCPU(b *testing.B) {
	for b.Loop() {
		readCPU()
	}
}
