package notebook

import (
	"bytes"
	"html"
	"regexp"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// mathExtension keeps Markdown's hands off formulas: $…$, $$…$$ and
// \begin{…}…\end{…} come out as they were written, dollars included, so that
// they can be read as TeX.
type mathExtension struct{}

func (mathExtension) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(
		parser.WithBlockParsers(util.Prioritized(mathBlocks{}, 90)),
		parser.WithInlineParsers(util.Prioritized(mathInlines{}, 90)),
	)
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(mathRenderer{}, 90)))
}

var (
	kindMath      = ast.NewNodeKind("Math")
	kindMathBlock = ast.NewNodeKind("MathBlock")
)

// A mathInline is a formula within a paragraph, dollars included.
type mathInline struct {
	ast.BaseInline
	tex     []byte
	display bool
}

func (*mathInline) Kind() ast.NodeKind         { return kindMath }
func (m *mathInline) Dump(src []byte, lvl int) { ast.DumpHelper(m, src, lvl, nil, nil) }

// A mathBlock is a formula of its own; its lines are the text.
type mathBlock struct {
	ast.BaseBlock
	end    []byte // what its last line ends with
	closed bool
}

func (*mathBlock) Kind() ast.NodeKind         { return kindMathBlock }
func (m *mathBlock) IsRaw() bool              { return true }
func (m *mathBlock) Dump(src []byte, lvl int) { ast.DumpHelper(m, src, lvl, nil, nil) }

type mathBlocks struct{}

func (mathBlocks) Trigger() []byte { return []byte{'$', '\\'} }

var begin = regexp.MustCompile(`^\\begin\{([A-Za-z]+\*?)\}`)

func (mathBlocks) Open(_ ast.Node, r text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := r.PeekLine()
	at := pc.BlockOffset()
	if at < 0 {
		return nil, parser.NoChildren
	}
	rest := bytes.TrimRight(line[at:], " \t\r\n")
	n := &mathBlock{end: []byte("$$")}
	switch {
	case bytes.HasPrefix(rest, n.end):
		switch close := bytes.Index(rest[2:], n.end); {
		case close >= 0 && close+4 < len(rest): // text behind it: a paragraph
			return nil, parser.NoChildren
		case close >= 0:
			n.closed = true
		}
	default:
		m := begin.FindSubmatch(rest)
		if m == nil {
			return nil, parser.NoChildren
		}
		n.end = []byte(`\end{` + string(m[1]) + `}`)
		n.closed = bytes.HasSuffix(rest, n.end)
	}
	if !n.closed && !closes(r, pc, n.end) { // never closed: these are just dollars
		return nil, parser.NoChildren
	}
	segment.Start += at
	n.Lines().Append(segment)
	r.AdvanceToEOL()
	return n, parser.NoChildren
}

// closes tells whether the lines below have the end of a formula. The reader
// is left where it was.
func closes(r text.Reader, pc parser.Context, end []byte) bool {
	line, at := r.Position()
	// Ends that were not found from some line on are not below it either.
	missing, _ := pc.Get(missingKey).(map[string]int)
	if from, ok := missing[string(end)]; ok && at.Start >= from {
		return false
	}
	defer r.SetPosition(line, at)
	r.AdvanceLine()
	for {
		text, _ := r.PeekLine()
		if text == nil {
			break
		}
		if bytes.Contains(text, end) {
			return true
		}
		r.AdvanceLine()
	}
	if missing == nil {
		missing = map[string]int{}
		pc.Set(missingKey, missing)
	}
	missing[string(end)] = at.Start
	return false
}

var missingKey = parser.NewContextKey()

func (mathBlocks) Continue(node ast.Node, r text.Reader, _ parser.Context) parser.State {
	n := node.(*mathBlock)
	if n.closed {
		return parser.Close
	}
	line, segment := r.PeekLine()
	n.Lines().Append(segment)
	n.closed = bytes.Contains(line, n.end)
	r.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (mathBlocks) Close(ast.Node, text.Reader, parser.Context) {}
func (mathBlocks) CanInterruptParagraph() bool                 { return true }
func (mathBlocks) CanAcceptIndentedLine() bool                 { return false }

type mathInlines struct{}

func (mathInlines) Trigger() []byte { return []byte{'$'} }

// Parse takes $…$ and $$…$$. As in pandoc's tex_math_dollars, a single opening
// dollar has no blank behind it, the closing one none before it and no digit
// behind it, so that prices are none.
func (mathInlines) Parse(_ ast.Node, r text.Reader, pc parser.Context) ast.Node {
	line, at := r.Position()
	first, _ := r.PeekLine()
	mark := 1
	if bytes.HasPrefix(first, []byte("$$")) {
		mark = 2
	} else if len(first) < 2 || bytes.IndexByte([]byte(" \t\r\n"), first[1]) >= 0 {
		return nil
	}
	if f, ok := pc.Get(openKey[mark]).(span); ok && f.from <= at.Start && at.Start < f.to {
		return nil
	}
	var tex []byte
	skip, end := mark, at.Stop
	for {
		text, segment := r.PeekLine()
		if text == nil {
			pc.Set(openKey[mark], span{at.Start, end})
			r.SetPosition(line, at)
			return nil
		}
		end = segment.Stop
		if n := closing(text, skip, mark); n >= 0 {
			r.Advance(n)
			tex = append(tex, text[:n]...)
			return &mathInline{tex: tex, display: mark == 2}
		}
		tex = append(tex, text...)
		skip = 0
		r.AdvanceLine()
	}
}

// A span is a part of the text in which nothing closes a formula, so that it is
// not searched for each dollar again.
type span struct{ from, to int }

// openKey is where a parse keeps its last span, by the number of dollars.
var openKey = map[int]parser.ContextKey{1: parser.NewContextKey(), 2: parser.NewContextKey()}

// closing returns the place behind the dollars that close a formula, looked for
// from skip on; -1 when there are none.
func closing(text []byte, skip, mark int) int {
	for i := skip; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] != '$':
		case mark == 2:
			if i+1 < len(text) && text[i+1] == '$' && i > skip {
				return i + 2
			}
		case i == skip || text[i-1] == ' ' || text[i-1] == '\t':
		case i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
		default:
			return i + 1
		}
	}
	return -1
}

type mathRenderer struct{}

func (mathRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindMath, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if m := n.(*mathInline); entering {
			class := "math"
			if m.display {
				class = "math math-display"
			}
			w.WriteString(`<span class="` + class + `">` + html.EscapeString(string(m.tex)) + `</span>`)
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(kindMathBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString(`<div class="math math-block">` + html.EscapeString(string(bytes.TrimSpace(n.Lines().Value(src)))) + "</div>\n")
		}
		return ast.WalkSkipChildren, nil
	})
}
