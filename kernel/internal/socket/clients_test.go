package socket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// zmq4's own clients work with all five sockets.
func TestZMQ4Clients(t *testing.T) {
	s, e := opened(t, Options{Welcome: func(topic []byte) [][]byte { return [][]byte{[]byte("t welcome"), topic} }})
	for _, c := range []Channel{Shell, Control, Stdin} {
		echo(s, c)
	}
	quiet := zmq4.WithLogger(log.New(io.Discard, "", 0))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, test := range []struct {
		name string
		sck  zmq4.Socket
		port int
		send [][]byte
	}{
		{"shell", zmq4.NewDealer(ctx, quiet), e.Shell, [][]byte{[]byte("a"), nil, make([]byte, 300_000)}},
		{"control", zmq4.NewDealer(ctx, quiet, zmq4.WithID(zmq4.SocketIdentity("me"))), e.Control, [][]byte{[]byte("a")}},
		{"stdin", zmq4.NewReq(ctx, quiet), e.Stdin, [][]byte{[]byte("a")}},
		{"heartbeat", zmq4.NewReq(ctx, quiet), e.HB, [][]byte{[]byte("ping")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer test.sck.Close()
			if err := test.sck.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", test.port)); err != nil {
				t.Fatal(err)
			}
			for range 100 {
				if err := test.sck.SendMulti(zmq4.NewMsgFrom(test.send...)); err != nil {
					t.Fatal(err)
				}
				msg, err := test.sck.Recv()
				if err != nil || len(msg.Frames) != len(test.send) {
					t.Fatalf("got %d frames, %v; want %d", len(msg.Frames), err, len(test.send))
				}
				for i := range msg.Frames {
					if string(msg.Frames[i]) != string(test.send[i]) {
						t.Fatalf("frame %d differs", i)
					}
				}
			}
		})
	}
	sub := zmq4.NewSub(ctx, quiet)
	defer sub.Close()
	if err := sub.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", e.IOPub)); err != nil {
		t.Fatal(err)
	}
	sub.SetOption(zmq4.OptionSubscribe, "t")
	if msg, err := sub.Recv(); err != nil || len(msg.Frames) != 2 || string(msg.Frames[1]) != "t" {
		t.Fatalf("got %q, %v; want the welcome", msg.Frames, err)
	}
	for i := range 1000 {
		s.Publish([][]byte{[]byte("not this")})
		s.Publish([][]byte{[]byte("this"), fmt.Append(nil, i)})
	}
	for i := range 1000 {
		if msg, err := sub.Recv(); err != nil || string(msg.Frames[1]) != fmt.Sprint(i) {
			t.Fatalf("got %q, %v; want %d", msg.Frames, err, i)
		}
	}
}

// What zmq4 itself wants to say goes to Options.Log, never to standard error.
func TestLogger(t *testing.T) {
	var r record
	w := logWriter{r.log, "shell"}
	log.New(w, "", 0).Printf("could not %s", "do it")
	if got := r.String(); got != "shell: could not do it" {
		t.Errorf("got %q", got)
	}
}

const python = "/usr/bin/python3"

// libzmq's clients, through pyzmq: round trips, identities, heartbeats of ZMTP
// every 20 ms, subscriptions, and everything published before Close.
func TestPyzmq(t *testing.T) {
	if err := exec.Command(python, "-c", "import zmq").Run(); err != nil {
		t.Skipf("no pyzmq in %s: %v", python, err)
	}
	var r record
	s, e := opened(t, Options{Log: r.log, Welcome: func(topic []byte) [][]byte { return [][]byte{append(topic, " welcome"...)} }})
	for _, c := range []Channel{Shell, Control, Stdin} {
		echo(s, c)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "testdata/clients.py", fmt.Sprint(e.Shell), fmt.Sprint(e.Control), fmt.Sprint(e.Stdin), fmt.Sprint(e.IOPub), fmt.Sprint(e.HB))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch line := lines.Text(); {
		case line == "publish":
			for i := range many {
				s.Publish([][]byte{[]byte("s"), fmt.Append(nil, i), make([]byte, 200)})
			}
			s.Close()
		case strings.HasPrefix(line, "wrong"):
			t.Error(line)
		default:
			t.Log(line)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v; log:\n%s", err, r.String())
	}
	if got := r.String(); got != "" {
		t.Errorf("got log %s", got)
	}
}
