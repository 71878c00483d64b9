package server

import (
	"context"
	"errors"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// A request is a message that wants an answer.
type request struct {
	msg     *wire.Message
	channel Channel
}

// parent is the parent header of everything that answers r.
func (r *request) parent() []byte {
	if r == nil {
		return nil
	}
	return r.msg.RawHeader
}

// fixed is a content that is always the same.
type fixed []byte

func (f fixed) AppendJSON(dst []byte) []byte { return append(dst, f...) }

// marshal writes a content, without copying a fixed one.
func marshal(c wire.Content) []byte {
	if f, ok := c.(fixed); ok {
		return f
	}
	return wire.Marshal(c)
}

// reply sends c to the client of r. That the client is gone is no news.
func (s *Server) reply(r *request, msgType string, c wire.Content, metadata []byte) {
	s.conn.Send(r.channel, s.codec.Encode(&wire.Outgoing{
		Identities: r.msg.Identities,
		Type:       msgType,
		Parent:     r.parent(),
		Metadata:   metadata,
		Content:    marshal(c),
	}))
}

// published returns the frames of a message for all clients; its topic is the
// type.
func (s *Server) published(r *request, msgType string, c wire.Content) [][]byte {
	return s.codec.Encode(&wire.Outgoing{
		Identities: [][]byte{[]byte(msgType)},
		Type:       msgType,
		Parent:     r.parent(),
		Content:    marshal(c),
	})
}

// publish sends c to all clients; it waits while one is far behind.
func (s *Server) publish(r *request, msgType string, c wire.Content) {
	s.conn.Publish(s.published(r, msgType, c)) // fails only when the conn is closed
}

// publishSoon sends c to all clients through the lane: it waits for nobody
// longer than the lane's patience.
func (s *Server) publishSoon(r *request, msgType string, c wire.Content) {
	s.lane.send(s.published(r, msgType, c))
}

// answer serves a request that runs no cell.
func (s *Server) answer(ctx context.Context, r *request) {
	msgType := r.msg.Header.MsgType
	h := handlers[msgType]
	s.publishSoon(r, "status", wire.Busy)
	if h == nil {
		s.logf("drop message on %s: unknown msg_type %q", r.channel, msgType)
		s.publishSoon(r, "status", wire.Idle)
		return
	}
	var content wire.Content
	err := s.guard(msgType, func() (err error) {
		content, err = h.serve(s, ctx, r)
		if err == nil && content == nil && h.reply != "" {
			panic("no reply")
		}
		return err
	})
	if err != nil {
		content = h.refusal(s.describe(r, err))
	}
	if h.reply != "" {
		s.reply(r, h.reply, content, nil)
	}
	s.publishSoon(r, "status", wire.Idle)
	if h.after != nil {
		h.after(s, r, content)
	}
}

// describe turns the error of a handler into what the client is told. A
// panic was logged where it was caught; others, all the client's, are here.
func (s *Server) describe(r *request, err error) wire.ErrorContent {
	var bug panicked
	if errors.As(err, &bug) {
		return wire.ErrorContent{EName: "BUG", EValue: err.Error(), Traceback: []string{
			err.Error(), "This is a defect of Weft; its log has the details. The kernel goes on.",
		}}
	}
	s.logf("refuse message on %s: %v", r.channel, err)
	return wire.ErrorContent{EName: "BadRequest", EValue: err.Error(), Traceback: []string{err.Error()}}
}
