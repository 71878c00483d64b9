package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/runtime/interrupt"
)

// A MemoryTimeline is memory over time while some code ran.
type MemoryTimeline struct {
	Text     string  `json:"text"`
	Engine   string  `json:"engine"`
	Interval float64 `json:"interval_sec"` // between two looks; larger than asked for when it lasted long
	Seconds  Numbers `json:"seconds"`      // moments of the looks, from the beginning
	RSS      Numbers `json:"rss_bytes"`    // resident memory at each; NaN where Unavailable is set
	Heap     Numbers `json:"heap_bytes"`   // in the Go heap, garbage too
	// Unavailable is empty, or says why RSS could not be read.
	Unavailable string         `json:"unavailable,omitempty"`
	Regions     []MemoryRegion `json:"regions"`
	Collections Numbers        `json:"collections_sec"`       // moments when a garbage collection ended
	Interrupted bool           `json:"interrupted,omitempty"` // it was stopped, or failed
}

// A MemoryRegion is a time that has a name: see [Region].
type MemoryRegion struct {
	Name string  `json:"name"`
	From float64 `json:"from_sec"` // from the beginning
	To   float64 `json:"to_sec"`
}

// MemoryOverOptions say how [MemoryOver] records. The zero value means the
// defaults.
type MemoryOverOptions struct {
	Text, Engine string
	Interval     time.Duration // 0: 10 ms; at least 1 ms
	// Partial, if not nil, is called with the MemoryTimeline so far where f
	// ends its goroutine or panics.
	Partial func(result any) `json:"-"`
}

const (
	defaultMemoryInterval = 10 * time.Millisecond
	leastMemoryInterval   = time.Millisecond
	memoryLooks           = 20_000 // looks that are kept
)

// MemoryOver runs f and records resident memory and heap meanwhile, as
// %%mprof does. A look takes a few microseconds and stops nothing. When there
// are 20,000 of them every second one is dropped, the larger of each pair
// being kept, and from then on the interval is twice as long. A panic of f is
// not caught.
func MemoryOver(o MemoryOverOptions, f func()) (result MemoryTimeline) {
	r := newMemoryRecorder(o)
	stop := listen(r)
	r.start()
	finished := false
	defer func() {
		stop()
		result = r.end()
		result.Interrupted = interrupt.Raised() || !finished
		if !finished && o.Partial != nil {
			o.Partial(result)
		}
	}()
	f()
	finished = true
	return result // set by the deferred function
}

// A memoryRecorder looks at memory.
type memoryRecorder struct {
	o     MemoryOverOptions
	began time.Time
	quit  chan struct{}
	gone  chan struct{}

	mu   sync.Mutex // guards what follows
	heap *heapReader
	line MemoryTimeline
}

func newMemoryRecorder(o MemoryOverOptions) *memoryRecorder {
	if o.Interval <= 0 {
		o.Interval = defaultMemoryInterval
	}
	o.Interval = max(o.Interval, leastMemoryInterval)
	r := &memoryRecorder{o: o, quit: make(chan struct{}), gone: make(chan struct{}), heap: newHeapReader()}
	r.line = MemoryTimeline{Text: o.Text, Engine: o.Engine}
	return r
}

func (r *memoryRecorder) start() {
	r.began = time.Now()
	r.look()
	go func() {
		defer close(r.gone)
		every := r.o.Interval
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-r.quit:
				r.look()
				return
			case <-tick.C:
				if r.look() {
					every *= 2
					tick.Reset(every)
				}
			}
		}
	}()
}

// look takes one look; thinned says that every second one was dropped.
func (r *memoryRecorder) look() (thinned bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, thinned = r.lookLocked()
	return thinned
}

// lookLocked is look for who holds mu. at is when it was taken, in seconds.
func (r *memoryRecorder) lookLocked() (at float64, thinned bool) {
	at = time.Since(r.began).Seconds()
	bytes, _ := r.heap.read()
	rss, err := readRSS()
	l := &r.line
	l.Seconds = append(l.Seconds, at)
	l.Heap = append(l.Heap, float64(bytes))
	if err != nil {
		l.Unavailable = err.Error()
		l.RSS = append(l.RSS, math.NaN())
	} else {
		l.RSS = append(l.RSS, float64(rss))
	}
	if len(l.Seconds) < memoryLooks {
		return at, false
	}
	half := len(l.Seconds) / 2
	for i := range half {
		l.Seconds[i] = l.Seconds[2*i]
		l.RSS[i] = max(l.RSS[2*i], l.RSS[2*i+1])
		l.Heap[i] = max(l.Heap[2*i], l.Heap[2*i+1])
	}
	l.Seconds, l.RSS, l.Heap = l.Seconds[:half], l.RSS[:half], l.Heap[:half]
	return at, true
}

// maxRegions bounds the regions that are kept.
const maxRegions = 1000

// beginRegion begins a region. There is a look at its beginning and at its end,
// so that what grew in it is known however rarely the other looks come.
func (r *memoryRecorder) beginRegion(name string) (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.line.Regions) >= maxRegions {
		return func() {}
	}
	i := len(r.line.Regions)
	from, _ := r.lookLocked()
	r.line.Regions = append(r.line.Regions, MemoryRegion{Name: name, From: from, To: math.Inf(1)})
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if at := &r.line.Regions[i].To; math.IsInf(*at, 1) {
			*at, _ = r.lookLocked()
		}
	}
}

