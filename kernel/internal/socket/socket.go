package socket

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A Channel is one of the sockets on which clients make requests.
type Channel int

// The channels.
const (
	Shell Channel = iota
	Control
	Stdin
	heartbeat // answered in here
)

var channelNames = [...]string{Shell: "shell", Control: "control", Stdin: "stdin", heartbeat: "heartbeat"}

// String gives Jupyter's name of the channel.
func (c Channel) String() string {
	if c < 0 || int(c) >= len(channelNames) {
		return fmt.Sprintf("channel %d", int(c))
	}
	return channelNames[c]
}

// Endpoints says where the sockets are, in the terms of a connection file.
type Endpoints struct {
	Transport string // "tcp", also when empty, or "ipc"
	IP        string // an address, or the path prefix for ipc
	// Port numbers; 0 means any that is free, and is replaced by [Open]. With
	// ipc the sockets are the files "<IP>-<port>".
	Shell, Control, Stdin, IOPub, HB int
}

// Options of [Open]; the zero value is ready for use.
type Options struct {
	// HighWater is how many bytes may be queued for a subscriber before Publish
	// waits, and for another client before its requests are no longer read.
	// Default 8 MiB.
	HighWater int
	// Stall is how long a client may take nothing of what is queued for it
	// before it is dropped. Default 30 s.
	Stall time.Duration
	// Patience is how long Publish waits for a subscriber that takes nothing
	// while another keeps up. Default 500 ms.
	Patience time.Duration
	// Handshake is how long a new connection may take to say who it is.
	// Default 10 s.
	Handshake time.Duration
	// Welcome gives the message that a subscriber gets, and it alone, once its
	// subscription counts, before anything published later (JEP 65,
	// iopub_welcome). Its first frame must start with the subscription: libzmq's
	// clients throw away what they did not subscribe to. No frames: no message.
	// It is called for every new subscription of a connection, by several
	// goroutines, and must not Publish.
	Welcome func(subscription []byte) [][]byte
	// Log is told of every connection and message that is dropped, one line
	// each, by several goroutines.
	Log func(format string, args ...any)
}

// backlogFactor times HighWater is what a stalled subscriber may have queued
// while Publish goes on for others: long enough for a client that is busy with
// something else for seconds.
const backlogFactor = 16

// drainTime is how long Close waits for what is queued to go out.
const drainTime = time.Second

func (o *Options) setDefaults() {
	setDefault(&o.HighWater, 8<<20)
	setDefault(&o.Stall, 30*time.Second)
	setDefault(&o.Patience, 500*time.Millisecond)
	setDefault(&o.Handshake, 10*time.Second)
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
}

