package gauge

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/weft-go/weft/kernel/measure"
)

// mprof is %%mprof: the cell runs once, and memory is recorded meanwhile. It is
// shown also when the cell fails.
func mprof(r Request) (Outcome, error) {
	var interval float64 // seconds
	if err := json.Unmarshal(r.Options, &interval); err != nil {
		return Outcome{}, fmt.Errorf("BUG: %%mprof's interval: %w", err)
	}
	o := measure.MemoryOverOptions{
		Text: r.Text, Engine: r.Engine,
		Interval: time.Duration(interval * float64(time.Second)),
		Partial:  r.Show,
	}
	var err error
	line := measure.MemoryOver(o, func() { err = r.Run() })
	if err != nil {
		r.Show(line)
		return Outcome{}, err
	}
	return Outcome{Show: line}, nil
}
