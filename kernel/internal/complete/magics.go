package complete

import (
	"cmp"
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

func (n *Notebook) pieces(src string) []Piece {
	if n.Pieces == nil || !strings.ContainsAny(src, "%!?") {
		return nil
	}
	return n.Pieces(src)
}

func (n *Notebook) lookup(name string) (Magic, bool) {
	i := slices.IndexFunc(n.Magics, func(m Magic) bool { return m.Name == name })
	if i < 0 {
		return Magic{}, false
	}
	return n.Magics[i], true
}

// blank replaces the magics of a cell by blanks, so that what is left is Go
// text at the same offsets. Go text that a magic takes stays.
func (n *Notebook) blank(src string, pieces []Piece) string {
	b := []byte(src)
	for _, p := range pieces {
		to := p.End
		m, _ := n.lookup(p.Name)
		line := p.Start + len(src[p.Start:p.End]) - len(strings.TrimLeft(src[p.Start:p.End], " \t\r\n"))
		first := line + len(lineAt(src[:p.End], line))
		switch {
		case p.Name == "?":
			for i := p.Start; i < to; i++ {
				if b[i] == '?' || b[i] == '%' {
					b[i] = ' '
				}
			}
			continue
		case p.Cell && goBody(p.Name):
			to = first
		case takesGo(m.Usage):
			to = line + len(commandOf.FindString(src[line:first]))
		}
		for i := p.Start; i < to; i++ {
			if b[i] != '\n' {
				b[i] = ' '
			}
		}
	}
	return string(b)
}

// commandOf matches a magic with its options: "%timeit -n 10 ".
var commandOf = regexp.MustCompile(`^%+[\pL_][\w]*(?:\s+-[a-z]\s*=?\s*\d+)*\s*`)

// lineAt returns the rest of the line that begins at an offset.
func lineAt(src string, at int) string {
	line, _, _ := strings.Cut(src[at:], "\n")
	return line
}

// takesGo, and the others below, read from a magic's usage what it takes.
func takesGo(usage string) bool { return strings.Contains(usage, "statement") }

// goBody reports whether the lines below a cell magic are Go: of a cell they
// are, unless the magic is one of those that take something else.
func goBody(name string) bool { return name != "bash" && name != "sh" && name != "writefile" }

var (
	optionIn = regexp.MustCompile(`(?:^|[\s\[|])(--?[A-Za-z][\w-]*)`)
	wordsIn  = regexp.MustCompile(`[a-z0-9]+(?:\|[a-z0-9]+)+`)
)

// magic completes the name of a magic and what it takes. done is false when
// the cursor is in Go text.
func (n *Notebook) magic(src string, pos int, pieces []Piece) (out []Match, start, end int, done bool) {
	line := strings.LastIndexByte(src[:pos], '\n') + 1
	at := line + len(src[line:pos]) - len(strings.TrimLeft(src[line:pos], " \t"))
	if i := slices.IndexFunc(pieces, func(p Piece) bool {
		return p.Cell && p.Start <= line && pos <= p.End && strings.TrimSpace(src[p.Start:line]) != ""
	}); i >= 0 {
		// In the body of a cell magic.
		switch {
		case goBody(pieces[i].Name):
			return nil, 0, 0, false
		case pieces[i].Name == "bash" || pieces[i].Name == "sh":
			out, start, end = n.shell(src, pos)
			return out, start, end, true
		}
		return nil, pos, pos, true
	}
	if at == pos {
		return nil, 0, 0, false
	}
	switch src[at] {
	case '!':
		if slices.ContainsFunc(pieces, func(p Piece) bool { return p.Name == "!" && p.Start <= at && pos <= p.End }) || pieces == nil {
			out, start, end = n.shell(src, pos)
			return out, start, end, true
		}
		return nil, 0, 0, false
	case '%':
	default:
		return nil, 0, 0, false
	}
	name := strings.TrimLeft(src[at:pos], "%")
	if i := strings.IndexAny(name, " \t"); i >= 0 {
		out, start, end, done = n.arguments(src, name[:i], pos-len(name)+i, pos)
		return out, start, end, done
	}
	signs := src[at : pos-len(name)]
	_, end = word(src, pos)
	for _, m := range n.Magics {
		if len(signs) == 1 && !m.Line || len(signs) == 2 && !m.Cell || m.Name == "!" || m.Name == "?" {
			if !(len(signs) == 1 && m.Cell && !m.Line) {
				continue
			}
		}
		if t, ok := tier(m.Name, name); ok {
			text := signs + m.Name
			if len(signs) == 1 && !m.Line {
				text = "%%" + m.Name
			}
			out = append(out, Match{Text: text, Type: "magic", Signature: m.Short, tier: t})
		}
	}
	sortMatches(out)
	return out, at, end, true
}

func sortMatches(out []Match) {
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.rank, b.rank), cmp.Compare(a.Text, b.Text))
	})
}

