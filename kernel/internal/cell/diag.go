package cell

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
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

	cell string // its name; complaints may be about other cells
}

// Error gives one line for each complaint: "cell[3]:2:5: undefined: x". After
// ten it says how many more there are.
func (d *Diagnostics) Error() string {
	var lines []string
	for i, x := range d.List {
		if i == maxShown {
			lines = append(lines, d.rest())
			break
		}
		lines = append(lines, x.String())
	}
	return strings.Join(lines, "\n")
}

// rest counts the complaints that are not shown.
func (d *Diagnostics) rest() string {
	if n := len(d.List) - maxShown; n > 1 {
		return fmt.Sprintf("too many errors: %d more", n)
	}
	return "too many errors: 1 more"
}

// Locate fills in cell name, line and column from the offsets, puts syntax
// errors into the Go compiler's words, sorts by place and drops complaints that
// say the same about the same line.
func (d *Diagnostics) Locate(name, src string) {
	d.Source, d.cell = src, name
	for i := range d.List {
		x := &d.List[i]
		if x.Cell != "" {
			continue
		}
		x.Cell = name
		off := max(0, min(x.Offset, len(src)))
		x.Message = words(x.Message, src, off)
		if x.Hint == "" {
			x.Hint = hintFor(x.Message, src, off)
		}
		start := strings.LastIndexByte(src[:off], '\n') + 1
		x.Line = 1 + strings.Count(src[:off], "\n")
		x.Column = 1 + off - start
	}
	// What go/types says about a second place belongs to the complaint before.
	joined := d.List[:0]
	for _, x := range d.List {
		if more, ok := strings.CutPrefix(x.Message, "\t"); ok && len(joined) > 0 {
			x.Message = more
			joined[len(joined)-1].Message += "\n\t" + x.String()
			continue
		}
		joined = append(joined, x)
	}
	d.List = joined
	sort.SliceStable(d.List, func(i, j int) bool { return d.List[i].Offset < d.List[j].Offset })
	seen := map[string]bool{}
	keep := d.List[:0]
	for i, x := range d.List {
		if i > 0 && strings.HasPrefix(x.Message, "syntax error: unexpected end of cell") {
			continue // what the first one led to
		}
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
			b.WriteString(d.rest() + "\n")
			break
		}
		place, message, _ := strings.Cut(x.String(), ": ")
		fmt.Fprintf(&b, "%s: %s\n", paint("1", place), paint("31", Clean(message)))
		if x.Line >= 1 && x.Line <= len(lines) && (x.Cell == d.cell || d.cell == "") {
			text, lead := excerpt(strings.TrimRight(lines[x.Line-1], "\r"), x.Column-1)
			fmt.Fprintf(&b, "    %s\n    %s%s\n", text, under(lead), paint("31;1", "^"))
		}
		if x.Hint != "" {
			fmt.Fprintf(&b, "    %s\n", paint("34", x.Hint))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// maxWidth is how much of a line is shown, runes.
const maxWidth = 120

// excerpt returns a line as it is shown, and what of that is before a column
// (bytes from 0): of long lines the part around it.
func excerpt(line string, col int) (text, lead string) {
	col = max(0, min(col, len(line)))
	for col > 0 && col < len(line) && !utf8.RuneStart(line[col]) {
		col--
	}
	before, after := []rune(Clean(line[:col])), []rune(Clean(line[col:]))
	if len(before)+len(after) <= maxWidth {
		return string(before) + string(after), string(before)
	}
	if len(before) > maxWidth*2/3 {
		before = append([]rune("..."), before[len(before)-maxWidth*2/3:]...)
	}
	if n := maxWidth - len(before); len(after) > n {
		after = append(after[:max(n, 0):max(n, 0)], []rune("...")...)
	}
	return string(before) + string(after), string(before)
}

// Clean makes text safe to show in a terminal: control characters, which could
// move the cursor or change colours, and runes that reverse the direction of
// text become \uFFFD; tabs and line ends stay.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// under returns blanks as wide as the text: tabs stay tabs, wide runes count
// two cells, combining marks none.
func under(text string) string {
	var b strings.Builder
	joined, flag := false, false // after a zero width joiner; after half of a flag
	for _, r := range text {
		half := r >= 0x1f1e6 && r <= 0x1f1ff
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case r == 0x200d:
			joined = true
			continue
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || r >= 0x1f3fb && r <= 0x1f3ff:
			continue
		case joined:
		case half:
			if !flag {
				b.WriteString("  ")
			}
			half = !flag
		case wide(r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
		joined, flag = false, half
	}
	return b.String()
}

// wide reports whether terminals show the rune two cells wide (the W and F
// classes of Unicode's East Asian Width, and emoji, by block).
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115f, r >= 0x231a && r <= 0x231b, r >= 0x23e9 && r <= 0x23ec, r == 0x23f0, r == 0x23f3,
		r == 0x2705, r == 0x274c, r == 0x2728, r == 0x2b50, r == 0x2b55, r == 0x26a1,
		r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf,
		r >= 0xa960 && r <= 0xa97c, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1f64f, r >= 0x1f680 && r <= 0x1f6ff, r >= 0x1f900 && r <= 0x1f9ff, r >= 0x1fa70 && r <= 0x1faff,
		r >= 0x20000 && r <= 0x3fffd:
		return true
	}
	return false
}
