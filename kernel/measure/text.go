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
//	98 % sure that the median lies between the fastest and the slowest run; 2 allocations, 64 B per loop
//
// The brackets hold Interval, in the median's unit. Further lines follow only
// where something is to be watched: the price of the call itself, runs that
// differ much, an interrupt.
func (r Result) String() string {
	if len(r.Samples) == 0 {
		return "interrupted before the first run was complete: nothing measured"
	}
	digits := r.Precision
	if digits == 0 {
		digits = defaultPrecision
	}
	scaled := formatAlike(digits, r.Median, r.Interval.Low, r.Interval.High)
	lines := []string{
		fmt.Sprintf("median %s ± [%s, %s] per loop (%s)", scaled[0], scaled[1], scaled[2], r.how(digits)),
		r.Interval.words(len(r.Samples)) + "; " + r.heap(digits),
	}
	return strings.Join(append(lines, r.notes(digits)...), "\n")
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
	if i.Confidence < 0.95 {
		s += " (6 runs or more give 95 %)"
	}
	return s
}

// notes tells what makes the figure less than it seems.
func (r Result) notes(digits int) []string {
	var notes []string
	if r.OverheadUnknown && r.Median < 20e-6 {
		notes = append(notes, "note: calling an interpreted function takes 0.1 to 1 µs, which is part of the figure")
	} else if part := r.Overhead / r.Median; r.Median > 0 && part > 0.05 {
		notes = append(notes, fmt.Sprintf("note: calling an empty function takes %s, %.0f %% of the figure, and is part of it",
			FormatSeconds(r.Overhead, digits), 100*part))
	}
	if r.Min > 0 && r.Max > 4*r.Min && r.Max > 1e-6 {
		notes = append(notes, fmt.Sprintf("note: the slowest run took %.1f times as long as the fastest: something else may have used the machine, or a cache was cold",
			r.Max/r.Min))
	}
	if r.Interrupted {
		notes = append(notes, fmt.Sprintf("note: interrupted after %d of %d runs", len(r.Samples), r.Runs))
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
