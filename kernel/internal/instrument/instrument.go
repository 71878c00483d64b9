// Package instrument rewrites the text of a Go package so that it tells what it
// does: which memory it accesses, or how often its lines run. The text that it
// gives does what the old one did; each line stays on its line.
//
// An access is told by a function of package dock around the address of what is
// accessed: a[i] becomes (*R(&a[i], site)), evaluated once, in the place where
// a[i] was. What is assigned to is told behind the assignment, with the operands
// of the left side kept in variables where the assignment could change them:
// x[2], p.f = 6, 7 must set x[2] before it finds that p is nil.
//
// Told are elements of slices and arrays, what pointers lead to, fields behind
// pointers or in elements, values of range loops, bytes of strings, map
// operations, copy and append. Variables themselves are not: the compiler keeps
// them in registers. Neither are what has no address and slices whose type is a
// type parameter.
//
// Where Go leaves the order of evaluation open, a variable that stands beside a
// call which changes it, the two texts may differ.
package instrument

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"
)

// Options say what is told.
type Options struct {
	Accesses bool
	Lines    bool
	// Dock is the import path of package dock.
	Dock string
	// Cell says whether a file, by the name that line directives give, is
	// rewritten. nil takes files called cell[N].
	Cell func(file string) bool
}

// A site is a dock.Site, a place a dock.LineHits.
type site struct {
	cell, text, fun string
	line            int
}

type place struct {
	cell string
	line int
}

// A rewriter rewrites one file.
type rewriter struct {
	o    Options
	text string
	fset *token.FileSet
	tok  *token.File
	info *types.Info
	b    *strings.Builder

	prefix string // of names that are made up
	names  int    // made up so far
	parts  []string
	fun    string // the function that is rewritten, as its cell calls it
	sites  []site
	places []place
}

// Rewrite returns the text of a package of one file, with what it tells. imp
// finds what it imports, by path. A text with nothing to tell comes back as it
// is. The error says what is wrong with the text, which must be a whole and
// correct package.
func Rewrite(path, text string, imp types.Importer, o Options) (string, error) {
	if o.Cell == nil {
		o.Cell = func(file string) bool { return strings.HasPrefix(file, "cell[") }
	}
	r := &rewriter{o: o, text: text, fset: token.NewFileSet(), b: &strings.Builder{}}
	// A name with a folder would lead line directives there.
	file, err := parser.ParseFile(r.fset, "package.go", text, parser.SkipObjectResolution)
	if err != nil {
		return "", fmt.Errorf("read what is instrumented: %w", err)
	}
	r.tok = r.fset.File(file.FileStart)
	r.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{}}
	var wrong []error
	c := types.Config{Importer: imp, Error: func(err error) { wrong = append(wrong, err) }}
	if _, err := c.Check(path, r.fset, []*ast.File{file}, r.info); err != nil {
		if len(wrong) > 3 {
			wrong = wrong[:3]
		}
		return "", fmt.Errorf("check what is instrumented: %w", errors.Join(wrong...))
	}
	r.prefix = "i_"
	for n := 2; strings.Contains(text, r.prefix); n++ {
		r.prefix = fmt.Sprintf("i%d_", n)
	}
	r.file(file)
	if len(r.sites)+len(r.places) == 0 {
		return text, nil
	}
	return r.b.String(), nil
}

// file writes the whole file.
func (r *rewriter) file(file *ast.File) {
	pos := file.FileStart
	r.raw(pos, file.Name.End())
	pos = file.Name.End()
	fmt.Fprintf(r.b, "; import %sdock %q", r.prefix, r.o.Dock)
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		r.raw(pos, f.Body.Pos())
		r.fun = funcName(f)
		r.function(f.Body)
		pos = f.Body.End()
	}
	r.raw(pos, file.FileEnd)
	r.tables()
}

