package profile

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
	"github.com/weft-go/weft/kernel/measure"
)

func traced(t *testing.T, f func()) (*collect.Report, *Timeline) {
	t.Helper()
	var r *collect.Report
	if err := collect.Trace(collect.Options{Text: "f()", Engine: "compiled", Cell: 7}, func() error { f(); return nil }, func(got *collect.Report) { r = got }); err != nil {
		t.Fatal(err)
	}
	line, err := ReadTimeline(r, cellText(t))
	if err != nil {
		t.Fatal(err)
	}
	return r, line
}

// groupOf finds the goroutines that run a function.
func groupOf(t *testing.T, line *Timeline, name string) *Group {
	t.Helper()
	for _, g := range line.Groups {
		if strings.HasSuffix(g.Func, name) {
			return g
		}
	}
	t.Fatalf("no goroutines of %s among %+v", name, line.Groups)
	return nil
}

func TestPingPong(t *testing.T) {
	r, line := traced(t, func() { pingPong(2000) })
	g := groupOf(t, line, "pingPong.func1")
	if g.Count != 1 || !strings.HasPrefix(g.Where, "cell[3]:") || g.Starts < 1000 {
		t.Errorf("group %+v", g)
	}
	// It waits for its turn, at the one channel or the other, and for nothing else.
	if g.Seconds[CauseReceive]+g.Seconds[CauseSend] == 0 || line.Totals[CauseMutex] != 0 || line.Totals[CauseSleep] != 0 || line.Totals[CauseSelect] != 0 {
		t.Errorf("causes %v", line.Totals)
	}
	if s := groupOf(t, line, "statements of the cell").Seconds; s[CauseRunning] == 0 {
		t.Errorf("statements %v", s)
	}
	bundle := TimelineView(r, line)
	for _, want := range []string{"channel ", "pingPong.func1", "cell[3]:", "goroutines of the cell: 2"} {
		if !strings.Contains(bundle["text/plain"].(string), want) {
			t.Errorf("no %q in\n%s", want, bundle["text/plain"])
		}
	}
	record := bundle[measure.ResultMIME].(measure.Record)
	if _, err := json.Marshal(record); err != nil || record.Figures[CauseReceive].Value+record.Figures[CauseSend].Value <= 0 || bundle[chart.MIME] == nil {
		t.Errorf("record %+v, %v", record, err)
	}
}

// Goroutines that sleep while they hold a lock wait for it one after the other. The
// trace says so as the clock does, but for the time that a goroutine is ready to go
// on and has no P, which is long on a busy machine and none of the lock's.
func TestFight(t *testing.T) {
	const n, hold = 4, 20 * time.Millisecond
	var waited, slept time.Duration
	_, line := traced(t, func() { waited, slept = fight(n, hold) })
	g := groupOf(t, line, "fight.func1")
	if g.Count != n {
		t.Errorf("%d goroutines", g.Count)
	}
	ready := g.Seconds[CauseP] + g.Seconds[CauseRunning]
	for cause, d := range map[string]time.Duration{CauseMutex: waited, CauseSleep: slept} {
		const apart = 0.002 // seconds; n goroutines look at the clock
		if got, want := g.Seconds[cause], d.Seconds(); got > want+apart || got+ready < want-apart {
			t.Errorf("%s: %v s, by the clock %v s, without a P or running %v s", cause, got, want, ready)
		}
	}
	if s := groupOf(t, line, "statements of the cell").Seconds; s[CauseWaitGroup] < 0.8*n*hold.Seconds() {
		t.Errorf("statements %v", s)
	}
}

// A trace that is cut is read as far as it goes.
func TestCutTrace(t *testing.T) {
	r, whole := traced(t, func() { pingPong(20_000) })
	for _, part := range []int{2, 3, 10} {
		cut := *r
		cut.Trace = r.Trace[:len(r.Trace)/part]
		line, err := ReadTimeline(&cut, cellText(t))
		if err != nil {
			continue // so little is left that no event is
		}
		if line.Events > whole.Events || len(TimelineView(&cut, line)) == 0 {
			t.Errorf("%d events of %d", line.Events, whole.Events)
		}
	}
}

// Charts get a bounded number of spans.
func TestSpansAreMerged(t *testing.T) {
	_, line := traced(t, func() { pingPong(50_000) })
	d := line.gantt("", "")
	if len(line.Spans) < 10_000 || len(d.Spans) > 2*pixels*len(line.Procs) {
		t.Errorf("%d spans become %d on %d Ps", len(line.Spans), len(d.Spans), len(line.Procs))
	}
	for _, s := range d.Spans {
		if s.End < s.Start {
			t.Fatalf("span %+v", s)
		}
	}
}

func TestCollections(t *testing.T) {
	var keep [][]byte
	_, line := traced(t, func() {
		for range 400 {
			keep = append(keep[:len(keep)%50], make([]byte, 1<<20))
		}
	})
	if len(keep) == 0 || len(line.GC) == 0 || len(line.STW) == 0 {
		t.Errorf("%d cycles, world stopped %d times", len(line.GC), len(line.STW))
	}
	// Neither the collector's own locks nor those of the trace's end are the cell's.
	if line.Totals[CauseMutex] != 0 {
		t.Errorf("causes %v", line.Totals)
	}
	for _, i := range append(line.GC, line.STW...) {
		if i.End < i.Start || i.Start < 0 || i.End > line.Duration+1e-9 {
			t.Errorf("interval %+v of %v", i, line.Duration)
		}
	}
}
