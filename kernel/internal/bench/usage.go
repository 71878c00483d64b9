package bench

import (
	"time"

	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/runtime/counters"
)

// A usage is a reading of what this process has used so far.
type usage struct {
	cpu   measure.CPU
	tasks counters.Threads
}

// used is the difference of two readings.
type used struct{ user, system, wait time.Duration }

// usageBefore reads before a run, usageAfter behind it: the processor time last
// and first, so that reading the rest, which takes longer, is not counted.
// children adds the processor time of processes that this one has started and
// that still run.
func usageBefore(children bool) usage {
	u := usage{tasks: counters.ReadThreads(0)}
	if children {
		u.cpu = workers()
	}
	own := measure.ProcessCPU()
	u.cpu.User += own.User
	u.cpu.System += own.System
	return u
}

func usageAfter(children bool) usage {
	u := usage{cpu: measure.ProcessCPU()}
	u.tasks = counters.ReadThreads(0)
	if children {
		theirs := workers()
		u.cpu.User += theirs.User
		u.cpu.System += theirs.System
	}
	return u
}

// workers returns the processor time of processes below this one, 0 where it
// can't be read.
func workers() measure.CPU {
	w := counters.ReadWorkers()
	return measure.CPU{User: seconds(w.User.N), System: seconds(w.System.N)}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (u usage) since(earlier usage) used {
	cpu := u.cpu.Since(earlier.cpu)
	// A worker that ended meanwhile takes its past with it.
	wait, _ := u.tasks.Waited(earlier.tasks)
	return used{max(0, cpu.User), max(0, cpu.System), seconds(wait)}
}

// sample is the average of a number of runs that took so much together.
func sample(wall time.Duration, u used, runs int) Sample {
	per := 1 / float64(runs)
	return Sample{
		Wall: wall.Seconds() * per, User: u.user.Seconds() * per,
		System: u.system.Seconds() * per, Wait: u.wait.Seconds() * per,
	}
}
