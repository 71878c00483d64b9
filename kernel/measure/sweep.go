package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/weft-go/weft/kernel/chart"
)

// SweepOptions say how [Sweep] measures. The zero value means the defaults, but
// for Values.
type SweepOptions struct {
	Options
	Param  string `json:"param,omitempty"` // the parameter's name; "": n
	Values []int  `json:"values"`          // what it is set to: see ParsePoints
	// ElementBytes is what one of n takes in memory, to mark where n elements
	// fill the machine's caches; 0: 8; negative: no marks.
	ElementBytes int `json:"element_bytes,omitempty"`
}

// A Sweeping is what code takes with different values of a parameter.
type Sweeping struct {
	Text   string  `json:"text"`
	Engine string  `json:"engine"`
	Param  string  `json:"param"`
	Values []int   `json:"values"`
	Curves []Curve `json:"curves"`          // one for each variant
	Marks  []Mark  `json:"marks,omitempty"` // where elements of ElementBytes fill the machine's caches
	// ElementBytes is what one of the parameter was taken to need in memory.
	ElementBytes int `json:"element_bytes,omitempty"`

	Interrupted bool     `json:"interrupted,omitempty"`
	Failed      bool     `json:"failed,omitempty"`
	Warnings    []string `json:"warnings,omitempty"`
	precision   int
}

// A Curve is one variant of a sweep.
type Curve struct {
	Name    string   `json:"name"`
	Results []Result `json:"results"` // one for each value, in order
	// Growth is the exponent k of the power law n^k that the medians follow. Its
	// interval is wide where they follow none.
	Growth Fit `json:"growth"`
	// Local are exponents between neighbouring values, one fewer than Results;
	// NaN where there is none.
	Local Numbers `json:"local,omitempty"`
}

// A Mark is a place on the parameter's axis.
type Mark struct {
	Name string  `json:"name"`
	At   float64 `json:"at"`
}

// Sweep measures variants with different values of the parameter that their
// Body gets. All values of all variants are measured in rounds, in an order that
// is drawn anew each time, so that a machine that gets slower meanwhile does not
// look like growth.
func Sweep(o SweepOptions, variants ...Variant) (sw Sweeping, err error) {
	if len(variants) == 0 {
		return sw, errors.New("sweep: there is no code to run")
	}
	values := slices.Compact(slices.Sorted(slices.Values(o.Values)))
	if len(values) == 0 {
		return sw, errors.New("sweep: no values to run with, such as n=1e3,1e4")
	}
	if n := len(values) * len(variants); n > 1000 {
		return sw, fmt.Errorf("sweep: %d values of %d variants are too many to measure side by side", len(values), len(variants))
	}
	if o.Param == "" {
		o.Param = "n"
	}
	if Quick() {
		values = ends(values)
	}
	if o.Budget <= 0 {
		o.Budget = 3 * defaultBudget
	}
	s := newSampler(o.Options)
	for _, v := range variants {
		for _, n := range values {
			s.add(v, n)
		}
	}
	s.least = fewestRuns
	defer s.leave(func() any { return s.sweeping(o, values, variants) })
	s.run()
	return s.sweeping(o, values, variants), nil
}

// sweeping sums up what was measured.
func (s *sampler) sweeping(o SweepOptions, values []int, variants []Variant) Sweeping {
	sw := Sweeping{Text: o.Text, Engine: s.o.Engine, Param: o.Param, Values: values, precision: s.o.Precision}
	var names []string
	disturbed := 0
	for i, v := range variants {
		curve := Curve{Name: v.label()}
		names = append(names, curve.Name)
		var x, y []float64
		for _, c := range s.all[i*len(values) : (i+1)*len(values)] {
			r := s.result(c)
			sw.Interrupted, sw.Failed = sw.Interrupted || r.Interrupted, sw.Failed || r.Failed
			if 2*len(r.Disturbed) > len(r.Samples) {
				disturbed++
			}
			curve.Results = append(curve.Results, r)
			x, y = append(x, float64(c.n)), append(y, r.Median)
		}
		curve.Growth = powerLaw(x, y)
		for j := 1; j < len(x); j++ {
			local := math.NaN()
			if x[j-1] > 0 {
				local = math.Log(y[j]/y[j-1]) / math.Log(x[j]/x[j-1])
			}
			curve.Local = append(curve.Local, local)
		}
		sw.Curves = append(sw.Curves, curve)
	}
	if disturbed > 0 {
		sw.Warnings = append(sw.Warnings, fmt.Sprintf("at %s of %d the code had to wait for a processor in most samples: other programs use the machine",
			count(disturbed, "point", "points"), len(s.all)))
	}
	sw.Warnings = append(sw.Warnings, rehearsal()...)
	if sw.Text == "" {
		sw.Text = strings.Join(names, ", ")
	}
	if sw.ElementBytes = o.ElementBytes; sw.ElementBytes == 0 {
		sw.ElementBytes = 8
	}
	sw.Marks = cacheMarks(sw.ElementBytes, values)
	return sw
}

// cacheMarks returns where elements of so many bytes fill a cache of this
// machine, within the range of values.
func cacheMarks(bytes int, values []int) []Mark {
	if bytes < 0 {
		return nil
	}
	var marks []Mark
	for _, c := range Machine().Caches {
		at := float64(c.Bytes) / float64(bytes)
		if c.Kind != "instruction" && at > float64(values[0]) && at < float64(values[len(values)-1]) {
			marks = append(marks, Mark{Name: c.String(), At: at})
		}
	}
	return marks
}

