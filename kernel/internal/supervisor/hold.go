package supervisor

import (
	"bytes"
	"fmt"
	"regexp"
	"time"
)

const (
	// holdQuiet is how long the process must have printed nothing more, after
	// what may be a crash report, to be taken for alive. From the first word of
	// a report to the exit the Go runtime needs 1 to 20 ms.
	holdQuiet = 200 * time.Millisecond
	// holdTraced is the same once traces of goroutines have come, which no
	// program prints by chance: where all processors are taken the runtime may
	// stand still for long in the middle of them.
	holdTraced = 2 * time.Second
	// holdLimit bounds the holding of a report that goes on and on: traces of
	// 100,000 goroutines take seconds.
	holdLimit = 5 * time.Second
	// holdSize is how much of the beginning and how much of the end of a report
	// is kept, bytes each.
	holdSize = 512 << 10
	// toldSize is how much text that was not held back is remembered, bytes.
	toldSize = 64 << 10
)

// reportStarts are the words with which, at the beginning of a line, the Go
// runtime, its race detector and glibc start to say why they end the process.
// (Go: src/runtime/panic.go, signal_unix.go, malloc.go, os_linux.go; the names
// of signals: sigtab_linux_generic.go; glibc: malloc/malloc.c, debug/.)
var reportStarts = [][]byte{
	[]byte("panic: "),
	[]byte("fatal error: "),
	[]byte("fatal: "),
	[]byte("runtime: "),
	[]byte("runtime/cgo: "),
	[]byte("unexpected fault address "),
	[]byte("SIGSEGV: "),
	[]byte("SIGBUS: "),
	[]byte("SIGABRT: "),
	[]byte("SIGFPE: "),
	[]byte("SIGILL: "),
	[]byte("SIGTRAP: "),
	[]byte("SIGQUIT: "),
	[]byte("SIGSYS: "),
	[]byte("SIGSTKFLT: "),
	[]byte("==================\nWARNING: DATA RACE"),
	[]byte("free(): "),
	[]byte("malloc(): "),
	[]byte("realloc(): "),
	[]byte("malloc_consolidate(): "),
	[]byte("munmap_chunk(): "),
	[]byte("double free or corruption"),
	[]byte("corrupted size vs. prev_size"),
	[]byte("*** stack smashing detected ***"),
	[]byte("*** buffer overflow detected ***"),
	[]byte("terminate called "),
}

// startsReport reports whether b begins with one of reportStarts; with half,
// or when there is enough of it to be no chance, also whether it would if it
// were longer.
func startsReport(b []byte, half bool) bool {
	half = half || len(b) > len("============")
	for _, s := range reportStarts {
		if bytes.HasPrefix(b, s) || half && bytes.HasPrefix(s, b) {
			return true
		}
	}
	return false
}

// findReport returns where the first line begins that starts a crash report;
// -1 for none. half is startsReport's, for an unfinished line at the end.
func findReport(b []byte, half bool) int {
	for i := 0; i < len(b); {
		end := bytes.IndexByte(b[i:], '\n')
		if startsReport(b[i:], half && end < 0) {
			return i
		}
		if end < 0 {
			break
		}
		i += end + 1
	}
	return -1
}

// lastReport returns where the last report begins; -1 for none. Several lines
// of one report can look like its start: they have no empty line between them.
func lastReport(b []byte) int {
	found := -1
	for i := 0; ; {
		next := findReport(b[i:], false)
		if next < 0 {
			return found
		}
		if found < 0 || bytes.Contains(b[found:i+next], []byte("\n\n")) {
			found = i + next
		}
		end := bytes.IndexByte(b[i+next:], '\n')
		if end < 0 {
			return found
		}
		i += next + end + 1
	}
}

// A holder holds text back from a line that may start a crash report. The zero
// value holds nothing.
type holder struct {
	active      bool
	traced      bool // traces of goroutines have come
	since, last time.Time
	kept        bounded
}

// push returns the part of b to deliver now. The runtime writes the first words
// of a report with one write, so the beginning of b counts as that of a line;
// more says that b may have been cut anywhere by the reader's buffer.
func (h *holder) push(b []byte, more bool, now time.Time) []byte {
	if h.active {
		h.keep(b, now)
		return nil
	}
	// Cheap for text that is not ours: a line at a time, nothing is copied.
	at := findReport(b, more)
	if at < 0 {
		return b
	}
	h.active, h.since = true, now
	h.keep(b[at:], now)
	return b[:at]
}

func (h *holder) keep(b []byte, now time.Time) {
	h.last = now
	h.kept.add(b)
	h.traced = h.traced || traceStart.Match(b)
}

// traceStart is how the traces of goroutines start. The runtime writes each of
// these words with one write.
var traceStart = regexp.MustCompile(`(?m)^(?:goroutine |runtime stack:)`)

func (h *holder) holding() bool { return h.active }

// until returns when the held text is ordinary text if nothing happens.
func (h *holder) until() (time.Time, bool) {
	quiet, limit := h.last.Add(holdQuiet), h.since.Add(holdLimit)
	if h.traced {
		quiet = h.last.Add(holdTraced)
	}
	if limit.Before(quiet) {
		quiet = limit
	}
	return quiet, h.active
}

// text returns what is held.
func (h *holder) text() []byte { return h.kept.text() }

// release returns what is held and holds nothing.
func (h *holder) release() []byte {
	b := h.kept.text()
	*h = holder{}
	return b
}

// bounded keeps the first and the last holdSize bytes of a text.
type bounded struct {
	head []byte
	end  tail
	size int // of the whole text
}

func (t *bounded) add(b []byte) {
	t.size += len(b)
	n := min(holdSize-len(t.head), len(b))
	t.head = append(t.head, b[:n]...)
	t.end.limit = holdSize
	t.end.add(b[n:])
}

// text returns the text, with a note where something is left out.
func (t *bounded) text() []byte {
	if t.size == 0 {
		return nil
	}
	end := t.end.text()
	b := append([]byte(nil), t.head...)
	if left := t.size - len(t.head) - len(end); left > 0 {
		b = fmt.Appendf(b, "\n... %d bytes left out ...\n", left)
	}
	return append(b, end...)
}

// tail keeps the last limit bytes of a text, toldSize of them for limit 0.
type tail struct {
	b     []byte
	limit int
}

func (t *tail) add(b []byte) {
	limit := t.limit
	if limit == 0 {
		limit = toldSize
	}
	if len(b) > limit {
		b = b[len(b)-limit:]
	}
	t.b = append(t.b, b...)
	// Moved only when half is surplus, so that a byte is moved once on average.
	if len(t.b) > 2*limit {
		t.b = append(t.b[:0], t.b[len(t.b)-limit:]...)
	}
	t.limit = limit
}

func (t *tail) text() []byte {
	return t.b[max(0, len(t.b)-t.limit):]
}
