package profile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/exp/trace"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
)

// Causes for which a goroutine does not run, in the order of tables.
const (
	CauseRunning   = "running"
	CauseP         = "waiting for a P"
	CauseReceive   = "channel receive"
	CauseSend      = "channel send"
	CauseSelect    = "select"
	CauseMutex     = "mutex"
	CauseWaitGroup = "WaitGroup"
	CauseCond      = "condition"
	CauseSleep     = "sleep"
	CauseNetwork   = "network"
	CauseSyscall   = "system call"
	CauseGC        = "garbage collector"
	CauseOther     = "other"
)

// Causes are all of them, in order.
var Causes = [...]string{CauseRunning, CauseP, CauseReceive, CauseSend, CauseSelect, CauseMutex, CauseWaitGroup, CauseCond, CauseSleep, CauseNetwork, CauseSyscall, CauseGC, CauseOther}

// causes is their number.
const causes = len(Causes)

// none stands for no cause, running for the first.
const (
	none    = -1
	running = 0
)

// number is a cause's place in Causes.
func number(cause string) int { return slices.Index(Causes[:], cause) }

// A Timeline is what the goroutines of a cell did while it ran.
type Timeline struct {
	Duration float64 // seconds from the first event to the last
	Events   int
	Groups   []*Group           // the cell's goroutines by what they run, the busiest first
	Totals   map[string]float64 // seconds by cause, of the cell's goroutines
	Spans    []Span             // what ran on Ps, by time
	Procs    []int              // Ps that ran anything
	GC, STW  []Interval         // cycles of the collector; moments when nothing else ran
	Notes    []string
}

// A Group is goroutines that were started with the same function at the same line.
type Group struct {
	Func    string
	Where   string // of the go statement, or of the interpreted function; "" if not known
	Count   int    // goroutines
	Seconds map[string]float64
	Starts  int // how often one began to run
}

// A Span is a goroutine that ran on a P.
type Span struct {
	Proc       int
	Goroutine  int64
	Group      *Group // nil for those that are not the cell's
	Runtime    bool   // a goroutine of Go's runtime, such as the collector's
	Start, End float64

	of *state
}

// An Interval is a span of time, in seconds since the first event.
type Interval struct {
	Start, End float64
	Name       string
}

// ReadTimeline reads a trace. A trace that ends in the middle is read as far
// as it goes, and Notes say so. It takes about a second for 3 million events.
func ReadTimeline(r *collect.Report, places Places) (*Timeline, error) {
	if len(r.Trace) == 0 {
		return nil, errors.New("read trace: it is empty: something else in the session has stopped it")
	}
	reader, err := trace.NewReader(bytes.NewReader(r.Trace))
	if err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	b := &builder{
		report: r, places: places, texts: newTexts(places), gs: map[trace.GoID]*state{}, open: map[string]trace.Time{},
		t: &Timeline{Totals: map[string]float64{}},
	}
	for {
		ev, err := reader.ReadEvent()
		if err == io.EOF {
			break
		}
		if err != nil {
			if b.t.Events == 0 {
				return nil, fmt.Errorf("read trace: %w", err)
			}
			b.t.Notes = append(b.t.Notes, "the end of the trace can't be read: what is shown is what came before")
			break
		}
		b.event(&ev)
	}
	if len(b.gs) == 0 {
		return nil, errors.New("read trace: there is no goroutine in it")
	}
	return b.finish(), nil
}

// A state is a goroutine while its events are read.
type state struct {
	ours    bool
	runtime bool
	idle    bool   // it waits on behalf of the session
	goesOn  *state // it only goes on with another one's work
	name    string // what it runs
	named   bool   // by a function of a cell
	where   string
	seconds [causes]float64
	starts  int
	now     int // a cause, none before it is known
	since   trace.Time
	proc    trace.ProcID
	assist  trace.Time // when it began to help the collector, 0 if it doesn't
	assists trace.Time // how long it did while it ran last
}

