package supervisor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// Interrupt asks the session to stop what it does; it returns at once, and
// without effect when nothing is under way. A run or an operation that has not
// ended 2 s later, or that the session says it cannot stop, costs the process:
// Run returns a *Crash with Reason Interrupted. The 2 s count only while the
// front reads, since a session that waits for a blocked Events cannot answer;
// after 10 s the process ends in any case.
func (s *Session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	turns := []*turn{}
	if s.run != nil {
		turns = append(turns, s.run)
	}
	for _, t := range s.ops {
		turns = append(turns, t)
	}
	if s.ended() != nil || !slices.ContainsFunc(turns, func(t *turn) bool { return t == s.run || !t.graced }) {
		return
	}
	// Sent from a goroutine: the link is full when the session hangs. It names
	// the cell, because the next run may be on its way before it.
	cell := s.cell
	s.group.Go(func() {
		if err := s.conn.SendInterrupt(cell); err != nil {
			s.log("session %d: send interrupt: %v", s.pid, err)
		}
	})
	for _, t := range turns {
		if !t.graced {
			t.graced = true
			s.group.Go(func() { s.endUnlessOver(t) })
		}
	}
}

// endUnlessOver gives t the grace of an interrupt and then ends the process.
func (s *Session) endUnlessOver(t *turn) {
	start, before := time.Now(), s.blocked()
	for {
		left := min(
			time.Until(start.Add(interruptGrace+s.blocked()-before)),
			time.Until(start.Add(interruptLimit)))
		if left <= 0 {
			s.kill(Interrupted)
			return
		}
		select {
		case <-t.over:
			return
		case <-s.dead:
			return
		case <-time.After(left):
		}
	}
}

// blocked returns how long the pump has been inside Events altogether.
func (s *Session) blocked() time.Duration {
	d := time.Duration(s.inside.Load())
	if entered := s.entered.Load(); entered != 0 {
		d += time.Duration(time.Now().UnixNano() - entered)
	}
	return d
}

// kill ends the process and its group, and remembers why unless a reason is
// known already. The dead are left alone.
func (s *Session) kill(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waited {
		return
	}
	if s.why == "" {
		s.why = why
	}
	killGroup(s.pid)
}

// Close asks the process to end, kills it after 300 ms, and waits until it and
// everything it has started and left in its Unix session are gone. A Run or Op
// under way returns ErrEnded. Close has no effect on a session that is dead,
// and may be called several times. No event is delivered after it; an error
// tells that a call of Events does not return.
func (s *Session) Close() error {
	s.closing.Do(func() {
		if err := s.close(); err != nil {
			s.closeErr = fmt.Errorf("close session %d: %w", s.pid, err)
		}
	})
	return s.closeErr
}

func (s *Session) close() error {
	s.mu.Lock()
	s.closed = true // nobody adds to the group from now on
	s.mu.Unlock()

	quit := make(chan struct{})
	go func() { // ends with the process, at the latest
		defer close(quit)
		select {
		case <-s.exited:
			return // nobody to tell
		default:
		}
		if err := s.conn.Send(link.KindQuit); err != nil {
			s.log("session %d: send quit: %v", s.pid, err)
		}
	}()
	select {
	case <-s.exited:
	case <-time.After(quitGrace):
		s.kill("closed")
	}

	done := make(chan struct{})
	go func() {
		defer close(done)
		<-quit
		s.group.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-time.After(closeLimit):
	}
	select {
	case <-s.reaped:
		return errors.New("a call of Events does not return")
	default:
		return errors.New("the process does not end although it was killed")
	}
}
