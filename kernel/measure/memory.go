package measure

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/runtime/interrupt"
)

// A MemoryRun is the memory of one run of some code, in bytes.
type MemoryRun struct {
	// Before, Peak and After are resident memory: what the process has in RAM.
	// Peak is kept by the kernel, so no moment is missed.
	Before int64 `json:"rss_before_bytes"`
	Peak   int64 `json:"rss_peak_bytes"`
	After  int64 `json:"rss_after_bytes"`
	// Unavailable is empty, or says why the three above could not be read.
	Unavailable string `json:"unavailable,omitempty"`
	// HeapBefore and HeapAfter are what lived in the Go heap, after a
	// collection each; HeapPeak is the most that was in it, garbage too, as
	// seen by looks every half millisecond: what lives shorter is missed.
	HeapBefore  int64 `json:"heap_before_bytes"`
	HeapPeak    int64 `json:"heap_peak_bytes"`
	HeapAfter   int64 `json:"heap_after_bytes"`
	Allocated   int64 `json:"allocated_bytes"` // in the heap, all in all
	Objects     int64 `json:"objects"`         // allocated
	Collections int   `json:"collections"`     // of garbage, while it ran
}

// Increment is the peak of resident memory above what there was before.
func (r MemoryRun) Increment() int64 { return max(0, r.Peak-r.Before) }

// A MemoryResult is the memory that some code takes.
type MemoryResult struct {
	Text        string      `json:"text"`
	Engine      string      `json:"engine"`
	Runs        []MemoryRun `json:"runs"`
	Interrupted bool        `json:"interrupted,omitempty"` // it was stopped, or failed: fewer runs than asked for, or the last one cut short
}

// MemoryOptions say how [MemoryOf] measures. The zero value means the defaults.
type MemoryOptions struct {
	Text, Engine string // for the record
	Runs         int    // 0: 1
	// Partial, if not nil, is called with the MemoryResult so far where f ends
	// its goroutine or panics.
	Partial func(result any) `json:"-"`
}

// Memory runs f once and tells what memory it takes, as %memit does.
//
// Before f the garbage is collected and free memory is given back to the
// system, so that the increment is what f needs and not what is left of it:
// some 10 ms, more for a large heap. The figures are those of the whole
// process. One measurement is taken at a time; a second one waits.
func Memory(f func()) MemoryResult { return MemoryOf(MemoryOptions{}, f) }

// MemoryOf is [Memory] with options. It ends after the run under way when the
// cell is interrupted. A panic of f is not caught.
func MemoryOf(o MemoryOptions, f func()) (result MemoryResult) {
	result = MemoryResult{Text: o.Text, Engine: o.Engine}
	finished := false
	defer func() {
		if !finished && o.Partial != nil {
			result.Interrupted = true
			o.Partial(result)
		}
	}()
	for range max(1, o.Runs) {
		if interrupt.Raised() {
			break
		}
		oneMemoryRun(f, func(r MemoryRun) { result.Runs = append(result.Runs, r) })
	}
	result.Interrupted = interrupt.Raised()
	finished = true
	return result
}

// peakTurn is held while the kernel keeps a peak for somebody.
var peakTurn = make(chan struct{}, 1)

// heapEvery is how often the heap is looked at for its peak.
const heapEvery = 500 * time.Microsecond

// oneMemoryRun runs f and hands over what it took, also when f does not return.
func oneMemoryRun(f func(), done func(MemoryRun)) {
	peakTurn <- struct{}{}
	defer func() { <-peakTurn }()
	var r MemoryRun
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var err error
	if r.Before, err = readRSS(); err == nil {
		err = resetPeak()
	}
	quit, peak := make(chan struct{}), make(chan int64)
	go watchHeap(quit, peak)
	defer func() {
		close(quit)
		r.HeapPeak = <-peak
		runtime.ReadMemStats(&after)
		if err == nil {
			r.Peak, err = readPeak()
		}
		if err == nil {
			r.After, err = readRSS()
		}
		if err != nil {
			r.Before, r.Peak, r.After, r.Unavailable = 0, 0, 0, err.Error()
		}
		r.HeapPeak = max(r.HeapPeak, int64(after.HeapAlloc), int64(before.HeapAlloc))
		r.Allocated, r.Objects = int64(after.TotalAlloc-before.TotalAlloc), int64(after.Mallocs-before.Mallocs)
		r.Collections = int(after.NumGC - before.NumGC)
		runtime.GC()
		runtime.ReadMemStats(&after)
		r.HeapBefore, r.HeapAfter = int64(before.HeapAlloc), int64(after.HeapAlloc)
		done(r)
	}()
	f()
}

// watchHeap tells the most that was in the heap until quit is closed.
func watchHeap(quit chan struct{}, peak chan<- int64) {
	tick := time.NewTicker(heapEvery)
	defer tick.Stop()
	h := newHeapReader()
	most := int64(0)
	for {
		select {
		case <-quit:
			peak <- most
			return
		case <-tick.C:
			bytes, _ := h.read()
			most = max(most, bytes)
		}
	}
}

// A heapReader reads what is in the heap, in about a microsecond and without
// stopping anything.
type heapReader struct{ samples []metrics.Sample }

