package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// changes finds, before anything is checked, which types and constants of
// earlier cells this cell changes, and with them what must be taken along.
// Functions and variables are looked at after the first run, when their types
// are known: see widen.
func (k *checker) changes() error {
	k.redo, k.renew = map[*Unit]bool{}, map[*Unit]bool{}
	k.changed, k.added = map[string]string{}, map[string]bool{}
	if k.p.program {
		return nil
	}
	k.names()
	methods := map[string]bool{}
	for _, u := range k.p.units {
		if u.Kind == Method {
			methods[u.Names[0]] = true
		}
	}
	var start []string
	for _, u := range k.p.units {
		switch u.Kind {
		case Type:
			if d := k.w.live[u.Names[0]]; d != nil && d.Kind == Type {
				if d.Unit.Text != u.Text {
					k.change(u.Names[0], fmt.Sprintf("which %s redefined", k.p.name))
				} else if m := k.dropped(d, methods); m != "" {
					k.change(u.Names[0], fmt.Sprintf("whose method %s %s dropped", m, k.p.name))
				}
			}
		case Method:
			d := k.w.live[u.Recv()]
			if d == nil || d.Kind != Type {
				continue
			}
			switch m := k.w.live[u.Names[0]]; {
			case m != nil && m.Unit.Text == u.Text:
			case m == nil || k.w.moves:
				k.added[u.Recv()] = true
			default:
				k.change(u.Recv(), fmt.Sprintf("whose method %s %s redefined", u.Names[0][len(u.Recv())+1:], k.p.name))
			}
		case Const:
			for _, n := range u.Names {
				if d := k.w.live[n]; d != nil && d.Unit.Text != u.Text {
					start = append(start, n)
				}
			}
		}
	}
	for t := range k.changed {
		start = append(start, t)
		k.redo[k.w.live[t].Unit] = true
	}
	for u := range k.w.outdated {
		if !k.redo[u] {
			start = append(start, k.take(u)...)
		}
	}
	k.close(start, false)
	k.renewal()
	return nil
}

func (k *checker) change(typ, why string) {
	if k.changed[typ] == "" {
		k.changed[typ] = why
	}
}

// dropped names a method that was declared together with the type and is not
// any more.
func (k *checker) dropped(d *Decl, now map[string]bool) string {
	for u := range k.w.users[d.Name] {
		if u.Recv() == d.Name && u.Cell == d.Unit.Cell && !now[u.Names[0]] {
			return u.Names[0][len(d.Name)+1:]
		}
	}
	return ""
}

// close adds to redo everything that depends on the names. With same, they are
// functions that kept their types: methods reach those through variables and
// need not change.
func (k *checker) close(names []string, same bool) (grew bool) {
	for len(names) > 0 {
		name := names[len(names)-1]
		names = names[:len(names)-1]
		for u := range k.w.users[name] {
			if k.redo[u] || u.Kind == Var || u.Kind == Import || same && u.Kind == Method && !k.generic(name) {
				continue
			}
			grew = true
			names = append(names, k.take(u)...)
		}
	}
	return grew
}

// take adds a unit to redo and returns the names whose users have to come too.
func (k *checker) take(u *Unit) (names []string) {
	k.redo[u] = true
	names = slices.Clone(u.Names)
	switch u.Kind {
	case Method:
		// A method can't be exchanged in the interpreter: its type becomes a
		// new one.
		if t := k.w.live[u.Recv()]; t != nil && t.Kind == Type && k.changed[t.Name] == "" {
			k.change(t.Name, fmt.Sprintf("whose method %s depends on what %s changed", u.Names[0][len(t.Name)+1:], k.p.name))
			k.redo[t.Unit] = true
			names = append(names, t.Name)
		}
	case Type:
		k.change(u.Names[0], fmt.Sprintf("which depends on what %s changed", k.p.name))
	}
	return names
}

// generic says whether a name is a generic function: it can't be reached
// through a variable.
func (k *checker) generic(name string) bool {
	d := k.w.live[name]
	if d == nil || d.Kind != Func {
		return false
	}
	sig, ok := d.Obj.Type().(*types.Signature)
	return ok && sig.TypeParams().Len() > 0
}

// renewal finds what gets a new identity, but stays what it is: because it is
// to be checked again, or because a type gets methods, as go/types can't add
// methods to a type that is in use.
func (k *checker) renewal() {
	var names []string
	for _, n := range k.again {
		d := k.w.live[n]
		if d == nil || d.Kind == Var || d.Kind == Import {
			continue
		}
		if d.Kind == Method {
			n = d.Unit.Recv()
			if d = k.w.live[n]; d == nil {
				continue
			}
		}
		if !k.redo[d.Unit] && !k.renew[d.Unit] {
			k.renew[d.Unit] = true
			if d.Kind == Type || d.Kind == Const {
				names = append(names, d.Unit.Names...)
			}
		}
	}
	for t := range k.added {
		if k.changed[t] == "" {
			names = append(names, t)
			k.renew[k.w.live[t].Unit] = true
		}
	}
	for len(names) > 0 {
		name := names[len(names)-1]
		names = names[:len(names)-1]
		for u := range k.w.users[name] {
			if k.renew[u] {
				continue
			}
			k.renew[u] = true
			if u.Kind != Func || k.involves(u.Names[0]) {
				names = append(names, u.Names...)
			}
		}
	}
}

