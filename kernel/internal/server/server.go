// Package server answers a Jupyter client's requests: one table names the
// handler of every kind of message, and everything that clients can observe
// about order (busy before idle, who is aborted, whose output it is) is
// decided here. It knows neither sockets nor Go: a [Conn] brings the messages,
// a [Session] runs the cells.
//
// Five goroutines share the work. One reads each of shell, control and stdin.
// Control requests are answered where they are read. From shell, cells go to a
// queue that one goroutine runs in order, and everything else goes to another
// one that answers at once, also while a cell runs.
//
// Whatever a client sends, the server lives: a message that cannot be read
// costs one line in the log, and a handler that panics answers with an error.
package server

import (
	"context"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/history"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// A Session runs the cells of one notebook. Execute is called by one goroutine
// at a time; the other methods may be called while it runs, by another one.
type Session interface {
	// Execute runs a cell and returns when it has ended and all its output was
	// handed to out; only what goroutines write that outlive the cell may come
	// later. Errors are shown through out.Error and told in the reply. Ctx ends
	// when the kernel shuts down and not before.
	Execute(ctx context.Context, req *wire.ExecuteRequest, out Output) *wire.ExecuteReply
	// Complete lists the ways to go on at req.Cursor().
	Complete(ctx context.Context, req *wire.CompleteRequest) *wire.CompleteReply
	// Inspect shows what stands at req.Cursor().
	Inspect(ctx context.Context, req *wire.InspectRequest) *wire.InspectReply
	// IsComplete says whether the text could be run as it is.
	IsComplete(ctx context.Context, req *wire.IsCompleteRequest) *wire.IsCompleteReply
	// Interrupt makes the running cell end soon. It returns at once and does
	// nothing when no cell runs.
	Interrupt()
	// Close ends the session, and a running cell with it, before ctx ends.
	Close(ctx context.Context) error
}

// Output is one cell's way to the clients: what it publishes has the cell's
// request as parent, also when the cell has ended long ago. Any goroutine may
// call its methods, which keep the order of each caller. They wait while the
// slowest client is far behind.
type Output interface {
	Stream(name, text string)         // name is stdout or stderr
	Display(d wire.DisplayData)       // a display of its own
	UpdateDisplay(d wire.DisplayData) // in the place of those with the same display_id
	Result(d wire.DisplayData)        // the cell's value, shown as Out[n]; nothing for silent cells
	ClearOutput(wait bool)            // at once, or with wait when the next output comes
	Error(e wire.ErrorContent)        // shown in red; the reply must say it too
	// Input asks the user of the client that sent the cell for a line. The error
	// is ErrNoInput when that client does not answer such requests,
	// ErrInterrupted after an interrupt, io.EOF when the user ended the input,
	// or says that the client is gone, the kernel ends or ctx has ended.
	Input(ctx context.Context, prompt string, password bool) (string, error)
}

// A Channel is a kind of socket that requests come from.
type Channel int

// The channels.
const (
	Shell Channel = iota
	Control
	Stdin
)

var channelNames = [...]string{"shell", "control", "stdin"}

// String is the channel's name in the protocol.
func (c Channel) String() string { return channelNames[c] }

// Conn carries messages as frames. Recv is called by one goroutine per
// channel, the others by any. C is the conn's own type for channels, with the
// values that Channel has; so this package and the one of the sockets need not
// know each other.
type Conn[C ~int] interface {
	Recv(c C) ([][]byte, error)      // an error only after Close, or for good
	Send(c C, frames [][]byte) error // to the client that the first frames name
	Publish(frames [][]byte) error   // to all; waits while the slowest client is far behind
	Close() error                    // sends what is queued, then makes Recv fail
}

// conn is a Conn whose channels are ours.
type conn interface {
	Recv(c Channel) ([][]byte, error)
	Send(c Channel, frames [][]byte) error
	publisher
	Close() error
}

// translated makes a conn of a Conn.
type translated[C ~int] struct{ Conn[C] }

func (t translated[C]) Recv(c Channel) ([][]byte, error)      { return t.Conn.Recv(C(c)) }
func (t translated[C]) Send(c Channel, frames [][]byte) error { return t.Conn.Send(C(c), frames) }

// Options are what a server is told at its start.
type Options struct {
	Codec   *wire.Codec    // reads and signs the messages; required
	Version string         // of Weft
	History *history.Store // closed when Serve ends; nil keeps none beyond the session
	// Log is told of every message that is dropped, one line each, and of
	// panics with their stack, by several goroutines. Nil is log.Printf.
	Log func(format string, args ...any)
}

// A Server is one kernel as its clients see it. Make it with New.
type Server struct {
	conn    conn
	session Session
	codec   *wire.Codec
	log     func(format string, args ...any)
	history *history.Store
	info    wire.Content // kernel_info_reply

	stop   context.CancelCauseFunc // ends Serve
	ended  <-chan struct{}         // closed when Serve is ending
	cells  queue                   // cells that wait
	asks   chan *request           // other shell requests that wait
	lane   lane                    // statuses that must not wait behind output
	inputs inputs                  // what cells ask users
	cell   running                 // the cell that runs
	count  int                     // of the last cell; the cell goroutine's own
}

// New returns a server for the messages of conn and the cells of session.
func New[C ~int](conn Conn[C], session Session, o Options) *Server {
	s := &Server{
		conn:    translated[C]{conn},
		session: session,
		codec:   o.Codec,
		log:     o.Log,
		history: o.History,
		info:    fixed(wire.Marshal(kernelInfo(o.Version))),
		asks:    make(chan *request, 1024),
	}
	if s.log == nil {
		s.log = log.Printf
	}
	if s.history == nil {
		s.history = history.Open("")
	}
	if s.history.Log == nil {
		s.history.Log = func(err error) { s.logf("history goes on without its file: %v", err) }
	}
	s.cells.init()
	s.inputs.init()
	s.lane.init(s.conn)
	return s
}

// How long Serve waits for others when it ends.
const (
	closeSession = 2 * time.Second
	closeCell    = time.Second
	closeLane    = 500 * time.Millisecond
)

// Serve answers requests until a client asks for shutdown or ctx ends, then
// closes the session and the conn. It may be called once. The error says why
// messages could no longer be received; an orderly end is nil.
func (s *Server) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.stop, s.ended = stop, ctx.Done()

	var readers, workers sync.WaitGroup
	workers.Go(func() { s.runCells(ctx) })
	workers.Go(func() { s.answerAsks(ctx) })
	readers.Go(s.lane.run)
	s.publishSoon(nil, "status", wire.Starting)
	readers.Go(func() { s.read(ctx, Shell, s.fromShell) })
	readers.Go(func() { s.read(ctx, Control, s.fromControl) })
	readers.Go(func() { s.read(ctx, Stdin, s.fromStdin) })

	<-ctx.Done()
	s.closeSession()
	if !within(closeCell, workers.Wait) {
		s.logf("the last cell did not end within %v", closeCell)
	}
	s.history.Close()
	s.lane.close()
	s.conn.Close()
	readers.Wait()
	if lost, ok := context.Cause(ctx).(lostError); ok {
		return lost
	}
	return nil
}

