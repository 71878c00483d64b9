package conformance

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// A Cut is a program that was cut into cells.
type Cut struct {
	Cells []string
	// Program is the program put together again from the cells, with line
	// directives that give every line the place that it has in its cell.
	Program string
}

// NewCut cuts a program into one cell for each declaration and a last one that
// calls main. Cells come in an order in which each finds what it needs: variables
// in the order in which Go would initialize them, each after what it uses.
// Declarations that need each other share a cell, and so do a type and its
// methods. A group of variables that Go would not initialize from the first to
// the last is cut, too. Imports come with the first cell, and functions init are
// called in the last.
func NewCut(source string) (*Cut, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("cut the program into cells: %w", err)
	}
	p := &pieces{source: source, offset: func(p token.Pos) int { return set.Position(p).Offset }}
	p.read(file)
	p.link()
	var groups [][]*unit
	for _, g := range order(p.units) {
		// What was one group of variables stays one, if it can.
		if n := len(groups); n > 0 && follows(groups[n-1], g) {
			groups[n-1] = append(groups[n-1], g...)
			continue
		}
		groups = append(groups, g)
	}
	cut := &Cut{}
	lead := strings.Join(p.imports, "\n")
	for _, g := range groups {
		cut.Cells = append(cut.Cells, together(lead, g))
		lead = ""
	}
	if lead != "" {
		cut.Cells = append(cut.Cells, lead)
	}
	var program, last strings.Builder
	program.WriteString("package main\n" + strings.Join(p.imports, "\n") + "\n")
	for _, u := range p.units {
		text := u.text
		if u.group != nil {
			text = "var " + text
		}
		fmt.Fprintf(&program, "//line %s:%d:1\n%s\n", place, u.line, text)
	}
	for _, body := range p.inits {
		fmt.Fprintf(&program, "//line %s:%d:1\nfunc init() %s\n", place, 1+strings.Count(last.String(), "\n"), body)
		fmt.Fprintf(&last, "func() %s()\n", body)
	}
	cut.Cells = append(cut.Cells, last.String()+"main();")
	cut.Program = program.String()
	return cut, nil
}

// together writes declarations as a cell and notes in which line of it each is.
func together(lead string, list []*unit) string {
	lines := len(list) > 1 // of one group of variables
	for _, u := range list {
		lines = lines && u.group != nil && u.group == list[0].group
	}
	text := lead
	for i, u := range list {
		switch {
		case lines && i == 0:
			text = strings.TrimPrefix(text+"\n\nvar (\n", "\n\n")
		case lines:
			text += "\n"
		case text != "":
			text += "\n\n"
		}
		u.line = 1 + strings.Count(text, "\n")
		if u.group != nil && !lines {
			text += "var "
		}
		text += u.text
	}
	if lines {
		text += "\n)"
	}
	return text
}

// A unit is one declaration of a program, or one line of a group of variables.
type unit struct {
	node     ast.Node
	group    *ast.GenDecl // of variables in parentheses
	at       int          // its place in the file
	names    []string
	recv     string // the type whose method it is
	variable bool
	text     string
	line     int // of the cell in which it is
	uses     []*unit

	index, low int
	on         bool
}

// pieces are the declarations of a program.
type pieces struct {
	source  string
	offset  func(token.Pos) int
	imports []string
	inits   []string // bodies of functions init
	units   []*unit
}

// text is a node's, with the comment that belongs to it.
func (p *pieces) text(n ast.Node, doc *ast.CommentGroup) string {
	from := n.Pos()
	if doc != nil {
		from = doc.Pos()
	}
	return p.source[p.offset(from):p.offset(n.End())]
}

func (p *pieces) add(u *unit) {
	u.at = len(p.units)
	p.units = append(p.units, u)
}

