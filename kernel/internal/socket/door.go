package socket

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A kind is what one of the five sockets does with its connections.
type kind struct {
	name    string          // for messages: "shell"
	speaks  zmq4.SocketType // what we tell and check in the handshake
	limit   int             // bytes of a message from a peer
	routes  *routes         // nil where nobody is addressed
	changed func()          // see outbox.changed
	serve   func(*peer)     // owns a connection after the handshake, until it ends
}

// A door accepts the connections of one socket and keeps them. Its goroutines
// are one that accepts and one for each connection.
type door struct {
	kind kind
	ln   net.Listener
	o    *Options

	goroutines sync.WaitGroup
	stopped    chan struct{} // closed by stop

	mu    sync.Mutex
	peers map[*peer]bool // the connections; true behind the handshake
	count uint64         // connections so far
}

func newDoor(ln net.Listener, o *Options, k kind) *door {
	return &door{kind: k, ln: ln, o: o, stopped: make(chan struct{}), peers: map[*peer]bool{}}
}

// open starts accepting.
func (d *door) open() {
	d.goroutines.Add(1)
	go d.accept()
}

// accept takes connections in until stop. Where accepting fails, mostly for want
// of descriptors (EMFILE), it pauses: 10 ms at first, up to a second.
func (d *door) accept() {
	defer d.goroutines.Done()
	const shortest, longest = 10 * time.Millisecond, time.Second
	pause := shortest
	for {
		nc, err := d.ln.Accept()
		switch {
		case err == nil:
			pause = shortest
			if p := d.enter(nc); p != nil {
				go d.keep(p)
			}
			continue
		case d.isStopped():
			return
		case pause == shortest:
			d.o.Log("%s: accept: %v; pausing", d.kind.name, err)
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, longest)
		case <-d.stopped:
			return
		}
	}
}

func (d *door) isStopped() bool {
	select {
	case <-d.stopped:
		return true
	default:
		return false
	}
}

// enter makes a connection a peer, or closes it after stop.
func (d *door) enter(nc net.Conn) *peer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isStopped() {
		nc.Close()
		return nil
	}
	p := newPeer(d, nc)
	d.count++
	p.number = d.count
	d.peers[p] = false
	d.goroutines.Add(1)
	return p
}

// keep is a connection's goroutine: handshake, service, end.
func (d *door) keep(p *peer) {
	defer d.goroutines.Done()
	err := p.greet()
	if err == nil && d.greeted(p) {
		d.kind.serve(p)
	}
	p.drop(err)
	p.out.end()
	d.mu.Lock()
	delete(d.peers, p)
	d.mu.Unlock()
}

// greeted notes that the handshake is over; false means that it came too late.
func (d *door) greeted(p *peer) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isStopped() {
		return false
	}
	d.peers[p] = true
	return true
}

// stop ends accepting and the handshakes in progress.
func (d *door) stop() {
	d.mu.Lock()
	close(d.stopped)
	d.mu.Unlock()
	d.ln.Close()
	d.each(func(p *peer, greeted bool) {
		if !greeted {
			p.drop(nil)
		}
	})
}

// finish lets all connections end until deadline, see [peer.finish], then ends
// them, and returns when the door has no goroutine left. It follows stop.
func (d *door) finish(deadline time.Time) {
	d.each(func(p *peer, _ bool) {
		d.goroutines.Go(func() { p.finish(deadline) })
	})
	end := time.AfterFunc(time.Until(deadline), func() {
		d.each(func(p *peer, _ bool) {
			var why error
			if n := p.out.size.Load(); n > 0 {
				why = fmt.Errorf("did not take %d bytes before the end", n)
			}
			p.drop(why)
		})
	})
	defer end.Stop()
	d.goroutines.Wait()
}

// each calls f for every connection.
func (d *door) each(f func(p *peer, greeted bool)) {
	d.mu.Lock()
	list := make(map[*peer]bool, len(d.peers))
	for p, greeted := range d.peers {
		list[p] = greeted
	}
	d.mu.Unlock()
	for p, greeted := range list {
		f(p, greeted)
	}
}