type builder struct {
	report      *collect.Report
	places      Places
	texts       *texts
	t           *Timeline
	gs          map[trace.GoID]*state
	open        map[string]trace.Time // ranges that have begun
	first, last trace.Time
}

func (b *builder) at(t trace.Time) float64 { return float64(t-b.first) / 1e9 }

func (b *builder) event(ev *trace.Event) {
	if b.first == 0 {
		b.first = ev.Time()
	}
	b.last = max(b.last, ev.Time())
	b.t.Events++
	switch ev.Kind() {
	case trace.EventStateTransition:
		if tr := ev.StateTransition(); tr.Resource.Kind == trace.ResourceGoroutine {
			b.transition(ev, tr)
		}
	case trace.EventRangeBegin, trace.EventRangeActive:
		b.begin(ev)
	case trace.EventRangeEnd:
		b.end(ev)
	}
}

func (b *builder) begin(ev *trace.Event) {
	r := ev.Range()
	if r.Name == "GC mark assist" {
		if g := b.gs[scope(ev, r)]; g != nil {
			g.assist = ev.Time()
		}
		return
	}
	if _, ok := b.open[r.Name]; !ok {
		b.open[r.Name] = ev.Time()
	}
}

// scope returns the goroutine that a range belongs to.
func scope(ev *trace.Event, r trace.Range) trace.GoID {
	if r.Scope.Kind == trace.ResourceGoroutine {
		return r.Scope.Goroutine()
	}
	return ev.Goroutine()
}

func (b *builder) end(ev *trace.Event) {
	r := ev.Range()
	if r.Name == "GC mark assist" {
		if g := b.gs[scope(ev, r)]; g != nil && g.assist != 0 {
			g.assists += ev.Time() - g.assist
			g.assist = 0
		}
		return
	}
	from, ok := b.open[r.Name]
	if !ok {
		return
	}
	delete(b.open, r.Name)
	b.interval(r.Name, from, ev.Time())
}

// ownStop is why the world stops when this very tool looks at stacks or begins.
func ownStop(name string) bool {
	return strings.Contains(name, "stack trace") || strings.Contains(name, "start trac") || strings.Contains(name, "stop trac")
}

func (b *builder) interval(name string, from, to trace.Time) {
	i := Interval{b.at(from), b.at(to), name}
	switch {
	case strings.HasPrefix(name, "GC concurrent mark"):
		b.t.GC = append(b.t.GC, i)
	case strings.HasPrefix(name, "stop-the-world") && !ownStop(name):
		b.t.STW = append(b.t.STW, i)
	}
}

func (b *builder) transition(ev *trace.Event, tr trace.StateTransition) {
	id := tr.Resource.Goroutine()
	from, to := tr.Goroutine()
	g := b.gs[id]
	if g == nil {
		g = &state{now: none}
		b.gs[id] = g
		switch {
		case id == trace.GoID(b.report.Root):
			g.ours, g.named, g.name = true, true, "statements of the cell"
		case from == trace.GoNotExist:
			b.created(ev, tr, id, g)
		case from == trace.GoUndetermined:
			g.runtime = systemFunction(firstFunction(tr.Stack))
		}
	}
	if g.ours && !g.named {
		g.rename(tr.Stack)
	}
	b.leave(id, g, ev.Time())
	g.since, g.now, g.idle = ev.Time(), none, false
	switch to {
	case trace.GoRunning:
		g.now, g.proc = running, ev.Proc()
		g.starts++
		if g.assist != 0 {
			g.assist = ev.Time()
		}
	case trace.GoRunnable:
		g.now = number(CauseP)
	case trace.GoSyscall:
		g.now = number(CauseSyscall)
	case trace.GoWaiting:
		name, idle := cause(tr.Reason, tr.Stack)
		g.now, g.idle = number(name), idle
	}
}

