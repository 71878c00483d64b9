package measure

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/runtime/interrupt"
)

// A Calibration is what 1, 2, … threads do together at the same time, by what
// one does alone: how many cores the machine really gives, now.
type Calibration struct {
	Machine Banner `json:"machine"`
	Threads []int  `json:"threads"`
	// Cores holds for each number of threads the quotients of all rounds.
	Cores       []Summary `json:"cores"`
	Interrupted bool      `json:"interrupted,omitempty"`
}

// Calibrate measures for about half a second on two cores, and the longer the
// more there are, what each number of threads up to GOMAXPROCS does together:
// all numbers up to 8, then doubled ones. The work is that of [EffectiveCores],
// which later banners tell. An interrupt of the cell ends it early.
func Calibrate() Calibration {
	const slice = 6 * time.Millisecond
	rounds := 15
	if Quick() {
		rounds = quickRuns
	}
	c := Calibration{}
	n := runtime.GOMAXPROCS(0)
	for k := 1; k < n; k++ {
		if k <= 8 || k&(k-1) == 0 {
			c.Threads = append(c.Threads, k)
		}
	}
	c.Threads = append(c.Threads, n)
	quotients := make([][]float64, len(c.Threads))
	throughput(n, slice) // warm: threads are started
	for range rounds {
		one := throughput(1, slice)
		round := make([]float64, len(c.Threads))
		for i, k := range c.Threads {
			round[i] = throughput(k, slice) / one
		}
		if c.Interrupted = interrupt.Raised(); c.Interrupted {
			break
		}
		for i, q := range round {
			quotients[i] = append(quotients[i], q)
		}
	}
	for _, q := range quotients {
		c.Cores = append(c.Cores, Summarize(q))
	}
	if last := c.Cores[len(c.Cores)-1]; last.N > 0 {
		noteEffective(Cores{Logical: n, Effective: last.Median, Rounds: last.N})
	}
	c.Machine = Machine()
	return c
}

// String is the banner with a line for each number of threads.
func (c Calibration) String() string {
	var b strings.Builder
	b.WriteString(c.Machine.String() + "\n")
	for i, k := range c.Threads {
		s := c.Cores[i]
		if s.N == 0 {
			return b.String() + "interrupted before the first round of calibration was complete"
		}
		fmt.Fprintf(&b, "%s: the work of %.2f cores [%.2f, %.2f], %d rounds\n", count(k, "thread", "threads"), s.Median, s.Interval.Low, s.Interval.High, s.N)
	}
	return strings.TrimRight(b.String(), "\n")
}

// MIMEBundle shows the banner, and the work by number of threads as bars.
func (c Calibration) MIMEBundle() map[string]any {
	d := chart.BarsData{Title: "Effective cores now", Name: "work done together, by that of one thread", Upright: true,
		Note: caption(c.Machine.brief(), fmt.Sprintf("median of %d rounds, 95 %% intervals; higher is better", c.Cores[0].N))}
	s := chart.BarSeries{Name: "measured"}
	ideal := chart.BarSeries{Name: "ideal"}
	for i, k := range c.Threads {
		if c.Cores[i].N == 0 {
			return map[string]any{"text/plain": c.String()}
		}
		d.Categories = append(d.Categories, count(k, "thread", "threads"))
		s.Values = append(s.Values, c.Cores[i].Median)
		s.Low, s.High = append(s.Low, c.Cores[i].Interval.Low), append(s.High, c.Cores[i].Interval.High)
		ideal.Values = append(ideal.Values, float64(k))
	}
	d.Series = []chart.BarSeries{s, ideal}
	drawn := chart.Bars(d)
	drawn.Text = c.String()
	bundle := drawn.MIMEBundle()
	bundle[ResultMIME] = c.Record()
	return bundle
}

// Record returns the calibration as it is kept.
func (c Calibration) Record() Record {
	rec := NewRecord("machine", "", "compiled")
	rec.Figures = map[string]Figure{}
	for i, k := range c.Threads {
		s := c.Cores[i]
		rec.Figures[fmt.Sprintf("effective_cores_%d", k)] = Figure{Value: s.Median, Low: s.Interval.Low, High: s.Interval.High}
	}
	if detail, err := json.Marshal(c); err == nil {
		rec.Detail = detail
	}
	return rec
}

// MIMEBundle shows a banner as text, and as a table where tables can be shown.
func (b Banner) MIMEBundle() map[string]any {
	var t strings.Builder
	t.WriteString("| this machine | |\n|---|---|\n")
	escape := strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "_", `\_`)
	for _, row := range b.Rows() {
		fmt.Fprintf(&t, "| %s | %s |\n", row[0], escape.Replace(row[1]))
	}
	for _, w := range b.Warnings() {
		fmt.Fprintf(&t, "\nNote: %s.\n", escape.Replace(w))
	}
	return map[string]any{"text/plain": b.String(), "text/markdown": t.String()}
}
