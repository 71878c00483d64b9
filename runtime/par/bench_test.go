package par

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// plainGo is what a Go programmer writes without this package: one goroutine
// per share and a WaitGroup.
func plainGo(workers int, body func(lo, hi int)) {
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { body(w, w+1) })
	}
	body(0, 1)
	wg.Wait()
}

// BenchmarkForkJoin measures a loop of one iteration per worker. With
// body=empty the caller may do all of it; with body=meet each iteration waits
// until all have begun, so every worker really runs.
func BenchmarkForkJoin(b *testing.B) {
	forms := []struct {
		name string
		run  func(workers int, body func(lo, hi int))
	}{
		{"go", plainGo},
		{"par", func(workers int, body func(lo, hi int)) { Range(workers, body, Workers(workers)) }},
	}
	pauses := []time.Duration{0, 100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond}
	for _, workers := range []int{2} {
		for _, kind := range []string{"empty", "meet"} {
			for _, pause := range pauses {
				for _, f := range forms {
					name := fmt.Sprintf("impl=%s/body=%s/workers=%d/pause=%v", f.name, kind, workers, pause)
					b.Run(name, func(b *testing.B) { benchForkJoin(b, workers, kind == "meet", pause, f.run) })
				}
			}
		}
	}
}

func benchForkJoin(b *testing.B, workers int, meet bool, pause time.Duration, run func(int, func(lo, hi int))) {
	var here atomic.Int32
	body := func(lo, hi int) {
		if !meet {
			return
		}
		here.Add(1)
		for here.Load() < int32(workers) {
		}
	}
	b.ReportAllocs()
	if pause == 0 {
		for range b.N {
			here.Store(0)
			run(workers, body)
		}
		return
	}
	inside := make([]time.Duration, b.N)
	for i := range inside {
		here.Store(0)
		sleep(pause)
		from := time.Now()
		run(workers, body)
		inside[i] = time.Since(from)
	}
	slices.Sort(inside)
	b.ReportMetric(float64(inside[b.N/2].Nanoseconds()), "median-ns")
	b.ReportMetric(float64(inside[b.N*9/10].Nanoseconds()), "90%-ns")
}

// sleep is time.Sleep, which can't sleep for less than a millisecond in a
// program that has nothing else to do, with the rest of the time spent awake.
func sleep(d time.Duration) {
	if d >= time.Millisecond {
		time.Sleep(d)
		return
	}
	for from := time.Now(); time.Since(from) < d; {
	}
}

// BenchmarkFor measures the price of an index and of a block.
func BenchmarkFor(b *testing.B) {
	const n = 1 << 16
	var sink atomic.Int64
	b.Run("impl=for", func(b *testing.B) {
		for b.Loop() {
			For(n, func(i int) {}, Workers(1))
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/index")
	})
	for _, s := range []Schedule{Static(1), Dynamic(1), Guided(1)} {
		b.Run("impl=range/sched="+s.String(), func(b *testing.B) {
			blocks := int64(0)
			for b.Loop() {
				Range(n, func(lo, hi int) { sink.Load() }, Workers(2), s)
				blocks += n
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(blocks), "ns/block")
		})
	}
}
