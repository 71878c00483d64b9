package check

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// A Source is a parsed text of a check: the cell itself, or declarations of an
// earlier cell that are checked again.
type Source struct {
	Cell    string
	Text    string // what was parsed; its lines are the cell's lines
	File    *ast.File
	tok     *token.File
	wrapped *cell.Wrapped     // of the cell itself
	imports map[string]string // names of packages to see, of an earlier cell
}

// Offset returns a position's offset in Text.
func (s *Source) Offset(p token.Pos) int { return s.tok.Offset(p) }

// Line returns a position's line, from 1.
func (s *Source) Line(p token.Pos) int { return s.tok.Line(p) }

// has says whether the position lies in this text.
func (s *Source) has(p token.Pos) bool {
	return p.IsValid() && int(p) >= s.tok.Base() && int(p) <= s.tok.Base()+s.tok.Size()
}

// parsed is a cell after parsing, before any type is known.
type parsed struct {
	name, src string
	fset      *token.FileSet
	main      *Source
	program   bool    // starts with package main
	units     []*Unit // declarations of types, functions, methods, constants
	imports   []*ast.GenDecl
	body      []ast.Stmt
	result    ast.Expr
}

// parse reads a cell. The error is a *cell.Diagnostics.
func parse(name, src string) (*parsed, error) {
	chunks, err := cell.Chunks(src)
	if err != nil {
		d := err.(*cell.Diagnostics)
		d.Locate(name, src)
		return nil, d
	}
	p := &parsed{name: name, src: src, fset: token.NewFileSet()}
	w := cell.Wrap(src, chunks)
	file, err := parser.ParseFile(p.fset, name, w.Text, 0)
	if err != nil {
		d := &cell.Diagnostics{}
		if list, ok := err.(scanner.ErrorList); ok {
			for _, e := range list {
				at, msg := w.Offset(e.Pos.Offset), plain(e.Msg)
				if strings.TrimSpace(src[min(at, len(src)):]) == "" {
					msg = strings.ReplaceAll(msg, "found '}'", "found end of cell") // the brace is ours
				}
				d.List = append(d.List, cell.Diagnostic{Offset: at, Message: "syntax error: " + msg})
			}
		} else {
			d.List = append(d.List, cell.Diagnostic{Message: err.Error()})
		}
		d.Locate(name, src)
		return nil, d
	}
	p.main = &Source{Cell: name, Text: w.Text, File: file, tok: p.fset.File(file.Pos()), wrapped: w}
	for i, c := range chunks {
		if c.Form != cell.Package {
			continue
		}
		if i > 0 || strings.TrimSpace(strings.TrimPrefix(src[c.Start:c.End], "package")) != "main" {
			d := &cell.Diagnostics{List: []cell.Diagnostic{{Offset: c.Start, Message: "a cell can only be of package main", Hint: "leave the package clause out, or begin the cell with package main"}}}
			d.Locate(name, src)
			return nil, d
		}
		p.program = true
	}
	p.collect(file, w)
	if n := len(chunks); n > 0 && chunks[n-1].Form == cell.Statement && !chunks[n-1].Semi && len(p.body) > 0 && !p.program {
		if s, ok := p.body[len(p.body)-1].(*ast.ExprStmt); ok {
			p.result = s.X
		}
	}
	return p, nil
}

// collect sorts the file's declarations; of the functions around statements it
// takes the statements.
func (p *parsed) collect(file *ast.File, w *cell.Wrapped) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if w.IsRun(p.main.Offset(d.Pos())) {
				p.body = append(p.body, d.Body.List...)
				continue
			}
			p.add(funcUnit(d), d, d.Pos(), d.End(), "")
		case *ast.GenDecl:
			switch d.Tok {
			case token.IMPORT:
				p.imports = append(p.imports, d)
			case token.CONST:
				p.add(constUnit(d), d, d.Pos(), d.End(), "")
			case token.TYPE:
				for _, s := range d.Specs {
					ts := s.(*ast.TypeSpec)
					p.add(&Unit{Kind: Type, Names: []string{ts.Name.Name}}, ts, ts.Pos(), ts.End(), "type ")
				}
			}
		}
	}
}

func (p *parsed) add(u *Unit, n ast.Node, from, to token.Pos, lead string) {
	u.Cell, u.Node, u.Source = p.name, n, p.main
	u.Line = p.main.Line(from)
	u.Text = lead + p.main.Text[p.main.Offset(from):p.main.Offset(to)]
	if u.Kind == Func || u.Kind == Method {
		u.Directives = directives(p.main.Text[:p.main.Offset(from)])
	}
	p.units = append(p.units, u)
}

// directives returns the lines with //go: directives that end a text.
func directives(before string) string {
	start := len(before)
	for start > 0 {
		line := strings.LastIndexByte(before[:start-1], '\n') + 1
		if !strings.HasPrefix(before[line:start], "//go:") {
			break
		}
		start = line
	}
	return strings.Clone(before[start:])
}

func funcUnit(d *ast.FuncDecl) *Unit {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return &Unit{Kind: Func, Names: []string{d.Name.Name}}
	}
	return &Unit{Kind: Method, Names: []string{recvName(d.Recv.List[0].Type) + "." + d.Name.Name}}
}

// recvName returns the name of the type in a receiver's type expression.
func recvName(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func constUnit(d *ast.GenDecl) *Unit {
	u := &Unit{Kind: Const}
	for _, s := range d.Specs {
		for _, n := range s.(*ast.ValueSpec).Names {
			u.Names = append(u.Names, n.Name)
		}
	}
	return u
}

// plain words a parser's message without its own shorthand.
func plain(msg string) string {
	msg = strings.ReplaceAll(msg, "'EOF'", "end of cell")
	return strings.ReplaceAll(msg, "found newline", "found end of line")
}

// again parses declarations of one earlier cell in their own lines. The units'
// Node and Source are set. Names of constants that mean something else by now
// are blanked.
func again(fset *token.FileSet, name string, units []*Unit, live func(string) *Unit) (*Source, error) {
	var b strings.Builder
	b.WriteString("package main;")
	line := 1
	for i, u := range units {
		if u.Line > line {
			b.WriteString(strings.Repeat("\n", u.Line-line))
			line = u.Line
		} else if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(u.Text)
		line += strings.Count(u.Text, "\n")
	}
	s := &Source{Cell: name, Text: b.String(), imports: map[string]string{}}
	file, err := parser.ParseFile(fset, name, s.Text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s.File, s.tok = file, fset.File(file.Pos())
	for i, d := range file.Decls {
		u := units[i]
		u.Source = s
		for k, v := range u.Imports {
			s.imports[k] = v
		}
		switch d := d.(type) {
		case *ast.FuncDecl:
			u.Node = d
		case *ast.GenDecl:
			u.Node = d
			if d.Tok == token.TYPE {
				u.Node = d.Specs[0]
			}
			if d.Tok == token.CONST {
				for _, sp := range d.Specs {
					for _, n := range sp.(*ast.ValueSpec).Names {
						if n.Name != "_" && live(n.Name) != u.orig {
							n.Name = "_"
						}
					}
				}
			}
		}
	}
	return s, nil
}
