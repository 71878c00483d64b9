package engine

import (
	"context"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/sink"
)

// Output belongs to the cell whose goroutine made it. Goroutines inherit the
// profiler labels of the one that started them, so a label set for the cell's
// own goroutine marks all its descendants; what a goroutine prints after its
// cell ended still goes to that cell.
//
// Text is sent at once when nothing was sent for a while, else gathered for a
// moment: a write to the link costs some microseconds, a line that is gathered
// a tenth of one.

const (
	gatherFor   = 2 * time.Millisecond // longest time that text waits
	gatherBytes = 32 << 10             // most text that waits
)

// getLabels returns the calling goroutine's label set, an opaque pointer; the
// runtime keeps this symbol open to linkname for programs like this one
// (runtime/proflabel.go).
//
//go:linkname getLabels runtime/pprof.runtime_getProfLabel
func getLabels() unsafe.Pointer

type output struct {
	conn *link.Conn

	owners sync.Map     // label set (unsafe.Pointer) -> *owner
	latest atomic.Int64 // the cell that began last, for goroutines without a label

	mu      sync.Mutex // guards the rest; held while writing, so that a slow client slows the cell
	pending []segment
	size    int
	sent    time.Time
	timer   *time.Timer
}

// A segment is text of one cell and stream that waits to be sent.
type segment struct {
	cell   int
	stream string
	text   []byte
}

func newOutput(conn *link.Conn) *output {
	o := &output{conn: conn}
	o.timer = time.AfterFunc(time.Hour, o.flush)
	o.timer.Stop()
	return o
}

// begin names the cell that unlabelled output belongs to from now on.
func (o *output) begin(cell int) { o.latest.Store(int64(cell)) }

// An owner is a cell as its goroutines carry it.
type owner struct {
	cell   int
	labels context.Context
}

// attributed calls f with the calling goroutine and all that it starts marked
// as the cell's.
func (o *output) attributed(cell int, f func() error) (err error) {
	pprof.Do(context.Background(), pprof.Labels("weft cell", strconv.Itoa(cell)), func(ctx context.Context) {
		o.owners.Store(getLabels(), &owner{cell, ctx})
		err = f()
	})
	return err
}

// owner returns the owner of the calling goroutine, nil if it has none.
func (o *output) owner() *owner {
	if l := getLabels(); l != nil {
		if v, ok := o.owners.Load(l); ok {
			return v.(*owner)
		}
	}
	return nil
}

// cell returns the cell of the calling goroutine.
func (o *output) cell() int {
	if w := o.owner(); w != nil {
		return w.cell
	}
	return int(o.latest.Load())
}

// inherit hands the calling goroutine's cell over to the workers of a parallel
// loop, which live longer than the loop.
func (o *output) inherit() func(run func()) {
	w := o.owner()
	if w == nil {
		return nil
	}
	return func(run func()) {
		pprof.SetGoroutineLabels(w.labels)
		defer pprof.SetGoroutineLabels(context.Background())
		run()
	}
}

// write sends or gathers text for the calling goroutine's cell.
func (o *output) write(stream string, text []byte) {
	cell := o.cell()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending) == 0 {
		if now := time.Now(); now.Sub(o.sent) > gatherFor {
			o.sent = now
			_ = o.conn.SendStream(cell, stream, text) // a broken link ends the process
			return
		}
		o.timer.Reset(gatherFor)
	}
	if n := len(o.pending); n > 0 && o.pending[n-1].cell == cell && o.pending[n-1].stream == stream {
		o.pending[n-1].text = append(o.pending[n-1].text, text...)
	} else {
		o.pending = append(o.pending, segment{cell, stream, append([]byte(nil), text...)})
	}
	if o.size += len(text); o.size >= gatherBytes {
		o.flushLocked()
	}
}

// flush sends what was gathered.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flushLocked()
}

func (o *output) flushLocked() {
	for i, p := range o.pending {
		_ = o.conn.SendStream(p.cell, p.stream, p.text)
		o.pending[i] = segment{}
	}
	o.pending, o.size = o.pending[:0], 0
	o.sent = time.Now()
	o.timer.Stop()
}

// display sends a display after all text that came before it.
func (o *output) display(d link.Display) {
	d.Cell = o.cell()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flushLocked()
	_ = o.conn.SendDisplay(d)
}

// displays is the sink of package display.
type displays struct{ s *session }

func (d displays) Display(b sink.Bundle) { d.send("display", b) }
func (d displays) Update(b sink.Bundle)  { d.send("update", b) }
func (d displays) Clear(wait bool)       { d.s.out.display(link.Display{Op: "clear", Wait: wait}) }

func (d displays) send(op string, b sink.Bundle) {
	d.s.out.display(link.Display{Op: op, Data: b.Data, Metadata: b.Metadata, ID: b.ID})
}
