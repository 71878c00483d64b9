package gauge

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/cachesim"
	"github.com/weft-go/weft/kernel/internal/cachesim/twins"
	"github.com/weft-go/weft/kernel/internal/dock"
	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/runtime/interrupt"
)

// cachesimOptions are those of %cachesim.
type cachesimOptions struct {
	Machine string `json:"machine,omitempty"` // "" for this one
	Level   string `json:"level,omitempty"`   // by whose misses lines are ordered, "" for the first
	Full    bool   `json:"full,omitempty"`    // no sampling, however long it takes
	Warm    bool   `json:"warm,omitempty"`    // run once before
	Twin    string `json:"twin,omitempty"`    // a kernel's variant, "matmul:serial:ikj", instead of code
	N       []int  `json:"n,omitempty"`       // its sizes
}

// After so many accesses one in simulatedRate of the sets is simulated: some
// seconds of twins, and of code, whose accesses come one by one.
const (
	simulatedTwin = 400_000_000
	simulatedCode = 200_000_000
	simulatedRate = 8
)

// cacheRun is %cachesim.
func cacheRun(r Request) (Outcome, error) {
	var o cachesimOptions
	if err := r.options(&o); err != nil {
		return Outcome{}, err
	}
	m, err := cachesim.Find(o.Machine)
	if err != nil {
		return Outcome{}, fmt.Errorf("cachesim: %w", err)
	}
	if o.Level != "" {
		if o.Level, err = m.FindLevel(o.Level); err != nil {
			return Outcome{}, fmt.Errorf("cachesim: %w", err)
		}
	}
	if o.Twin != "" {
		return cacheTwins(r, o, m)
	}
	if err := r.needs(1); err != nil {
		return Outcome{}, err
	}
	cache := cachesim.New(m)
	limit := uint64(simulatedCode)
	if o.Full {
		limit = 0
	}
	rec := recorded{cachesim.NewRecorder(cache, limit, simulatedRate)}
	done := false
	result := func() cacheResults {
		var v cachesim.Result
		rec.Do(func(c *cachesim.Cache) {
			list := dock.SiteList()
			v = cachesim.NewResult(c, r.Text, r.Engine, o.Level, func(site int) cachesim.Line {
				if site >= len(list) {
					return cachesim.Line{Text: fmt.Sprintf("expression %d", site)}
				}
				s := list[site]
				return cachesim.Line{Place: fmt.Sprintf("%s:%d", s.Cell, s.Line), Text: s.Text, Modelled: rec.Modelled(site)}
			})
		})
		v.Notes = append(v.Notes, "accesses of slices, arrays, maps and pointers in cells' functions; local variables are taken for registers, functions of packages are not seen")
		if o.Warm {
			v.Notes = append(v.Notes, "the second run is counted: the caches are warm")
		}
		if !done {
			v.Notes = append(v.Notes, "the code did not come to its end: these are the accesses so far")
		}
		return cacheResults{v}
	}
	defer func() {
		dock.Record(nil)
		if !done {
			r.present(result(), false)
		}
	}()
	dock.Record(rec)
	if o.Warm {
		r.Variants[0].Body(1, 0)
		rec.Do((*cachesim.Cache).Reset)
	}
	r.Variants[0].Body(1, 0)
	done = true
	return r.outcome(result(), false), nil
}

// recorded is a cachesim.Recorder as compiled cells know it.
type recorded struct{ *cachesim.Recorder }

// Map implements dock.Recorder.
func (r recorded) Map(m dock.MapAccess) { r.Recorder.Map(cachesim.MapUse(m)) }

// cacheTwins simulates a kernel's variant, for each size.
func cacheTwins(r Request, o cachesimOptions, m cachesim.Machine) (Outcome, error) {
	twin, err := twins.Find(o.Twin)
	if err != nil {
		return Outcome{}, fmt.Errorf("cachesim: %w", err)
	}
	for _, n := range o.N {
		if err := twin.Check(n); err != nil {
			return Outcome{}, fmt.Errorf("cachesim: %w", err)
		}
	}
	var results cacheResults
	for _, n := range o.N {
		cache := cachesim.New(m)
		loop := &twins.Loop{Cache: cache, Stop: interrupt.Raised, Limit: simulatedTwin, Rate: simulatedRate}
		if o.Full {
			loop.Limit = 0
		}
		at := twins.Place(twin.Arrays(n))
		if o.Warm {
			twin.Run(loop, n, at)
			cache.Reset()
		}
		twin.Run(loop, n, at)
		v := cachesim.NewResult(cache, fmt.Sprintf("%s n=%d", twin.Name(), n), "", o.Level, func(site int) cachesim.Line {
			return cachesim.Line{Text: twin.Sites[site]}
		})
		v.Notes = append(v.Notes, "the accesses of the kernel's loops to its arrays, which lie as on a fresh heap; "+twin.Doc)
		if o.Warm {
			v.Notes = append(v.Notes, "the second run is counted: the caches are warm")
		}
		if loop.Stopped() {
			v.Notes = append(v.Notes, fmt.Sprintf("stopped: these are the first accesses of %.4g", twin.Accesses(n)))
		}
		results = append(results, v)
		if loop.Stopped() {
			break
		}
	}
	return r.outcome(results, false), nil
}

