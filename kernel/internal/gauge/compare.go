package gauge

import (
	"fmt"
	"slices"

	"github.com/weft-go/weft/kernel/measure"
)

// compare is %compare. Options are measure.CompareOptions; what its Saved names
// is compared with the variants, one after the other. Of two saved results there
// need not be any variant.
func compare(r Request) (Outcome, error) {
	var o measure.CompareOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	r.prepare(&o.Options)
	if len(r.Variants)+len(o.Saved) < 2 {
		return Outcome{}, fmt.Errorf("compare: it takes two pieces of code at least, or saved results such as @name")
	}
	old, machines, err := saved(o.Saved)
	if err != nil {
		return Outcome{}, err
	}
	if len(old) == 0 {
		return r.outcome(measure.Compare(o, r.Variants...), o.Quiet), nil
	}
	// What was saved is the base: is it better now?
	join := func(c measure.Comparison) measure.Comparison {
		joined := measure.CompareResults(o, slices.Concat(old, c.Results)...)
		joined.Checks, joined.Interrupted, joined.Failed = c.Checks, c.Interrupted, c.Failed
		joined.Warnings = slices.Concat(joined.Warnings, c.Warnings, machines)
		return joined
	}
	o.Partial = func(v any) { r.present(join(v.(measure.Comparison)), o.Quiet) }
	fresh := measure.Comparison{}
	if len(r.Variants) > 0 {
		fresh = measure.Compare(o, r.Variants...)
	}
	return r.outcome(join(fresh), o.Quiet), nil
}

// saved loads results by name, and says in what the machines differ on which
// they were measured from this one.
func saved(names []string) (results []measure.Result, differences []string, err error) {
	for _, name := range names {
		rec, err := measure.Load(name)
		if err != nil {
			return nil, nil, err
		}
		if len(rec.Series) == 0 {
			return nil, nil, fmt.Errorf("%s is a result of %%%s, which has no samples to compare", name, rec.Kind)
		}
		for _, x := range rec.Results() {
			if x.Name = "@" + name; len(rec.Series) > 1 {
				x.Name += " " + x.Text
			}
			results = append(results, x)
		}
		differences = append(differences, rec.Elsewhere()...)
	}
	return results, differences, nil
}
