package profile

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
	"github.com/weft-go/weft/kernel/measure"
)

// cells is a Places of texts by cell.
type cells map[string]string

func (c cells) Place(at link.Step) (link.Position, bool) {
	if at.File() != 3 {
		return link.Position{}, false
	}
	return link.Position{File: "cell[3]", Line: at.Line()}, true
}

func (c cells) SourceLine(cell string, line int) (text, function string, ok bool) {
	lines := strings.Split(c[cell], "\n")
	if line < 1 || line > len(lines) || c[cell] == "" {
		return "", "", false
	}
	return lines[line-1], "", true
}

// cellText is cell_test.go from the line that calls itself cell[3]:1 on.
func cellText(t *testing.T) cells {
	t.Helper()
	data, err := os.ReadFile("cell_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "//line cell[3]:1\n")
	return cells{"cell[3]": text}
}

const pkg = "github.com/weft-go/weft/kernel/internal/profile."

// profiled runs the work that is split 70 to 30 and takes its profile.
func profiled(t *testing.T, take func(collect.Options, func() error, func(*collect.Report)) error) (*collect.Report, *Profile) {
	t.Helper()
	var r *collect.Report
	pprof.Do(context.Background(), pprof.Labels(cellLabel, "7"), func(context.Context) {
		err := take(collect.Options{Text: "split(1500ms)", Engine: "compiled", Cell: 7, Rate: 100}, func() error {
			split(1500 * time.Millisecond)
			return nil
		}, func(got *collect.Report) { r = got })
		if err != nil {
			t.Fatal(err)
		}
	})
	p, err := Read(r, cellText(t))
	if err != nil {
		t.Fatal(err)
	}
	return r, p
}

// share is a function's part of all samples.
func share(p *Profile, fn string) (self, cum float64, where string) {
	for _, f := range p.Functions(false) {
		if f.Func == fn {
			return f.Self / p.Total, f.Cum / p.Total, f.Where
		}
	}
	return 0, 0, ""
}

func TestShares(t *testing.T) {
	for name, take := range map[string]func(collect.Options, func() error, func(*collect.Report)) error{"profiler": collect.CPU, "stacks": collect.Stacks} {
		t.Run(name, func(t *testing.T) {
			r, p := profiled(t, take)
			if p.Count < 20 {
				t.Fatalf("only %d samples in 1.5 s of computing", p.Count)
			}
			// Four standard deviations of a share of 0.7 of n samples.
			tolerance := 4 * math.Sqrt(0.7*0.3/float64(p.Count))
			_, seven, where := share(p, pkg+"seven")
			_, three, _ := share(p, pkg+"three")
			self, _, _ := share(p, pkg+"work")
			if seven /= seven + three; math.Abs(seven-0.7) > tolerance {
				t.Errorf("seven has %.2f of %d samples, want 0.70 ± %.2f", seven, p.Count, tolerance)
			}
			text, _, _ := strings.Cut(cellText(t)["cell[3]"], "\twork(7 * n)")
			if want := place("cell[3]", 1+strings.Count(text, "\n")); where != want {
				t.Errorf("seven is at %q, want %q", where, want)
			}
			if self < 0.7 {
				t.Errorf("work has %.2f of the samples as its own\n%s", self, FunctionsView(r, p, 20, false)["text/plain"])
			}
			bundle := FunctionsView(r, p, 20, false)
			text = bundle["text/plain"].(string)
			for _, want := range []string{" samples = ", way(r), "(compiled)", pkg + "work", "cell[3]:"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if bundle[chart.MIME] == nil {
				t.Error("no flame graph")
			}
			record := bundle[measure.ResultMIME].(measure.Record)
			if _, err := json.Marshal(record); err != nil || record.Kind != "prun" || record.Figures["samples"].Value != float64(p.Count) {
				t.Errorf("record %+v, %v", record, err)
			}
			lines(t, r, p)
		})
	}
}

// lines checks %lprun's view of the same samples.
func lines(t *testing.T, r *collect.Report, p *Profile) {
	l, err := p.LinesOf("split", "cell[3]", cellText(t))
	if err != nil {
		t.Fatal(err)
	}
	// Names of cells have no path; here the package's is part of them.
	byText := map[string]float64{}
	for _, line := range l.Lines {
		byText[strings.TrimSpace(line.Text)] = line.Cum / l.Total
	}
	if a, b := byText["seven(100_000)"], byText["three(100_000)"]; math.Abs(a/(a+b)-0.7) > 4*math.Sqrt(0.7*0.3/float64(p.Count)) {
		t.Errorf("lines %v", byText)
	}
	bundle := LinesView(r, p, []*Lines{l})
	if text := bundle["text/plain"].(string); !strings.Contains(text, "█") || !strings.Contains(text, "seven(100_000)") {
		t.Errorf("text\n%s", text)
	}
	if page := bundle["text/html"].(string); !strings.Contains(page, "linear-gradient") || !strings.Contains(page, "seven(100_000)") {
		t.Errorf("page\n%s", page)
	}
	if _, err := p.LinesOf("nothing", "cell[3]", cellText(t)); err == nil {
		t.Error("a function that is not there has lines")
	}
}

// Samples of other cells and of the session are left out and told.
func TestOthersAreLeftOut(t *testing.T) {
	var r *collect.Report
	stop := make(chan bool)
	other := func(labels pprof.LabelSet) {
		go pprof.Do(context.Background(), labels, func(context.Context) {
			for {
				select {
				case <-stop:
					return
				default:
					work(1000)
				}
			}
		})
	}
	other(pprof.Labels(cellLabel, "6"))
	other(pprof.Labels())
	err := collect.CPU(collect.Options{Cell: 7}, func() error { time.Sleep(500 * time.Millisecond); return nil }, func(got *collect.Report) { r = got })
	close(stop)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Samples {
		for _, f := range s.Stack {
			if strings.HasSuffix(f.Func, ".work") {
				t.Fatalf("another's sample: %+v", s)
			}
		}
	}
	text := FunctionsView(r, p, 20, false)["text/plain"].(string)
	for _, whose := range []string{"goroutines of other cells", "the session's own goroutines"} {
		if p.Left[whose] > 0 && !strings.Contains(text, whose) {
			t.Errorf("%d samples of %s are not told in\n%s", p.Left[whose], whose, text)
		}
	}
	if p.Left["goroutines of other cells"] == 0 {
		t.Errorf("left out: %v", p.Left)
	}
}

// Interpreted functions are told by steps. A stack without one belongs to the
// function whose node it shares, and is shared out among its places.
func TestInterpretedFrames(t *testing.T) {
	step := func(line int) uint64 { return uint64(link.MakeStep(3, line, 2)) }
	r := &collect.Report{Way: collect.WayStacks, Rate: 100, Looks: 100, Wall: 1, CPU: -1, Stacks: []collect.Stack{
		{Frames: []collect.Frame{{Node: "f", Step: step(2)}, {Node: "main", Step: step(6)}}, Count: 30},
		{Frames: []collect.Frame{{Node: "f", Step: step(3)}, {Node: "main", Step: step(6)}}, Count: 10},
		{Frames: []collect.Frame{{Node: "f"}, {Node: "main", Step: step(6)}}, Count: 20},
		{Frames: []collect.Frame{{Node: "f", Step: 0xdeadbeefdeadbeef}, {Node: "main", Step: step(6)}}, Count: 20},
		{Frames: []collect.Frame{{Func: "sort.Ints", File: "sort.go", Line: 9}, {Node: "main", Step: step(7)}}, Count: 20},
	}}
	places := cells{"cell[3]": "func f() {\n\ta()\n\tb()\n}\n%time x\nf()\nsort.Ints(x)"}
	p, err := Read(r, places)
	if err != nil {
		t.Fatal(err)
	}
	if p.Count != 100 || p.Shared != 40 || p.Total != 100 {
		t.Errorf("count %d, shared %d, total %v", p.Count, p.Shared, p.Total)
	}
	self, cum, where := share(p, "f")
	if math.Abs(self-0.8) > 1e-9 || math.Abs(cum-0.8) > 1e-9 || where != "cell[3]:2" {
		t.Errorf("f: self %v, cum %v at %q", self, cum, where)
	}
	if self, cum, _ := share(p, "statements of cell[3]"); self != 0 || math.Abs(cum-1) > 1e-9 {
		t.Errorf("statements: self %v, cum %v", self, cum)
	}
	l, err := p.LinesOf("f", "cell[3]", places)
	if err != nil || len(l.Lines) != 4 {
		t.Fatalf("%+v, %v", l, err)
	}
	if a, b := l.Lines[1].Cum, l.Lines[2].Cum; math.Abs(a-60) > 1e-9 || math.Abs(b-20) > 1e-9 {
		t.Errorf("lines have %v and %v samples, want 60 and 20", a, b)
	}
	text := FunctionsView(r, p, 1, true)["text/plain"].(string)
	if !strings.Contains(text, "stacks of interpreted code, every 10 ms") || !strings.Contains(text, "… and 2 more functions") || !strings.Contains(text, "40 % of the samples lay between") {
		t.Error(text)
	}
}

func TestFewSamples(t *testing.T) {
	r := &collect.Report{Way: collect.WayStacks, Rate: 100, Looks: 3, Wall: 0.03, CPU: -1, Waiting: 2}
	p, err := Read(r, cells{})
	if err != nil {
		t.Fatal(err)
	}
	if text := FunctionsView(r, p, 5, false)["text/plain"].(string); !strings.Contains(text, "no samples") || !strings.Contains(text, "waiting") {
		t.Error(text)
	}
	r.Stacks = []collect.Stack{{Frames: []collect.Frame{{Func: "f"}}, Count: 12}}
	if p, _ = Read(r, cells{}); !strings.Contains(FunctionsView(r, p, 5, false)["text/plain"].(string), "only 12 samples: shares are known to ±28 points") {
		t.Error(FunctionsView(r, p, 5, false)["text/plain"])
	}
}

func TestDamaged(t *testing.T) {
	for _, r := range []*collect.Report{
		{Way: collect.WayProfiler}, {Way: collect.WayProfiler, Profile: []byte("no profile")}, {Way: "else"},
	} {
		if _, err := Read(r, cells{}); err == nil {
			t.Errorf("%+v is read", r)
		}
	}
	for _, data := range []string{"", "no trace", "go 1.26 trace\x00\x00\x00\x01\x02"} {
		if _, err := ReadTimeline(&collect.Report{Trace: []byte(data)}, cells{}); err == nil {
			t.Errorf("%q is read", data)
		}
	}
}

func TestFunctionsIn(t *testing.T) {
	text := `%%time it's no Go
x := func() int { return 1 }
func f() {
	func() {}()
}
type T[K any] struct{}
func (t *T[K]) M(
	a int,
) { }
func (T) N() {}
func long() int {
	return 1
}; func g() {}
func broken( {`
	want := []span{{"f", 3, 5}, {"(*T).M", 7, 9}, {"T.N", 10, 10}, {"long", 11, 13}, {"g", 13, 13}, {"broken", 14, 14}}
	got := functionsIn(text)
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

func TestGroup(t *testing.T) {
	for _, c := range []struct {
		fns  string
		want string
	}{
		{"runtime.memmove runtime.growslice", groupAlloc},
		{"runtime.memmove", groupCopy},
		{"runtime.scanobject runtime.gcDrainN runtime.gcAssistAlloc runtime.mallocgc", groupGC},
		{"runtime.futex runtime.notesleep runtime.stopm runtime.findRunnable", groupSchedule},
		{"runtime.chansend1", groupChan},
		{"runtime.mapassign_fast64", groupMap},
		{"runtime.somethingNew", groupOther},
	} {
		if got := group(strings.Fields(c.fns)); got != c.want {
			t.Errorf("%s: %q, want %q", c.fns, got, c.want)
		}
	}
}
