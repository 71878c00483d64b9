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

// Cells cuts a program into one cell for each declaration, each after those it
// needs, and a last one that calls main. Declarations that need each other
// share a cell, and so do a type and its methods; imports come with the first.
func Cells(source string) ([]string, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	text := func(n ast.Node) string {
		from := n.Pos()
		switch d := n.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		}
		return source[set.Position(from).Offset:set.Position(n.End()).Offset]
	}
	var imports []string
	var inits []string
	var units []*unit
	byName := map[string]*unit{}
	types := map[string]*unit{}
	for _, d := range file.Decls {
		u := &unit{node: d, at: len(units)}
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				imports = append(imports, text(d))
				continue
			}
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					u.names = append(u.names, s.Name.Name)
					types[s.Name.Name] = u
				case *ast.ValueSpec:
					for _, n := range s.Names {
						u.names = append(u.names, n.Name)
					}
				}
			}
		case *ast.FuncDecl:
			switch {
			case d.Recv != nil:
				u.recv = receiver(d.Recv.List[0].Type)
			case d.Name.Name == "init":
				inits = append(inits, text(d.Body))
				u.names = []string{"init"}
				continue
			case d.Name.Name != "_":
				u.names = []string{d.Name.Name}
			}
		}
		u.text = text(d)
		units = append(units, u)
		for _, n := range u.names {
			byName[n] = u
		}
	}
	for _, u := range units {
		ast.Inspect(u.node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v := byName[id.Name]; v != nil && v != u {
					u.uses = append(u.uses, v)
				}
			}
			return true
		})
		if t := types[u.recv]; t != nil {
			// A type comes with its methods.
			t.uses = append(t.uses, u)
			u.uses = append(u.uses, t)
		}
	}
	var cells []string
	for _, group := range components(units) {
		var parts []string
		for _, u := range group {
			parts = append(parts, u.text)
		}
		cells = append(cells, strings.Join(parts, "\n\n"))
	}
	lead := strings.Join(imports, "\n")
	if len(cells) == 0 {
		cells = []string{""}
	}
	cells[0] = strings.TrimSpace(lead + "\n\n" + cells[0])
	var last strings.Builder
	for _, body := range inits {
		fmt.Fprintf(&last, "func() %s()\n", body)
	}
	return append(cells, last.String()+"main();"), nil
}

// A unit is one declaration.
type unit struct {
	node  ast.Node
	at    int // its place in the file
	names []string
	recv  string // the type whose method it is
	text  string
	uses  []*unit

	index, low int
	on         bool
}

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
