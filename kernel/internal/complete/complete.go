// Package complete answers what could be typed next in a cell and what a name
// in it means, from types alone: no code runs, and the session is not asked.
// Both answers take well under a millisecond with a thousand names declared.
package complete

import (
	"cmp"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/internal/check"
)

// A Match is one text that may stand in place of what was typed.
type Match struct {
	Text      string
	Type      string // function, variable, type, package, constant, field, method, keyword or magic
	Signature string // of functions and methods "(n int) error", else the type; may be empty
	rank      int    // lower comes first
}

// Ranks of matches, nearest first.
const (
	rankLocal = iota
	rankSession
	rankBuiltin
	rankPackage
	rankKeyword
)

// Complete lists what may replace src[start:end], the name that ends or goes on
// at byte offset pos (which is clamped): members after a dot, else names that
// are visible there, packages, keywords, and after % the given magics. Names
// that begin exactly as typed come first, then those that differ in case.
func Complete(w *check.World, src string, pos int, magics []string) (matches []Match, start, end int) {
	pos = clamp(src, pos)
	if m, start, end, ok := magic(src, pos, magics); ok {
		return m, start, end
	}
	start, end = word(src, pos)
	in, path := literal(src, pos)
	if path {
		return paths(w, src, pos)
	}
	if in {
		return nil, pos, pos
	}
	prefix := src[start:pos]
	dot := dotBefore(src, start)
	if start > 0 && start == pos && src[start-1] == '.' && !dot {
		return nil, pos, pos // the point of a number
	}
	text, at := src, pos
	if prefix == "" {
		// A name must stand at the place for the parser to see one.
		text = src[:pos] + "w_" + src[pos:]
		at = pos + 1
	}
	text = closed(text, end+len(text)-len(src))
	c := &collector{prefix: prefix, lower: strings.ToLower(prefix), seen: map[string]bool{}, imp: w.Importer()}
	w.Look(text, at, func(g *check.Glance) {
		if dot {
			c.members(g, w, src[:start])
			return
		}
		c.fields(g)
		c.names(g)
		c.packages(w)
	})
	if !dot {
		c.words()
	}
	slices.SortFunc(c.out, func(a, b Match) int {
		if x, y := strings.HasPrefix(a.Text, prefix), strings.HasPrefix(b.Text, prefix); x != y {
			if x {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Text, b.Text))
	})
	return c.out, start, end
}

// clamp moves an offset into the text and to the beginning of a rune.
func clamp(src string, pos int) int {
	pos = max(0, min(pos, len(src)))
	for pos > 0 && pos < len(src) && !utf8.RuneStart(src[pos]) {
		pos--
	}
	return pos
}

func letter(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// word is the range of the name around an offset.
func word(src string, pos int) (start, end int) {
	start, end = pos, pos
	for start > 0 {
		r, n := utf8.DecodeLastRuneInString(src[:start])
		if !letter(r) {
			break
		}
		start -= n
	}
	for end < len(src) {
		r, n := utf8.DecodeRuneInString(src[end:])
		if !letter(r) {
			break
		}
		end += n
	}
	return start, end
}

// dotBefore says whether a selector's dot stands before an offset, and not the
// point of a number.
func dotBefore(src string, at int) bool {
	s := strings.TrimRight(src[:at], " \t\r\n")
	if !strings.HasSuffix(s, ".") || strings.HasSuffix(s, "..") {
		return false
	}
	start, _ := word(src, len(s)-1)
	return start == len(s)-1 || src[start] < '0' || src[start] > '9'
}

// magic completes the name of a magic at the beginning of a line.
func magic(src string, pos int, magics []string) (out []Match, start, end int, ok bool) {
	line := strings.LastIndexByte(src[:pos], '\n') + 1
	at := line + len(src[line:pos]) - len(strings.TrimLeft(src[line:pos], " \t"))
	name := strings.TrimLeft(src[at:pos], "%")
	if at == pos || src[at] != '%' || strings.ContainsAny(name, " \t") {
		return nil, 0, 0, false
	}
	signs := src[at : pos-len(name)]
	_, end = word(src, pos)
	for _, m := range magics {
		if m = strings.TrimLeft(m, "%"); strings.HasPrefix(m, name) {
			out = append(out, Match{Text: signs + m, Type: "magic"})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Text < out[j].Text })
	return out, at, end, true
}

// literal says whether an offset lies in a string, a rune or a comment, and
// whether that is the path of an import.
func literal(src string, pos int) (in, path bool) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	s.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments)
	importing, depth := false, 0
	for {
		p, tok, lit := s.Scan()
		if tok == token.EOF {
			return false, false
		}
		from := file.Offset(p)
		if from >= pos {
			return false, false
		}
		switch tok {
		case token.IMPORT:
			importing = true
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		case token.SEMICOLON:
			importing = importing && depth > 0
		case token.STRING, token.CHAR, token.COMMENT:
			end := from + len(lit)
			closed := end > from+1 && lit[len(lit)-1] == lit[0] || tok == token.COMMENT && strings.HasPrefix(lit, "/*") && strings.HasSuffix(lit, "*/")
			if pos < end || pos == end && !closed {
				return true, importing && tok == token.STRING
			}
		}
	}
}

