package server

import (
	"context"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// A handler serves one kind of request.
type handler struct {
	reply string // msg_type of the reply; "" for requests that have none
	serve func(s *Server, ctx context.Context, r *request) (wire.Content, error)
	// refuse makes the reply that says e; nil stands for an ErrorReply.
	refuse func(e wire.ErrorContent) wire.Content
	// after is called when everything was sent, idle too.
	after func(s *Server, r *request, reply wire.Content)
}

func (h *handler) refusal(e wire.ErrorContent) wire.Content {
	if h.refuse != nil {
		return h.refuse(e)
	}
	return &wire.ErrorReply{ErrorContent: e}
}

// handlers has every request that is understood on shell and control, besides
// execute_request on shell, which goes through the queue. Clients send
// shutdown, interrupt and debug requests on control, older ones on shell.
var handlers = map[string]*handler{
	"kernel_info_request": {reply: "kernel_info_reply", serve: serveKernelInfo},
	"complete_request":    {reply: "complete_reply", serve: serveComplete},
	"inspect_request":     {reply: "inspect_reply", serve: serveInspect},
	"is_complete_request": {reply: "is_complete_reply", serve: serveIsComplete, refuse: unknownCompleteness},
	"history_request":     {reply: "history_reply", serve: serveHistory},
	"comm_info_request":   {reply: "comm_info_reply", serve: serveCommInfo},
	"comm_open":           {serve: serveCommOpen},
	"comm_msg":            {serve: ignore},
	"comm_close":          {serve: ignore},
	"interrupt_request":   {reply: "interrupt_reply", serve: serveInterrupt},
	"shutdown_request":    {reply: "shutdown_reply", serve: serveShutdown, after: shutDown},
	"debug_request":       {reply: "debug_reply", serve: serveDebug},
}

func serveKernelInfo(s *Server, _ context.Context, _ *request) (wire.Content, error) {
	return s.info, nil
}

func serveComplete(s *Server, ctx context.Context, r *request) (wire.Content, error) {
	req, err := wire.ReadComplete(r.msg)
	if err != nil {
		return nil, err
	}
	return orNil(s.session.Complete(ctx, req))
}

func serveInspect(s *Server, ctx context.Context, r *request) (wire.Content, error) {
	req, err := wire.ReadInspect(r.msg)
	if err != nil {
		return nil, err
	}
	return orNil(s.session.Inspect(ctx, req))
}

func serveIsComplete(s *Server, ctx context.Context, r *request) (wire.Content, error) {
	req, err := wire.ReadIsComplete(r.msg)
	if err != nil {
		return nil, err
	}
	return orNil(s.session.IsComplete(ctx, req))
}

// orNil keeps a nil pointer from becoming a content that is not nil.
func orNil[T any, P interface {
	*T
	wire.Content
}](p P) (wire.Content, error) {
	if p == nil {
		return nil, nil
	}
	return p, nil
}

// unknownCompleteness is the refusal of is_complete_request: its status has
// values of its own, "error" is none of them.
func unknownCompleteness(wire.ErrorContent) wire.Content { return &wire.IsCompleteReply{} }

func serveCommInfo(*Server, context.Context, *request) (wire.Content, error) {
	return wire.CommInfo{}, nil
}

// serveCommOpen closes the comm at once, as the protocol wants it for targets
// that do not exist: there are none.
func serveCommOpen(s *Server, _ context.Context, r *request) (wire.Content, error) {
	var open wire.CommOpen
	if err := r.msg.Read(&open); err != nil {
		return nil, err
	}
	s.publishSoon(r, "comm_close", wire.CommClose{CommID: open.CommID})
	return nil, nil
}

// ignore is for messages of comms: there are none open.
func ignore(*Server, context.Context, *request) (wire.Content, error) { return nil, nil }

func serveInterrupt(s *Server, _ context.Context, _ *request) (wire.Content, error) {
	s.interrupt()
	return wire.InterruptReply{}, nil
}

func serveShutdown(_ *Server, _ context.Context, r *request) (wire.Content, error) {
	var req wire.ShutdownRequest
	if err := r.msg.Read(&req); err != nil {
		return nil, err
	}
	return wire.ShutdownReply(req), nil
}

// shutDown tells all clients and ends Serve.
func shutDown(s *Server, r *request, reply wire.Content) {
	if _, ok := reply.(wire.ShutdownReply); !ok {
		return
	}
	s.publishSoon(r, "shutdown_reply", reply)
	s.stop(nil)
}

func serveDebug(_ *Server, _ context.Context, r *request) (wire.Content, error) {
	var req wire.DebugRequest
	if err := r.msg.Read(&req); err != nil {
		return nil, err
	}
	return &wire.DebugReply{Request: req, Message: "the kernel has no debugger"}, nil
}