// cacheResults are results of one use of %cachesim, one for each size.
type cacheResults []cachesim.Result

// String has the tables of all, one below the other.
func (c cacheResults) String() string {
	text := make([]string, len(c))
	for i := range c {
		text[i] = c[i].String()
	}
	return strings.Join(text, "\n\n")
}

// Record returns what is kept of the results: the counts of the levels and of
// the lines.
func (c cacheResults) Record() measure.Record {
	var texts []string
	for i := range c {
		texts = append(texts, c[i].Text)
	}
	rec := measure.NewRecord("cachesim", strings.Join(texts, "; "), c[0].Engine)
	rec.Figures = map[string]measure.Figure{}
	for i := range c {
		prefix := c[i].Simulated() + ": "
		if len(c) > 1 {
			prefix = c[i].Text + ": " + prefix
		}
		for _, list := range [][]cachesim.LevelCounts{c[i].Counts.Levels, c[i].Counts.TLB} {
			for _, l := range list {
				f := measure.Figure{Value: float64(l.Misses)}
				if l.Error > 0 {
					f.Low, f.High = max(f.Value-l.Error, 0), f.Value+l.Error
				}
				rec.Figures[prefix+l.Name+" misses"] = f
			}
		}
		rec.Figures[prefix+"accesses"] = measure.Figure{Value: float64(c[i].Counts.Accesses())}
		rec.Notes = append(rec.Notes, c[i].AllNotes()...)
	}
	if detail, err := json.Marshal(c); err == nil {
		rec.Detail = detail
	}
	return rec
}

// charted is how many lines of code a chart has.
const charted = 10

// Chart shows which level served the accesses of the whole and of its lines.
func (c cacheResults) Chart() *chart.Chart {
	d := chart.CacheLevelsData{Title: c[0].Title(), Note: c[0].Simulated()}
	if len(c) > 1 {
		d.Title = strings.TrimSpace(strings.SplitN(c[0].Text, "n=", 2)[0])
	}
	for _, l := range c[0].Counts.Levels {
		d.Levels = append(d.Levels, l.Name)
	}
	d.Levels = append(d.Levels, "memory")
	if c[0].Counts.Sampling != nil {
		d.Note += ", sampled"
	}
	row := func(name string, counts cachesim.Counts) {
		if counts.Accesses() == 0 {
			return
		}
		var served []float64
		for _, l := range counts.Levels {
			served = append(served, float64(l.Hits))
		}
		last := counts.Levels[len(counts.Levels)-1]
		d.Rows = append(d.Rows, name)
		d.Counts = append(d.Counts, append(served, float64(last.Misses)))
		d.Labels = append(d.Labels, fmt.Sprintf("%.3g %% miss %s", 100*counts.Levels[0].MissRate(), counts.Levels[0].Name))
	}
	for i := range c {
		whole := "all"
		if _, n, ok := strings.Cut(c[i].Text, " n="); ok && len(c) > 1 {
			whole = "n=" + n
		}
		row(whole, c[i].Counts)
		for _, l := range c[i].Lines[:min(len(c[i].Lines), charted)] {
			name := l.Text
			if l.Place != "" {
				name = l.Place + "  " + name
			}
			if len(c) > 1 {
				name = whole + "  " + name
			}
			row(name, l.Counts)
		}
	}
	if len(d.Rows) == 0 {
		return nil
	}
	return chart.CacheLevels(d)
}

// MIMEBundle returns the results as text, chart and record.
func (c cacheResults) MIMEBundle() map[string]any {
	b := map[string]any{"text/plain": c.String(), measure.ResultMIME: c.Record()}
	if ch := c.Chart(); ch != nil {
		if payload, ok := ch.MIMEBundle()[chart.MIME]; ok {
			b[chart.MIME] = payload
		}
	}
	return b
}
