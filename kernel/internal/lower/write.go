package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// put writes a node: as it stands, except for what has to be rewritten in it.
func (l *lowerer) put(n ast.Node) {
	switch n := n.(type) {
	case ast.Expr:
		if l.expr(n) {
			return
		}
	case ast.Stmt:
		if l.stmt(n) {
			return
		}
	}
	l.children(n)
}

// children writes a node as it stands, and its children through put.
func (l *lowerer) children(n ast.Node) {
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
		l.raw(pos, m.Pos())
		l.put(m)
		pos = m.End()
		return false
	})
	l.raw(pos, n.End())
}

// raw copies source text.
func (l *lowerer) raw(from, to token.Pos) {
	if from < to {
		l.b.WriteString(l.gap(from, to))
	}
}

func (l *lowerer) gap(from, to token.Pos) string {
	return l.src.Text[l.src.Offset(from):l.src.Offset(to)]
}

// text is what put would write.
func (l *lowerer) text(n ast.Node) string { return l.capture(func() { l.put(n) }) }

func (l *lowerer) capture(f func()) string {
	hold := l.b
	var b strings.Builder
	l.b = &b
	f()
	l.b = hold
	return b.String()
}

// padded writes a rewritten statement and then as many line ends as the source
// has more.
func (l *lowerer) padded(n ast.Node, s string) {
	l.b.WriteString(s)
	if more := strings.Count(l.gap(n.Pos(), n.End()), "\n") - strings.Count(s, "\n"); more > 0 {
		l.b.WriteString(strings.Repeat("\n", more))
	}
}

// inParens writes a rewritten expression with the line ends of the source; the
// parentheses keep a line end from becoming a semicolon.
func (l *lowerer) inParens(n ast.Node, s string) {
	more := strings.Count(l.gap(n.Pos(), n.End()), "\n") - strings.Count(s, "\n")
	if more > 0 {
		l.b.WriteString("(" + strings.Repeat("\n", more) + s + ")")
		return
	}
	l.b.WriteString(s)
}

// funcDecl writes a function; in the tree its type begins before its name.
func (l *lowerer) funcDecl(d *ast.FuncDecl) {
	o, _ := l.info.Defs[d.Name].(*types.Func)
	pos := d.Pos()
	part := func(n ast.Node) {
		l.raw(pos, n.Pos())
		l.put(n)
		pos = n.End()
	}
	var sig *types.Signature
	if o != nil {
		sig = o.Signature()
	}
	fs := l.funcStateOf(o, sig)
	if o != nil && d.Recv == nil && sig.TypeParams().Len() == 0 && d.Name.Name != "init" && d.Name.Name != "_" {
		l.renew(o)
	}
	was := l.method
	l.method = d.Recv != nil
	if d.Recv != nil {
		part(d.Recv)
	}
	if l.c.Program && d.Recv == nil && d.Name.Name == "init" {
		// Called when the variables have their values, see program.
		name := fmt.Sprintf("w_init%d", len(l.inits)+1)
		l.inits = append(l.inits, name)
		l.raw(pos, d.Name.Pos())
		l.b.WriteString(name)
		pos = d.Name.End()
	} else {
		part(d.Name)
	}
	if d.Type.TypeParams != nil {
		part(d.Type.TypeParams)
	}
	g := l.guarded(o, d)
	if g != nil && g.params != "" {
		l.raw(pos, d.Type.Params.Pos())
		l.b.WriteString(g.params)
		pos = d.Type.Params.End()
	} else {
		part(d.Type.Params)
	}
	if d.Type.Results != nil {
		part(d.Type.Results)
	}
	if d.Body != nil {
		l.raw(pos, d.Body.Pos())
		l.funcs = append(l.funcs, fs)
		l.conversions(d.Body.List, nil)
		first := ""
		if g != nil {
			first = g.first
		}
		l.funcBody(d.Body, fs, first)
		l.funcs = l.funcs[:len(l.funcs)-1]
	}
	l.method = was
}

// inside writes a block without its first brace.
func (l *lowerer) inside(b *ast.BlockStmt) {
	pos := b.Lbrace + 1
	for _, s := range b.List {
		l.raw(pos, s.Pos())
		l.put(s)
		pos = s.End()
	}
	l.raw(pos, b.End())
}

// fn is the function around what is being written.
func (l *lowerer) fn() *funcState { return l.funcs[len(l.funcs)-1] }

// funcStateOf is the state for the body of a declared function of the signature.
func (l *lowerer) funcStateOf(f *types.Func, sig *types.Signature) *funcState {
	fs := &funcState{sig: sig, named: map[types.Object]bool{}}
	if f != nil {
		for i := range f.Signature().Results().Len() {
			if r := f.Signature().Results().At(i); r.Name() != "" {
				fs.named[r] = true
			}
		}
	}
	return fs
}

// function writes parameters, results and body of an instance whose signature
// is sig.
func (l *lowerer) function(d *ast.FuncDecl, f *types.Func, sig *types.Signature) {
	l.put(d.Type.Params)
	pos := d.Type.Params.End()
	if d.Type.Results != nil {
		l.raw(pos, d.Type.Results.Pos())
		l.put(d.Type.Results)
		pos = d.Type.Results.End()
	}
	l.raw(pos, d.Body.Pos())
	l.funcs = append(l.funcs, l.funcStateOf(f, sig))
	l.conversions(d.Body.List, nil)
	l.funcBody(d.Body, l.fn(), "")
	l.funcs = l.funcs[:len(l.funcs)-1]
}
