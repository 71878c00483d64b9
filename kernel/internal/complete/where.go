package complete

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A place is what surrounds the cursor, as far as tokens tell it: that works
// for text that is broken everywhere.
type place struct {
	in    inside
	lit   string // the string around the cursor, as far as it goes
	litAt int    // its offset

	stack []frame     // brackets that are open, outermost first; the first is the cell
	prev  token.Token // before the name at the cursor; SEMICOLON where a statement can begin
	line  bool        // prev is on the same line
	text  string      // of prev
	point bool        // the cursor is behind the point of a number
}

type inside int

const (
	inCode    inside = iota
	inText           // a string
	inImport         // the path of an import
	inNothing        // a comment or a rune
)

// A frame is one open bracket, or the cell itself.
type frame struct {
	tok     token.Token // LPAREN, LBRACK, LBRACE, or ILLEGAL for the cell
	opener  token.Token // of LBRACE: FUNC, IF, FOR, SWITCH, SELECT, STRUCT, INTERFACE, ELSE; ILLEGAL for a literal, LBRACE for a plain block
	head    token.Token // the keyword with which the statement under way begins
	fn      bool        // a func's body may come
	pos     int         // its offset
	cases   bool        // of switch and select: a case came
	imports bool        // of LPAREN: a group of imports
}

func (p *place) top() *frame { return &p.stack[len(p.stack)-1] }

// scan reads the tokens before a name that begins at start; pos is the cursor.
func scan(src string, start, pos int) *place {
	p := &place{stack: []frame{{tok: token.ILLEGAL, opener: token.LBRACE}}, prev: token.SEMICOLON}
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	s.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments)
	var before token.Token // prev's prev
	prevEnd := 0
	for {
		tp, tok, lit := s.Scan()
		from := file.Offset(tp)
		if tok == token.EOF || from >= pos || from >= start && tok != token.STRING && tok != token.CHAR && tok != token.COMMENT {
			break
		}
		switch tok {
		case token.STRING, token.CHAR, token.COMMENT:
			end := from + len(lit)
			closed := len(lit) > 1 && lit[len(lit)-1] == lit[0] || tok == token.COMMENT && strings.HasPrefix(lit, "/*") && strings.HasSuffix(lit, "*/") && len(lit) > 3
			if pos < end || pos == end && !closed {
				p.in, p.lit, p.litAt = inNothing, lit, from
				if tok == token.STRING {
					p.in = inText
					if p.prev == token.IMPORT || p.top().imports || p.top().head == token.IMPORT {
						p.in = inImport
					}
				}
				return p
			}
			if tok == token.COMMENT {
				continue
			}
		case token.FLOAT, token.INT, token.IMAG:
			if from+len(lit) == pos && strings.HasSuffix(lit, ".") {
				p.point = true
			}
		}
		p.step(tok, lit, from, before)
		before = p.prev
		p.prev, p.text = tok, lit
		prevEnd = from + max(len(lit), len(tok.String()))
		if tok == token.SEMICOLON {
			prevEnd = from + 1
		}
	}
	p.line = prevEnd <= start && !strings.Contains(src[min(prevEnd, start):start], "\n")
	if p.prev == token.COLON && (p.top().head == token.CASE || p.top().head == token.DEFAULT) {
		p.top().head = token.ILLEGAL
		p.prev = token.SEMICOLON
	}
	return p
}

// step takes one more token.
func (p *place) step(tok token.Token, lit string, at int, before token.Token) {
	f := p.top()
	if p.prev == token.COLON && (f.head == token.CASE || f.head == token.DEFAULT) {
		f.head = token.ILLEGAL
	}
	switch tok {
	case token.LPAREN, token.LBRACK:
		p.stack = append(p.stack, frame{tok: tok, pos: at, imports: f.head == token.IMPORT})
	case token.LBRACE:
		p.stack = append(p.stack, frame{tok: tok, pos: at, opener: p.opener(before)})
	case token.RPAREN, token.RBRACK, token.RBRACE:
		if len(p.stack) > 1 {
			p.stack = p.stack[:len(p.stack)-1]
		}
	case token.SEMICOLON:
		if lit == ";" && (f.head == token.IF || f.head == token.FOR || f.head == token.SWITCH) {
			return
		}
		f.head, f.fn = token.ILLEGAL, false
	case token.FUNC:
		f.fn = true
		if f.head == token.ILLEGAL {
			f.head = token.FUNC
		}
	case token.IF, token.FOR, token.SWITCH, token.SELECT:
		f.head = tok
	case token.CASE, token.DEFAULT:
		f.head, f.cases = tok, true
	default:
		if tok.IsKeyword() && f.head == token.ILLEGAL {
			f.head = tok
		}
	}
}

