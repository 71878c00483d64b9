package profile

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A span is the lines that a function's declaration takes in a cell.
type span struct {
	name        string // "f", "T.M", "(*T).M"
	first, last int
}

// functionsIn finds the functions that a cell's text declares. The text is as
// typed, statements and lines of magics among it, so it is not parsed: a word
// func outside of all brackets with a name behind it begins a declaration, and
// its last bracket ends it.
func functionsIn(text string) []span {
	lines := strings.Split(text, "\n")
	for i, line := range lines { // lines of magics are not Go, and may have open quotes
		if t := strings.TrimLeft(line, " \t"); t != "" && strings.ContainsRune("%!?", rune(t[0])) {
			lines[i] = ""
		}
	}
	text = strings.Join(lines, "\n")
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	type tok struct {
		tok  token.Token
		lit  string
		line int
	}
	var toks []tok
	for {
		pos, t, lit := s.Scan()
		if t == token.EOF {
			break
		}
		toks = append(toks, tok{t, lit, file.Line(pos)})
	}
	at := func(i int) tok {
		if i < len(toks) {
			return toks[i]
		}
		return tok{tok: token.EOF}
	}
	var list []span
	depth := 0
	for i := 0; i < len(toks); i++ {
		switch toks[i].tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
			continue
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth = max(0, depth-1)
			continue
		}
		begins := i == 0 || toks[i-1].tok == token.SEMICOLON
		if depth > 0 || toks[i].tok != token.FUNC || !begins {
			continue
		}
		j, receiver, pointer := i+1, "", false
		if at(j).tok == token.LPAREN {
			for j++; at(j).tok != token.RPAREN && at(j).tok != token.EOF && at(j).tok != token.LBRACK; j++ {
				switch at(j).tok {
				case token.MUL:
					pointer = true
				case token.IDENT:
					receiver = at(j).lit
				}
			}
			for ; at(j).tok != token.RPAREN && at(j).tok != token.EOF; j++ { // type parameters
			}
			j++
		}
		if at(j).tok != token.IDENT {
			continue // a function literal
		}
		name := at(j).lit
		switch {
		case receiver != "" && pointer:
			name = "(*" + receiver + ")." + name
		case receiver != "":
			name = receiver + "." + name
		}
		d := span{name: name, first: toks[i].line, last: toks[i].line}
		open := 0
		for ; at(j).tok != token.EOF; j++ { // to the semicolon behind the body
			switch at(j).tok {
			case token.LPAREN, token.LBRACK, token.LBRACE:
				open++
			case token.RPAREN, token.RBRACK, token.RBRACE:
				open--
			}
			if open <= 0 && at(j).tok == token.SEMICOLON {
				break
			}
			d.last = at(j).line
		}
		list = append(list, d)
		i = j
	}
	return list
}

// A texts is the cells' texts with what they declare, looked up once each.
type texts struct {
	places Places
	cells  map[string]*text
}

type text struct {
	lines     []string
	functions []span
}

func newTexts(p Places) *texts { return &texts{p, map[string]*text{}} }

// maxCellLines bounds the lines of a cell that are looked at.
const maxCellLines = 20_000

func (t *texts) of(cell string) *text {
	if known := t.cells[cell]; known != nil {
		return known
	}
	c := &text{}
	for n := 1; n <= maxCellLines; n++ {
		line, _, ok := t.places.SourceLine(cell, n)
		if !ok {
			break
		}
		c.lines = append(c.lines, line)
	}
	c.functions = functionsIn(strings.Join(c.lines, "\n"))
	t.cells[cell] = c
	return c
}

// function names the function that a line of a cell lies in, "" for the cell's
// own statements.
func (t *texts) function(cell string, line int) string {
	for _, f := range t.of(cell).functions {
		if f.first <= line && line <= f.last {
			return f.name
		}
	}
	return ""
}
