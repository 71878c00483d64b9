package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// Errors of Output.Input that callers tell apart.
var (
	// ErrNoInput comes when the cell's client does not answer input requests.
	ErrNoInput = errors.New("this client does not ask its user for input")
	// ErrInterrupted comes when the user interrupts instead of answering.
	ErrInterrupted = errors.New("interrupted while waiting for input")
	// ErrEnded comes when the kernel shuts down.
	ErrEnded = errors.New("the kernel ends")
)

// inputs is what cells ask users: one question at a time, others wait.
type inputs struct {
	turn chan struct{} // holds a token while nobody asks

	mu   sync.Mutex
	stop chan struct{} // closed and replaced by an interrupt
	open *question     // nil for none
}

// A question is an input_request that has no reply yet.
type question struct {
	id     string // of the input_request
	r      *request
	answer chan string // has room for the one answer
}

func (in *inputs) init() {
	in.turn = make(chan struct{}, 1)
	in.turn <- struct{}{}
	in.stop = make(chan struct{})
}

// interrupt ends all questions that are open or wait to be asked.
func (in *inputs) interrupt() {
	in.mu.Lock()
	defer in.mu.Unlock()
	close(in.stop)
	in.stop = make(chan struct{})
}

func (in *inputs) stopped() <-chan struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.stop
}

func (in *inputs) set(q *question) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.open = q
}

// answer gives value to the open question if msg answers it: it must come
// from the client that was asked. Clients differ in whether they name the
// question as parent: if they name anything, it must be this one or its cell.
// Everything else is late or not meant for us.
func (in *inputs) answer(msg *wire.Message, value string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	q := in.open
	if q == nil || !sameClient(msg, q.r.msg) {
		return
	}
	if id := msg.ParentID(); id != "" && id != q.id && id != q.r.msg.Header.MsgID {
		return
	}
	in.open = nil
	q.answer <- value
}

// sameClient reports whether two messages came from one client.
func sameClient(a, b *wire.Message) bool {
	return len(a.Identities) > 0 && len(b.Identities) > 0 && string(a.Identities[0]) == string(b.Identities[0])
}

// ask asks the user of r's client for a line and waits for it.
func (s *Server) ask(ctx context.Context, r *request, prompt string, password bool) (string, error) {
	in := &s.inputs
	stop := in.stopped()
	if _, err := await(ctx, in.turn, stop, s.ended); err != nil {
		return "", err
	}
	defer func() { in.turn <- struct{}{} }()

	q := &question{id: s.codec.NewID(), r: r, answer: make(chan string, 1)}
	in.set(q)
	defer in.set(nil)
	err := s.conn.Send(Stdin, s.codec.Encode(&wire.Outgoing{
		Identities: r.msg.Identities,
		Type:       "input_request",
		ID:         q.id,
		Parent:     r.parent(),
		Content:    wire.Marshal(wire.InputRequest{Prompt: prompt, Password: password}),
	}))
	if err != nil {
		return "", fmt.Errorf("ask for input: %w", err)
	}
	value, err := await(ctx, q.answer, stop, s.ended)
	if value == "\x04" { // how clients send an end of file
		return "", io.EOF
	}
	return value, err
}

// await receives from c unless something else ends the wait.
func await[T any](ctx context.Context, c <-chan T, stop, ended <-chan struct{}) (v T, err error) {
	select {
	case v = <-c:
	case <-stop:
		err = ErrInterrupted
	case <-ended:
		err = ErrEnded
	case <-ctx.Done():
		err = ctx.Err()
	}
	return v, err
}

// fromStdin takes what comes on the stdin channel: answers to input requests.
func (s *Server) fromStdin(_ context.Context, r *request) {
	if r.msg.Header.MsgType != "input_reply" {
		s.logf("drop message on %s: unexpected msg_type %q", r.channel, r.msg.Header.MsgType)
		return
	}
	var reply wire.InputReply
	if err := r.msg.Read(&reply); err != nil {
		s.logf("drop message on %s: %v", r.channel, err)
		return
	}
	s.inputs.answer(r.msg, reply.Value)
}
