package notebook

import (
	"strings"
	"unicode/utf8"
)

// splitLines divides text where Python's str.splitlines(True) does, so that a
// file has the lines that Jupyter gives it. Each line keeps its end; the lines
// joined are the text. Text without anything has no lines.
func splitLines(text string) []string {
	var lines []string
	start := 0
	for i := 0; i < len(text); {
		end := i + lineEnd(text[i:])
		if end == i {
			i++
			continue
		}
		lines = append(lines, text[start:end])
		start, i = end, end
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

// lineEnd returns the length of the line end that text begins with, 0 for none.
func lineEnd(text string) int {
	switch c := text[0]; {
	case c == '\r' && strings.HasPrefix(text, "\r\n"):
		return 2
	case c >= '\n' && c <= '\r', c >= 0x1c && c <= 0x1e:
		return 1
	case c >= utf8.RuneSelf:
		switch r, n := utf8.DecodeRuneInString(text); r {
		case '\u0085', '\u2028', '\u2029':
			return n
		}
	}
	return 0
}
