// Package gauge is the session's side of the magics that measure: one file and
// one row of Kinds for each. The front turns a magic's text into functions, or
// into a cell that runs once; the session hands them to the magic's row.
package gauge

import (
	"encoding/json"

	"github.com/weft-go/weft/kernel/measure"
)

// A Request is one use of a magic that measures.
type Request struct {
	Kind    string
	Cell    int             // the number of the run; goroutines of the cell carry it as their profiler label "weft cell"
	Options json.RawMessage // as the magic sent them
	Text    string          // what is measured, as the user wrote it
	Engine  string          // what runs it: "compiled", "interpreted" …

	// Variants are functions that can be run again and again; Empty is the same
	// loop without a body. Both are nil where Run is not. A magic that measures
	// no Go text has neither.
	Variants []measure.Variant
	Empty    measure.Body
	// Run runs the cell once, as a part of the notebook. Its error is the
	// cell's own, to be returned.
	Run func() error

	// Show shows a value as a cell's last expression is shown. It is for what
	// has to be shown when a call of Variants does not return: an interrupted
	// cell ends its goroutine, a deferred function still runs.
	Show func(v any)
	// Report keeps what Outcome.Report is for, in the same case.
	Report func(data []byte)
}

// An Outcome is what came of it.
type Outcome struct {
	Show   any    // is shown; nil for nothing
	Report []byte // for the magic in the front: a profile, a trace
}

// A Kind measures. It runs on the cell's goroutine; panics of the measured code
// pass through it.
type Kind func(Request) (Outcome, error)

// Kinds are all kinds by the names that magics use.
var Kinds = map[string]Kind{
	"bench":    benchKernels,
	"cachesim": cacheRun,
	"classify": classify,
	"compare":  compare,
	"effort":   effort,
	"heap":     heap,
	"load":     load,
	"machine":  machine,
	"memit":    memit,
	"misses":   classifyMisses,
	"mprof":    mprof,
	"perf":     perf,
	"predict":  predict,
	"prun":     prun,
	"roofline": roofline,
	"save":     save,
	"scale":    scale,
	"sweep":    sweep,
	"time":     timeOnce,
	"timeit":   timeit,
	"trace":    traceRun,
	"verify":   verify,
}
