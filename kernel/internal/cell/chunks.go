package cell

import (
	"fmt"
	"go/scanner"
	"go/token"
)

// A Form is the syntactic form of a Chunk.
type Form int

// Forms of chunks.
const (
	Statement Form = iota // also var declarations, which keep their place among the statements
	Package               // package main
	Import
	Const
	Type
	Func // functions and methods
)

// A Chunk is one declaration or statement of a cell at bracket depth 0.
type Chunk struct {
	Form       Form
	Start, End int  // byte offsets; the semicolon that ends it is not included
	Semi       bool // ended by a semicolon that the user typed

	semi int // its offset
}

// forms tells which Form a first token announces.
var forms = map[token.Token]Form{
	token.PACKAGE: Package,
	token.IMPORT:  Import,
	token.CONST:   Const,
	token.TYPE:    Type,
}

// closers maps a closing bracket to the bracket it closes.
var closers = map[token.Token]token.Token{
	token.RPAREN: token.LPAREN, token.RBRACK: token.LBRACK, token.RBRACE: token.LBRACE,
}

// Chunks cuts Go text into declarations and statements. The error is a
// *Diagnostics without cell name and source: a character that Go does not
// know, an unterminated string or comment, or brackets that do not match.
// Text that is merely cut short is no error here.
func Chunks(src string) ([]Chunk, error) {
	l := lex(src)
	if len(l.bad) > 0 {
		return nil, &Diagnostics{List: l.bad}
	}
	var out []Chunk
	var open []lexeme
	for i := 0; i < len(l.toks); {
		if l.toks[i].tok == token.SEMICOLON {
			i++
			continue
		}
		c := Chunk{Start: l.toks[i].pos, Form: l.form(i)}
		var h header
		for ; i < len(l.toks); i++ {
			t := l.toks[i]
			if len(open) == 0 {
				h.see(t.tok)
				if t.tok == token.SEMICOLON && !(h.in && t.lit == ";") {
					c.Semi, c.semi = t.lit == ";", t.pos
					break
				}
			}
			c.End = t.end
			switch t.tok {
			case token.LPAREN, token.LBRACK, token.LBRACE:
				open = append(open, t)
			case token.RPAREN, token.RBRACK, token.RBRACE:
				if len(open) == 0 || open[len(open)-1].tok != closers[t.tok] {
					return nil, &Diagnostics{List: []Diagnostic{{
						Offset: t.pos, Message: fmt.Sprintf("syntax error: unexpected %s", t.tok)}}}
				}
				open = open[:len(open)-1]
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// A header knows whether the tokens at depth 0 are between if, for or switch
// and the block, where semicolons do not end the statement.
type header struct {
	in      bool
	literal bool // a func literal's or a struct type's brace comes first
}

func (h *header) see(t token.Token) {
	switch t {
	case token.IF, token.FOR, token.SWITCH:
		h.in, h.literal = true, false
	case token.FUNC, token.STRUCT, token.INTERFACE:
		h.literal = true
	case token.LBRACE:
		if !h.literal {
			h.in = false
		}
		h.literal = false
	}
}

// A lexeme is one token with its byte range.
type lexeme struct {
	tok      token.Token
	lit      string
	pos, end int
}

type lexed struct {
	src  string
	toks []lexeme
	bad  []Diagnostic // what the scanner complained about
	open bool         // ends inside a raw string or a comment
}

// lex scans the text without comments. The automatic semicolon at the very end
// is part of the result.
func lex(src string) *lexed {
	l := &lexed{src: src}
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	s.Init(file, []byte(src), func(p token.Position, msg string) {
		if msg == "raw string literal not terminated" || msg == "comment not terminated" {
			l.open = true
		}
		l.bad = append(l.bad, Diagnostic{Offset: p.Offset, Message: msg})
	}, 0)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return l
		}
		off := file.Offset(pos)
		end := off + len(lit)
		if lit == "" {
			end = off + len(tok.String())
		}
		if tok == token.SEMICOLON && lit == "\n" {
			end = off
		}
		l.toks = append(l.toks, lexeme{tok, lit, off, min(end, len(src))})
	}
}

// form decides what begins at token i. A func is a declaration when a name
// follows, or a receiver, a name and parameters; else it is a literal that
// starts a statement.
func (l *lexed) form(i int) Form {
	t := l.toks
	if t[i].tok != token.FUNC {
		return forms[t[i].tok]
	}
	i++
	if i < len(t) && t[i].tok == token.IDENT {
		return Func
	}
	if i >= len(t) || t[i].tok != token.LPAREN {
		return Statement
	}
	depth := 0
	for ; i < len(t); i++ {
		if t[i].tok == token.LPAREN {
			depth++
		} else if t[i].tok == token.RPAREN {
			if depth--; depth == 0 {
				break
			}
		}
	}
	if i+2 < len(t) && t[i+1].tok == token.IDENT && t[i+2].tok == token.LPAREN {
		return Func
	}
	return Statement
}
