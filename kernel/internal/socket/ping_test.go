package socket

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
)

var ping = appendCommand(nil, "PING", []byte("\x00\x10context"))

// pong reads the answer to ping.
func (c *raw) pong() {
	c.t.Helper()
	if flags, body := c.frame(); flags != flagCommand || string(body) != "\x04PONGcontext" {
		c.t.Fatalf("got frame %#x %q, want PONG with its context", flags, body)
	}
}

func TestPing(t *testing.T) {
	s, e := opened(t, Options{})
	for name, c := range map[string]*raw{
		"shell":     greeted(t, e.Shell, "DEALER", ""),
		"stdin":     greeted(t, e.Stdin, "DEALER", ""),
		"heartbeat": greeted(t, e.HB, "REQ", ""),
		"iopub":     greeted(t, e.IOPub, "SUB", ""),
	} {
		t.Run(name, func(t *testing.T) {
			c.write(bytes.Repeat(ping, 25))
			c.write(appendCommand(nil, "PONG", nil))
			c.write(appendCommand(nil, "UNKNOWN", []byte("x")))
			for range 25 {
				c.pong()
			}
			switch name { // the application has seen nothing of it, and the connection works
			case "shell":
				c.write(message("a"))
				if msg, err := s.Recv(Shell); err != nil || len(msg) != 2 || string(msg[1]) != "a" {
					t.Errorf("got %q, %v; want message a", msg, err)
				}
			case "iopub":
				c.subscribe(s, "")
				s.Publish([][]byte{[]byte("b")})
				if got := c.message(); got[0] != "b" {
					t.Errorf("got %q, want b", got)
				}
			}
		})
	}
}

// A PING inside a message is against the grammar, but costs nothing.
func TestPingInsideMessage(t *testing.T) {
	s, e := opened(t, Options{})
	c := greeted(t, e.Shell, "DEALER", "")
	c.write([]byte("\x01\x01a" + string(ping) + "\x00\x01b"))
	if msg, err := s.Recv(Shell); err != nil || len(msg) != 3 {
		t.Errorf("got %q, %v; want frames a and b", msg, err)
	}
	c.pong()
}

// However zmq4's bytes are cut into writes, its handshake stays inside, a PONG
// stands between messages, and a message's short frames go out in one write.
func TestWriteBoundaries(t *testing.T) {
	shake := appendReady(append([]byte(nil), ourGreeting...), "ROUTER", "")
	msg := message("a", "", strings.Repeat("b", 300), "c", "", "d", "e")
	pong := appendCommand(nil, "PONG", []byte("context"))
	want := string(msg) + string(pong) + string(msg)
	for _, cut := range []int{1, 2, 3, 7, 64, 65, 1000} {
		near, far := net.Pipe()
		counted := &writeCounter{Conn: near}
		o := new(Options)
		o.setDefaults()
		p := newPeer(newDoor(nil, o, kind{name: "test"}), counted)
		got := make(chan string, 1)
		go func() {
			b := make([]byte, len(want))
			n, _ := io.ReadFull(far, b)
			got <- string(b[:n])
		}()
		write := func(b []byte) {
			for len(b) > 0 {
				n := min(cut, len(b))
				if _, err := p.Write(b[:n]); err != nil {
					t.Fatal(err)
				}
				b = b[n:]
			}
		}
		write(append(shake, msg[:100]...))
		p.answer("PING", []byte("\x00\x10context"))
		write(append(msg[100:len(msg):len(msg)], msg...))
		p.out.await(0)
		if g := <-got; g != want {
			t.Errorf("cut %d: got %q, want %q", cut, g, want)
		}
		if counted.n > 2 {
			t.Errorf("cut %d: two messages took %d writes", cut, counted.n)
		}
		p.drop(nil)
		p.out.end()
		far.Close()
	}
}

type writeCounter struct {
	net.Conn
	n int
}

func (w *writeCounter) Write(b []byte) (int, error) {
	w.n++
	return w.Conn.Write(b)
}
