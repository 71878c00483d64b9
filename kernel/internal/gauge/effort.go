package gauge

import (
	"strings"

	"github.com/weft-go/weft/kernel/measure"
)

// effort keeps what %effort has counted in the notebook's text, called without
// code: one Series for each function, the serial one first. measure.Last returns
// it to cells.
func effort(r Request) (Outcome, error) {
	rec := measure.NewRecord("effort", "", "")
	if err := r.options(&rec.Series); err != nil {
		return Outcome{}, err
	}
	var names []string
	for _, s := range rec.Series {
		names = append(names, s.Name)
	}
	rec.Text = strings.Join(names, " ")
	measure.Remember(rec)
	return Outcome{}, nil
}
