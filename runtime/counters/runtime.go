package counters

import (
	"math"
	"runtime"
	"runtime/metrics"
)

// A Runtime is what Go's runtime tells of itself, since the program began.
type Runtime struct {
	Allocs     Value // heap objects, exact
	AllocBytes Value
	GCs        Value
	GCPause    Value // seconds in which the program stood still
	GCCPU      Value // seconds of processor time; grows when a collection ends
	Goroutines Value // that live
	Created    Value
	MutexWait  Value // seconds

	sched histogram // how long goroutines waited to run
}

// A histogram of runtime/metrics; counts is nil if it is not there.
type histogram struct {
	counts  []uint64
	buckets []float64
}

// names are those of runtime/metrics, in the order of samples.
var names = []string{
	"/cpu/classes/gc/total:cpu-seconds",
	"/sched/goroutines:goroutines",
	"/sched/goroutines-created:goroutines",
	"/sync/mutex/wait/total:seconds",
	"/sched/latencies:seconds",
}

func readRuntime() Runtime {
	// Allocations come from MemStats: runtime/metrics leaves out those that
	// processors have not yet reported, up to 8 KiB of each size on each.
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := make([]metrics.Sample, len(names))
	for i, name := range names {
		s[i].Name = name
	}
	metrics.Read(s)
	return Runtime{
		Allocs:     Num(float64(m.Mallocs)),
		AllocBytes: Num(float64(m.TotalAlloc)),
		GCs:        Num(float64(m.NumGC)),
		GCPause:    Num(float64(m.PauseTotalNs) / 1e9),
		GCCPU:      sampled(s[0]),
		Goroutines: sampled(s[1]),
		Created:    sampled(s[2]),
		MutexWait:  sampled(s[3]),
		sched:      histogramOf(s[4]),
	}
}

func sampled(s metrics.Sample) Value {
	switch s.Value.Kind() {
	case metrics.KindUint64:
		return Num(float64(s.Value.Uint64()))
	case metrics.KindFloat64:
		return Num(s.Value.Float64())
	}
	return NA(runtime.Version() + " has no " + s.Name)
}

func histogramOf(s metrics.Sample) histogram {
	if s.Value.Kind() != metrics.KindFloat64Histogram {
		return histogram{}
	}
	h := s.Value.Float64Histogram()
	return histogram{h.Counts, h.Buckets}
}

func (r Runtime) since(earlier Runtime, d *Delta) {
	d.Allocs = r.Allocs.minus(earlier.Allocs)
	d.AllocBytes = r.AllocBytes.minus(earlier.AllocBytes)
	d.GCs = r.GCs.minus(earlier.GCs)
	d.GCPause = r.GCPause.minus(earlier.GCPause)
	d.GCCPU = r.GCCPU.minus(earlier.GCCPU)
	d.Goroutines = r.Goroutines
	d.Created = r.Created.minus(earlier.Created)
	d.MutexWait = r.MutexWait.minus(earlier.MutexWait)
	d.Scheduled, d.SchedWait, d.SchedP99 = r.sched.since(earlier.sched)
}

// tracked is how many of a goroutine's waits for a thread there are for each
// that the histogram has: gTrackingPeriod in Go's runtime/runtime2.go.
const tracked = 8

// since returns how many waits there were since an earlier state, how long they
// took together, and their 99th percentile. The runtime observes one of eight of
// each goroutine, which is made up for, and buckets are a factor of 1.14 to 1.25 apart.
func (h histogram) since(earlier histogram) (number, sum, p99 Value) {
	if len(h.counts) == 0 || len(h.counts) != len(earlier.counts) {
		na := NA(runtime.Version() + " has no /sched/latencies:seconds")
		return na, na, na
	}
	var all, total float64
	for i, c := range h.counts {
		n := float64(c - earlier.counts[i])
		all += n
		if n > 0 {
			total += n * h.middle(i)
		}
	}
	below, last := 0.0, 0.0
	for i, c := range h.counts {
		if n := float64(c - earlier.counts[i]); n > 0 {
			below += n
			last = h.middle(i)
		}
		if below >= 0.99*all {
			break
		}
	}
	return Num(tracked * all), Num(tracked * total), Num(last)
}

// middle of a bucket; the outer ones have no end.
func (h histogram) middle(i int) float64 {
	low, high := h.buckets[i], h.buckets[i+1]
	switch {
	case math.IsInf(low, -1):
		return max(0, high)
	case math.IsInf(high, 1):
		return low
	}
	return (low + high) / 2
}
