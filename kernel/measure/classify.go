package measure

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// What code may be bound by: the four groups of An, "Python and Parallel
// Programming", section 4.2.
const (
	CPUBound    = "CPU-bound"    // arithmetic: more cores, more speed
	IOBound     = "I/O-bound"    // waiting, or work of the system for files and network
	MemoryBound = "memory-bound" // moving data
	Overhead    = "overhead"     // so little work that organizing it costs more
)

// A Classification says what bounds some code, with the evidence.
type Classification struct {
	Text        string     `json:"text"`
	Engine      string     `json:"engine"`
	Group       string     `json:"group"`   // CPUBound, IOBound, MemoryBound, Overhead or CantTell
	Verdict     string     `json:"verdict"` // a sentence
	Evidence    []Evidence `json:"evidence"`
	Notes       []string   `json:"notes,omitempty"`
	Interrupted bool       `json:"interrupted,omitempty"`
	Cost        PerfResult `json:"cost"` // what was counted
}

// Evidence is one figure that a verdict rests on.
type Evidence struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`  // "%", "/s", "×", "cores"
	Limit string  `json:"limit"` // from where on it speaks for a group: "> 50 %"
	For   string  `json:"for"`   // the group, where the limit is passed
	Why   string  `json:"why"`   // the limit's reason
	// Unavailable is empty, or says why there is no figure.
	Unavailable string `json:"unavailable,omitempty"`
}

// Limits of classify. Each stands far from what the other groups show: the four
// archetypes of the test lie at twice or half of them.
const (
	idleLimit     = 0.4  // of the time no thread runs or wants to: computing code shows less than 0.1
	overheadLimit = 0.3  // of processor time for starting and waking goroutines: blocks of work that are worth it show less than 0.1
	allocLimit    = 0.4  // of processor time for allocating and collecting
	systemLimit   = 0.4  // of processor time in the system: computing shows less than 0.05
	sharingLimit  = 1.08 // slowdown beside a neighbour that streams through memory: arithmetic shows 0.97 to 1.04
	sharingSome   = 1.03 // the same where simulated misses say so, too
	missLimit     = 0.3  // of processor time for cache misses at missCost
	simulateLimit = 0.5  // the same for simulated ones at the latency measured now, of which a prefetcher hides some
	rateLimit     = 0.5  // of the memory's bandwidth, measured now, that simulated misses amount to
)

// Costs that shares are estimated with, in seconds.
const (
	allocCost = 25e-9  // an allocation of a small object
	faultCost = 0.5e-6 // the first touch of a page, in a virtual machine
	missCost  = 80e-9  // a load from memory, where it is not measured
	lineBytes = 64     // of a cache line, which a miss moves
)

// ClassifyOptions are those of [Classify].
type ClassifyOptions struct {
	PerfOptions
	// Misses is how often a call misses the last cache as a simulation found
	// it, which makes the verdict surer; its Unavailable says why it is not known.
	Misses Figure `json:"misses"`
}

// Classify finds out what bounds f: it counts what a second's worth of calls
// costs, and, for code that keeps a core busy, how much slower it gets beside a
// neighbour on another core that streams through memory than beside one that
// only computes (the idea of bubbles: Mars and others, "Bubble-Up", MICRO 2011).
// That tells memory-bound code also where the processor's counters can't be read.
// The error is about names of events.
func Classify(o ClassifyOptions, f func()) (Classification, error) {
	return ClassifyBody(o, Variant{Name: o.Text, Text: o.Text, Body: repeat(f)})
}

// ClassifyBody does as Classify for a Variant. An interrupt of the cell ends it;
// the verdict is then CantTell.
func ClassifyBody(o ClassifyOptions, v Variant) (Classification, error) {
	if len(o.Events) == 0 {
		o.Events = []string{"default", "cache"}
	}
	if o.Runs <= 0 {
		o.Runs = 9
	}
	partial := o.Partial
	if partial != nil {
		o.Partial = func(result any) {
			partial(Classification{Text: o.Text, Engine: o.Engine, Group: CantTell, Interrupted: true, Cost: result.(PerfResult), Verdict: "the code did not run to its end"})
		}
	}
	results, err := PerfBodies(o.PerfOptions, v)
	if err != nil {
		return Classification{}, err
	}
	r := results[0]
	c := Classification{Text: r.Text, Engine: o.Engine, Group: CantTell, Cost: r, Notes: r.Notes()}
	if c.Interrupted = r.Runs == 0 || interrupt.Raised(); c.Interrupted {
		c.Verdict = "interrupted before enough was measured"
		return c, nil
	}
	spawn, wake := goroutineCosts()
	e := gather(r, o.Misses, spawn, wake)
	// Two groups are told apart by the neighbour; the others need none.
	switch group, _ := e.judge(); group {
	case CPUBound, MemoryBound:
		if e.simulated.Unavailable == "" {
			e.simulate(memorySpeed())
		}
		e.sharing = e.beside(v, r)
	default:
		e.sharing.Unavailable = "not measured: other figures say enough"
	}
	if c.Interrupted = interrupt.Raised(); c.Interrupted {
		c.Verdict = "interrupted before enough was measured"
		return c, nil
	}
	c.Group, c.Verdict = e.judge()
	c.Evidence = e.list()
	if o.Engine == "interpreted" {
		c.Notes = append(c.Notes, "interpreted code: the interpreter's own work and memory are part of all figures")
	}
	return c, nil
}

// evidence holds the figures that judge weighs.
type evidence struct {
	cores, idle, system, switches, faults, gc, alloc, overhead, fault, misses, simulated, rate, bandwidth, sharing Evidence

	missesPerCall Figure
	cpuPerCall    float64 // seconds
	restless      bool    // sharing could not be told
}

// gather makes figures of what was counted.
func gather(r PerfResult, simulated Figure, spawn, wake float64) *evidence {
	wall := r.Wall.Mean
	row := func(source, name string) PerfRow { return r.find(source, name) }
	user, system := row(fromRusage, "user"), row(fromRusage, "sys")
	cpu := user.Mean + system.Mean
	figure := func(name, unit, limit, why string, v float64, needs ...PerfRow) Evidence {
		x := Evidence{Name: name, Unit: unit, Limit: limit, Why: why, Value: v}
		for _, n := range needs {
			if n.Unavailable != "" {
				x.Value, x.Unavailable = 0, n.Unavailable
				return x
			}
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			x.Value, x.Unavailable = 0, "no processor time was used"
		}
		return x
	}
	e := &evidence{}
	cores := row(fromChildren, "cores used")
	e.cores = figure("cores used", "cores", "", "user, system and children by wall time", cores.Mean, cores)
	idle := 1 - cores.Mean - r.WaitShare
	e.idle = figure("idle", "%", fmt.Sprintf("> %.0f %%", 100*idleLimit), "part of the time in which no thread ran or wanted to: it waited for something outside", 100*max(0, idle), cores)
	e.system = figure("system", "%", fmt.Sprintf("> %.0f %%", 100*systemLimit), "part of processor time in the operating system; computing needs next to none", 100*system.Mean/cpu, user, system)
	voluntary, involuntary := row(fromRusage, "voluntary-switches"), row(fromRusage, "involuntary-switches")
	e.switches = figure("switches", "/s", "", "a thread left its core, most often to wait", (voluntary.Mean+involuntary.Mean)/wall, voluntary, involuntary)
	minor, major := row(fromRusage, "minor-faults"), row(fromRusage, "major-faults")
	e.faults = figure("page faults", "/s", "", "first touches of fresh memory", (minor.Mean+major.Mean)/wall, minor, major)
	e.fault = figure("faults' share", "%", "", fmt.Sprintf("of processor time, at %.1f µs each", faultCost*1e6), 100*(minor.Mean+major.Mean)*faultCost/cpu, minor, major)
	gc := row(fromRuntime, "collector's CPU")
	e.gc = figure("collector", "%", "", "part of processor time", 100*gc.Mean/cpu, gc)
	allocs := row(fromRuntime, "allocations")
	e.alloc = figure("allocating and collecting", "%", fmt.Sprintf("> %.0f %%", 100*allocLimit), fmt.Sprintf("of processor time: the collector's, and %.0f ns an allocation; less garbage would help more than more cores", allocCost*1e9),
		100*(allocs.Mean*allocCost+gc.Mean)/cpu, allocs)
	begun, woken := row(fromRuntime, "goroutines begun"), row(fromRuntime, "goroutines woken")
	e.overhead = figure("goroutines", "%", fmt.Sprintf("> %.0f %%", 100*overheadLimit),
		fmt.Sprintf("of processor time for starting (%s each, measured now) and waking them (%s): their work is too small", FormatSeconds(spawn, 2), FormatSeconds(wake, 2)),
		100*(begun.Mean*spawn+max(0, woken.Mean-begun.Mean)*wake)/cpu, begun, woken)
	misses := r.Row("cache-misses")
	e.misses = figure("cache misses", "%", fmt.Sprintf("> %.0f %%", 100*missLimit), fmt.Sprintf("of processor time, at %.0f ns each", missCost*1e9), 100*misses.Mean*missCost/cpu, misses)
	e.simulated = Evidence{Name: "simulated cache misses", Unit: "%", Limit: fmt.Sprintf("> %.0f %%", 100*simulateLimit)}
	e.rate = Evidence{Name: "simulated memory traffic", Unit: "%", Limit: fmt.Sprintf("> %.0f %%", 100*rateLimit)}
	e.missesPerCall, e.cpuPerCall = simulated, cpu
	e.simulated.Unavailable, e.rate.Unavailable = simulated.Unavailable, simulated.Unavailable
	if simulated.Unavailable == "" {
		e.simulate(missCost, math.Inf(1))
	}
	e.bandwidth = figure("from memory", "GB/s", "", "64 B for each cache miss", misses.Mean*lineBytes/wall/1e9, misses)
	e.sharing = Evidence{Name: "slowdown beside a streaming neighbour", Unit: "×", Limit: fmt.Sprintf("> %.2f", sharingLimit),
		Why: "against one that only computes: who needs memory or the last-level cache suffers when another core fills them"}
	return e
}

// simulate puts simulated misses into relation to the processor time, given what
// a load from memory takes and how many bytes a second memory gives, +Inf if
// that was not measured.
func (e *evidence) simulate(latency, bandwidth float64) {
	misses, cpu := e.missesPerCall.Value, e.cpuPerCall
	if cpu <= 0 {
		e.simulated.Unavailable, e.rate.Unavailable = "no processor time was used", "no processor time was used"
		return
	}
	e.simulated.Value = 100 * misses * latency / cpu
	e.simulated.Why = fmt.Sprintf("of processor time, at %s each; a prefetcher hides some", FormatSeconds(latency, 2))
	if math.IsInf(bandwidth, 1) {
		e.rate.Unavailable = "not measured: other figures say enough"
		return
	}
	e.simulated.Why = fmt.Sprintf("of processor time, at %s each, as memory was measured; a prefetcher hides some", FormatSeconds(latency, 2))
	e.rate.Value, e.rate.Unavailable = 100*misses*lineBytes/bandwidth/cpu, ""
	e.rate.Why = fmt.Sprintf("of what memory gives one thread, %.1f GB/s, measured now", bandwidth/1e9)
}

// find returns the row of that source and name.
func (r PerfResult) find(source, name string) PerfRow {
	for _, row := range r.all() {
		if row.Name == name && row.Source == source {
			return row
		}
	}
	return PerfRow{Name: name, Unavailable: "it was not counted"}
}

func (e *evidence) list() []Evidence {
	return []Evidence{e.cores, e.idle, e.overhead, e.alloc, e.system, e.sharing, e.misses, e.simulated, e.rate, e.bandwidth, e.switches, e.faults, e.fault, e.gc}
}

// over says whether a figure is there and above a limit in its own unit.
func (x *Evidence) over(limit float64, group string) bool {
	if x.Unavailable == "" && x.Value > limit {
		x.For = group
		return true
	}
	return false
}

// judge weighs the evidence. Waiting comes first: nothing else matters to code
// that does not run. Then come goroutines and allocating, as they also cost
// system time and memory traffic, which would seem causes otherwise.
func (e *evidence) judge() (group, verdict string) {
	idle := e.idle.over(100*idleLimit, IOBound)
	goroutines := e.overhead.over(100*overheadLimit, Overhead)
	alloc := e.alloc.over(100*allocLimit, Overhead)
	system := e.system.over(100*systemLimit, IOBound)
	sharing := e.sharing.over(sharingLimit, MemoryBound)
	misses := e.misses.over(100*missLimit, MemoryBound)
	simulated := e.simulated.over(100*simulateLimit, MemoryBound)
	if simulated && !sharing && e.sharing.Unavailable == "" && !e.restless {
		// A prefetcher may hide them all: a quiet neighbourhood tells.
		simulated = e.sharing.over(sharingSome, MemoryBound)
	}
	rate := e.rate.over(100*rateLimit, MemoryBound)
	switch {
	case e.cores.Unavailable != "":
		return CantTell, "processor time is not known: " + e.cores.Unavailable
	case idle:
		return IOBound, fmt.Sprintf("it waits: of the time no thread runs or wants to %.0f %%, so overlapping the waits helps and faster cores do not", e.idle.Value)
	case goroutines:
		return Overhead, fmt.Sprintf("starting and waking goroutines takes about %.0f %% of the processor time, so larger pieces of work help", e.overhead.Value)
	case alloc:
		return Overhead, fmt.Sprintf("allocating and collecting takes about %.0f %% of the processor time, so using memory again helps", e.alloc.Value)
	case system && e.fault.Unavailable == "" && e.fault.Value > e.system.Value/2:
		e.system.For = Overhead
		return Overhead, fmt.Sprintf("the system spends its time giving it fresh memory (%.0f page faults a second), so using memory again helps", e.faults.Value)
	case system:
		return IOBound, fmt.Sprintf("%.0f %% of the processor time is the system's, for files, network or threads, so fewer and larger requests help", e.system.Value)
	case sharing:
		return MemoryBound, fmt.Sprintf("it takes %.2f times as long beside a neighbour that streams through memory, so data that is smaller, or used again while it is near, helps; %%cachesim shows where", e.sharing.Value)
	case misses:
		return MemoryBound, fmt.Sprintf("cache misses take about %.0f %% of the processor time, so data that is smaller, or used again while it is near, helps; %%cachesim shows where", e.misses.Value)
	case rate:
		return MemoryBound, fmt.Sprintf("its simulated cache misses move %.0f %% of what memory gives, so data that is smaller, or used again while it is near, helps; %%cachesim shows where", e.rate.Value)
	case simulated:
		return MemoryBound, fmt.Sprintf("simulated cache misses would take %.0f %% of the processor time, so data that is smaller, or used again while it is near, helps; %%cachesim shows where", e.simulated.Value)
	}
	e.simulated.For = ""
	e.cores.For = CPUBound
	text := fmt.Sprintf("it keeps %.2f cores busy with its own instructions", e.cores.Value)
	if e.cores.Value < 0.8 && e.cores.Unavailable == "" {
		text = fmt.Sprintf("it uses all the processor time it gets, %.2f cores, for its own instructions", e.cores.Value)
	}
	if e.sharing.Unavailable == "" && !e.restless {
		text += " and does not mind a neighbour that uses the memory"
	}
	if e.cores.Value < 1.2 && runtime.GOMAXPROCS(0) > 1 {
		return CPUBound, text + ", so spreading it over cores helps"
	}
	return CPUBound, text + ", so fewer or vector instructions help"
}

// goroutineCosts measures what starting a goroutine and waking one cost now, in
// seconds, the best of several.
func goroutineCosts() (spawn, wake float64) {
	const number = 500
	spawn, wake = math.Inf(1), math.Inf(1)
	for range 5 {
		done := make(chan struct{}, number)
		from := time.Now()
		for range number {
			go func() { done <- struct{}{} }()
		}
		for range number {
			<-done
		}
		spawn = min(spawn, time.Since(from).Seconds()/number)
		there, back := make(chan int), make(chan int)
		go func() {
			for range there {
				back <- 0
			}
		}()
		from = time.Now()
		for range number {
			there <- 0
			<-back
		}
		wake = min(wake, time.Since(from).Seconds()/(2*number))
		close(there)
	}
	return spawn, wake
}

// beside measures the code beside a neighbour that streams and one that
// computes, in turns.
func (e *evidence) beside(v Variant, r PerfResult) Evidence {
	x := e.sharing
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		x.Unavailable = "it takes a second core"
		return x
	}
	alone := e.cores.Value < 1.2 && e.overhead.Value < 5 // else its goroutines are to share threads as ever
	n := startNeighbour()
	defer n.end()
	const rounds = 15
	var ratios []float64
	for round := range rounds {
		var took [2]float64
		for i := range 2 {
			streams := (i+round)%2 == 1
			n.set(streams)
			seconds, ok := callTime(v, r.Loops, alone)
			if !ok {
				x.Unavailable = "interrupted"
				return x
			}
			if streams {
				took[1] = seconds
			} else {
				took[0] = seconds
			}
		}
		if took[0] > 0 {
			ratios = append(ratios, took[1]/took[0])
		}
	}
	sum := Summarize(ratios)
	if x.Value = sum.Median; sum.Interval.Low <= 1 && x.Value > sharingSome {
		x.Value, e.restless = 1, true
		x.Why = fmt.Sprintf("it was slower in the median, but not for sure [%.2f, %.2f]: the machine is too restless to tell", sum.Interval.Low, sum.Interval.High)
	}
	return x
}

// callTime is what loops calls take: processor time of the thread if the code
// runs on one alone, which other programs disturb less, else wall time.
func callTime(v Variant, loops int, alone bool) (seconds float64, ok bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, from := counters.ThreadCPU(), time.Now()
	v.Body(loops, 0)
	wall := time.Since(from).Seconds()
	after := counters.ThreadCPU()
	if cpu := after.N - before.N; alone && before.OK() && after.OK() && cpu > wall/2 {
		return cpu, !interrupt.Raised()
	}
	return wall, !interrupt.Raised()
}