// arguments completes what a magic takes; its name ends at from.
func (n *Notebook) arguments(src, name string, from, pos int) (out []Match, start, end int, done bool) {
	m, ok := n.lookup(name)
	if !ok {
		return nil, pos, pos, true
	}
	start = from + strings.LastIndexAny(src[from:pos], " \t") + 1
	typed := src[start:pos]
	end = pos
	for end < len(src) && !strings.ContainsRune(" \t\r\n", rune(src[end])) {
		end++
	}
	usage := m.Usage
	add := func(text, kind, signature string, rank int) {
		if t, ok := tier(text, typed); ok && !slices.ContainsFunc(out, func(m Match) bool { return m.Text == text }) {
			out = append(out, Match{Text: text, Type: kind, Signature: signature, tier: t, rank: rank})
		}
	}
	if typed == "" || typed[0] == '-' {
		for _, o := range optionIn.FindAllStringSubmatch(usage, -1) {
			if !slices.Contains(strings.Fields(src[from:start]), o[1]) {
				add(o[1], "option", m.Usage, 1)
			}
		}
	}
	for _, list := range wordsIn.FindAllString(usage, -1) {
		for w := range strings.SplitSeq(list, "|") {
			add(w, "option", m.Usage, 0)
		}
	}
	switch {
	case takesGo(usage):
		if len(out) > 0 && typed != "" {
			break
		}
		if rest := src[from:pos]; strings.TrimLeft(rest, " \t") == "" && len(out) > 0 {
			break
		}
		return nil, 0, 0, false
	case strings.Contains(usage, "folder"), strings.Contains(usage, "file"):
		files, s, e := n.files(typed, start, pos, end, !strings.Contains(usage, "file"), escapeShell)
		if len(out) == 0 {
			return files, s, e, true
		}
	case strings.Contains(usage, "NAME"):
		for _, kv := range n.environ() {
			k, v, _ := strings.Cut(kv, "=")
			add(k, "variable", v, 0)
		}
	case strings.Contains(usage, "kind"):
		for _, k := range []string{"var", "const", "type", "func", "import"} {
			add(k, "option", "", 0)
		}
		for _, d := range n.World.Names() {
			add(d.Name, goKinds[d.Kind], d.Type, 1)
		}
	case strings.Contains(usage, "name"), strings.Contains(usage, "function"):
		for _, other := range n.Magics {
			if other.Name != "!" && other.Name != "?" && strings.Contains(usage, "name") {
				add(other.Name, "magic", other.Short, 1)
			}
		}
		line := strings.LastIndexByte(src[:from], '\n') + 1
		more, s, e := n.golang(strings.Repeat(" ", line)+strings.Repeat(" ", from-line)+src[from:pos], pos)
		if s > start || len(out) == 0 {
			return more, s, e, true // members
		}
		for _, x := range more {
			if x.Type != "keyword" {
				add(x.Text, x.Type, x.Signature, 0)
			}
		}
	case strings.Contains(usage, "module"), strings.Contains(usage, "package"):
		for _, p := range n.World.Importer().Paths() {
			add(p, "package", "", 0)
		}
	}
	sortMatches(out)
	return out, start, end, true
}

var goKinds = map[check.Kind]string{check.Var: "variable", check.Func: "function", check.Type: "type", check.Const: "constant", check.Import: "package", check.Method: "method"}

