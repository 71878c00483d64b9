package gauge

import (
	"errors"
	"sync"

	"github.com/weft-go/weft/kernel/measure"
)

// perfOptions are those of %perf.
type perfOptions struct {
	measure.PerfOptions
	Do string `json:"do"` // "stat", "diff" or "list"
}

// lastPerf holds the last two results of %perf stat, the older first.
var lastPerf struct {
	sync.Mutex
	results []measure.PerfResult
}

// perf is %perf.
func perf(r Request) (Outcome, error) {
	var o perfOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	o.Text, o.Engine = r.Text, r.Engine
	switch o.Do {
	case "list":
		return Outcome{Show: note(measure.PerfList())}, nil
	case "diff":
		return perfDiff(r, o)
	}
	o.Partial = func(v any) {
		keepPerf(v.(measure.PerfResult))
		r.present(v, false)
	}
	if r.Run != nil {
		result, err := measure.PerfOnce(o.PerfOptions, r.Run)
		if err != nil {
			return Outcome{}, err
		}
		keepPerf(result)
		return r.outcome(result, false), nil
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	results, err := measure.PerfBodies(o.PerfOptions, r.Variants[0])
	if err != nil {
		return Outcome{}, err
	}
	keepPerf(results[0])
	return r.outcome(results[0], false), nil
}

// perfDiff compares two pieces of code, or the last two results.
func perfDiff(r Request, o perfOptions) (Outcome, error) {
	if len(r.Variants) == 2 {
		o.Partial = func(v any) {
			if list := v.([]measure.PerfResult); len(list) == 2 {
				r.present(measure.DiffPerf(list[0], list[1]), false)
			}
		}
		results, err := measure.PerfBodies(o.PerfOptions, r.Variants...)
		if err != nil {
			return Outcome{}, err
		}
		return r.outcome(measure.DiffPerf(results[0], results[1]), false), nil
	}
	lastPerf.Lock()
	defer lastPerf.Unlock()
	if len(lastPerf.results) < 2 {
		return Outcome{}, errors.New("perf diff: there are no two results of %perf stat in this session yet; write %perf diff a -- b for two expressions")
	}
	return r.outcome(measure.DiffPerf(lastPerf.results[0], lastPerf.results[1]), false), nil
}

func keepPerf(result measure.PerfResult) {
	if result.Runs == 0 {
		return
	}
	lastPerf.Lock()
	defer lastPerf.Unlock()
	lastPerf.results = append(lastPerf.results, result)
	if n := len(lastPerf.results); n > 2 {
		lastPerf.results = lastPerf.results[n-2:]
	}
}
