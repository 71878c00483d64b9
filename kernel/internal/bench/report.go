package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/kernels"
)

// A Report is all that a run of weft bench measured. Times are in seconds.
type Report struct {
	Machine     Machine  `json:"machine"`
	Blocks      []*Block `json:"blocks"`
	Interrupted bool     `json:"interrupted,omitempty"` // by the user; what is here was measured
}

// A Block is one kernel at one size: what was measured in turns and can be
// compared.
type Block struct {
	Kernel  string    `json:"kernel"`
	Title   string    `json:"title"`
	N       int       `json:"n"`
	Work    Work      `json:"work"`
	Results []*Result `json:"results"` // ours in the kernel's order, then peers
	Limits  []*Limit  `json:"limits,omitempty"`
	// Steal is the part of the processors' time that other virtual machines
	// took meanwhile, 0…1.
	Steal float64 `json:"steal"`

	tol float64 // of checksums
}

// Work is what one run has to do.
type Work struct {
	Flops float64 `json:"flops,omitempty"`
	Bytes float64 `json:"bytes,omitempty"`
	Items float64 `json:"items,omitempty"`
	Unit  string  `json:"unit,omitempty"`
}

// A Result is one variant of ours, or one peer, on a number of workers.
type Result struct {
	System  string   `json:"system"` // "weft", or the peer's
	Variant string   `json:"variant"`
	Workers int      `json:"workers"`
	Runs    int      `json:"runs"` // in each sample
	Samples []Sample `json:"samples"`
	// Against names the variants that a peer is compared with, in groups.
	Against [][]string `json:"against,omitempty"`
	// Anyhow says that a peer on one thread is also compared with variants on
	// more workers.
	Anyhow bool `json:"anyhow,omitempty"`
	// Made tells what made and runs a peer: "gcc 12.2.0".
	Made string `json:"made,omitempty"`
	// Note is what a peer says of itself, such as its BLAS.
	Note string `json:"note,omitempty"`
	// Problem says why there are no samples.
	Problem string `json:"problem,omitempty"`
	// Wrong says that a problem is an error of ours, a checksum that differs for
	// example, not something that the machine lacks.
	Wrong bool `json:"wrong,omitempty"`

	label string // in benchmark lines
}

// A Sample is what one run took: the average of Result.Runs of them.
type Sample struct {
	Round  int     `json:"round"`
	Wall   float64 `json:"wall_sec"`
	User   float64 `json:"user_sec"`
	System float64 `json:"system_sec"`
	// Wait is how long threads that could run waited for a processor, all of
	// them together.
	Wait     float64 `json:"wait_sec"`
	Checksum float64 `json:"checksum"`
}

// A Limit is a speed of the machine, measured in the same rounds.
type Limit struct {
	Name    string    `json:"name"` // "FMA peak"
	Unit    string    `json:"unit"` // "flop", "B" or the Work's own
	Workers int       `json:"workers"`
	Rates   []float64 `json:"per_sec"`
	Problem string    `json:"problem,omitempty"`
}

const ours = "weft" // Result.System

// disturbedFrom is the part of the wall time that threads may wait for a
// processor, and of the processors' time that other machines may take.
const disturbedFrom = 0.05

// disturbed counts samples that waited for a processor too long. With more
// workers than cores they wait for each other: that is no disturbance.
func (r *Result) disturbed(cores int) int {
	n := 0
	for _, s := range r.Samples {
		if r.Workers <= cores && s.Wait > disturbedFrom*s.Wall*float64(r.Workers) {
			n++
		}
	}
	return n
}

func (r *Result) column(get func(Sample) float64) measure.Summary {
	values := make([]float64, len(r.Samples))
	for i, s := range r.Samples {
		values[i] = get(s)
	}
	return measure.Summarize(values)
}

func (r *Result) wall() measure.Summary {
	return r.column(func(s Sample) float64 { return s.Wall })
}

// cpu returns the medians of user and system time.
func (r *Result) cpu() (user, system float64) {
	return r.column(func(s Sample) float64 { return s.User }).Median,
		r.column(func(s Sample) float64 { return s.System }).Median
}

