package link

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// readWriter is a stream that is read from one place and written to another.
type readWriter struct {
	io.Reader
	io.Writer
}

func TestRoundTrip(t *testing.T) {
	for _, test := range []struct {
		kind Kind
		v    any
	}{
		{KindRun, &Run{Cell: 3, Name: "cell[3]", Files: []File{{ID: 4, Name: "cell[3]", Text: "package main\n"}}, Waits: true}},
		{KindRun, &Run{}},
		{KindDone, &Done{Cell: 3, Status: Failed, Name: "panic", Message: "a\nb", Trace: []Position{{Func: "main.f", File: "cell[3]", Line: 1, Column: 2}}, Code: 4}},
		{KindDone, &Done{Status: Deadlock, Waiting: []Waiter{{State: "chan receive", Trace: []Position{{File: "cell[1]", Line: 9}}}}}},
		{KindTrace, &Trace{Cell: 1, Message: "ä€😀", Trace: []Position{{File: "cell[1]", Line: 1}}}},
		{KindDisplay, &Display{Cell: 1, Op: "update", Data: map[string]any{"text/html": "<b>", "x": 1.5}, Metadata: map[string]any{}, ID: "i", Wait: true}},
		{KindAsk, &Ask{Cell: 1, Prompt: "Name: ", Password: true}},
		{KindInput, &Input{Text: strings.Repeat("x", 3<<20), Error: "no"}},
		{KindOp, &Op{ID: 1, Cell: 2, Name: "chdir", Args: map[string]string{"dir": "/"}}},
		{KindOpDone, &OpDone{ID: 1, Error: "e", Result: map[string]string{"dir": "/"}}},
		{KindHello, &Hello{PID: 1, Version: "go1.26"}},
	} {
		for _, slow := range []bool{false, true} {
			t.Run(fmt.Sprintf("%c/%T/slow=%v", test.kind, test.v, slow), func(t *testing.T) {
				var buf bytes.Buffer
				if err := NewConn(&buf).SendJSON(test.kind, test.v); err != nil {
					t.Fatal(err)
				}
				r := io.Reader(&buf)
				if slow {
					if buf.Len() > 1<<20 {
						r = iotest.HalfReader(r)
					} else {
						r = iotest.OneByteReader(r)
					}
				}
				c := NewConn(readWriter{r, io.Discard})
				k, b, err := c.Recv()
				if err != nil || k != test.kind {
					t.Fatalf("kind %q, %v", k, err)
				}
				got := reflect.New(reflect.TypeOf(test.v).Elem()).Interface()
				if err := json.Unmarshal(b, got); err != nil {
					t.Fatal(err)
				}
				want := test.v
				if d, ok := want.(*Display); ok && len(d.Metadata) == 0 {
					d.Metadata = nil // an empty bundle is not sent
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				if _, _, err := c.Recv(); err != io.EOF {
					t.Errorf("after the last frame: %v", err)
				}
			})
		}
	}
}

func TestStream(t *testing.T) {
	for _, test := range []struct {
		cell int
		name string
		text string
	}{
		{1, Stdout, "a\n"}, {1 << 30, Stderr, ""}, {0, Stdout, "\x00\xff"}, {2, Stderr, strings.Repeat("y", 5<<20)},
	} {
		var buf bytes.Buffer
		c := NewConn(&buf)
		if err := c.SendStream(test.cell, test.name, []byte(test.text)); err != nil {
			t.Fatal(err)
		}
		k, b, err := c.Recv()
		if err != nil || k != KindStream {
			t.Fatalf("kind %q, %v", k, err)
		}
		cell, name, text, err := Stream(b)
		if err != nil || cell != test.cell || name != test.name || string(text) != test.text {
			t.Errorf("%d %s %.20q, %v; want %d %s %.20q", cell, name, text, err, test.cell, test.name, test.text)
		}
	}
	for _, bad := range []string{"", "\x00\x00\x00\x00", "\x00\x00\x00\x01\x02text"} {
		if _, _, _, err := Stream([]byte(bad)); err == nil {
			t.Errorf("Stream(%q): no error", bad)
		}
	}
}

func TestParts(t *testing.T) {
	var buf bytes.Buffer
	c := NewConn(&buf)
	for _, parts := range [][][]byte{nil, {nil}, {[]byte("a"), nil, []byte("bc")}} {
		if err := c.Send(KindQuit, parts...); err != nil {
			t.Fatal(err)
		}
		k, b, err := c.Recv()
		if want := bytes.Join(parts, nil); err != nil || k != KindQuit || !bytes.Equal(b, want) {
			t.Errorf("%q %q, %v; want %q", k, b, err, want)
		}
	}
}

func TestBroken(t *testing.T) {
	for _, test := range []struct {
		name, stream string
		want         error
	}{
		{"nothing", "", io.EOF},
		{"half a head", "R\x00", io.ErrUnexpectedEOF},
		{"no payload", "R\x00\x00\x00\x01", io.ErrUnexpectedEOF},
		{"half a payload", "R\x00\x00\x00\x02a", io.ErrUnexpectedEOF},
		{"much is announced", "R\x40\x00\x00\x00a", io.ErrUnexpectedEOF},
		{"more than allowed", "R\x40\x00\x00\x01a", ErrTooLarge},
		{"text", "panic: x", ErrTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := NewConn(readWriter{strings.NewReader(test.stream), io.Discard}).Recv()
			runtime.ReadMemStats(&after)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
				t.Errorf("took %d bytes for %d", n, len(test.stream))
			}
		})
	}
	if err := NewConn(readWriter{nil, failing{}}).Send(KindQuit); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("send to the dead: %v", err)
	}
	if err := NewConn(readWriter{nil, io.Discard}).SendJSON(KindDisplay, Display{Data: map[string]any{"f": func() {}}}); err == nil {
		t.Error("a function was encoded")
	}
	// One slice many times: more than MaxFrame without the memory.
	part := make([]byte, 1<<20)
	parts := make([][]byte, MaxFrame/len(part)+1)
	for i := range parts {
		parts[i] = part
	}
	if err := NewConn(readWriter{nil, failing{}}).Send(KindStream, parts...); !errors.Is(err, ErrTooLarge) {
		t.Errorf("send too much: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestConcurrentSend shows that frames of many senders stay whole.
func TestConcurrentSend(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	const senders, frames = 8, 100
	var group sync.WaitGroup
	c := NewConn(a)
	for i := range senders {
		group.Go(func() {
			for j := range frames {
				text := bytes.Repeat([]byte{byte(i)}, i*100+j)
				if err := c.SendStream(i, Stdout, text); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { group.Wait(); a.Close() }()
	next := [senders]int{}
	r := NewConn(b)
	for {
		_, payload, err := r.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		cell, _, text, err := Stream(payload)
		if err != nil || len(text) != cell*100+next[cell] || bytes.Count(text, []byte{byte(cell)}) != len(text) {
			t.Fatalf("cell %d, frame %d: %d bytes, %v", cell, next[cell], len(text), err)
		}
		next[cell]++
	}
	for i, n := range next {
		if n != frames {
			t.Errorf("sender %d: %d frames of %d came", i, n, frames)
		}
	}
}

// FuzzRecv reads any bytes as frames, and compares with a reading by hand.
func FuzzRecv(f *testing.F) {
	frame := func(k Kind, payload string) []byte {
		b := binary.BigEndian.AppendUint32([]byte{byte(k)}, uint32(len(payload)))
		return append(b, payload...)
	}
	f.Add([]byte{})
	f.Add(frame(KindQuit, ""))
	f.Add(append(frame(KindRun, `{"cell":1}`), frame(KindStream, "\x00\x00\x00\x01\x01text")...))
	f.Add([]byte("R\xff\xff\xff\xff"))
	f.Add([]byte("S\x40\x00\x00\x00abc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := NewConn(readWriter{iotest.HalfReader(bytes.NewReader(b)), io.Discard})
		rest := b
		for {
			k, payload, err := c.Recv()
			if err != nil {
				var want error
				switch {
				case len(rest) == 0:
					want = io.EOF
				case len(rest) < 5:
					want = io.ErrUnexpectedEOF
				case binary.BigEndian.Uint32(rest[1:]) > MaxFrame:
					want = ErrTooLarge
				case uint32(len(rest)-5) < binary.BigEndian.Uint32(rest[1:]):
					want = io.ErrUnexpectedEOF
				}
				if want == nil || !errors.Is(err, want) {
					t.Fatalf("%v with %d bytes left, want %v", err, len(rest), want)
				}
				return
			}
			var again bytes.Buffer
			if err := NewConn(&again).Send(k, payload); err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(rest, again.Bytes()) {
				t.Fatalf("%q was read as %q", rest, again.Bytes())
			}
			rest = rest[again.Len():]
			if k == KindStream {
				if _, name, text, err := Stream(payload); err == nil && (len(text) != len(payload)-5 || name != Stdout && name != Stderr) {
					t.Fatalf("%q: %s %q", payload, name, text)
				}
			}
		}
	})
}

func BenchmarkStream(b *testing.B) {
	for _, n := range []int{10, 1000, 100000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			var buf bytes.Buffer
			c := NewConn(&buf)
			text := make([]byte, n)
			b.SetBytes(int64(n))
			for b.Loop() {
				if err := c.SendStream(1, Stdout, text); err != nil {
					b.Fatal(err)
				}
				if _, _, err := c.Recv(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
