package measure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Options say how [Timeit] measures. The zero value means the defaults.
type Options struct {
	Text      string        // the code, for the record
	Engine    string        // what runs it: "interpreted" or "compiled"
	Runs      int           // samples; 0: 7
	Loops     int           // calls per sample; 0: so many that one lasts MinSample
	MinSample time.Duration // 0: 10 ms
	Precision int           // significant digits of figures in text; 0: 3
	Quiet     bool          // the caller asked for no text (-q)
	// Empty does nothing and is called the way the measured function is, so
	// that the price of a call can be told. nil means a compiled function;
	// for interpreted code give an interpreted one.
	Empty func()
}

const (
	defaultRuns      = 7
	defaultMinSample = 10 * time.Millisecond
	defaultPrecision = 3
	maxPrecision     = 15
)

// withDefaults fills in what is 0.
func (o Options) withDefaults() Options {
	if o.Runs <= 0 {
		o.Runs = defaultRuns
	}
	if o.MinSample <= 0 {
		o.MinSample = defaultMinSample
	}
	if o.Precision <= 0 {
		o.Precision = defaultPrecision
	}
	o.Precision = min(o.Precision, maxPrecision)
	return o
}

// A flag is one of %timeit's, which are IPython's.
type flag struct {
	name string
	doc  string
	max  int                     // of its number; 0: it has none
	set  func(o *Options, n int) // nil: refused, doc says why
}

var flags = []flag{
	{"-n", "calls in one sample", math.MaxInt, func(o *Options, n int) { o.Loops = n }},
	{"-r", "samples", 1_000_000, func(o *Options, n int) { o.Runs = n }},
	{"-p", "significant digits", maxPrecision, func(o *Options, n int) { o.Precision = n }},
	{"-q", "print nothing", 0, func(o *Options, _ int) { o.Quiet = true }},
	{"-o", "there is no result object to return: call measure.Timeit for one", 0, nil},
}

// ParseTimeit reads %timeit's options: "-n 1000 -r 5", "-r5", "-p=4 -q". Each
// takes a positive number but -q. Anything else is an error that says what is
// wrong.
func ParseTimeit(args string) (Options, error) {
	var o Options
	words := strings.Fields(args)
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		f, value := findFlag(word)
		switch {
		case f == nil:
			return Options{}, fmt.Errorf("timeit: unknown option %q: want -n N, -r N, -p N or -q", word)
		case f.set == nil:
			return Options{}, fmt.Errorf("timeit: %s: %s", f.name, f.doc)
		case f.max == 0:
			if value != "" {
				return Options{}, fmt.Errorf("timeit: %s takes no value, not %q", f.name, value)
			}
			f.set(&o, 0)
			continue
		}
		if value == "" {
			if len(words) == 0 {
				return Options{}, fmt.Errorf("timeit: %s needs a number (%s)", f.name, f.doc)
			}
			value, words = words[0], words[1:]
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > f.max {
			return Options{}, fmt.Errorf("timeit: %s %s: want a number from 1 to %d (%s)", f.name, value, f.max, f.doc)
		}
		f.set(&o, n)
	}
	return o, nil
}

// findFlag splits "-n", "-n10" and "-n=10".
func findFlag(word string) (*flag, string) {
	for i := range flags {
		if value, ok := strings.CutPrefix(word, flags[i].name); ok {
			return &flags[i], strings.TrimPrefix(value, "=")
		}
	}
	return nil, ""
}
