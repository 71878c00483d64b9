package counters

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// A Count is what one event came to.
type Count struct {
	Event Event
	// PMU names the kind of core on a processor that has several, "cpu_core" or
	// "cpu_atom"; each has a Count of its own. Else it is empty.
	PMU   string
	Value Value
	// Source is "perf", or "getrusage" or "/proc" where the kernel's own part
	// may not be counted and these tell it.
	Source string
	// UserOnly says that what the kernel did for the program is left out.
	UserOnly bool
}

// Name is the event's name as perf writes it: "cpu_core/cycles/", "cycles:u".
func (c Count) Name() string {
	name := c.Event.Name
	if c.PMU != "" {
		name = c.PMU + "/" + name + "/"
		if c.UserOnly {
			return name + "u"
		}
		return name
	}
	if c.UserOnly {
		name += ":u"
	}
	return name
}

// A Group is a set of events that are open for all threads of this process,
// those that begin later too. Its methods may be called from one goroutine at a
// time.
type Group struct {
	kernel kernel
	mu     sync.Mutex
	rows   []*row
	all    []int  // all file descriptors
	before state  // at Start
	until  *state // at Stop; nil: it has not come
}

// A row is one event on one kind of core.
type row struct {
	count   Count
	attr    attr
	fds     []int // one for each thread
	problem string
}

// A reading is what a file descriptor gives: the count, and nanoseconds in which
// it was wanted and in which it counted.
type reading struct{ n, enabled, running uint64 }

// Open opens events, or sets of events, by name for every thread of this
// process. The error is about names only. Events that can't be counted here are
// in the group all the same, with the reason in place of a figure.
//
// Events are put into groups of the kernel as large as the processor's counters
// allow, so that those of a group are counted at the same time. If there are
// more events than counters, groups take turns and figures are scaled
// ([Value].Running).
//
// Processes that are started while it is open are counted too, those that run
// already are not. It takes 10 to 20 µs for each thread and event. Close gives the
// file descriptors back.
func Open(names ...string) (*Group, error) {
	events, err := Expand(names...)
	if err != nil {
		return nil, err
	}
	return open(hostKernel(), events), nil
}

func open(k kernel, events []Event) *Group {
	g := &Group{kernel: k}
	m := newMachinery(k)
	for _, e := range events {
		g.rows = append(g.rows, m.rows(e)...)
	}
	// Events that can be counted together stand together: perf's order is kept
	// for display, and each PMU's events are opened one behind the other.
	order := slices.Clone(g.rows)
	slices.SortStableFunc(order, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.place(), b.place()), strings.Compare(a.count.PMU, b.count.PMU), cmp.Compare(a.follows(), b.follows()))
	})
	opened := make(map[int]bool)
	// Threads may begin while others are opened. One that begins behind an open
	// one is counted with it; one that does not is found in the next round.
	for range 5 {
		tids, err := k.threads()
		if err != nil {
			for _, r := range order {
				r.fail(m.reason(r, err))
			}
			return g
		}
		fresh := false
		for _, tid := range tids {
			if !opened[tid] {
				opened[tid], fresh = true, true
				g.openThread(m, order, tid)
			}
		}
		if !fresh {
			break
		}
	}
	return g
}

// place sorts software events first, which have no limit, then the topdown
// events, which slots must lead, then the rest.
func (r *row) place() int {
	switch {
	case r.attr.Type == typeSoftware:
		return 0
	case r.count.Event.Kind == kindSysfs:
		return 1
	}
	return 2
}

// follows is 0 for the event that must lead its group, and 1 for others.
func (r *row) follows() int {
	if r.count.Event.Name == "slots" {
		return 0
	}
	return 1
}

func (r *row) fail(reason string) {
	if r.problem == "" {
		r.problem = reason
	}
}

// openThread opens all events for a thread. Groups of the kernel are as long as
// it takes: an event that the leader's group has no room for (EINVAL, or EBUSY)
// begins the next.
func (g *Group) openThread(m *machinery, order []*row, tid int) {
	leader, in := -1, (*row)(nil)
	for _, r := range order {
		if r.problem != "" || r.count.Source != "perf" {
			continue
		}
		if in != nil && (r.place() != in.place() || r.count.PMU != in.count.PMU) {
			leader = -1 // a kind of its own is a group of its own
		}
		fd, err := m.open(r, tid, leader)
		if err != nil && leader >= 0 && fits(err) {
			leader = -1
			fd, err = m.open(r, tid, -1)
		}
		switch {
		case errors.Is(err, syscall.ESRCH):
			return // the thread has ended
		case err != nil:
			// An instead may have the figure.
			if !m.replace(r) {
				r.fail(m.reason(r, err))
			}
			continue
		case r.count.Source != "perf":
			continue
		}
		if leader < 0 {
			leader = fd
		}
		in = r
		r.fds = append(r.fds, fd)
		g.all = append(g.all, fd)
	}
}