// A lostError ends Serve: a channel brings no more messages.
type lostError struct {
	channel Channel
	err     error
}

func (e lostError) Error() string { return fmt.Sprintf("receive on %s: %v", e.channel, e.err) }
func (e lostError) Unwrap() error { return e.err }

// read hands the messages of a channel to take until there are no more. A
// message that cannot be decoded is dropped.
func (s *Server) read(ctx context.Context, c Channel, take func(context.Context, *request)) {
	for {
		frames, err := s.conn.Recv(c)
		if err != nil {
			s.stop(lostError{c, err}) // without effect when Serve is ending
			return
		}
		msg, err := s.codec.Decode(frames)
		if err != nil {
			s.logf("drop message on %s: %v", c, err)
			continue
		}
		take(ctx, &request{msg: msg, channel: c})
	}
}

func (s *Server) fromShell(ctx context.Context, r *request) {
	if r.msg.Header.MsgType == "execute_request" {
		s.cells.push(r)
		return
	}
	select {
	case s.asks <- r:
	case <-ctx.Done():
	}
}

// answerAsks answers the requests of shell that run no cell, in order.
func (s *Server) answerAsks(ctx context.Context) {
	for {
		select {
		case r := <-s.asks:
			s.answer(ctx, r)
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) fromControl(ctx context.Context, r *request) { s.answer(ctx, r) }

func (s *Server) closeSession() {
	ctx, cancel := context.WithTimeout(context.Background(), closeSession)
	defer cancel()
	err := s.guard("close of the session", func() error { return s.session.Close(ctx) })
	if err != nil {
		s.logf("close session: %v", err)
	}
}

// within waits for wait, at most d; it reports whether wait has returned.
func within(d time.Duration, wait func()) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait()
	}()
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}