// involves says whether the type of a function mentions a type that gets a new
// identity.
func (k *checker) involves(function string) bool {
	d := k.w.live[function]
	if d == nil || d.Obj == nil {
		return false
	}
	return slices.ContainsFunc(typeUses(d.Obj.Type(), k.w.pkg), func(n string) bool {
		t := k.w.live[n]
		return t != nil && k.renew[t.Unit]
	})
}

// widen adds what depends on functions and variables whose meaning changed.
func (k *checker) widen(c *Cell) (grew bool) {
	for name, d := range c.decls {
		was := k.w.live[name]
		if was == nil || len(k.w.users[name]) == 0 || k.renew[was.Unit] && !k.replaced(was.Unit) {
			continue
		}
		switch {
		case d.Kind == Func && was.Kind == Func:
			grew = k.close([]string{name}, types.Identical(d.Obj.Type(), was.Obj.Type())) || grew
		case d.Kind == Var && was.Kind == Var && d.GoName == was.GoName && was.stale == "":
		case d.Kind == was.Kind && (d.Kind == Type || d.Kind == Const || d.Kind == Method):
		case d.Kind == Import && was.Kind == Import:
		default:
			grew = k.close([]string{name}, false) || grew
		}
	}
	return grew
}

// keep lists the cell's units that are what the session has already.
func (k *checker) keep() map[*Unit]bool {
	keep := map[*Unit]bool{}
	for _, u := range k.p.units {
		typ := u.Names[0]
		if u.Kind == Method {
			typ = u.Recv()
		} else if u.Kind != Type {
			continue
		}
		d := k.w.live[u.Names[0]]
		t := k.w.live[typ]
		if d == nil || t == nil || t.Kind != Type || k.changed[typ] != "" || d.Unit.Text != u.Text || k.redo[d.Unit] || k.redo[t.Unit] {
			continue
		}
		// A method is kept with its type only.
		keep[u] = !k.renew[t.Unit]
	}
	return keep
}

// same says whether a unit of the cell is what the interpreter has already:
// kept, or only given a new identity.
func (k *checker) same(u *Unit) bool {
	typ := u.Names[0]
	if u.Kind == Method {
		typ = u.Recv()
	} else if u.Kind != Type {
		return false
	}
	d, t := k.w.live[u.Names[0]], k.w.live[typ]
	return d != nil && t != nil && t.Kind == Type && k.changed[typ] == "" && d.Unit.Text == u.Text && !k.redo[d.Unit] && !k.redo[t.Unit]
}

// synthName is the cell name of declarations made for the check alone.
const synthName = "weft variables"

// synthesize writes declarations of the variables whose types get a new
// identity.
func (k *checker) synthesize() (*Source, error) {
	var lines []string
	s := &Source{Cell: synthName, imports: map[string]string{}}
	qual := func(p *types.Package) string {
		id := fmt.Sprintf("w_p%d", len(s.imports))
		for have, path := range s.imports {
			if path == p.Path() {
				return have
			}
		}
		s.imports[id] = p.Path()
		return id
	}
	for u := range k.renew {
		if u.Kind != Var || k.declared[u.Names[0]] {
			continue
		}
		d := k.w.live[u.Names[0]]
		if d == nil || d.stale != "" {
			continue
		}
		text, err := TypeText(d.Obj.Type(), qual, func(o types.Object) string {
			if o.Parent() != k.w.pkg.Scope() {
				return ""
			}
			return o.Name()
		})
		if err != nil {
			continue
		}
		lines = append(lines, "var "+d.Name+" "+text+"\n")
	}
	if len(lines) == 0 {
		return nil, nil
	}
	sort.Strings(lines)
	s.Text = "package main\n" + strings.Join(lines, "")
	file, err := parser.ParseFile(k.p.fset, synthName, s.Text, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("declare variables again: %w", err)
	}
	s.File, s.tok = file, k.p.fset.File(file.Pos())
	return s, nil
}

