package magic

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// A Segment is a run of lines of a cell: Go text, or one magic.
type Segment struct {
	Line int    // first line of the segment in its cell, from 1
	Text string // the lines as written, the last one with its newline if it had one
	Call *Call  // the magic; nil for Go text
}

// A MisplacedError reports a %%magic below the first line of a cell.
type MisplacedError struct {
	Name string
	Line int // in the cell, from 1
}

func (e *MisplacedError) Error() string {
	return fmt.Sprintf("%%%%%s must be the first line of its cell (it is line %d): move it to a cell of its own", e.Name, e.Line)
}

// Split takes a cell apart into Go text and magics, in order. Their texts
// joined are the cell's text. A cell that opens with %%name is one segment.
//
// A line is a magic when it begins with %name or !, or is a name with a
// question mark at one end, and a Go statement could begin there: not inside
// brackets, raw strings, comments or an unfinished expression. A magic line
// that ends in a backslash goes on in the next line.
//
// The error is a *MisplacedError; the segments are whole in this case too.
func Split(text string) ([]Segment, error) {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}

	first := 0
	for first < len(lines) && strings.TrimSpace(lines[first]) == "" {
		first++
	}
	if first < len(lines) {
		if call, ok := parseCellLine(lines[first]); ok {
			call.Line, call.raw = first+1, lines[first]
			call.Body = strings.Join(lines[first+1:], "")
			return []Segment{{Line: 1, Text: text, Call: &call}}, nil
		}
	}

	var (
		segs      []Segment
		err       error
		goText    strings.Builder
		goLine    int
		here      place
		flushText = func() {
			if goText.Len() > 0 {
				segs = append(segs, Segment{Line: goLine, Text: goText.String()})
				goText.Reset()
			}
		}
	)
	for i := 0; i < len(lines); i++ {
		start := i
		raw := lines[i]
		var call Call
		ok := here.canBegin()
		if ok {
			call, ok = ParseLine(raw)
		}
		if !ok {
			here.feed(raw)
			if goText.Len() == 0 {
				goLine = i + 1
			}
			goText.WriteString(raw)
			continue
		}
		for call.Name != "?" && strings.HasSuffix(strings.TrimSpace(raw), `\`) && i+1 < len(lines) {
			i++
			raw = strings.TrimSuffix(strings.TrimRight(raw, " \t\r\n"), `\`) + " " + strings.TrimLeft(lines[i], " \t")
		}
		if i > start {
			call, _ = ParseLine(raw)
		}
		call.Line, call.raw = start+1, lines[start]
		if call.Cell && err == nil {
			err = &MisplacedError{Name: call.Name, Line: call.Line}
		}
		flushText()
		segs = append(segs, Segment{Line: start + 1, Text: strings.Join(lines[start:i+1], ""), Call: &call})
	}
	flushText()
	return segs, err
}

var (
	cellLine    = regexp.MustCompile(`^\s*%%([\pL_]\w*)(?:\s+(.*?))?\s*$`)
	magicLine   = regexp.MustCompile(`^\s*%([\pL_]\w*)(?:\s+(.*?))?\s*$`)
	bangLine    = regexp.MustCompile(`^\s*!(.*?)\s*$`)
	helpBefore  = regexp.MustCompile(`^\s*\?{1,2}\s*(\S.*?)\s*$`)
	helpBehind  = regexp.MustCompile(`^\s*((?:%{0,2}|!)[\pL_*][\pL\pN_.\[\]*/]*|!)\?{1,2}\s*$`)
	onlyOneMark = regexp.MustCompile(`^\s*\?\s*$`)
)

// ParseLine reads one line as a magic. ok is false when it is none, which
// says nothing about where it stands: see Split.
func ParseLine(line string) (call Call, ok bool) {
	if bare := strings.TrimSpace(line); bare == "" || !strings.ContainsRune("%!?", rune(bare[0])) && bare[len(bare)-1] != '?' {
		return Call{}, false // nearly every line
	}
	if m := helpBehind.FindStringSubmatch(line); m != nil {
		return Call{Name: "?", Args: m[1]}, true
	}
	if m := helpBefore.FindStringSubmatch(line); m != nil {
		return Call{Name: "?", Args: m[1]}, true
	}
	if onlyOneMark.MatchString(line) {
		return Call{Name: "?"}, true
	}
	if call, ok := parseCellLine(line); ok {
		return call, true
	}
	if m := magicLine.FindStringSubmatch(line); m != nil {
		return Call{Name: m[1], Args: m[2]}, true
	}
	if m := bangLine.FindStringSubmatch(line); m != nil {
		return Call{Name: "!", Args: m[1]}, true
	}
	return Call{}, false
}

func parseCellLine(line string) (Call, bool) {
	m := cellLine.FindStringSubmatch(line)
	if m == nil {
		return Call{}, false
	}
	return Call{Name: m[1], Args: m[2], Cell: true}, true
}

// A place knows whether a Go statement can begin behind the lines it was fed:
// every bracket, raw string and comment is closed and the last statement ended.
// Only raw strings and comments go across lines, so each line is scanned once.
type place struct {
	depth   int    // of open brackets
	inside  bool   // an expression goes on in the next line
	open    string // what closes the raw string or comment that is open
	pending []byte // the lines from where it was opened
}

func (p *place) canBegin() bool {
	return p.depth <= 0 && !p.inside && p.open == ""
}

// feed takes one more line of Go text, newline included.
func (p *place) feed(line string) {
	p.pending = append(p.pending, line...)
	if p.open != "" && !strings.Contains(line, p.open) {
		return
	}
	p.open = ""
	file := token.NewFileSet().AddFile("", -1, len(p.pending))
	var s scanner.Scanner
	s.Init(file, p.pending, func(_ token.Position, msg string) {
		switch msg {
		case "raw string literal not terminated":
			p.open = "`"
		case "comment not terminated":
			p.open = "*/"
		}
	}, 0)
	depth, last := p.depth, token.SEMICOLON
	if p.inside {
		last = token.ILLEGAL // a line without tokens ends no expression
	}
	for {
		_, tok, _ := s.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		last = tok
	}
	if p.open == "" {
		p.depth, p.inside, p.pending = depth, last != token.SEMICOLON, p.pending[:0]
	}
}
