package native

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// put writes a node: as it stands, except for what has to be rewritten in it.
func (w *writer) put(n ast.Node) {
	switch n := n.(type) {
	case ast.Expr:
		if w.expr(n) {
			return
		}
	case ast.Stmt:
		if w.stmt(n) {
			return
		}
	case *ast.Field:
		w.fieldDecl(n)
		return
	}
	w.children(n)
}

// children writes a node as it stands, and its children through put.
func (w *writer) children(n ast.Node) {
	pos := n.Pos()
	first := true
	ast.Inspect(n, func(m ast.Node) bool {
		if first {
			first = false
			return true
		}
		if m == nil {
			return false
		}
		w.raw(pos, m.Pos())
		w.put(m)
		pos = m.End()
		return false
	})
	w.raw(pos, n.End())
}

// part writes what stands between pos and a child, and the child; it returns
// the child's end.
func (w *writer) part(pos token.Pos, n ast.Node) token.Pos {
	w.raw(pos, n.Pos())
	w.put(n)
	return n.End()
}

// raw copies source text.
func (w *writer) raw(from, to token.Pos) {
	if from < to {
		w.b.WriteString(w.gap(from, to))
	}
}

func (w *writer) gap(from, to token.Pos) string {
	return w.src.Text[w.src.Offset(from):w.src.Offset(to)]
}

// lines are the line ends between two places.
func (w *writer) lines(from, to token.Pos) string {
	if from >= to {
		return ""
	}
	return strings.Repeat("\n", strings.Count(w.gap(from, to), "\n"))
}

// text is what put would write.
func (w *writer) text(n ast.Node) string { return w.capture(func() { w.put(n) }) }

func (w *writer) capture(f func()) string {
	hold := w.b
	var b strings.Builder
	w.b = &b
	f()
	w.b = hold
	return b.String()
}

// inParens writes a rewritten expression with the line ends of the source;
// after an opening parenthesis a line end does not become a semicolon.
func (w *writer) inParens(n ast.Node, s string) {
	more := strings.Count(w.gap(n.Pos(), n.End()), "\n") - strings.Count(s, "\n")
	if more > 0 {
		w.b.WriteString("(" + strings.Repeat("\n", more) + s + ")")
		return
	}
	w.b.WriteString(s)
}

func quote(s string) string { return strconv.Quote(s) }
