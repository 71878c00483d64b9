package gauge

import (
	"time"

	"github.com/weft-go/weft/kernel/measure"
)

// mprof is %%mprof: the cell runs once, and memory is recorded meanwhile. It is
// shown also when the cell fails.
func mprof(r Request) (Outcome, error) {
	var interval float64 // seconds
	if err := r.options(&interval); err != nil {
		return Outcome{}, err
	}
	o := measure.MemoryOverOptions{
		Text: r.Text, Engine: r.Engine,
		Interval: time.Duration(interval * float64(time.Second)),
		Partial:  func(v any) { r.present(v, false) },
	}
	var err error
	line := measure.MemoryOver(o, func() { err = r.Run() })
	if err != nil {
		r.present(line, false)
		return Outcome{}, err
	}
	return r.outcome(line, false), nil
}
