package measure

import "github.com/weft-go/weft/runtime/counters"

// Sources of rows.
const (
	fromRusage   = "getrusage"
	fromChildren = "children" // getrusage of those that ended, /proc of those that run
	fromRuntime  = "Go runtime"
	fromSystem   = "system"
)

// Keys of rows in which what the counting itself allocates is taken off.
const (
	allocsRow = fromRuntime + " allocations"
	bytesRow  = fromRuntime + " allocated"
)

// A runtimeRow is a figure that is counted beside the events.
type runtimeRow struct {
	PerfRow
	get func(d *counters.Delta) counters.Value
}

// runtimeRows are those that every result has, in the order shown: times
// first.
var runtimeRows = []runtimeRow{
	{PerfRow{Name: "user", Unit: "s", Source: fromRusage, timing: true,
		Reading: "Processor time in the program's own code, of all its threads; Go's collector is part of it."},
		func(d *counters.Delta) counters.Value { return d.User }},
	{PerfRow{Name: "sys", Unit: "s", Source: fromRusage, timing: true,
		Reading: "Processor time in the operating system on behalf of the program: files, network, fresh memory, waking threads."},
		func(d *counters.Delta) counters.Value { return d.System }},
	{PerfRow{Name: "children", Unit: "s", Source: fromChildren, timing: true,
		Reading: "Processor time of worker processes, user and system, in steps of 10 ms while they run."},
		func(d *counters.Delta) counters.Value { return d.Children() }},
	{PerfRow{Name: "cores used", Source: fromChildren, level: true, timing: true,
		Reading: "User, system and children by elapsed time: 1 is one busy core; less means waiting, more means parallel work."},
		func(d *counters.Delta) counters.Value { return d.Cores() }},

	{PerfRow{Name: "minor-faults", Source: fromRusage,
		Reading: "First touches of fresh memory, some tenths of a microsecond each."},
		func(d *counters.Delta) counters.Value { return d.MinorFaults }},
	{PerfRow{Name: "major-faults", Source: fromRusage,
		Reading: "Pages that had to come from a disk."},
		func(d *counters.Delta) counters.Value { return d.MajorFaults }},
	{PerfRow{Name: "voluntary-switches", Source: fromRusage,
		Reading: "A thread gave its core away as it had to wait: for a lock, a file, the network, or for work."},
		func(d *counters.Delta) counters.Value { return d.Voluntary }},
	{PerfRow{Name: "involuntary-switches", Source: fromRusage,
		Reading: "A thread was sent off its core in favour of another: more threads or programs than cores."},
		func(d *counters.Delta) counters.Value { return d.Involuntary }},
	{PerfRow{Name: "run-queue wait", Unit: "s", Source: fromSystem,
		Reading: "How long threads that did the work could have run but had no core; more than 5 % of the elapsed time disturbs a measurement."},
		func(d *counters.Delta) counters.Value { return d.Wait }},

	{PerfRow{Name: "allocations", Source: fromRuntime,
		Reading: "Objects put on the heap: each costs 20 ns or more and work for the collector later."},
		func(d *counters.Delta) counters.Value { return d.Allocs }},
	{PerfRow{Name: "allocated", Unit: "B", Source: fromRuntime,
		Reading: "Bytes put on the heap; how often the collector runs depends on them."},
		func(d *counters.Delta) counters.Value { return d.AllocBytes }},
	{PerfRow{Name: "collections", Source: fromRuntime,
		Reading: "Runs of the garbage collector."},
		func(d *counters.Delta) counters.Value { return d.GCs }},
	{PerfRow{Name: "collector's CPU", Unit: "s", Source: fromRuntime,
		Reading: "Processor time of the collector, part of user time; it grows only when a collection ends."},
		func(d *counters.Delta) counters.Value { return d.GCCPU }},
	{PerfRow{Name: "pauses", Unit: "s", Source: fromRuntime,
		Reading: "Time in which the collector stopped the whole program."},
		func(d *counters.Delta) counters.Value { return d.GCPause }},
	{PerfRow{Name: "goroutines begun", Source: fromRuntime,
		Reading: "Each costs 0.3 to 0.6 µs: give one more to do than that."},
		func(d *counters.Delta) counters.Value { return d.Created }},
	{PerfRow{Name: "goroutines woken", Source: fromRuntime,
		Reading: "How often a goroutine that had waited was put on a thread again, from one of eight that the runtime observes; each costs 0.1 µs or more."},
		func(d *counters.Delta) counters.Value { return d.Scheduled }},
	{PerfRow{Name: "mutex wait", Unit: "s", Source: fromRuntime,
		Reading: "How long goroutines waited for locks, all of them together."},
		func(d *counters.Delta) counters.Value { return d.MutexWait }},
	{PerfRow{Name: "peak memory", Unit: "B", Source: fromSystem, level: true,
		Reading: "The most memory that the process has had in use since it began."},
		func(d *counters.Delta) counters.Value { return d.PeakRSS }},
}
