package par

import (
	"context"
	"runtime"
	"testing"

	"github.com/weft-go/weft/runtime/interrupt"
)

// TestNoAllocation makes every kind of call with options made in the call, as
// users write them, and bodies made before.
func TestNoAllocation(t *testing.T) {
	x := make([]float64, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	block := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			x[i]++
		}
	}
	blockErr := func(lo, hi int) error { return nil }
	index := func(i int) { x[i]++ }
	indexErr := func(i int) error { return nil }
	sum := func(lo, hi int) float64 { return x[lo] }
	count := func(lo, hi int) int { return hi - lo }
	type pair struct{ a, b float64 }
	pairOf := func(lo, hi int) pair { return pair{x[lo], 1} }
	addPair := func(p, q pair) pair { return pair{p.a + q.a, p.b + q.b} }
	var stats Stats
	calls := map[string]func(w int){
		"Range":         func(w int) { Range(len(x), block, Workers(w), Dynamic(100), Context(ctx)) },
		"Range+Stats":   func(w int) { Range(len(x), block, Workers(w), Guided(100), &stats, Context(ctx)) },
		"RangeErr":      func(w int) { _ = RangeErr(len(x), blockErr, Context(interrupt.Context()), Static(300), Workers(w)) },
		"For":           func(w int) { For(len(x), index, Context(ctx), Workers(w)) },
		"ForErr":        func(w int) { _ = ForErr(len(x), indexErr, Context(ctx), Workers(w), Dynamic(300)) },
		"Reduce":        func(w int) { Reduce(len(x), pair{}, pairOf, addPair, Workers(w), Dynamic(300), Context(ctx), &stats) },
		"ReduceFloat64": func(w int) { ReduceFloat64(len(x), 0, sum, nil, Workers(w), Dynamic(300), Context(ctx)) },
		"ReduceInt":     func(w int) { ReduceInt(len(x), 0, count, nil, Workers(w), Context(ctx)) },
	}
	for name, call := range calls {
		for _, w := range []int{1, 2, 3} {
			const runs = 200
			for range 10 {
				call(w)
			}
			// Not testing.AllocsPerRun, which sets GOMAXPROCS to 1. Threads that
			// Go starts meanwhile allocate as well, but not every time.
			got, limit := uint64(0), uint64(runs/10)
			for range 5 {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for range runs {
					call(w)
				}
				runtime.ReadMemStats(&after)
				if got = after.Mallocs - before.Mallocs; got <= limit {
					break
				}
			}
			if got > limit {
				t.Errorf("%s on %d workers: %d allocations in %d calls, want at most %d", name, w, got, runs, limit)
			}
			if got := testing.AllocsPerRun(100, func() { call(w) }); got != 0 {
				t.Errorf("%s on %d workers: testing.AllocsPerRun says %v, want 0", name, w, got)
			}
		}
	}
}
