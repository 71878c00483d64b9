// Package collect takes profiles and traces of a cell while it runs, in the
// session. What it takes goes to the front as a Report, where package profile
// reads it: the session links nothing that could.
//
// One profile or trace can be taken at a time in a process, because Go's
// runtime has one of each. A second one is refused with ErrBusy.
package collect

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
	"syscall"
	"time"
)

// The ways in which a Report came about.
const (
	WayProfiler = "profiler" // Go's CPU profiler: compiled code
	WayStacks   = "stacks"   // stacks of all goroutines, looked at again and again: interpreted code
	WayTrace    = "trace"    // Go's execution trace
)

// A Report is what was taken of one run.
type Report struct {
	Way    string  `json:"way"`
	Text   string  `json:"text"`   // what ran, as typed
	Engine string  `json:"engine"` // what ran it
	Cell   int     `json:"cell"`   // the cell's number in the session, its goroutines' label
	Root   int64   `json:"root"`   // number of the goroutine that ran it
	Rate   float64 `json:"rate"`   // looks per second that were asked for
	Wall   float64 `json:"wall_sec"`
	// CPU is the process's processor time, all of it; negative if not known.
	CPU float64 `json:"cpu_sec"`

	Profile []byte  `json:"profile,omitempty"` // for WayProfiler: as pprof writes it
	Stacks  []Stack `json:"stacks,omitempty"`  // for WayStacks
	Looks   int     `json:"looks,omitempty"`   // for WayStacks: how often it was looked
	Waiting int     `json:"waiting,omitempty"` // for WayStacks: goroutines of the cell that were seen waiting, summed over looks, and looks at which nothing computed
	// LookCost is the time that the looks took, in seconds: the cell stood
	// still for about as long.
	LookCost float64 `json:"look_cost_sec,omitempty"`
	Trace    []byte  `json:"trace,omitempty"` // for WayTrace
	// Names are the places where interpreted goroutines were seen, by their
	// numbers, for WayTrace: the trace itself knows the interpreter only.
	Names map[int64]Frame `json:"names,omitempty"`

	Notes []string `json:"notes,omitempty"` // what the reader has to know: cut short, rate not had
	// Ended says how the run ended: "" for well, "failed", "stopped".
	Ended string `json:"ended,omitempty"`
}

// A Stack is what a goroutine was doing, and how often it was seen doing that.
type Stack struct {
	Frames []Frame `json:"frames"` // innermost first
	Count  int     `json:"count"`
}

// A Frame is one function call on a stack: of compiled code, with its name and
// place, or of interpreted code.
type Frame struct {
	Func string `json:"func,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Node names the interpreted function: the same for all its calls, and
	// of no other meaning. Step is the place, a link.Step; 0 where the
	// interpreter was between two places.
	Node string `json:"node,omitempty"`
	Step uint64 `json:"step,omitempty"`
}

// Encode writes a Report for the front.
func (r *Report) Encode() []byte {
	data, err := json.Marshal(r)
	if err != nil { // only figures could be at fault, and finish leaves none such
		panic("BUG: collect: " + err.Error())
	}
	return data
}

// Decode reads what Encode wrote.
func Decode(data []byte) (*Report, error) {
	r := &Report{}
	if len(data) == 0 {
		return nil, errors.New("read profile: the session has sent none")
	}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	return r, nil
}

// ErrBusy comes when a profile or trace is being taken already: by another
// magic, or by the cell's own code.
var ErrBusy = errors.New("a profile or trace is being taken already: let that end first")

// busy is held while this package takes anything.
var busy sync.Mutex

// A run is one Report in the making.
type run struct {
	report  *Report
	deliver func(*Report)
	begin   time.Time
	cpu     float64
}

// An Options says what is to be taken.
type Options struct {
	Text, Engine string
	Cell         int
	// Rate is how many looks are taken per second; 0 for DefaultRate.
	Rate float64
}

// The rates at which it can be looked, per second. Go's profiler has 100; Linux
// can't send signals much more often than its clock ticks, 100 to 1000 times
// a second.
const (
	DefaultRate = 100
	MinRate     = 1
	MaxRate     = 1000
)

func (o Options) rate() float64 {
	if o.Rate == 0 || math.IsNaN(o.Rate) {
		return DefaultRate
	}
	return min(max(o.Rate, MinRate), MaxRate)
}

func begin(way string, o Options, deliver func(*Report)) *run {
	return &run{
		report:  &Report{Way: way, Text: o.Text, Engine: o.Engine, Cell: o.Cell, Rate: o.rate(), Root: goroutineNumber()},
		deliver: deliver,
		begin:   time.Now(),
		cpu:     processorTime(),
	}
}

func (r *run) stop() {
	r.report.Wall = time.Since(r.begin).Seconds()
	r.report.CPU = -1
	if now := processorTime(); now >= 0 && r.cpu >= 0 {
		r.report.CPU = now - r.cpu
	}
}

// measured calls f between start and end. end is called and the report
// delivered also when f panics or ends its goroutine, as an interrupted
// compiled cell does.
func (r *run) measured(f func() error, end func()) (err error) {
	r.report.Ended = "stopped"
	panicking := true
	defer func() {
		if panicking {
			// A panic goes on, and so does Goexit; which it is, nobody
			// can tell without stopping it.
			r.stop()
			end()
			r.deliver(r.report)
		}
	}()
	err = f()
	panicking = false
	r.stop()
	r.report.Ended = ""
	if err != nil {
		r.report.Ended = "failed"
	}
	end()
	r.deliver(r.report)
	return err
}

func (r *run) note(format string, args ...any) {
	r.report.Notes = append(r.report.Notes, fmt.Sprintf(format, args...))
}

// processorTime returns user and system time of the process in seconds, -1 if
// the system doesn't tell.
func processorTime() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return -1
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