// opener says what a brace opens, given the token before the one before it.
func (p *place) opener(before token.Token) token.Token {
	f := p.top()
	switch p.prev {
	case token.STRUCT, token.INTERFACE, token.ELSE, token.SELECT:
		f.head = max(f.head, token.ILLEGAL)
		return p.prev
	case token.SEMICOLON, token.LBRACE, token.COMMA, token.COLON:
		if f.head == token.FOR || f.head == token.SWITCH || f.head == token.IF {
			break
		}
		if f.opener == token.ILLEGAL && f.tok == token.LBRACE {
			return token.ILLEGAL // an element of a literal
		}
		return token.LBRACE
	}
	if f.fn {
		f.fn = false
		return token.FUNC
	}
	if (f.head == token.FOR || f.head == token.SWITCH || f.head == token.IF) && !(p.prev == token.IDENT && before == token.RBRACK) {
		h := f.head
		f.head = token.ILLEGAL
		return h
	}
	return token.ILLEGAL
}

// statement says whether a statement can begin at the cursor.
func (p *place) statement() bool {
	f := p.top()
	switch p.prev {
	case token.SEMICOLON, token.LBRACE:
	default:
		return false
	}
	return f.tok == token.ILLEGAL || f.tok == token.LBRACE && f.opener != token.ILLEGAL && f.opener != token.STRUCT && f.opener != token.INTERFACE
}

// ended says that an operand ends before the cursor on its line, so that no
// name can stand there.
func (p *place) ended() bool {
	if !p.line {
		return false
	}
	switch p.prev {
	case token.IDENT, token.INT, token.FLOAT, token.IMAG, token.CHAR, token.STRING, token.RPAREN, token.RBRACK, token.RBRACE:
		return true
	}
	return false
}

// within says whether one of the frames up to the nearest func is of this kind.
func (p *place) within(kinds ...token.Token) bool {
	for i := len(p.stack) - 1; i >= 0; i-- {
		for _, k := range kinds {
			if p.stack[i].opener == k && p.stack[i].tok == token.LBRACE {
				return true
			}
		}
		if p.stack[i].opener == token.FUNC {
			return false
		}
	}
	return false
}

// keywords lists what can stand at the cursor.
func (p *place) keywords() []token.Token {
	f := p.top()
	types := []token.Token{token.CHAN, token.FUNC, token.INTERFACE, token.MAP, token.STRUCT}
	switch {
	case p.prev == token.RBRACE && p.line:
		return []token.Token{token.ELSE}
	case p.prev == token.ELSE:
		return []token.Token{token.IF}
	case p.prev == token.GO || p.prev == token.DEFER:
		return []token.Token{token.FUNC}
	case p.clauses():
		return []token.Token{token.CASE, token.DEFAULT}
	}
	if !p.statement() {
		if f.head == token.FOR && (p.prev == token.FOR || p.prev == token.DEFINE || p.prev == token.ASSIGN) {
			return append(types, token.RANGE)
		}
		if p.ended() && f.opener != token.STRUCT && f.tok != token.LPAREN && f.head != token.VAR && f.head != token.CONST && f.head != token.TYPE && !f.fn {
			return nil
		}
		return types
	}
	list := []token.Token{token.CONST, token.DEFER, token.FOR, token.FUNC, token.GO, token.GOTO, token.IF, token.SELECT, token.SWITCH, token.TYPE, token.VAR}
	if f.tok == token.ILLEGAL {
		list = append(list, token.IMPORT, token.PACKAGE)
	}
	if p.within(token.FUNC) {
		list = append(list, token.RETURN)
	}
	if p.within(token.FOR) {
		list = append(list, token.BREAK, token.CONTINUE)
	} else if p.within(token.SWITCH, token.SELECT) {
		list = append(list, token.BREAK)
	}
	if f.cases {
		list = append(list, token.CASE, token.DEFAULT)
		if f.opener == token.SWITCH {
			list = append(list, token.FALLTHROUGH)
		}
	}
	return list
}

// clauses says that only case and default can stand at the cursor.
func (p *place) clauses() bool {
	f := p.top()
	return f.tok == token.LBRACE && (f.opener == token.SWITCH || f.opener == token.SELECT) && !f.cases &&
		(p.prev == token.SEMICOLON || p.prev == token.LBRACE)
}

// declares says that a new name is written at the cursor.
func (p *place) declares() bool {
	switch p.prev {
	case token.TYPE, token.VAR, token.CONST, token.PACKAGE, token.GOTO:
		return true
	case token.FUNC:
		return p.top().head == token.FUNC && (p.top().tok == token.ILLEGAL)
	}
	return false
}
