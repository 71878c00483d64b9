package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// results gathers what the cell would change.
func (k *checker) results(c *Cell, sources []*Source, keep map[*Unit]bool, broken map[*Unit]string) {
	w, scope := k.w, k.w.pkg.Scope()
	c.waits = mayWait(c.Info)
	c.InitOrder = c.Info.InitOrder
	c.Units = k.p.units
	if c.Program {
		k.programResults(c)
		return
	}
	used := map[string]bool{}
	fresh := func(name string) string {
		id := w.fresh(name)
		for used[id] {
			w.next[name]++
			id = fmt.Sprintf("%s_%d", name, max(2, w.next[name]))
		}
		used[id] = true
		return id
	}
	add := func(d *Decl) {
		c.decls[d.Name] = d
		if d.Obj != nil && d.GoName != d.Obj.Name() {
			c.goIDs[d.Obj] = d.GoName
		}
	}
	named := func(u *Unit, redo bool) {
		for _, n := range u.Names {
			var o types.Object
			was := w.live[n]
			if u.Kind == Method {
				if f, ok := u.Node.(*ast.FuncDecl); ok {
					o = c.Info.Defs[f.Name]
				}
			} else if n != "_" && n != "init" {
				o = scope.Lookup(n)
			}
			if o == nil || u.Redo && u.Kind != Method && (was == nil || was.Unit != u.orig) {
				continue
			}
			d := &Decl{Name: n, Kind: u.Kind, Obj: o, Unit: u}
			switch {
			case u.Kind == Method:
				d.GoName = o.Name()
			case was != nil && was.Kind == u.Kind && (u.Kind == Func || !redo || k.same(u)):
				d.GoName = was.GoName
			default:
				d.GoName = fresh(n)
			}
			add(d)
		}
	}
	for _, u := range k.p.units {
		if keep[u] {
			c.kept[u] = true
			continue
		}
		if k.same(u) {
			c.kept[u] = true
		}
		named(u, true)
	}
	for _, u := range k.copies {
		u.broken = broken[u.orig]
		if !u.Redo {
			u.broken = u.orig.broken
		} else if u.broken != "" {
			u.brokenWhen = k.p.name
		}
		named(u, u.Redo)
	}
	k.importResults(c, sources)
	for _, s := range sources {
		if s.Cell == synthName {
			for _, d := range s.File.Decls[1:] {
				id := d.(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Names[0]
				if o := c.Info.Defs[id]; o != nil {
					n := *w.live[id.Name]
					n.Obj = o
					add(&n)
				}
			}
		}
	}
	// Types have their names now: variables may be looked at.
	goName := func(o types.Object) string {
		if id, ok := c.goIDs[o]; ok {
			return id
		}
		return w.goNameOf(o)
	}
	names := make([]string, 0, len(k.vars))
	for n := range k.vars {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		o, ok := scope.Lookup(n).(*types.Var)
		if !ok {
			continue
		}
		u := &Unit{Kind: Var, Names: []string{n}, Cell: k.p.name, Line: k.p.main.Line(o.Pos()), Uses: typeUses(o.Type(), w.pkg)}
		u.Text = k.statementText(n)
		d := &Decl{Name: n, Kind: Var, Obj: o, Unit: u, slot: true}
		path := func(p *types.Package) string { return p.Path() }
		text, err := TypeText(o.Type(), path, goName)
		if err != nil {
			at := token.NoPos
			if o.Pos().IsValid() {
				at = o.Pos()
			}
			k.complain(at, "declare it inside a function, or give it an interface type", "%s can't be a variable of the session: %v", n, err)
			continue
		}
		was := w.live[n]
		if was != nil && was.Kind == Var && was.slot && was.stale == "" {
			if t, err := TypeText(was.Obj.Type(), path, w.goNameOf); err == nil && t == text {
				d.GoName = was.GoName
			}
		}
		if d.GoName == "" {
			d.GoName = w.slots[n][text]
		}
		if d.GoName == "" {
			d.GoName = fresh(n)
			c.Vars = append(c.Vars, d)
		}
		add(d)
	}
	for name := range c.decls {
		if d := c.decls[name]; d.Kind != Var && d.Kind != Import {
			k.uses(c, d.Unit)
		}
	}
	// Methods of a type that was declared anew belong to the cells that still
	// declare them.
	for t := range k.changed {
		if !k.declared[t] {
			continue
		}
		for u := range w.users[t] {
			if u.Recv() == t && c.decls[u.Names[0]] == nil {
				c.gone = append(c.gone, u.Names[0])
			}
		}
	}
	for t, why := range k.changed {
		was := w.live[t]
		for u := range w.users[t] {
			if u.Kind == Var && c.decls[u.Names[0]] == nil {
				if d := w.live[u.Names[0]]; d != nil && d.Unit == u {
					c.stale = append(c.stale, staleVar{d, fmt.Sprintf("%s has the type %s of %s, %s", d.Name, t, was.Unit.Cell, why)})
				}
			}
		}
	}
	sort.Slice(c.stale, func(i, j int) bool { return c.stale[i].why < c.stale[j].why })
}

// statementText is the text of the statement that declares a variable.
func (k *checker) statementText(name string) string {
	for _, s := range k.p.body {
		if s.End() == k.vars[name].from {
			return strings.Clone(k.p.main.Text[k.p.main.Offset(s.Pos()):k.p.main.Offset(s.End())])
		}
	}
	return ""
}

// programResults gives the declarations of a whole program names of their own.
func (k *checker) programResults(c *Cell) {
	scope := k.w.pkg.Scope()
	k.w.progs++
	for _, n := range scope.Names() {
		o := scope.Lookup(n)
		c.goIDs[o] = fmt.Sprintf("%s_p%d", n, k.w.progs)
		if v, ok := o.(*types.Var); ok {
			c.Vars = append(c.Vars, &Decl{Name: n, Kind: Var, Obj: v, GoName: c.goIDs[o]})
		}
	}
	c.MainFunc, _ = scope.Lookup("main").(*types.Func)
	if c.MainFunc == nil {
		k.complain(k.p.main.File.Package, "", "function main is undeclared in the main package")
	}
}

// importResults records the cell's import lines.
func (k *checker) importResults(c *Cell, sources []*Source) {
	for _, d := range k.p.imports {
		for _, s := range d.Specs {
			spec := s.(*ast.ImportSpec)
			path := importPath(spec)
			p, err := k.w.imp.Import(path)
			if err != nil {
				continue
			}
			name := p.Name()
			if spec.Name != nil {
				name = spec.Name.Name
			}
			u := &Unit{Kind: Import, Names: []string{name}, Cell: k.p.name, Line: k.p.main.Line(spec.Pos()), Text: `import "` + path + `"`}
			switch name {
			case ".":
				c.dots = append(c.dots, path)
			case "_":
			default:
				c.decls[name] = &Decl{Name: name, Kind: Import, Pkg: p, Unit: u, GoName: name}
			}
		}
	}
}

// uses fills in what a unit mentions.
func (k *checker) uses(c *Cell, u *Unit) {
	if u.Node == nil {
		return
	}
	seen := map[string]bool{}
	for _, n := range u.Names {
		seen[n] = true
	}
	u.Uses, u.Imports = nil, nil
	ast.Inspect(u.Node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		o := c.Info.Uses[id]
		if o == nil {
			return true
		}
		if p, ok := o.(*types.PkgName); ok {
			if u.Imports == nil {
				u.Imports = map[string]string{}
			}
			u.Imports[p.Name()] = p.Imported().Path()
			return true
		}
		if name := c.useName(o); name != "" && !seen[name] {
			seen[name] = true
			u.Uses = append(u.Uses, name)
		}
		return true
	})
	u.Text = strings.Clone(u.Text)
}

