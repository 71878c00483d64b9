package gauge

import (
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernel/measure"
)

// storeOptions are those of %save and %load.
type storeOptions struct {
	Name string `json:"name"`
}

// save is %save, called without code: it writes the session's last result.
func save(r Request) (Outcome, error) {
	var o storeOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	rec, ok := measure.Last()
	if !ok {
		return Outcome{}, errors.New("save: nothing was measured in this session yet")
	}
	if err := measure.Save(o.Name, rec); err != nil {
		return Outcome{}, err
	}
	return Outcome{Show: note(fmt.Sprintf("saved as %s/%s.json: compare with it later by %%compare @%s f()", measure.ResultsDir, o.Name, o.Name))}, nil
}

// load is %load, called without code: it shows a saved result and makes it the
// last one. Without a name it lists what there is.
func load(r Request) (Outcome, error) {
	var o storeOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	if o.Name == "" {
		text := "no results are saved in " + measure.ResultsDir
		for i, name := range measure.Saved() {
			rec, err := measure.Load(name)
			line := name + ": " + rec.String()
			if err != nil {
				line = err.Error()
			}
			if i == 0 {
				text = line
			} else {
				text += "\n" + line
			}
		}
		return Outcome{Show: note(text)}, nil
	}
	rec, err := measure.Load(o.Name)
	if err != nil {
		return Outcome{}, err
	}
	return r.outcome(rec, false), nil
}
