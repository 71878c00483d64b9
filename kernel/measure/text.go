package measure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// String tells the result in IPython's manner, the line first, then what a
// careful reader needs to know of it:
//
//	median 1.23 ms ± [1.20, 1.31] per loop (7 runs, 1000 loops each, interpreted; user 1.20 ms, system 0 s)
//	min 1.20 ms, 95 % of runs below 1.31 ms, spread 2.9 %; 2 allocations, 64 B per loop
//	98 % sure that the median lies between the fastest and the slowest run
//
// The brackets hold Interval, in the median's unit; spread is standard deviation
// by mean. Further lines follow only where something is to be watched: the
// price of the call itself, runs that differ much, an interrupt.
func (r Result) String() string {
	if len(r.Samples) == 0 {
		what := "interrupted"
		if r.Failed {
			what = "the code failed"
		}
		return strings.Join(append([]string{what + " before the first run was complete: nothing measured"}, sentences(r.Warnings)...), "\n")
	}
	digits := r.digits()
	scaled := formatAlike(digits, r.Median, r.Interval.Low, r.Interval.High)
	lines := []string{
		fmt.Sprintf("median %s ± [%s, %s] per loop (%s)", scaled[0], scaled[1], scaled[2], r.how(digits)),
		r.spread(digits) + r.heap(digits),
		r.Interval.words(len(r.Samples)),
	}
	return strings.Join(append(lines, r.notes(digits)...), "\n")
}

func (r Result) digits() int {
	if r.Precision == 0 {
		return defaultPrecision
	}
	return r.Precision
}

// spread tells the other figures of the distribution.
func (r Result) spread(digits int) string {
	if len(r.Samples) < 2 {
		return ""
	}
	return fmt.Sprintf("min %s, 95 %% of runs below %s, spread %.1f %%; ",
		FormatSeconds(r.Min, digits), FormatSeconds(r.P95, digits), 100*r.Variation)
}

// how tells runs, loops, engine and processor time.
func (r Result) how(digits int) string {
	s := count(len(r.Samples), "run", "runs") + ", " + count(r.Loops, "loop", "loops") + " each"
	if r.Engine != "" {
		s += ", " + r.Engine
	}
	if r.Unavailable != "" {
		return s + "; user and system time n/a: " + r.Unavailable
	}
	return s + "; user " + FormatSeconds(r.User, digits) + ", system " + FormatSeconds(r.System, digits)
}

// heap tells what was allocated.
func (r Result) heap(digits int) string {
	// The runtime allocates a little of its own meanwhile.
	if r.Allocs < 0.5 {
		return "no allocations"
	}
	number := strconv.FormatFloat(r.Allocs, 'f', 1, 64)
	if r.Allocs >= 9.95 {
		number = strconv.FormatFloat(r.Allocs, 'f', 0, 64)
	}
	number = strings.TrimSuffix(number, ".0")
	noun := "allocations"
	if number == "1" {
		noun = "allocation"
	}
	return number + " " + noun + ", " + FormatBytes(math.Round(r.Bytes), digits) + " per loop"
}

// words tells what the interval means.
func (i Interval) words(runs int) string {
	if runs < 2 {
		return "one run: no interval"
	}
	between := "the fastest and the slowest run"
	if i.Rank > 1 {
		between = fmt.Sprintf("the %s fastest and the %s slowest of %d runs", ordinal(i.Rank), ordinal(i.Rank), runs)
	}
	s := fmt.Sprintf("%.0f %% sure that the median lies between %s", 100*i.Confidence, between)
	if i.Confidence < 0.95 && runs < 6 {
		s += " (6 runs or more give 95 %)"
	}
	return s
}

// notes tells what makes the figure less than it seems.
func (r Result) notes(digits int) []string {
	var notes []string
	if r.OverheadUnknown && interpreted(r.Engine) && r.Median < 20e-6 {
		notes = append(notes, "note: calling an interpreted function takes 0.1 to 1 µs, which is part of the figure")
	} else if part := r.Overhead / r.Median; r.Median > 0 && part > 0.05 {
		notes = append(notes, fmt.Sprintf("note: calling an empty function takes %s, %.0f %% of the figure, and is part of it",
			FormatSeconds(r.Overhead, digits), 100*min(part, 1)))
	}
	if r.Min > 0 && r.Max > 4*r.Min && r.Max > 1e-6 {
		notes = append(notes, fmt.Sprintf("note: the slowest run took %.1f times as long as the fastest: something else may have used the machine, or a cache was cold",
			r.Max/r.Min))
	}
	if n := len(r.Outliers); n > 0 {
		severe := 0
		for _, o := range r.Outliers {
			if o.Severe {
				severe++
			}
		}
		note := "note: " + count(n, "outlier", "outliers")
		if severe > 0 {
			note += fmt.Sprintf(", %d of them severe", severe)
		}
		notes = append(notes, note+": kept, the median hardly moves with them")
	}
	if n := len(r.Disturbed); n > 0 {
		note := fmt.Sprintf("note: in %s of %d the code had to wait for a processor: other programs use the machine", count(n, "run", "runs"), len(r.Samples))
		if cpu := r.User + r.System; 2*n > len(r.Samples) && r.Unavailable == "" && cpu < 0.9*r.Median {
			note += fmt.Sprintf(", and the %s of processor time are nearer to what it takes alone", FormatSeconds(cpu, digits))
		}
		notes = append(notes, note)
	}
	if r.GC == GCOff && r.Collections > 0 {
		notes = append(notes, "note: the garbage collector ran in spite of -gc off, "+count(r.Collections, "time", "times")+": memory got scarce")
	}
	if r.GC == GCOn && r.Collections > 0 && r.GCPause.Seconds() > 0.01*mean(r.Samples)*float64(len(r.Samples)*r.Loops) {
		notes = append(notes, fmt.Sprintf("note: %s of garbage stopped the program for %s: part of the figure (-gc off leaves it out)",
			count(r.Collections, "collection", "collections"), FormatDuration(r.GCPause, digits)))
	}
	notes = append(notes, sentences(r.Warnings)...)
	if r.Failed {
		notes = append(notes, fmt.Sprintf("note: the code failed after %d of %d runs", len(r.Samples), r.Runs))
	} else if r.Interrupted {
		notes = append(notes, fmt.Sprintf("note: interrupted after %d of %d runs", len(r.Samples), r.Runs))
	}
	return notes
}

// sentences makes notes of warnings.
func sentences(warnings []string) []string {
	notes := make([]string, len(warnings))
	for i, w := range warnings {
		notes[i] = "note: " + w
	}
	return notes
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
