package cell

import (
	"go/parser"
	"go/token"
	"strings"
)

// Statuses of Complete, in the words of Jupyter's is_complete_reply.
const (
	StatusComplete   = "complete"
	StatusIncomplete = "incomplete"
	StatusInvalid    = "invalid"
)

// Complete says whether Go text of a cell can be run as it is: complete when
// it parses, incomplete when further lines can make it parse, else invalid.
// For StatusIncomplete it also gives the white space with which gofmt begins
// the next line, if that is not a closing bracket or a case.
func Complete(src string) (status, indent string) {
	if strings.TrimSpace(src) == "" {
		return StatusComplete, ""
	}
	l := lex(src)
	if l.open {
		return StatusIncomplete, ""
	}
	if len(l.bad) > 0 {
		return StatusInvalid, ""
	}
	chunks, err := Chunks(src)
	if err != nil {
		return StatusInvalid, ""
	}
	if len(chunks) == 0 {
		return StatusComplete, "" // comments, semicolons
	}
	errs := parseChunks(src, chunks)
	tail := chunks[len(chunks)-1]
	if len(errs) == 0 {
		if l.last().tok == token.COLON { // a label: the empty statement behind it is seldom meant
			return StatusIncomplete, ""
		}
		return StatusComplete, ""
	}
	for _, at := range errs {
		if at < tail.Start {
			return StatusInvalid, ""
		}
	}
	if n := len(chunks); n > 1 && chunks[n-2].Form == Func && l.at(tail.Start) == token.LBRACE && !strings.Contains(src[chunks[n-2].Start:chunks[n-2].End], "{") {
		return StatusInvalid, "" // the body begins on the line of func
	}
	if !goesOn(src[:tail.End], tail) {
		return StatusInvalid, ""
	}
	return StatusIncomplete, l.indent()
}

// goesOn says whether lines below can make the last chunk parse: whether the
// parser's first complaint is about the end of the text. The parser sorts its
// complaints; where there are several, some likely endings decide.
func goesOn(src string, c Chunk) bool {
	text := clause
	if c.Form == Statement {
		text += before
	}
	text += src[c.Start:] + "\n"
	end := len(text)
	_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	list := errorList(err)
	if len(list) == 0 || list[0].Pos.Offset >= end {
		return true
	}
	if list[len(list)-1].Pos.Offset < end {
		return false
	}
	shut := ""
	for _, t := range lex(src[c.Start:]).unclosed() {
		switch t {
		case token.LPAREN:
			shut = ")" + shut
		case token.LBRACK:
			shut = "]" + shut
		case token.LBRACE:
			shut = "\n}" + shut
		}
	}
	for _, e := range endings {
		text := src[c.Start:] + "\n" + e + shut
		if chunks, err := Chunks(text); err == nil && len(parseChunks(text, chunks)) == 0 {
			return true
		}
	}
	return false
}

// endings are tried below text that has more than one fault.
var endings = []string{"", "x", "x = x", "x := x", "{\n}", "x {\n}", "x() {\n}", "x := range x {\n}", "x; x {\n}", "case x:", "x, x {\n}"}

// last returns the last token that is not the line's end, the zero lexeme if
// there is none.
func (l *lexed) last() lexeme {
	for i := len(l.toks) - 1; i >= 0; i-- {
		if t := l.toks[i]; t.tok != token.SEMICOLON || t.lit == ";" {
			return t
		}
	}
	return lexeme{}
}

// at returns the token at an offset.
func (l *lexed) at(offset int) token.Token {
	for _, t := range l.toks {
		if t.pos == offset {
			return t.tok
		}
	}
	return token.ILLEGAL
}

// unclosed lists the brackets that are open at the end, outermost first.
func (l *lexed) unclosed() (open []token.Token) {
	for _, t := range l.toks {
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, t.tok)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	return open
}

