package gauge

import (
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernel/measure"
)

// predict is %predict, called without code: it remembers a guess. Options are a
// measure.Guess.
func predict(r Request) (Outcome, error) {
	var g measure.Guess
	if err := r.options(&g); err != nil {
		return Outcome{}, err
	}
	if !(len(g.Texts) == 1 && positive(g.Seconds) || len(g.Texts) == 2 && positive(g.Ratio)) {
		return Outcome{}, errors.New("predict: want code and a time, or two pieces of code and a ratio")
	}
	measure.Predict(g)
	return Outcome{Show: note("noted: " + g.String() + "\n%verify measures it")}, nil
}

// A note is shown as it is.
type note string

// String returns the note.
func (n note) String() string { return string(n) }

// MIMEBundle returns the note as text.
func (n note) MIMEBundle() map[string]any { return map[string]any{"text/plain": string(n)} }

// verifyOptions are those of %verify.
type verifyOptions struct {
	Options measure.Options `json:"options"`
	Guess   measure.Guess   `json:"guess"` // none: the one about this code, or the last
}

// verify is %verify: it measures the code of a guess, one variant or for a
// ratio two, and scores the guess.
func verify(r Request) (Outcome, error) {
	var o verifyOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	g := o.Guess
	if len(g.Texts) == 0 {
		var ok bool
		texts := make([]string, len(r.Variants))
		for i, v := range r.Variants {
			texts[i] = v.Text
		}
		if g, ok = measure.Predicted(texts...); !ok {
			if g, ok = measure.Predicted(); !ok {
				return Outcome{}, errors.New("verify: there is no guess: predict first, as in %predict f(10) 0.3s")
			}
		}
	}
	if err := r.needs(max(len(g.Texts), 1)); err != nil {
		return Outcome{}, err
	}
	r.prepare(&o.Options)
	var measured any
	if g.Ratio > 0 {
		// The guess says how much faster the first is than the second.
		c := measure.Compare(measure.CompareOptions{Options: o.Options}, r.Variants[1], r.Variants[0])
		if c.Interrupted {
			return r.outcome(c, false), nil
		}
		measured = c
	} else {
		result := measure.TimeBody(o.Options, r.Variants[0])
		if result.Interrupted {
			return r.outcome(result, false), nil
		}
		measured = result
	}
	score, err := measure.Verify(g, measured)
	if err != nil {
		return Outcome{}, fmt.Errorf("%w (%s)", err, g)
	}
	return r.outcome(score, o.Options.Quiet), nil
}
