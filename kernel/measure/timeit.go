package measure

import (
	"math"
	"time"
)

// A Result is many runs of some code. Figures "per loop" are for one call.
type Result struct {
	Name      string    `json:"name,omitempty"` // the variant's, where there are several
	Text      string    `json:"text"`           // the code
	Engine    string    `json:"engine"`         // "interpreted" or "compiled"
	N         int       `json:"n,omitempty"`    // the value of the code's parameter
	Runs      int       `json:"runs"`           // samples asked for; len(Samples) were taken
	Loops     int       `json:"loops"`          // calls in each sample
	GC        string    `json:"gc,omitempty"`   // GCOn, GCOff or GCEach
	Samples   []float64 `json:"samples_sec"`    // wall time per loop, in the order taken
	Median    float64   `json:"median_sec"`
	Min       float64   `json:"min_sec"`
	Max       float64   `json:"max_sec"`
	P95       float64   `json:"p95_sec"`
	Variation float64   `json:"variation"`    // standard deviation by mean; 0 for fewer than two samples
	Interval  Interval  `json:"interval"`     // where the median lies
	User      float64   `json:"user_sec"`     // per loop; 0 if Unavailable is set
	System    float64   `json:"system_sec"`   // per loop; 0 if Unavailable is set
	Allocs    float64   `json:"allocs"`       // heap objects per loop
	Bytes     float64   `json:"alloc_bytes"`  // heap bytes per loop
	Overhead  float64   `json:"overhead_sec"` // of calling an empty function; part of every sample
	Precision int       `json:"precision"`    // significant digits of text

	UserSamples   []float64 `json:"user_samples_sec,omitempty"` // per loop, beside Samples; nil if Unavailable is set
	SystemSamples []float64 `json:"system_samples_sec,omitempty"`
	// Outliers are samples far from the others, Disturbed those in which a
	// thread that worked waited more than 5 % of the time for a processor.
	// Both are part of all figures.
	Outliers  []Outlier `json:"outliers,omitempty"`
	Disturbed []int     `json:"disturbed,omitempty"`

	Collections int           `json:"collections"` // of garbage, during all samples
	GCPause     time.Duration `json:"gc_pause_ns"` // how long the program stood still for them
	Faults      float64       `json:"faults"`      // page faults per loop, of the process
	Switches    float64       `json:"switches"`    // context switches per loop, of the process

	// OverheadUnknown says that the code is interpreted and nobody gave an
	// interpreted empty function, so Overhead lacks the price of its call.
	OverheadUnknown bool `json:"overhead_unknown,omitempty"`
	// Unavailable is empty, or says why User and System could not be read.
	Unavailable string `json:"unavailable,omitempty"`
	// Interrupted says that the user stopped it; the figures are of the
	// samples taken until then.
	Interrupted bool `json:"interrupted,omitempty"`
	// Failed says that the code panicked; likewise.
	Failed bool `json:"failed,omitempty"`
	// Guess is what the user predicted, in seconds; 0: nothing.
	Guess float64 `json:"guess_sec,omitempty"`
	// Warnings are sentences about what makes the figure doubtful.
	Warnings []string `json:"warnings,omitempty"`

	where string // the machine in brief, where it is not known to be this one
}

// Timeit calls f again and again and tells how long one call takes: it finds
// a number of calls that lasts long enough to be timed, warms f up until
// samples agree, collects garbage, and takes the samples. A panic of f is not
// caught.
//
// An interrupt of the cell ends it after the call under way. If that was
// before the first sample was complete, the result has no samples. The call of
// f costs one to two nanoseconds, which Overhead tells.
func Timeit(o Options, f func()) Result {
	if o.EmptyBody == nil {
		empty := o.Empty
		if empty == nil {
			empty = nothing
		}
		o.EmptyBody = repeat(empty)
	}
	r := TimeBody(o, Variant{Text: o.Text, Body: repeat(f)})
	r.OverheadUnknown = o.Empty == nil && interpreted(o.Engine)
	return r
}

