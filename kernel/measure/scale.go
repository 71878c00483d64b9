package measure

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// ScaleOptions say how [Scale] measures. The zero value means the defaults.
type ScaleOptions struct {
	Options
	// Workers are the numbers of workers; nil: 1, 2, 4 … up to GOMAXPROCS. 1 is
	// always among them.
	Workers []int `json:"workers,omitempty"`
	// Procs sets GOMAXPROCS to the number of workers while the code runs, for
	// code that takes as many as there are.
	Procs bool `json:"procs,omitempty"`
	// NoCalibration leaves out what the machine gives to independent work.
	NoCalibration bool `json:"no_calibration,omitempty"`
}

// maxWorkers is the most workers that anybody may ask for by mistake.
const maxWorkers = 4096

// ParseWorkers reads numbers of workers: "1,2,4,8" or "1..8", which takes each.
func ParseWorkers(text string) ([]int, error) {
	var workers []int
	for part := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(strings.TrimSpace(part), "..")
		if !isRange {
			high = low
		}
		a, err := strconv.Atoi(low)
		b, err2 := strconv.Atoi(high)
		if err != nil || err2 != nil || a < 1 || b < a || b > maxWorkers {
			return nil, fmt.Errorf("workers %q: want numbers from 1 to %d such as 1,2,4,8 or 1..4", text, maxWorkers)
		}
		for w := a; w <= b; w++ {
			workers = append(workers, w)
		}
	}
	slices.Sort(workers)
	return slices.Compact(workers), nil
}

// DefaultWorkers returns 1, 2, 4 … up to GOMAXPROCS and GOMAXPROCS itself.
func DefaultWorkers() []int {
	var workers []int
	most := runtime.GOMAXPROCS(0)
	for w := 1; w < most; w *= 2 {
		workers = append(workers, w)
	}
	return append(workers, most)
}

// A Scaling is how code gets faster with more workers.
type Scaling struct {
	Text    string       `json:"text"`
	Engine  string       `json:"engine"`
	Points  []ScalePoint `json:"points"`
	Amdahl  Fit          `json:"amdahl"` // the serial fraction
	Sigma   Fit          `json:"sigma"`  // of the universal scalability law
	Kappa   Fit          `json:"kappa"`
	Verdict string       `json:"verdict"` // in a sentence
	Cores   Cores        `json:"cores"`   // what the machine gave meanwhile

	Checks      []Check  `json:"checks,omitempty"` // whether results agree with those of one worker
	Interrupted bool     `json:"interrupted,omitempty"`
	Failed      bool     `json:"failed,omitempty"`
	Warnings    []string `json:"warnings,omitempty"`
	precision   int
}