// paths completes the path of an import.
func paths(w *check.World, src string, pos int) (out []Match, start, end int) {
	start = strings.LastIndexAny(src[:pos], "\"`") + 1
	end = pos
	for end < len(src) && src[end] != '"' && src[end] != '`' && src[end] != '\n' {
		end++
	}
	for _, p := range w.Importer().Paths() {
		if strings.HasPrefix(p, src[start:pos]) {
			out = append(out, Match{Text: p, Type: "package"})
		}
	}
	return out, start, end
}

// closed makes text parse that stops in the middle: brackets that are open at
// the end are closed.
func closed(src string, at int) string {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	s.Init(file, []byte(src), func(token.Position, string) {}, 0)
	var open []byte
	for {
		_, tok, _ := s.Scan()
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
		case token.EOF:
			if len(open) == 0 {
				return src
			}
			var b strings.Builder
			b.WriteString(src)
			for i := len(open) - 1; i >= 0; i-- {
				if open[i] == '}' {
					b.WriteByte('\n')
				}
				b.WriteByte(open[i])
			}
			return b.String()
		}
	}
}

// A collector gathers matches.
type collector struct {
	prefix, lower string
	seen          map[string]bool
	out           []Match
	imp           check.Importer
}

func (c *collector) fits(name string) bool {
	if len(name) < len(c.prefix) || name == "_" || c.seen[name] || strings.HasPrefix(name, "w_") && !strings.HasPrefix(c.prefix, "w_") {
		return false
	}
	return strings.HasPrefix(name, c.prefix) || strings.EqualFold(name[:len(c.prefix)], c.prefix)
}

func (c *collector) add(m Match) {
	if c.fits(m.Text) {
		c.seen[m.Text] = true
		c.out = append(c.out, m)
	}
}

// object adds what an object is.
func (c *collector) object(o types.Object, rank int, pkg *types.Package) {
	if c.fits(o.Name()) {
		c.add(match(o, rank, pkg))
	}
}

func match(o types.Object, rank int, pkg *types.Package) Match {
	m := Match{Text: o.Name(), rank: rank}
	qual := types.RelativeTo(pkg)
	switch o := o.(type) {
	case *types.Func:
		m.Type = "function"
		if o.Signature().Recv() != nil {
			m.Type = "method"
		}
		m.Signature = strings.TrimPrefix(types.TypeString(o.Signature(), qual), "func")
		return m
	case *types.Builtin:
		m.Type = "function"
		return m
	case *types.TypeName:
		m.Type = "type"
		m.Signature = kindOf(o.Type())
		return m
	case *types.PkgName:
		m.Type, m.Signature = "package", o.Imported().Path()
		return m
	case *types.Const:
		m.Type = "constant"
	case *types.Var:
		m.Type = "variable"
		if o.IsField() {
			m.Type = "field"
		}
	default:
		m.Type = "constant" // nil
		return m
	}
	m.Signature = types.TypeString(o.Type(), qual)
	return m
}

func kindOf(t types.Type) string {
	switch t.Underlying().(type) {
	case *types.Struct:
		return "struct"
	case *types.Interface:
		return "interface"
	}
	return ""
}

