package measure

import (
	"encoding/json"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/chart"
)

// kept keeps what tests allocate alive.
var kept [][]byte

//go:noinline
func holdMiB(n int) {
	for range n {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
}

// raceDetector says whether the test runs with it: it takes memory of its own, and
// the resident memory of a run says little then.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return true
		}
	}
	return false
}

// onlyArithmetic skips, under the race detector, a test of one goroutine that would
// take a minute.
func onlyArithmetic(t *testing.T) {
	t.Helper()
	if raceDetector() {
		t.Skip("one goroutine's arithmetic: there is no race to detect")
	}
}

func near(got int64, wantMiB, tolerance float64) bool {
	return math.Abs(float64(got)/(1<<20)-wantMiB) <= tolerance
}

func TestMemory(t *testing.T) {
	m := MemoryOf(MemoryOptions{Text: "holdMiB(64)", Engine: "compiled", Runs: 3}, func() {
		kept = nil
		holdMiB(64)
		kept = kept[:32]
		clear(kept[len(kept):64])
	})
	defer func() { kept = nil }()
	if len(m.Runs) != 3 {
		t.Fatalf("%d runs", len(m.Runs))
	}
	r := m.Runs[0]
	if runtime.GOOS == "linux" {
		if r.Unavailable != "" {
			t.Fatal(r.Unavailable)
		}
		if inc := r.Increment(); !raceDetector() && !near(inc, 65, 4) {
			t.Errorf("increment %s, want about 64 MiB", mib(inc))
		}
	} else if r.Unavailable == "" || r.Peak != 0 {
		t.Errorf("resident memory %+v without a reason", r)
	}
	if !near(r.HeapAfter-r.HeapBefore, 32, 1) || !near(r.HeapPeak-r.HeapBefore, 64, 2) || !near(r.Allocated, 64, 1) || r.Objects < 64 {
		t.Errorf("heap %+v", r)
	}
	if s := m.String(); !strings.Contains(s, "MiB") || !strings.Contains(s, "(compiled)") || !strings.Contains(s, "Go heap") {
		t.Error(s)
	}
	checkBundle(t, m.MIMEBundle(), "memit")
}

// checkBundle checks that a result is text, chart and record.
func checkBundle(t *testing.T, b map[string]any, kind string) {
	t.Helper()
	rec, ok := b[ResultMIME].(Record)
	if !ok || rec.Kind != kind || b[chart.MIME] == nil || b["text/plain"] == "" {
		t.Errorf("bundle %v", b)
	}
	if _, err := json.Marshal(b); err != nil {
		t.Error(err)
	}
}

// What a run took is told also when it does not return.
func TestMemoryOfPanic(t *testing.T) {
	var got any
	func() {
		defer func() {
			if v := recover(); v != "mine" {
				t.Errorf("recovered %v", v)
			}
		}()
		MemoryOf(MemoryOptions{Partial: func(r any) { got = r }}, func() { holdMiB(8); panic("mine") })
	}()
	kept = nil
	if m, ok := got.(MemoryResult); !ok || len(m.Runs) != 1 || !m.Interrupted || m.Runs[0].Allocated < 8<<20 {
		t.Errorf("got %+v", got)
	}
	if s := (MemoryResult{}).String(); !strings.Contains(s, "no run was complete") {
		t.Error(s)
	}
}

// A staircase: each region holds 16 MiB more, the last lets go of all.
func TestMemoryOver(t *testing.T) {
	const steps, step = 4, 16
	defer func() { kept = nil }()
	kept = nil
	debug.FreeOSMemory()
	line := MemoryOver(MemoryOverOptions{Text: "stairs", Engine: "compiled", Interval: 2 * time.Millisecond}, func() {
		for range steps {
			end := Region("step")
			holdMiB(step)
			time.Sleep(30 * time.Millisecond)
			end()
			end() // does nothing more
		}
		kept = nil
		open := Region("free")
		debug.FreeOSMemory()
		time.Sleep(30 * time.Millisecond)
		_ = open // stays open: it ends with the recording
	})
	if len(line.Regions) != steps+1 || len(line.Collections) == 0 || len(line.Seconds) < 20 || line.Interrupted {
		t.Fatalf("%d regions, %d collections, %d looks", len(line.Regions), len(line.Collections), len(line.Seconds))
	}
	at := func(values Numbers, sec float64) float64 { // the last look before a moment
		v := values[0]
		for i, s := range line.Seconds {
			if s <= sec {
				v = values[i]
			}
		}
		return v / (1 << 20)
	}
	base := at(line.Heap, 0)
	for i, r := range line.Regions[:steps] {
		if want, got := float64(step*(i+1)), at(line.Heap, r.To)-base; math.Abs(got-want) > 4 {
			t.Errorf("after step %d the heap has grown by %.1f MiB, want %.1f", i+1, got, want)
		}
		if line.Unavailable == "" {
			if want, got := float64(step*(i+1)), at(line.RSS, r.To)-at(line.RSS, 0); !raceDetector() && (got < want-3 || got > want+6) {
				t.Errorf("after step %d resident memory has grown by %.1f MiB, want %.1f", i+1, got, want)
			}
		}
	}
	last := line.Seconds[len(line.Seconds)-1]
	if free := line.Regions[steps]; free.To > last || at(line.Heap, last)-base > 4 {
		t.Errorf("at the end %+v, heap +%.1f MiB", free, at(line.Heap, last)-base)
	}
	if s := line.String(); !strings.Contains(s, "step") || !strings.Contains(s, "garbage collections") {
		t.Error(s)
	}
	checkBundle(t, line.MIMEBundle(), "mprof")
	Region("outside")() // nobody listens
}

