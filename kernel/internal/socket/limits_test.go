package socket

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// long is a long header.
func long(flags byte, size uint64) string {
	return string(binary.BigEndian.AppendUint64([]byte{flags | flagLong}, size))
}

func TestOversized(t *testing.T) {
	for _, test := range []struct{ name, bytes, log string }{
		{"2^62", long(0, 1<<62), "message of 4611686018427387904 bytes"},
		{"2^40", long(0, 1<<40), "message of 1099511627776 bytes"},
		{"2^64-1", long(0, 1<<64-1), "message of 18446744073709551615 bytes"},
		{"limit and one", long(0, maxMessage+1), "message of 1073741825 bytes"},
		{"sum of frames", "\x01\x01x" + long(flagMore, maxMessage), "message of 1073741824 bytes"},
		{"command", long(flagCommand, maxCommand+1), "command of 65537 bytes"},
		{"command of 2^62", long(flagCommand, 1<<62), "command of"},
		{"command with more", "\x05\x05\x04PING", "command in several frames"},
		{"malformed command", "\x04\x02\x09a", "malformed command"},
		{"malformed PING", string(appendCommand(nil, "PING", []byte{0})), "malformed PING"},
		{"ERROR", string(appendCommand(nil, "ERROR", []byte("no"))), `sent ERROR "no"`},
		{"reserved flags", "\x80\x00", "reserved flags"},
		{"many frames", strings.Repeat("\x01\x00", maxFrames+1), "more than 65536 frames"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r record
			s, e := opened(t, Options{Log: r.log})
			echo(s, Shell)
			for _, c := range []*raw{
				greeted(t, e.Shell, "DEALER", ""),
				greeted(t, e.HB, "REQ", ""),
				greeted(t, e.IOPub, "SUB", ""),
			} {
				c.Write([]byte(test.bytes)) // may be cut off
				c.closed()
			}
			for _, name := range []string{"shell", "heartbeat"} {
				r.has(t, name+": dropped")
			}
			r.has(t, test.log)
			r.has(t, "iopub: dropped")
			answers(t, e.Shell)
			beats(t, e.HB)
		})
	}
}

// What a header announces within the limits is allocated as it arrives.
func TestAnnouncedIsNotAllocated(t *testing.T) {
	_, e := opened(t, Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 4 {
		c := greeted(t, e.Shell, "DEALER", "")
		c.write([]byte("\x01\x01x" + long(0, maxMessage-1) + strings.Repeat("x", 2*eagerFrame)))
	}
	answersNobody := greeted(t, e.Control, "DEALER", "") // the others have been read by then
	answersNobody.write(appendCommand(nil, "PING", []byte{0, 0}))
	answersNobody.frame()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
		t.Errorf("%d MiB were allocated for four messages of which 0.5 MiB arrived", n>>20)
	}
}

// Sizes around every boundary between the ways a frame may take come back whole.
func TestSizes(t *testing.T) {
	s, e := opened(t, Options{})
	echo(s, Shell)
	c := greeted(t, e.Shell, "DEALER", "")
	noise := make([]byte, 20<<20)
	random := rand.NewChaCha8([32]byte{})
	random.Read(noise)
	var frames []string
	for _, n := range []int{0, 1, 255, 256, 257, refSize - 1, refSize, slabSize, slabSize + 1,
		eagerFrame - 1, eagerFrame, eagerFrame + 1, 7*eagerFrame + 3, len(noise), 0} {
		frames = append(frames, string(noise[:n]))
	}
	go c.Write(message(frames...))
	got := c.message()
	if len(got) != len(frames) {
		t.Fatalf("got %d frames, want %d", len(got), len(frames))
	}
	for i := range frames {
		if !bytes.Equal([]byte(got[i]), []byte(frames[i])) {
			t.Errorf("frame %d of %d bytes came back as %d other bytes", i, len(frames[i]), len(got[i]))
		}
	}
}
