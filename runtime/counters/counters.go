// Package counters reads what a computation costs beside time: processor time
// of this process and of its workers, page faults, context switches,
// migrations, what Go's runtime did meanwhile (allocations, collections,
// pauses, waiting for locks and for a processor), memory, what the machine
// tells of disturbances, and the processor's own counters.
//
// [Read] takes a [Reading] of everything that is always there; the difference
// of two is a [Delta]:
//
//	before := counters.Read()
//	work()
//	d := counters.Read().Since(before)
//	fmt.Println(d.User.N, "seconds in user mode,", d.MinorFaults, "page faults")
//
// [Open] opens performance events of the kernel (perf_event_open(2)) for all
// threads of this process, by the names that perf(1) lists.
//
// A figure that can't be read says why ([Value].Unavailable) and is never 0 in
// its place. All figures are in base units: seconds, bytes, or a plain number.
package counters

import (
	"encoding/json"
	"math"
	"strconv"
)

// A Value is one figure, or the reason why there is none.
type Value struct {
	N float64 `json:"n"` // seconds, bytes or a number; 0 if Unavailable is set
	// Running is the part of the time, 0…1, during which the event was counted,
	// if the processor has fewer counters than were asked for and they took
	// turns; N is scaled up accordingly. 0 for figures that are not events.
	Running float64 `json:"running,omitempty"`
	// Unavailable is empty, or says why there is no figure.
	Unavailable string `json:"unavailable,omitempty"`
}

// Num makes a Value that is known.
func Num(n float64) Value { return Value{N: n} }

// NA makes a Value that is not available, with the reason.
func NA(reason string) Value { return Value{Unavailable: reason} }

// OK reports whether there is a figure.
func (v Value) OK() bool { return v.Unavailable == "" }

// String is the figure with 6 significant digits, or "n/a (reason)".
func (v Value) String() string {
	if !v.OK() {
		return "n/a (" + v.Unavailable + ")"
	}
	return strconv.FormatFloat(v.N, 'g', 6, 64)
}

// MarshalJSON writes null for what is not available, beside the reason.
func (v Value) MarshalJSON() ([]byte, error) {
	type known struct {
		N       float64 `json:"n"`
		Running float64 `json:"running,omitempty"`
	}
	type unknown struct {
		N           *float64 `json:"n"`
		Unavailable string   `json:"unavailable"`
	}
	switch {
	case !v.OK():
		return json.Marshal(unknown{nil, v.Unavailable})
	case math.IsNaN(v.N) || math.IsInf(v.N, 0):
		return json.Marshal(unknown{nil, "not a finite number"})
	}
	return json.Marshal(known{v.N, v.Running})
}

// minus is the growth of a figure that only grows. What shrinks all the same,
// as when a worker took its past with it, did not grow.
func (v Value) minus(earlier Value) Value {
	switch {
	case !v.OK():
		return v
	case !earlier.OK():
		return earlier
	}
	return Num(max(0, v.N-earlier.N))
}

// plus is the sum of two figures, not available if one of them is not.
func (v Value) plus(w Value) Value {
	switch {
	case !v.OK():
		return v
	case !w.OK():
		return w
	}
	return Num(v.N + w.N)
}

// over is the quotient of two figures; dividing by 0 is not available.
func (v Value) over(w Value) Value {
	switch {
	case !v.OK():
		return v
	case !w.OK():
		return w
	case w.N == 0:
		return NA("nothing to divide by")
	}
	return Num(v.N / w.N)
}
