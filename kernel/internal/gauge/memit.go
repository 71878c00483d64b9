package gauge

import "github.com/weft-go/weft/kernel/measure"

// memit is %memit. The runs so far are shown also when the cell is stopped.
func memit(r Request) (Outcome, error) {
	var runs int
	if err := r.options(&runs); err != nil {
		return Outcome{}, err
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	o := measure.MemoryOptions{Text: r.Text, Engine: r.Engine, Runs: runs, Partial: func(v any) { r.present(v, false) }}
	return r.outcome(measure.MemoryOf(o, func() { r.Variants[0].Body(1, 0) }), false), nil
}
