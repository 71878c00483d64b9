package socket

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// A peer is one accepted connection. To zmq4 it is a net.Conn whose Write never
// waits and whose Read gives only checked bytes; its embedded Conn's deadlines
// and addresses are left to it.
type peer struct {
	net.Conn
	door     *door
	identity string // under which it is addressed; chosen by us unless the client did
	number   uint64 // unique in its door
	left     bool   // guarded by its routes: it may not enter any more
	out      outbox

	feed feed // belongs to the goroutine that reads

	sent  tracker // guarded by out.mu
	pongs [][]byte

	ending sync.Once
	done   chan struct{} // closed when nobody will read any more
	once   sync.Once     // of drop
}

func newPeer(d *door, nc net.Conn) *peer {
	p := &peer{Conn: nc, door: d, done: make(chan struct{})}
	p.feed.r = reader{br: bufio.NewReaderSize(nc, 16<<10), limit: d.kind.limit}
	p.feed.command = p.answer
	p.feed.pause = func() { p.out.await(int64(d.o.HighWater)) }
	p.out = outbox{nc: nc, stall: d.o.Stall, patience: d.o.Patience, failed: p.drop, changed: d.kind.changed}
	p.out.init()
	return p
}

// Read gives zmq4 the next bytes. Any error is io.EOF, on which zmq4 forgets a
// connection; after others it would go on in mid frame.
func (p *peer) Read(b []byte) (int, error) {
	if len(p.feed.replay) == 0 {
		p.settle()
	}
	n, err := p.feed.read(b)
	if err != nil {
		p.drop(err)
		p.ending.Do(func() { close(p.done) })
		return 0, io.EOF
	}
	return n, nil
}

// settle is called before each read behind the handshake: from the first one on,
// zmq4 knows the connection and can send to it.
func (p *peer) settle() {
	if p.feed.settled {
		return
	}
	p.feed.settled = true
	p.door.kind.routes.enter(p)
}

// Write queues what zmq4 sends, except its part of the handshake, and lets it
// go out when a message is complete. Frames of refSize bytes or more are kept by
// reference.
func (p *peer) Write(b []byte) (int, error) {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	// A dead connection takes the handshake all the same: zmq4 would not read
	// after an error in it, and reading is where it learns the end.
	if p.out.dead && p.sent.open {
		return 0, io.EOF
	}
	for rest := b; len(rest) > 0; {
		n, message := p.sent.step(rest)
		switch {
		case !message:
		case n < refSize:
			p.out.copy(rest[:n])
		default:
			p.out.add(rest[:n])
		}
		if rest = rest[n:]; p.sent.between() {
			p.pong()
			p.out.flush()
		}
	}
	return len(b), nil
}

// answer deals with a command from the peer. An error ends the connection.
func (p *peer) answer(name string, data []byte) error {
	switch name {
	case "PING": // two bytes of time to live, up to 16 of context, which PONG returns
		if len(data) < 2 || len(data) > 18 {
			return errors.New("malformed PING")
		}
		p.out.mu.Lock()
		defer p.out.mu.Unlock()
		p.pongs = append(p.pongs, appendCommand(nil, "PONG", data[2:]))
		if p.sent.between() {
			p.pong()
			p.out.flush()
		}
	case "ERROR":
		return fmt.Errorf("sent ERROR %.80q", data)
	}
	return nil
}

// pong queues the answers to PINGs. The caller holds out.mu and is between
// messages, where alone a command may stand.
func (p *peer) pong() {
	for _, b := range p.pongs {
		p.out.copy(b)
	}
	p.pongs = p.pongs[:0]
}

// drop ends the connection at once. What was queued for it is lost.
func (p *peer) drop(why error) {
	p.once.Do(func() {
		if !ordinary(why) {
			p.door.o.Log("%s: dropped %s: %v", p.door.kind.name, p.name(), why)
		}
		p.Conn.Close()
		p.out.kill()
		p.door.kind.routes.leave(p)
	})
}

// Close is zmq4's; it does so after Read gave an error and when it closes.
func (p *peer) Close() error {
	p.drop(nil)
	return nil
}

// finish lets what is queued go out, tells the peer that nothing follows, and
// leaves it until deadline to close its side: closing with unread requests on
// our side would make the operating system throw away what the peer has not
// read yet.
func (p *peer) finish(deadline time.Time) {
	p.out.await(0)
	if c, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
	p.Conn.SetReadDeadline(deadline)
}

// name says for a log line who the peer is.
func (p *peer) name() string {
	if a := p.Conn.RemoteAddr(); a != nil && a.String() != "" {
		return a.String()
	}
	return fmt.Sprintf("client %d", p.number)
}

// ordinary tells the ways in which clients leave from those worth a log line.
func ordinary(why error) bool {
	return why == nil || why == io.EOF ||
		errors.Is(why, net.ErrClosed) || errors.Is(why, syscall.ECONNRESET) || errors.Is(why, syscall.EPIPE)
}
