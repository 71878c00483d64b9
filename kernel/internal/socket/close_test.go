package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const many = 20_000

// What was published arrives although Close follows at once.
func TestCloseDrainsPublished(t *testing.T) {
	s, e := opened(t, Options{HighWater: 64 << 20})
	c := subscribed(t, s, e.IOPub, "")
	for i := range many {
		s.Publish([][]byte{fmt.Append(nil, i), make([]byte, 500)})
	}
	go s.Close()
	time.Sleep(100 * time.Millisecond) // more than the system's buffers hold is left to send
	for i := range many {
		if got := c.message()[0]; got != fmt.Sprint(i) {
			t.Fatalf("got %s, want %d", got, i)
		}
	}
	c.closed()
}

// So do replies, although requests lie unread on our side.
func TestCloseDrainsReplies(t *testing.T) {
	s, e := opened(t, Options{})
	c := greeted(t, e.Shell, "DEALER", "me")
	c.write(message("first"))
	if _, err := s.Recv(Shell); err != nil {
		t.Fatal(err)
	}
	for i := range many {
		if err := s.Send(Shell, [][]byte{[]byte("me"), fmt.Append(nil, i), make([]byte, 500)}); err != nil {
			t.Fatal(err)
		}
	}
	go func() { // requests that nobody receives, before, while and after Close lets go
		for {
			if _, err := c.Write(message(strings.Repeat("x", 1000))); err != nil {
				return
			}
		}
	}()
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	time.Sleep(100 * time.Millisecond)
	for i := range many {
		if got := c.message()[0]; got != fmt.Sprint(i) {
			t.Fatalf("got %s, want %d", got, i)
		}
	}
	c.closed()
	c.Close()
	select {
	case <-closed:
	case <-time.After(700 * time.Millisecond):
		t.Error("Close waits although all clients are gone")
	}
}

// A stuck client keeps Close for no more than a second.
func TestCloseGivesUp(t *testing.T) {
	var r record
	s, e := opened(t, Options{HighWater: 64 << 20, Log: r.log})
	subscribed(t, s, e.IOPub, "")
	for range 20 {
		s.Publish([][]byte{make([]byte, 1<<20)})
	}
	began := time.Now()
	s.Close()
	if d := time.Since(began); d < 800*time.Millisecond || d > 5*time.Second {
		t.Errorf("Close took %v, want a second", d)
	}
	r.has(t, "bytes before the end")
}

