package gil

import (
	"fmt"
	"strings"
	"time"
)

// Stats tells how the lock was used since the first Go after the last Wait.
type Stats struct {
	Wall     time.Duration `json:"wall_ns"`
	Switches int           `json:"switches"` // the lock went to another thread than had it before
	Forced   int           `json:"forced"`   // of them because a waiter had asked
	Threads  []ThreadStats `json:"threads"`  // in the order of Go's calls
	Spans    []Span        `json:"spans,omitempty"`
}

// ThreadStats is one thread's share.
type ThreadStats struct {
	Held    time.Duration `json:"held_ns"`    // had the lock
	Waited  time.Duration `json:"waited_ns"`  // wanted it
	Blocked time.Duration `json:"blocked_ns"` // was in Block or Sleep
	Waits   int           `json:"waits"`      // times it had to wait
	Failed  int           `json:"failed"`     // times it was woken and found the lock taken
}

// A Span is a time for which one thread held the lock, counted from the first
// call of Go.
type Span struct {
	Thread int           `json:"thread"`
	From   time.Duration `json:"from_ns"`
	To     time.Duration `json:"to_ns"`
}

// Stats returns the numbers; while threads run, those up to now.
func (l *Lock) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Stats{Wall: l.wall, Switches: l.switches, Forced: l.forced}
	if !l.over {
		s.Wall = time.Since(l.begun)
	}
	for _, t := range l.threads[:l.used] {
		s.Threads = append(s.Threads, t.stats)
	}
	if l.holder != nil {
		s.Threads[l.holder.number].Held += time.Since(l.begun) - l.since
	}
	s.Spans = append(s.Spans, l.spans...)
	return s
}

// String returns a line for the lock and one for each thread.
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v, %d switches, %d of them forced", s.Wall.Round(time.Microsecond), s.Switches, s.Forced)
	for i, t := range s.Threads {
		fmt.Fprintf(&b, "\nthread %d: held %v, waited %v in %d times, blocked %v, woken in vain %d times", i,
			t.Held.Round(time.Microsecond), t.Waited.Round(time.Microsecond), t.Waits, t.Blocked.Round(time.Microsecond), t.Failed)
	}
	return b.String()
}
