package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/runtime/par"
)

// ForkJoin is what an empty parallel loop costs, package par's beside OpenMP's,
// in the form of a kernel. A run is n loops, one after the other; figures are per
// loop.
//
// The loop has one iteration per worker. With an empty body the caller may do all
// of them before another worker has woken up; with :meet each waits until all
// have begun, so that all workers are there. With :pause the caller sleeps for
// 1 ms before each loop, which does not count as wall time, but as processor
// time if workers spin meanwhile; its figure is the median of a run's loops, as
// one in some takes a hundred times longer.
//
// Its variants have no Setup, as a Job's time would include the pauses.
var ForkJoin = kernels.Kernel{
	Name:  "forkjoin",
	Title: "an empty parallel loop (times are per loop)",
	Doc:   "What it costs to hand a loop to workers and to wait for them.",
	Group: kernels.Overhead,
	Sizes: kernels.Sizes{Small: 5, Middle: 25, Large: 1000},
	Work:  func(int) kernels.Work { return kernels.Work{Items: 1, Unit: "loops"} },
	Variants: []kernels.Variant{
		{Name: "goroutine", File: "forkjoin.go"},
		{Name: "goroutine:meet", File: "forkjoin.go"},
		{Name: "goroutine:pause", File: "forkjoin.go"},
		{Name: "goroutine:meet-pause", File: "forkjoin.go"},
	},
}

const (
	pause     = time.Millisecond
	mostLoops = 100_000 // in a run: with pauses more than a minute
)

// loops is the runner of ForkJoin's variants.
type loops struct {
	n     int
	pause bool
	loop  func()          // one loop
	took  []time.Duration // each of the last run's loops
}

func newLoops(variant string, n, workers int) (*loops, error) {
	if n < 1 || n > mostLoops {
		return nil, fmt.Errorf("set up forkjoin: n=%d: want 1 to %d loops", n, mostLoops)
	}
	_, algorithm, _ := strings.Cut(variant, ":")
	// Static: nobody may take another's iteration, as the meeting needs all.
	opts := []par.Option{par.Workers(workers), par.Static(1)}
	body := func(lo, hi int) {}
	if strings.Contains(algorithm, "meet") {
		var here atomic.Int32
		body = func(lo, hi int) {
			// Nobody resets it: the k'th loop is complete at k·workers.
			all := (here.Add(1) + int32(workers) - 1) / int32(workers) * int32(workers)
			for here.Load()-all < 0 {
				if workers > runtime.GOMAXPROCS(0) {
					runtime.Gosched()
				}
			}
		}
	}
	return &loops{
		n: n, pause: strings.Contains(algorithm, "pause"), took: make([]time.Duration, n),
		loop: func() { par.Range(workers, body, opts...) },
	}, nil
}

func (l *loops) run(ctx context.Context, times int) (Sample, error) {
	before := usageBefore(false)
	var wall time.Duration
	for range times {
		if ctx.Err() != nil {
			return Sample{}, context.Cause(ctx)
		}
		if l.pause {
			wall += l.withPauses()
		} else {
			from := time.Now()
			for range l.n {
				l.loop()
			}
			wall += time.Since(from)
		}
	}
	s := sample(wall, usageAfter(false).since(before), times*l.n)
	s.Checksum = float64(l.n)
	s.Wait = 0 // waking up is what is measured
	return s, nil
}

// withPauses returns n times the median of n loops.
func (l *loops) withPauses() time.Duration {
	for i := range l.took {
		time.Sleep(pause)
		from := time.Now()
		l.loop()
		l.took[i] = time.Since(from)
	}
	slices.Sort(l.took)
	return l.took[l.n/2] * time.Duration(l.n)
}

func (l *loops) settle()      { time.Sleep(rest) }
func (l *loops) note() string { return "" }
func (l *loops) close() error { return nil }
