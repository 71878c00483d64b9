package measure

import (
	"os"
	"time"
)

// quickVariable is the environment variable that asks for a rehearsal; "weft run
// --quick" sets it for its session.
const quickVariable = "WEFT_QUICK"

// What a rehearsal takes at most.
const (
	quickRuns   = 2
	quickSample = 500 * time.Microsecond
	quickPoints = 3
)

// Quick reports whether this is a rehearsal: the environment variable WEFT_QUICK
// is set, but to 0, as "weft run --quick" does. Everything is measured then, but
// only twice and for a moment, and with three of many values or workers, so that a
// notebook of many measurements can be tried in seconds. Its figures say that they
// tell nothing.
//
// Code that takes samples of its own asks Quick to do so, too.
func Quick() bool {
	v := os.Getenv(quickVariable)
	return v != "" && v != "0"
}

// rehearsal is the note for figures of a rehearsal, none else.
func rehearsal() []string {
	if !Quick() {
		return nil
	}
	return []string{"a rehearsal (" + quickVariable + " is set): too few samples to tell anything"}
}

// quick cuts options down to what a rehearsal takes.
func (o Options) quick() Options {
	if o.Runs == 0 || o.Runs > quickRuns {
		o.Runs = quickRuns
	}
	o.MinSample = min(o.MinSample, quickSample)
	return o
}

// ends returns the first, the middle and the last of more values than a
// rehearsal takes.
func ends(values []int) []int {
	if n := len(values); n > quickPoints {
		return []int{values[0], values[n/2], values[n-1]}
	}
	return values
}