// Many looks are thinned out and keep the peak.
func TestMemoryLooksAreBound(t *testing.T) {
	r := newMemoryRecorder(MemoryOverOptions{})
	r.began = time.Now()
	thinned := 0
	for i := range memoryLooks + 10 {
		if r.look() {
			thinned++
		}
		if i == 5001 {
			r.line.Heap[len(r.line.Heap)-1] = 1 << 50
		}
	}
	most, _ := peakOf(r.line.Heap, r.line.Seconds)
	if thinned != 1 || len(r.line.Seconds) != memoryLooks/2+10 || most != 1<<50 {
		t.Errorf("thinned %d times, %d looks, peak %v", thinned, len(r.line.Seconds), most)
	}
}

func TestHeap(t *testing.T) {
	kept = nil
	mark := Heap()
	holdMiB(64)
	small := make([]*[100]byte, 1000) // size class 112
	for i := range small {
		small[i] = new([100]byte)
	}
	d := HeapSince(mark)
	runtime.KeepAlive(small)
	if !near(d.Changed.Live, 64, 1) {
		t.Errorf("live %s more, want 64 MiB", mib(d.Changed.Live))
	}
	for _, want := range []struct {
		size    int64
		objects int64
		slack   int64
	}{{0, 64, 2}, {112, 1000, 50}} {
		got := int64(0)
		for _, c := range d.Changed.Classes {
			if c.Size == want.size {
				got = c.Objects
			}
		}
		if got < want.objects-want.slack || got > want.objects+want.slack {
			t.Errorf("%d objects more of size %d, want %d", got, want.size, want.objects)
		}
	}
	if len(d.Changed.Sites) == 0 || !strings.HasSuffix(d.Changed.Sites[0].Func, ".holdMiB") {
		t.Fatalf("sites %+v", d.Changed.Sites)
	}
	// 64 allocations of twice the profile's rate: each is sampled with p = 0.86,
	// so the estimate has a standard deviation of 3.2 MiB.
	if s := d.Changed.Sites[0]; !near(s.Bytes, 64, 13) {
		t.Errorf("site %+v, want 64 MiB ± 13", s)
	}
	checkBundle(t, d.MIMEBundle(), "heap diff")
	checkBundle(t, d.Now.MIMEBundle(), "heap")
	kept = nil
	if back := HeapSince(d.Now); back.Changed.Live > -63<<20 || !strings.Contains(back.String(), "−64") {
		t.Errorf("after letting go: %s", back)
	}
}

func TestUnsampled(t *testing.T) {
	// One object of 512 KiB seen at a rate of 512 KiB stands for 1/(1-1/e).
	if b, n := unsampled(1<<19, 1, 1<<19); math.Abs(float64(b)/(1<<19)-1.582) > 0.001 || n != 1 {
		t.Error(b, n)
	}
	if b, n := unsampled(100, 3, 1); b != 100 || n != 3 {
		t.Error(b, n)
	}
	if b, n := unsampled(0, 0, 1<<19); b != 0 || n != 0 {
		t.Error(b, n)
	}
}

func BenchmarkRegion(b *testing.B) {
	for b.Loop() {
		Region("x")()
	}
}

func BenchmarkLook(b *testing.B) {
	h := newHeapReader()
	for b.Loop() {
		h.read()
		_, _ = readRSS()
	}
}