// A ScalePoint is one number of workers.
type ScalePoint struct {
	Workers int    `json:"workers"`
	Result  Result `json:"result"`
	// Speedup is the time of one worker by this one's, with its 95 % interval
	// (0, 0 where there are too few samples for one).
	Speedup    float64 `json:"speedup"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Efficiency float64 `json:"efficiency"` // speed-up by workers
	// KarpFlatt is the serial fraction that this speed-up alone shows: Karp and
	// Flatt, CACM 33(5), 1990. If it grows with the workers, it is not serial
	// work that holds them up but their number. 0 for one worker.
	KarpFlatt float64 `json:"karp_flatt"`
	// Capacity is what the machine gave to so many independent workers at the
	// time, relative to one; 0: not measured.
	Capacity float64 `json:"capacity"`
	// Work is what each worker did, if the code's value tells it: a slice of
	// numbers with one for each worker.
	Work []float64 `json:"work,omitempty"`
}

// Scale measures code with different numbers of workers, which its Body gets as
// its parameter, side by side in rounds as [Compare] does. Before each round it
// measures what the machine gives to independent workers, as neighbours, shared
// cores and clocks make that less than their number; the laws of Amdahl and
// Gunther are fitted to this instead of the number.
func Scale(o ScaleOptions, v Variant) (sc Scaling, err error) {
	if sc.Text = o.Text; sc.Text == "" {
		sc.Text = v.label()
	}
	if v.Body == nil {
		return sc, errors.New("scale: there is no code to run")
	}
	workers := o.Workers
	if len(workers) == 0 {
		workers = DefaultWorkers()
	}
	for _, w := range workers {
		if w < 1 || w > maxWorkers {
			return sc, fmt.Errorf("scale: %d workers: want a number from 1 to %d", w, maxWorkers)
		}
	}
	workers = slices.Compact(slices.Sorted(slices.Values(append([]int{1}, workers...))))

	if Quick() {
		workers = ends(workers)
	}
	s := newSampler(o.Options)
	s.least = fewestRuns + 1
	for _, w := range workers {
		s.add(v, w)
		if o.Procs {
			s.all[len(s.all)-1].procs = w
		}
	}
	m := newCalibration(workers)
	if !o.NoCalibration {
		s.between = func(int) bool { return m.round() }
	}
	var works [][]float64
	var checks []Check
	defer s.leave(func() any { return s.scaling(sc.Text, m, works, checks) })
	if v.Values != nil {
		works, checks = workValues(v, workers)
	}
	s.run()
	return s.scaling(sc.Text, m, works, checks), nil
}

// scaling sums up what was measured.
func (s *sampler) scaling(text string, m *calibration, works [][]float64, checks []Check) Scaling {
	sc := Scaling{Text: text, Engine: s.o.Engine, Checks: checks, precision: s.o.Precision, Cores: m.cores()}
	var at []float64
	var seconds [][]float64
	for i, c := range s.all {
		r := s.result(c)
		sc.Interrupted, sc.Failed = sc.Interrupted || r.Interrupted, sc.Failed || r.Failed
		p := ScalePoint{Workers: c.n, Result: r, Capacity: m.capacity(c.n)}
		if i < len(works) {
			p.Work = works[i]
		}
		if len(r.Samples) > 0 {
			p.relate(s.all[0].wall)
			worth := float64(c.n)
			if p.Capacity > 0 {
				worth = p.Capacity
			}
			at, seconds = append(at, worth), append(seconds, r.Samples)
		}
		sc.Points = append(sc.Points, p)
	}
	sc.Amdahl = FitAmdahl(at, seconds)
	sc.Sigma, sc.Kappa = FitUSL(at, seconds)
	sc.Verdict = sc.verdict()
	sc.Warnings = sc.doubts()
	return sc
}

// relate fills in the figures relative to one worker, whose times are given.
func (p *ScalePoint) relate(one []float64) {
	d := differences(logs(one), logs(p.Result.Samples))
	s := pairedShift(d, 0.95)
	if len(d) == 0 {
		return
	}
	p.Speedup = math.Exp(s.estimate)
	if s.confidence > 0 {
		p.Low, p.High = math.Exp(s.low), math.Exp(s.high)
	}
	w := float64(p.Workers)
	p.Efficiency = p.Speedup / w
	if p.Workers > 1 {
		p.KarpFlatt = (1/p.Speedup - 1/w) / (1 - 1/w)
	}
}

// doubts returns what makes the figures doubtful.
func (sc *Scaling) doubts() []string {
	doubts := rehearsal()
	procs := runtime.GOMAXPROCS(0)
	if n := len(sc.Points); n > 0 && sc.Points[n-1].Workers > procs {
		doubts = append(doubts, fmt.Sprintf("more workers than the %s that goroutines run on: those beyond add no computing power, only waiting that overlaps",
			count(procs, "processor", "processors")))
	}
	if c := sc.Cores; c.Rounds > 0 && c.Logical > 1 && c.Effective < 0.8*float64(c.Logical) {
		doubts = append(doubts, fmt.Sprintf("the machine gave only %.2f of its %d cores to independent work meanwhile: no speed-up can be larger", c.Effective, c.Logical))
	}
	for _, p := range sc.Points {
		if n := len(p.Result.Disturbed); n > 0 && p.Workers <= procs {
			doubts = append(doubts, fmt.Sprintf("with %s the code had to wait for a processor in %d of %s: other programs use the machine",
				count(p.Workers, "worker", "workers"), n, count(len(p.Result.Samples), "sample", "samples")))
		}
		if len(p.Work) > 1 {
			if m := mean(p.Work); m > 0 && slices.Max(p.Work) > 1.2*m {
				doubts = append(doubts, fmt.Sprintf("with %d workers the one with the most work has %.2f times the mean: the others wait for it", p.Workers, slices.Max(p.Work)/m))
			}
		}
	}
	for _, c := range sc.Checks {
		if c.Known && !c.Same {
			doubts = append(doubts, fmt.Sprintf("ATTENTION: results of one worker and of %s %s", c.Name, c.Text))
		}
	}
	return doubts
}

// workValues runs the code once with each number of workers: for the work of
// each worker, which is the value that always has as many numbers as there are
// workers, and for whether all other values agree.
func workValues(v Variant, workers []int) (works [][]float64, checks []Check) {
	var base []any
	at := -1 // of the work among the values
	for i, w := range workers {
		if interrupt.Raised() {
			break
		}
		values := v.Values(w)
		if i == 0 {
			base = values
			works = append(works, nil)
			continue
		}
		if i == 1 {
			for k := range min(len(base), len(values)) {
				one, ok := numbers(base[k], workers[0])
				if _, many := numbers(values[k], w); ok && many {
					at, works[0] = k, one
					base = slices.Delete(slices.Clone(base), k, k+1)
					break
				}
			}
		}
		var work []float64
		if at >= 0 && at < len(values) {
			work, _ = numbers(values[at], w)
			values = slices.Delete(slices.Clone(values), at, at+1)
		}
		works = append(works, work)
		if len(base) > 0 && len(values) > 0 {
			same, text := SameValues(base, values, defaultTolerance)
			checks = append(checks, Check{Name: strconv.Itoa(w), Base: "1", Known: true, Same: same, Text: text})
		}
	}
	return works, checks
}

// numbers reads a slice or array of n numbers.
func numbers(v any, n int) ([]float64, bool) {
	x := reflect.ValueOf(v)
	if v == nil || x.Kind() != reflect.Slice && x.Kind() != reflect.Array || x.Len() != n {
		return nil, false
	}
	out := make([]float64, n)
	for i := range out {
		switch e := x.Index(i); {
		case e.CanInt():
			out[i] = float64(e.Int())
		case e.CanUint():
			out[i] = float64(e.Uint())
		case e.CanFloat() && isFinite(e.Float()):
			out[i] = e.Float()
		default:
			return nil, false
		}
	}
	return out, true
}

// A calibration is what the machine gives to independent work on some numbers
// of threads, measured again and again.
type calibration struct {
	threads []int
	rates   [][]float64 // [round][thread count], relative to one thread
}

// newCalibration is for numbers of workers as far as the machine runs them at
// the same time.
func newCalibration(workers []int) *calibration {
	m := &calibration{}
	procs := runtime.GOMAXPROCS(0)
	for _, w := range workers {
		m.threads = append(m.threads, min(w, procs))
	}
	m.threads = append(m.threads, 1, procs)
	slices.Sort(m.threads)
	m.threads = slices.Compact(m.threads)
	return m
}

// round measures each number of threads once and returns false if the cell was
// interrupted.
func (m *calibration) round() bool {
	const slice = 4 * time.Millisecond
	rates := make([]float64, len(m.threads))
	for i, n := range m.threads {
		rates[i] = throughput(n, slice)
	}
	if interrupt.Raised() {
		return false
	}
	for i := range rates[1:] {
		rates[i+1] /= rates[0]
	}
	rates[0] = 1
	m.rates = append(m.rates, rates)
	return true
}

// capacity returns what so many workers are worth, 0 if that was not measured.
func (m *calibration) capacity(workers int) float64 {
	if len(m.rates) == 0 {
		return 0
	}
	at := len(m.threads) - 1
	if i := slices.Index(m.threads, workers); i >= 0 {
		at = i
	}
	column := make([]float64, len(m.rates))
	for i := range m.rates {
		column[i] = m.rates[i][at]
	}
	return medianOf(column)
}

// cores returns what all processors together are worth.
func (m *calibration) cores() Cores {
	procs := m.threads[len(m.threads)-1]
	return Cores{Logical: procs, Effective: m.capacity(procs), Rounds: len(m.rates)}
}
