package measure

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestParseWorkers(t *testing.T) {
	for text, want := range map[string][]int{"1,2,4,8": {1, 2, 4, 8}, "4, 1": {1, 4}, "1..4": {1, 2, 3, 4}, "2,2": {2}} {
		if got, err := ParseWorkers(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "x", "4..1", "1..1000000", "1,,2", "1e3"} {
		if got, err := ParseWorkers(text); err == nil || !strings.Contains(err.Error(), "want numbers from 1 to 4096") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(6))
	if got := DefaultWorkers(); !slices.Equal(got, []int{1, 2, 4, 6}) {
		t.Errorf("with 6 processors: %v", got)
	}
}

// sleepers waits for a total of 40 ms on so many workers, after a quarter of that
// alone: more workers always help here, on any machine.
func sleepers(loops, workers int) {
	for range loops {
		time.Sleep(10 * time.Millisecond)
		var wait sync.WaitGroup
		for range workers {
			wait.Go(func() { time.Sleep(time.Duration(40000/workers) * time.Microsecond) })
		}
		wait.Wait()
	}
}

func TestScale(t *testing.T) {
	v := Variant{Name: "f(w)", Body: sleepers, Values: func(w int) []any { return []any{42, make([]int, w)} }}
	sc, err := Scale(ScaleOptions{Options: Options{Runs: 8, Engine: "compiled"}, Workers: []int{4, 2}, NoCalibration: true}, v)
	if err != nil || len(sc.Points) != 3 || sc.Points[0].Workers != 1 {
		t.Fatalf("%+v, %v", sc, err)
	}
	// 50, 30, 20 ms and what sleeping takes longer: the serial fraction is 0.2.
	four := sc.Points[2]
	if four.Speedup < 1.5 || four.Speedup > 3.5 || four.Low > four.Speedup || four.High < four.Speedup || four.Low == 0 {
		t.Errorf("four workers: %v× [%v, %v], want about 2.5", four.Speedup, four.Low, four.High)
	}
	if math.Abs(four.Efficiency-four.Speedup/4) > 1e-9 || math.Abs(four.KarpFlatt-(1/four.Speedup-0.25)/0.75) > 1e-9 {
		t.Errorf("efficiency %v, Karp and Flatt %v", four.Efficiency, four.KarpFlatt)
	}
	if f := sc.Amdahl; f.Known() && (f.Value < 0.1 || f.Value > 0.4) {
		t.Errorf("serial fraction %+v, want about 0.2", f)
	}
	if len(four.Work) != 4 || len(sc.Checks) != 2 || !sc.Checks[1].Same {
		t.Errorf("work %v, checks %+v", four.Work, sc.Checks)
	}
	text := sc.String()
	for _, want := range []string{"workers", "speed-up", "Amdahl: serial fraction", "USL: ", "8 rounds", "work of 4 workers: 0 0 0 0", "not calibrated", "compiled", "with 4"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	b := sc.MIMEBundle()
	if b["application/vnd.weft.chart+json"] == nil || b["text/plain"] != text {
		t.Errorf("bundle %v", b)
	}
	if data, err := json.Marshal(b[ResultMIME]); err != nil || !strings.Contains(string(data), `"param":"workers","n":4`) {
		t.Errorf("record %s, %v", data, err)
	}
}

func TestScaleCalibrates(t *testing.T) {
	sc, err := Scale(ScaleOptions{Options: Options{Runs: 5, Loops: 1}, Workers: []int{1, 2}, Procs: true}, FuncN("f", func(int) { arithmetic() }))
	if err != nil {
		t.Fatal(err)
	}
	if p := sc.Points[0]; p.Capacity != 1 || sc.Cores.Rounds != 5 || sc.Points[1].Capacity < 0.3 {
		t.Errorf("capacity %v and %v, %+v", p.Capacity, sc.Points[1].Capacity, sc.Cores)
	}
	if !strings.Contains(sc.String(), "calibrated before each round") {
		t.Errorf("not told:\n%s", sc)
	}
}

// GOMAXPROCS is what was asked for while the code runs, and only then.
func TestScaleProcs(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	seen := map[int]bool{}
	v := FuncN("f", func(n int) { seen[n*1000+runtime.GOMAXPROCS(0)] = true })
	if _, err := Scale(ScaleOptions{Options: Options{Runs: 3, Loops: 1}, Workers: []int{1, 2, 3}, Procs: true, NoCalibration: true}, v); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 3 || !seen[1001] || !seen[2002] || !seen[3003] || runtime.GOMAXPROCS(0) != before {
		t.Errorf("%v, afterwards %d, want %d", seen, runtime.GOMAXPROCS(0), before)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = Scale(ScaleOptions{Options: Options{Runs: 3, Loops: 1}, Workers: []int{3}, Procs: true, NoCalibration: true}, FuncN("f", func(int) { panic(1) }))
	}()
	if runtime.GOMAXPROCS(0) != before {
		t.Errorf("after a panic GOMAXPROCS is %d, want %d", runtime.GOMAXPROCS(0), before)
	}
}

// What noise hides is not told.
func TestScaleCantTell(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := newSampler(Options{}, Variant{}, Variant{}, Variant{})
	s.rounds, s.finished = 9, true
	workers := []float64{1, 2, 4}
	for i, times := range scaled(r, workers, 9, 0, 0.6, func(p float64) float64 { return 0.3 + 0.7/p }) {
		s.all[i].n, s.all[i].wall, s.all[i].loops, s.all[i].missing = int(workers[i]), times, 1, "no"
		s.all[i].calls, s.all[i].wait = 9, make([]float64, len(times))
	}
	sc := s.scaling("f(w)", newCalibration([]int{1, 2, 4}), nil, nil)
	if text := sc.String(); sc.Amdahl.Known() || !strings.Contains(text, "Amdahl: serial fraction: can't tell: the noise is too large") || !strings.Contains(text, "USL: can't tell") {
		t.Errorf("with 60 %% noise:\n%s", text)
	}
	if data, err := json.Marshal(sc); err != nil {
		t.Errorf("%s, %v", data, err)
	}
}

func TestScaleBadInput(t *testing.T) {
	if _, err := Scale(ScaleOptions{Workers: []int{0}}, Func("f", nothing)); err == nil {
		t.Error("no workers: no error")
	}
	if _, err := Scale(ScaleOptions{}, Variant{Name: "f"}); err == nil {
		t.Error("no code: no error")
	}
	v := Variant{Name: "f", Body: func(int, int) {}, Values: func(w int) []any { return []any{w} }}
	sc, err := Scale(ScaleOptions{Options: Options{Runs: 5, Loops: 1}, Workers: []int{2}, NoCalibration: true}, v)
	if err != nil || !strings.Contains(sc.String(), "ATTENTION: results of one worker and of 2 differ: 1 and 2") {
		t.Errorf("results that differ: %v\n%s", err, sc)
	}
	one, err := Scale(ScaleOptions{Options: Options{Runs: 1, Loops: 1}, Workers: []int{1, 2}, NoCalibration: true}, Func("f", arithmetic))
	if err != nil || !strings.Contains(one.String(), "can't tell: too few rounds, 1") {
		t.Errorf("one round: %v\n%s", err, one)
	}
	if _, err := json.Marshal(one.MIMEBundle()); err != nil {
		t.Error(err)
	}
}

func TestImbalanceIsTold(t *testing.T) {
	sc := Scaling{Points: []ScalePoint{{Workers: 2, Work: []float64{90, 10}}}}
	even := Scaling{Points: []ScalePoint{{Workers: 2}}} // on one processor there is a doubt about that
	if d, n := sc.doubts(), len(even.doubts()); len(d) != n+1 || !strings.Contains(d[n], "1.80 times the mean") {
		t.Errorf("%q", d)
	}
}
