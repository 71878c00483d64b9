package notebook

import (
	"encoding/json"
	"fmt"
)

// A Result is a measurement as an output's metadata keeps it, under
// "weft.result".
type Result struct {
	Cell int             // the cell's place among the code cells, from 1
	JSON json.RawMessage // what measure.Record is written as
}

// Results returns the measurements of all outputs, in the notebook's order.
func (nb *Notebook) Results() ([]Result, error) {
	var list []Result
	cell := 0
	for _, c := range nb.Cells {
		if c.Kind != Code {
			continue
		}
		cell++
		for _, o := range c.Outputs {
			weft, _ := o.Metadata["weft"].(map[string]any)
			result, ok := weft["result"]
			if !ok {
				continue
			}
			text, err := json.Marshal(result)
			if err != nil {
				return nil, fmt.Errorf("result of code cell %d: %w", cell, err)
			}
			list = append(list, Result{Cell: cell, JSON: text})
		}
	}
	return list, nil
}
