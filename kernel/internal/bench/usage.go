package bench

import (
	"time"

	"github.com/weft-go/weft/kernel/measure"
)

// A schedule is what the operating system's scheduler knows of a process's
// threads, by their numbers.
type schedule map[string]thread

type thread struct {
	run  time.Duration // it ran
	wait time.Duration // it could run but had no processor
}

// run returns how long all threads have run.
func (s schedule) run() time.Duration {
	var sum time.Duration
	for _, t := range s {
		sum += t.run
	}
	return sum
}

// waited returns how long the threads that did the work since an earlier reading
// waited for a processor. Others wait without holding anything up: the runtime's
// own threads, which wake up for some microseconds behind one that computes.
func (s schedule) waited(earlier schedule) time.Duration {
	var most, sum time.Duration
	for id, t := range s {
		most = max(most, t.run-earlier[id].run)
	}
	for id, t := range s {
		if t.run-earlier[id].run > most/5 {
			sum += max(0, t.wait-earlier[id].wait)
		}
	}
	return sum
}

// A usage is a reading of what this process has used so far.
type usage struct {
	cpu   measure.CPU
	tasks schedule
}

// used is the difference of two readings.
type used struct{ user, system, wait time.Duration }

// usageBefore reads before a run, usageAfter behind it: the processor time last
// and first, so that reading the rest, which takes longer, is not counted.
// children adds the processor time of processes that this one has started and
// that still run.
func usageBefore(children bool) usage {
	u := usage{tasks: threads(0)}
	if children {
		u.cpu = descendants()
	}
	own := measure.ProcessCPU()
	u.cpu.User += own.User
	u.cpu.System += own.System
	return u
}

func usageAfter(children bool) usage {
	u := usage{cpu: measure.ProcessCPU()}
	u.tasks = threads(0)
	if children {
		theirs := descendants()
		u.cpu.User += theirs.User
		u.cpu.System += theirs.System
	}
	return u
}

func (u usage) since(earlier usage) used {
	cpu := u.cpu.Since(earlier.cpu)
	// A worker that ended meanwhile takes its past with it.
	return used{max(0, cpu.User), max(0, cpu.System), u.tasks.waited(earlier.tasks)}
}

// sample is the average of a number of runs that took so much together.
func sample(wall time.Duration, u used, runs int) Sample {
	per := 1 / float64(runs)
	return Sample{
		Wall: wall.Seconds() * per, User: u.user.Seconds() * per,
		System: u.system.Seconds() * per, Wait: u.wait.Seconds() * per,
	}
}
