package notebook

import (
	"go/scanner"
	"go/token"
	"html"
	"slices"
	"strings"
)

// universe holds the names of Go's universe block and the class they are shown
// in.
var universe = classes(map[string]string{
	"t": "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr",
	"c": "true false iota nil",
	"f": "append cap clear close complex copy delete imag len make max min new panic print println real recover",
})

func classes(names map[string]string) map[string]string {
	m := map[string]string{}
	for class, list := range names {
		for n := range strings.FieldsSeq(list) {
			m[n] = class
		}
	}
	return m
}

// otherText are the %%magics whose cell is no Go.
var otherText = strings.Fields("bash sh script writefile file html markdown svg latex javascript python")

// highlight returns Go text as HTML with spans: k keyword, t predeclared type,
// c predeclared constant, f function that is called or declared, s string, n
// number, m comment, p magic. Without its tags it is the text. Lines that are
// magics, and what is no Go, are left plain.
func highlight(source string) string {
	h := &highlighter{text: source}
	for h.off < len(source) {
		h.chunk()
	}
	return h.out.String()
}

type highlighter struct {
	text string
	off  int // up to here it is written
	out  strings.Builder
}

// to writes the text up to end in a class, "" for none.
func (h *highlighter) to(end int, class string) {
	end = min(end, len(h.text))
	if end <= h.off {
		return
	}
	text := html.EscapeString(h.text[h.off:end])
	if class == "" {
		h.out.WriteString(text)
	} else {
		h.out.WriteString(`<span class="` + class + `">` + text + `</span>`)
	}
	h.off = end
}

// A lexeme is a token and where it stands.
type lexeme struct {
	tok      token.Token
	lit      string
	from, to int
}

// chunk writes Go text up to a magic line and that line.
func (h *highlighter) chunk() {
	base := h.off
	src := []byte(h.text[base:])
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	var last, word lexeme // the token before, comments left out; an identifier that waits for what follows it
	depth := 0
	before := token.SEMICOLON
	flush := func(next token.Token) {
		if word.lit == "" {
			return
		}
		h.to(word.from, "")
		class := universe[word.lit]
		switch {
		case before == token.PERIOD:
			class = ""
			fallthrough
		case class == "":
			if next == token.LPAREN {
				class = "f"
			}
		}
		h.to(word.to, class)
		word = lexeme{}
	}
	last.tok = token.SEMICOLON
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			flush(tok)
			h.to(len(h.text), "")
			return
		}
		if tok == token.SEMICOLON && lit != ";" { // an end of line
			flush(tok)
			last.tok = tok
			continue
		}
		from := base + file.Offset(pos)
		if lit == "" {
			lit = tok.String()
		}
		x := lexeme{tok, lit, from, from + h.length(from, lit)}
		if last.tok == token.SEMICOLON && depth == 0 && h.isMagic(x) {
			flush(tok)
			h.magic(from)
			return
		}
		flush(tok)
		h.to(from, "")
		switch {
		case tok == token.IDENT:
			word, before = x, last.tok
		case tok.IsKeyword():
			h.to(x.to, "k")
		case tok == token.STRING, tok == token.CHAR:
			h.to(x.to, "s")
		case tok == token.INT, tok == token.FLOAT, tok == token.IMAG:
			h.to(x.to, "n")
		case tok == token.COMMENT:
			h.to(x.to, "m")
			continue
		case tok == token.LPAREN, tok == token.LBRACE, tok == token.LBRACK:
			depth++
		case tok == token.RPAREN, tok == token.RBRACE, tok == token.RBRACK:
			depth--
		}
		last = x
	}
}

// length returns how long a token at from is in the text: the scanner leaves
// carriage returns out of raw strings and comments.
func (h *highlighter) length(from int, lit string) int {
	for open, end := range map[string]string{"`": "`", "/*": "*/"} {
		if !strings.HasPrefix(lit, open) {
			continue
		}
		if n := strings.Index(h.text[from+len(open):], end); n >= 0 {
			return len(open) + n + len(end)
		}
		return len(h.text) - from
	}
	return len(lit)
}

// isMagic tells whether a token that begins a statement begins a magic's line.
func (h *highlighter) isMagic(x lexeme) bool {
	if !slices.Contains([]token.Token{token.REM, token.REM_ASSIGN, token.NOT, token.NEQ, token.ILLEGAL}, x.tok) || !strings.HasPrefix(x.lit, h.text[x.from:x.from+1]) {
		return false
	}
	if x.tok == token.ILLEGAL && x.lit != "?" {
		return false
	}
	return strings.TrimSpace(h.text[strings.LastIndexByte(h.text[:x.from], '\n')+1:x.from]) == ""
}

// magic writes a magic's line, with those that a backslash joins to it, and
// the whole cell when it is of another language.
func (h *highlighter) magic(from int) {
	h.to(from, "")
	end := from
	for {
		n := strings.IndexByte(h.text[end:], '\n')
		if n < 0 {
			end = len(h.text)
			break
		}
		end += n + 1
		if !strings.HasSuffix(strings.TrimRight(h.text[from:end], " \t\r\n"), `\`) {
			break
		}
	}
	line := strings.TrimRight(h.text[from:end], "\r\n")
	h.to(from+len(line), "p")
	h.to(end, "")
	if name, ok := strings.CutPrefix(line, "%%"); ok {
		name, _, _ = strings.Cut(name, " ")
		if slices.Contains(otherText, strings.TrimSpace(name)) {
			h.to(len(h.text), "")
		}
	}
}
