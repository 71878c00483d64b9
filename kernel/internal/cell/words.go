package cell

import (
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// words puts a message of go/scanner or go/parser about an offset of src into
// the words of the Go compiler (cmd/compile/internal/syntax of Go 1.26), which
// is what books and search engines know. A message that has no other words
// there stays as it is.
func words(msg, src string, offset int) string {
	bare, syntax := strings.CutPrefix(msg, "syntax error: ")
	if w, ok := scannerWords[bare]; ok {
		return w
	}
	if c, ok := strings.CutPrefix(bare, "illegal character "); ok {
		return "invalid character " + c
	}
	if !syntax {
		return msg
	}
	found := foundAt(src, offset)
	head := headAt(src, offset)
	if m := missingComma.FindStringSubmatch(bare); m != nil {
		closer := ")"
		if m[1] == "composite literal" {
			closer = "}"
		}
		return "syntax error: unexpected " + found + " in " + m[1] + "; possibly missing comma or " + closer
	}
	if strings.Contains(bare, "found assignment") {
		text, _, _ := strings.Cut(src[offset:], "{")
		return "syntax error: cannot use assignment " + brief(strings.TrimSpace(text)) + " as value"
	}
	if m := expected.FindStringSubmatch(bare); m != nil {
		return "syntax error: " + unexpected(m[1], found, head, src, offset)
	}
	switch {
	case strings.HasPrefix(bare, "unexpected ") && strings.Contains(bare, "expecting "):
		return "syntax error: " + strings.Replace(bare, "expecting ", "expected ", 1)
	}
	if w, ok := parserWords[bare]; ok {
		return "syntax error: " + w
	}
	return msg
}

var (
	expected     = regexp.MustCompile(`^expected (.+), found .+$`)
	missingComma = regexp.MustCompile(`^missing ',' (?:before newline )?in (.+)$`)
)

// scannerWords and parserWords have the messages that differ as a whole.
var (
	scannerWords = map[string]string{
		"illegal rune literal":              "more than one character in rune literal",
		"string literal not terminated":     "newline in string",
		"raw string literal not terminated": "string not terminated",
		"unknown escape sequence":           "unknown escape",
	}
	parserWords = map[string]string{
		"expected 1 expression": "unexpected end of statement, expected := or = or comma",
	}
)

// unexpected words what the parser wants and what there is instead.
func unexpected(want, found string, head token.Token, src string, offset int) string {
	clause := map[token.Token]string{token.IF: "if clause", token.FOR: "for clause", token.SWITCH: "switch clause"}[head]
	switch want {
	case "operand", "expression":
		return "unexpected " + found + ", expected expression"
	case "';'":
		switch {
		case found == "comma" && insideType(src, offset):
			return "unexpected comma in struct type; possibly missing semicolon or newline or }"
		case found == "}":
			return "unexpected } after top level declaration"
		case clause != "" && (found == "end of cell" || found == "newline"):
			return "unexpected " + found + ", expected { after " + clause
		}
		return "unexpected " + found + " at end of statement"
	case "'{'":
		if clause != "" && found == "newline" {
			return "unexpected newline, expected { after " + clause
		}
	case "statement":
		return "unexpected " + found + ", expected statement"
	case "'}'":
		if head == token.SWITCH || head == token.SELECT {
			return "unexpected " + found + ", expected case or default or }"
		}
	case "'IDENT'":
		return "unexpected " + found + ", expected name"
	case "selector or type assertion":
		return "unexpected " + found + ", expected name or ("
	case "if statement or block":
		return "else must be followed by if or statement block"
	case "type":
		if found == "newline" && head == token.TYPE {
			return "unexpected newline in type declaration"
		}
	case "for loop condition":
		return "expected for loop condition"
	}
	return "unexpected " + found + ", expected " + strings.ReplaceAll(want, "'", "")
}

// foundAt names the token at an offset as the compiler does.
func foundAt(src string, offset int) string {
	if strings.TrimSpace(src[min(offset, len(src)):]) == "" {
		return "end of cell"
	}
	if src[offset] == '\n' || src[offset] == '\r' {
		return "newline"
	}
	var s scanner.Scanner
	fset := token.NewFileSet()
	rest := src[offset:]
	s.Init(fset.AddFile("", fset.Base(), len(rest)), []byte(rest), nil, 0)
	_, tok, lit := s.Scan()
	switch {
	case tok == token.IDENT:
		return "name " + brief(lit)
	case tok.IsLiteral():
		return "literal " + brief(lit)
	case tok.IsKeyword():
		return "keyword " + lit
	case tok == token.COMMA:
		return "comma"
	case tok == token.SEMICOLON && lit == ";":
		return "semicolon"
	case tok == token.SEMICOLON, strings.HasPrefix(rest, "//"):
		return "newline"
	case tok == token.EOF:
		return "end of cell"
	}
	return tok.String()
}

// brief is as much of a piece of source as a message has room for.
func brief(source string) string {
	text, _ := excerpt(source, 0)
	return text
}

// headAt is the keyword of the statement or of the innermost block around an
// offset: IF, FOR, SWITCH in their header, SWITCH and SELECT directly in their
// block, TYPE in a declaration; else ILLEGAL.
func headAt(src string, offset int) token.Token {
	var stack []token.Token
	head := token.ILLEGAL
	for _, t := range lex(src).toks {
		if t.pos >= offset {
			break
		}
		switch t.tok {
		case token.IF, token.FOR, token.SWITCH, token.SELECT, token.TYPE, token.STRUCT:
			head = t.tok
		case token.SEMICOLON:
			if t.lit != ";" || head == token.TYPE {
				head = token.ILLEGAL
			}
		case token.LBRACE, token.LPAREN, token.LBRACK:
			stack = append(stack, head)
			head = token.ILLEGAL
		case token.RBRACE, token.RPAREN, token.RBRACK:
			if n := len(stack); n > 0 {
				head, stack = stack[n-1], stack[:n-1]
			}
			if t.tok == token.RBRACE {
				head = token.ILLEGAL
			}
		}
	}
	if n := len(stack); head == token.ILLEGAL && n > 0 && (stack[n-1] == token.SWITCH || stack[n-1] == token.SELECT || stack[n-1] == token.STRUCT) {
		return stack[n-1]
	}
	return head
}

// insideType says whether an offset lies directly in a struct type.
func insideType(src string, offset int) bool { return headAt(src, offset) == token.STRUCT }

// hints tell what to do about messages of words, tried in order.
var hints = []struct {
	match *regexp.Regexp
	hint  string
}{
	{regexp.MustCompile(`unexpected newline, expected \{ after`), "put { at the end of the line above"},
	{regexp.MustCompile(`unexpected newline in .*missing comma`), "end the line with a comma, or put the closing bracket on it"},
	{regexp.MustCompile(`unexpected keyword else`), "put else on the line of the closing bracket: } else {"},
	{regexp.MustCompile(`unexpected keyword (?:case|default), expected }`), "it belongs into a switch or select"},
	{regexp.MustCompile(`cannot use assignment`), "== compares, = assigns"},
	{regexp.MustCompile(`more than one character in rune literal`), "strings have double quotes: \"text\""},
	{regexp.MustCompile(`newline in string`), "close it with \" on the same line, or use `...` for text of several lines"},
	{regexp.MustCompile(`unexpected name in, expected \{`), "write for i, x := range xs {"},
	{regexp.MustCompile(`unexpected (?:\+\+|--) at end of statement`), "++ and -- are statements of their own, not expressions"},
	{regexp.MustCompile(`invalid character U\+003F`), "Go has no x ? a : b; use if and else"},
	{regexp.MustCompile(`invalid character U\+201[CD]`), "use straight quotes: \""},
	{regexp.MustCompile(`invalid character U\+0023`), "comments begin with //"},
}

// hintFor returns what to do about a syntax error, "" if there is nothing to
// say.
func hintFor(msg, src string, offset int) string {
	for _, h := range hints {
		if h.match.MatchString(msg) {
			return h.hint
		}
	}
	if strings.HasSuffix(msg, "at end of statement") {
		line := src[strings.LastIndexByte(src[:offset], '\n')+1:]
		switch first, _, _ := strings.Cut(strings.TrimSpace(line), " "); first {
		case "while":
			return "every loop is a for: for cond {"
		case "int", "string", "float64", "bool":
			return "the name comes first: var x " + first + ", or x := value"
		case "def", "function", "fn", "fun":
			return "functions begin with func"
		case "let":
			return "write x := value"
		}
	}
	return ""
}
