package server

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// running guards the moment between a cell's busy and its start: an interrupt
// that comes then, when the session does not yet know of the cell, is kept.
type running struct {
	mu          sync.Mutex
	starting    bool
	interrupted bool
}

// prepare says that a cell is about to start.
func (c *running) prepare() {
	c.mu.Lock()
	c.starting, c.interrupted = true, false
	c.mu.Unlock()
}

// start says that the cell starts now; it reports false when it must not.
func (c *running) start() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.starting = false
	return !c.interrupted
}

// interrupt keeps a cell that is about to start from starting.
func (c *running) interrupt() {
	c.mu.Lock()
	c.interrupted = c.starting
	c.mu.Unlock()
}

// interrupt ends the running cell, and what it asks its user. Cells that wait
// go on.
func (s *Server) interrupt() {
	s.cell.interrupt()
	s.inputs.interrupt()
	s.session.Interrupt()
}

// runCells runs the cells of the queue in order until ctx ends.
func (s *Server) runCells(ctx context.Context) {
	for {
		r := s.cells.take(ctx)
		if r == nil {
			return
		}
		for _, waiting := range s.runCell(ctx, r) {
			s.abort(waiting)
		}
	}
}

// runCell serves an execute_request. It returns the requests that its failure
// aborts: all that wait, whatever their own stop_on_error says, as ipykernel
// does. They are collected before the reply is sent, so that a request which
// answers the failure is not among them.
func (s *Server) runCell(ctx context.Context, r *request) (aborted []*request) {
	started := time.Now()
	s.cell.prepare()
	s.publish(r, "status", wire.Busy)
	req, err := wire.ReadExecute(r.msg)
	r.msg.Parent, r.msg.Metadata, r.msg.Content, r.msg.Buffers = nil, nil, nil, nil // read; late output keeps r
	var reply wire.Content
	if err != nil {
		reply = &wire.ErrorReply{ErrorContent: s.describe(r, err)}
	} else {
		p := s.execute(ctx, r, req)
		if p.Status == wire.Error && req.StopOnError && !req.Silent {
			aborted = s.cells.takeAll(ctx)
		}
		reply = p
	}
	s.reply(r, "execute_reply", reply, timing(started))
	s.publish(r, "status", wire.Idle)
	return aborted
}

// execute runs the cell. The reply is never nil.
func (s *Server) execute(ctx context.Context, r *request, req *wire.ExecuteRequest) *wire.ExecuteReply {
	if req.StoreHistory {
		s.count++
	}
	req.Count = s.count
	if !req.Silent {
		s.publish(r, "execute_input", wire.ExecuteInput{Code: req.Code, ExecutionCount: req.Count})
	}
	if req.StoreHistory && strings.TrimSpace(req.Code) != "" {
		s.history.Add(req.Count, req.Code)
	}
	out := &output{s: s, r: r, count: req.Count, silent: req.Silent, stored: req.StoreHistory, stdin: req.AllowStdin}
	if !s.cell.start() {
		return s.failed(out, wire.ErrorContent{EName: "Interrupted", EValue: "interrupted before the cell began"})
	}
	var reply *wire.ExecuteReply
	err := s.guard("execute_request", func() error {
		if reply = s.session.Execute(ctx, req, out); reply == nil {
			panic("no reply")
		}
		return nil
	})
	if err != nil {
		return s.failed(out, s.describe(r, err))
	}
	reply.ExecutionCount = req.Count
	return reply
}

// failed shows an error of the server's own and returns the reply that says it.
func (s *Server) failed(out *output, e wire.ErrorContent) *wire.ExecuteReply {
	if len(e.Traceback) == 0 {
		e.Traceback = []string{e.EName + ": " + e.EValue}
	}
	out.Error(e)
	return &wire.ExecuteReply{
		Status:         wire.Error,
		ExecutionCount: out.count,
		EName:          e.EName, EValue: e.EValue, Traceback: e.Traceback,
	}
}

// abort answers a cell that is not run because one before it failed.
func (s *Server) abort(r *request) {
	s.publish(r, "status", wire.Busy)
	s.reply(r, "execute_reply", &wire.ExecuteReply{Status: wire.Aborted, ExecutionCount: s.count}, timing(time.Now()))
	s.publish(r, "status", wire.Idle)
}

// timing is the metadata of an execute_reply: clients that show how long a
// cell took read when it started.
func timing(started time.Time) []byte {
	b := append(make([]byte, 0, 48), `{"started":"`...)
	return append(wire.AppendTime(b, started), '"', '}')
}