func (n *Notebook) environ() []string {
	if n.Environ == nil {
		return nil
	}
	return n.Environ()
}

// paths completes the path of an import: also by its last element.
func (n *Notebook) paths(src string, at *place, pos int) (out []Match, start, end int) {
	start, end = at.litAt+1, pos
	for end < len(src) && src[end] != src[at.litAt] && src[end] != '\n' {
		end++
	}
	typed := src[start:pos]
	for _, p := range n.World.Importer().Paths() {
		t, ok := tier(p, typed)
		if last := p[strings.LastIndexByte(p, '/')+1:]; (!ok || t == tierParts) && typed != "" && strings.HasPrefix(last, typed) {
			t, ok = tierFold, true
		}
		if ok && !(t == tierParts && strings.Contains(typed, "/")) {
			out = append(out, Match{Text: p, Type: "package", tier: t})
		}
	}
	sortMatches(out)
	return out, start, end
}

// text completes inside a string: names of files where a function takes one or
// a path has been begun, and names of environment variables for package os.
func (n *Notebook) text(src string, at *place, pos int) (out []Match, start, end int) {
	quote := src[at.litAt]
	end = pos
	for end < len(src) && src[end] != quote && src[end] != '\n' && src[end] != '/' {
		end++
	}
	from := at.litAt + 1
	typed := src[from:pos]
	if i := strings.LastIndexByte(typed, '\n'); i >= 0 {
		return nil, pos, pos
	}
	param, pkg := n.taker(src, at, pos)
	switch {
	case pkg == "os" && param == "key":
		for _, kv := range n.environ() {
			k, v, _ := strings.Cut(kv, "=")
			if t, ok := tier(k, typed); ok {
				out = append(out, Match{Text: k, Type: "variable", Signature: v, tier: t})
			}
		}
		sortMatches(out)
		return out, from, end
	case fileWords.MatchString(param), param != "" && filePackages[pkg], strings.Contains(typed, "/"):
		escape := escapeGo
		if quote == '`' {
			escape = func(s string) (string, bool) { return s, !strings.Contains(s, "`") }
		}
		return n.files(typed, from, pos, end, strings.Contains(strings.ToLower(param), "dir"), escape)
	}
	return nil, pos, pos
}

// fileWords matches names of parameters that are files, filePackages have
// parameters that are whatever they are called.
var (
	fileWords    = regexp.MustCompile(`(?i)^(?:(?:.*_)?(?:file|path|dir|folder)s?|file_?names?|dir_?names?|(?:file|dir|old|new|src|dst|in|out)(?:path|file|name)|.*(?:File|Path|Dir|Filename|FileName))$`)
	filePackages = map[string]bool{"os": true, "io/ioutil": true, "io/fs": true, "path/filepath": true, "embed": true, "archive/zip": true, "debug/elf": true, "plugin": true}
)

// taker finds the parameter that takes the string around the cursor, and the
// package of its function; "" if there is none.
func (n *Notebook) taker(src string, at *place, pos int) (param, pkg string) {
	lit := src[at.litAt]
	text := src[:pos] + string(lit)
	m := &mended{}
	m.text, m.at = closed(text, true, at.litAt)
	if m.tree = grow(m.text, m.at); m.tree == nil {
		return "", ""
	}
	path := m.tree.path
	if _, ok := m.tree.leaf().(*ast.BasicLit); !ok || len(path) < 2 {
		return "", ""
	}
	call, ok := path[len(path)-2].(*ast.CallExpr)
	if !ok {
		return "", ""
	}
	n.World.Look(m.text, m.at, func(g *check.Glance) {
		s := &spot{g: g, path: path}
		i := slices.Index(call.Args, path[len(path)-1].(ast.Expr))
		if v := s.parameterVar(call, i); v != nil {
			if b, ok := under(v.Type()).(*types.Basic); ok && b.Kind() == types.String {
				param = v.Name()
				if param == "" {
					param = "s"
				}
			}
			if v.Pkg() != nil {
				pkg = v.Pkg().Path()
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
				if o := s.object(sel.Sel); o != nil && o.Pkg() != nil {
					pkg = o.Pkg().Path()
				}
			}
		}
	})
	return param, pkg
}
