package measure

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// String tells the comparison as a table and in sentences:
//
//	     median                    compared with a
//	a    1.23 ms [1.20, 1.31]
//	b    612 µs  [609, 620]        2.01× as fast [1.97, 2.05]: faster
//	results of a and b: equal
//	25 rounds, in each one sample of 10 loops (b: 20), compiled; …
func (c Comparison) String() string {
	if len(c.Results) == 0 {
		return "nothing to compare"
	}
	digits := c.Results[0].digits()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	head := ""
	if len(c.Results) > 1 {
		head = "compared with " + short(c.Results[0].label())
	}
	fmt.Fprintf(w, "\tmedian\t\t%s\n", head)
	for i := range c.Results {
		r := &c.Results[i]
		fmt.Fprint(w, short(r.label()))
		if len(r.Samples) == 0 {
			fmt.Fprint(w, "\tnothing measured\t\t\n")
			continue
		}
		t := formatAlike(digits, r.Median, r.Interval.Low, r.Interval.High)
		fmt.Fprintf(w, "\t%s\t[%s, %s]\t", t[0], t[1], t[2])
		if i > 0 {
			fmt.Fprint(w, c.Differences[i-1].words())
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	text := strings.TrimRight(trimLines(b.String()), "\n")
	return strings.Join(append([]string{text}, c.remarks()...), "\n")
}

// trimLines takes blanks at the ends of lines off.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// short cuts a long label down to one line.
func short(label string) string {
	const most = 40
	label = strings.Join(strings.Fields(label), " ")
	if utf8.RuneCountInString(label) > most {
		label = string([]rune(label)[:most-1]) + "…"
	}
	return label
}

// words tells a difference: "2.01× as fast [1.97, 2.05]: faster".
func (d Difference) words() string {
	if d.Speedup == 0 {
		return CantTell + ": " + d.Reason
	}
	s := ratio(d.Speedup) + "× as fast"
	if d.Low > 0 {
		s += fmt.Sprintf(" [%s, %s]", ratio(d.Low), ratio(d.High))
	}
	s += ": " + d.Verdict
	if d.Reason != "" {
		s += ", " + d.Reason
	}
	return s
}

// ratio writes a ratio with three digits, near 1 with three decimals.
func ratio(x float64) string {
	switch {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return "?"
	case x >= 99.5:
		return fmt.Sprintf("%.0f", x)
	case x >= 9.95:
		return fmt.Sprintf("%.1f", x)
	case x >= 0.9 && x < 1.1:
		return fmt.Sprintf("%.3f", x)
	}
	return fmt.Sprintf("%.*f", decimals(x, 3), x)
}

// remarks tells what stands below the table; nothing of nothing compared.
func (c Comparison) remarks() []string {
	if len(c.Results) == 0 {
		return nil
	}
	var lines []string
	for _, check := range c.Checks {
		mark := ""
		if check.Known && !check.Same {
			mark = "ATTENTION: "
		}
		switch {
		case !check.Known && check.Name == check.Base:
			lines = append(lines, fmt.Sprintf("note: %s %s", short(check.Name), check.Text))
		case !check.Known:
			lines = append(lines, fmt.Sprintf("results: %s %s", short(check.Name), check.Text))
		default:
			lines = append(lines, fmt.Sprintf("%sresults of %s and %s: %s", mark, short(check.Base), short(check.Name), check.Text))
		}
	}
	lines = append(lines, c.how()...)
	lines = append(lines, sentences(c.Warnings)...)
	for i := range c.Results {
		r := c.Results[i]
		for _, w := range r.Warnings {
			lines = append(lines, "note: "+short(r.label())+": "+w)
		}
		if n := len(r.Disturbed); n > 0 {
			lines = append(lines, fmt.Sprintf("note: %s had to wait for a processor in %s of %d: other programs use the machine",
				short(r.label()), count(n, "sample", "samples"), len(r.Samples)))
		}
	}
	if n := len(c.Results[0].Samples); c.Failed {
		lines = append(lines, fmt.Sprintf("note: the code failed after %d of %s", n, count(c.Results[0].Runs, "round", "rounds")))
	} else if c.Interrupted {
		lines = append(lines, fmt.Sprintf("note: interrupted after %d of %s", n, count(c.Results[0].Runs, "round", "rounds")))
	}
	return lines
}

// how tells how the samples were taken and what the brackets mean.
func (c Comparison) how() []string {
	n := len(c.Results[0].Samples)
	paired := true
	for _, d := range c.Differences {
		paired = paired && d.Paired
	}
	engine := ""
	if c.Engine != "" {
		engine = ", " + c.Engine
	}
	var lines []string
	if paired {
		loops := make([]string, len(c.Results))
		alike := true
		for i, r := range c.Results {
			loops[i] = fmt.Sprint(r.Loops)
			alike = alike && r.Loops == c.Results[0].Loops
		}
		if alike {
			loops = loops[:1]
		}
		lines = append(lines, fmt.Sprintf("%s, each with a sample of every variant in an order drawn anew (loops: %s)%s",
			count(n, "round", "rounds"), strings.Join(loops, ", "), engine))
	} else {
		lines = append(lines, "not measured side by side"+engine+": the machine may have been in another state, which no interval tells")
	}
	if len(c.Differences) > 0 {
		d := c.Differences[0]
		line := fmt.Sprintf("verdicts: %s, all of them right with %.4g %%", d.Test, 100*c.Confidence)
		if d.Low > 0 {
			line += "; so are the brackets behind ×"
		} else {
			line += fmt.Sprintf(", for which %d samples of each are too few", n)
		}
		lines = append(lines, line)
	}
	return lines
}
