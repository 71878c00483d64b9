package collect

import (
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// spun is what spin has computed.
var spun atomic.Int64

// spin computes for a while.
func spin(d time.Duration) {
	x := 0
	for end := time.Now().Add(d); time.Now().Before(end); {
		for i := range 1000 {
			x += i % 7
		}
	}
	spun.Add(int64(x))
}

// taken keeps what a collector delivers.
func taken(t *testing.T, out **Report) func(*Report) {
	return func(r *Report) {
		if *out != nil {
			t.Error("delivered twice")
		}
		*out = r
	}
}

// takes are all ways to collect.
var takes = map[string]func(Options, func() error, func(*Report)) error{"cpu": CPU, "stacks": Stacks, "trace": Trace}

func TestReportOfEachWay(t *testing.T) {
	for name, take := range takes {
		t.Run(name, func(t *testing.T) {
			var r *Report
			want := errors.New("the cell's own")
			err := take(Options{Text: "spin", Engine: "interpreted", Cell: 7}, func() error { spin(200 * time.Millisecond); return want }, taken(t, &r))
			if err != want {
				t.Errorf("error %v, want the cell's own", err)
			}
			if r == nil || r.Ended != "failed" || r.Wall < 0.15 || r.Cell != 7 || r.Root == 0 || len(r.Profile)+len(r.Stacks)+len(r.Trace) == 0 {
				t.Fatalf("report %+v", r)
			}
			again, err := Decode(r.Encode())
			if err != nil || again.Text != "spin" || len(again.Profile) != len(r.Profile) || len(again.Stacks) != len(r.Stacks) || len(again.Trace) != len(r.Trace) {
				t.Errorf("after Encode and Decode: %+v, %v", again, err)
			}
		})
	}
}

// A compiled cell that is interrupted ends its goroutine, one that fails may
// panic: what was taken is delivered, and the next one can be taken.
func TestDeliveredWhenItDoesNotReturn(t *testing.T) {
	for name, take := range takes {
		for _, end := range []string{"panic", "Goexit"} {
			t.Run(name+"/"+end, func(t *testing.T) {
				var r *Report
				over := make(chan any)
				go func() {
					var v any
					defer func() { over <- v }()
					defer func() { v = recover() }()
					_ = take(Options{Engine: "interpreted"}, func() error {
						spin(50 * time.Millisecond)
						if end == "panic" {
							panic("mine")
						}
						runtime.Goexit()
						return nil
					}, taken(t, &r))
				}()
				if v := <-over; (v == "mine") != (end == "panic") {
					t.Errorf("recovered %v", v)
				}
				if r == nil || r.Ended != "stopped" || len(r.Profile)+len(r.Trace)+r.Looks == 0 {
					t.Fatalf("report %+v", r)
				}
			})
		}
	}
}

func TestOneAtATime(t *testing.T) {
	none := func(*Report) { t.Error("delivered by one that was refused") }
	for name, take := range takes {
		var r *Report
		ran := false
		err := take(Options{}, func() error {
			return CPU(Options{}, func() error { ran = true; return nil }, none)
		}, taken(t, &r))
		if !errors.Is(err, ErrBusy) || ran {
			t.Errorf("a profile inside of %s: %v, ran %v", name, err, ran)
		}
	}
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, rate := range []float64{0, 500} {
		if err := CPU(Options{Rate: rate}, func() error { return nil }, none); !errors.Is(err, ErrBusy) {
			t.Errorf("while the program's own profile is taken: %v", err)
		}
	}
	pprof.StopCPUProfile()
	if err := trace.Start(io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := Trace(Options{}, func() error { return nil }, none); !errors.Is(err, ErrBusy) {
		t.Errorf("while the program's own trace is taken: %v", err)
	}
	trace.Stop()
}

func TestCellStopsTheProfiler(t *testing.T) {
	var r *Report
	err := CPU(Options{}, func() error { spin(50 * time.Millisecond); pprof.StopCPUProfile(); return nil }, taken(t, &r))
	if err != nil || len(r.Profile) == 0 || !strings.Contains(strings.Join(r.Notes, "\n"), "own code has stopped the profiler") {
		t.Errorf("%v, notes %q, %d bytes", err, r.Notes, len(r.Profile))
	}
}

// A trace that grows too large is cut, the code runs to its end.
func TestTraceIsCut(t *testing.T) {
	var r *Report
	ended := false
	err := Trace(Options{}, func() error {
		deadline := time.Now().Add(20 * time.Second)
		for trace.IsEnabled() && time.Now().Before(deadline) {
			ch := make(chan int)
			go func() {
				defer close(ch)
				for i := range 10_000 {
					ch <- i
				}
			}()
			for range ch {
			}
		}
		ended = true
		return nil
	}, taken(t, &r))
	if err != nil || !ended {
		t.Fatal(err, ended)
	}
	if n := len(r.Trace); n < TraceLimit || n > 2*TraceLimit || !strings.Contains(strings.Join(r.Notes, "\n"), "was cut after") {
		t.Errorf("%d bytes, notes %q", n, r.Notes)
	}
}

// The goroutines of the cell count, others don't; goroutines that wait are not
// taken for running.
func TestStacksOfTheCellOnly(t *testing.T) {
	var stop atomic.Bool
	other := make(chan bool)
	go func() {
		defer close(other)
		for !stop.Load() {
			theirs(time.Millisecond)
		}
	}()
	var r *Report
	err := Stacks(Options{Rate: 200}, func() error {
		done := make(chan bool)
		go func() {
			ours(time.Second)
			close(done)
		}()
		<-done
		return nil
	}, taken(t, &r))
	stop.Store(true)
	<-other
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, s := range r.Stacks {
		for _, f := range s.Frames {
			if strings.HasSuffix(f.Func, ".theirs") {
				t.Fatalf("a goroutine that was there before: %+v", s)
			}
			if strings.HasSuffix(f.Func, ".ours") {
				seen += s.Count
				break
			}
		}
	}
	// Looks come late when all processors are busy.
	if r.Looks < 5 || seen < r.Looks/2 || r.Waiting == 0 {
		t.Errorf("%d looks, %d waiting, %d in the cell's function", r.Looks, r.Waiting, seen)
	}
}

// interpretedStack is a traceback of interpreted code as Go writes it, cut.
const interpretedStack = `goroutine 35 [runnable]:
github.com/traefik/yaegi/interp.mul.func4(0xc0001a6000)
	github.com/traefik/yaegi@v0.16.1/interp/op.go:1234 +0x45
github.com/traefik/yaegi/interp.runCfg(0xc000500500, 0xc0001a6000, 0xc000500300, 0xc000500700)
	github.com/traefik/yaegi@v0.16.1/interp/run.go:234 +0x19d
github.com/traefik/yaegi/interp.call.func9(0xc0001a6100)
	github.com/traefik/yaegi@v0.16.1/interp/run.go:1532 +0x1a5
github.com/weft-go/weft/kernel/internal/engine.step(0x2004001, 0xc00011c000, 0xc0001a6100)
	github.com/weft-go/weft/kernel/internal/engine/trace.go:45 +0x2f
github.com/weft-go/weft/kernel/internal/engine.(*traces).wrap.func1(0xc0001a6100)
	github.com/weft-go/weft/kernel/internal/engine/trace.go:240 +0x33
github.com/traefik/yaegi/interp.runCfg(0xc000500900, 0xc0001a6100, 0x0?, 0x0?)
	github.com/traefik/yaegi@v0.16.1/interp/run.go:234 +0x19d
reflect.Value.call({0x1?, 0x2?, 0x3?}, {0x4, 0x4}, {0xc0001, 0x1, 0x1})
	reflect/value.go:581 +0xcc6
main.outer(0x5)
	cell[3]:12 +0x25
main.main.func1()
	/somewhere/cell[3]:14:3 +0x25
created by main.start in goroutine 7
	cell[3]:15 +0x4a
`

func TestReadFrames(t *testing.T) {
	g, ok := readGoroutine([]byte(interpretedStack))
	if !ok || g != (goroutine{35, 7, "runnable"}) {
		t.Errorf("goroutine %+v, %v", g, ok)
	}
	want := []Frame{
		{Node: "0xc000500500"},
		{Node: "0xc000500900", Step: 0x2004001},
		{Func: "main.outer", File: "cell[3]", Line: 12},
		{Func: "main.main.func1", File: "/somewhere/cell[3]", Line: 14},
	}
	if got := readFrames([]byte(interpretedStack)); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestRateIsBound(t *testing.T) {
	for asked, want := range map[float64]float64{0: 100, -1: 1, 1: 1, 1e9: 1000, 250: 250} {
		if got := (Options{Rate: asked}).rate(); got != want {
			t.Errorf("rate %v becomes %v, want %v", asked, got, want)
		}
	}
}

// A rate other than Go's own is set without the runtime's complaint on standard
// error, and the label of the cell is in the samples.
func TestRate(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux only has another rate than 100 per second")
	}
	var r *Report
	pprof.Do(context.Background(), pprof.Labels("weft cell", "7"), func(context.Context) {
		if err := CPU(Options{Rate: 250}, func() error { spin(300 * time.Millisecond); return nil }, taken(t, &r)); err != nil {
			t.Fatal(err)
		}
	})
	if r.Rate != 250 || len(r.Notes) > 0 {
		t.Errorf("rate %v, notes %q", r.Rate, r.Notes)
	}
}
