package measure

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// CompareOptions say how code is compared. The zero value means the defaults.
type CompareOptions struct {
	Options
	// Confidence is that of all statements about differences together; 0: 0.99.
	// Somebody who compares a hundred times must not be told a hundred
	// times 5 % of nonsense.
	Confidence float64 `json:"confidence,omitempty"`
	// Least is the smallest difference that counts, as a part; 0: 0.01. Where
	// the same code happens to lie in memory makes differences of that size.
	Least float64 `json:"least,omitempty"`
	// NoCheck leaves out whether all variants compute the same.
	NoCheck bool `json:"no_check,omitempty"`
	// Tolerance is how much floating-point results may differ, as a part of the
	// larger one; 0: 1e-9.
	Tolerance float64 `json:"tolerance,omitempty"`
	// Saved are results to compare with beside the variants: names of saved
	// ones, or "notebook.ipynb#name".
	Saved []string `json:"saved,omitempty"`
}

const (
	defaultConfidence = 0.99
	defaultLeast      = 0.01
	defaultTolerance  = 1e-9
)

func (o CompareOptions) withDefaults() CompareOptions {
	o.Options = o.Options.withDefaults()
	if !(o.Confidence > 0.5 && o.Confidence < 1) {
		o.Confidence = defaultConfidence
	}
	if !(o.Least > 0) {
		o.Least = defaultLeast
	}
	if !(o.Tolerance > 0) {
		o.Tolerance = defaultTolerance
	}
	return o
}

// fewestPairs returns how many rounds it takes for the smallest p-value that
// so many tests of signed ranks can have to be convincing.
func fewestPairs(tests int) int {
	return 1 + int(math.Ceil(math.Log2(float64(max(tests, 1))/(1-defaultConfidence))))
}

// What a comparison comes to.
const (
	Faster   = "faster"
	Slower   = "slower"
	CantTell = "can't tell"
)

// A Comparison is what several pieces of code take, side by side.
type Comparison struct {
	Text    string `json:"text"`
	Engine  string `json:"engine"`
	Results []Result
	// Differences are those of every other variant from the first, in order.
	Differences []Difference `json:"differences"`
	Checks      []Check      `json:"checks,omitempty"` // whether results agree, likewise
	Confidence  float64      `json:"confidence"`
	Interrupted bool         `json:"interrupted,omitempty"`
	Failed      bool         `json:"failed,omitempty"`
	Warnings    []string     `json:"warnings,omitempty"`
	precision   int
}

