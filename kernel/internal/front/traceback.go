package front

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/native"
)

// A stack is where goroutines are that all do the same.
type stack struct {
	count int
	state string          // in Go's words: "chan receive"
	trace []link.Position // innermost first
}

// shownStacks bounds the groups of goroutines that are shown.
const shownStacks = 10

// waiting groups the goroutines of a deadlock.
func waiting(list []link.Waiter) []stack {
	stacks := make([]stack, len(list))
	for i, w := range list {
		stacks[i] = stack{1, w.State, w.Trace}
	}
	return grouped(stacks)
}

// grouped joins equal stacks; the most frequent come first.
func grouped(list []stack) []stack {
	var out []stack
	index := map[string]int{}
	for _, s := range list {
		s.trace = learners(s.trace)
		key := s.state
		for _, p := range s.trace {
			key += fmt.Sprintf("\x00%s:%d:%d", p.File, p.Line, p.Column)
		}
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, stack{state: s.state, trace: s.trace})
		}
		out[i].count += s.count
	}
	slices.SortStableFunc(out, func(a, b stack) int { return cmp.Compare(b.count, a.count) })
	return out
}

// title writes what a group does and where: "12 goroutines: chan receive at
// cell[3]:7 in worker".
func (f *Front) title(s stack) string {
	text := bold + "1 goroutine"
	if s.count > 1 {
		text = fmt.Sprintf("%s%d goroutines", bold, s.count)
	}
	text += ": " + s.state + plain
	if len(s.trace) > 0 {
		text += " at " + f.place(s.trace[0])
	}
	return text
}

// stacks writes groups of goroutines, each with the lines that they are at.
func (f *Front) stacks(list []stack) (lines []string) {
	for i, s := range list {
		if i == shownStacks {
			return append(lines, "", more(list[i:]))
		}
		lines = append(lines, "", f.title(s))
		if len(s.trace) > 0 {
			lines = append(lines, f.trace(s.trace)[1:]...)
		}
	}
	return lines
}

// others writes the groups of goroutines that waited while another died, a
// line for each. One that waits alone is mostly the cell itself and tells
// nothing.
func (f *Front) others(list []stack) (lines []string) {
	if len(list) == 0 || len(list) == 1 && list[0].count == 1 {
		return nil
	}
	for i, s := range list {
		if i == shownStacks {
			return append(lines, "    "+more(list[i:]))
		}
		lines = append(lines, "    "+f.title(s))
	}
	return append([]string{"Meanwhile waited:"}, lines...)
}

// more counts the groups that are not shown.
func more(list []stack) string {
	n := 0
	for _, s := range list {
		n += s.count
	}
	return fmt.Sprintf("and %d more goroutines", n)
}

var (
	// goroutineHead is "goroutine 18 gp=0x1 m=0 mp=0x2 [chan receive, 2 minutes]:".
	goroutineHead = regexp.MustCompile(`^goroutine [0-9]+ .*\[([^\],]*)`)
	// cellFrame is "\tcell[3]:2 +0x18" or "\tcell[3]:2:7 +0x18".
	cellFrame = regexp.MustCompile(`^\s+(?:.*/)?(cell\[[0-9]+\]):([0-9]+)(?::([0-9]+))?(?:\s|$)`)
)

// goroutines reads the stacks of a crash report: of the goroutines that wait
// and are in a cell, without the first, which died.
func (f *Front) goroutines(raw string) []stack {
	var list []stack
	for i, text := range link.Goroutines([]byte(raw)) {
		if s := f.goroutine(string(text)); i > 0 && len(s.trace) > 0 && s.state != "running" && s.state != "runnable" {
			list = append(list, s)
		}
	}
	return grouped(list)
}

// goroutine reads one goroutine's stack, of compiled and of interpreted code.
// The place of its go statement is left out.
func (f *Front) goroutine(text string) stack {
	s := stack{count: 1, state: "running"}
	fn := ""
	for i, line := range strings.Split(text, "\n") {
		switch {
		case i == 0:
			if m := goroutineHead.FindStringSubmatch(line); m != nil {
				s.state = m[1]
			}
		case strings.HasPrefix(line, "created by "):
			return s
		case strings.HasPrefix(line, link.StepFunction):
			for _, step := range link.Steps([]byte(line)) {
				if p, ok := f.sources.position(step); ok && (len(s.trace) == 0 || s.trace[len(s.trace)-1] != p) {
					s.trace = append(s.trace, p)
				}
			}
		case strings.HasPrefix(line, "\t"):
			if m := cellFrame.FindStringSubmatch(line); m != nil {
				p := link.Position{Func: fn, File: m[1]}
				p.Line, _ = strconv.Atoi(m[2])
				p.Column, _ = strconv.Atoi(m[3])
				s.trace = append(s.trace, p)
			}
		default:
			fn = line
			if j := strings.LastIndexByte(line, '('); j > 0 {
				fn = line[:j]
			}
		}
	}
	return s
}

// learners drops the frames that no cell's text has, such as wrappers of
// compiled cells, and gives the functions of compiled cells their names.
func learners(positions []link.Position) []link.Position {
	out := make([]link.Position, 0, len(positions))
	for _, p := range positions {
		if p.File == measureFile {
			continue
		}
		by, fn := "", p.Func
		if rest, ok := strings.CutPrefix(fn, "created by "); ok {
			by, fn = "created by ", rest
		}
		if strings.HasPrefix(fn, "nb/") {
			fn = native.Demangle(fn)
			if fn == "" {
				continue
			}
			p.Func = by + fn
		}
		out = append(out, p)
	}
	return out
}
