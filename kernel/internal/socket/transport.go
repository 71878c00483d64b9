package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// scheme is the name under which zmq4 knows our transport.
const scheme = "weft"

// doors is our transport for zmq4. An address is a ticket for a door that is
// open already; a ticket is used once.
var doors ticketOffice

// register makes zmq4 know doors. The first call does it.
var register = sync.OnceValue(func() error { return zmq4.RegisterTransport(scheme, &doors) })

// A ticketOffice hands doors to zmq4, which can be given an address only.
type ticketOffice struct {
	mu      sync.Mutex
	count   int
	waiting map[string]*entrance
}

// endpoint gives the zmq4 endpoint on which l will be found.
func (t *ticketOffice) endpoint(l *entrance) (string, error) {
	if err := register(); err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = map[string]*entrance{}
	}
	t.count++
	ticket := strconv.Itoa(t.count)
	t.waiting[ticket] = l
	return scheme + "://" + ticket, nil
}

// Listen is zmq4's way to the door.
func (t *ticketOffice) Listen(ctx context.Context, ticket string) (net.Listener, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.waiting[ticket]
	if !ok {
		return nil, fmt.Errorf("no door %q", ticket)
	}
	delete(t.waiting, ticket)
	l.ctx = ctx
	return l, nil
}

// Dial always fails: a kernel's sockets only listen.
func (t *ticketOffice) Dial(context.Context, transport.Dialer, string) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}

// Addr gives the ticket back as it is.
func (t *ticketOffice) Addr(ticket string) (string, error) { return ticket, nil }

// An entrance passes a door's connections to zmq4 when their handshake is over.
type entrance struct {
	door *door
	next chan *peer
	ctx  context.Context // zmq4's, ends when its socket is closed
}

// serve is the door's [kind.serve]: it gives p to zmq4 and waits for its end.
func (e *entrance) serve(p *peer) {
	select {
	case e.next <- p:
		<-p.done
	case <-e.door.stopped:
	}
}

// Accept fails only when zmq4's socket is closed: zmq4 tries again without pause.
func (e *entrance) Accept() (net.Conn, error) {
	select {
	case p := <-e.next:
		return p, nil
	case <-e.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close does nothing; the door's owner closes it.
func (e *entrance) Close() error { return nil }

// Addr is the address that the door listens on.
func (e *entrance) Addr() net.Addr { return e.door.ln.Addr() }