func newHeapReader() *heapReader {
	return &heapReader{[]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}}
}

func (h *heapReader) read() (bytes int64, collections uint64) {
	metrics.Read(h.samples)
	return int64(h.samples[0].Value.Uint64()), h.samples[1].Value.Uint64()
}

// Peak is the run with the largest increment, the zero value without runs.
func (m MemoryResult) Peak() MemoryRun {
	var worst MemoryRun
	for i, r := range m.Runs {
		if i == 0 || r.Increment() > worst.Increment() || r.Unavailable != "" && r.HeapPeak > worst.HeapPeak {
			worst = r
		}
	}
	return worst
}

// memoryHeads are the columns of MemoryResult's table.
var memoryHeads = []string{"run", "RSS before", "peak", "increment", "after", "heap before", "heap peak", "heap after", "allocated", "objects", "collections"}

func (m MemoryResult) rows() (rows [][]string) {
	for i, r := range m.Runs {
		rss := []string{"n/a", "n/a", "n/a", "n/a"}
		if r.Unavailable == "" {
			rss = []string{mib(r.Before), mib(r.Peak), mib(r.Increment()), mib(r.After)}
		}
		rows = append(rows, append(append([]string{fmt.Sprint(i + 1)}, rss...),
			mib(r.HeapBefore), mib(r.HeapPeak), mib(r.HeapAfter), mib(r.Allocated), fmt.Sprint(r.Objects), fmt.Sprint(r.Collections)))
	}
	return rows
}

// mib writes bytes in the unit that fits; a MiB is 2^20 bytes.
func mib(bytes int64) string { return FormatBytes(float64(bytes), 4) }

// String tells the run with the largest increment in two lines.
func (m MemoryResult) String() string {
	if len(m.Runs) == 0 {
		return "no run was complete: it was stopped before"
	}
	r := m.Peak()
	var b strings.Builder
	if r.Unavailable != "" {
		fmt.Fprintf(&b, "peak memory n/a: %s\n", r.Unavailable)
	} else {
		fmt.Fprintf(&b, "peak memory %s, increment %s (%s before, %s after)", mib(r.Peak), mib(r.Increment()), mib(r.Before), mib(r.After))
		if len(m.Runs) > 1 {
			low, high := int64(math.MaxInt64), int64(0)
			for _, o := range m.Runs {
				low, high = min(low, o.Increment()), max(high, o.Increment())
			}
			fmt.Fprintf(&b, "; increments of %d runs: %s to %s", len(m.Runs), mib(low), mib(high))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "Go heap: %s live before, %s at the peak, %s live after; %s allocated in %d objects, %d collections",
		mib(r.HeapBefore), mib(r.HeapPeak), mib(r.HeapAfter), mib(r.Allocated), r.Objects, r.Collections)
	if m.Engine != "" {
		b.WriteString(" (" + m.Engine + ")")
	}
	if m.Interrupted {
		b.WriteString("; stopped before its end")
	}
	return b.String()
}

// Chart draws resident memory and heap before, at the peak and after, of the run
// with the largest increment.
func (m MemoryResult) Chart() *chart.Chart {
	if len(m.Runs) == 0 {
		return nil
	}
	r := m.Peak()
	d := chart.BarsData{Title: oneLine(m.Text), Note: Caption(m.Engine), Name: "memory", Unit: "B", Categories: []string{"before", "peak", "after"}}
	if r.Unavailable == "" {
		d.Series = append(d.Series, chart.BarSeries{Name: "resident", Values: []float64{float64(r.Before), float64(r.Peak), float64(r.After)}})
	}
	d.Series = append(d.Series, chart.BarSeries{Name: "Go heap", Values: []float64{float64(r.HeapBefore), float64(r.HeapPeak), float64(r.HeapAfter)}})
	c := chart.Bars(d)
	c.Height = 260
	c.Table = &chart.Table{Columns: memoryHeads, Rows: m.rows()}
	return c
}

// Record returns the result as it is kept.
func (m MemoryResult) Record() Record {
	rec := NewRecord("memit", m.Text, m.Engine)
	r := m.Peak()
	rec.Figures = map[string]Figure{}
	for name, v := range map[string]int64{"rss_before": r.Before, "rss_peak": r.Peak, "rss_increment": r.Increment(), "rss_after": r.After} {
		rec.Figures[name] = Figure{Value: float64(v), Unit: "B", Unavailable: r.Unavailable}
	}
	for name, v := range map[string]int64{"heap_before": r.HeapBefore, "heap_peak": r.HeapPeak, "heap_after": r.HeapAfter, "allocated": r.Allocated} {
		rec.Figures[name] = Figure{Value: float64(v), Unit: "B"}
	}
	rec.Figures["objects"] = Figure{Value: float64(r.Objects)}
	rec.Figures["runs"] = Figure{Value: float64(len(m.Runs))}
	rec.Detail = encoded(m.Runs)
	return rec
}

// MIMEBundle returns the result as text, as a chart and as a record.
func (m MemoryResult) MIMEBundle() map[string]any {
	return bundle(m.String(), m.Chart(), m.Record(), lines(m.String())...)
}
