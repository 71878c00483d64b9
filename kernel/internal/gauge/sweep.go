package gauge

import "github.com/weft-go/weft/kernel/measure"

// sweep is %sweep. Options are measure.SweepOptions.
func sweep(r Request) (Outcome, error) {
	var o measure.SweepOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	r.prepare(&o.Options)
	result, err := measure.Sweep(o, r.Variants...)
	if err != nil {
		return Outcome{}, err
	}
	return r.outcome(result, o.Quiet), nil
}