// end takes the last look and returns what was recorded. The moments of
// collections are those that the runtime remembers, the last 256.
func (r *memoryRecorder) end() MemoryTimeline {
	close(r.quit)
	<-r.gone
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.line
	l.Regions = append([]MemoryRegion{}, l.Regions...)
	last := l.Seconds[len(l.Seconds)-1]
	if n := len(l.Seconds); n > 1 {
		l.Interval = (last - l.Seconds[0]) / float64(n-1)
	}
	for i := range l.Regions {
		l.Regions[i].To = min(l.Regions[i].To, last)
	}
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	for i := len(gc.PauseEnd) - 1; i >= 0; i-- {
		if at := gc.PauseEnd[i].Sub(r.began).Seconds(); at >= 0 && at <= last {
			l.Collections = append(l.Collections, at)
		}
	}
	return l
}

// peakOf returns the largest value that is a number, and its moment.
func peakOf(values, seconds Numbers) (most, at float64) {
	most = math.NaN()
	for i, v := range values {
		if !math.IsNaN(v) && !(v <= most) {
			most, at = v, seconds[i]
		}
	}
	return most, at
}

// String tells the peaks and what grew in which region.
func (t MemoryTimeline) String() string {
	if len(t.Seconds) == 0 {
		return "nothing was recorded"
	}
	var b strings.Builder
	last := len(t.Seconds) - 1
	line := func(name string, values Numbers) {
		most, at := peakOf(values, t.Seconds)
		fmt.Fprintf(&b, "%s: %s at the beginning, peak %s at %s, %s at the end\n", name, mib(int64(values[0])), mib(int64(most)), FormatSeconds(at, 3), mib(int64(values[last])))
	}
	if t.Unavailable != "" {
		b.WriteString("resident memory n/a: " + t.Unavailable + "\n")
	} else {
		line("resident memory", t.RSS)
	}
	line("Go heap", t.Heap)
	fmt.Fprintf(&b, "%d looks in %s, %d garbage collections", last+1, FormatSeconds(t.Seconds[last], 3), len(t.Collections))
	if t.Engine != "" {
		b.WriteString(" (" + t.Engine + ")")
	}
	if t.Interrupted {
		b.WriteString("; stopped before its end")
	}
	for i, row := range t.rows() {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\n  %-20s %s to %s: resident %s, heap %s", row[0], row[1], row[2], row[3], row[4])
	}
	return b.String()
}

// rows tell how memory changed in each region.
func (t MemoryTimeline) rows() (rows [][]string) {
	for _, r := range t.Regions {
		rss, heap := "n/a", t.change(t.Heap, r)
		if t.Unavailable == "" {
			rss = t.change(t.RSS, r)
		}
		rows = append(rows, []string{r.Name, FormatSeconds(r.From, 3), FormatSeconds(r.To, 3), rss, heap})
	}
	return rows
}

// change writes by how much a value changed in a region, by the looks next to
// its ends.
func (t MemoryTimeline) change(values Numbers, r MemoryRegion) string {
	near := func(at float64) float64 {
		best := 0
		for i, s := range t.Seconds {
			if math.Abs(s-at) < math.Abs(t.Seconds[best]-at) {
				best = i
			}
		}
		return values[best]
	}
	d := near(r.To) - near(r.From)
	if d < 0 {
		return "−" + mib(int64(-d))
	}
	return "+" + mib(int64(d))
}

// Chart draws resident memory and heap over time, with the regions and the
// garbage collections.
func (t MemoryTimeline) Chart() *chart.Chart {
	if len(t.Seconds) < 2 {
		return nil
	}
	d := chart.MemoryData{Title: oneLine(t.Text), Note: Caption(t.Engine)}
	if t.Unavailable == "" {
		d.Series = append(d.Series, chart.Series{Name: "resident memory", X: t.Seconds, Y: t.RSS})
	}
	d.Series = append(d.Series, chart.Series{Name: "Go heap", X: t.Seconds, Y: t.Heap})
	for _, r := range t.Regions {
		d.Regions = append(d.Regions, chart.Region{Name: r.Name, From: r.From, To: r.To})
	}
	const most = 100 // marks that can still be told apart
	if len(t.Collections) <= most {
		for _, at := range t.Collections {
			d.Marks = append(d.Marks, chart.Mark{Name: "GC", At: at})
		}
	} else {
		d.Note = strings.TrimSpace(fmt.Sprintf("%s; %d garbage collections are not marked, being too many", d.Note, len(t.Collections)))
	}
	c := chart.Memory(d)
	if rows := t.rows(); len(rows) > 0 {
		c.Table = &chart.Table{Columns: []string{"region", "from", "to", "resident", "heap"}, Rows: rows}
	}
	return c
}

// Record returns the timeline as it is kept, with at most 2000 looks.
func (t MemoryTimeline) Record() Record {
	rec := NewRecord("mprof", t.Text, t.Engine)
	rss, _ := peakOf(t.RSS, t.Seconds)
	heap, _ := peakOf(t.Heap, t.Seconds)
	rec.Figures = map[string]Figure{
		"rss_peak":    {Value: rss, Unit: "B", Unavailable: t.Unavailable},
		"heap_peak":   {Value: heap, Unit: "B"},
		"collections": {Value: float64(len(t.Collections))},
	}
	kept := t
	for len(kept.Seconds) > 2000 {
		kept.Seconds, kept.RSS, kept.Heap = everySecond(kept.Seconds), everySecond(kept.RSS), everySecond(kept.Heap)
		kept.Interval *= 2
	}
	rec.Detail = encoded(kept)
	return rec
}

func everySecond(n Numbers) Numbers {
	out := make(Numbers, 0, (len(n)+1)/2)
	for i := 0; i < len(n); i += 2 {
		out = append(out, n[i])
	}
	return out
}

// MIMEBundle returns the timeline as text, as a chart and as a record.
func (t MemoryTimeline) MIMEBundle() map[string]any { return bundle(t.String(), t.Chart(), t.Record()) }

// encoded is a value as JSON; nil if it can't be, which no type here is.
func encoded(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return data
}
