package measure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
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
	return o
}

// A flag is one of %timeit's, which are IPython's, and -gc.
type flag struct {
	name  string
	doc   string
	max   int                     // of its number; 0: it has none
	words []string                // what it takes instead of a number
	set   func(o *Options, n int) // n is the number, or which of the words; nil: refused, doc says why
}

var gcWords = []string{GCOn, GCOff, GCEach}

var flags = []flag{
	{name: "-gc", doc: "the garbage collector during samples", words: gcWords, set: func(o *Options, n int) { o.GC = gcWords[n] }},
	{name: "-n", doc: "calls in one sample", max: math.MaxInt, set: func(o *Options, n int) { o.Loops = n }},
	{name: "-r", doc: "samples", max: maxRuns, set: func(o *Options, n int) { o.Runs = n }},
	{name: "-p", doc: "significant digits", max: maxPrecision, set: func(o *Options, n int) { o.Precision = n }},
	{name: "-q", doc: "print nothing", set: func(o *Options, _ int) { o.Quiet = true }},
	{name: "-o", doc: "there is no result object to return: call measure.Timeit for one"},
}

// ParseTimeit reads %timeit's options: "-n 1000 -r 5", "-r5", "-p=4 -q",
// "-gc off". Each takes a positive number but -q and -gc. Anything else is an
// error that says what is wrong.
func ParseTimeit(args string) (Options, error) {
	o, rest, err := parseFlags(args, flags)
	if err == nil && rest != "" {
		err = fmt.Errorf("unknown option %q: want -n N, -r N, -p N, -gc on|off|each or -q", rest)
	}
	if err != nil {
		return Options{}, fmt.Errorf("timeit: %w", err)
	}
	return o, nil
}

// parseFlags reads flags of the table and returns the first word that is none.
func parseFlags(args string, table []flag) (o Options, rest string, err error) {
	words := strings.Fields(args)
	for len(words) > 0 {
		f, value := findFlag(words[0], table)
		if f == nil {
			return o, words[0], nil
		}
		words = words[1:]
		takes := f.max > 0 || f.words != nil
		switch {
		case f.set == nil:
			return o, "", fmt.Errorf("%s: %s", f.name, f.doc)
		case !takes && value != "":
			return o, "", fmt.Errorf("%s takes no value, not %q", f.name, value)
		case takes && value == "":
			if len(words) == 0 {
				return o, "", fmt.Errorf("%s needs %s (%s)", f.name, f.wants(), f.doc)
			}
			value, words = words[0], words[1:]
		}
		n := 0
		if f.words != nil {
			n = slices.Index(f.words, value)
		} else if takes {
			if n, err = strconv.Atoi(value); err != nil || n < 1 || n > f.max {
				n = -1
			}
		}
		if n < 0 {
			return o, "", fmt.Errorf("%s %s: want %s (%s)", f.name, value, f.allowed(), f.doc)
		}
		f.set(&o, n)
	}
	return o, "", nil
}

func (f *flag) wants() string {
	if f.words != nil {
		return strings.Join(f.words, "|")
	}
	return "a number"
}

func (f *flag) allowed() string {
	if f.words != nil {
		return f.wants()
	}
	return fmt.Sprintf("a number from 1 to %d", f.max)
}

// findFlag splits "-n", "-n10" and "-n=10".
func findFlag(word string, table []flag) (*flag, string) {
	for i := range table {
		if value, ok := strings.CutPrefix(word, table[i].name); ok {
			return &table[i], strings.TrimPrefix(value, "=")
		}
	}
	return nil, ""
}