// fits reports whether an error may mean that the group is full.
func fits(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.ENOSPC)
}

// Start begins to count, from 0: it notes what the counters show, which always
// run. It costs about half a microsecond for each thread and event. (Switching
// them on and off would cost 7 µs each.)
func (g *Group) Start() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.until = nil
	g.before = g.now()
}

// Stop ends counting. What Counts returns stays the same until the next Start.
func (g *Group) Stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	g.until = &now
}

// A state is what all counters of a group show at a moment.
type state struct {
	rows   [][]reading
	rusage Usage
	moved  Value // migrations
}

func (g *Group) now() state {
	s := state{rows: make([][]reading, len(g.rows))}
	s.rusage, s.moved = g.instead()
	for i, r := range g.rows {
		s.rows[i] = g.read(r)
	}
	return s
}

// instead reads what takes the place of events, if any needs it.
func (g *Group) instead() (own Usage, migrations Value) {
	if slices.ContainsFunc(g.rows, func(r *row) bool { return r.count.Source != "perf" }) {
		return g.kernel.usage()
	}
	return Usage{}, Value{}
}

// read returns what a row's file descriptors give.
func (g *Group) read(r *row) []reading {
	list := make([]reading, len(r.fds))
	for i, fd := range r.fds {
		n, err := g.kernel.read(fd)
		if err != nil {
			r.fail("the counter could not be read: " + err.Error())
		}
		list[i] = reading{n[0], n[1], n[2]}
	}
	return list
}

// Counts returns what was counted from Start to Stop, or until now, of all
// threads together, in the order of the names given to Open.
func (g *Group) Counts() []Count {
	g.mu.Lock()
	defer g.mu.Unlock()
	until := g.until
	if until == nil {
		now := g.now()
		until = &now
	}
	list := make([]Count, len(g.rows))
	for i, r := range g.rows {
		c := r.count
		switch {
		case r.problem != "":
			c.Value = NA(r.problem)
		case g.before.rows == nil:
			c.Value = NA("not started")
		case c.Source == "perf":
			c.Value = scaled(g.before.rows[i], until.rows[i], c.Event)
		default:
			c.Value = insteadOf(c.Event.instead, until.rusage, g.before.rusage, until.moved.minus(g.before.moved))
		}
		list[i] = c
	}
	return list
}

// scaled sums up the growth of a row's readings over all threads, and scales it
// as perf does: by the time it was wanted to the time it counted. Software events
// need no counter of the processor and never take turns.
func scaled(before, after []reading, e Event) Value {
	var n, enabled, running float64
	for i, a := range after {
		b := reading{}
		if i < len(before) {
			b = before[i]
		}
		n += float64(a.n - b.n)
		enabled += float64(a.enabled - b.enabled)
		running += float64(a.running - b.running)
	}
	unit := 1.0
	if e.Seconds {
		unit = 1e-9
	}
	switch {
	case enabled == 0 || e.Kind == kindSoftware:
		return Value{N: n * unit, Running: 1} // or no thread ran
	case running == 0:
		return NA("not counted: other events had the processor's counters all the time; ask for fewer at once")
	}
	return Value{N: n * unit * enabled / running, Running: min(1, running/enabled)}
}

// insteadOf takes a figure from getrusage or /proc.
func insteadOf(what string, now, before Usage, migrations Value) Value {
	switch what {
	case "faults":
		return now.MinorFaults.plus(now.MajorFaults).minus(before.MinorFaults.plus(before.MajorFaults))
	case "minor":
		return now.MinorFaults.minus(before.MinorFaults)
	case "major":
		return now.MajorFaults.minus(before.MajorFaults)
	case "switches":
		return now.Voluntary.plus(now.Involuntary).minus(before.Voluntary.plus(before.Involuntary))
	case "migrations":
		return migrations
	}
	return NA("not counted in user mode only")
}

// Close gives all file descriptors back.
func (g *Group) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var first error
	for _, fd := range g.all {
		if err := g.kernel.close(fd); err != nil && first == nil {
			first = fmt.Errorf("close a counter: %w", err)
		}
	}
	g.all = nil
	for _, r := range g.rows {
		r.fds = nil
	}
	return first
}
