package socket

import (
	"bufio"
	"bytes"

	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzRead feeds bytes to the ZMTP reader as a connection's after the handshake
// and compares what zmq4 is given with a plain parser's reading; then the same
// bytes as a connection's first.
func FuzzRead(f *testing.F) {
	f.Add(message("a", "", strings.Repeat("b", 300)), byte(3))
	f.Add(append(slices.Clone(ping), message("x")...), byte(1))
	f.Add([]byte(long(0, 1<<62)), byte(9))
	f.Add([]byte(long(flagCommand, 6)+"\x05HELLO"), byte(2))
	f.Add([]byte("\x01\x01a"+string(ping)+"\x00\x01b\x00"), byte(5))
	f.Add(append(slices.Clone(ourGreeting), "\x04\x05\x03abc\x00"...), byte(0))
	for _, test := range openings {
		f.Add([]byte(test.bytes), byte(64))
	}
	f.Fuzz(func(t *testing.T, in []byte, step byte) {
		const limit = 2000
		p := &peer{Conn: deaf{}, door: &door{o: &Options{}, kind: kind{speaks: "ROUTER"}}}
		p.out.init()
		p.out.writing = true // never writes
		fd := feed{r: reader{br: bufio.NewReader(bytes.NewReader(in)), limit: limit}, command: p.answer, pause: func() {}}
		var got []byte
		b := make([]byte, 1+int(step))
		var err error
		for err == nil {
			var n int
			n, err = fd.read(b)
			got = append(got, b[:n]...)
		}
		want, whole := plain(in, limit)
		if !bytes.HasPrefix(got, want) {
			t.Fatalf("zmq4 would get %q, want %q first", got, want)
		}
		if whole && (err != io.EOF || len(got) != len(want)) {
			t.Fatalf("zmq4 would get %q and %v, want %q and EOF", got, err, want)
		}
		if !whole && err == io.EOF {
			t.Fatal("a broken stream ends as a whole one")
		}

		fresh := &peer{Conn: deaf{}, door: p.door}
		fresh.feed.r = reader{br: bufio.NewReader(bytes.NewReader(in)), limit: limit}
		if err := fresh.greet(); err == nil && !strings.HasSuffix(string(fresh.feed.replay), fresh.identity) {
			t.Fatalf("handshake for zmq4 is %q, want identity %q", fresh.feed.replay, fresh.identity)
		}
	})
}

// plain gives the messages in b, without the commands, up to the first frame
// that is broken or incomplete, and whether there is none and no open message.
func plain(b []byte, limit int) (messages []byte, whole bool) {
	open, total, frames := false, 0, 0
	for len(b) > 0 {
		flags := b[0]
		n := headerSize(flags)
		if len(b) < n || flags&^flagsKnown != 0 {
			return messages, false
		}
		size := frameSize(b[:n])
		rest := b[n:]
		command := flags&flagCommand != 0
		if size > uint64(len(rest)) || command && flags&flagMore != 0 {
			return messages, false
		}
		body := rest[:size]
		b = rest[size:]
		if command {
			if len(body) == 0 || len(body) <= int(body[0]) && int(body[0]) != len(body)-1 || size > maxCommand {
				return messages, false
			}
			name, data := string(body[1:1+body[0]]), body[1+body[0]:]
			if name == "ERROR" || name == "PING" && (len(data) < 2 || len(data) > 18) {
				return messages, false
			}
			continue
		}
		total += len(body)
		frames++
		if total > limit || frames > maxFrames {
			return messages, false
		}
		if open = flags&flagMore != 0; !open {
			total, frames = 0, 0
		}
		messages = append(appendHeader(messages, flags&flagMore, len(body)), body...)
	}
	return messages, !open
}

// deaf is a connection that takes everything and gives nothing.
type deaf struct{ net.Conn }

func (deaf) Write(b []byte) (int, error) { return len(b), nil }
func (deaf) SetDeadline(time.Time) error { return nil }
