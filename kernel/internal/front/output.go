package front

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// Text is shown at once when nothing was shown for a while, else gathered: a
// message costs the client some 100 µs, whatever its length.
const (
	gatherFor   = 50 * time.Millisecond
	gatherBytes = 32 << 10
	// While a cell floods its output, each message may be twice as long as the
	// one before, up to this: 50 MB reach a client in two thirds of the time.
	floodBytes = 512 << 10
)

// An output gathers a cell's text and keeps it in order with everything else
// that the cell shows. It goes on working after the cell ended.
type output struct {
	cell  string // "cell[3]"
	to    Output
	limit int64 // bytes of text that are shown; negative: no limit

	mu     sync.Mutex // guards the rest; held while publishing, so that order is kept
	stream string     // of the text that waits
	text   []byte     // that waits
	last   time.Time  // when text was shown
	most   int        // bytes of text that wait at most
	timer  *time.Timer
	total  int64 // bytes of text so far
	spill  *os.File
	failed bool // spilling failed; what comes is dropped
}

func newOutput(cell string, to Output, limit int64) *output {
	return &output{cell: cell, to: to, limit: limit, most: gatherBytes}
}

// write shows text or gathers it.
func (o *output) write(stream string, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if text = o.withinLimit(text); len(text) == 0 {
		return
	}
	if o.stream != stream {
		o.show(true)
		o.stream = stream
	}
	o.text = append(o.text, text...)
	since := time.Since(o.last)
	switch {
	case since >= gatherFor:
		o.most = gatherBytes
		o.show(false)
	case len(o.text) >= o.most:
		o.most = min(2*o.most, floodBytes)
		o.show(false)
	case o.timer == nil:
		o.timer = time.AfterFunc(gatherFor-since, o.flush)
	}
}

// show publishes what was gathered; unless all, a character whose last bytes
// have not come yet stays.
func (o *output) show(all bool) {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	n := len(o.text)
	if !all {
		n = wholeRunes(o.text)
	}
	if n == 0 {
		return
	}
	text := string(o.text[:n])
	rest := copy(o.text, o.text[n:])
	o.text = o.text[:rest]
	o.to.Stream(o.stream, text)
	o.last = time.Now()
	if rest > 0 {
		o.timer = time.AfterFunc(gatherFor, o.flush)
	}
	if rest == 0 && cap(o.text) > 2*floodBytes {
		o.text = nil
	}
}

// wholeRunes returns the length of b without a character at the end whose last
// bytes are missing.
func wholeRunes(b []byte) int {
	for back := 1; back <= min(utf8.UTFMax-1, len(b)); back++ {
		if c := b[len(b)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-back:]) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}

// flush publishes what was gathered.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.show(true)
}

// inOrder calls f after all text that came before.
func (o *output) inOrder(f func(Output)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.show(true)
	f(o.to)
}

// withinLimit returns the part of text that may be shown and puts the rest in
// a file. The caller holds mu.
func (o *output) withinLimit(text []byte) []byte {
	before := o.total
	o.total += int64(len(text))
	if o.limit < 0 || o.total <= o.limit {
		return text
	}
	shown := text[:wholeRunes(text[:max(0, o.limit-before)])]
	rest := text[len(shown):]
	if before > o.limit {
		shown, rest = nil, text
	} else {
		o.text = append(o.text, shown...)
		o.show(true)
		shown = nil
		o.startSpill()
	}
	if o.spill != nil && !o.failed {
		if _, err := o.spill.Write(rest); err != nil {
			o.failed = true
			o.to.Stream("stderr", fmt.Sprintf("\nweft: write the rest of the output: %v; it is lost from here\n", err))
		}
	}
	return shown
}

// startSpill tells the reader where the rest of the text goes.
func (o *output) startSpill() {
	f, err := os.CreateTemp("", "weft-output-*.txt")
	if err != nil {
		o.failed = true
		o.to.Stream("stderr", fmt.Sprintf("\nweft: this cell has printed %s; the rest is dropped: %v\n", size(o.limit), err))
		return
	}
	o.spill = f
	o.to.Stream("stderr", fmt.Sprintf("\nweft: this cell has printed %s; the rest goes to %s\n", size(o.limit), f.Name()))
}

// closeSpill ends the file of the text that was not shown. Text that comes
// later still reaches it.
func (o *output) closeSpill() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.spill == nil {
		return
	}
	if info, err := o.spill.Stat(); err == nil {
		o.to.Stream("stderr", fmt.Sprintf("weft: %s more are in %s\n", size(info.Size()), o.spill.Name()))
	}
}

// size writes a number of bytes in its largest whole unit.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

// capture is an Output that keeps the result and the error and shows nothing.
type capture struct {
	mu     sync.Mutex
	result wire.DisplayData
	err    *wire.ErrorContent
}

func (c *capture) Stream(string, string)          {}
func (c *capture) Display(wire.DisplayData)       {}
func (c *capture) UpdateDisplay(wire.DisplayData) {}
func (c *capture) ClearOutput(bool)               {}
func (c *capture) Input(context.Context, string, bool) (string, error) {
	return "", fmt.Errorf("no input here")
}

func (c *capture) Result(d wire.DisplayData) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result = d
}

func (c *capture) Error(e wire.ErrorContent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = &e
}