// String tells the sweep as a table with a column for each variant, and how
// each grows.
func (sw Sweeping) String() string {
	if len(sw.Curves) == 0 {
		return "nothing measured"
	}
	digits := max(sw.precision, defaultPrecision)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, sw.Param, "\t")
	for _, c := range sw.Curves {
		fmt.Fprint(w, short(c.Name), "\t\t~"+sw.Param+"^k\t")
	}
	fmt.Fprintln(w)
	for i, n := range sw.Values {
		fmt.Fprint(w, n, "\t")
		for _, c := range sw.Curves {
			r := c.Results[i]
			if len(r.Samples) == 0 {
				fmt.Fprint(w, "nothing measured\t\t\t")
				continue
			}
			local := ""
			if i > 0 && isFinite(c.Local[i-1]) {
				local = fmt.Sprintf("%.2f", c.Local[i-1])
			}
			t := formatAlike(digits, r.Median, r.Interval.Low, r.Interval.High)
			fmt.Fprintf(w, "%s\t[%s, %s]\t%s\t", t[0], t[1], t[2], local)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	table := strings.TrimRight(trimLines(b.String()), "\n")
	return strings.Join(append([]string{table}, sw.remarks()...), "\n")
}

// remarks are the sentences below the table.
func (sw Sweeping) remarks() []string {
	rounds, most := 0, 0
	var lines []string
	for _, c := range sw.Curves {
		for _, r := range c.Results {
			rounds, most = max(rounds, len(r.Samples)), max(most, r.Runs)
		}
		lines = append(lines, short(c.Name)+" "+c.Growth.words(sw.Param))
	}
	if len(sw.Marks) > 0 {
		var at []string
		for _, m := range sw.Marks {
			at = append(at, fmt.Sprintf("%s at %s=%.0f", m.Name, sw.Param, m.At))
		}
		lines = append(lines, fmt.Sprintf("caches are full, with %d B for each of %s: ", sw.ElementBytes, sw.Param)+strings.Join(at, ", "))
	}
	how := count(rounds, "round", "rounds") + ", all values in each, in an order drawn anew"
	if sw.Engine != "" {
		how += ", " + sw.Engine
	}
	lines = append(append(lines, how), sentences(sw.Warnings)...)
	if sw.Failed {
		lines = append(lines, fmt.Sprintf("note: the code failed after %d of %s", rounds, count(most, "round", "rounds")))
	} else if sw.Interrupted {
		lines = append(lines, fmt.Sprintf("note: interrupted after %d of %s", rounds, count(most, "round", "rounds")))
	}
	return lines
}

// words tells a growth.
func (f Fit) words(param string) string {
	switch {
	case !f.Known():
		return "growth: can't tell: " + f.Reason
	case f.High-f.Low > 1:
		return fmt.Sprintf("grows about like %s^%.2f, but not as a power law: between %s^%.2f and %s^%.2f", param, f.Value, param, f.Low, param, f.High)
	}
	return fmt.Sprintf("grows like %s^%.2f [%.2f, %.2f]", param, f.Value, f.Low, f.High)
}

// MIMEBundle returns the sweep as text, as a chart and as a record.
func (sw Sweeping) MIMEBundle() map[string]any {
	return bundle(sw.String(), sw.Chart(), sw.Record(), sw.remarks()...)
}

// Chart draws each variant's medians with their intervals over the parameter.
// Axes are logarithmic where the largest value is more than eight times the
// smallest. nil if nothing was measured.
func (sw Sweeping) Chart() *chart.Chart {
	var all, heads []Result
	for _, c := range sw.Curves {
		all, heads = append(all, c.Results...), append(heads, c.Results[0])
	}
	d := chart.SweepData{Title: short(sw.Text), Note: Caption(sw.Engine, fewestAndMost(all)), X: sw.Param}
	if names := names(heads); names != "" {
		d.Title = names
	}
	low, high := math.Inf(1), 0.0
	for _, c := range sw.Curves {
		s := chart.Series{Name: short(c.Name)}
		for i, r := range c.Results {
			if len(r.Samples) == 0 {
				continue
			}
			s.X, s.Y = append(s.X, float64(sw.Values[i])), append(s.Y, r.Median)
			s.Low, s.High = append(s.Low, r.Interval.Low), append(s.High, r.Interval.High)
			low, high = min(low, r.Median), max(high, r.Median)
		}
		if len(s.X) > 0 {
			d.Series = append(d.Series, s)
		}
	}
	if len(d.Series) == 0 {
		return nil
	}
	first, last := float64(sw.Values[0]), float64(sw.Values[len(sw.Values)-1])
	d.LinearX = first <= 0 || last <= 8*first
	d.LinearY = low <= 0 || high <= 8*low
	for _, m := range sw.Marks {
		d.Marks = append(d.Marks, chart.Mark(m))
	}
	return chart.Sweep(d)
}

// Record returns the sweep in the form in which it is kept.
func (sw Sweeping) Record() Record {
	rec := NewRecord("sweep", sw.Text, sw.Engine)
	rec.Figures = map[string]Figure{}
	for _, c := range sw.Curves {
		for _, r := range c.Results {
			rec.Series = append(rec.Series, r.series(sw.Param))
		}
		rec.Figures["growth of "+c.Name] = c.Growth.figure()
	}
	rec.Notes = sw.Warnings
	return rec
}