func setDefault[T ~int | ~int64](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// ErrClosed comes from every method after Close, and ends what was waiting.
var ErrClosed = errors.New("sockets are closed")

// ErrGone comes from Send when no client has the identity.
var ErrGone = errors.New("client is gone")

// Sockets are a kernel's five sockets. Methods may be called from any goroutine.
type Sockets struct {
	o        *Options
	channels [4]channel // by Channel
	hub      *hub
	doors    []*door

	closing context.Context // ends when Close begins
	close   context.CancelFunc
	over    context.Context // ends when the connections are gone
	end     context.CancelFunc
	once    sync.Once
	done    chan struct{} // closed when Close is through
	readers sync.WaitGroup
}

// A channel is one ROUTER socket.
type channel struct {
	zmq    zmq4.Socket
	routes *routes
}

// Open opens the five sockets and answers heartbeats from then on. Ports of e
// that are 0 are filled in. When ctx ends the sockets close as by Close. The
// error names the port that could not be had; nothing is left open then.
func Open(ctx context.Context, e *Endpoints, o Options) (*Sockets, error) {
	o.setDefaults()
	s := &Sockets{o: &o, hub: newHub(&o), done: make(chan struct{})}
	s.closing, s.close = context.WithCancel(context.Background())
	s.over, s.end = context.WithCancel(context.Background())
	if err := s.open(e); err != nil {
		s.Close()
		return nil, err
	}
	unhook := context.AfterFunc(ctx, func() { s.Close() })
	context.AfterFunc(s.closing, func() { unhook() })
	return s, nil
}

// open opens the sockets on a copy of the endpoints, so that those the caller
// gave stay as they are when one can't be had.
func (s *Sockets) open(e *Endpoints) error {
	had := *e
	for c, port := range []*int{Shell: &had.Shell, Control: &had.Control, Stdin: &had.Stdin, heartbeat: &had.HB} {
		ch := &s.channels[c]
		ch.routes = new(routes)
		k := kind{name: Channel(c).String(), speaks: zmq4.Router, limit: maxMessage, routes: ch.routes}
		if Channel(c) == heartbeat {
			k.speaks = zmq4.Rep
		}
		ch.zmq = zmq4.NewRouter(s.over, s.logger(k.name))
		if err := s.listen(&had, port, k, ch.zmq); err != nil {
			return err
		}
	}
	k := kind{name: "iopub", speaks: zmq4.Pub, limit: maxSubscription, changed: s.hub.changed, serve: s.hub.serve}
	if err := s.listen(&had, &had.IOPub, k, nil); err != nil {
		return err
	}
	*e = had
	s.readers.Go(s.beat)
	return nil
}

// listen opens the door of one socket; connections go to sck unless it is nil.
func (s *Sockets) listen(e *Endpoints, port *int, k kind, sck zmq4.Socket) error {
	ln, err := listen(e.Transport, e.IP, port)
	if err != nil {
		return fmt.Errorf("open %s socket: %w", k.name, err)
	}
	d := newDoor(ln, s.o, k)
	s.doors = append(s.doors, d)
	if sck != nil {
		in := &entrance{door: d, next: make(chan *peer)}
		d.kind.serve = in.serve
		endpoint, err := doors.endpoint(in)
		if err == nil {
			err = sck.Listen(endpoint)
		}
		if err != nil {
			return fmt.Errorf("open %s socket: %w", k.name, err)
		}
	}
	d.open()
	return nil
}

// logger directs zmq4's own messages to Options.Log.
func (s *Sockets) logger(name string) zmq4.Option {
	return zmq4.WithLogger(log.New(logWriter{s.o.Log, name}, "", 0))
}

type logWriter struct {
	log  func(string, ...any)
	name string
}

func (w logWriter) Write(line []byte) (int, error) {
	w.log("%s: %s", w.name, strings.TrimSpace(string(line)))
	return len(line), nil
}

// Recv waits for the next message on c: the client's identity in front, then the
// frames as they were sent. One goroutine per channel should call it, without
// delay: until then the channel's clients wait, also for the answer to a PING.
// The error is ErrClosed, after Close.
func (s *Sockets) Recv(c Channel) ([][]byte, error) {
	msg, err := s.channels[c].zmq.Recv()
	if err != nil || s.closing.Err() != nil {
		return nil, ErrClosed
	}
	msg.Frames[0] = msg.Frames[0][innerSize:]
	return msg.Frames, nil
}

// Send sends a message to the client whose identity is the first frame; if
// several connections carry it, to the newest. It never waits for the client,
// and keeps the order of one goroutine's messages. Frames must not be changed
// afterwards. The error is ErrGone when no client has the identity, or ErrClosed.
func (s *Sockets) Send(c Channel, frames [][]byte) error {
	if s.closing.Err() != nil {
		return ErrClosed
	}
	if len(frames) < 2 {
		return fmt.Errorf("send on %s: %d frames; an identity and a message are needed", c, len(frames))
	}
	ch := &s.channels[c]
	p := ch.routes.newest(frames[0])
	if p == nil {
		return fmt.Errorf("send on %s to %.40q: %w", c, frames[0], ErrGone)
	}
	inner := make([][]byte, len(frames))
	inner[0] = []byte(p.inner())
	copy(inner[1:], frames[1:])
	if err := ch.zmq.Send(zmq4.NewMsgFrom(inner...)); err != nil {
		return fmt.Errorf("send on %s to %.40q: %w", c, frames[0], errors.Join(ErrGone, err))
	}
	return nil
}

// Publish sends a message on iopub to all who subscribed to a prefix of its
// first frame. Messages keep their order. It waits while a subscriber that makes
// progress has more than Options.HighWater bytes queued; one that takes nothing
// for Options.Patience is waited for only if no other subscriber keeps up, and
// is dropped after Options.Stall, or when 16 times HighWater are queued for it.
// Frames must not be changed afterwards. The error is ErrClosed, after Close.
func (s *Sockets) Publish(frames [][]byte) error {
	if len(frames) == 0 {
		return errors.New("publish: no frames")
	}
	return s.hub.publish(frames)
}

// Close refuses new connections and messages, waits at most a second for what
// is queued to go out, and ends all connections. No goroutine of theirs and no
// descriptor is left when it returns. Later calls wait for the first.
func (s *Sockets) Close() error {
	s.once.Do(s.shut)
	<-s.done
	return nil
}

func (s *Sockets) shut() {
	deadline := time.Now().Add(drainTime)
	s.close()
	s.hub.stop()
	for _, d := range s.doors {
		d.stop()
	}
	for _, ch := range s.channels {
		if ch.zmq != nil {
			s.readers.Go(func() { s.discard(ch.zmq) })
		}
	}
	var ending sync.WaitGroup
	for _, d := range s.doors {
		ending.Go(func() { d.finish(deadline) })
	}
	ending.Wait()
	s.end()
	for _, ch := range s.channels {
		if ch.zmq != nil {
			ch.zmq.Close()
		}
	}
	s.readers.Wait()
	close(s.done)
}

// discard takes in what nobody will: zmq4's goroutines end only when they have
// handed over the message that they hold.
func (s *Sockets) discard(sck zmq4.Socket) {
	for s.over.Err() == nil {
		sck.Recv()
	}
}
