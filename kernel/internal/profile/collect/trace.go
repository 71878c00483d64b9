package collect

import (
	"fmt"
	"runtime/trace"
	"strings"
	"sync"
	"time"
)

// TraceLimit bounds a trace's bytes: about two million events, which is a
// tenth of a second of a fight over a channel on two cores or many minutes of
// calm work.
const TraceLimit = 8 << 20

// Trace runs f with Go's execution trace on and delivers that, as CPU does.
// At TraceLimit the trace ends and f goes on; a note says so. Each event costs
// 100 to 200 ns. Interpreted goroutines get their names from looks at stacks,
// every 5 ms.
func Trace(o Options, f func() error, deliver func(*Report)) error {
	if !busy.TryLock() {
		return fmt.Errorf("trace: %w", ErrBusy)
	}
	defer busy.Unlock()
	r := begin(WayTrace, o, deliver)
	w := &capped{limit: TraceLimit, began: time.Now()}
	w.full = sync.OnceFunc(func() { go trace.Stop() }) // Write is called by what Stop waits for
	if err := trace.Start(w); err != nil {
		return fmt.Errorf("trace: %w (%w)", ErrBusy, err)
	}
	var s *sampler
	if strings.Contains(o.Engine, "interpreted") {
		s = newSampler(r.report.Root)
		s.eager = true
		s.start(5 * time.Millisecond)
	}
	return r.measured(f, func() {
		if s != nil {
			s.end()
			r.report.Names, r.report.LookCost = s.names, s.cost.Seconds()
		}
		trace.Stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		r.report.Trace = w.data
		if w.over {
			r.note("the trace was cut after %.2f s, at %d MiB: trace a shorter piece", w.at.Sub(w.began).Seconds(), TraceLimit>>20)
		}
	})
}

// A capped writer keeps what fits and calls full when no more does.
type capped struct {
	limit int
	began time.Time
	full  func()

	mu   sync.Mutex
	data []byte    // guarded by mu
	over bool      // guarded by mu
	at   time.Time // guarded by mu: when it was full
}

// Write never fails: a trace that can't be written is not stopped by it.
func (w *capped) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.over && len(w.data)+len(p) > 2*w.limit:
		// What comes after Stop closes the trace; without it the last part
		// is lost, and the reader shows what is before it.
	default:
		w.data = append(w.data, p...)
	}
	if len(w.data) > w.limit && !w.over {
		w.over, w.at = true, time.Now()
		w.full()
	}
	return len(p), nil
}
