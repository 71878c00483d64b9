package gauge

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/weft-go/weft/kernel/internal/bench"
	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/runtime/interrupt"
)

// roofline is %roofline: of kernels, or of code whose operations and bytes the
// user knows.
func roofline(r Request) (Outcome, error) {
	var o benchOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	limits, err := bench.Peaks(interrupt.Context(), runtime.GOMAXPROCS(0), o.Again)
	if err != nil {
		return Outcome{}, fmt.Errorf("roofline: %w", err)
	}
	if len(r.Variants) > 0 {
		if !positive(o.Flops) || !positive(o.Bytes) {
			return Outcome{}, errors.New("roofline: say with -flops and -bytes what a call does")
		}
		m := measure.Options{}
		r.prepare(&m)
		result := measure.TimeBody(m, r.Variants[0])
		if len(result.Samples) == 0 {
			return Outcome{}, errors.New("roofline: interrupted before the first sample was complete")
		}
		return r.outcome(&bench.Roofline{
			Limits: limits, Engine: r.Engine,
			Points: []bench.RooflinePoint{{Name: r.Text, Workers: 1, Flops: o.Flops, Bytes: o.Bytes, Seconds: measure.Summarize(result.Samples)}},
		}, false), nil
	}
	report, _, err := r.runBench(bench.Options{Time: time.Second})
	if err != nil {
		return Outcome{}, fmt.Errorf("roofline: %w", err)
	}
	drawn := bench.Rooflines(limits, report)
	return r.outcome(drawn, false), nil
}
