package chart

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// The text form of a chart.
const (
	textColumns = 96 // characters of a line
	tableRows   = 25 // rows of a table
	barLength   = 40 // characters of the longest bar
)

// textWidth estimates the width of a text in pixels, for a font such as Arial or
// DejaVu Sans, on the large side.
func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|![]() ", r):
			w += 0.36
		case strings.ContainsRune("mwMW@%→", r):
			w += 0.92
		case r >= 'A' && r <= 'Z':
			w += 0.70
		case r >= 0x1100: // East Asian
			w += 1
		default:
			w += 0.58
		}
	}
	return w * size
}

// wrapPixels breaks a text into lines of at most width pixels, at spaces. It
// gives two lines at most, the second cut where it must be.
func wrapPixels(s string, size, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		joined := strings.TrimSpace(line + " " + word)
		if line != "" && textWidth(joined, size) > width {
			lines = append(lines, line)
			joined = word
		}
		line = joined
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	if len(lines) > 2 {
		lines = []string{lines[0], strings.Join(lines[1:], " ")}
	}
	for i := range lines {
		lines[i] = cutPixels(lines[i], size, width)
	}
	return lines
}

// cutPixels shortens a text to a width.
func cutPixels(s string, size, width float64) string {
	if textWidth(s, size) <= width {
		return s
	}
	for r := []rune(s); len(r) > 1; {
		r = r[:len(r)-1]
		if cut := string(r) + "…"; textWidth(cut, size) <= width {
			return cut
		}
	}
	return s
}

// wrapParts joins parts by middle dots into lines of at most width pixels, four
// lines at most; a part longer than a line is broken at spaces.
func wrapParts(parts []string, size, width float64) []string {
	var lines []string
	line := ""
	for _, part := range parts {
		part = strings.Join(strings.Fields(part), " ")
		joined := part
		if line != "" {
			joined = line + " · " + part
		}
		if textWidth(joined, size) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		broken := wrapPixels(part, size, width)
		lines = append(lines, broken[:len(broken)-1]...)
		line = broken[len(broken)-1]
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) > 4 {
		lines = append(lines[:3], cutPixels(strings.Join(lines[3:], " · "), size, width))
	}
	return lines
}

// shorten cuts a name to n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:n-1]) + "…"
}

// plain makes one line of a text, without control characters.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

// A textForm collects the lines of a chart's text.
type textForm struct{ lines []string }

func (t *textForm) line(format string, args ...any) {
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

// finish puts the title and the notes above the lines.
func (t *textForm) finish(title string, notes []string) string {
	var head []string
	if title != "" {
		head = append(head, plain(title))
	}
	line := ""
	for _, n := range notes {
		n = plain(n)
		if line != "" && utf8.RuneCountInString(line)+3+utf8.RuneCountInString(n) > textColumns {
			head = append(head, line)
			line = ""
		}
		if line != "" {
			line += " · "
		}
		line += n
	}
	if line != "" {
		head = append(head, line)
	}
	all := append(head, t.lines...)
	for i := range all {
		all[i] = shorten(all[i], 2*textColumns)
	}
	return strings.Join(all, "\n")
}

// table adds a table in columns: texts to the left, figures to the right.
func (t *textForm) table(tab *Table) {
	if tab == nil {
		return
	}
	widths := make([]int, len(tab.Columns))
	right := make([]bool, len(tab.Columns))
	for i := range right {
		right[i] = len(tab.Rows) > 0 && i > 0
	}
	rows := append([][]string{tab.Columns}, tab.Rows...)
	for n, row := range rows {
		for i := range widths {
			if i >= len(row) {
				continue
			}
			cell := shorten(plain(row[i]), 48)
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			if n > 0 && cell != "" && !startsLikeNumber(cell) {
				right[i] = false
			}
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, w := range widths {
			cell := ""
			if i < len(row) {
				cell = shorten(plain(row[i]), 48)
			}
			pad := strings.Repeat(" ", w-utf8.RuneCountInString(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if right[i] {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		t.lines = append(t.lines, strings.TrimRight(b.String(), " "))
	}
}

func startsLikeNumber(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r >= '0' && r <= '9' || r == '-' || r == '−' || r == '∞' || s == "n/a" || s == "–"
}

// bar is a bar of # for v, where most has the full length.
func bar(v, most float64) string {
	if !(v > 0) || !(most > 0) || math.IsInf(v, 0) {
		return ""
	}
	return strings.Repeat("#", max(1, int(math.Round(min(v/most, 1)*barLength))))
}

// limited is a Table of the first rows, and says how many there are beyond.
func limited(columns []string, rows [][]string) *Table {
	t := &Table{Columns: columns, Rows: rows}
	if len(rows) > tableRows {
		t.Rows = append(append([][]string{}, rows[:tableRows-1]...), []string{fmt.Sprintf("… %d more", len(rows)-tableRows+1)})
	}
	return t
}