// leave adds the time of the state that ends.
func (b *builder) leave(id trace.GoID, g *state, now trace.Time) {
	if g.now == none {
		return
	}
	took := now - g.since
	if g.now == running {
		if g.assist != 0 {
			g.assists += now - max(g.assist, g.since)
		}
		b.t.Spans = append(b.t.Spans, Span{Proc: int(g.proc), Goroutine: int64(id), Runtime: g.runtime, Start: b.at(g.since), End: b.at(now), of: g})
		g.seconds[number(CauseGC)] += float64(min(took, g.assists)) / 1e9
		took -= min(took, g.assists)
		g.assists = 0
	}
	if !g.idle {
		g.seconds[g.now] += float64(took) / 1e9
	}
}

// created notes a goroutine that one of the cell's, or another, has started.
func (b *builder) created(ev *trace.Event, tr trace.StateTransition, id trace.GoID, g *state) {
	fn := firstFunction(tr.Stack)
	g.runtime = systemFunction(fn)
	parent := b.gs[ev.Goroutine()]
	g.ours = parent != nil && parent.ours && !g.runtime && !strings.Contains(fn, "internal/profile/collect.") && !strings.HasPrefix(fn, "runtime/trace.")
	switch {
	case !g.ours:
	case strings.Contains(fn, "interp.(*Interpreter).ExecuteWithContext"): // the cell's statements go on there
		g.goesOn, g.named = parent, true
	default:
		b.name(ev, tr, id, g)
	}
}

// name tells what a goroutine of the cell runs and where it was started.
func (b *builder) name(ev *trace.Event, tr trace.StateTransition, id trace.GoID, g *state) {
	for f := range ev.Stack().Frames() {
		if cell := cellName(f.File); cell != "" {
			g.where = place(cell, int(f.Line))
			break
		}
	}
	if at, ok := b.report.Names[int64(id)]; ok {
		if p, ok := b.places.Place(link.Step(at.Step)); ok {
			g.name, g.named = cellFunction(b.texts.function(p.File, p.Line), p.File), true
			if g.where == "" {
				g.where = place(p.File, p.Line)
			}
			return
		}
	}
	g.name = firstFunction(tr.Stack)
	g.rename(tr.Stack)
	if !g.named && interpreter(g.name) {
		g.name = "interpreted code"
	}
	if g.name == "" {
		g.name = "(not known)"
	}
}

// rename gives a goroutine the name of the outermost function of a cell on its
// stack: sync.WaitGroup's Go, for one, starts a function of its own.
func (g *state) rename(s trace.Stack) {
	for f := range s.Frames() {
		if cell := cellName(f.File); cell != "" {
			g.name, g.named = cellFunction(f.Func, cell), true
		}
	}
}

func firstFunction(s trace.Stack) string {
	for f := range s.Frames() {
		return f.Func
	}
	return ""
}

// systemFunction says whether a goroutine that starts with fn is the runtime's
// own. runtime.main runs the program.
func systemFunction(fn string) bool {
	return strings.HasPrefix(fn, "runtime.") && fn != "runtime.main"
}