// A level is an open bracket as gofmt indents what is inside.
type level struct {
	line   int  // where it was opened
	tabs   int  // of the line where it was opened
	choice bool // of switch or select: its cases are not indented
	inCase bool // below a case
}

// indent returns the tabs of the line after the text. As gofmt has it, all
// brackets that a line opens indent by one together, a line that begins with a
// closing bracket goes back to where that was opened, cases stand below their
// switch and their statements one to the right, and the lines of one
// statement one to the right of its first.
func (l *lexed) indent() string {
	var (
		open   []level
		line   = 1
		tabs   = 0    // of the line
		fresh  = true // at the line's beginning
		head   token.Token
		keys   []token.Token // head by depth
		goesOn bool          // the statement did not end on the line before
		colon  int           // brackets open at a case's keyword, plus one
		prev   = lexeme{tok: token.SEMICOLON}
		at     = 0 // offset up to which lines were counted
	)
	inside := func() int {
		if len(open) == 0 {
			return 0
		}
		o := open[len(open)-1]
		n := o.tabs + 1
		if o.choice && !o.inCase {
			n--
		}
		return n
	}
	for _, t := range l.toks {
		if n := strings.Count(l.src[at:t.pos], "\n"); n > 0 {
			line += n
			fresh = true
			goesOn = prev.tok != token.SEMICOLON && prev.tok != token.COMMA && prev.tok != token.LBRACE && prev.tok != token.LPAREN && prev.tok != token.LBRACK && prev.tok != token.COLON
		}
		at = t.pos
		if fresh && !(t.tok == token.SEMICOLON && t.lit == "\n") {
			fresh = false
			switch {
			case (t.tok == token.RPAREN || t.tok == token.RBRACK || t.tok == token.RBRACE) && len(open) > 0:
				tabs = open[len(open)-1].tabs
			case (t.tok == token.CASE || t.tok == token.DEFAULT) && len(open) > 0 && open[len(open)-1].choice:
				tabs = open[len(open)-1].tabs
			default:
				tabs = inside()
				if goesOn {
					tabs++
				}
			}
		}
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			choice := t.tok == token.LBRACE && (head == token.SWITCH || head == token.SELECT)
			open = append(open, level{line: line, tabs: tabs, choice: choice})
			keys = append(keys, head)
			head = token.ILLEGAL
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if n := len(open); n > 0 {
				open, head, keys = open[:n-1], keys[n-1], keys[:n-1]
			}
			if t.tok == token.RBRACE {
				head = token.ILLEGAL
			}
		case token.SWITCH, token.SELECT:
			head = t.tok
		case token.CASE, token.DEFAULT:
			colon = len(open) + 1
		case token.COLON:
			if n := len(open); n > 0 && colon == n+1 && open[n-1].choice {
				open[n-1].inCase = true
				colon = 0
			}
		case token.SEMICOLON:
			if t.lit != ";" {
				head = token.ILLEGAL
			}
		}
		prev = t
		if t.tok == token.SEMICOLON && t.lit == "\n" {
			continue
		}
		at = t.end
		line += strings.Count(l.src[t.pos:t.end], "\n")
	}
	n := inside()
	switch last := l.last(); last.tok {
	case token.LPAREN, token.LBRACK, token.LBRACE, token.COLON, token.ELSE:
	case token.COMMA:
		if len(open) == 0 {
			n++
		}
	default:
		if prev.tok != token.SEMICOLON {
			n++
		}
	}
	return strings.Repeat("\t", n)
}

// parseChunks parses every chunk and returns the offsets of the errors.
func parseChunks(src string, chunks []Chunk) []int {
	w := Wrap(src, chunks)
	_, err := parser.ParseFile(token.NewFileSet(), "", w.Text, parser.SkipObjectResolution|parser.AllErrors)
	var out []int
	for _, e := range errorList(err) {
		out = append(out, w.Offset(e.Pos.Offset))
	}
	return out
}