// members adds what may follow a dot.
func (c *collector) members(g *check.Glance, w *check.World, before string) {
	if g.Selector != nil {
		if id, ok := g.Selector.X.(*ast.Ident); ok {
			if p, ok := g.Info.Uses[id].(*types.PkgName); ok {
				c.exported(p.Imported())
				return
			}
		}
		if tv, ok := g.Info.Types[g.Selector.X]; ok && tv.Type != nil && tv.Type != types.Typ[types.Invalid] {
			c.fieldsAndMethods(tv.Type, g.Pkg, tv.IsType())
			return
		}
	}
	// The text could not be understood: perhaps the name before the dot can.
	s := strings.TrimRight(strings.TrimRight(before, " \t\r\n"), ".")
	start, _ := word(s, len(s))
	name := s[start:]
	if name == "" || dotBefore(s, start) {
		return
	}
	if k, ok := g.Known(name); ok {
		if k.Obj == nil {
			c.exported(k.Pkg)
		} else {
			_, isType := k.Obj.(*types.TypeName)
			c.fieldsAndMethods(k.Obj.Type(), g.Pkg, isType)
		}
		return
	}
	if path, ok := c.imp.Lookup(name); ok {
		if p, err := c.imp.Import(path); err == nil {
			c.exported(p)
		}
	}
}

func (c *collector) exported(p *types.Package) {
	for _, n := range p.Scope().Names() {
		if token.IsExported(n) && c.fits(n) {
			c.object(p.Scope().Lookup(n), rankSession, p)
		}
	}
}

// fieldsAndMethods adds what can be selected from a value of a type, or from
// the type itself.
func (c *collector) fieldsAndMethods(t types.Type, pkg *types.Package, isType bool) {
	set := t
	if _, ptr := t.Underlying().(*types.Pointer); !ptr && !types.IsInterface(t) && !isType {
		set = types.NewPointer(t)
	}
	ms := types.NewMethodSet(set)
	for i := range ms.Len() {
		if o := ms.At(i).Obj(); o.Exported() || o.Pkg() == pkg {
			c.object(o, rankSession, pkg)
		}
	}
	if isType {
		return
	}
	c.structFields(t, pkg, map[types.Type]bool{}, rankLocal)
}

func (c *collector) structFields(t types.Type, pkg *types.Package, seen map[types.Type]bool, rank int) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if seen[t] {
		return
	}
	seen[t] = true
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Exported() || f.Pkg() == pkg {
			c.object(f, rank, pkg)
		}
	}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Embedded() {
			c.structFields(f.Type(), pkg, seen, rank)
		}
	}
}

// fields adds the names of fields inside a struct's literal.
func (c *collector) fields(g *check.Glance) {
	if g.Literal == nil {
		return
	}
	t := g.Info.TypeOf(g.Literal)
	if t == nil {
		return
	}
	if s, ok := t.Underlying().(*types.Struct); ok {
		for i := range s.NumFields() {
			if f := s.Field(i); f.Exported() || f.Pkg() == g.Pkg {
				c.object(f, rankLocal, g.Pkg)
			}
		}
	}
}

// names adds the names that are visible at the place: of the cell, of the
// session, and Go's own.
func (c *collector) names(g *check.Glance) {
	for s := g.Scope; s != nil && s != types.Universe; s = s.Parent() {
		for _, n := range s.Names() {
			if !c.fits(n) {
				continue
			}
			o := s.Lookup(n)
			if s.Parent() != types.Universe && o.Pos().IsValid() && o.Pos() > g.At {
				continue
			}
			if o.Pos() != g.At-1 {
				c.object(o, rankLocal, g.Pkg)
			}
		}
	}
	g.Each(func(k check.Known) {
		switch {
		case !c.fits(k.Name):
		case k.Obj == nil:
			c.add(Match{Text: k.Name, Type: "package", Signature: k.Pkg.Path(), rank: rankSession})
		default:
			c.object(k.Obj, rankSession, g.Pkg)
		}
	})
	for _, n := range types.Universe.Names() {
		if c.fits(n) {
			c.object(types.Universe.Lookup(n), rankBuiltin, g.Pkg)
		}
	}
}

// packages adds the packages that need no import line.
func (c *collector) packages(w *check.World) {
	for _, p := range c.imp.Paths() {
		name, ok := c.imp.Name(p)
		if !ok || !c.fits(name) {
			continue
		}
		if path, ok := c.imp.Lookup(name); ok {
			c.add(Match{Text: name, Type: "package", Signature: path, rank: rankPackage})
		}
	}
}

// words adds Go's keywords.
func (c *collector) words() {
	for t := token.BREAK; t <= token.VAR; t++ {
		c.add(Match{Text: t.String(), Type: "keyword", rank: rankKeyword})
	}
}
