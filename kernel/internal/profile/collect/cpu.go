package collect

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"sync"
)

// CPU runs f with Go's CPU profiler on and delivers the profile, once and
// before it returns, panics or ends the goroutine as f does. The error is f's,
// or one that wraps ErrBusy, and then f has not run.
//
// The profiler interrupts each thread that computes, o.Rate times per second
// of its processor time. That costs a few microseconds each.
func CPU(o Options, f func() error, deliver func(*Report)) error {
	if !busy.TryLock() {
		return fmt.Errorf("profile: %w", ErrBusy)
	}
	defer busy.Unlock()
	r := begin(WayProfiler, o, deliver)
	out := &buffer{}
	if err := startProfiler(r, out); err != nil {
		return fmt.Errorf("profile: %w (%w)", ErrBusy, err)
	}
	return r.measured(f, func() {
		if out.len() > 0 { // the profiler writes when it stops
			r.note("the cell's own code has stopped the profiler: the profile ends there")
		}
		pprof.StopCPUProfile()
		r.report.Profile = out.bytes()
	})
}

// A buffer collects what another goroutine writes.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Len()
}

func (b *buffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}