// Close ends all waiting, and methods give ErrClosed from then on.
func TestErrClosed(t *testing.T) {
	s, e := opened(t, Options{HighWater: 1 << 10})
	subscribed(t, s, e.IOPub, "")
	got := make(chan error)
	for _, wait := range []func() error{
		func() error { _, err := s.Recv(Shell); return err },
		func() error { _, err := s.Recv(Control); return err },
		func() error { _, err := s.Recv(Stdin); return err },
		func() error {
			for {
				if err := s.Publish([][]byte{make([]byte, 1<<20)}); err != nil {
					return err
				}
			}
		},
	} {
		go func() { got <- wait() }()
	}
	time.Sleep(50 * time.Millisecond)
	go s.Close()
	for range 4 {
		select {
		case err := <-got:
			if !errors.Is(err, ErrClosed) {
				t.Errorf("got %v, want ErrClosed", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("something still waits")
		}
	}
	s.Close()
	_, err := s.Recv(Shell)
	for _, err := range []error{err, s.Send(Shell, [][]byte{{1}, {2}}), s.Publish([][]byte{{1}})} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	}
}

// The end of Open's context closes too.
func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Open(ctx, &Endpoints{IP: "127.0.0.1"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := s.Recv(Shell); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	s.Close()
}

// After Close no goroutine and no descriptor is left, whatever clients do.
func TestNothingIsLeft(t *testing.T) {
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	for range 3 {
		var r record
		e := &Endpoints{IP: "127.0.0.1"}
		s, err := Open(context.Background(), e, Options{HighWater: 1 << 20, Log: r.log})
		if err != nil {
			t.Fatal(err)
		}
		var clients []*raw
		add := func(c *raw) *raw { clients = append(clients, c); return c }
		for _, port := range []int{e.Shell, e.Control, e.Stdin, e.HB, e.IOPub} {
			add(dialed(t, port)) // silent
			add(dialed(t, port)).write([]byte("GET / HTTP/1.1\r\n"))
			add(dialed(t, port)).Close()
		}
		for range 20 { // come and gone
			greeted(t, e.Shell, "DEALER", "").Close()
		}
		flood := add(greeted(t, e.Shell, "DEALER", "")) // nobody receives
		flood.write([]byte(strings.Repeat(string(message("a", "b")), 1000)))
		add(greeted(t, e.HB, "DEALER", "")).write([]byte(strings.Repeat(string(message("", "b")), 100)))
		add(greeted(t, e.Stdin, "DEALER", "")).write([]byte(long(0, 1<<20) + "half"))
		add(subscribed(t, s, e.IOPub, "")) // stuck
		var publishing sync.WaitGroup
		publishing.Go(func() {
			for s.Publish([][]byte{make([]byte, 100_000)}) == nil {
			}
		})
		time.Sleep(50 * time.Millisecond)
		s.Close()
		publishing.Wait()
		for _, c := range clients {
			c.Close()
		}
	}
	eventually(t, "the goroutines' end", func() bool { return runtime.NumGoroutine() <= goroutines })
	if n := openDescriptors(t); n > descriptors {
		t.Errorf("%d descriptors are left", n-descriptors)
	}
}

// Clients that are refused or leave keep nothing either, before Close.
func TestClientsLeaveNothing(t *testing.T) {
	s, e := opened(t, Options{})
	echo(s, Shell)
	answers(t, e.Shell)
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	for range 50 {
		answers(t, e.Shell)
		beats(t, e.HB)
		c := subscribed(t, s, e.IOPub, "")
		s.Publish([][]byte{make([]byte, 100)})
		c.Close()
		for _, test := range openings[5:] {
			c := dialed(t, e.Shell)
			c.write([]byte(test.bytes))
			c.closed()
			c.Close()
		}
	}
	eventually(t, "the goroutines' end", func() bool { return runtime.NumGoroutine() <= goroutines })
	eventually(t, "the descriptors' end", func() bool { return openDescriptors(t) <= descriptors })
	for _, d := range s.doors {
		eventually(t, d.kind.name+" forgetting its connections", func() bool {
			d.mu.Lock()
			defer d.mu.Unlock()
			return len(d.peers) == 0
		})
	}
	for c, ch := range s.channels {
		eventually(t, Channel(c).String()+" forgetting its identities", func() bool {
			ch.routes.mu.Lock()
			defer ch.routes.mu.Unlock()
			return len(ch.routes.byName) == 0
		})
	}
}

// A connection that dies while zmq4 is about to greet it lets zmq4 come as far
// as reading, where it learns the end, and enters no table afterwards.
func TestDeadBeforeGreeting(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	o := new(Options)
	o.setDefaults()
	r := new(routes)
	p := newPeer(newDoor(nil, o, kind{name: "test", routes: r}), near)
	p.identity = "me"
	p.drop(nil)
	for _, b := range [][]byte{ourGreeting, appendReady(nil, "ROUTER", "")} {
		if _, err := p.Write(b); err != nil {
			t.Fatalf("handshake: %v", err)
		}
	}
	if _, err := p.Write(message("a")); err != io.EOF {
		t.Errorf("message: got %v, want EOF", err)
	}
	if _, err := p.Read(make([]byte, 2)); err != io.EOF {
		t.Errorf("read: got %v, want EOF", err)
	}
	if r.newest([]byte("me")) != nil {
		t.Error("the dead connection can be sent to")
	}
}

// openDescriptors counts the process's descriptors.
func openDescriptors(t testing.TB) (n int) {
	for fd := range 4096 {
		var st syscall.Stat_t
		if syscall.Fstat(fd, &st) == nil {
			n++
		}
	}
	return n
}

// Accepting pauses when there are no descriptors, and then goes on.
func TestAcceptPauses(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var r record
	o := &Options{Log: r.log}
	o.setDefaults()
	short := &shortOf{Listener: ln, err: &net.OpError{Op: "accept", Err: syscall.EMFILE}}
	short.left = 5
	served := make(chan *peer)
	d := newDoor(short, o, kind{name: "test", speaks: "ROUTER", limit: 1, serve: func(p *peer) { served <- p }})
	began := time.Now()
	d.open()
	greeted(t, ln.Addr().(*net.TCPAddr).Port, "DEALER", "")
	<-served
	if took := time.Since(began); took < 10*(1+2+4+8+16)*time.Millisecond {
		t.Errorf("five failures took %v: no pause", took)
	}
	if n := strings.Count(r.String(), "too many open files"); n != 1 {
		t.Errorf("got %d lines, want 1:\n%s", n, r.String())
	}
	d.stop()
	d.finish(time.Now())
}

// A shortOf fails to accept the first times.
type shortOf struct {
	net.Listener
	err  error
	left int
}

func (s *shortOf) Accept() (net.Conn, error) {
	if s.left > 0 {
		s.left--
		return nil, s.err
	}
	return s.Listener.Accept()
}
