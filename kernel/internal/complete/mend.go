package complete

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// hole stands for a name that has no letter yet.
const hole = "w_"

// A mended is a cell's text made such that the parser finds the name at the
// cursor.
type mended struct {
	text string
	at   int // of the name
	tree *tree
}

// A tree is what encloses an offset of a text.
type tree struct {
	at   token.Pos
	path []ast.Node // outermost first
}

// mend makes text parse that stops in the middle. It tries, from the least
// that is changed to the most: closing the brackets that are open at the end,
// and before a line that begins a declaration; leaving out what follows the cursor in its declaration; and taking the cursor's line alone.
// The last one that was tried stands when none gives a name at the cursor.
func mend(src string, start, end int) *mended {
	name := src[start:end]
	if name == "" {
		name = hole
	}
	before, after := src[:start]+name, src[end:]
	type attempt struct {
		text  string
		early bool
		rest  bool
	}
	tries := []attempt{
		{before + after, true, false},
		{before + after, false, false},
		{before, true, true},
		{before, true, false},
		{before + " {\n}", true, false},
		{before + ":", true, false},
		{blankLines(before), true, false},
	}
	switch line := lineAt(src, end); scan(src, start, start).top().head {
	case token.IF, token.FOR, token.SWITCH:
		if strings.TrimSpace(line) == "" {
			tries = slices.Insert(tries, 0, attempt{before + " {\n}" + after, false, false}, attempt{before + " {\n}", true, true})
		}
	}
	var m *mended
	for _, try := range tries {
		m = &mended{}
		m.text, m.at = closed(try.text, try.early, start)
		if try.rest {
			m.text += rest(src, end)
		}
		m.tree = grow(m.text, m.at)
		if m.tree != nil {
			if id, ok := m.tree.leaf().(*ast.Ident); ok && id.Name == name {
				return m
			}
		}
	}
	m.text, m.at = closed(before+after, false, start)
	m.tree = nil
	return m
}

// rest returns what follows the declaration or statement around an offset.
func rest(src string, at int) string {
	text, _ := closed(src, false, 0)
	chunks, err := cell.Chunks(text)
	if err != nil {
		return ""
	}
	for _, c := range chunks {
		if at <= c.End && c.End <= len(src) {
			return "\n" + src[c.End:]
		}
	}
	return ""
}

// blankLines replaces all lines but the last by blanks.
func blankLines(src string) string {
	line := strings.LastIndexByte(src, '\n') + 1
	b := []byte(src)
	for i := range line {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

// closed closes brackets and raw strings that are open at the end, and returns
// where an offset has moved to. With early, those before a line that begins
// with the declaration of a function or type are closed there.
func closed(src string, early bool, at int) (string, int) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	raw := ""
	s.Init(file, []byte(src), func(_ token.Position, msg string) {
		switch msg {
		case "raw string literal not terminated":
			raw = "`"
		case "comment not terminated":
			raw = "*/"
		}
	}, 0)
	var open []byte
	var b strings.Builder
	from := 0
	last := token.SEMICOLON
	shut := func() {
		if needs[last] && len(open) > 0 {
			b.WriteString(" " + hole)
		}
		for i := len(open) - 1; i >= 0; i-- {
			if open[i] == '}' {
				b.WriteByte('\n')
			}
			b.WriteByte(open[i])
		}
		open = open[:0]
	}
	moved := at
	for {
		p, tok, _ := s.Scan()
		off := file.Offset(p)
		if tok != token.EOF && tok != token.FUNC && tok != token.TYPE {
			last = tok
		}
		switch tok {
		case token.LPAREN:
			open = append(open, ')')
		case token.LBRACK:
			open = append(open, ']')
		case token.LBRACE:
			open = append(open, '}')
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case token.FUNC, token.TYPE:
			if early && len(open) > 0 && off > 0 && src[off-1] == '\n' && !strings.HasPrefix(src[off:], "func(") {
				b.WriteString(src[from : off-1])
				was := b.Len()
				shut()
				if off <= at {
					moved += b.Len() - was
				}
				b.WriteByte('\n')
				from = off
			}
		case token.EOF:
			b.WriteString(src[from:])
			b.WriteString(raw)
			shut()
			return b.String(), moved
		}
	}
}

// needs are the tokens behind which an operand is missing. Without one the
// parser skips what follows.
var needs = map[token.Token]bool{
	token.ADD: true, token.SUB: true, token.MUL: true, token.QUO: true, token.REM: true, token.AND: true, token.OR: true,
	token.XOR: true, token.SHL: true, token.SHR: true, token.AND_NOT: true, token.LAND: true, token.LOR: true, token.ARROW: true,
	token.EQL: true, token.NEQ: true, token.LSS: true, token.LEQ: true, token.GTR: true, token.GEQ: true, token.NOT: true,
	token.ASSIGN: true, token.DEFINE: true, token.ADD_ASSIGN: true, token.PERIOD: true,
}

// grow parses a text as far as that goes and finds what encloses an offset;
// nil if nothing does. Positions are those of check.Glance for the same text.
func grow(src string, at int) (t *tree) {
	defer func() {
		if recover() != nil { // the parser is not made for every text
			t = nil
		}
	}()
	chunks, err := cell.Chunks(src)
	if err != nil {
		return nil
	}
	w := cell.Wrap(src, chunks)
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "weft", w.Text, parser.AllErrors|parser.SkipObjectResolution)
	if file == nil || !file.Pos().IsValid() {
		return nil
	}
	t = &tree{at: fset.File(file.Pos()).Pos(w.Place(at))}
	for _, d := range file.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if n == nil || !n.Pos().IsValid() || n.Pos() > t.at || n.End() <= t.at {
				return false
			}
			t.path = append(t.path, n)
			return true
		})
	}
	if len(t.path) == 0 {
		return nil
	}
	return t
}

func (t *tree) leaf() ast.Node { return t.path[len(t.path)-1] }