// cores returns how many cores were busy, the median of the samples. It is not a
// number where processor time was spent outside of what was timed, as in
// the pauses of forkjoin.
func (r *Result) cores() float64 {
	busy := r.column(func(s Sample) float64 { return (s.User + s.System) / s.Wall }).Median
	if busy > 2*float64(max(r.Workers, 2)) {
		return math.NaN()
	}
	return busy
}

// over sums up how many times as long r takes as other: the quotient of each
// round, in which both ran one soon after the other, so that what slows the
// machine down for a while slows both.
func (r *Result) over(other *Result) measure.Summary {
	byRound := make(map[int]float64)
	for _, s := range other.Samples {
		byRound[s.Round] = s.Wall
	}
	var quotients []float64
	for _, s := range r.Samples {
		if w := byRound[s.Round]; w > 0 {
			quotients = append(quotients, s.Wall/w)
		}
	}
	return measure.Summarize(quotients)
}

// find returns a result of ours that has samples.
func (b *Block) find(variant string) *Result {
	for _, r := range b.Results {
		if r.System == ours && r.Variant == variant && len(r.Samples) > 0 {
			return r
		}
	}
	return nil
}

// inCache is the part of memory's speed above which data can't come from memory;
// measurements differ by some per cent.
const inCache = 1.05

// reached tells which part of a limit a result reaches, of the limit it comes
// nearest to: "81 % of FMA peak"; "" if none was measured.
func (b *Block) reached(r *Result) string {
	text, most := "", 0.0
	for _, l := range b.Limits {
		if l.Workers != r.Workers || len(l.Rates) == 0 {
			continue
		}
		part := b.amount(l.Unit) / r.wall().Median / measure.Summarize(l.Rates).Median
		if l.Unit == "B" && part > inCache {
			continue // no limit here
		}
		if part > most {
			text, most = fmt.Sprintf("%.0f %% of %s", 100*part, l.Name), part
		}
	}
	return text
}

// A match is what of a block is compared with each other: peers and the
// variants that do the same work, on as many workers.
type match struct {
	workers int
	ours    []*Result // at least one
	peers   []*Result // also those that have a problem
	best    *Result   // the fastest of ours; nil: none was measured
	rival   *Result   // the fastest peer; nil: none was measured
}

// matches groups a block's peers by number of workers and by what they are
// compared with.
func (b *Block) matches() []*match {
	var counts []int
	for _, r := range b.Results {
		if !slices.Contains(counts, r.Workers) {
			counts = append(counts, r.Workers)
		}
	}
	slices.Sort(counts)
	var all []*match
	for _, workers := range counts {
		keys := make(map[string]*match)
		for _, p := range b.Results {
			if p.System == ours || p.Workers != workers && !(p.Anyhow && p.Workers == 1) {
				continue
			}
			for _, group := range p.Against {
				key := strings.Join(group, " ")
				m := keys[key]
				if m == nil {
					if m = b.match(workers, group); len(m.ours) == 0 {
						continue
					}
					keys[key] = m
					all = append(all, m)
				}
				m.peers = append(m.peers, p)
			}
		}
	}
	for _, m := range all {
		m.best, m.rival = fastest(m.ours), fastest(m.peers)
	}
	return all
}

// match starts a group with our variants of these names.
func (b *Block) match(workers int, variants []string) *match {
	m := &match{workers: workers}
	for _, r := range b.Results {
		if r.System == ours && r.Workers == workers && slices.Contains(variants, r.Variant) {
			m.ours = append(m.ours, r)
		}
	}
	return m
}

// names lists the variants.
func (m *match) names() string {
	var list []string
	for _, r := range m.ours {
		list = append(list, r.Variant)
	}
	return strings.Join(list, " or ")
}

func fastest(results []*Result) *Result {
	var best *Result
	least := math.Inf(1)
	for _, r := range results {
		if w := r.wall(); w.N > 0 && w.Median < least {
			best, least = r, w.Median
		}
	}
	return best
}

// Wrong reports whether anything was found that must not be: checksums that
// differ, runs that failed.
func (r *Report) Wrong() bool {
	for _, b := range r.Blocks {
		for _, res := range b.Results {
			if res.Wrong {
				return true
			}
		}
	}
	return false
}

func work(w kernels.Work) Work { return Work(w) }
