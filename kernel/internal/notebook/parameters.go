package notebook

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Tags of cells, with papermill's and nbclient's meaning.
const (
	tagParameters = "parameters"          // declares variables that a run may set
	tagInjected   = "injected-parameters" // sets them
	tagRaises     = "raises-exception"    // its error is what it is there to show
	tagSkip       = "skip-execution"      // is not run
)

// SetParameters puts a cell that sets variables behind the one tagged
// "parameters", in the place of the one that an earlier run put there
// (papermill's form: papermill/parameterize.py). A value that is a Go
// expression is taken as it is, anything else and a single word as a string; for
// a variable that is a string in the notebook only an expression with a quoted part counts as
// one, so that 2026-01-02 or Hello need no quotes.
//
// The error names the variables that the notebook has.
func (nb *Notebook) SetParameters(values map[string]string) error {
	if len(values) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(values))
	at := slices.IndexFunc(nb.Cells, func(c *Cell) bool { return c.Kind == Code && c.Tagged(tagParameters) })
	if at < 0 {
		return fmt.Errorf("set parameter %s: no cell of the notebook has the tag %q: put it on the cell that declares its parameters", names[0], tagParameters)
	}
	known := variables(nb.Cells[at].Source)
	for _, n := range names {
		if !slices.ContainsFunc(known, func(v variable) bool { return v.name == n }) {
			return fmt.Errorf("set parameter %s: the notebook has no such parameter; %s", n, list(known))
		}
	}
	source := []string{"// Parameters"}
	for _, v := range known {
		if value, ok := values[v.name]; ok {
			source = append(source, v.name+" = "+literal(value, v.text))
		}
	}
	cell := &Cell{
		Kind:     Code,
		Source:   strings.Join(source, "\n"),
		Metadata: map[string]any{"tags": []any{tagInjected}},
	}
	if old := slices.IndexFunc(nb.Cells, func(c *Cell) bool { return c.Kind == Code && c.Tagged(tagInjected) }); old >= 0 {
		cell.ID, cell.Metadata = nb.Cells[old].ID, nb.Cells[old].Metadata
		nb.Cells[old] = cell
		return nil
	}
	if nb.Minor >= 5 {
		cell.ID = nb.freeID(tagInjected)
	}
	nb.Cells = slices.Insert(nb.Cells, at+1, cell)
	return nil
}

// freeID returns an id that no cell has; the same each time, so that runs can
// be compared.
func (nb *Notebook) freeID(id string) string {
	for n := 1; ; n++ {
		try := id
		if n > 1 {
			try += "-" + strconv.Itoa(n)
		}
		if !slices.ContainsFunc(nb.Cells, func(c *Cell) bool { return c.ID == try }) {
			return try
		}
	}
}

func list(vars []variable) string {
	if len(vars) == 0 {
		return fmt.Sprintf("the cell tagged %q declares no variable", tagParameters)
	}
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.name
	}
	slices.Sort(names)
	return "it has " + strings.Join(names, ", ")
}

// values are the words of Go that stand for values; any other single word is a
// string, as it is on a command line.
var values = []string{"true", "false", "nil"}

// literal returns a parameter's value as Go text.
func literal(value string, text bool) string {
	x, err := parser.ParseExpr(value)
	name, word := x.(*ast.Ident)
	if err != nil || word && !slices.Contains(values, name.Name) || text && !quotes(x) || strings.ContainsAny(value, "\r\n") && !quotes(x) {
		return strconv.Quote(value)
	}
	return strings.TrimSpace(value)
}

// quotes tells whether an expression has a string literal in it.
func quotes(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			found = true
		}
		return !found
	})
	return found
}

// A variable is one that a cell declares.
type variable struct {
	name string
	text bool // its first value is a string literal, or its type string
}

// variables lists what a cell declares or sets at its top level, in order. It
// goes by tokens, so that a cell that has more than Go in it, or mixes
// functions and statements, is understood as well.
func variables(source string) []variable {
	var vars []variable
	for _, st := range statements(source) {
		if len(st) > 0 && st[0].tok == token.VAR {
			st = st[1:]
			if len(st) > 0 && st[0].tok == token.LPAREN {
				for _, s := range group(st[1:]) {
					vars = declared(vars, s, true)
				}
				continue
			}
			vars = declared(vars, st, true)
			continue
		}
		vars = declared(vars, st, false)
	}
	return vars
}

// declared adds what `a, b := …`, `a = …` or, behind var, `a, b T = …` names.
func declared(vars []variable, st []word, isVar bool) []variable {
	var names []string
	i := 0
	for ; i < len(st) && st[i].tok == token.IDENT; i += 2 {
		names = append(names, st[i].text)
		if i+1 >= len(st) || st[i+1].tok != token.COMMA {
			i++
			break
		}
	}
	rest := st[min(i, len(st)):]
	if !isVar && (len(rest) == 0 || rest[0].tok != token.DEFINE && rest[0].tok != token.ASSIGN) {
		return vars
	}
	values := rest
	if at := slices.IndexFunc(rest, func(w word) bool { return w.tok == token.DEFINE || w.tok == token.ASSIGN }); at >= 0 {
		values = rest[at+1:]
	}
	typed := isVar && len(rest) > 0 && rest[0].text == "string"
	var first []word // of each value, its first token
	depth := 0
	for k, w := range values {
		if k == 0 || depth == 0 && values[k-1].tok == token.COMMA {
			first = append(first, w)
		}
		depth += w.depth()
	}
	for k, n := range names {
		if n == "_" || slices.ContainsFunc(vars, func(v variable) bool { return v.name == n }) {
			continue
		}
		text := typed || k < len(first) && first[k].tok == token.STRING
		vars = append(vars, variable{name: n, text: text})
	}
	return vars
}

// A word is a token with its text.
type word struct {
	tok  token.Token
	text string
}

// depth tells how a word changes the depth of brackets.
func (w word) depth() int {
	switch w.tok {
	case token.LPAREN, token.LBRACE, token.LBRACK:
		return 1
	case token.RPAREN, token.RBRACE, token.RBRACK:
		return -1
	}
	return 0
}

// statements divides source at the semicolons outside all brackets. Lines that
// are magics are left out.
func statements(source string) [][]word {
	lines := strings.SplitAfter(source, "\n")
	for i, l := range lines {
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "%") || strings.HasPrefix(t, "!") {
			lines[i] = "\n"
		}
	}
	text := []byte(strings.Join(lines, ""))
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(text)), text, func(token.Position, string) {}, 0)
	var words []word
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return group(words)
		}
		words = append(words, word{tok, lit})
	}
}

// group divides words at semicolons outside brackets, up to a bracket that
// closes what is not open.
func group(words []word) [][]word {
	var all [][]word
	start, depth := 0, 0
	for i, w := range words {
		if depth += w.depth(); depth < 0 {
			return append(all, words[start:i])
		}
		if w.tok == token.SEMICOLON && depth == 0 {
			all = append(all, words[start:i])
			start = i + 1
		}
	}
	return append(all, words[start:])
}
