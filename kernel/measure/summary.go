package measure

import "time"

// A Summary is what is worth telling of many measurements of the same thing, in
// their own unit.
type Summary struct {
	N        int      `json:"n"` // how many there are; with 0 the rest is 0
	Median   float64  `json:"median"`
	Interval Interval `json:"interval"` // where the true median lies
	Min      float64  `json:"min"`
	Max      float64  `json:"max"`
}

// Summarize sums samples up, which stay as they are. Those that are no finite
// numbers are left out.
func Summarize(samples []float64) Summary {
	s := ascending(samples)
	if len(s) == 0 {
		return Summary{}
	}
	return Summary{len(s), median(s), medianInterval(s), s[0], s[len(s)-1]}
}

// ProcessCPU returns the processor time that this process has used so far, of
// all its threads; the difference of two readings is [CPU.Since]. It costs under a
// microsecond.
func ProcessCPU() CPU { return readCPU() }

// Since returns c minus an earlier reading.
func (c CPU) Since(earlier CPU) CPU { return c.since(earlier) }

// CoresUsed returns how many cores were busy on average during wall, NaN if
// the processor time is not known.
func (c CPU) CoresUsed(wall time.Duration) float64 { return cores(c, wall) }

// Seconds writes a summary of times in seconds: the median with its unit, and
// the interval in the same unit, which one measurement does not have: "1.23 ms",
// "[1.20, 1.31]".
func (s Summary) Seconds(digits int) (median, interval string) {
	if s.N == 0 {
		return "n/a", ""
	}
	t := formatAlike(digits, s.Median, s.Interval.Low, s.Interval.High)
	if s.N == 1 {
		return t[0], ""
	}
	return t[0], "[" + t[1] + ", " + t[2] + "]"
}
