package server

import "time"

// A lane publishes what must not wait behind a cell's output: Conn.Publish
// waits while a client is far behind, and an interrupt or a completion has to
// get through just then. Messages of the lane keep their order.
type lane struct {
	conn  publisher
	queue chan parcel
	quit  chan struct{} // closed by close
	ended chan struct{} // closed when run has returned
}

// publisher is the part of a Conn that the lane uses.
type publisher interface {
	Publish(frames [][]byte) error
}

// A parcel is a message on the lane; done is closed when it was published.
type parcel struct {
	frames [][]byte
	done   chan struct{}
}

// patience is how long a sender waits for its message to be on its way, so
// that busy comes before the reply unless the clients are far behind.
const patience = 5 * time.Millisecond

// laneLimit bounds the messages that wait; what does not fit is dropped.
const laneLimit = 1024

func (l *lane) init(conn publisher) {
	l.conn, l.queue = conn, make(chan parcel, laneLimit)
	l.quit, l.ended = make(chan struct{}), make(chan struct{})
}

// run publishes until close, and then what is still there.
func (l *lane) run() {
	defer close(l.ended)
	for {
		select {
		case p := <-l.queue:
			l.publish(p)
			continue
		case <-l.quit:
		}
		for {
			select {
			case p := <-l.queue:
				l.publish(p)
			default:
				return
			}
		}
	}
}

func (l *lane) publish(p parcel) {
	l.conn.Publish(p.frames) // fails only when the conn is closed
	close(p.done)
}

// send gives the message to run and waits for it for the time of patience.
func (l *lane) send(frames [][]byte) {
	p := parcel{frames, make(chan struct{})}
	select {
	case l.queue <- p:
	default:
		return
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-p.done:
	case <-t.C:
	case <-l.ended:
	}
}

// close ends run behind what was sent, and waits for that a while. Later
// messages are lost.
func (l *lane) close() {
	close(l.quit)
	select {
	case <-l.ended:
	case <-time.After(closeLane):
	}
}
