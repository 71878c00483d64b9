package counters

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Event is something that the kernel or the processor counts.
type Event struct {
	Name    string   // as perf(1) lists it: "cache-misses"
	Aliases []string // other names that perf takes
	Kind    string   // "software", "hardware", "cache", "raw" or "sysfs"
	// Seconds says that the value is a time in seconds; else it is a number.
	Seconds bool
	// Reading is a sentence on how to read the figure.
	Reading string

	typ    uint32 // of perf_event_attr; for "sysfs" found when opened
	config uint64
	// instead names what getrusage or /proc tells where the kernel's own part
	// may not be counted: perf then shows 0.
	instead string
}

// Types and numbers of perf_event_open(2), from linux/perf_event.h.
const (
	typeHardware = 0
	typeSoftware = 1
	typeCache    = 3
	typeRaw      = 4
)

// kinds by which Event.Kind tells where a figure comes from.
const (
	kindSoftware = "software"
	kindHardware = "hardware"
	kindCache    = "cache"
	kindRaw      = "raw"
	kindSysfs    = "sysfs"
)

// Events lists all that have a name of their own, in perf's order. On top of
// them [Lookup] takes raw ones ("r01b1") and [List] those that this machine's
// kernel names for its processor.
var Events = slices.Concat(hardwareEvents, softwareEvents, cacheEvents(), topdownEvents)

var hardwareEvents = []Event{
	{Name: "cycles", Aliases: []string{"cpu-cycles"}, Kind: kindHardware, config: 0, Reading: "Ticks of the core's clock while the code ran; by task-clock they give the clock rate."},
	{Name: "instructions", Kind: kindHardware, config: 1, Reading: "How much work was asked for at all; per cycle it tells how well the core overlaps it. Compare it between variants of the same job only."},
	{Name: "cache-references", Kind: kindHardware, config: 2, Reading: "Requests that reached the last-level cache, as the levels above could not serve them."},
	{Name: "cache-misses", Kind: kindHardware, config: 3, Reading: "Requests that had to go to memory, some 100 ns each; by references they tell whether the data fits into the caches."},
	{Name: "branches", Aliases: []string{"branch-instructions"}, Kind: kindHardware, config: 4, Reading: "Jumps: every if, loop end and call."},
	{Name: "branch-misses", Kind: kindHardware, config: 5, Reading: "Jumps that were guessed wrongly, 15 to 20 lost cycles each: an if whose outcome has no pattern."},
	{Name: "bus-cycles", Kind: kindHardware, config: 6, Reading: "Ticks of the bus clock, which does not change with the core's speed."},
	{Name: "stalled-cycles-frontend", Aliases: []string{"idle-cycles-frontend"}, Kind: kindHardware, config: 7, Reading: "Cycles in which no instruction was ready to start: fetching and decoding held up, by jumps or by much code."},
	{Name: "stalled-cycles-backend", Aliases: []string{"idle-cycles-backend"}, Kind: kindHardware, config: 8, Reading: "Cycles in which instructions waited to be carried out: for memory or for an arithmetic unit."},
	{Name: "ref-cycles", Kind: kindHardware, config: 9, Reading: "Ticks of a clock with a fixed rate; cycles by these tell how much the core sped up or slowed down."},
}

var softwareEvents = []Event{
	{Name: "cpu-clock", Kind: kindSoftware, config: 0, Seconds: true, Reading: "Processor time by the kernel's timer."},
	{Name: "task-clock", Kind: kindSoftware, config: 1, Seconds: true, Reading: "Processor time of all threads; by the elapsed time it tells how many cores were busy."},
	{Name: "page-faults", Aliases: []string{"faults"}, Kind: kindSoftware, config: 2, instead: "faults", Reading: "First touches of fresh memory and, rarely, reads of files: many mean that much is allocated."},
	{Name: "context-switches", Aliases: []string{"cs"}, Kind: kindSoftware, config: 3, instead: "switches", Reading: "A thread left its core: it waited for something, or another program took the core."},
	{Name: "cpu-migrations", Aliases: []string{"migrations"}, Kind: kindSoftware, config: 4, instead: "migrations", Reading: "A thread went on on another core and found its first caches empty there."},
	{Name: "minor-faults", Kind: kindSoftware, config: 5, instead: "minor", Reading: "First touches of fresh memory, about 0.1 to 0.5 µs each: allocation, not computation."},
	{Name: "major-faults", Kind: kindSoftware, config: 6, instead: "major", Reading: "Memory that had to come from a disk: the machine is short of memory, or a mapped file is read."},
	{Name: "alignment-faults", Kind: kindSoftware, config: 7, Reading: "Accesses across an alignment that the processor left to the kernel; 0 on x86."},
	{Name: "emulation-faults", Kind: kindSoftware, config: 8, Reading: "Instructions that the kernel had to carry out for the processor."},
	{Name: "cgroup-switches", Kind: kindSoftware, config: 11, Reading: "Context switches to a task of another control group, such as another container."},
}

