package front

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// ANSI sequences; clients show them in a cell's traceback.
const (
	red   = "\x1b[31m"
	bold  = "\x1b[1m"
	blue  = "\x1b[34m"
	faint = "\x1b[2m"
	plain = "\x1b[0m"
)

// explain words an error for the notebook: what happened, where, and what to
// do now.
func (f *Front) explain(err error) wire.ErrorContent {
	var (
		diagnostics *cell.Diagnostics
		refusal     *refused
		end         *ending
		dead        *death
		program     *exited
	)
	switch {
	case errors.As(err, &diagnostics):
		return wire.ErrorContent{
			EName:     "compile error",
			EValue:    diagnostics.Error(),
			Traceback: strings.Split(diagnostics.Render(true), "\n"),
		}
	case errors.As(err, &refusal):
		return report("compile error", refusal.done.Message,
			"Go accepts this text, but the interpreter can't run it.")
	case errors.As(err, &dead):
		return f.explainDeath(dead)
	case errors.As(err, &end):
		return f.explainEnding(end)
	case errors.As(err, &program):
		return f.explainExit(program)
	}
	return report("error", err.Error())
}

// report makes an error of a name, a message and lines below it.
func report(name, message string, below ...string) wire.ErrorContent {
	message = cell.Clean(message)
	head := red + bold + name + plain + ": " + message
	if message == "" {
		head = red + bold + name + plain
	}
	return wire.ErrorContent{EName: name, EValue: message, Traceback: append(strings.Split(head, "\n"), below...)}
}

// explainEnding words the ends that leave the session alive.
func (f *Front) explainEnding(e *ending) wire.ErrorContent {
	switch e.Status {
	case link.Interrupted:
		return report("interrupted", "the cell was stopped",
			"Variables are kept. Goroutines that cells had started were stopped, too.")
	case link.Deadlock:
		below := []string{"Nothing can wake them any more, so the cell was stopped. Variables are kept."}
		below = append(below, f.stacks(waiting(e.Waiting))...)
		return report("deadlock", "all goroutines are asleep", below...)
	case link.Exited:
		return report("exit", fmt.Sprintf("os.Exit(%d)", e.Code),
			append(f.trace(e.Trace), "The cell ended here. The session goes on and variables are kept.")...)
	}
	return report(e.Name, e.Message, f.trace(e.Trace)...)
}

// explainExit words the end of a program that ran as a process of its own.
func (f *Front) explainExit(e *exited) wire.ErrorContent {
	c := e.crash
	if c == nil {
		return report("exit", e.status)
	}
	trace := c.Trace
	if len(trace) == 0 {
		trace = f.dyingAt(c)
	}
	below := append(f.trace(trace), f.others(f.goroutines(c.Raw))...)
	return report(c.Reason, c.Message, append(below, "The program ended with "+e.status+".")...)
}

// explainDeath words the end of a session.
func (f *Front) explainDeath(d *death) wire.ErrorContent {
	c := d.crash
	name, message := c.Reason, c.Message
	if c.Reason == supervisor.Interrupted {
		message = "compiled code did not stop, so the session was ended"
	}
	trace := c.Trace
	if len(trace) == 0 {
		trace = f.dyingAt(c)
	}
	below := append(f.trace(trace), f.others(f.goroutines(c.Raw))...)
	if c.Hint != "" {
		below = append(below, blue+c.Hint+plain)
	}
	return report(name, message, append(below, aftermath(d.lost)...)...)
}

// aftermath tells what a new session has and has not.
func aftermath(lost []check.Name) []string {
	text := "A new session has started: imports, types, constants and functions are back."
	if len(lost) == 0 {
		return []string{text, "No variables were lost."}
	}
	cells := map[string][]string{}
	for _, n := range lost {
		cells[n.Cell] = append(cells[n.Cell], n.Name)
	}
	// "cell[2]" comes before "cell[10]".
	order := slices.SortedFunc(maps.Keys(cells), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	lines := []string{text, "These variables are lost; run their cells again to have them:"}
	for i, c := range order {
		if i == 10 {
			lines = append(lines, fmt.Sprintf("    and those of %d more cells", len(order)-i))
			break
		}
		names := cells[c]
		if len(names) > 10 {
			names = append(names[:10:10], fmt.Sprintf("and %d more", len(names)-10))
		}
		lines = append(lines, fmt.Sprintf("    %s  %s", c, strings.Join(names, ", ")))
	}
	return lines
}

// dyingAt finds the positions of the goroutine that died in Go's own report:
// it comes first.
func (f *Front) dyingAt(c *supervisor.Crash) []link.Position {
	var trace []link.Position
	for _, g := range link.Goroutines([]byte(c.Raw)) {
		for _, at := range link.Steps(g) {
			if p, ok := f.sources.position(at); ok {
				trace = append(trace, p)
			}
		}
		if len(trace) > 0 {
			break
		}
	}
	return trace
}

// shownFrames bounds the frames of a trace that are shown at each end.
const shownFrames = 8

// trace writes positions, innermost first: each with its line, the first with
// the lines around it.
func (f *Front) trace(positions []link.Position) []string {
	var lines []string
	positions = learners(positions)
	skipped := 0
	var before link.Position
	for i, p := range positions {
		if i >= shownFrames && i < len(positions)-shownFrames {
			skipped++
			continue
		}
		if skipped > 0 {
			lines = append(lines, fmt.Sprintf("    ... %d more calls ...", skipped))
			skipped = 0
		}
		if p.File == before.File && p.Line == before.Line && p.Line != 0 && i > 0 && p.Column == before.Column {
			continue
		}
		before = p
		lines = append(lines, f.place(p))
		if i == 0 {
			lines = append(lines, f.around(p)...)
		} else if text, ok := f.sources.line(p.File, p.Line); ok {
			lines = append(lines, "      "+cell.Clean(strings.TrimSpace(text)))
		}
	}
	return lines
}

// place writes one position: "cell[3]:7 in f".
func (f *Front) place(p link.Position) string {
	text := blue + p.File
	if p.Line > 0 {
		text += fmt.Sprintf(":%d", p.Line)
	}
	text += plain
	name := p.Func
	if name == "" {
		name = f.sources.function(p.File, p.Line)
	}
	if measuredFunc.MatchString(name) {
		name = "main" // the reader has written statements
	}
	if by, ok := strings.CutPrefix(name, "created by "); ok {
		text += ", where the goroutine was started"
		name = by
		if name != "" && name != "main" {
			text += ","
		}
	}
	if name != "" && name != "main" { // "main" are the statements of a compiled cell
		text += " in " + strings.TrimPrefix(name, "main.")
	}
	return text
}

// measuredFunc matches the functions that a magic's text becomes, in both
// engines' stacks.
var measuredFunc = regexp.MustCompile(`^(main\.)?(Measured|Values)(_\d+)?$`)

// around shows a line with its neighbours, marked.
func (f *Front) around(p link.Position) []string {
	var lines []string
	for n := p.Line - 2; n <= p.Line+2; n++ {
		text, ok := f.sources.line(p.File, n)
		if !ok {
			continue
		}
		text = cell.Clean(text)
		if n == p.Line {
			lines = append(lines, fmt.Sprintf("%s--> %3d%s  %s", red, n, plain, text))
		} else {
			lines = append(lines, fmt.Sprintf("%s    %3d%s  %s", faint, n, plain, text))
		}
	}
	return lines
}
