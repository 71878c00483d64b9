// Package measure times Go code honestly: wall time and processor time side by
// side, medians with an interval instead of one lucky figure, the engine that
// ran the code, and what the measuring itself cost where that matters.
//
// [Time] runs a function once, as %time does; [Timeit] many times, as %timeit.
// Both return plain values with all figures in base units; text is made from
// them by their String methods.
//
// User and system time are those of the whole process, as getrusage(2) gives
// them: other goroutines that run at the same time are counted too, and so is
// the garbage collector. Where the system can't tell them they are n/a with
// the reason, never 0.
package measure

import (
	"math"
	"time"
)

// CPU is processor time.
type CPU struct {
	User   time.Duration `json:"user_ns"`   // in the program's own code
	System time.Duration `json:"system_ns"` // in the operating system for it
	// Unavailable is empty, or says why the two above could not be read.
	Unavailable string `json:"unavailable,omitempty"`
}

// Total returns user and system time together.
func (c CPU) Total() time.Duration { return c.User + c.System }

// since returns c minus an earlier reading.
func (c CPU) since(earlier CPU) CPU {
	if c.Unavailable != "" {
		return c
	}
	return CPU{User: c.User - earlier.User, System: c.System - earlier.System}
}

// cores returns how many cores were busy on average, NaN if not known.
func cores(cpu CPU, wall time.Duration) float64 {
	if cpu.Unavailable != "" || wall <= 0 {
		return math.NaN()
	}
	return cpu.Total().Seconds() / wall.Seconds()
}

// text tells user and system time.
func (c CPU) text(digits int) string {
	if c.Unavailable != "" {
		return "user and system time n/a: " + c.Unavailable
	}
	return "user " + FormatDuration(c.User, digits) + ", system " + FormatDuration(c.System, digits)
}
