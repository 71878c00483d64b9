package gauge

import (
	"encoding/json"
	"fmt"

	"github.com/weft-go/weft/kernel/internal/cachesim"
	"github.com/weft-go/weft/kernel/internal/dock"
	"github.com/weft-go/weft/kernel/measure"
)

// classify is %classify.
func classify(r Request) (Outcome, error) {
	var o measure.ClassifyOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	o.Text, o.Engine = r.Text, r.Engine
	o.Partial = func(v any) { r.present(v, false) }
	c, err := measure.ClassifyBody(o, r.Variants[0])
	if err != nil {
		return Outcome{}, err
	}
	return r.outcome(c, false), nil
}

// classifiedAccesses is after how many accesses one in simulatedRate is
// simulated when code is classified: about a second's worth.
const classifiedAccesses = 50_000_000

// classifyMisses runs code whose accesses are reported, with this machine's
// caches simulated, and reports how often the second of two runs misses the last
// of them, as a measure.Figure.
func classifyMisses(r Request) (Outcome, error) {
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	m, err := cachesim.Find("")
	if err != nil {
		return Outcome{}, err
	}
	rec := recorded{cachesim.NewRecorder(cachesim.New(m), classifiedAccesses, simulatedRate)}
	defer dock.Record(nil)
	dock.Record(rec)
	r.Variants[0].Body(1, 0)
	rec.Do((*cachesim.Cache).Reset)
	r.Variants[0].Body(1, 0)
	f := measure.Figure{Unavailable: "nothing in cells' functions accesses memory: packages are not seen"}
	rec.Do(func(c *cachesim.Cache) {
		counts := c.Counts()
		if counts.Accesses() > 0 {
			last := counts.Levels[len(counts.Levels)-1]
			f = measure.Figure{Value: float64(last.Misses)}
		}
	})
	data, err := json.Marshal(f)
	if err != nil {
		return Outcome{}, fmt.Errorf("BUG: %w", err)
	}
	return Outcome{Report: data}, nil
}
