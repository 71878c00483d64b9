package gauge

import (
	"github.com/weft-go/weft/kernel/measure"
)

// timeOnce is %time.
func timeOnce(r Request) (Outcome, error) {
	var err error
	t := measure.Time(r.Text, r.Engine, func() { err = r.Run() })
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Show: t}, nil
}