// read takes a file apart.
func (p *pieces) read(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			switch {
			case d.Tok == token.IMPORT:
				p.imports = append(p.imports, p.text(d, d.Doc))
			case d.Tok == token.VAR && d.Lparen.IsValid() && len(d.Specs) > 1:
				for _, s := range d.Specs {
					s := s.(*ast.ValueSpec)
					p.add(&unit{node: s, group: d, names: specNames(s), variable: true, text: p.text(s, s.Doc)})
				}
			default:
				u := &unit{node: d, variable: d.Tok == token.VAR, text: p.text(d, d.Doc)}
				for _, s := range d.Specs {
					u.names = append(u.names, specNames(s)...)
				}
				p.add(u)
			}
		case *ast.FuncDecl:
			u := &unit{node: d, text: p.text(d, d.Doc)}
			switch {
			case d.Recv != nil:
				u.recv = receiver(d.Recv.List[0].Type)
			case d.Name.Name == "init":
				p.inits = append(p.inits, p.text(d.Body, nil))
				continue
			case d.Name.Name != "_":
				u.names = []string{d.Name.Name}
			}
			p.add(u)
		}
	}
}

func specNames(s ast.Spec) (names []string) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		return []string{s.Name.Name}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// link finds what each declaration uses, by name: a local variable of the name
// of a declaration counts, too, which costs nothing but order.
func (p *pieces) link() {
	byName := map[string]*unit{}
	for _, u := range p.units {
		for _, n := range u.names {
			if n != "_" {
				byName[n] = u
			}
		}
	}
	for _, u := range p.units {
		ast.Inspect(u.node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v := byName[id.Name]; v != nil && v != u {
					u.uses = append(u.uses, v)
				}
			}
			return true
		})
		if t := byName[u.recv]; t != nil {
			// A type comes with its methods.
			t.uses = append(t.uses, u)
			u.uses = append(u.uses, t)
		}
	}
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
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
		default:
			return types.ExprString(e)
		}
	}
}

// follows says whether a group of variables goes on.
func follows(before, next []*unit) bool {
	a, b := before[len(before)-1], next[0]
	return len(next) == 1 && a.group != nil && a.group == b.group && a.at+1 == b.at && before[0].group == a.group
}

// order puts declarations in order: variables as the language has it (Package
// initialization: the next is the earliest in the file that needs no variable
// which is not ready), each after what else it needs.
func order(units []*unit) (out [][]*unit) {
	done := map[*unit]bool{}
	group := map[*unit][]*unit{}
	for _, g := range components(units) {
		for _, u := range g {
			group[u] = g
		}
	}
	// needs lists the groups that u needs, itself last.
	needs := func(u *unit) (list [][]*unit) {
		seen := map[*unit]bool{}
		var visit func(u *unit)
		visit = func(u *unit) {
			g := group[u]
			if seen[g[0]] || done[g[0]] {
				return
			}
			seen[g[0]] = true
			for _, v := range g {
				for _, w := range v.uses {
					visit(w)
				}
			}
			list = append(list, g)
		}
		visit(u)
		return list
	}
	take := func(list [][]*unit) {
		for _, g := range list {
			for _, u := range g {
				done[u] = true
			}
			out = append(out, g)
		}
	}
	for again := true; again; {
		again = false
	variables:
		for _, u := range units {
			if !u.variable || done[u] {
				continue
			}
			list := needs(u)
			for _, g := range list[:len(list)-1] {
				for _, v := range g {
					if v.variable {
						continue variables
					}
				}
			}
			take(list)
			again = true
			break
		}
	}
	for _, u := range units {
		take(needs(u))
	}
	return out
}

// components finds the strongly connected components, each after those it
// needs (R. Tarjan, Depth-first search and linear graph algorithms, 1972).
func components(units []*unit) (out [][]*unit) {
	var stack []*unit
	n := 0
	var visit func(u *unit)
	visit = func(u *unit) {
		n++
		u.index, u.low, u.on = n, n, true
		stack = append(stack, u)
		for _, v := range u.uses {
			if v.index == 0 {
				visit(v)
				u.low = min(u.low, v.low)
			} else if v.on {
				u.low = min(u.low, v.index)
			}
		}
		if u.low != u.index {
			return
		}
		var group []*unit
		for {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			v.on = false
			group = append(group, v)
			if v == u {
				break
			}
		}
		sort.Slice(group, func(i, j int) bool { return group[i].at < group[j].at })
		out = append(out, group)
	}
	for _, u := range units {
		if u.index == 0 {
			visit(u)
		}
	}
	return out
}
