package sink

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

var stdout = NewPrinter(nil)

// A Printer is a Sink for programs outside a notebook: it prints the
// text/plain form of each bundle, or says which forms there are. Its methods
// may be called by several goroutines at once.
type Printer struct {
	mu   sync.Mutex
	w    io.Writer // nil: os.Stdout, looked up at each call
	open bool      // a line was written by Line and not ended
}

// NewPrinter makes a Printer on w; a nil w stands for os.Stdout.
func NewPrinter(w io.Writer) *Printer { return &Printer{w: w} }

func (p *Printer) writer() io.Writer {
	if p.w != nil {
		return p.w
	}
	return os.Stdout
}

// Display prints b's text and a newline.
func (p *Printer) Display(b Bundle) { p.print(text(b)) }

// Update prints b's text as Display does: what was printed stays.
func (p *Printer) Update(b Bundle) { p.print(text(b)) }

// Clear does nothing: what was printed stays.
func (p *Printer) Clear(wait bool) {}

// Line rewrites the current line of a terminal. Elsewhere it prints only the
// text that is done.
func (p *Printer) Line(text string, done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.writer()
	if !terminal(w) {
		if done {
			fmt.Fprintln(w, text)
		}
		return
	}
	end := ""
	if done {
		end = "\n"
	}
	p.open = !done
	fmt.Fprintf(w, "\r\x1b[K%s%s", text, end)
}

func (p *Printer) print(text string) {
	if text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open {
		fmt.Fprintln(p.writer())
		p.open = false
	}
	fmt.Fprintln(p.writer(), strings.TrimSuffix(text, "\n"))
}

// text returns what can be printed of b.
func text(b Bundle) string {
	if s, ok := b.Data["text/plain"].(string); ok {
		return s
	}
	var types []string
	for t := range b.Data {
		types = append(types, t)
	}
	if len(types) == 0 {
		return ""
	}
	slices.Sort(types)
	return "[" + strings.Join(types, ", ") + "]"
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
