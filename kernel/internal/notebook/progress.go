package notebook

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// excerptRunes is how much of a cell a line of progress shows; with what stands
// before it, it fits a terminal of 80 columns.
const excerptRunes = 56

// progress tells on a writer how far a run is, one line per cell. On a
// terminal the line is there while the cell runs, and its time goes on.
type progress struct {
	w     io.Writer // nil for none
	live  bool
	total int
	end   chan struct{} // closed by the end of the cell
	ended chan struct{} // closed when the clock has stopped
}

func newProgress(w io.Writer, total int) *progress {
	return &progress{w: w, live: isTerminal(w), total: total}
}

// isTerminal tells whether what is written to w is read at once by a person.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// begin shows that a cell runs.
func (p *progress) begin(number int, source string) {
	if p.w == nil || !p.live {
		return
	}
	p.end, p.ended = make(chan struct{}), make(chan struct{})
	go p.tick(p.end, p.ended, number, source)
}

func (p *progress) tick(end, ended chan struct{}, number int, source string) {
	defer close(ended)
	start := time.Now()
	clock := time.NewTicker(200 * time.Millisecond)
	defer clock.Stop()
	for {
		fmt.Fprintf(p.w, "\r%s\x1b[K", p.line(number, time.Since(start), source, ""))
		select {
		case <-clock.C:
		case <-end:
			return
		}
	}
}

// done shows that the cell has ended; note says how, "" for well.
func (p *progress) done(number int, took time.Duration, source, note string) {
	if p.w == nil {
		return
	}
	line := p.line(number, took, source, note) + "\n"
	if p.live {
		close(p.end)
		<-p.ended
		line = "\r\x1b[K" + line
	}
	io.WriteString(p.w, line)
}

// line is a line of progress: "[ 3/17]    1.2 s  img := julia.Serial(…)".
func (p *progress) line(number int, took time.Duration, source, note string) string {
	width := len(fmt.Sprint(p.total))
	line := fmt.Sprintf("[%*d/%d]  %6s  %s", width, number, p.total, duration(took), excerpt(source))
	if note != "" {
		line += "  (" + note + ")"
	}
	return line
}

// duration writes a time with two or three digits.
func duration(d time.Duration) string {
	switch {
	case d < 950*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// excerpt is the line of a cell by which a reader knows it: its first that is
// neither blank nor a comment nor an import.
func excerpt(source string) string {
	first, best := "", ""
	imports := false
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if first == "" {
			first = line
		}
		switch {
		case imports:
			imports = !strings.HasPrefix(line, ")")
			continue
		case strings.HasPrefix(line, "import ("):
			imports = !strings.HasSuffix(line, ")")
			continue
		case strings.HasPrefix(line, "//"), strings.HasPrefix(line, "import "):
			continue
		}
		best = line
		break
	}
	if best == "" {
		best = first
	}
	best = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, best)
	if utf8.RuneCountInString(best) > excerptRunes {
		r := []rune(best)
		best = strings.TrimRight(string(r[:excerptRunes-1]), " ") + "…"
	}
	return best
}
