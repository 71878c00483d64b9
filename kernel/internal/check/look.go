package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// A Glance is what can be known about a cell that is being typed. It is valid
// inside the function given to Look only.
type Glance struct {
	Info  *types.Info
	Pkg   *types.Package
	Scope *types.Scope // the innermost scope at the place
	At    token.Pos    // the place

	Selector *ast.SelectorExpr // ends or goes on at the place; nil if none
	Ident    *ast.Ident        // covers the place; nil if none
	Literal  *ast.CompositeLit // the innermost around the place; nil if none

	world *World
}

// A Known is a declaration of the session.
type Known struct {
	Name string
	Kind Kind
	Obj  types.Object   // nil for imports
	Pkg  *types.Package // of imports
	Cell string
	Text string // the declaration's source
	Lost bool
}

// Look checks a cell as far as that goes, without errors, and calls f with what
// is known at a byte offset. It holds the World's lock. Text that can't be
// parsed at all leaves Scope and the nodes nil.
func (w *World) Look(src string, pos int, f func(*Glance)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := &Glance{Pkg: w.pkg, Info: newInfo(), world: w}
	w.glance(g, src, pos)
	f(g)
}

func (w *World) glance(g *Glance, src string, pos int) {
	defer func() {
		if recover() != nil {
			g.Scope, g.Selector, g.Ident, g.Literal = nil, nil, nil, nil
		}
	}()
	chunks, err := cell.Chunks(src)
	if err != nil {
		return
	}
	p := &parsed{name: "weft", src: src, fset: token.NewFileSet()}
	wr := cell.Wrap(src, chunks)
	file, _ := parser.ParseFile(p.fset, p.name, wr.Text, parser.AllErrors)
	if file == nil || !file.Pos().IsValid() {
		return
	}
	p.main = &Source{Cell: p.name, Text: wr.Text, File: file, tok: p.fset.File(file.Pos()), wrapped: wr}
	p.collect(file, wr)
	k := &checker{w: w, p: p}
	c := &Cell{Name: p.name, World: w, Pkg: w.pkg, Main: p.main, Info: g.Info, Body: p.body,
		assigned: map[*ast.Ident]types.Object{}, fakes: map[types.Object]types.Object{}}
	k.names()
	decls, _ := k.assemble(c, nil)
	file.Decls = decls
	sources := []*Source{p.main}
	judge(w.pkg, w.imp, p.fset, sources, k.inject(c, sources), g.Info, func(types.Error) {})
	g.At = p.main.tok.Pos(wr.Place(pos))
	g.find(decls)
	g.Scope = w.pkg.Scope()
	for _, s := range g.Info.Scopes {
		if s.Pos() <= g.At && g.At <= s.End() && inside(s, g.Scope) {
			g.Scope = s
		}
	}
}

// inside says whether s lies deeper than t, or beside it in another function.
func inside(s, t *types.Scope) bool {
	for p := s.Parent(); p != nil; p = p.Parent() {
		if p == t {
			return true
		}
	}
	return false
}

// find looks for the nodes at the place.
func (g *Glance) find(decls []ast.Decl) {
	for _, d := range decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			if _, file := n.(*ast.FuncDecl); !file && n.Pos().IsValid() && (n.Pos() > g.At || n.End() < g.At) {
				return false
			}
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if n.X.End() < g.At && g.At <= n.Sel.End() {
					g.Selector = n
				}
			case *ast.Ident:
				g.Ident = n
			case *ast.CompositeLit:
				if n.Lbrace < g.At {
					g.Literal = n
				}
			}
			return true
		})
	}
}

// Known returns what the session calls by a name.
func (g *Glance) Known(name string) (Known, bool) {
	d := g.world.live[name]
	if d == nil {
		return Known{}, false
	}
	return d.known(), true
}

// Each calls f for everything the session has declared, methods excepted.
func (g *Glance) Each(f func(Known)) {
	for _, d := range g.world.live {
		if d.Kind != Method {
			f(d.known())
		}
	}
}

func (d *Decl) known() Known {
	return Known{Name: d.Name, Kind: d.Kind, Obj: d.Obj, Pkg: d.Pkg, Cell: d.Unit.Cell, Text: d.Unit.Text, Lost: d.lost != ""}
}
