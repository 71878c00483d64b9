package gauge

import (
	"strings"

	"github.com/weft-go/weft/kernel/internal/profile/collect"
)

// prun is %prun and %lprun: it takes a profile of the cell, which the front
// reads. Compiled code is sampled by Go's profiler; of interpreted code that
// would show the interpreter only, so its stacks are looked at.
func prun(r Request) (Outcome, error) {
	var rate float64
	if err := r.options(&rate); err != nil {
		return Outcome{}, err
	}
	take := collect.CPU
	if interpreted(r) {
		take = collect.Stacks
	}
	return Outcome{}, take(r.collecting(rate), r.Run, r.deliver)
}

// traceRun is %trace.
func traceRun(r Request) (Outcome, error) {
	return Outcome{}, collect.Trace(r.collecting(0), r.Run, r.deliver)
}

func interpreted(r Request) bool { return strings.Contains(r.Engine, "interpreted") }

func (r Request) collecting(rate float64) collect.Options {
	return collect.Options{Text: r.Text, Engine: r.Engine, Cell: r.Cell, Rate: rate}
}

// deliver hands a profile to the front, also of a cell that does not return.
func (r Request) deliver(report *collect.Report) { r.Report(report.Encode()) }