// tables writes what the numbers of sites and lines mean.
func (r *rewriter) tables() {
	r.b.WriteString("\n//line weft:1\n")
	if len(r.sites) > 0 {
		fmt.Fprintf(r.b, "var %sS = %sdock.Sites(\n", r.prefix, r.prefix)
		for _, s := range r.sites {
			fmt.Fprintf(r.b, "\t%sdock.Site{Cell: %q, Line: %d, Text: %q, Func: %q},\n", r.prefix, s.cell, s.line, s.text, s.fun)
		}
		r.b.WriteString(")\n")
	}
	if len(r.places) > 0 {
		fmt.Fprintf(r.b, "var %sH [%d]%sdock.Counter\nfunc init() {\n\t%sdock.AddLines([]%sdock.LineHits{\n", r.prefix, len(r.places), r.prefix, r.prefix, r.prefix)
		for _, p := range r.places {
			fmt.Fprintf(r.b, "\t\t{Cell: %q, Line: %d},\n", p.cell, p.line)
		}
		fmt.Fprintf(r.b, "\t}, %sH[:])\n}\n", r.prefix)
	}
}

// funcName is a function's name as its cell has it; "" is that of a cell's
// statements.
func funcName(f *ast.FuncDecl) string {
	name := strings.TrimPrefix(f.Name.Name, "X_")
	if f.Recv == nil || len(f.Recv.List) == 0 {
		if madeUp.MatchString(name) {
			return ""
		}
		return name
	}
	return "(" + types.ExprString(f.Recv.List[0].Type) + ")." + name
}

var madeUp = regexp.MustCompile(`^w\d*_|^(Measured|Values)_\d+$`)

// function writes the body of a function.
func (r *rewriter) function(body *ast.BlockStmt) {
	outer := r.parts
	r.parts = nil
	text := r.capture(func() { r.put(body) })
	lead := ""
	if len(r.parts) > 0 {
		lead = "var " + strings.Join(r.parts, ", ") + " " + r.prefix + "dock.Part; "
	}
	r.b.WriteString("{" + lead + text[len("{"):])
	r.parts = outer
}

// ---- text

func (r *rewriter) raw(from, to token.Pos) {
	if from < to {
		r.b.WriteString(r.gap(from, to))
	}
}

func (r *rewriter) gap(from, to token.Pos) string {
	return r.text[r.tok.Offset(from):r.tok.Offset(to)]
}

// capture returns what f writes.
func (r *rewriter) capture(f func()) string {
	hold := r.b
	var b strings.Builder
	r.b = &b
	f()
	r.b = hold
	return b.String()
}

// children writes a node as it stands, and its children through put.
func (r *rewriter) children(n ast.Node) {
	pos, first := n.Pos(), true
	ast.Inspect(n, func(m ast.Node) bool {
		switch {
		case first:
			first = false
			return true
		case m == nil:
			return false
		}
		pos = r.part(pos, m)
		return false
	})
	r.raw(pos, n.End())
}

// part writes what stands between pos and a child, and the child.
func (r *rewriter) part(pos token.Pos, n ast.Node) token.Pos {
	r.raw(pos, n.Pos())
	r.put(n)
	return n.End()
}

// put writes a node.
func (r *rewriter) put(n ast.Node) {
	switch n := n.(type) {
	case ast.Expr:
		r.expr(n)
	case ast.Stmt:
		r.stmt(n)
	default:
		r.children(n)
	}
}

func (r *rewriter) name() string {
	r.names++
	return fmt.Sprintf("%s%d", r.prefix, r.names)
}

// where is the cell of a position, and the line in it; ok is false for text that
// no cell has.
func (r *rewriter) where(p token.Pos) (cell string, line int, ok bool) {
	at := r.fset.Position(p)
	return at.Filename, at.Line, r.o.Cell(filepath.Base(at.Filename))
}

// variable is what the text has for a variable of the session.
var (
	sessionVariable = regexp.MustCompile(`\(\*w\d*_v_(\w+?)\)`)
	madeName        = regexp.MustCompile(`\b(?:w\d*_p_c\d+\.)?X_|\bw\d*_p_`)
)

// site notes an expression and returns its number as text.
func (r *rewriter) site(e ast.Expr) string {
	cell, line, _ := r.where(e.Pos())
	text := types.ExprString(ast.Unparen(e))
	text = sessionVariable.ReplaceAllString(text, "$1")
	text = madeName.ReplaceAllString(text, "")
	if len(text) > 80 {
		text = text[:77] + "..."
	}
	r.sites = append(r.sites, site{cell, strings.ToValidUTF8(text, ""), r.fun, line})
	return fmt.Sprintf("%sS+%d", r.prefix, len(r.sites)-1)
}

func (r *rewriter) dock(name string) string { return r.prefix + "dock." + name }
