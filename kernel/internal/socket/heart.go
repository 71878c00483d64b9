package socket

import (
	"errors"
	"slices"
)

// beat answers every heartbeat with itself until the sockets close. On the wire
// this is a REP socket; in here it is a ROUTER, because zmq4's REP takes the last
// empty frame for the end of the envelope, so that an empty heartbeat grows by a
// frame, and keeps one envelope for all clients.
func (s *Sockets) beat() {
	for {
		msg, err := s.Recv(heartbeat)
		if err != nil {
			return
		}
		if !slices.ContainsFunc(msg[1:], func(f []byte) bool { return len(f) == 0 }) {
			s.o.Log("heartbeat: dropped a request without the empty frame that ends its envelope")
			continue
		}
		if err := s.Send(heartbeat, msg); err != nil && !errors.Is(err, ErrClosed) {
			s.o.Log("heartbeat: %v", err)
		}
	}
}
