package gauge

import "github.com/weft-go/weft/kernel/measure"

// machineOptions are those of %machine.
type machineOptions struct {
	Calibrate bool `json:"calibrate"`
}

// machine is %machine, called without code.
func machine(r Request) (Outcome, error) {
	var o machineOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	if o.Calibrate {
		return r.outcome(measure.Calibrate(), false), nil
	}
	return Outcome{Show: measure.Machine()}, nil
}
