package measure

import (
	"fmt"
	"math"
	"time"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// PerfOptions say what [Perf] counts. The zero value means the defaults.
type PerfOptions struct {
	Text   string   `json:"text,omitempty"`   // the code, for the record
	Engine string   `json:"engine,omitempty"` // what runs it: "interpreted" or "compiled"
	Events []string `json:"events,omitempty"` // names of events and of sets, as counters.Open takes them; none: the set default
	Runs   int      `json:"runs,omitempty"`   // 0: 1, or 5 where variants are compared
	// Loops is the number of calls in one run; 0: so many that it lasts 20 ms.
	Loops int `json:"loops,omitempty"`

	// Partial, if not nil, is called with what was counted so far where the
	// measured code ends the goroutine or panics, so that the call never returns.
	// It gets what the call would have returned.
	Partial func(result any) `json:"-"`
}

const (
	perfSample = 20 * time.Millisecond
	shortest   = 1e-3 // seconds of a run whose waits for a processor can be told
)

// A PerfResult is what some code cost, as perf stat tells it: events of the
// kernel and of the processor, times, and what Go's runtime did. Figures are
// means over the runs, for one call.
type PerfResult struct {
	Text   string    `json:"text"`
	Engine string    `json:"engine"`
	Runs   int       `json:"runs"`        // that were complete
	Wanted int       `json:"runs_wanted"` // asked for
	Loops  int       `json:"loops"`       // calls in each run
	Wall   PerfRow   `json:"wall"`
	Times  []PerfRow `json:"times"` // user, system, children, cores used
	Rows   []PerfRow `json:"rows"`  // events, in the order asked for
	Go     []PerfRow `json:"go"`    // allocations, collections, scheduling
	// WaitShare is the part of the wall time that the thread that waited longest
	// waited for a processor, the median of the runs.
	WaitShare   float64   `json:"wait_share"`
	Disturbed   []string  `json:"disturbed,omitempty"` // why the figures may be too large
	Interrupted bool      `json:"interrupted,omitempty"`
	Taken       time.Time `json:"taken"`
}

// A PerfRow is one figure of a PerfResult.
type PerfRow struct {
	Name    string  `json:"name"`             // "task-clock", "cpu_core/cycles/"
	Mean    float64 `json:"mean"`             // per call; 0 if Unavailable is set
	Values  Numbers `json:"values,omitempty"` // of each run, per call
	Unit    string  `json:"unit,omitempty"`   // "s", "B", "" for a number
	Spread  float64 `json:"spread"`           // standard error of the mean by the mean; 0 with one run
	Running float64 `json:"running"`          // part of the time that it was counted, 0…1; 0: no event
	Source  string  `json:"source"`           // "hardware", "software", "getrusage", "/proc", "runtime", "clock"
	Metric  string  `json:"metric,omitempty"` // "1.23 insn per cycle"
	Reading string  `json:"reading"`          // a sentence on how to read it
	// Unavailable is empty, or says why there is no figure.
	Unavailable string `json:"unavailable,omitempty"`

	level  bool // one of the whole run: not divided by the number of calls
	timing bool // stands in Times
}

// A column collects one figure over runs.
type column struct {
	row     PerfRow
	values  []float64
	running float64 // sum
	count   *counters.Count
}

// Perf runs f and tells what it cost. The error is about names of events. With
// more than one run figures come with their spread. A panic of f is not caught.
func Perf(o PerfOptions, f func()) (PerfResult, error) {
	r, err := PerfBodies(o, Variant{Name: o.Text, Text: o.Text, Body: repeat(f)})
	if err != nil {
		return PerfResult{}, err
	}
	return r[0], nil
}

// PerfBodies does as Perf for several pieces of code in turns, A B A B, so that
// what slows the machine down for a while slows all of them.
//
// An interrupt of the cell ends it; results have the runs until then.
func PerfBodies(o PerfOptions, variants ...Variant) ([]PerfResult, error) {
	if len(o.Events) == 0 {
		o.Events = []string{"default"}
	}
	if o.Runs <= 0 {
		o.Runs = 1
		if len(variants) > 1 {
			o.Runs = 5
		}
	}
	sample := perfSample
	if Quick() {
		o.Runs, sample = min(o.Runs, quickRuns), quickSample
	}
	group, err := counters.Open(o.Events...)
	if err != nil {
		return nil, err
	}
	defer group.Close()
	all := make([]*perfRun, len(variants))
	for i, v := range variants {
		all[i] = &perfRun{variant: v, group: group, loops: o.Loops, columns: make(map[string]*column)}
	}
	results := func() []PerfResult {
		list := make([]PerfResult, len(all))
		for i, p := range all {
			list[i] = p.result(o)
		}
		return list
	}
	finished := false
	defer func() {
		if finished || o.Partial == nil {
			return
		}
		if list := results(); len(list) == 1 {
			o.Partial(list[0])
		} else {
			o.Partial(list)
		}
	}()
	for _, p := range all {
		if p.loops <= 0 {
			p.loops, _ = findLoops(sample, p.once)
		}
	}
	for _, p := range all {
		p.empty()
	}
	for range o.Runs {
		for _, p := range all {
			if interrupt.Raised() {
				break
			}
			p.run()
		}
	}
	finished = true
	return results(), nil
}

// PerfOnce counts one run of some code that may fail; its error is returned
// beside the figures until then.
func PerfOnce(o PerfOptions, run func() error) (PerfResult, error) {
	o.Runs, o.Loops = 1, 1
	var failed error
	r, err := Perf(o, func() { failed = run() })
	if err != nil {
		return r, err
	}
	return r, failed
}

// A perfRun is one variant with what was counted of it.
type perfRun struct {
	variant Variant
	group   *counters.Group
	loops   int
	columns map[string]*column
	order   []string
	wall    []float64
	waits   []float64 // part of each run that the worst thread waited for a processor
	steals  []float64 // part of the processors' time that was stolen
	own     ownAllocs
}

// ownAllocs is what a run allocates without a body.
type ownAllocs struct{ objects, bytes float64 }

func (p *perfRun) once(loops int) time.Duration {
	from := time.Now()
	p.variant.Body(loops, 0)
	return time.Since(from)
}

// run counts one run. Events also count what reading them takes, some tens of
// microseconds.
func (p *perfRun) run() {
	slow := counters.Read()
	p.group.Start()
	quick := counters.ReadQuick()
	p.variant.Body(p.loops, 0)
	quickly := counters.ReadQuick().Since(quick)
	p.group.Stop()
	if interrupt.Raised() {
		return // the run may be cut short
	}
	counts := p.group.Counts()
	d := counters.ReadAfter().Since(slow)
	noise := d.Disturbance() // over its own wall time
	if quickly.Wall < shortest {
		d.Wait = counters.NA("a run shorter than 1 ms can't be told from its surroundings")
		noise = counters.Disturbance{}
	}
	d.Wall, d.User, d.System = quickly.Wall, quickly.User, quickly.System
	d.MinorFaults, d.MajorFaults = quickly.MinorFaults, quickly.MajorFaults
	d.Voluntary, d.Involuntary = quickly.Voluntary, quickly.Involuntary
	p.wall = append(p.wall, d.Wall/float64(p.loops))
	for _, c := range counts {
		p.add(eventRow(c), c.Value, &c)
	}
	d.Allocs.N = max(0, d.Allocs.N-p.own.objects)
	d.AllocBytes.N = max(0, d.AllocBytes.N-p.own.bytes)
	for _, r := range runtimeRows {
		p.add(r.PerfRow, r.get(&d), nil)
	}
	p.waits, p.steals = append(p.waits, noise.Wait.N), append(p.steals, noise.Steal.N)
}

// empty finds out what run allocates itself.
func (p *perfRun) empty() {
	e := &perfRun{variant: Variant{Body: func(int, int) {}}, group: p.group, loops: 1, columns: make(map[string]*column)}
	for range 3 {
		e.run()
	}
	if len(e.wall) > 0 {
		p.own = ownAllocs{median(ascending(e.columns[allocsRow].values)), median(ascending(e.columns[bytesRow].values))}
	}
}

// disturbances says in words which runs were disturbed.
func (p *perfRun) disturbances() []string {
	var list []string
	over := func(values []float64, limit float64, text string) {
		n, worst := 0, 0.0
		for _, v := range values {
			if v > limit {
				n++
			}
			worst = max(worst, v)
		}
		if n > 0 {
			list = append(list, fmt.Sprintf("disturbed in %d of %s: %s (worst: %.0f %%)", n, count(len(values), "run", "runs"), text, 100*worst))
		}
	}
	over(p.waits, counters.WaitLimit, "a thread that did the work waited for a processor, which other programs or more threads than cores were using")
	over(p.steals, counters.StealLimit, "other virtual machines took processor time")
	return list
}

func eventRow(c counters.Count) PerfRow {
	r := PerfRow{Name: c.Name(), Source: c.Source, Reading: c.Event.Reading}
	if c.Source == "perf" {
		if r.Source = "hardware"; c.Event.Kind == "software" {
			r.Source = "software"
		}
	}
	if c.Event.Seconds {
		r.Unit = "s"
	}
	return r
}

// key tells a row of an event from one of the same name that is counted beside.
func (r PerfRow) key() string { return r.Source + " " + r.Name }

// add keeps a figure of a run.
func (p *perfRun) add(r PerfRow, v counters.Value, count *counters.Count) {
	key := r.key()
	c := p.columns[key]
	if c == nil {
		c = &column{row: r, count: count}
		p.columns[key] = c
		p.order = append(p.order, key)
	}
	if !v.OK() {
		c.row.Unavailable = v.Unavailable
		return
	}
	n := v.N
	if !r.level {
		n /= float64(p.loops)
	}
	c.values = append(c.values, n)
	c.running += v.Running
}

// finish makes the row of a column.
func (c *column) finish() PerfRow {
	r := c.row
	if r.Unavailable != "" || len(c.values) == 0 {
		if r.Unavailable == "" {
			r.Unavailable = "not measured"
		}
		return r
	}
	n := float64(len(c.values))
	for _, v := range c.values {
		r.Mean += v / n
	}
	r.Values, r.Running = c.values, c.running/n
	if len(c.values) > 1 && r.Mean != 0 {
		r.Spread = variation(c.values) / math.Sqrt(n)
	}
	return r
}

// result makes means of what was counted until now.
func (p *perfRun) result(o PerfOptions) PerfResult {
	r := PerfResult{
		Text: p.variant.Text, Engine: o.Engine, Runs: len(p.wall), Wanted: o.Runs, Loops: p.loops,
		Disturbed: p.disturbances(), Interrupted: interrupt.Raised(), Taken: time.Now(),
	}
	r.WaitShare = Summarize(p.waits).Median
	if r.Text == "" {
		r.Text = p.variant.Name
	}
	r.Wall = (&column{row: PerfRow{Name: "elapsed", Unit: "s", Source: "clock", Reading: "The time that passed."}, values: p.wall}).finish()
	var counts []counters.Count
	for _, key := range p.order {
		c := p.columns[key]
		row := c.finish()
		switch {
		case c.count != nil:
			r.Rows = append(r.Rows, row)
			count := *c.count
			count.Value = counters.Value{N: row.Mean, Running: row.Running, Unavailable: row.Unavailable}
			counts = append(counts, count)
		case row.timing:
			r.Times = append(r.Times, row)
		default:
			r.Go = append(r.Go, row)
		}
	}
	for i, c := range counts {
		r.Rows[i].Metric = counters.Derived(c, counts, r.Wall.Mean)
	}
	return r
}