// useName is the name under which the session knows an object, "" when it is
// not the session's.
func (c *Cell) useName(o types.Object) string {
	if real, ok := c.fakes[o]; ok {
		o = real
	}
	if o == nil || o.Pkg() != c.Pkg {
		return ""
	}
	if f, ok := o.(*types.Func); ok {
		if t := recvType(f); t != "" {
			return t + "." + f.Name()
		}
	}
	if o.Parent() == c.Pkg.Scope() {
		return o.Name()
	}
	return ""
}

// recvType is the name of a method's named type; "" for functions and methods
// of interfaces.
func recvType(f *types.Func) string {
	r := f.Type().(*types.Signature).Recv()
	if r == nil {
		return ""
	}
	t := r.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && !types.IsInterface(n) {
		return n.Obj().Name()
	}
	return ""
}

// typeUses lists the session's types inside a type.
func typeUses(t types.Type, pkg *types.Package) (out []string) {
	seen := map[string]bool{}
	_, _ = TypeText(t, func(*types.Package) string { return "" }, func(o types.Object) string {
		if o.Parent() == pkg.Scope() && !seen[o.Name()] {
			seen[o.Name()] = true
			out = append(out, o.Name())
		}
		return o.Name()
	})
	return out
}

// tainted refuses a cell that would run something lost, stale or broken.
func (k *checker) tainted(c *Cell) error {
	w := k.w
	if w.marks == 0 && len(c.stale) == 0 {
		anyBroken := false
		for _, u := range c.Redo {
			anyBroken = anyBroken || u.broken != ""
		}
		if !anyBroken {
			return nil
		}
	}
	stale := map[*Decl]string{}
	for _, s := range c.stale {
		stale[s.decl] = s.why
	}
	// reason says what is wrong with a name, or with what it uses.
	seen := map[string]bool{}
	var reason func(name string) (why, hint string)
	reason = func(name string) (why, hint string) {
		if seen[name] {
			return "", ""
		}
		seen[name] = true
		d := c.decls[name]
		if d == nil {
			d = w.live[name]
		}
		if d == nil {
			return "", ""
		}
		why = stale[d]
		if why == "" {
			why = d.stale
		}
		switch {
		case d.Unit.broken != "":
			return fmt.Sprintf("%s does not fit since %s: %s", d.Name, d.Unit.brokenWhen, d.Unit.broken), "change it and run its cell again"
		case d.lost != "":
			return fmt.Sprintf("%s was lost when the session ended in %s", d.Name, d.lost), "run " + d.Unit.Cell + " again"
		case why != "":
			return why, "run " + d.Unit.Cell + " again"
		}
		if d.Kind == Var {
			return "", ""
		}
		for _, u := range d.Unit.Uses {
			if why, hint := reason(u); why != "" {
				return why, hint
			}
		}
		return "", ""
	}
	var err error
	for _, s := range k.p.body {
		ast.Inspect(s, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok || err != nil {
				return err == nil
			}
			o := c.Info.Uses[id]
			if o == nil {
				return true
			}
			name := c.useName(o)
			if name == "" {
				return true
			}
			_, fake := c.fakes[o]
			if d := c.decls[name]; d != nil && !fake && d.Kind == Var {
				return true
			}
			if fake {
				// x := x + 1 of a lost x
				if d := w.live[name]; d != nil && d.lost != "" {
					err = k.refuse(id.Pos(), fmt.Sprintf("%s was lost when the session ended in %s: run %s again", name, d.lost, d.Unit.Cell), "")
				}
				return true
			}
			if why, hint := reason(name); why != "" {
				text := why + ": " + hint
				if !strings.HasPrefix(why, name+" ") {
					text = name + " uses what can't be used: " + text
				}
				err = k.refuse(id.Pos(), text, "")
			}
			return true
		})
	}
	return err
}