// cacheEvents makes perf's names for caches × operations × results: type 3,
// config = cache | operation<<8 | result<<16.
func cacheEvents() []Event {
	caches := []struct{ name, word string }{
		{"L1-dcache", "the first data cache"}, {"L1-icache", "the first instruction cache"}, {"LLC", "the last-level cache"},
		{"dTLB", "the table of data pages"}, {"iTLB", "the table of code pages"}, {"branch", "the branch predictor"}, {"node", "the memory of the own NUMA node"},
	}
	operations := []struct{ plural, single, word string }{
		{"loads", "load", "Loads"}, {"stores", "store", "Stores"}, {"prefetches", "prefetch", "Prefetches"},
	}
	var list []Event
	for c, cache := range caches {
		for o, op := range operations {
			if (strings.HasPrefix(cache.name, "i") || cache.name == "L1-icache" || cache.name == "branch") && op.single == "store" ||
				(cache.name == "iTLB" || cache.name == "branch") && op.single != "load" {
				continue // no such thing, as in perf's own table
			}
			config := uint64(c) | uint64(o)<<8
			asked := Event{Name: cache.name + "-" + op.plural, Kind: kindCache, typ: typeCache, config: config,
				Reading: op.word + " that asked " + cache.word + "."}
			missed := Event{Name: cache.name + "-" + op.single + "-misses", Kind: kindCache, typ: typeCache, config: config | 1<<16,
				Reading: op.word + " that did not find it in " + cache.word + missMeans[cache.name] + "."}
			list = append(list, asked, missed)
		}
	}
	return list
}

var missMeans = map[string]string{
	"L1-dcache": " and took 10 cycles or more: data that is not near what was used just before",
	"LLC":       " and went to memory, some 100 ns: the data is larger than the cache or used in a scattered order",
	"dTLB":      ": the page's address had to be looked up, so data is spread over many pages",
}

// topdownEvents are Intel's (ice lake and later): parts of the slots in which an
// instruction could have started. The kernel lets them be counted only in a
// group that slots leads; it names their codes in /sys.
var topdownEvents = []Event{
	{Name: "slots", Kind: kindSysfs, Reading: "Places in which an instruction could have started: cycles times the core's width."},
	{Name: "topdown-retiring", Kind: kindSysfs, Reading: "Slots whose instruction was of use."},
	{Name: "topdown-bad-spec", Kind: kindSysfs, Reading: "Slots lost to work that was begun on a wrong guess."},
	{Name: "topdown-fe-bound", Kind: kindSysfs, Reading: "Slots that stayed empty as no instruction had been fetched and decoded."},
	{Name: "topdown-be-bound", Kind: kindSysfs, Reading: "Slots that stayed empty as execution or memory was not ready."},
}

func init() {
	for i := range Events {
		switch Events[i].Kind {
		case kindSoftware:
			Events[i].typ = typeSoftware
		case kindHardware:
			Events[i].typ = typeHardware
		}
	}
}

// Lookup returns the event of that name: one of [Events], by its name or an
// alias, or a raw one, "r" and the code in hexadecimal digits. The error names
// the nearest event there is.
func Lookup(name string) (Event, error) {
	for _, e := range Events {
		if e.Name == name || slices.Contains(e.Aliases, name) {
			return e, nil
		}
	}
	if code, ok := strings.CutPrefix(name, "r"); ok && code != "" {
		if config, err := strconv.ParseUint(code, 16, 64); err == nil {
			return Event{Name: name, Kind: kindRaw, typ: typeRaw, config: config, Reading: "A raw code of this processor; its manual says what it counts."}, nil
		}
	}
	return Event{}, fmt.Errorf("there is no event %q%s", name, meant(name))
}

// meant names the nearest event or set.
func meant(name string) string {
	best, least := "", len(name)/2+1
	try := func(candidate string) {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	for _, s := range Sets {
		try(s.Name)
	}
	for _, e := range Events {
		try(e.Name)
		for _, a := range e.Aliases {
			try(a)
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is Levenshtein's: letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
