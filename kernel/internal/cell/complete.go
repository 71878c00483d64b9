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

// Complete says whether Go text of a cell can be run as it is. For
// StatusIncomplete it also gives the white space the next line should begin
// with: one tab for each open bracket.
func Complete(src string) (status, indent string) {
	if strings.TrimSpace(src) == "" {
		return StatusComplete, ""
	}
	return completeText(src)
}

// continues are tokens that can't end a statement: what follows is missing.
var continues = map[token.Token]bool{
	token.ADD: true, token.SUB: true, token.MUL: true, token.QUO: true, token.REM: true,
	token.AND: true, token.OR: true, token.XOR: true, token.SHL: true, token.SHR: true, token.AND_NOT: true,
	token.ADD_ASSIGN: true, token.SUB_ASSIGN: true, token.MUL_ASSIGN: true, token.QUO_ASSIGN: true, token.REM_ASSIGN: true,
	token.AND_ASSIGN: true, token.OR_ASSIGN: true, token.XOR_ASSIGN: true, token.SHL_ASSIGN: true, token.SHR_ASSIGN: true, token.AND_NOT_ASSIGN: true,
	token.LAND: true, token.LOR: true, token.ARROW: true,
	token.EQL: true, token.LSS: true, token.GTR: true, token.ASSIGN: true, token.NOT: true, token.TILDE: true,
	token.NEQ: true, token.LEQ: true, token.GEQ: true, token.DEFINE: true,
	token.COMMA: true, token.PERIOD: true, token.COLON: true,
}

// heads are keywords that need more than themselves.
var heads = map[token.Token]bool{
	token.IF: true, token.FOR: true, token.SWITCH: true, token.SELECT: true, token.FUNC: true,
	token.GO: true, token.DEFER: true, token.VAR: true, token.CONST: true, token.TYPE: true, token.IMPORT: true,
	token.PACKAGE: true, token.GOTO: true, token.ELSE: true, token.RANGE: true, token.CHAN: true,
	token.MAP: true, token.STRUCT: true, token.INTERFACE: true,
}

func completeText(src string) (status, indent string) {
	l := lex(src)
	if l.open {
		return StatusIncomplete, ""
	}
	if len(l.bad) > 0 {
		return StatusInvalid, ""
	}
	var open []token.Token
	for _, t := range l.toks {
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, t.tok)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) == 0 || open[len(open)-1] != closers[t.tok] {
				return StatusInvalid, ""
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		if brokenInside(src) {
			return StatusInvalid, ""
		}
		return StatusIncomplete, strings.Repeat("\t", len(open))
	}
	toks := l.toks
	for len(toks) > 0 && toks[len(toks)-1].tok == token.SEMICOLON && toks[len(toks)-1].lit == "\n" {
		toks = toks[:len(toks)-1]
	}
	if len(toks) == 0 {
		return StatusComplete, ""
	}
	last := toks[len(toks)-1]
	chunks, err := Chunks(src)
	if err != nil {
		return StatusInvalid, ""
	}
	errs := parseChunks(src, chunks)
	if len(errs) == 0 {
		// A label at the end parses, because an empty statement may follow.
		if last.tok == token.COLON {
			return StatusIncomplete, ""
		}
		return StatusComplete, ""
	}
	tail := chunks[len(chunks)-1]
	for _, at := range errs {
		if at < tail.Start {
			return StatusInvalid, ""
		}
	}
	// Something is missing at the end. What is there is fine when some ending
	// makes it right.
	if lead := firstToken(l, tail.Start); needsBlock[lead] && mends(src[:tail.End], "{\n}", " {\n}") {
		return StatusIncomplete, "\t"
	}
	if (continues[last.tok] || heads[last.tok]) && mends(src[:tail.End], endings...) {
		return StatusIncomplete, ""
	}
	return StatusInvalid, ""
}

// endings are tried after text that ends with an operator or a keyword.
var endings = []string{" x", " x = x", " x := x", " {\n}", " x {\n}", " x() {\n}", " x() x {\n}", " x int", " x = 1",
	" \"x\"", " x()", " int", " int x", " [x]x", " [x]x {\n}", " struct{}", " x, x {\n}", " x; x {\n}", " x := range x {\n}"}

// mends says whether one of the endings makes the text parse.
func mends(src string, endings ...string) bool {
	for _, e := range endings {
		if c, err := Chunks(src + e); err == nil && len(parseChunks(src+e, c)) == 0 {
			return true
		}
	}
	return false
}

// needsBlock are the keywords whose statement has a block.
var needsBlock = map[token.Token]bool{
	token.IF: true, token.FOR: true, token.SWITCH: true, token.SELECT: true, token.FUNC: true,
}

func firstToken(l *lexed, at int) token.Token {
	for _, t := range l.toks {
		if t.pos >= at {
			return t.tok
		}
	}
	return token.EOF
}

// brokenInside says whether text with open brackets is wrong on a line before
// the last, so that more lines can't mend it.
func brokenInside(src string) bool {
	chunks, err := Chunks(src)
	if err != nil {
		return true
	}
	text := strings.TrimRight(src, " \t\r\n")
	line := strings.LastIndexByte(text, '\n') + 1
	for _, at := range parseChunks(src, chunks) {
		if at < line {
			return true
		}
	}
	return false
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
