package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// A front is the other end of a session that runs inside the test.
type front struct {
	t    testing.TB
	conn *link.Conn
	n    int

	mu     sync.Mutex
	stream map[int]*bytes.Buffer
	shown  []link.Display
	traces []link.Trace
	done   chan link.Done
	opDone chan link.OpDone
	ask    chan link.Ask
}

// newFront starts a session and waits for its hello.
func newFront(t testing.TB) *front {
	t.Helper()
	a, b := net.Pipe()
	f := &front{t: t, conn: link.NewConn(a), stream: map[int]*bytes.Buffer{},
		done: make(chan link.Done, 1), opDone: make(chan link.OpDone, 10), ask: make(chan link.Ask, 10)}
	ended := make(chan error, 1)
	go func() { ended <- Main(b) }()
	hello := make(chan bool)
	go f.read(hello)
	<-hello
	t.Cleanup(func() {
		a.Close()
		if err := <-ended; err != nil && err != io.ErrClosedPipe {
			t.Log("session ended:", err)
		}
	})
	return f
}

func (f *front) read(hello chan bool) {
	for {
		kind, payload, err := f.conn.Recv()
		if err != nil {
			return
		}
		f.mu.Lock()
		switch kind {
		case link.KindHello:
			close(hello)
		case link.KindStream:
			cell, name, text, _ := link.Stream(payload)
			b := f.stream[cell]
			if b == nil {
				b = new(bytes.Buffer)
				f.stream[cell] = b
			}
			if name == link.Stderr {
				b.WriteString("!")
			}
			b.Write(text)
		case link.KindDisplay:
			d, err := link.ReadDisplay(payload)
			f.must(err)
			f.shown = append(f.shown, d)
		case link.KindTrace:
			var d link.Trace
			f.must(json.Unmarshal(payload, &d))
			f.traces = append(f.traces, d)
		case link.KindAsk:
			var a link.Ask
			f.must(json.Unmarshal(payload, &a))
			f.ask <- a
		case link.KindDone:
			var d link.Done
			f.must(json.Unmarshal(payload, &d))
			f.done <- d
		case link.KindOpDone:
			var d link.OpDone
			f.must(json.Unmarshal(payload, &d))
			f.opDone <- d
		}
		f.mu.Unlock()
	}
}

func (f *front) must(err error) {
	if err != nil {
		f.t.Error(err)
	}
}

// start sends a run of one file and returns its number.
func (f *front) start(text string, waits bool) int {
	f.n++
	r := link.Run{Cell: f.n, Name: fmt.Sprintf("cell[%d]", f.n), Waits: waits}
	r.Files = []link.File{{ID: f.n, Name: r.Name, Text: text}}
	f.must(f.conn.SendJSON(link.KindRun, r))
	return f.n
}

func (f *front) wait() link.Done {
	f.t.Helper()
	select {
	case d := <-f.done:
		return d
	case <-time.After(20 * time.Second):
		f.t.Fatal("no end of the run within 20 s")
		return link.Done{}
	}
}

// run runs a file and returns what it printed and how it ended.
func (f *front) run(text string) (string, link.Done) {
	f.t.Helper()
	n := f.start(text, true)
	d := f.wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.stream[n]; b != nil {
		return b.String(), d
	}
	return "", d
}

// skipStopping skips a test that stops a run where that can't be told from a
// fault of ours.
func skipStopping(t *testing.T) {
	if raceEnabled {
		t.Skip("yaegi v0.16.1 itself has a data race when a run is stopped")
	}
}
