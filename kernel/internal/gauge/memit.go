package gauge

import (
	"encoding/json"
	"fmt"

	"github.com/weft-go/weft/kernel/measure"
)

// memit is %memit. The runs so far are shown also when the cell is stopped.
func memit(r Request) (Outcome, error) {
	var runs int
	if err := json.Unmarshal(r.Options, &runs); err != nil {
		return Outcome{}, fmt.Errorf("BUG: %%memit's runs: %w", err)
	}
	o := measure.MemoryOptions{Text: r.Text, Engine: r.Engine, Runs: runs, Partial: r.Show}
	return Outcome{Show: measure.MemoryOf(o, func() { r.Variants[0].Body(1, 0) })}, nil
}
