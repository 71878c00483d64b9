package cell

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A Kind says what a Segment holds.
type Kind int

// Kinds of segments.
const (
	Go        Kind = iota // Go text
	LineMagic             // one line that starts with % or !
	CellMagic             // %%name and the whole rest of the cell
)

// A Segment is a stretch of a cell. Segments follow each other without gaps:
// their texts joined are the cell.
type Segment struct {
	Kind  Kind
	Text  string // exactly as typed, with its line end
	Start int    // byte offset in the cell
	Line  int    // line of the first byte, from 1
}

// Source returns the text moved to its own lines: as many newlines as come
// before it in the cell, then the text, so that positions found in it are
// positions in the cell.
func (s Segment) Source() string {
	if s.Line <= 1 {
		return s.Text
	}
	return strings.Repeat("\n", s.Line-1) + s.Text
}

// Split cuts a cell into magics and Go text. A line whose first byte other
// than a blank is % or ! is a magic, unless it lies inside brackets, a raw
// string, a comment, or goes on with an expression from the line before. When
// the first line that is not blank starts with %%, it and the rest are one
// CellMagic.
func Split(src string) []Segment {
	if at := firstText(src); strings.HasPrefix(src[at:], "%%") {
		start := strings.LastIndexByte(src[:at], '\n') + 1
		var out []Segment
		if start > 0 {
			out = append(out, Segment{Go, src[:start], 0, 1})
		}
		return append(out, Segment{CellMagic, src[start:], start, 1 + strings.Count(src[:start], "\n")})
	}
	if !strings.ContainsAny(src, "%!") {
		if src == "" {
			return nil
		}
		return []Segment{{Go, src, 0, 1}}
	}
	var out []Segment
	from, line := 0, 1
	add := func(k Kind, end int) {
		if end > from {
			out = append(out, Segment{k, src[from:end], from, line})
			line += strings.Count(src[from:end], "\n")
			from = end
		}
	}
	for from < len(src) {
		at, end := nextMagic(src, from)
		if at < 0 {
			break
		}
		add(Go, at)
		add(LineMagic, end)
	}
	add(Go, len(src))
	return out
}

// firstText returns the offset of the first byte that is not white space.
func firstText(src string) int {
	return len(src) - len(strings.TrimLeft(src, " \t\r\n"))
}

// nextMagic finds the first line magic at or after from, where a line begins:
// the line's range with its line end, or -1. It scans Go text only up to the
// magic, because what follows % need not be Go.
func nextMagic(src string, from int) (start, end int) {
	rest := src[from:]
	at := nextCandidate(rest, 0)
	if at < 0 {
		return -1, -1
	}
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(rest))
	s.Init(file, []byte(rest), func(token.Position, string) {}, scanner.ScanComments)
	depth, last := 0, 0
	ended := true // a statement could begin here
	for {
		pos, tok, lit := s.Scan()
		off := len(rest)
		if tok != token.EOF {
			off = file.Offset(pos)
		}
		for at >= 0 && at <= off {
			// The line starts before this token. It is a magic unless the
			// token before reaches into it, or what stands there goes on.
			if last <= at && depth == 0 && ended {
				n := strings.IndexByte(rest[at:], '\n')
				if n < 0 {
					return from + at, len(src)
				}
				return from + at, from + at + n + 1
			}
			at = nextCandidate(rest, at+1)
		}
		if at < 0 || tok == token.EOF {
			return -1, -1
		}
		last = max(last, off+len(lit))
		switch tok {
		case token.COMMENT:
			continue
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth = max(0, depth-1)
		}
		ended = tok == token.SEMICOLON
	}
}

// nextCandidate returns the start of the first line at or after from that
// begins with % or !, or -1. from is 0 or inside a line that does not count.
func nextCandidate(src string, from int) int {
	for at := from; at < len(src); {
		if at == 0 || src[at-1] == '\n' {
			body := strings.TrimLeft(src[at:], " \t")
			if body != "" && (body[0] == '%' || body[0] == '!') {
				return at
			}
		}
		n := strings.IndexByte(src[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return -1
}