// cause names why a goroutine waits; idle is true when it does so on behalf of
// the session. The trace's own reason is "sync" for all that is made of
// semaphores, and "select" for interpreted channel operations, which listen
// for the interrupt as well: the stack tells them apart. The reasons are those
// of Go's runtime/traceruntime.go.
func cause(reason string, stack trace.Stack) (name string, idle bool) {
	on := ""
	for f := range stack.Frames() {
		switch fn := f.Func; {
		case strings.HasSuffix(fn, ".ExecuteWithContext"), fn == "runtime.StopTrace": // waits for the cell, or comes after it
			return CauseOther, true
		case on != "":
		case strings.HasPrefix(fn, "runtime.gc"), fn == "runtime.GC":
			on = CauseGC
		case strings.HasPrefix(fn, "sync.(*WaitGroup)"):
			on = CauseWaitGroup
		case strings.HasPrefix(fn, "sync.(*Mutex)"), strings.HasPrefix(fn, "sync.(*RWMutex)"), strings.HasPrefix(fn, "internal/sync.(*Mutex)"), strings.HasPrefix(fn, "sync.(*Once)"):
			on = CauseMutex
		case strings.HasPrefix(fn, "sync.(*Cond)"):
			on = CauseCond
		case strings.Contains(fn, "interp._recv"), strings.Contains(fn, "interp.recv"), strings.Contains(fn, "interp.rangeChan"):
			on = CauseReceive
		case strings.Contains(fn, "interp.send"):
			on = CauseSend
		}
	}
	switch {
	case reason == "chan receive":
		return CauseReceive, false
	case reason == "chan send":
		return CauseSend, false
	case reason == "select", reason == "forever":
		return cmp.Or(on, CauseSelect), false
	case strings.HasPrefix(reason, "sync"):
		return cmp.Or(on, CauseMutex), false
	case reason == "sleep":
		return CauseSleep, false
	case reason == "network":
		return CauseNetwork, false
	case reason == "preempted":
		return CauseP, false
	case strings.HasPrefix(reason, "GC"), reason == "wait until GC ends":
		return CauseGC, false
	}
	return cmp.Or(on, CauseOther), false
}

// finish closes what is still open and sorts.
func (b *builder) finish() *Timeline {
	t := b.t
	for id, g := range b.gs {
		b.leave(id, g, b.last)
	}
	for name, from := range b.open {
		b.interval(name, from, b.last)
	}
	t.Duration = b.at(b.last)
	b.group()
	procs := map[int]bool{}
	for _, s := range t.Spans {
		procs[s.Proc] = true
	}
	t.Procs = slices.Sorted(maps.Keys(procs))
	slices.SortFunc(t.Spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Proc, b.Proc)) })
	order := func(a, b Interval) int { return cmp.Compare(a.Start, b.Start) }
	slices.SortFunc(t.GC, order)
	slices.SortFunc(t.STW, order)
	slices.SortFunc(t.Groups, func(a, b *Group) int {
		return cmp.Or(cmp.Compare(b.Seconds[CauseRunning], a.Seconds[CauseRunning]), cmp.Compare(b.total(), a.total()), cmp.Compare(a.Func+a.Where, b.Func+b.Where))
	})
	if cut := strings.Join(b.report.Notes, "\n"); b.report.Wall > 0 && t.Duration < 0.9*b.report.Wall-0.05 && !strings.Contains(cut, "was cut") {
		t.Notes = append(t.Notes, fmt.Sprintf("the trace covers %s of %s: the cell's own code has stopped it", seconds(t.Duration), seconds(b.report.Wall)))
	}
	return t
}

// group joins goroutines of the cell that run the same.
func (b *builder) group() {
	t := b.t
	index := map[[2]string]*Group{}
	of := func(g *state) *Group {
		for g.goesOn != nil {
			g = g.goesOn
		}
		key := [2]string{g.name, g.where}
		if index[key] == nil {
			index[key] = &Group{Func: g.name, Where: g.where, Seconds: map[string]float64{}}
			t.Groups = append(t.Groups, index[key])
		}
		return index[key]
	}
	for _, g := range b.gs {
		if !g.ours {
			continue
		}
		into := of(g)
		if g.goesOn == nil {
			into.Count++
		}
		into.Starts += g.starts
		for i, s := range g.seconds {
			if s > 0 {
				into.Seconds[Causes[i]] += s
				t.Totals[Causes[i]] += s
			}
		}
	}
	for i := range t.Spans {
		if g := t.Spans[i].of; g.ours {
			t.Spans[i].Group = of(g)
		}
		t.Spans[i].of = nil
	}
}

func (g *Group) total() (s float64) {
	for _, v := range g.Seconds {
		s += v
	}
	return s
}
