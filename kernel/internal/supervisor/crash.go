package supervisor

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// Reasons that a Crash may have, beside "exit status 3" and "killed by signal
// 9" with any number.
const (
	Panic         = "panic"
	FatalError    = "fatal error"
	OutOfMemory   = "out of memory"
	StackOverflow = "stack overflow"
	Deadlock      = "deadlock"
	DataRace      = "data race"
	CAbort        = "C library abort" // C or C++ code gave up
	Interrupted   = "interrupted"     // we ended it: it did not stop when asked to
	BrokenLink    = "broken link"     // we ended it: it does not speak as it should
)

const (
	traceDepth   = 64              // positions in Crash.Trace
	sameInRow    = 3               // equal positions in a row there
	messageLines = 20              // lines of Crash.Message
	messageSize  = 4 << 10         // bytes of Crash.Message
	traceAge     = 2 * time.Second // how old a Trace with another message may be
)

// A Crash tells what a session process died of. It is the error of the Run or
// Op that was under way.
type Crash struct {
	// Reason is one of the constants above, "exit status N" or "killed by
	// signal N".
	Reason string
	// Message is in Go's own words, without "panic: " or "fatal error: ": a
	// line or a few. Empty when the process said nothing.
	Message string
	// Trace has the places in cells on the stack of the goroutine that died,
	// innermost first: of compiled code by Go's own trace, where the place of
	// the go statement comes last, and of interpreted code by its Steps in
	// that trace or by the session's link.Trace. A recursion is shortened: no
	// place comes more than three times in a row. Empty when none is known.
	Trace []link.Position
	// Goroutines is how many there were, without the runtime's own but with
	// the few that serve the link; 0 when unknown.
	Goroutines int
	// Cell is the number of the run that the dying goroutine belonged to if it
	// is known, else of the one that ran or had run last.
	Cell int
	// Raw is the report on stderr, or when there was none the last text there,
	// 1 MB of it at most.
	Raw string
	// Hint says in one sentence what it means and what to do.
	Hint string
}

// Error returns the reason and the message.
func (c *Crash) Error() string {
	if c.Message == "" {
		return c.Reason
	}
	return c.Reason + ": " + c.Message
}

// inFull is Error, with the last words on stderr when there is no message.
func (c *Crash) inFull() string {
	raw := strings.TrimSpace(c.Raw)
	if c.Message != "" || raw == "" {
		return c.Error()
	}
	if len(raw) > messageSize {
		raw = "..." + raw[len(raw)-messageSize:]
	}
	return c.Reason + ": " + raw
}

// An exit is how a process has ended.
type exit struct {
	code   int // the exit status; -1 when signal is set
	signal int // the signal that killed it, 0 for none
}

// A death is all that is known of an end.
type death struct {
	exit
	why            string // why we killed it
	closed         bool   // Close was called
	killedByKernel bool   // the kernel has killed something for want of memory
	cell           int
	limit          int64 // of memory, bytes
	held           []byte
	told           []byte
	traces         []trace
	files          map[int]string // names of files by link.File.ID
}

// reporting says whether this is how a process ends after a crash report: the
// Go runtime exits with 2 or, with GOTRACEBACK=crash, raises SIGABRT; the race
// detector exits with 66; C libraries raise signals.
func (e exit) reporting() bool {
	return e.code == 2 || e.code == 66 || e.signal > 0 && e.signal != sigKill
}

// newCrash finds out what d was. used says that the held text is in the Crash
// and needs not be shown otherwise.
func newCrash(d death) (c *Crash, used bool) {
	report := d.held
	if len(report) == 0 {
		if at := lastReport(d.told); at >= 0 {
			report = d.told[at:]
		}
	}
	if d.why == "" && d.reporting() {
		c = parseReport(string(report), d.files)
	}
	if c != nil {
		used = len(d.held) > 0
		c.Raw = string(report)
		if c.Reason == Panic {
			c.join(d.traces)
		}
	} else {
		d.told = append(slices.Clip(d.told), d.held...)
		c = endingOf(d)
		c.Raw = string(d.told)
	}
	if c.Cell == 0 {
		c.Cell = d.cell
	}
	c.Hint = strings.ReplaceAll(c.Hint, "{limit}", limitWords(d.limit))
	return c, used
}

