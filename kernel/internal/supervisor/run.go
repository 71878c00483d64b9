package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernel/internal/link"
)

// Run sends r and returns the session's Done for it. All events of the run,
// and all that the process had written to its descriptors 1 and 2 until Done,
// have been delivered when Run returns. One Run at a time: a second is
// refused. When the process dies during the run the error is a *Crash; when it
// had ended before, the error holds ErrEnded and r was not sent.
//
// An empty run takes 40 to 90 microseconds, there and back.
func (s *Session) Run(r link.Run) (link.Done, error) {
	t := &turn{done: make(chan link.Done, 1), over: make(chan struct{})}
	s.mu.Lock()
	if err := s.ended(); err != nil {
		s.mu.Unlock()
		return link.Done{}, fmt.Errorf("run %s: %w", r.Name, err)
	}
	if s.run != nil {
		s.mu.Unlock()
		return link.Done{}, fmt.Errorf("run %s: another run is under way", r.Name)
	}
	s.run, s.cell = t, r.Cell
	for _, f := range r.Files {
		s.files[f.ID] = f.Name
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.run = nil
		s.mu.Unlock()
		close(t.over)
	}()

	if err := s.send(link.KindRun, r); err != nil {
		return link.Done{}, fmt.Errorf("run %s: %w", r.Name, err)
	}
	select {
	case d := <-t.done:
		return d, nil
	case <-s.dead:
	}
	select {
	case d := <-t.done: // the process died after it had answered
		return d, nil
	default:
		return link.Done{}, s.death()
	}
}

// Op sends op under a number of its own and returns the answer; also during a
// Run, and several at once. Everything that the operation wrote has been
// delivered then. An answer with Error set is returned as it is, without an
// error. When ctx ends Op returns its error, and the operation goes on until
// Interrupt. A dead process gives the errors of Run.
func (s *Session) Op(ctx context.Context, op link.Op) (link.OpDone, error) {
	return s.request(ctx, "operation "+op.Name, op.Cell, &turn{}, func(id int) error {
		op.ID = id
		return s.send(link.KindOp, op)
	})
}

// Load has the session open compiled packages and swap functions, also during
// a Run. What their initialization prints belongs to cell. The answer and the
// errors are those of Op; an Interrupt does not concern it.
func (s *Session) Load(ctx context.Context, cell int, loads []link.Load) (link.OpDone, error) {
	return s.request(ctx, "load compiled packages", cell, &turn{graced: true}, func(id int) error {
		return s.send(link.KindLoad, link.Loading{ID: id, Cell: cell, Loads: loads})
	})
}

// request sends something that an OpDone answers.
func (s *Session) request(ctx context.Context, what string, cell int, t *turn, send func(id int) error) (link.OpDone, error) {
	t.opDone, t.over = make(chan link.OpDone, 1), make(chan struct{})
	s.mu.Lock()
	if err := s.ended(); err != nil {
		s.mu.Unlock()
		return link.OpDone{}, fmt.Errorf("%s: %w", what, err)
	}
	s.lastOp++
	id := s.lastOp
	s.ops[id] = t
	if s.run == nil && cell != 0 {
		s.cell = cell
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.ops, id)
		s.mu.Unlock()
		close(t.over)
	}()

	if err := send(id); err != nil {
		return link.OpDone{}, fmt.Errorf("%s: %w", what, err)
	}
	select {
	case d := <-t.opDone:
		return d, nil
	case <-ctx.Done():
		return link.OpDone{}, fmt.Errorf("%s: %w", what, ctx.Err())
	case <-s.dead:
	}
	select {
	case d := <-t.opDone:
		return d, nil
	default:
		return link.OpDone{}, s.death()
	}
}

// Input answers an Ask.
func (s *Session) Input(in link.Input) error {
	s.mu.Lock()
	err := s.ended()
	s.mu.Unlock()
	if err == nil {
		err = s.conn.SendJSON(link.KindInput, in)
	}
	if err != nil {
		return fmt.Errorf("send input: %w", err)
	}
	return nil
}

// send sends a request. A broken link is no error here: the process is dying,
// and who waits for the answer will hear of what.
func (s *Session) send(k link.Kind, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode frame %q: %w", k, err)
	}
	if err := s.conn.Send(k, b); errors.Is(err, link.ErrTooLarge) {
		return err
	} else if err != nil {
		s.log("session %d: send frame %q: %v", s.pid, k, err)
	}
	return nil
}

// ended returns an error with ErrEnded when no request can be sent any more.
// The caller holds mu.
func (s *Session) ended() error {
	select {
	case <-s.dead:
	default:
		if !s.closed {
			return nil
		}
	}
	if s.crash != nil {
		return fmt.Errorf("%w: %w", ErrEnded, s.crash)
	}
	return ErrEnded
}

// death returns the error for a request that the process died of or with.
func (s *Session) death() error {
	if c := s.Crash(); c != nil {
		return c
	}
	return ErrEnded
}
