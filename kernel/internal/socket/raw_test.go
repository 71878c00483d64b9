package socket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// A record collects what goes to Options.Log.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) log(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

// has waits until a line contains want.
func (r *record) has(t testing.TB, want string) {
	t.Helper()
	eventually(t, "a log line with "+want, func() bool { return strings.Contains(r.String(), want) })
}

// eventually waits up to five seconds for ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// opened opens sockets on free ports of the loopback and closes them at the end.
func opened(t testing.TB, o Options) (*Sockets, *Endpoints) {
	t.Helper()
	e := &Endpoints{IP: "127.0.0.1"}
	s, err := Open(context.Background(), e, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, e
}

// A raw is a ZMTP client made of a plain connection.
type raw struct {
	net.Conn
	br *bufio.Reader
	t  testing.TB
}

// dialed connects to a port of the loopback and says nothing.
func dialed(t testing.TB, port int) *raw {
	t.Helper()
	nc, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return &raw{nc, bufio.NewReaderSize(nc, 64<<10), t}
}

// greeted connects and holds the handshake.
func greeted(t testing.TB, port int, socketType, identity string) *raw {
	t.Helper()
	c := dialed(t, port)
	c.write(appendReady(append([]byte(nil), ourGreeting...), socketType, identity))
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	var g [greetingSize]byte
	if _, err := io.ReadFull(c.br, g[:]); err != nil {
		t.Fatalf("read greeting: %v", err)
	}
	if flags, body := c.frame(); flags != flagCommand || !strings.HasPrefix(string(body), "\x05READY") {
		t.Fatalf("got frame %#x %q, want READY", flags, body)
	}
	c.SetReadDeadline(time.Time{})
	return c
}

// subscribed connects to iopub, subscribes and waits until the subscription counts.
func subscribed(t testing.TB, s *Sockets, port int, topic string) *raw {
	t.Helper()
	c := greeted(t, port, "SUB", "")
	c.subscribe(s, topic)
	return c
}

func (c *raw) subscribe(s *Sockets, topic string) {
	c.t.Helper()
	before := topics(s, c, topic)
	c.write(message("\x01" + topic))
	eventually(c.t, "subscription "+topic, func() bool { return topics(s, c, topic) > before })
}

// topics counts c's subscriptions to topic.
func topics(s *Sockets, c *raw, topic string) int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for sub := range s.hub.subscribers {
		if sub.p.RemoteAddr().String() == c.LocalAddr().String() {
			return sub.topics[topic]
		}
	}
	return 0
}

// message encodes frames independently of the code under test's slabs.
func message(frames ...string) []byte {
	var b []byte
	for i, f := range frames {
		flags := byte(flagMore)
		if i == len(frames)-1 {
			flags = 0
		}
		b = append(appendHeader(b, flags, len(f)), f...)
	}
	return b
}

func (c *raw) write(b []byte) {
	c.t.Helper()
	if _, err := c.Write(b); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// frame reads a frame, without its flagLong.
func (c *raw) frame() (flags byte, body []byte) {
	c.t.Helper()
	r := reader{br: c.br, limit: maxMessage}
	f, err := r.next()
	if err == nil {
		body, err = r.body(f)
	}
	if err != nil {
		c.t.Fatalf("read frame: %v", err)
	}
	return f.flags, body
}

// message reads a message, at most 10 s.
func (c *raw) message() []string {
	c.t.Helper()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	var list []string
	for {
		flags, body := c.frame()
		list = append(list, string(body))
		if flags&flagMore == 0 {
			return list
		}
	}
}

// closed waits until the other side has closed the connection.
func (c *raw) closed() {
	c.t.Helper()
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := io.Copy(io.Discard, c.br); err != nil && strings.Contains(err.Error(), "timeout") {
		c.t.Fatalf("connection is still open after %d bytes", n)
	}
}

// echo answers what arrives on a channel until the sockets close.
func echo(s *Sockets, c Channel) {
	go func() {
		for {
			msg, err := s.Recv(c)
			if err != nil {
				return
			}
			s.Send(c, msg)
		}
	}()
}

// answers checks that a new client on the shell port gets an answer.
func answers(t testing.TB, port int) {
	t.Helper()
	c := greeted(t, port, "DEALER", "")
	defer c.Close()
	c.write(message("a", "", "b"))
	if got := strings.Join(c.message(), "|"); got != "a||b" {
		t.Fatalf("got %q, want a||b", got)
	}
}