// A Difference is how one piece of code compares with another, the base.
type Difference struct {
	Name string `json:"name"`
	Base string `json:"base"`
	// Speedup is the base's time by this one's: 2 means twice as fast. The
	// true one lies between Low and High with Confidence; with too few
	// samples for that both are 0.
	Speedup    float64 `json:"speedup"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
	P          float64 `json:"p"`    // of such samples if both were the same
	Test       string  `json:"test"` // which gives P
	// Paired says that the samples were taken in rounds, one of each beside the
	// other. Else the machine may have been in another state.
	Paired  bool   `json:"paired"`
	Verdict string `json:"verdict"` // Faster, Slower or CantTell
	Reason  string `json:"reason"`  // in a sentence, where it can't be told
	// Need is how many samples of each it would take to tell; 0 where it can be
	// told, or not even with a million.
	Need int `json:"need,omitempty"`
}

// Compare measures variants side by side and says which is faster than the
// first, as far as that can be told.
//
// Samples are taken in rounds: one of each variant, in an order that is drawn
// anew each time, with the same number of calls where they take similar times.
// If two variants are the same, it is chance alone that says which of a round's
// two times went to which, whatever else happens on the machine: drift, bursts
// of other programs, samples that depend on those before. Wilcoxon's test of
// signed ranks on the logarithms of each round's ratio is then exact by the
// drawing itself, while a rank-sum test of two independent sets, as benchmark
// tools commonly use, finds differences in noise that is not independent.
func Compare(o CompareOptions, variants ...Variant) (c Comparison) {
	o = o.withDefaults()
	variants = named(variants)
	s := newSampler(o.Options, variants...)
	var checks []Check
	defer s.leave(func() any { return s.comparison(o, checks) })
	if len(variants) > 0 {
		if !o.NoCheck {
			checks = checkValues(variants, 0, o.Tolerance)
		}
		s.run()
	}
	s.finished = true
	return s.comparison(o, checks)
}

// named gives those that have the same name as one before them a number.
func named(variants []Variant) []Variant {
	variants = slices.Clone(variants)
	times := map[string]int{}
	for i := range variants {
		v := &variants[i]
		label := v.label()
		if times[label]++; times[label] > 1 {
			v.Name = fmt.Sprintf("%s (%d)", label, times[label])
		}
	}
	return variants
}

// comparison sums up what was measured.
func (s *sampler) comparison(o CompareOptions, checks []Check) Comparison {
	c := Comparison{Text: s.o.Text, Engine: s.o.Engine, Checks: checks, Confidence: o.Confidence, precision: o.Precision}
	for _, x := range s.all {
		r := s.result(x)
		c.Interrupted = c.Interrupted || r.Interrupted
		c.Failed = c.Failed || r.Failed
		c.Results = append(c.Results, r)
	}
	for i := range c.Results {
		r := &c.Results[i]
		if s.finished && !c.Interrupted {
			r.Overhead = overhead(s.o.EmptyBody, r.Loops)
			r.Warnings = append(r.Warnings, s.doubts(r, s.all[i])...)
		}
		if i > 0 {
			c.Differences = append(c.Differences, difference(r, &c.Results[0], true, o, len(c.Results)-1))
		}
	}
	c.Warnings = unequal(c.Results)
	return c
}

// CompareResults compares results that were measured one after the other, or
// at another time, with the first. Nothing says then that the machine was in the
// same state, and the interval does not contain that. Figures that are missing in
// results are filled in there.
func CompareResults(o CompareOptions, results ...Result) Comparison {
	o = o.withDefaults()
	c := Comparison{Text: o.Text, Results: results, Confidence: o.Confidence, precision: o.Precision}
	for i := range results {
		if results[i].Median == 0 {
			results[i].summarize()
		}
		if i == 0 {
			c.Engine = results[0].Engine
			continue
		}
		if results[i].Engine != c.Engine {
			c.Engine = ""
		}
		c.Differences = append(c.Differences, difference(&results[i], &results[0], false, o, len(results)-1))
	}
	return c
}

// difference compares r with the base. So many tests share the room for error.
func difference(r, base *Result, paired bool, o CompareOptions, tests int) Difference {
	d := Difference{Name: r.label(), Base: base.label(), Paired: paired, P: 1, Verdict: CantTell}
	error1 := (1 - o.Confidence) / float64(max(tests, 1))
	mine, its := logs(r.Samples), logs(base.Samples)
	var s shift
	var exact bool
	if paired {
		diff := differences(its, mine)
		s = pairedShift(diff, 1-error1)
		d.P, exact = signedRank(diff)
		d.Test = "Wilcoxon's test of signed ranks"
	} else {
		s = unpairedShift(its, mine, 1-error1)
		d.P, exact = rankSum(its, mine)
		d.Test = "the rank-sum test of Mann and Whitney"
	}
	if exact {
		d.Test += ", exact"
	}
	if s == (shift{}) {
		d.Reason = "no samples"
		return d
	}
	d.Speedup, d.Confidence = math.Exp(s.estimate), s.confidence
	if s.confidence > 0 {
		d.Low, d.High = math.Exp(s.low), math.Exp(s.high)
	}
	small := math.Abs(s.estimate) < math.Log1p(o.Least)
	switch {
	case d.P <= error1 && !small && s.estimate > 0:
		d.Verdict = Faster
	case d.P <= error1 && !small:
		d.Verdict = Slower
	case small && s.confidence > 0 && max(-s.low, s.high) < math.Log1p(2*o.Least):
		d.Reason = fmt.Sprintf("the difference is below %.3g %%, which the place of the code in memory alone can make", 200*o.Least)
	default:
		n := min(len(mine), len(its))
		d.Need = needed(s.above, error1, paired)
		switch {
		case d.Need == 0:
			d.Reason = "not even a million samples would tell them apart"
		case d.Need <= n:
			d.Need = 2 * n
			fallthrough
		default:
			d.Reason = fmt.Sprintf("it would take about %d samples of each (-r %d)", d.Need, d.Need)
		}
	}
	return d
}

// needed returns how many samples of each give a test by ranks a chance of 80 %
// to find a difference of which the part above of all pairs is positive:
// Noether, "Sample Size Determination for Some Common Nonparametric Tests",
// Journal of the American Statistical Association 82(398), 1987. 0 if a
// million is not enough.
func needed(above, error1 float64, paired bool) int {
	z := normalQuantile(error1/2) + normalQuantile(0.2)
	per := 6.0 // of two sets of the same size
	if paired {
		per = 3
	}
	n := z * z / (per * (above - 0.5) * (above - 0.5))
	if !(n <= 1e6) {
		return 0
	}
	return max(int(math.Ceil(n)), fewestPairs(1))
}

// label returns the name to show.
func (r *Result) label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Text
}

// unequal returns warnings about results that say that not the same kind of
// work was done.
func unequal(results []Result) []string {
	var warnings []string
	for i := range results {
		r, base := &results[i], &results[0]
		if len(r.Samples) == 0 || len(base.Samples) == 0 {
			continue
		}
		if a, b := r.Allocs >= 0.5, base.Allocs >= 0.5; a != b {
			first, second := base, r
			if a {
				first, second = r, base
			}
			warnings = append(warnings, fmt.Sprintf("unequal work: %s allocates memory (%s per loop), %s does not",
				first.label(), FormatBytes(math.Round(first.Bytes), defaultPrecision), second.label()))
		}
		// Who sleeps or waits does not compute.
		if a, b := r.busy(), base.busy(); a >= 0 && b >= 0 && (a > 0.8) != (b > 0.8) && max(a, b) > 4*min(a, b) {
			first, second := base, r
			if a < b {
				first, second = r, base
			}
			warnings = append(warnings, fmt.Sprintf("unequal work: %s waits most of the time, %s computes", first.label(), second.label()))
		}
	}
	return warnings
}

// busy returns cores used, negative if that is not known.
func (r *Result) busy() float64 {
	if r.Unavailable != "" || r.Median <= 0 {
		return -1
	}
	return (r.User + r.System) / max(mean(r.Samples), time.Nanosecond.Seconds()/1e3)
}
