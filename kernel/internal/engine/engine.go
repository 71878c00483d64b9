// Package engine is the session's side of Weft: the process that may die. It
// reads requests from the link, runs cells with yaegi, and sends what they
// print, show and report.
//
// The way of a run: serve takes the frame, run opens compiled packages
// (native.go), compiles and executes files (run.go) and calls compiled
// statements; glue.go and stdio.go are what the lowered text calls, output.go
// finds the cell an output belongs to, trace.go the line a panic is on, and
// watch.go the goroutines that wait for ever or will not stop.
package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernel/internal/dock"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/sink"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

// A session holds everything that lives as long as the process.
type session struct {
	conn *link.Conn
	out  *output
	in   *stdin
	yaegi

	bye     chan error  // why the link ended
	closing atomic.Bool // it has ended
	running sync.Mutex  // held by a run

	mu      sync.Mutex
	current *run             // guarded by mu; nil between runs
	ops     map[int]underWay // guarded by mu

	journal journal // for workers
	worker  bool    // it is one

	stopped atomic.Int64 // goroutines of compiled code in this cell and earlier ones have to end

	left map[string]bool // the run's watcher: goroutines that deadlocks have left behind
}

// An underWay is an operation that has not ended.
type underWay struct {
	cell   int
	cancel context.CancelFunc
}

// A run is one link.Run under way.
type run struct {
	cell    int
	measure *link.Measure // nil for most
	ctx     context.Context
	cancel  context.CancelFunc
	ended   chan struct{} // closed when the run is over

	bodies []func(loops, n int) // guarded by session.mu: interpreted functions to be measured
	values []func(n int) []any  // guarded by session.mu: for each what returns its values, or nil

	mu          sync.Mutex
	interrupted bool          // guarded by mu
	exited      bool          // guarded by mu
	code        int           // guarded by mu: os.Exit's argument
	deadlocked  []link.Waiter // guarded by mu: not nil after a deadlock
	compiled    *dock.Run     // guarded by mu: its compiled statements, if it has any
	measuring   chan struct{} // guarded by mu: closed when its measurement is over; nil without one
	report      []byte        // guarded by mu: what the measurement left for the front
	failed      error         // guarded by mu: why it could not be made
}

// Main serves the link on an open stream until it ends, then returns. The
// process should exit after it: goroutines of cells may still run.
func Main(rw io.ReadWriter) error {
	debug.SetTraceback("all")
	debug.SetMaxStack(maxStack)
	if err := limitMemory(os.Getenv(memoryVariable)); err != nil {
		fmt.Fprintln(os.Stderr, "weft-session:", err)
	}
	s, err := newSession(rw)
	if err != nil {
		return err
	}
	inWorkers.Store(s)
	defer s.endOperations()
	if err := s.conn.SendJSON(link.KindHello, link.Hello{PID: os.Getpid(), Version: runtime.Version()}); err != nil {
		return err
	}
	go s.serve()
	return <-s.bye
}

// newSession makes a session that sends to rw.
func newSession(rw io.ReadWriter) (*session, error) {
	conn := link.NewConn(rw)
	s := &session{
		conn: conn,
		out:  newOutput(conn),
		bye:  make(chan error, 2),
		ops:  map[int]underWay{},
		left: map[string]bool{},
	}
	s.in = &stdin{s: s, lines: make(chan link.Input, 1)}
	s.stopped.Store(-1)
	sink.Set(displays{s})
	log.SetOutput(&stream{s, link.Stderr})
	par.Inherit(s.out.inherit)
	if err := s.yaegi.start(s); err != nil {
		return nil, err
	}
	s.dockedTo()
	return s, nil
}

// endOperations stops the commands and programs that still run: nobody else would.
func (s *session) endOperations() {
	s.closing.Store(true)
	s.mu.Lock()
	for _, op := range s.ops {
		op.cancel()
	}
	s.mu.Unlock()
	for range 50 {
		s.mu.Lock()
		n := len(s.ops)
		s.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// requests says what is done with each kind of frame. Handlers must not block:
// an interrupt has to be read while a cell runs.
var requests = map[link.Kind]func(*session, []byte) error{
	link.KindInterrupt: (*session).interrupt,
	link.KindInput:     (*session).input,
	link.KindOp:        (*session).startOp,
	link.KindLoad:      (*session).startLoading,
}

// serve reads frames until the link ends or the front says quit. The goroutine
// that reads a run executes it, after starting another one that reads on: a
// run costs no change of goroutine before it begins.
func (s *session) serve() {
	for {
		kind, payload, err := s.conn.Recv()
		if errors.Is(err, io.EOF) || kind == link.KindQuit {
			s.bye <- nil
			return
		}
		if err != nil {
			s.bye <- fmt.Errorf("read the link: %w", err)
			return
		}
		if kind == link.KindRun {
			go s.serve()
			s.execute(payload)
			return
		}
		handle, ok := requests[kind]
		if !ok {
			s.bye <- fmt.Errorf("unknown frame %q", kind)
			return
		}
		if err := handle(s, payload); err != nil {
			s.bye <- fmt.Errorf("frame %q: %w", kind, err)
			return
		}
	}
}

// execute does one run and reports its end. Runs come one at a time.
func (s *session) execute(payload []byte) {
	var r link.Run
	if err := json.Unmarshal(payload, &r); err != nil {
		s.bye <- fmt.Errorf("read a run: %w", err)
		return
	}
	s.running.Lock()
	defer s.running.Unlock()
	done := s.run(r)
	s.out.flush()
	// A broken link ends serve, and with it the process.
	_ = s.conn.SendJSON(link.KindDone, done)
}

func (s *session) input(payload []byte) error {
	var in link.Input
	if err := json.Unmarshal(payload, &in); err != nil {
		return err
	}
	select {
	case s.in.lines <- in:
	default: // nobody asked
	}
	return nil
}

// interrupt stops a cell that runs and its operations. What is compiled polls
// runtime/interrupt; what is interpreted stops with the run's context.
func (s *session) interrupt(payload []byte) error {
	cell, err := link.InterruptedCell(payload)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, op := range s.ops {
		if op.cell == cell {
			op.cancel()
		}
	}
	r := s.current
	if r == nil || r.cell != cell {
		return nil
	}
	r.mu.Lock()
	r.interrupted = true
	r.mu.Unlock()
	interrupt.Raise() // under mu: the end of the run takes it back
	s.in.abort()
	s.stop(r)
	return nil
}

// stop ends a run: interpreted goroutines end with its context, compiled ones
// at their next poll.
func (s *session) stop(r *run) {
	s.stopped.Store(int64(r.cell))
	dock.Stopped.Store(true)
	r.mu.Lock()
	if r.compiled != nil {
		r.compiled.Stop()
	}
	r.mu.Unlock()
	r.cancel()
}

// ends says whether the calling goroutine, which is in compiled code, belongs
// to a cell that was stopped, or to an earlier one: like interpreted
// goroutines, those end with it.
func (s *session) ends() bool { return int64(s.out.cell()) <= s.stopped.Load() }

// relax takes back that compiled code has to ask who it is, when none is left
// that has to end.
func (s *session) relax() {
	if !dock.Stopped.Load() {
		return
	}
	for _, g := range goroutines() {
		if !g.ours() && len(link.Places(g.stack, func(int) string { return "" })) > 0 {
			return
		}
	}
	dock.Stopped.Store(false)
}
