package server

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernel/internal/history"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// tailDefault is how many cells a tail has when the client does not say.
const tailDefault = 10

// accesses are the values of hist_access_type.
var accesses = map[string]func(context.Context, *history.Store, *wire.HistoryRequest) []history.Entry{
	"tail": func(ctx context.Context, h *history.Store, r *wire.HistoryRequest) []history.Entry {
		return h.Tail(ctx, number(r.N, tailDefault))
	},
	"range": func(ctx context.Context, h *history.Store, r *wire.HistoryRequest) []history.Entry {
		return h.Range(ctx, int(r.Session), int(r.Start), number(r.Stop, 0))
	},
	"search": func(ctx context.Context, h *history.Store, r *wire.HistoryRequest) []history.Entry {
		return h.Search(ctx, r.Pattern, number(r.N, 0), r.Unique)
	},
}

func number(n *wire.Number, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return int(*n)
}

func serveHistory(s *Server, ctx context.Context, r *request) (wire.Content, error) {
	var req wire.HistoryRequest
	if err := r.msg.Read(&req); err != nil {
		return nil, err
	}
	access := accesses[req.Access]
	if access == nil {
		return nil, fmt.Errorf("history_request: hist_access_type is %q, want tail, range or search", req.Access)
	}
	found := access(ctx, s.history, &req)
	reply := &wire.HistoryReply{Output: req.Output, Entries: make([]wire.HistoryEntry, len(found))}
	for i, e := range found {
		reply.Entries[i] = wire.HistoryEntry(e)
	}
	return reply, nil
}
