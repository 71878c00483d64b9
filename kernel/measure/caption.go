package measure

import (
	"fmt"
	"slices"
	"strings"
)

// Caption puts together what a chart of measured figures has to say below its
// title: parts such as "n = 1000" and "median of 25", and this machine. Empty
// parts are left out. A chart breaks its lines at the dots.
func Caption(parts ...string) string {
	return caption(Machine().brief(), parts...)
}

func caption(machine string, parts ...string) string {
	parts = slices.DeleteFunc(append(slices.Clone(parts), machine), func(p string) bool { return p == "" })
	return strings.Join(parts, " · ")
}

// brief is "AMD EPYC, 2 cores".
func (b Banner) brief() string {
	return strings.TrimPrefix(b.CPU+", ", ", ") + count(b.Logical, "core", "cores")
}

// measuredOn names the machines that results come from.
func measuredOn(results ...Result) string {
	var list []string
	for _, r := range results {
		where := r.where
		if where == "" {
			where = Machine().brief()
		}
		if !slices.Contains(list, where) {
			list = append(list, where)
		}
	}
	return strings.Join(list, " and ")
}

// runs is "25 runs", for a caption.
func runs(n int) string { return count(n, "run", "runs") }

// fewestAndMost is "25 runs", or "7 to 25 runs" where results differ.
func fewestAndMost(results []Result) string {
	if len(results) == 0 {
		return ""
	}
	low, high := len(results[0].Samples), len(results[0].Samples)
	for _, r := range results {
		low, high = min(low, len(r.Samples)), max(high, len(r.Samples))
	}
	if low == high {
		return "median of " + runs(high)
	}
	return fmt.Sprintf("median of %d to %s", low, runs(high))
}
