// Package bench is "weft bench": it measures kernels' variants, and other
// systems doing the same work, in turns, and tells how they compare.
//
// Everything that is measured of one kernel at one size is set up first and
// stays; then rounds follow in which each has one turn, in an order that
// rotates, so that whatever slows the machine down for a while slows all of
// them; who is slow sits some rounds out. A first round warms up and is dropped. A
// run of less than 5 ms is repeated within its turn until the turn lasts that long.
//
// The clock runs around the timed part only: [kernels.Job] in this process, a
// peer's own in its process. Results are compared by their checksums, and one
// that differs is an error, not a figure.
package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/yardstick"
	"github.com/weft-go/weft/runtime/counters"
)

const (
	minSample   = 5 * time.Millisecond // a turn's least time
	fewRounds   = 3                    // at least, however long they take
	manyRounds  = 25                   // at most, however short
	mostRepeats = 100_000              // of a run in a turn
	tooSlow     = 10 * time.Second     // a first run that takes longer is given up, or 4 × Time
	rest        = 2 * time.Millisecond // between turns: workers that spin come to rest
	mostRest    = 300 * time.Millisecond
	quickTime   = 100 * time.Millisecond // of a rehearsal's rounds
)

// A contender is something that is measured in turns.
type contender struct {
	result *Result
	start  func(ctx context.Context) (runner, error)

	runner  runner
	slow    bool    // has its sample: no more turns
	seconds float64 // of a turn, about
	stride  int     // takes part in every so many rounds
	tol     float64 // of its checksum, beside the kernel's
}

// A runner does a contender's work. It is used by one goroutine.
type runner interface {
	// run does the work a number of times in a row and returns the averages.
	run(ctx context.Context, times int) (Sample, error)
	// settle waits until what a run has left going has come to rest.
	settle()
	note() string
	close() error
}

// Run measures what o asks for, on a machine that [ReadMachine] has read. If ctx
// ends, the report has what was measured until then, and says so. The error is
// about the options, or about something without which nothing can be measured;
// troubles of single variants and peers are in the report.
func Run(ctx context.Context, m Machine, o Options) (*Report, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Time == 0 {
		o.Time = defaultTime
	}
	if measure.Quick() {
		o.Count, o.Time = 1, min(o.Time, quickTime)
	}
	report := &Report{Machine: m}
	return report, o.run(ctx, report)
}

func (o *Options) run(ctx context.Context, report *Report) error {
	var harness *yardstick.Harness
	if o.Peers {
		var err error
		if harness, err = yardstick.OpenPeers(); err != nil {
			return err
		}
	}
	for _, k := range o.Kernels {
		for _, n := range o.sizes(k) {
			if ctx.Err() != nil {
				break
			}
			b := o.block(ctx, harness, k, n)
			if len(b.Results) == 0 {
				continue
			}
			report.Blocks = append(report.Blocks, b)
			if o.Done != nil {
				o.Done(b)
			}
		}
	}
	report.Interrupted = ctx.Err() != nil
	return nil
}

// block measures one kernel at one size.
func (o *Options) block(ctx context.Context, harness *yardstick.Harness, k *kernels.Kernel, n int) *Block {
	b := &Block{Kernel: k.Name, Title: k.Title, N: n, Work: work(k.Work(n)), tol: k.Tol}
	all := o.contenders(harness, k, n)
	for _, c := range all {
		b.Results = append(b.Results, c.result)
	}
	if o.Peers {
		b.Limits = limits(k, n, o.workers(k))
	}
	defer func() {
		for _, c := range all {
			if c.runner != nil {
				if err := c.runner.close(); err != nil && c.result.Problem == "" {
					c.fail(fmt.Errorf("close: %w", err))
				}
			}
		}
		b.compare(all)
	}()
	for _, c := range all {
		if ctx.Err() != nil {
			return b
		}
		if c.result.System != ours && c.result.Problem == "" && !b.anyReady() {
			// Our own check arguments; peers would take any size there is memory for.
			c.fail(errors.New("not measured: nothing of ours runs that it could be compared with"))
		}
		if c.result.Problem == "" {
			o.progress("%s n=%d: set up %s", k.Name, n, c.result.label)
			o.warm(ctx, c)
		}
	}
	runtime.GC()
	before := counters.Read()
	rounds := o.plan(all)
	for round := range rounds {
		if ctx.Err() != nil {
			break
		}
		for _, i := range order(round, len(all)) {
			if round%all[i].stride == 0 {
				o.progress("%s n=%d: round %d of %d, %s", k.Name, n, round+1, rounds, all[i].result.label)
				all[i].turn(ctx, round)
			}
		}
		// Three samples of the limits will do: each takes tenths of a second.
		if round == 0 || round == rounds/2 || round == rounds-1 {
			o.progress("%s n=%d: the machine's limits", k.Name, n)
			measureLimits(ctx, b.Limits)
		}
	}
	b.Steal = counters.Read().Since(before).Steal.N // 0 where it is not known
	return b
}

