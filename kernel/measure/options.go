package measure

import (
	"slices"
	"time"
)

// Options say how code is measured. The zero value means the defaults.
type Options struct {
	Text   string `json:"text,omitempty"`   // the code, for the record
	Engine string `json:"engine,omitempty"` // what runs it: "interpreted" or "compiled"
	// Runs is the number of samples. 0: 25, or as many as Budget allows, but at
	// least 7.
	Runs      int           `json:"runs,omitempty"`
	Loops     int           `json:"loops,omitempty"`     // calls per sample; 0: so many that one lasts MinSample
	MinSample time.Duration `json:"min_ns,omitempty"`    // 0: 10 ms
	Budget    time.Duration `json:"budget_ns,omitempty"` // how long all samples may last where Runs is 0; 0: 2 s
	GC        string        `json:"gc,omitempty"`        // the garbage collector: GCOn, GCOff or GCEach; "": GCOn
	Precision int           `json:"precision,omitempty"` // significant digits of figures in text; 0: 3
	Quiet     bool          `json:"quiet,omitempty"`     // the caller asked for no text (-q)

	// Empty does nothing and is called the way the measured function is, so
	// that the price of a call can be told. nil means a compiled function;
	// for interpreted code give an interpreted one. [TimeBody] and what else
	// takes a Variant asks EmptyBody instead: the same loop without code in it.
	Empty     func() `json:"-"`
	EmptyBody Body   `json:"-"`

	// Partial, if not nil, is called with the result so far where the measured
	// code ends the goroutine or panics, so that the call never returns. It
	// is called from a deferred function and gets what the call would have
	// returned.
	Partial func(result any) `json:"-"`
}

// What the garbage collector does while samples are taken. It has run once
// before in any case.
const (
	GCOn   = "on"   // as ever: its work is part of the figure
	GCOff  = "off"  // not at all, unless memory gets scarce
	GCEach = "each" // before each sample, and else as ever
)

const (
	defaultRuns      = 25
	fewestRuns       = 7
	defaultMinSample = 10 * time.Millisecond
	defaultBudget    = 2 * time.Second
	defaultPrecision = 3
	maxPrecision     = 15
	maxRuns          = 1_000_000
)

// withDefaults fills in what is 0, but for Runs and Loops, which depend on how
// long the code takes.
func (o Options) withDefaults() Options {
	if o.MinSample <= 0 {
		o.MinSample = defaultMinSample
	}
	if o.Budget <= 0 {
		o.Budget = defaultBudget
	}
	if !slices.Contains([]string{GCOn, GCOff, GCEach}, o.GC) {
		o.GC = GCOn
	}
	if o.Precision <= 0 {
		o.Precision = defaultPrecision
	}
	o.Precision = min(o.Precision, maxPrecision)
	o.Runs = min(max(o.Runs, 0), maxRuns)
	o.Loops = max(o.Loops, 0)
	if Quick() {
		o = o.quick()
	}
	return o
}
