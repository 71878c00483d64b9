package cell

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A Diagnostic is one complaint about a place in a cell.
type Diagnostic struct {
	Cell    string // "cell[3]"
	Line    int    // from 1; 0 when the place is not known
	Column  int    // from 1, in bytes
	Offset  int    // in bytes
	Message string // in Go's words
	Hint    string // what to do about it; may be empty
}

// String gives "cell[3]:2:5: message".
func (d Diagnostic) String() string {
	if d.Line == 0 {
		return fmt.Sprintf("%s: %s", d.Cell, d.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", d.Cell, d.Line, d.Column, d.Message)
}

// Diagnostics are all complaints about one cell, with its text. It is the
// error of everything that refuses a cell.
type Diagnostics struct {
	List   []Diagnostic
	Source string // the cell's Go text, for Render
}

// Error gives one line for each complaint: "cell[3]:2:5: undefined: x".
func (d *Diagnostics) Error() string {
	lines := make([]string, len(d.List))
	for i, x := range d.List {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// Locate fills in cell name, line and column from the offsets, sorts by place
// and drops complaints that say the same about the same line.
func (d *Diagnostics) Locate(name, src string) {
	d.Source = src
	for i := range d.List {
		x := &d.List[i]
		if x.Cell != "" {
			continue
		}
		x.Cell = name
		off := max(0, min(x.Offset, len(src)))
		start := strings.LastIndexByte(src[:off], '\n') + 1
		x.Line = 1 + strings.Count(src[:off], "\n")
		x.Column = 1 + off - start
	}
	sort.SliceStable(d.List, func(i, j int) bool { return d.List[i].Offset < d.List[j].Offset })
	seen := map[string]bool{}
	keep := d.List[:0]
	for _, x := range d.List {
		key := fmt.Sprintf("%s:%d %s", x.Cell, x.Line, x.Message)
		if !seen[key] {
			seen[key] = true
			keep = append(keep, x)
		}
	}
	d.List = keep
}

// maxShown bounds the complaints that Render shows, as the go command does.
const maxShown = 10

// Render shows each complaint with its source line, a caret under the column
// and the hint. With color it uses ANSI sequences.
func (d *Diagnostics) Render(color bool) string {
	paint := func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	lines := strings.Split(d.Source, "\n")
	var b strings.Builder
	for i, x := range d.List {
		if i == maxShown {
			fmt.Fprintf(&b, "and %d more\n", len(d.List)-i)
			break
		}
		place, message, _ := strings.Cut(x.String(), ": ")
		fmt.Fprintf(&b, "%s: %s\n", paint("1", place), paint("31", message))
		if x.Line >= 1 && x.Line <= len(lines) {
			text := strings.TrimRight(lines[x.Line-1], "\r")
			col := max(0, min(x.Column-1, len(text)))
			fmt.Fprintf(&b, "    %s\n    %s%s\n", text, under(text[:col]), paint("31;1", "^"))
		}
		if x.Hint != "" {
			fmt.Fprintf(&b, "    %s\n", paint("34", x.Hint))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// under returns blanks as wide as the text: tabs stay tabs, wide runes count
// two cells, combining marks none.
func under(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		text = text[n:]
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case wide(r):
			b.WriteString("  ")
		case r >= 0x300 && r < 0x370 || r == 0x200d || r >= 0xfe00 && r <= 0xfe0f:
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// wide reports whether terminals show the rune two cells wide (the W and F
// classes of Unicode's East Asian Width, and emoji, by block).
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115f, r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf,
		r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1f64f, r >= 0x1f680 && r <= 0x1f6ff, r >= 0x1f900 && r <= 0x1f9ff,
		r >= 0x20000 && r <= 0x3fffd:
		return true
	}
	return false
}
