package socket

import (
	"strings"
	"testing"
	"time"
)

// openings are what a connection may start with that is no client. Closed at
// once when wrong, at the end of Options.Handshake when incomplete.
var openings = []struct {
	name, bytes string
	log         string
}{
	{"silent", "", "read greeting: "},
	{"half a signature", "\xff\x00\x00\x00\x00", "read greeting: "},
	{"half a greeting", string(ourGreeting[:40]), "read greeting: "},
	{"no READY", string(ourGreeting), "read READY: "},
	{"half a READY", string(appendReady(ourGreeting[:64:64], "DEALER", "")[:70]), "read READY: "},
	{"HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not a ZMTP greeting"},
	{"bad signature", "\xff" + strings.Repeat("x", 63), "not a ZMTP greeting"},
	{"ZMTP 2", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x01" + strings.Repeat("\x00", 53), "ZMTP version 1.0"},
	{"CURVE", string(ourGreeting[:12]) + "CURVE" + strings.Repeat("\x00", 47), `mechanism "CURVE"`},
	{"message instead of READY", string(ourGreeting) + "\x00\x01x", "message before the handshake's end"},
	{"HELLO", string(appendCommand(ourGreeting[:64:64], "HELLO", nil)), `command "HELLO"`},
	{"empty command", string(ourGreeting) + "\x04\x00", "malformed command"},
	// These two end the process in zmq4's own handshake.
	{"short metadata", string(appendCommand(ourGreeting[:64:64], "READY", []byte("\x03abc"))), "malformed READY"},
	{"unknown socket type", string(appendReady(ourGreeting[:64:64], "NONSENSE", "")), `socket type "NONSENSE"`},
	{"name past the end", string(appendCommand(ourGreeting[:64:64], "READY", []byte("\xffa"))), "malformed READY"},
	{"value past the end", string(appendCommand(ourGreeting[:64:64], "READY", []byte("\x01a\xff\xff\xff\xffx"))), "malformed READY"},
	{"incompatible socket type", string(appendReady(ourGreeting[:64:64], "PUSH", "")), `socket type "PUSH"`},
	{"no socket type", string(appendCommand(ourGreeting[:64:64], "READY", nil)), `socket type ""`},
	{"reserved identity", string(appendReady(ourGreeting[:64:64], "DEALER", "\x00abc")), "identity"},
	{"huge READY", string(ourGreeting) + "\x06\x00\x00\x00\x00\x00\x02\x00\x00", "command of 131072 bytes"},
}

func TestNoClient(t *testing.T) {
	for _, test := range openings {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var r record
			s, e := opened(t, Options{Handshake: 3 * time.Second, Log: r.log})
			echo(s, Shell)
			var bad []*raw
			for _, port := range []int{e.Shell, e.Control, e.Stdin, e.IOPub, e.HB} {
				c := dialed(t, port)
				c.write([]byte(test.bytes))
				bad = append(bad, c)
			}
			began := time.Now()
			answers(t, e.Shell)
			beats(t, e.HB)
			sub := subscribed(t, s, e.IOPub, "")
			if err := s.Publish([][]byte{[]byte("a")}); err != nil {
				t.Fatal(err)
			}
			sub.message()
			if d := time.Since(began); d > 2500*time.Millisecond {
				t.Errorf("new clients waited %v", d)
			}
			for _, c := range bad {
				c.closed()
			}
			r.has(t, "shell: dropped 127.0.0.1:")
			r.has(t, test.log)
			r.has(t, "iopub: dropped")
			r.has(t, "heartbeat: dropped")
		})
	}
}

// A connection that says nothing and goes, as a port scan's does, is no news.
func TestScanIsNoNews(t *testing.T) {
	var r record
	_, e := opened(t, Options{Log: r.log})
	dialed(t, e.Shell).Close()
	dialed(t, e.Control).write([]byte("x"))
	r.has(t, "control: dropped")
	if got := r.String(); strings.Contains(got, "shell") {
		t.Errorf("got log %q, want nothing of shell", got)
	}
}

// The deadline of the handshake does not hold for what follows.
func TestIdleClientStays(t *testing.T) {
	s, e := opened(t, Options{Handshake: 50 * time.Millisecond})
	echo(s, Shell)
	c := greeted(t, e.Shell, "DEALER", "")
	time.Sleep(200 * time.Millisecond)
	c.write(message("a"))
	c.message()
}