// TimeBody is Timeit for code whose loop is part of it, so that a call costs
// nothing. Overhead is that of Options.EmptyBody.
func TimeBody(o Options, v Variant) (r Result) {
	if o.Text == "" {
		o.Text = v.Text
	}
	s := newSampler(o, v)
	c := s.all[0]
	defer s.leave(func() any { return s.result(c) })
	s.run()
	r = s.result(c)
	r.Name = "" // of one there is nothing to tell apart
	r.Overhead = overhead(o.EmptyBody, r.Loops)
	r.OverheadUnknown = o.EmptyBody == nil && interpreted(o.Engine)
	r.Warnings = append(r.Warnings, s.doubts(&r, c)...)
	return r
}

// result sums up what was measured of c.
func (s *sampler) result(c *contender) Result {
	r := Result{
		Name: c.variant.label(), Text: c.variant.Text, Engine: s.o.Engine, N: c.n, GC: s.o.GC, Precision: s.o.Precision,
		Runs: s.rounds, Loops: c.loops, Samples: c.wall, Unavailable: c.missing,
		Collections: int(c.heap.cycles), GCPause: c.heap.pause,
	}
	if len(s.all) == 1 {
		r.Text = s.o.Text
	}
	r.Runs = max(r.Runs, s.o.Runs, len(c.wall))
	r.Interrupted = len(c.wall) < r.Runs || !s.finished
	r.Failed = !s.finished && !interrupted()
	if s.broken {
		r.Warnings = append(r.Warnings, "the machine's clock went back again and again: measuring makes no sense on it")
	} else if c.back > 0 {
		r.Warnings = append(r.Warnings, "left out "+count(c.back, "sample", "samples")+" during which the machine's clock went back")
	}
	r.summarize()
	if len(c.wall) == 0 {
		return r
	}
	// Reading it takes a microsecond, and that is its unit.
	const shortest = 20e-6
	if r.Median*float64(c.loops) < shortest && r.Unavailable == "" {
		r.Unavailable = "a run is too short for it"
	}
	if r.Unavailable == "" {
		r.UserSamples, r.SystemSamples = c.user, c.system
		r.User, r.System = mean(c.user), mean(c.system)
	}
	// The calls of a sample that was cut short are not counted: at most one
	// sample too much lies in these sums.
	r.Allocs, r.Bytes = float64(c.heap.objects)/c.calls, float64(c.heap.bytes)/c.calls
	r.Faults, r.Switches = c.faults/c.calls, c.switches/c.calls
	for i, w := range c.wait {
		if w > disturbedFrom {
			r.Disturbed = append(r.Disturbed, i)
		}
	}
	return r
}

// summarize fills in what follows from Samples.
func (r *Result) summarize() {
	sorted := ascending(r.Samples)
	if len(sorted) == 0 {
		return
	}
	r.Median, r.Interval = median(sorted), medianInterval(sorted)
	r.Min, r.Max, r.P95 = sorted[0], sorted[len(sorted)-1], quantile(sorted, 0.95)
	if v := variation(sorted); isFinite(v) {
		r.Variation = v
	}
	r.Outliers = outliers(r.Samples)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// overhead returns what a body without code takes per call, the best of three
// samples of so many calls as the code had, but not for longer than some
// milliseconds.
func overhead(empty Body, loops int) float64 {
	c := contender{variant: Variant{Body: orLoop(empty)}}
	calls := min(max(loops, 100), 500)
	if took := c.once(calls); took > 0 {
		calls = int(min(max(float64(calls)*2e6/float64(took), 500), 1e7))
	}
	best := math.Inf(1)
	for range 3 {
		best = min(best, c.once(calls).Seconds()/float64(calls))
	}
	return best
}

// orLoop returns a body, or a loop without code if there is none.
func orLoop(empty Body) Body {
	if empty != nil {
		return empty
	}
	return func(loops, _ int) {
		for range loops {
		}
	}
}

// nothing is a variable so that it is called as a measured function is.
var nothing = func() {}
