package front

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// A tape is an Output that keeps each message of text.
type tape struct {
	page
	messages []string
	times    []time.Time
}

func (t *tape) Stream(name, text string) {
	t.mu.Lock()
	t.messages = append(t.messages, text)
	t.times = append(t.times, time.Now())
	t.mu.Unlock()
}

func (t *tape) all() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.messages, "")
}

// The first text is shown at once, the next is gathered, and no character is
// taken apart.
func TestOutputGathers(t *testing.T) {
	var to tape
	o := newOutput("cell[1]", &to, -1)
	o.write("stdout", []byte("first"))
	if got := to.all(); got != "first" {
		t.Fatalf("got %q at once, want first", got)
	}
	const wide = "…ä世🎉"
	want := "first"
	for range 5000 {
		for _, b := range []byte(wide) { // byte by byte, as a slow writer may
			o.write("stdout", []byte{b})
		}
		want += wide
	}
	o.flush()
	if got := to.all(); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
	for _, m := range to.messages {
		if !utf8.ValidString(m) {
			t.Fatalf("a message holds part of a character: %q", m[max(0, len(m)-8):])
		}
	}
	if n := len(to.messages); n > 20 {
		t.Errorf("%d messages for %d bytes", n, len(want))
	}
}

// Text that waits is shown soon, without any further text.
func TestOutputShowsWhatWaits(t *testing.T) {
	var to tape
	o := newOutput("cell[1]", &to, -1)
	o.write("stdout", []byte("a"))
	o.write("stdout", []byte("b"))
	for end := time.Now().Add(2 * time.Second); to.all() != "ab"; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("got %q, want ab", to.all())
		}
	}
}

// Streams and displays keep their order.
func TestOutputOrder(t *testing.T) {
	var to page
	o := newOutput("cell[1]", &to, -1)
	o.write("stdout", []byte("one\n"))
	o.write("stdout", []byte("two\n"))
	o.write("stderr", []byte("three\n"))
	o.inOrder(func(to Output) { to.Display(wire.DisplayData{Data: map[string]any{"text/plain": "four"}}) })
	o.write("stdout", []byte("five\n"))
	o.flush()
	if got, want := to.String(), "one\ntwo\n! three\ndisplay four\nfive\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Beyond the limit the text goes to a file whose name is told.
func TestOutputLimit(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f := newFront(t, Options{OutputLimit: 1000})
	var p page
	runCell(f, &p, 1, "for i := 0; i < 1000; i++ {\n\tfmt.Printf(\"line %03d\\n\", i)\n}", "")
	shown := p.String()
	name := regexp.MustCompile(`the rest goes to (\S+)`).FindStringSubmatch(shown)
	if name == nil {
		t.Fatalf("no file is named:\n%s", shown)
	}
	rest, err := os.ReadFile(name[1])
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(shown, "\n! ")
	if whole := before + string(rest); len(before) > 1000 || len(whole) != 9000 || !strings.HasSuffix(whole, "line 998\nline 999\n") {
		t.Errorf("%d bytes shown and %d in the file, want 9000 in all", len(before), len(rest))
	}
}
