package measure

import (
	"fmt"
	"math"
	"time"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// A Timing is one run of some code.
type Timing struct {
	Text        string        `json:"text"`   // the code
	Engine      string        `json:"engine"` // "interpreted" or "compiled"
	Wall        time.Duration `json:"wall_ns"`
	CPU         CPU           `json:"cpu"`
	Children    CPU           `json:"children"`              // of worker processes: those that ended meanwhile, and those that live
	Interrupted bool          `json:"interrupted,omitempty"` // the code was stopped
}

// Time runs f once and tells what it took. text and engine are kept for the
// record. A panic of f is not caught. Reading the counters takes a millisecond,
// which is not part of the figures.
func Time(text, engine string, f func()) Timing {
	t := Timing{Text: text, Engine: engine}
	before := counters.Read()
	f()
	d := counters.ReadAfter().Since(before)
	t.Wall = time.Duration(d.Wall * 1e9)
	t.CPU = cpuOf(d.User, d.System)
	t.Children = cpuOf(d.ChildrenUser, d.ChildrenSystem)
	t.Interrupted = interrupt.Raised()
	return t
}

// cpuOf makes processor time of two counters.
func cpuOf(user, system counters.Value) CPU {
	for _, v := range []counters.Value{user, system} {
		if v.Unavailable != "" {
			return CPU{Unavailable: v.Unavailable}
		}
	}
	return CPU{User: time.Duration(user.N * 1e9), System: time.Duration(system.N * 1e9)}
}

// Cores returns how many cores were busy on average, (user+system)/wall with the
// workers'; NaN if processor time is not known.
func (t Timing) Cores() float64 {
	all := t.CPU
	all.User += t.Children.User
	all.System += t.Children.System
	return cores(all, t.Wall)
}

// String tells everything in a line:
// "wall 620 ms, user 1.20 s, system 3.00 ms: 1.94 cores used (compiled)".
func (t Timing) String() string {
	s := "wall " + FormatDuration(t.Wall, 3) + ", " + t.CPU.text(3)
	if c := t.Children; c.Total() > 0 {
		s += ", workers " + FormatDuration(c.User, 3) + " user and " + FormatDuration(c.System, 3) + " system"
	}
	if c := t.Cores(); !math.IsNaN(c) {
		s += fmt.Sprintf(": %.2f cores used", c)
	}
	if t.Engine != "" {
		s += " (" + t.Engine + ")"
	}
	if t.Interrupted {
		s += ", interrupted"
	}
	return s
}
