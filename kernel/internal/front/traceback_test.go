package front

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// shown is an error as a terminal without colours shows it.
func shown(e wire.ErrorContent) string {
	return ansi.ReplaceAllString(strings.Join(e.Traceback, "\n"), "")
}

func wantLines(t *testing.T, got string, want ...string) {
	t.Helper()
	at := 0
	for _, w := range want {
		i := strings.Index(got[at:], w)
		if i < 0 {
			t.Errorf("no %q in its place in\n%s", w, got)
			return
		}
		at += i + len(w)
	}
}

func TestGroups(t *testing.T) {
	f := &Front{}
	f.sources.add("cell[3]", "ch := make(chan int)\nfor range 12 {\n\tgo func() {\n\t\tch <- 1\n\t}()\n}\nselect {}")
	at := func(line int) []link.Position { return []link.Position{{File: "cell[3]", Line: line}} }
	var list []link.Waiter
	for range 12 {
		list = append(list, link.Waiter{State: "chan send", Trace: at(4)})
	}
	list = append([]link.Waiter{{State: "select (no cases)", Trace: at(7)}}, list...)
	got := shown(f.explain(&ending{link.Done{Status: link.Deadlock, Waiting: list}}))
	wantLines(t, got, "deadlock: all goroutines are asleep", "\n12 goroutines: chan send at cell[3]:4\n", "-->   4  \t\tch <- 1", "\n1 goroutine: select (no cases) at cell[3]:7\n")
	if strings.Count(got, "chan send") != 1 {
		t.Errorf("not grouped:\n%s", got)
	}
}

func TestCrashDump(t *testing.T) {
	f := &Front{}
	f.sources.add("cell[3]", "m := map[int]int{}\nvar wg sync.WaitGroup\nfunc worker(i int) {\n\tm[i]++\n\twg.Wait()\n}")
	raw := "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\ninternal/runtime/maps.fatal({0x1, 0x2})\n\truntime/panic.go:1181 +0x18\nnb/c3.X_worker(0x1)\n\tcell[3]:4 +0x1d\ncreated by nb/c3.w_Cell in goroutine 1\n\tcell[4]:1 +0x2\n"
	for range 5 {
		raw += "\ngoroutine 9 gp=0x1 m=nil [sync.WaitGroup.Wait, 2 minutes]:\nsync.runtime_SemacquireWaitGroup(0xc)\n\truntime/sema.go:114 +0x2e\nnb/c3.X_worker(0x2?)\n\tcell[3]:5 +0x1d\n"
	}
	raw += "\ngoroutine 1 [IO wait]:\ninternal/poll.runtime_pollWait(0x1)\n\truntime/netpoll.go:351 +0x85\n"
	c := &supervisor.Crash{Reason: supervisor.FatalError, Message: "concurrent map writes", Raw: raw, Hint: "guard it",
		Trace: []link.Position{{Func: "nb/c3.X_worker", File: "cell[3]", Line: 4}, {Func: "created by nb/c3.w_Cell", File: "cell[4]", Line: 1}}}
	got := shown(f.explain(&death{crash: c}))
	wantLines(t, got, "fatal error: concurrent map writes\n", "cell[3]:4 in worker\n", "-->   4  \tm[i]++\n", "cell[4]:1, where the goroutine was started",
		"Meanwhile waited:\n    5 goroutines: sync.WaitGroup.Wait at cell[3]:5 in worker\n", "guard it")
	for _, no := range []string{"nb/c3", "X_", "IO wait", "2 minutes"} {
		if strings.Contains(got, no) {
			t.Errorf("%q in\n%s", no, got)
		}
	}
}

// TestCleanErrors shows messages and sources that hold control characters.
func TestCleanErrors(t *testing.T) {
	f := &Front{}
	f.sources.add("cell[1]", "panic(\"\x1b[2J\")")
	e := f.explain(&ending{link.Done{Status: link.Failed, Name: "panic", Message: "\x1b[2Jboo\x07", Trace: []link.Position{{File: "cell[1]", Line: 1}}}})
	text := strings.Join(e.Traceback, "\n")
	if strings.Contains(text, "\x1b[2J") || strings.Contains(text, "\x07") || !strings.Contains(text, "boo") {
		t.Errorf("%q", text)
	}
}

// TestWholeWidth keeps errors readable in a terminal of common width, and its
// colours off when the error ends.
func TestWholeWidth(t *testing.T) {
	f := &Front{}
	long := "x := " + strings.Repeat("a + ", 200) + "y"
	d := &cell.Diagnostics{List: []cell.Diagnostic{{Offset: len(long) - 1, Message: "undefined: y"}}}
	d.Locate("cell[1]", long)
	for _, line := range f.explain(d).Traceback {
		if n := len([]rune(ansi.ReplaceAllString(line, ""))); n > 140 {
			t.Errorf("%d columns: %q", n, line)
		}
		if strings.Count(line, "\x1b[0m") != strings.Count(line, "\x1b[")-strings.Count(line, "\x1b[0m") {
			t.Errorf("colours stay on: %q", line)
		}
	}
}

// TestAnswersWhileRunning completes and inspects while a cell runs, with
// characters of all sizes before the cursor.
func TestAnswersWhileRunning(t *testing.T) {
	f := newFront(t, Options{})
	run := func(count int, code string) {
		f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: count}, &page{})
	}
	run(1, "// total counts.\ntotal := 41\n// add adds.\nfunc add(a, b int) int { return a + b }")
	if r := f.Inspect(context.Background(), &wire.InspectRequest{Code: "total", CursorPos: 5}); !r.Found || !strings.Contains(r.Data["text/plain"].(string), "= 41") || !strings.Contains(r.Data["text/plain"].(string), "total counts.") {
		t.Errorf("%v", r.Data)
	}
	done := make(chan struct{})
	started := make(chan struct{})
	go func() {
		defer close(done)
		close(started)
		run(2, "for { total++ }")
	}()
	<-started
	for range 3 {
		c := f.Complete(context.Background(), &wire.CompleteRequest{Code: "s := \"😀世\"; tot", CursorPos: 14})
		if len(c.Matches) == 0 || c.Matches[0] != "total" || c.CursorStart != 11 || c.CursorEnd != 14 {
			t.Errorf("%+v", c)
		}
		r := f.Inspect(context.Background(), &wire.InspectRequest{Code: "add", CursorPos: 3, DetailLevel: 1})
		if text, _ := r.Data["text/plain"].(string); !strings.Contains(text, "add adds.") || !strings.Contains(text, "return a + b") {
			t.Errorf("%q", text)
		}
	}
	for {
		f.Interrupt()
		select {
		case <-done:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// An interrupt that comes before the session has the run stops it nevertheless.
func TestInterruptBeforeTheRun(t *testing.T) {
	f := newFront(t, Options{})
	f.enter("cell[1]", "")
	x := f.begin("cell[1]", new(page))
	defer f.leave(x)
	warm := make(chan struct{})
	x.warm = warm
	var done link.Done
	var err error
	var sent sync.WaitGroup
	sent.Go(func() { done, err = x.send(link.Run{Cell: 1, Name: "cell[1]", Measure: new(link.Measure)}) })
	time.Sleep(50 * time.Millisecond) // it waits for charts
	f.Interrupt()
	time.Sleep(2 * interruptAgain * 30 * time.Millisecond) // until it is no longer repeated
	close(warm)
	sent.Wait()
	if err != nil || done.Status != link.Interrupted {
		t.Errorf("the run ended as %+v, %v", done, err)
	}
}
