package gauge

import "github.com/weft-go/weft/kernel/measure"

// timeit is %timeit. Options are measure.Options. The samples so far are shown
// also when the cell is stopped or the code panics.
func timeit(r Request) (Outcome, error) {
	var o measure.Options
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	r.prepare(&o)
	guess := func(result *measure.Result) {
		if g, ok := measure.Predicted(r.Text); ok && g.Seconds > 0 {
			result.Guess = g.Seconds
		}
	}
	o.Partial = func(v any) {
		result := v.(measure.Result)
		guess(&result)
		r.present(result, o.Quiet)
	}
	result := measure.TimeBody(o, r.Variants[0])
	guess(&result)
	return r.outcome(result, o.Quiet), nil
}
