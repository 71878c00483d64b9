package link

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// cellPlace is "\tcell[3]:2 +0x18 …" in a traceback, also with a folder before
// it, or a column after.
var cellPlace = regexp.MustCompile(`^\s+(?:.*/)?(cell\[[0-9]+\]):([0-9]+)(?::([0-9]+))?(?:\s|$)`)

// CompiledPlace reads the place in a cell that a line of a traceback tells of
// compiled code; Func is left empty.
func CompiledPlace(line string) (p Position, ok bool) {
	m := cellPlace.FindStringSubmatch(line)
	if m == nil {
		return p, false
	}
	p.File = m[1]
	p.Line, _ = strconv.Atoi(m[2])
	p.Column, _ = strconv.Atoi(m[3])
	return p, true
}

// FunctionName cuts the arguments off a traceback's
// "nb/c7.(*T).f(0x1, {0x2, 0x3})".
func FunctionName(line string) string {
	if !strings.HasSuffix(line, ")") {
		return line
	}
	depth := 0
	for i := len(line) - 1; i >= 0; i-- {
		switch line[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return line[:i]
			}
		}
	}
	return line
}

// Places returns the places in cells on one goroutine's traceback, innermost
// first: of interpreted code by its Steps, whose files name tells, and of
// compiled code. The place of the go statement is not among them.
func Places(traceback []byte, name func(file int) string) []Position {
	var list []Position
	var fn string
	for line := range bytes.Lines(traceback) {
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0:
		case bytes.HasPrefix(line, []byte("created by ")):
			return list
		case bytes.HasPrefix(line, []byte(StepFunction)):
			for _, step := range Steps(line) {
				list = append(list, Position{File: name(step.File()), Line: step.Line(), Column: step.Column()})
			}
		case line[0] == '\t':
			if !bytes.Contains(line, []byte("cell[")) {
				continue
			}
			if p, ok := CompiledPlace(string(line)); ok {
				p.Func = FunctionName(fn)
				list = append(list, p)
			}
		default:
			fn = string(line)
		}
	}
	return list
}
