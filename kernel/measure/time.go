package measure

import (
	"fmt"
	"math"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Timing is one run of some code.
type Timing struct {
	Text        string        `json:"text"`   // the code
	Engine      string        `json:"engine"` // "interpreted" or "compiled"
	Wall        time.Duration `json:"wall_ns"`
	CPU         CPU           `json:"cpu"`
	Interrupted bool          `json:"interrupted,omitempty"` // the code was stopped
}

// Time runs f once and tells what it took. text and engine are kept for the
// record. A panic of f is not caught.
func Time(text, engine string, f func()) Timing {
	t := Timing{Text: text, Engine: engine}
	before := readCPU()
	from := time.Now()
	f()
	t.Wall = time.Since(from)
	t.CPU = readCPU().since(before)
	t.Interrupted = interrupt.Raised()
	return t
}

// Cores returns how many cores were busy on average, (user+system)/wall; NaN
// if processor time is not known.
func (t Timing) Cores() float64 { return cores(t.CPU, t.Wall) }

// String tells everything in a line:
// "wall 620 ms, user 1.20 s, system 3.00 ms: 1.94 cores used (compiled)".
func (t Timing) String() string {
	s := "wall " + FormatDuration(t.Wall, 3) + ", " + t.CPU.text(3)
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
