package measure

import (
	"encoding/json"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// sampleResult is a result of every kind of row.
func sampleResult() PerfResult {
	row := func(name, unit string, running float64, metric, missing string, values ...float64) PerfRow {
		c := column{row: PerfRow{Name: name, Unit: unit, Source: "hardware", Metric: metric, Unavailable: missing, Reading: "Read it so."}, values: values, running: running * float64(len(values))}
		r := c.finish()
		r.Metric = metric
		return r
	}
	return PerfResult{
		Text: "f(10)", Engine: "compiled", Runs: 3, Wanted: 3, Loops: 1,
		Wall: row("elapsed", "s", 0, "", "", 0.0120, 0.0123, 0.0126),
		Rows: []PerfRow{
			row("task-clock", "s", 1, "0.976 CPUs utilized", "", 0.0119, 0.0120, 0.0121),
			row("context-switches", "", 1, "83.333 /sec", "", 1, 1, 1),
			row("cycles", "", 0.63, "3.001 GHz", "", 36_000_000, 36_012_345, 36_024_690),
			row("branch-misses", "", 1, "1.25% of all branches", "", 1234, 1234, 1237),
			row("LLC-loads", "", 0, "", "no PMU in this virtual machine"),
			row("LLC-load-misses", "", 0, "", "no PMU in this virtual machine"),
		},
		Times: []PerfRow{row("user", "s", 0, "", "", 0.0118), row("children", "s", 0, "", "read on Linux only")},
		Go:    []PerfRow{row("allocated", "B", 0, "", "", 2048)},
	}
}

func TestPerfLayout(t *testing.T) {
	want := `
 Performance counter stats for 'f(10)' (3 runs; compiled):

             12.00 msec task-clock               #    0.976 CPUs utilized          ( +-  0.48% )
                 1      context-switches         #   83.333 /sec                   ( +-  0.00% )
        36,012,345      cycles                   #    3.001 GHz                    ( +-  0.02% )  (63.00%)
             1,235      branch-misses            #    1.25%  of all branches       ( +-  0.08% )
               n/a      LLC-loads                (no PMU in this virtual machine)
               n/a      LLC-load-misses          (likewise)

       0.012300000 +- 0.000173205 seconds time elapsed  ( +-  1.41% )

       0.011800000 seconds user
               n/a children (read on Linux only)

 Beside them:

          2.00 KiB allocated

 How to read it:

   task-clock             Read it so.
   context-switches       Read it so.
   cycles                 Read it so.
   branch-misses          Read it so.
   elapsed                Read it so.
   user                   Read it so.
   allocated              Read it so.

 note: events with a percentage behind them took turns, as the processor has fewer counters than were asked for; their figures are scaled up`
	if got := sampleResult().String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPerfBundle(t *testing.T) {
	r := sampleResult()
	bundle := r.MIMEBundle()
	if bundle["text/plain"] != r.String() {
		t.Errorf("text/plain: %v", bundle["text/plain"])
	}
	if rec, ok := bundle[ResultMIME].(Record); !ok || rec.Kind != "perf" || rec.Series[0].Figures["LLC-loads"].Unavailable == "" || rec.Series[0].Figures["cycles"].Running != 0.63 {
		t.Errorf("record: %+v", bundle[ResultMIME])
	}
	if _, err := json.Marshal(bundle); err != nil {
		t.Errorf("JSON: %v", err)
	}
	rows := r.Table().Rows
	if len(rows) != 10 || !strings.Contains(rows[2][4], "running 63 %") || !strings.HasPrefix(rows[4][5], "n/a: no PMU") || rows[4][1] != "n/a" {
		t.Errorf("table: %q", rows)
	}
	var back PerfResult
	if data, err := json.Marshal(r); err != nil || json.Unmarshal(data, &back) != nil || back.String() != r.String() {
		t.Errorf("a result does not survive JSON: %v\n%s", err, back)
	}
}

func roots() {
	x := 1.0
	for range 300_000 {
		x = math.Sqrt(x + 1)
	}
	sinkFloat = x
}

func TestPerfCounts(t *testing.T) {
	r, err := Perf(PerfOptions{Text: "roots()", Runs: 3, Events: []string{"software"}}, roots)
	if err != nil {
		t.Fatal(err)
	}
	if r.Runs != 3 || r.Loops < 1 || len(r.Wall.Values) != 3 {
		t.Errorf("%d runs of %d calls, %v", r.Runs, r.Loops, r.Wall.Values)
	}
	user := r.find(fromRusage, "user")
	if user.Unavailable != "" || user.Mean <= 0 || user.Mean > 3*r.Wall.Mean {
		t.Errorf("user %+v, wall %v", user, r.Wall.Mean)
	}
	for _, row := range r.Go {
		if row.Unavailable == "" && row.Name == "allocations" && row.Mean > 1 {
			t.Errorf("%v allocations in a call that makes none", row.Mean)
		}
	}
	if len(r.all()) != len(r.Rows)+1+len(r.Times)+len(r.Go) || len(r.Times) != 4 {
		t.Errorf("rows: %d times %v", len(r.Times), r.Times)
	}
}

// Two clocks of the kernel's agree. Between the readings of the one and the other
// a loaded machine can take a thread off its processor: one of ten runs must do.
func TestTaskClock(t *testing.T) {
	var apart []float64
	for range 10 {
		r, err := Perf(PerfOptions{Text: "roots()", Runs: 3, Events: []string{"software"}}, roots)
		if err != nil {
			t.Fatal(err)
		}
		clock := r.Row("task-clock")
		if clock.Unavailable != "" {
			t.Skip("task-clock is not counted here: ", clock.Unavailable)
		}
		d := clock.Mean / (r.find(fromRusage, "user").Mean + r.find(fromRusage, "sys").Mean)
		if d > 0.9 && d < 1.1 {
			return
		}
		apart = append(apart, d)
	}
	t.Errorf("task-clock is %.3v of user and system time", apart)
}

func TestPerfAllocations(t *testing.T) {
	var kept [][]byte
	r, err := Perf(PerfOptions{Loops: 100}, func() { kept = append(kept[:0], make([]byte, 1000), make([]byte, 1000)) })
	if err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(kept)
	if n := r.find(fromRuntime, "allocations").Mean; n < 2 || n > 2.5 {
		t.Errorf("%v allocations in a call, want 2", n)
	}
	if n := r.find(fromRuntime, "allocated").Mean; n < 2048 || n > 2600 {
		t.Errorf("%v bytes in a call, want 2 of 1024", n)
	}
}

func TestPerfErrors(t *testing.T) {
	ran := false
	if _, err := Perf(PerfOptions{Events: []string{"cylces"}}, func() { ran = true }); err == nil || !strings.Contains(err.Error(), `"cycles"`) || ran {
		t.Errorf("unknown event: %v, ran %v", err, ran)
	}
	failed := os.ErrClosed
	r, err := PerfOnce(PerfOptions{Text: "x"}, func() error { return failed })
	if err != failed || r.Runs != 1 || r.Loops != 1 {
		t.Errorf("PerfOnce: %v, %d runs", err, r.Runs)
	}
}

// What was counted so far is not lost when the code panics or is stopped.
func TestPerfPartial(t *testing.T) {
	calls := 0
	var got PerfResult
	func() {
		defer func() {
			if v := recover(); v != "enough" {
				t.Errorf("panic %v", v)
			}
		}()
		Perf(PerfOptions{Text: "x", Runs: 10, Loops: 1, Partial: func(v any) { got = v.(PerfResult) }}, func() {
			if calls++; calls > 4 {
				panic("enough")
			}
		})
	}()
	if got.Runs != 4 {
		t.Errorf("%d runs are kept, want 4", got.Runs)
	}
	defer interrupt.Reset()
	calls = 0
	r, err := Perf(PerfOptions{Text: "x", Runs: 10, Loops: 1}, func() {
		if calls++; calls == 3 {
			interrupt.Raise()
		}
	})
	if err != nil || r.Runs != 2 || !r.Interrupted || !strings.Contains(r.String(), "interrupted after 2 of 10 runs") {
		t.Errorf("interrupted: %v, %d runs\n%s", err, r.Runs, r)
	}
	interrupt.Reset()
	interrupt.Raise()
	if r, _ := Perf(PerfOptions{Loops: 1}, func() {}); r.Runs != 0 || !strings.Contains(r.String(), "nothing counted") || len(r.MIMEBundle()) != 1 {
		t.Errorf("interrupted at once: %+v", r)
	}
}

func TestPerfDiff(t *testing.T) {
	make := func(name string, values ...float64) PerfRow {
		c := column{row: PerfRow{Name: name, Source: "software"}, values: values}
		return c.finish()
	}
	a := PerfResult{Text: "f", Runs: 6, Loops: 1, Wall: make("elapsed", 1, 2, 3, 4, 5, 6), Rows: []PerfRow{
		make("faults", 10, 11, 12, 13, 14, 15), make("same", 5, 5, 5, 5, 5, 5), {Name: "cycles", Unavailable: "no PMU"}}}
	b := PerfResult{Text: "g", Runs: 6, Loops: 1, Wall: make("elapsed", 1.5, 2.5, 2.9, 4.4, 5.1, 5.9), Rows: []PerfRow{
		make("faults", 20, 22, 24, 26, 28, 30), make("same", 5, 5, 5, 5, 5, 5), {Name: "cycles", Unavailable: "no PMU"}}}
	d := DiffPerf(a, b)
	want := map[string]string{"faults": "more", "same": "same", "elapsed": CantTell}
	if len(d.Rows) != 3 {
		t.Errorf("rows: %+v", d.Rows)
	}
	for _, c := range d.Rows {
		if c.Verdict != want[c.Name] {
			t.Errorf("%s is %q, want %q", c.Name, c.Verdict, want[c.Name])
		}
	}
	if r := d.Rows[0]; r.Name != "faults" || r.Ratio != 2 {
		t.Errorf("%+v", r)
	}
	if back := DiffPerf(b, a); back.Rows[0].Verdict != "less" {
		t.Errorf("the other way: %+v", back.Rows[0])
	}
	a.Runs = 2
	if s := DiffPerf(a, b).String(); !strings.Contains(s, "fewer than 5 runs") || !strings.Contains(s, "2.00") {
		t.Errorf("%s", s)
	}
	if _, err := json.Marshal(d.MIMEBundle()); err != nil {
		t.Error(err)
	}
}

func TestPerfList(t *testing.T) {
	cycles, err := counters.Lookup("cycles")
	if err != nil {
		t.Fatal(err)
	}
	clock, err := counters.Lookup("task-clock")
	if err != nil {
		t.Fatal(err)
	}
	s := perfList([]counters.Count{{Event: clock, Source: "perf", UserOnly: true}, {Event: cycles, Value: counters.NA("no PMU")}})
	for _, want := range []string{"default ", "stalls", "software, user code only", "n/a (no PMU):\n  cycles\n", clock.Reading} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is missing in\n%s", want, s)
		}
	}
}