// inject finds the objects that each source mentions and does not declare.
func (k *checker) inject(c *Cell, sources []*Source) [][]types.Object {
	own := map[string]bool{}
	for n := range k.declared {
		own[n] = true
	}
	for _, u := range k.p.units {
		if d := k.w.live[u.Names[0]]; u.Kind == Type && k.same(u) && !k.renew[d.Unit] {
			delete(own, u.Names[0])
		}
	}
	for _, u := range k.copies {
		if u.Kind != Method {
			for _, n := range u.Names {
				if d := k.w.live[n]; d != nil && d.Unit == u.orig {
					own[n] = true
				}
			}
		}
	}
	for _, s := range sources {
		if s.Cell == synthName {
			for _, d := range s.File.Decls {
				own[d.(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Names[0].Name] = true
			}
		}
	}
	out := make([][]types.Object, len(sources))
	for i, s := range sources {
		in := &injector{k: k, c: c, src: s, own: own, seen: map[string]bool{}}
		for _, d := range s.File.Decls {
			ast.Inspect(d, in.visit)
		}
		if i == 0 {
			in.earlier()
		}
		in.finish()
		out[i] = in.out
	}
	return out
}

type injector struct {
	k       *checker
	c       *Cell
	src     *Source
	own     map[string]bool
	seen    map[string]bool
	members map[string][]string // what is selected from a name
	out     []types.Object
}

func (in *injector) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if id, ok := n.X.(*ast.Ident); ok {
			if in.members == nil {
				in.members = map[string][]string{}
			}
			in.members[id.Name] = append(in.members[id.Name], n.Sel.Name)
			in.seen[id.Name] = true
			return false
		}
		ast.Inspect(n.X, in.visit)
		return false
	case *ast.Ident:
		in.seen[n.Name] = true
	}
	return true
}

// finish looks up everything that was seen.
func (in *injector) finish() {
	for name := range in.seen {
		if name == "_" || in.own[name] {
			continue
		}
		if o := in.find(name); o != nil {
			in.out = append(in.out, o)
		}
	}
}

func (in *injector) find(name string) types.Object {
	w := in.k.w
	if path := in.src.imports[name]; path != "" {
		return in.pkgName(name, path)
	}
	if !in.c.Program {
		if d := w.live[name]; d != nil {
			if d.Kind == Import {
				return types.NewPkgName(token.NoPos, w.pkg, name, d.Pkg)
			}
			return d.Obj
		}
		if token.IsExported(name) {
			for _, path := range w.dots {
				if p, err := w.imp.Import(path); err == nil {
					if o := p.Scope().Lookup(name); o != nil {
						return o
					}
				}
			}
		}
	}
	if members := in.members[name]; members != nil {
		if path, ok := w.imp.Lookup(name, members...); ok {
			return in.pkgName(name, path)
		}
	}
	return nil
}

func (in *injector) pkgName(name, path string) types.Object {
	p, err := in.k.w.imp.Import(path)
	if err != nil {
		return nil
	}
	return types.NewPkgName(token.NoPos, in.k.w.pkg, name, p)
}

// earlier renames the uses of a name that come before the cell declares it
// anew: in x := x + 1 the second x is the session's old one.
func (in *injector) earlier() {
	k := in.k
	if k.p.program || len(k.vars) == 0 {
		return
	}
	bodies := map[*ast.Ident]bool{}
	for _, s := range k.p.body {
		var visit func(n ast.Node) bool
		visit = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if n.Type != nil {
					ast.Inspect(n.Type, visit)
				}
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						if _, plain := kv.Key.(*ast.Ident); !plain {
							ast.Inspect(kv.Key, visit)
						}
						e = kv.Value
					}
					ast.Inspect(e, visit)
				}
				return false
			case *ast.Ident:
				bodies[n] = true
			}
			return true
		}
		ast.Inspect(s, visit)
	}
	made := map[string]types.Object{}
	for _, id := range k.p.main.File.Unresolved {
		v := k.vars[id.Name]
		if v == nil || !bodies[id] || id.Pos() >= v.from {
			continue
		}
		name := id.Name
		o, ok := made[name]
		if !ok {
			o = in.fake(name)
			made[name] = o
			if o != nil {
				in.out = append(in.out, o)
			}
		}
		if o != nil {
			id.Name = earlierName(name)
		}
	}
}

// earlierName is the name under which an object is known that the cell uses
// before it declares the same name anew. It is as long as the name, because
// positions are counted by it, and no identifier, because it is not UTF-8.
func earlierName(name string) string { return string([]byte{name[0] ^ 0x80}) + name[1:] }

// fake makes an object of another name that stands for what the name means
// before the cell.
func (in *injector) fake(name string) types.Object {
	w := in.k.w
	in.k.earlier[earlierName(name)] = name
	real := in.find(name)
	var o types.Object
	switch r := real.(type) {
	case *types.Var:
		o = types.NewVar(token.NoPos, w.pkg, earlierName(name), r.Type())
	case *types.Const:
		o = types.NewConst(token.NoPos, w.pkg, earlierName(name), r.Type(), r.Val())
	case *types.TypeName:
		o = types.NewTypeName(token.NoPos, w.pkg, earlierName(name), r.Type())
	case *types.Func:
		o = types.NewFunc(token.NoPos, w.pkg, earlierName(name), r.Type().(*types.Signature))
	case *types.PkgName:
		return types.NewPkgName(token.NoPos, w.pkg, earlierName(name), r.Imported())
	default:
		return nil
	}
	in.c.fakes[o] = real
	return o
}

// refuse makes the error of one complaint about a place in the cell.
func (k *checker) refuse(at token.Pos, msg, hint string) error {
	off := k.p.main.wrapped.Offset(k.p.main.Offset(at))
	return refuse(k.p.name, k.p.src, cell.Diagnostic{Offset: off, Message: msg, Hint: hint})
}
