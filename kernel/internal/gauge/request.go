package gauge

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernel/measure"
)

// options decodes what the magic sent; nothing sent leaves the defaults.
func (r *Request) options(into any) error {
	if len(r.Options) == 0 {
		return nil
	}
	if err := json.Unmarshal(r.Options, into); err != nil {
		return fmt.Errorf("%s: options: %w", r.Kind, err)
	}
	return nil
}

// needs returns an error if there are fewer variants than that.
func (r *Request) needs(variants int) error {
	switch {
	case len(r.Variants) >= variants:
		return nil
	case variants == 1:
		return errors.New(r.Kind + ": there is no code to measure")
	}
	return fmt.Errorf("%s: it takes %d pieces of code, not %d", r.Kind, variants, len(r.Variants))
}

// prepare fills in what every measuring has from the request.
func (r *Request) prepare(o *measure.Options) {
	o.Text, o.Engine, o.EmptyBody = r.Text, r.Engine, r.Empty
	o.Partial = func(v any) { r.present(v, false) }
}

// recorder is a result that can be kept.
type recorder interface{ Record() measure.Record }

// outcome shows a result, unless quiet, and remembers it as the last one.
func (r *Request) outcome(v any, quiet bool) Outcome {
	remember(v)
	if quiet {
		return Outcome{}
	}
	return Outcome{Show: v}
}

// present does the same at once, for code that does not return.
func (r *Request) present(v any, quiet bool) {
	remember(v)
	if !quiet && r.Show != nil {
		r.Show(v)
	}
}

func remember(v any) {
	if v, ok := v.(recorder); ok {
		measure.Remember(v.Record())
	}
}

// positive reports whether x is a number above 0.
func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