// ReadCrash reads what a Go program wrote to standard error before it ended;
// nil when it holds no crash report.
func ReadCrash(stderr []byte) *Crash {
	at := lastReport(stderr)
	if at < 0 {
		return nil
	}
	c := parseReport(string(stderr[at:]), nil)
	if c != nil {
		c.Raw = string(stderr[at:])
		c.Hint = strings.ReplaceAll(c.Hint, "{limit}", limitWords(0))
	}
	return c
}

// parseReport reads a crash report; nil when s is none. files names the files
// of interpreted code.
func parseReport(s string, files map[int]string) *Crash {
	head, rest := splitReport(s)
	for _, w := range words {
		m := w.match.FindStringSubmatchIndex(head)
		if m == nil {
			continue
		}
		c := &Crash{
			Reason:  w.reason,
			Message: messageOf(head),
			Hint:    string(w.match.ExpandString(nil, w.hint, head, m)),
		}
		c.Trace, c.Goroutines = readTraces(rest, files)
		return c
	}
	return nil
}

// splitReport parts what was said from the traces of goroutines.
func splitReport(s string) (head, rest string) {
	end := len(s)
	for _, sep := range []string{"\n\n", "\ngoroutine ", "\nruntime stack:"} {
		if i := strings.Index(s, sep); i >= 0 {
			end = min(end, i)
		}
	}
	return s[:end], s[end:]
}

// interpreted is the place that the interpreter puts before some messages:
// its name for the file, line, column.
var interpreted = regexp.MustCompile(`^cell\[[0-9]+\]#[0-9]+:[0-9]+:[0-9]+: `)

// noise is what of a report's head is of no use to who wrote the program.
var noise = regexp.MustCompile(`^(\[signal |PC=|runtime: sp=|runtime: g ?[0-9]|=====)|^$`)

// messageOf returns what the head of a report says.
func messageOf(head string) string {
	var lines []string
	for line := range strings.Lines(head) {
		line = strings.TrimSuffix(line, "\n")
		if noise.MatchString(line) {
			continue
		}
		// The runtime indents the lines of a value, and panics that came
		// while another was under way.
		line = strings.TrimPrefix(line, "\t")
		line = strings.TrimSuffix(line, " [recovered, repanicked]")
		if len(lines) == 0 {
			line = strings.TrimPrefix(line, "panic: ")
		}
		line = interpreted.ReplaceAllString(line, "")
		for _, p := range []string{"fatal error: ", "runtime: "} {
			line = strings.TrimPrefix(line, p)
		}
		if len(lines) == messageLines {
			lines = append(lines, "...")
			break
		}
		lines = append(lines, line)
	}
	m := strings.Join(lines, "\n")
	if len(m) > messageSize {
		m = m[:messageSize] + "..."
	}
	return strings.ToValidUTF8(m, "\uFFFD")
}

var (
	// goroutineLine is "goroutine 18 gp=0x1 m=0 mp=0x2 [running, locked to
	// thread]:"; gp, m and mp come with GOTRACEBACK=system.
	goroutineLine = regexp.MustCompile(`^goroutine ([0-9]+) (?:.*)?\[`)
	createdBy     = regexp.MustCompile(`^(created by .*?)(?: in goroutine [0-9]+)?$`)
)

