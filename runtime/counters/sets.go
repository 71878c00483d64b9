package counters

import (
	"fmt"
	"strings"
)

// A Set is a list of events that answer a question together, as in LIKWID's
// groups.
type Set struct {
	Name   string
	Short  string // the question, in a line
	Events []string
}

// Sets are the groups of events that have names.
var Sets = []Set{
	{"default", "how busy, how well used: what perf stat shows without options", []string{
		"task-clock", "context-switches", "cpu-migrations", "page-faults", "cycles", "instructions", "branches", "branch-misses"}},
	{"cache", "does the data fit into the caches?", []string{
		"task-clock", "cycles", "instructions", "L1-dcache-loads", "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses", "cache-references", "cache-misses"}},
	{"branch", "are jumps guessed well?", []string{
		"task-clock", "cycles", "instructions", "branches", "branch-misses"}},
	{"tlb", "is data spread over too many pages?", []string{
		"task-clock", "page-faults", "minor-faults", "major-faults", "dTLB-loads", "dTLB-load-misses", "iTLB-loads", "iTLB-load-misses"}},
	{"stalls", "what does the core wait for?", []string{
		"task-clock", "cycles", "instructions", "stalled-cycles-frontend", "stalled-cycles-backend",
		"slots", "topdown-retiring", "topdown-bad-spec", "topdown-fe-bound", "topdown-be-bound"}},
	{"software", "what the kernel counts on every machine", []string{
		"task-clock", "cpu-clock", "context-switches", "cpu-migrations", "page-faults", "minor-faults", "major-faults"}},
}

// Expand replaces the names of sets in a list of names by their events, each
// event once, and checks all. The error names what is not known, all in one
// message.
func Expand(names ...string) ([]Event, error) {
	var list []Event
	var wrong []string
	have := make(map[string]bool)
	add := func(e Event) {
		if !have[e.Name] {
			have[e.Name] = true
			list = append(list, e)
		}
	}
next:
	for _, name := range names {
		for _, s := range Sets {
			if s.Name == name {
				for _, n := range s.Events {
					e, err := Lookup(n)
					if err != nil {
						panic("BUG: set " + s.Name + ": " + err.Error())
					}
					add(e)
				}
				continue next
			}
		}
		e, err := Lookup(name)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		add(e)
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(wrong, "; "))
	}
	return list, nil
}

// A Metric is a quotient that says more than the count beside which it stands.
type Metric struct {
	Event  string  // beside whose row it stands
	By     string  // divisor: an event, or "wall"
	Scale  float64 // factor: 100 for per cent
	Format string  // of fmt, with one %…f and the words behind it
}

// Metrics are what perf stat derives, the first whose divisor is known is shown.
var Metrics = []Metric{
	{"task-clock", "wall", 1, "%.3f CPUs utilized"},
	{"cpu-clock", "wall", 1, "%.3f CPUs utilized"},
	{"cycles", "task-clock", 1e-9, "%.3f GHz"},
	{"instructions", "cycles", 1, "%.2f insn per cycle"},
	{"branch-misses", "branches", 100, "%.2f%% of all branches"},
	{"branches", "task-clock", 1e-6, "%.3f M/sec"},
	{"cache-misses", "cache-references", 100, "%.2f%% of all cache refs"},
	{"L1-dcache-load-misses", "L1-dcache-loads", 100, "%.2f%% of all L1-dcache accesses"},
	{"L1-dcache-store-misses", "L1-dcache-stores", 100, "%.2f%% of all L1-dcache stores"},
	{"L1-icache-load-misses", "L1-icache-loads", 100, "%.2f%% of all L1-icache accesses"},
	{"LLC-load-misses", "LLC-loads", 100, "%.2f%% of all LL-cache accesses"},
	{"LLC-store-misses", "LLC-stores", 100, "%.2f%% of all LL-cache stores"},
	{"dTLB-load-misses", "dTLB-loads", 100, "%.2f%% of all dTLB cache accesses"},
	{"iTLB-load-misses", "iTLB-loads", 100, "%.2f%% of all iTLB cache accesses"},
	{"branch-load-misses", "branch-loads", 100, "%.2f%% of all branch loads"},
	{"node-load-misses", "node-loads", 100, "%.2f%% of all node loads"},
	{"stalled-cycles-frontend", "cycles", 100, "%.2f%% frontend cycles idle"},
	{"stalled-cycles-backend", "cycles", 100, "%.2f%% backend cycles idle"},
	{"topdown-retiring", "slots", 100, "%.1f%% Retiring"},
	{"topdown-bad-spec", "slots", 100, "%.1f%% Bad Speculation"},
	{"topdown-fe-bound", "slots", 100, "%.1f%% Frontend Bound"},
	{"topdown-be-bound", "slots", 100, "%.1f%% Backend Bound"},
}

// Derived returns the metric that stands beside a count: "1.23 insn per cycle",
// and "" where there is none or its divisor is not known. All other counts are
// shown per second of processor time, as perf does. wall is in seconds.
func Derived(c Count, all []Count, wall float64) string {
	if !c.Value.OK() {
		return ""
	}
	find := func(name string) (float64, bool) {
		if name == "wall" {
			return wall, wall > 0
		}
		for _, pmu := range []string{c.PMU, ""} {
			for _, o := range all {
				if o.Event.Name == name && o.PMU == pmu && o.Value.OK() && o.Value.N > 0 {
					return o.Value.N, true
				}
			}
		}
		return 0, false
	}
	for _, m := range Metrics {
		if m.Event != c.Event.Name {
			continue
		}
		if by, ok := find(m.By); ok {
			return fmt.Sprintf(m.Format, c.Value.N/by*m.Scale)
		}
	}
	if clock, ok := find("task-clock"); ok && !c.Event.Seconds {
		return perSecond(c.Value.N / clock)
	}
	return ""
}

func perSecond(rate float64) string {
	switch {
	case rate >= 1e9:
		return fmt.Sprintf("%.3f G/sec", rate/1e9)
	case rate >= 1e6:
		return fmt.Sprintf("%.3f M/sec", rate/1e6)
	case rate >= 1e3:
		return fmt.Sprintf("%.3f K/sec", rate/1e3)
	}
	return fmt.Sprintf("%.3f /sec", rate)
}
