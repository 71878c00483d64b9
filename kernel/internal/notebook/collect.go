package notebook

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// A book gathers the outputs of all cells of one run.
type book struct {
	mu       sync.Mutex
	closed   bool                 // guarded by mu: what comes is dropped
	displays map[string][]*Output // guarded by mu: by display_id, over all cells
	cells    []*collector         // guarded by mu
}

// open begins a cell.
func (b *book) open(c *Cell, count int) *collector {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := &collector{book: b, cell: c, count: count}
	b.cells = append(b.cells, out)
	return out
}

// close ends the gathering: the notebook is the caller's from here on, also
// when goroutines of its cells go on printing.
func (b *book) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, c := range b.cells {
		c.finish()
	}
}

// A collector is a front.Output that puts one cell's output into the notebook
// as Jupyter's clients do. It works until its book is closed, also after the
// cell has ended.
type collector struct {
	book    *book
	cell    *Cell
	count   int
	stream  *screen // guarded by book.mu: of the cell's last output; nil when that is no stream
	pending bool    // guarded by book.mu: clear when the next output comes
}

// do calls f unless the book is closed.
func (c *collector) do(f func()) {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	if !c.book.closed {
		f()
	}
}

// add puts an output behind the others. The caller holds book.mu.
func (c *collector) add(o *Output) {
	if c.pending {
		c.clear()
	}
	c.finish()
	c.cell.Outputs = append(c.cell.Outputs, o)
}

// finish writes the text of the last stream into its output.
func (c *collector) finish() {
	if c.stream != nil {
		c.cell.Outputs[len(c.cell.Outputs)-1].Text = c.stream.String()
		c.stream = nil
	}
}

// clear removes the cell's outputs, also for those who would update them.
func (c *collector) clear() {
	c.pending, c.stream = false, nil
	for id, outs := range c.book.displays {
		c.book.displays[id] = slices.DeleteFunc(outs, func(o *Output) bool {
			return slices.Contains(c.cell.Outputs, o)
		})
	}
	c.cell.Outputs = nil
}

// Stream appends text to the last output when that is of the same stream.
func (c *collector) Stream(name, text string) {
	c.do(func() {
		if text == "" {
			return
		}
		if c.pending {
			c.clear()
		}
		if c.stream == nil || c.cell.Outputs[len(c.cell.Outputs)-1].Name != name {
			c.add(&Output{Type: Stream, Name: name})
			c.stream = new(screen)
		}
		c.stream.write(text)
	})
}

// Display adds a picture of something; one with a display_id that was seen
// also replaces those.
func (c *collector) Display(d wire.DisplayData) {
	c.do(func() { c.show(&Output{Type: DisplayData}, d) })
}

// Result adds the cell's value.
func (c *collector) Result(d wire.DisplayData) {
	c.do(func() { c.show(&Output{Type: ExecuteResult, Count: new(c.count)}, d) })
}

func (c *collector) show(o *Output, d wire.DisplayData) {
	c.update(d)
	o.Data, o.Metadata = content(d.Data), content(d.Metadata)
	c.add(o)
	if id := displayID(d); id != "" {
		c.book.displays[id] = append(c.book.displays[id], o)
	}
}

// UpdateDisplay replaces what was shown with the same display_id, in all cells.
func (c *collector) UpdateDisplay(d wire.DisplayData) {
	c.do(func() { c.update(d) })
}

func (c *collector) update(d wire.DisplayData) {
	if id := displayID(d); id != "" {
		for _, o := range c.book.displays[id] {
			o.Data, o.Metadata = content(d.Data), content(d.Metadata)
		}
	}
}

func displayID(d wire.DisplayData) string {
	id, _ := d.Transient["display_id"].(string)
	return id
}

// content makes JSON's own values of what a program gave, in a map of its own.
func content(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = plain(v)
	}
	return out
}

// ClearOutput empties the cell, with wait when its next output comes.
func (c *collector) ClearOutput(wait bool) {
	c.do(func() {
		if c.pending = wait; !wait {
			c.clear()
		}
	})
}

// Error adds an error.
func (c *collector) Error(e wire.ErrorContent) {
	c.do(func() {
		c.add(&Output{Type: Error, EName: e.EName, EValue: e.EValue, Traceback: slices.Clone(e.Traceback)})
	})
}

// Input fails: there is nobody.
func (c *collector) Input(_ context.Context, prompt string, _ bool) (string, error) {
	if prompt == "" {
		prompt = "a line"
	}
	return "", fmt.Errorf("the cell asks for %q, but nobody can type here: the notebook runs without a client", prompt)
}

// ensureError adds what stopped the cell unless its last error says it.
func (c *collector) ensureError(f *fault) {
	c.do(func() {
		if slices.ContainsFunc(c.cell.Outputs, func(o *Output) bool { return o.Type == Error }) {
			return
		}
		o := &Output{Type: Error, EName: f.EName, EValue: f.EValue, Traceback: slices.Clone(f.Traceback)}
		if f.Err != nil {
			o.EName, o.EValue = "Stopped", f.Err.Error()
		}
		if len(o.Traceback) == 0 {
			o.Traceback = []string{o.EName + ": " + o.EValue}
		}
		c.add(o)
	})
}