// anyReady reports whether something of ours has been set up.
func (b *Block) anyReady() bool {
	return slices.ContainsFunc(b.Results, func(r *Result) bool { return r.System == ours && r.Problem == "" })
}

// order returns the contenders' numbers in the order of a round: each round
// begins one later, and every other one goes backwards, so that nobody always
// follows the same neighbour.
func order(round, n int) []int {
	list := make([]int, n)
	for i := range list {
		if round%2 == 0 {
			list[i] = (round/2 + i) % n
		} else {
			list[i] = (round/2 + n - i) % n
		}
	}
	return list
}

// warm sets a contender up, runs it once and finds out how many runs a turn
// needs. A run that takes longer than the rounds may is its only sample.
func (o *Options) warm(ctx context.Context, c *contender) {
	var err error
	if c.runner, err = c.start(ctx); err != nil {
		if ctx.Err() == nil {
			c.fail(err)
		}
		return
	}
	c.result.Note = c.runner.note()
	limit := max(tooSlow, 4*o.Time)
	short, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("a run takes longer than %v: left out (-time sets more)", limit))
	defer cancel()
	c.result.Runs = 1
	confirmed := false
	for {
		from := time.Now()
		s, err := c.runner.run(short, c.result.Runs)
		c.seconds = time.Since(from).Seconds() // more than the sample says where pauses do not count
		if err != nil {
			if ctx.Err() == nil {
				c.fail(err)
				c.result.Wrong = short.Err() == nil
			}
			return
		}
		c.runner.settle()
		if c.seconds > o.Time.Seconds() {
			c.slow = true
			c.result.Samples = []Sample{s}
			return
		}
		if c.seconds >= minSample.Seconds() || c.result.Runs >= mostRepeats {
			// Once more: the time may be that of a hiccup, or of waking up.
			if confirmed || c.result.Runs >= mostRepeats || c.seconds > 4*minSample.Seconds() {
				return
			}
			confirmed = true
			continue
		}
		confirmed = false
		need := 1.1 * minSample.Seconds() / max(c.seconds, 1e-9) * float64(c.result.Runs)
		c.result.Runs = int(min(max(need, float64(c.result.Runs+1)), 100*float64(c.result.Runs), mostRepeats))
	}
}

// plan returns how many rounds there are to be, and sets which of them each
// contender takes part in. Everyone gets the same part of Time: who is quick takes
// part in every round, who is slow in every second, fourth or eighth, so that two
// of them always have the rounds of the slower one in common.
func (o *Options) plan(all []*contender) int {
	var ready []*contender
	for _, c := range all {
		c.stride = 1
		if c.result.Problem == "" && !c.slow {
			ready = append(ready, c)
		}
	}
	if len(ready) == 0 {
		return 0
	}
	if o.Count > 0 {
		return o.Count
	}
	share := o.Time.Seconds() / float64(len(ready))
	rounds := fewRounds
	for _, c := range ready {
		rounds = max(rounds, int(min(share/max(c.seconds, 1e-9), manyRounds)))
	}
	for _, c := range ready {
		for turns(rounds, c.stride) > fewRounds && float64(turns(rounds, c.stride))*c.seconds > share && turns(rounds, 2*c.stride) >= fewRounds {
			c.stride *= 2
		}
	}
	return rounds
}

// turns is how many of the rounds a stride leaves.
func turns(rounds, stride int) int { return (rounds + stride - 1) / stride }

// turn takes one sample.
func (c *contender) turn(ctx context.Context, round int) {
	if c.slow || c.runner == nil || c.result.Problem != "" || ctx.Err() != nil {
		return
	}
	s, err := c.runner.run(ctx, c.result.Runs)
	if err != nil {
		if ctx.Err() == nil {
			c.fail(err)
			c.result.Wrong = true
		}
		return
	}
	s.Round = round
	c.result.Samples = append(c.result.Samples, s)
	c.runner.settle()
}

// fail notes why c has no figures.
func (c *contender) fail(err error) {
	c.result.Problem = err.Error()
	c.result.Samples = []Sample{}
}

// compare checks that all results agree with the first that has any.
func (b *Block) compare(all []*contender) {
	var first *Result
	for _, c := range all {
		for _, s := range c.result.Samples {
			if first == nil {
				first = c.result
			}
			want := first.Samples[0].Checksum
			if !close(s.Checksum, want, max(b.tol, c.tol)) {
				c.fail(fmt.Errorf("checksum %v differs from the %v of %s", s.Checksum, want, first.name()))
				c.result.Wrong = true
				break
			}
		}
	}
}

func (r *Result) name() string {
	if r.System == ours {
		return r.Variant
	}
	return r.System
}

// close reports whether checksums agree within a relative tolerance.
func close(a, b, tol float64) bool {
	return a == b || math.Abs(a-b) <= tol*max(math.Abs(a), math.Abs(b))
}

func (o *Options) progress(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(fmt.Sprintf(format, args...))
	}
}
