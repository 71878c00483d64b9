package gauge

import "github.com/weft-go/weft/kernel/measure"

// scale is %scale. Options are measure.ScaleOptions. The code's parameter is
// the number of workers.
func scale(r Request) (Outcome, error) {
	var o measure.ScaleOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	r.prepare(&o.Options)
	result, err := measure.Scale(o, r.Variants[0])
	if err != nil {
		return Outcome{}, err
	}
	return r.outcome(result, o.Quiet), nil
}
