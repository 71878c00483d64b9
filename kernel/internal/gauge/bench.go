package gauge

import (
	"fmt"
	"regexp"
	"time"

	"github.com/weft-go/weft/kernel/internal/bench"
	"github.com/weft-go/weft/runtime/interrupt"
)

// benchOptions are those of %bench and %roofline, as written.
type benchOptions struct {
	Kernels []string      `json:"kernels"`
	Variant string        `json:"variant"`
	Sizes   string        `json:"sizes"`
	Workers string        `json:"workers"`
	Count   int           `json:"count"`
	Time    time.Duration `json:"time_ns"`
	List    bool          `json:"list"`
	// Flops and Bytes are what a call of the measured code does, for %roofline.
	Flops float64 `json:"flops"`
	Bytes float64 `json:"bytes"`
	Again bool    `json:"again"` // measure the machine's limits anew
}

// options reads them as weft bench does.
func (o benchOptions) options() (b bench.Options, err error) {
	b = bench.Options{Count: o.Count, Time: o.Time}
	if b.Kernels, err = bench.Select(o.Kernels, false); err != nil {
		return b, err
	}
	if o.Variant != "" {
		if b.Variants, err = regexp.Compile(o.Variant); err != nil {
			return b, fmt.Errorf("-variant: %w", err)
		}
	}
	if o.Sizes != "" {
		if b.Sizes, err = bench.ParseSizes(o.Sizes); err != nil {
			return b, err
		}
	}
	if o.Workers != "" {
		if b.Workers, err = bench.ParseWorkers(o.Workers); err != nil {
			return b, err
		}
	}
	return b, b.Check()
}

// benchKernels is %bench, called without code.
func benchKernels(r Request) (Outcome, error) {
	report, list, err := r.runBench(bench.Options{})
	switch {
	case err != nil:
		return Outcome{}, fmt.Errorf("bench: %w", err)
	case list != "":
		return Outcome{Show: note(list)}, nil
	}
	return r.outcome(report, false), nil
}

// runBench measures what the request's options ask for; with -list it returns a
// list of what there is. more holds what the options do not say.
func (r *Request) runBench(more bench.Options) (report *bench.Report, list string, err error) {
	var o benchOptions
	if err := r.options(&o); err != nil {
		return nil, "", err
	}
	b, err := o.options()
	if err != nil {
		return nil, "", err
	}
	if o.List {
		var text text
		err := bench.List(&text, b)
		return nil, string(text), err
	}
	if b.Time == 0 {
		b.Time = more.Time
	}
	if b.Workers == nil {
		b.Workers = more.Workers
	}
	machine := bench.ReadMachine()
	report, err = bench.Run(interrupt.Context(), machine, b)
	if err == nil && len(report.Blocks) == 0 {
		err = fmt.Errorf("nothing was measured: no variant matches %q", o.Variant)
		if report.Interrupted {
			err = fmt.Errorf("interrupted before anything was measured")
		}
	}
	return report, "", err
}

// text collects what is written.
type text string

func (t *text) Write(p []byte) (int, error) {
	*t += text(p)
	return len(p), nil
}
