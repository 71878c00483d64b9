package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
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

	mu          sync.Mutex
	stream      map[int]*bytes.Buffer
	shown       []link.Display
	linesBefore []int // for each of shown: lines of its cell's text that came before
	traces      []link.Trace
	done        chan link.Done
	opDone      chan link.OpDone
	ask         chan link.Ask

	process *os.Process // nil where the session runs inside the test
}

// newFront starts a session and waits for its hello.
func newFront(t testing.TB) *front {
	t.Helper()
	a, b := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Main(b) }()
	f := attach(t, a)
	t.Cleanup(func() {
		a.Close()
		if err := <-ended; err != nil && err != io.ErrClosedPipe {
			t.Log("session ended:", err)
		}
	})
	return f
}

// attach speaks to a session over the stream rw and waits for its hello.
func attach(t testing.TB, rw io.ReadWriter) *front {
	t.Helper()
	f := &front{t: t, conn: link.NewConn(rw), stream: map[int]*bytes.Buffer{},
		done: make(chan link.Done, 1), opDone: make(chan link.OpDone, 10), ask: make(chan link.Ask, 10)}
	hello := make(chan bool)
	go f.read(hello)
	select {
	case <-hello:
	case <-time.After(20 * time.Second):
		t.Fatal("no hello from the session")
	}
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
			lines := 0
			if b := f.stream[d.Cell]; b != nil {
				lines = bytes.Count(b.Bytes(), []byte("\n"))
			}
			f.linesBefore = append(f.linesBefore, lines)
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
	return f.send(link.Run{Files: []link.File{{Text: text}}, Waits: waits})
}

// send numbers a run, sends it and returns its number.
func (f *front) send(r link.Run) int {
	f.n++
	r.Cell, r.Name = f.n, fmt.Sprintf("cell[%d]", f.n)
	for i := range r.Files {
		r.Files[i].ID, r.Files[i].Name = f.n*10+i, r.Name
	}
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
	return f.text(n), d
}

// text returns what a cell has printed.
func (f *front) text(n int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.stream[n]; b != nil {
		return b.String()
	}
	return ""
}

// skipStopping skips a test that stops a run where that can't be told from a
// fault of ours.
func skipStopping(t *testing.T) {
	if raceEnabled {
		t.Skip("yaegi v0.16.1 itself has a data race when a run is stopped")
	}
}
