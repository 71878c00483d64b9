package display

import (
	"fmt"
	"html"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// interval is the least time between two updates of a bar.
const interval = 100 * time.Millisecond

// A Bar shows how far a piece of work is. Its methods may be called by many
// goroutines at once; a call that sends nothing costs some nanoseconds.
type Bar struct {
	id    ID
	total int64
	start time.Time

	n       atomic.Int64
	waiting atomic.Bool // a goroutine is about to send
	over    atomic.Bool // nothing is sent any more

	mu    sync.Mutex // guards the rest, and keeps what is sent in order
	label string
	sent  time.Time
}

// Progress shows a progress bar for work of total steps, with an optional
// label before it:
//
//	bar := display.Progress(len(files), "files")
//	for _, f := range files {
//		read(f)
//		bar.Add(1)
//	}
//	bar.Done()
//
// With the share that is done it tells the time taken, the steps per second,
// and the time left if it goes on as it did on average. It is redrawn at most
// ten times a second, and always when it comes to its end: when total is
// reached, or at Done. A total of 0 or less stands for unknown.
//
// In a terminal the bar rewrites its line.
func Progress(total int, label ...string) *Bar {
	now := time.Now()
	b := &Bar{id: newID("progress"), total: max(0, int64(total)), start: now, label: strings.Join(label, " "), sent: now}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.send(now, false, sink.Sink.Display)
	return b
}

// Add counts n more steps as done.
func (b *Bar) Add(n int) {
	now := b.n.Add(int64(n))
	b.moved(now-int64(n), now)
}

// Set says that n steps are done in all.
func (b *Bar) Set(n int) { b.moved(b.n.Swap(int64(n)), int64(n)) }

// Label changes the text before the bar.
func (b *Bar) Label(label string) {
	b.mu.Lock()
	b.label = label
	b.mu.Unlock()
	b.changed()
}

// Done ends the bar where it stands and shows it for the last time. Calling it
// again, or after total was reached, does nothing.
func (b *Bar) Done() {
	if b.over.Swap(true) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.send(time.Now(), true, sink.Sink.Update)
}

// moved is called after the count went from old to now.
func (b *Bar) moved(old, now int64) {
	if b.total > 0 && now >= b.total && old < b.total {
		b.Done()
		return
	}
	b.changed()
}

// changed has the bar sent when interval has passed since the last time. That
// is done by a goroutine of its own, so that work which pauses leaves the bar
// up to date; the goroutine lives no longer than that, and output that it
// makes belongs to the caller's cell.
func (b *Bar) changed() {
	if b.waiting.Load() || b.over.Load() || b.waiting.Swap(true) {
		return
	}
	go func() {
		b.mu.Lock()
		wait := time.Until(b.sent.Add(interval))
		b.mu.Unlock()
		time.Sleep(wait)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.waiting.Store(false) // what changes from here on is sent the next time
		if !b.over.Load() {
			b.send(time.Now(), false, sink.Sink.Update)
		}
	}()
}

// send shows the bar as it is now; b.mu is held.
func (b *Bar) send(now time.Time, over bool, how func(sink.Sink, sink.Bundle)) {
	b.sent = now
	line, bar := b.render(now, over)
	s := sink.Get()
	if l, ok := s.(sink.Liner); ok {
		l.Line(line, over)
		return
	}
	how(s, sink.Bundle{Data: map[string]any{mimeText: line, mimeHTML: bar}, ID: string(b.id)})
}

// barWidth is the length of a bar made of characters.
const barWidth = 25

// render returns the bar as text and as HTML.
func (b *Bar) render(now time.Time, over bool) (text, markup string) {
	n := b.n.Load()
	var words []string
	label, bar, element := "", "", ""
	if b.label != "" {
		label = b.label + " "
	}
	if b.total > 0 {
		done := min(max(float64(n)/float64(b.total), 0), 1)
		filled := int(done * barWidth)
		bar = fmt.Sprintf("%3d %% %s%s ", int(100*done), strings.Repeat("█", filled), strings.Repeat("░", barWidth-filled))
		element = fmt.Sprintf(`<progress value="%d" max="%d"></progress> %d %% `, min(max(n, 0), b.total), b.total, int(100*done))
		words = append(words, fmt.Sprintf("%d/%d", n, b.total))
	} else {
		if !over {
			element = "<progress></progress> "
		}
		words = append(words, fmt.Sprint(n))
	}
	taken := now.Sub(b.start)
	words = append(words, duration(taken))
	if rate := float64(n) / taken.Seconds(); n > 0 && taken > 0 {
		words = append(words, fmt.Sprintf("%s/s", short(rate)))
		if left := float64(b.total-n) / rate; b.total > n && !over {
			words = append(words, duration(time.Duration(min(left, 1e9)*float64(time.Second)))+" left")
		}
	}
	state := strings.Join(words, ", ")
	return label + bar + state, `<div style="font-family:monospace">` + html.EscapeString(label) + element + html.EscapeString(state) + `</div>`
}

// duration writes a time with about two digits.
func duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// short writes a rate with about three digits.
func short(x float64) string {
	if x >= 1000 {
		for _, unit := range []string{"k", "M"} {
			if x /= 1000; x < 1000 {
				return fmt.Sprintf("%.3g%s", x, unit)
			}
		}
		return fmt.Sprintf("%.3gG", x/1000)
	}
	return fmt.Sprintf("%.3g", x)
}
