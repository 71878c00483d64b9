package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// A terminal shows a cell's output as text, for weft run -e and weft run
// file.go. It implements front.Output.
type terminal struct {
	stdout, stderr io.Writer
	stdin          *bufio.Reader
	color          bool

	mu sync.Mutex // guards the writers and the following
	// A display that is updated shows its first text at once, for it can't be
	// taken back, and its last one at the end.
	updated []string          // display_ids with a text that was not printed, in order
	texts   map[string]string // by display_id
}

func newTerminal() *terminal {
	return &terminal{
		stdout: os.Stdout, stderr: os.Stderr,
		stdin: bufio.NewReader(os.Stdin),
		color: isTerminal(os.Stderr) && os.Getenv("NO_COLOR") == "",
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (t *terminal) print(w io.Writer, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	io.WriteString(w, text)
}

func (t *terminal) Stream(name, text string) {
	if name == "stderr" {
		t.print(t.stderr, text)
		return
	}
	t.print(t.stdout, text)
}

func (t *terminal) show(d wire.DisplayData) {
	if text, ok := d.Data["text/plain"].(string); ok && text != "" {
		t.print(t.stdout, strings.TrimSuffix(text, "\n")+"\n")
	}
}

func (t *terminal) Display(d wire.DisplayData) { t.show(d) }
func (t *terminal) Result(d wire.DisplayData)  { t.show(d) }
func (t *terminal) ClearOutput(bool)           {}

func (t *terminal) UpdateDisplay(d wire.DisplayData) {
	id, _ := d.Transient["display_id"].(string)
	text, _ := d.Data["text/plain"].(string)
	if text == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.texts == nil {
		t.texts = map[string]string{}
	}
	if _, ok := t.texts[id]; !ok {
		t.updated = append(t.updated, id)
	}
	t.texts[id] = text
}

// finish shows what updates have come to.
func (t *terminal) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range t.updated {
		io.WriteString(t.stdout, strings.TrimSuffix(t.texts[id], "\n")+"\n")
	}
	t.updated, t.texts = nil, nil
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func (t *terminal) Error(e wire.ErrorContent) {
	if e.EName == "exit" {
		return // the program's own wish
	}
	text := strings.Join(e.Traceback, "\n") + "\n"
	if !t.color {
		text = ansi.ReplaceAllString(text, "")
	}
	t.print(t.stderr, text)
}

func (t *terminal) Input(_ context.Context, prompt string, _ bool) (string, error) {
	t.print(t.stdout, prompt)
	if t.stdin == nil {
		return "", io.EOF
	}
	line, err := t.stdin.ReadString('\n')
	if err != nil && line == "" {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
