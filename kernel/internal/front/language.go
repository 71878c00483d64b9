package front

import (
	"context"

	"github.com/weft-go/weft/kernel/internal/complete"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// Complete implements server.Session.
func (f *Front) Complete(_ context.Context, req *wire.CompleteRequest) *wire.CompleteReply {
	matches, start, end := complete.Complete(f.world, req.Code, req.Cursor(), magicNames)
	items := make([]wire.Completion, len(matches))
	for i, m := range matches {
		items[i] = wire.Completion{Text: m.Text, Type: m.Type, Signature: m.Signature}
	}
	return req.Reply(start, end, items)
}

// Inspect implements server.Session.
func (f *Front) Inspect(_ context.Context, req *wire.InspectRequest) *wire.InspectReply {
	found, data := complete.Inspect(f.world, req.Code, req.Cursor(), int(req.DetailLevel))
	return &wire.InspectReply{Found: found, Data: data}
}

// IsComplete implements server.Session.
func (f *Front) IsComplete(_ context.Context, req *wire.IsCompleteRequest) *wire.IsCompleteReply {
	status, indent := magic.Complete(req.Code)
	return &wire.IsCompleteReply{Status: status, Indent: indent}
}

// magicNames are the names that complete after a percent sign.
var magicNames = func() []string {
	var names []string
	for _, m := range magic.Magics {
		if m.Name != "!" && m.Name != "?" {
			names = append(names, m.Name)
		}
	}
	return names
}()
