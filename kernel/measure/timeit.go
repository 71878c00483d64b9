package measure

import (
	"math"
	"runtime"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Result is many runs of some code. Figures "per loop" are for one call.
type Result struct {
	Text      string    `json:"text"`        // the code
	Engine    string    `json:"engine"`      // "interpreted" or "compiled"
	Runs      int       `json:"runs"`        // samples asked for; len(Samples) were taken
	Loops     int       `json:"loops"`       // calls in each sample
	Samples   []float64 `json:"samples_sec"` // wall time per loop, in the order taken
	Median    float64   `json:"median_sec"`
	Min       float64   `json:"min_sec"`
	Max       float64   `json:"max_sec"`
	Interval  Interval  `json:"interval"`     // where the median lies
	User      float64   `json:"user_sec"`     // per loop; 0 if Unavailable is set
	System    float64   `json:"system_sec"`   // per loop; 0 if Unavailable is set
	Allocs    float64   `json:"allocs"`       // heap objects per loop
	Bytes     float64   `json:"alloc_bytes"`  // heap bytes per loop
	Overhead  float64   `json:"overhead_sec"` // of calling an empty function; part of every sample
	Precision int       `json:"precision"`    // significant digits of text

	// OverheadUnknown says that the code is interpreted and nobody gave an
	// interpreted empty function, so Overhead lacks the price of its call.
	OverheadUnknown bool `json:"overhead_unknown,omitempty"`
	// Unavailable is empty, or says why User and System could not be read.
	Unavailable string `json:"unavailable,omitempty"`
	// Interrupted says that the user stopped it; the figures are of the
	// samples taken until then.
	Interrupted bool `json:"interrupted,omitempty"`
}

// Timeit calls f again and again and tells how long one call takes: it finds
// a number of calls that lasts long enough to be timed (which warms f up),
// collects garbage, and takes the samples. A panic of f is not caught.
//
// An interrupt of the cell ends it after the call under way. If that was
// before the first sample was complete, the result has no samples.
func Timeit(o Options, f func()) Result {
	o = o.withDefaults()
	r := Result{Text: o.Text, Engine: o.Engine, Runs: o.Runs, Precision: o.Precision}
	r.OverheadUnknown = o.Empty == nil && o.Engine == "interpreted"
	r.Overhead = overhead(o.Empty)
	if r.Loops = o.Loops; r.Loops > 0 {
		sample(1, f)
	} else {
		r.Loops = findLoops(o.MinSample, f)
	}

	r.Samples = make([]float64, 0, min(o.Runs, 1<<16))
	runtime.GC()
	var memBefore, memAfter runtime.MemStats
	runtime.ReadMemStats(&memBefore)
	cpuBefore := readCPU()
	for len(r.Samples) < o.Runs {
		wall, done := sample(r.Loops, f)
		if !done {
			break
		}
		r.Samples = append(r.Samples, wall.Seconds()/float64(r.Loops))
	}
	cpu := readCPU().since(cpuBefore)
	runtime.ReadMemStats(&memAfter)

	r.Interrupted = len(r.Samples) < o.Runs
	if len(r.Samples) == 0 {
		r.Median, r.Min, r.Max = 0, 0, 0
		return r
	}
	// Calls of a sample that was cut short are not counted: at most one
	// sample too much lies in these sums.
	calls := float64(r.Loops) * float64(len(r.Samples))
	r.Allocs = float64(memAfter.Mallocs-memBefore.Mallocs) / calls
	r.Bytes = float64(memAfter.TotalAlloc-memBefore.TotalAlloc) / calls
	r.User, r.System = cpu.User.Seconds()/calls, cpu.System.Seconds()/calls
	r.Unavailable = cpu.Unavailable
	sorted := ascending(r.Samples)
	r.Median, r.Interval = median(sorted), medianInterval(sorted)
	r.Min, r.Max = sorted[0], sorted[len(sorted)-1]
	return r
}

// sample calls f n times and returns how long that took, and false if the
// cell was interrupted meanwhile.
func sample(n int, f func()) (time.Duration, bool) {
	from := time.Now()
	for range n {
		if interrupt.Raised() {
			break
		}
		f()
	}
	wall := time.Since(from)
	return wall, !interrupt.Raised()
}

// findLoops returns how many calls of f last at least atLeast: a number that
// is 1, 2 or 5 times a power of ten.
func findLoops(atLeast time.Duration, f func()) int {
	n := 1
	for {
		wall, done := sample(n, f)
		if !done || wall >= atLeast || n >= math.MaxInt32 {
			return n
		}
		// A tenth more than it seems to need; at least the next number, and
		// never a hundred times more: a first call may be far too long or short.
		need := 1.1 * float64(n) * float64(atLeast) / float64(max(wall, 1))
		n = roundUp(min(max(need, float64(n+1)), 100*float64(n)))
	}
}

// roundUp returns the smallest 1, 2 or 5 times a power of ten that is not
// smaller than x.
func roundUp(x float64) int {
	for power := 1; ; power *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if float64(digit*power) >= x {
				return digit * power
			}
		}
	}
}

// overhead returns what sample takes per call of an empty function, the best
// of three.
func overhead(empty func()) float64 {
	if empty == nil {
		empty = nothing
	}
	const calls = 500
	best := math.Inf(1)
	for range 3 {
		wall, _ := sample(calls, empty)
		best = min(best, wall.Seconds()/calls)
	}
	return best
}

// nothing is a variable so that it is called as f is.
var nothing = func() {}
