package counters

import (
	"fmt"
	"runtime"
	"time"
)

// WaitLimit and StealLimit say from which part of the time on a measurement
// counts as disturbed: 5 % of the wall time in which a thread that did the work
// waited for a processor, and 1 % of the processors' time taken by other virtual
// machines. A quiet machine shows less than a tenth of both.
const (
	WaitLimit  = 0.05
	StealLimit = 0.01
)

// A Disturbance says what kept a measurement from being a fair one.
type Disturbance struct {
	Wait  Value `json:"wait"`  // part of the wall time that the worst thread waited for a processor
	Steal Value `json:"steal"` // part of the processors' time that other virtual machines took
	// Reasons are sentences, one for each limit that was passed. None: a quiet
	// machine, as far as is known.
	Reasons []string `json:"reasons,omitempty"`
}

// Disturbed reports whether a limit was passed.
func (d Disturbance) Disturbed() bool { return len(d.Reasons) > 0 }

// Disturbance judges what happened between two readings.
func (d Delta) Disturbance() Disturbance {
	x := Disturbance{Wait: d.WorstWait.over(Num(d.Wall)), Steal: d.Steal}
	if x.Wait.OK() && x.Wait.N > WaitLimit {
		x.Reasons = append(x.Reasons, fmt.Sprintf("a thread that did the work waited %.0f %% of the time for a processor: other programs, or more threads than the %d cores, were using them",
			100*x.Wait.N, runtime.NumCPU()))
	}
	if x.Steal.OK() && x.Steal.N > StealLimit {
		x.Reasons = append(x.Reasons, fmt.Sprintf("other virtual machines took %.1f %% of the processors' time", 100*x.Steal.N))
	}
	return x
}

// A Noise is the part of a reading that tells disturbances: threads and stolen
// time. ReadNoise takes 5 µs for each thread and 30 µs more, so that it can stand
// around a sample of some milliseconds.
type Noise struct {
	when    time.Time
	threads Threads
	all     Value
	stolen  Value
}

// ReadNoise reads what tells disturbances.
func ReadNoise() Noise {
	all, stolen := processorTime()
	return Noise{time.Now(), ReadThreads(0), all, stolen}
}

// Since judges what happened since an earlier reading. The system counts stolen
// time in steps of 10 ms: over less than a second, Steal is rough.
func (n Noise) Since(earlier Noise) Disturbance {
	d := Delta{Wall: n.when.Sub(earlier.when).Seconds()}
	d.Wait, d.WorstWait = n.threads.waitValues(earlier.threads)
	Machine{All: n.all, Stolen: n.stolen}.since(Machine{All: earlier.all, Stolen: earlier.stolen}, &d)
	return d.Disturbance()
}