// readTraces returns the places in cells on the first stack, and the number of
// goroutines without g0 and those that the runtime has started.
func readTraces(s string, files map[int]string) (first []link.Position, goroutines int) {
	var (
		ids    = map[string]bool{}
		id     string // of the goroutine whose stack it is
		fn     string // whose place the next line tells
		stacks int
	)
	// A data race has no goroutine line before its first stack.
	add := func(p link.Position) {
		n := len(first)
		again := n >= sameInRow && !slices.ContainsFunc(first[n-sameInRow:], func(q link.Position) bool { return q != p })
		if stacks <= 1 && n < traceDepth && p.File != "" && !again {
			first = append(first, p)
		}
	}
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "goroutine "):
			id = ""
			// Goroutine 0 is a thread's own stack, where C code may be.
			if m := goroutineLine.FindStringSubmatch(line); m != nil && m[1] != "0" {
				stacks++
				id = m[1]
				ids[id] = true
			}
		case strings.HasPrefix(line, "created by runtime."):
			delete(ids, id)
			fn = ""
		case strings.HasPrefix(line, "created by "):
			fn = createdBy.FindStringSubmatch(line)[1]
		case strings.HasPrefix(line, link.StepFunction):
			fn = ""
			for _, step := range link.Steps([]byte(line)) {
				add(link.Position{File: files[step.File()], Line: step.Line(), Column: step.Column()})
			}
		case strings.HasPrefix(line, "\t"), strings.HasPrefix(line, " "):
			if p, ok := link.CompiledPlace(line); ok {
				p.Func = fn
				add(p)
			} else if line[0] == ' ' { // in data races functions are indented, too
				fn = link.FunctionName(strings.TrimSpace(line))
			}
		default:
			fn = link.FunctionName(line)
		}
	}
	return first, len(ids)
}

// unreadable is a panic value of which Go prints only the type, with an address
// or as the reflect.Value that interpreted code panics with; and what package
// reflect says on behalf of interpreted code.
var unreadable = regexp.MustCompile(`^(?:reflect: [^\n]*|\([^\n]*\) (?:0x[0-9a-f]+|\{0x[0-9a-f]+, 0x[0-9a-f]+\})|<[^\n]* Value>)$`)

// join adds what the session told of its last panics: the last one with the
// same message, else the last one if it was just now and its place is not at
// odds with Go's trace.
func (c *Crash) join(traces []trace) {
	found := -1
	for i := len(traces) - 1; i >= 0; i-- {
		if sameMessage(traces[i].told.Message, c.Message) {
			found = i
			break
		}
	}
	if n := len(traces) - 1; found < 0 && n >= 0 && time.Since(traces[n].at) < traceAge {
		told := traces[n].told.Trace
		if len(c.Trace) == 0 || len(told) > 0 && contains(c.Trace, told[0]) {
			found = n
		}
	}
	if found < 0 {
		return
	}
	t := traces[found].told
	c.Cell = t.Cell
	if unreadable.MatchString(c.Message) && t.Message != "" {
		c.Message = t.Message
		if told := parseReport("panic: "+t.Message, nil); told != nil {
			c.Hint = told.Hint
		}
	}
	// Of an error that wraps others the session tells these, too.
	if strings.HasPrefix(t.Message, c.Message+"\n") {
		c.Message = t.Message
	}
	for _, p := range t.Trace {
		if !contains(c.Trace, p) {
			c.Trace = append(c.Trace, p)
		}
	}
}

func contains(trace []link.Position, p link.Position) bool {
	return slices.ContainsFunc(trace, func(q link.Position) bool { return q.File == p.File && q.Line == p.Line })
}

func sameMessage(a, b string) bool {
	a, _, _ = strings.Cut(a, "\n")
	b, _, _ = strings.Cut(b, "\n")
	return a != "" && b != "" && (strings.Contains(a, b) || strings.Contains(b, a))
}

// endingOf is the Crash of a process that left no report.
func endingOf(d death) *Crash {
	for _, e := range endings {
		if e.is(d) {
			return &Crash{
				Reason:  e.reason(d),
				Message: e.message(d),
				Hint:    e.hint,
			}
		}
	}
	panic("BUG: the table of endings has no last row")
}

// limitWords says what bounds the session's memory.
func limitWords(limit int64) string {
	if limit <= 0 {
		return "this machine's memory"
	}
	return "its limit of " + bytesWords(limit) + " (set WEFT_MEMORY for another)"
}

// bytesWords writes n as people do, in powers of 1000.
func bytesWords(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= u.size {
			return strconv.FormatFloat(float64(n)/float64(u.size), 'f', 1, 64) + " " + u.name
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// lastLine returns the last line with something on it.
func lastLine(b []byte) string {
	b = bytes.TrimSpace(b)
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		b = b[i+1:]
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
