package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// A Cell is a checked cell: its syntax, its types, and what it would change.
// Its exported fields are for package lower and must not be written.
type Cell struct {
	Name, Source string
	Program      bool // a whole program: package main with func main
	World        *World
	Pkg          *types.Package
	Info         *types.Info
	Main         *Source              // the cell's own text
	Units        []*Unit              // its types, functions, methods and constants, in order
	Redo         []*Unit              // declarations of earlier cells to be emitted again
	Again        []*Unit              // other declarations of earlier cells that were checked beside the cell
	Body         []ast.Stmt           // its statements, in order
	Result       ast.Expr             // the last expression to show, or nil
	Vars         []*Decl              // variables that the interpreter must be told of
	InitOrder    []*types.Initializer // of a program's package variables
	MainFunc     *types.Func          // of a program

	assigned map[*ast.Ident]types.Object // names of := that it only assigns
	fakes    map[types.Object]types.Object
	goIDs    map[types.Object]string
	decls    map[string]*Decl
	gone     []string
	stale    []staleVar
	dots     []string
	waits    bool
	kept     map[*Unit]bool
	shapes   map[string]*types.TypeName
}

type staleVar struct {
	decl *Decl
	why  string
}

// GoName returns an object's name in the interpreter.
func (c *Cell) GoName(o types.Object) string {
	if real, ok := c.fakes[o]; ok {
		o = real
	}
	switch f := o.(type) {
	case *types.Func:
		o = f.Origin()
	case *types.Var:
		o = f.Origin()
	}
	if id, ok := c.goIDs[o]; ok {
		return id
	}
	return c.World.idOf(o)
}

func (w *World) idOf(o types.Object) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.goNameOf(o)
}

// Real returns the declaration that an object stands for: in x := x + 1 the
// second x is the earlier cell's. It is o itself for all others.
func (c *Cell) Real(o types.Object) types.Object {
	if real, ok := c.fakes[o]; ok {
		return real
	}
	return o
}

// TypeText writes a type as the interpreter must read it. qual names imported
// packages. Types declared inside functions are written by their name.
func (c *Cell) TypeText(t types.Type, qual func(*types.Package) string) (string, error) {
	return TypeText(t, qual, func(o types.Object) string {
		if c.Session(o) {
			return c.GoName(o)
		}
		return o.Name()
	})
}

// Object returns what an identifier of the cell means: also for the names of a
// := that only assigns. It is nil for identifiers without an object.
func (c *Cell) Object(id *ast.Ident) types.Object {
	if o := c.assigned[id]; o != nil {
		return o
	}
	if o := c.Info.Uses[id]; o != nil {
		return o
	}
	return c.Info.Defs[id]
}

// Session says whether the object is declared at the level of the session's
// own package, by this cell or an earlier one.
func (c *Cell) Session(o types.Object) bool {
	if o == nil || o.Pkg() != c.Pkg {
		return false
	}
	if _, ok := c.fakes[o]; ok {
		return true
	}
	return o.Parent() == c.Pkg.Scope()
}

// Kept says that a declaration is the same as before, so that the interpreter
// has it already.
func (c *Cell) Kept(u *Unit) bool { return c.kept[u] }

// Waits says whether this or an earlier cell uses something that can wake a
// goroutine from outside of the session.
func (c *Cell) Waits() bool {
	c.World.mu.Lock()
	defer c.World.mu.Unlock()
	return c.waits || c.World.waits
}

// Check parses and checks a cell. It changes nothing; give the result to
// Commit. name is the cell's name in messages, "cell[3]". The error is a
// *cell.Diagnostics. Check takes time by the size of the cell and of what
// depends on the declarations it changes, not by the length of the session.
//
// again names declarations of earlier cells ("f", "T", "T.m") that are checked
// beside the cell, so that their syntax and types are at hand: see Cell.Again.
// With them comes what needs their types. They get new objects and stay what
// they are.
func (w *World) Check(name, src string, again ...string) (c *Cell, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, refuse(name, src, cell.Diagnostic{
				Message: fmt.Sprintf("BUG: the checker stopped: %v", r),
				Hint:    "please report this cell; nothing has been changed by it"})
		}
	}()
	defer func() {
		if _, ok := err.(*cell.Diagnostics); err != nil && !ok {
			err = refuse(name, src, cell.Diagnostic{Message: "BUG: " + err.Error()})
		}
	}()
	p, err := parse(name, src)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	ck := &checker{w: w, p: p, again: again}
	if err := ck.changes(); err != nil {
		return nil, err
	}
	if c, err = ck.run(); err != nil {
		return nil, err
	}
	if ck.widen(c) {
		// What changed is used by others: take them along. The cell's text is
		// parsed again because a check rewrites parts of the tree.
		if ck.p, err = parse(name, src); err != nil {
			return nil, err
		}
		if c, err = ck.run(); err != nil {
			return nil, err
		}
	}
	if err := ck.tainted(c); err != nil {
		return nil, err
	}
	return c, nil
}

// A cellVar is a variable declared by a statement of the cell itself.
type cellVar struct {
	from token.Pos // its scope begins here
}

// A checker checks one cell. The sets of units to take along grow from run to
// run.
type checker struct {
	w     *World
	p     *parsed
	again []string // names of what is to be checked beside the cell

	redo    map[*Unit]bool    // earlier units that become new
	renew   map[*Unit]bool    // earlier units whose types get a new identity only
	changed map[string]string // types that become new ones, and why
	added   map[string]bool   // types that get methods
	copies  []*Unit           // the units taken along in this run

	vars     map[string]*cellVar
	earlier  map[string]string // earlierName -> name
	declared map[string]bool   // all names that the cell declares
	diags    []cell.Diagnostic
}

func (k *checker) complain(at token.Pos, hint, format string, args ...any) {
	off := k.p.main.wrapped.Offset(k.p.main.Offset(at))
	k.diags = append(k.diags, cell.Diagnostic{Offset: off, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (k *checker) refused() error {
	if len(k.diags) == 0 {
		return nil
	}
	return refuse(k.p.name, k.p.src, k.diags...)
}

// run checks the cell with what is in redo and renew.
func (k *checker) run() (*Cell, error) {
	w, p := k.w, k.p
	k.diags = nil
	c := &Cell{Name: p.name, Source: p.src, Program: p.program, World: w, Pkg: w.pkg, Main: p.main,
		Result: p.result, Body: p.body, Info: newInfo(),
		assigned: map[*ast.Ident]types.Object{}, fakes: map[types.Object]types.Object{},
		goIDs: map[types.Object]string{}, decls: map[string]*Decl{}, kept: map[*Unit]bool{}}
	k.names()
	keep := k.keep()
	sources, err := k.sources(c)
	if err != nil {
		return nil, err
	}
	decls, dups := k.assemble(c, keep)
	p.main.File.Decls = decls
	inject := k.inject(c, sources)
	if err := k.refused(); err != nil {
		return nil, err
	}
	lits := k.funcRanges()
	broken := map[*Unit]string{}
	judge(w.pkg, w.imp, p.fset, sources, inject, c.Info, func(e types.Error) {
		k.report(c, e, lits, broken)
	})
	k.reassigned(c, dups)
	k.order(c)
	if err := k.refused(); err != nil {
		return nil, err
	}
	k.results(c, sources, keep, broken)
	if err := k.refused(); err != nil {
		return nil, err
	}
	return c, nil
}

// names finds what the cell declares and from where on.
func (k *checker) names() {
	k.earlier = map[string]string{}
	k.vars, k.declared = map[string]*cellVar{}, map[string]bool{}
	for _, u := range k.p.units {
		if u.Kind == Method {
			continue
		}
		for _, n := range u.Names {
			k.declared[n] = true
		}
	}
	for _, d := range k.p.imports {
		for _, s := range d.Specs {
			if n := s.(*ast.ImportSpec).Name; n != nil {
				k.declared[n.Name] = true
			} else if path := importPath(s.(*ast.ImportSpec)); path != "" {
				k.declared[k.packageName(path)] = true
			}
		}
	}
	add := func(id *ast.Ident, from token.Pos) {
		if id.Name != "_" && k.vars[id.Name] == nil {
			k.vars[id.Name] = &cellVar{from}
			k.declared[id.Name] = true
		}
	}
	for _, s := range k.p.body {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, l := range s.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						add(id, s.End())
					}
				}
			}
		case *ast.DeclStmt:
			if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, sp := range g.Specs {
					for _, id := range sp.(*ast.ValueSpec).Names {
						add(id, sp.End())
					}
				}
			}
		}
	}
	delete(k.declared, "_")
	delete(k.declared, ".")
}

func importPath(s *ast.ImportSpec) string {
	v := s.Path.Value
	if len(v) < 2 {
		return ""
	}
	return v[1 : len(v)-1]
}

// packageName is the name that an import without one declares.
func (k *checker) packageName(path string) string {
	if name, ok := k.w.imp.Name(path); ok {
		return name
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

const dup = "·again"

// A reassign is a name on the left of a := that exists already in the cell.
type reassign struct {
	id    *ast.Ident
	other *ast.Ident // stands for it in the check
}

// assemble makes the declarations for go/types: variables of the cell become
// package variables, the other statements the body of one function.
func (k *checker) assemble(c *Cell, keep map[*Unit]bool) (decls []ast.Decl, dups []reassign) {
	p := k.p
	for _, d := range p.imports {
		decls = append(decls, d)
	}
	for _, u := range p.units {
		if keep[u] {
			continue
		}
		switch n := u.Node.(type) {
		case *ast.TypeSpec:
			decls = append(decls, &ast.GenDecl{Tok: token.TYPE, TokPos: n.Pos(), Specs: []ast.Spec{n}})
		case ast.Decl:
			decls = append(decls, n)
		}
	}
	known := map[string]bool{}
	var body []ast.Stmt
	for _, s := range p.body {
		switch x := s.(type) {
		case *ast.DeclStmt:
			if g, ok := x.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				decls = append(decls, g)
				for _, sp := range g.Specs {
					for _, id := range sp.(*ast.ValueSpec).Names {
						known[id.Name] = true
					}
				}
				continue
			}
		case *ast.AssignStmt:
			if x.Tok == token.DEFINE {
				g, rest, again := k.define(x, known)
				if g != nil {
					decls = append(decls, g)
				}
				body = append(body, rest...)
				dups = append(dups, again...)
				continue
			}
		}
		if p.program {
			k.complain(s.Pos(), "put it into func main, or leave out package main", "syntax error: non-declaration statement outside function body")
			continue
		}
		body = append(body, s)
	}
	if len(body) > 0 {
		at := body[0].Pos()
		end := body[len(body)-1].End()
		decls = append(decls, &ast.FuncDecl{
			Name: ast.NewIdent("_"),
			Type: &ast.FuncType{Func: at, Params: &ast.FieldList{Opening: at, Closing: at}},
			Body: &ast.BlockStmt{Lbrace: at, List: body, Rbrace: end},
		})
	}
	return decls, dups
}

// define turns a := of the cell into a variable declaration, and into
// assignments for the names that the cell has declared before.
func (k *checker) define(x *ast.AssignStmt, known map[string]bool) (g *ast.GenDecl, rest []ast.Stmt, again []reassign) {
	if k.p.program {
		k.complain(x.Pos(), "put it into func main, or leave out package main", "syntax error: non-declaration statement outside function body")
		return nil, nil, nil
	}
	fresh := false
	seen := map[string]bool{}
	for _, l := range x.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok {
			k.complain(l.Pos(), "", "non-name %s on left side of :=", types.ExprString(l))
			return nil, nil, nil
		}
		if id.Name != "_" && seen[id.Name] {
			k.complain(l.Pos(), "", "%s repeated on left side of :=", id.Name)
			return nil, nil, nil
		}
		seen[id.Name] = true
		fresh = fresh || id.Name != "_" && !known[id.Name]
	}
	if !fresh {
		k.complain(x.TokPos, "use = to assign to a variable that this cell has declared", "no new variables on left side of :=")
		return nil, nil, nil
	}
	g = &ast.GenDecl{Tok: token.VAR, TokPos: x.Pos()}
	single := len(x.Lhs) == len(x.Rhs)
	spec := &ast.ValueSpec{Values: x.Rhs}
	for i, l := range x.Lhs {
		id := l.(*ast.Ident)
		name := id
		if known[id.Name] {
			name = &ast.Ident{NamePos: id.NamePos, Name: id.Name + dup}
			again = append(again, reassign{id, name})
			if single {
				// Each value has its own place: let Go check the assignment.
				rest = append(rest, &ast.AssignStmt{Lhs: []ast.Expr{id}, TokPos: x.TokPos, Tok: token.ASSIGN, Rhs: []ast.Expr{x.Rhs[i]}})
				again = again[:len(again)-1]
				continue
			}
			name.Name += fmt.Sprint(int(id.NamePos))
		}
		if single {
			g.Specs = append(g.Specs, &ast.ValueSpec{Names: []*ast.Ident{name}, Values: []ast.Expr{x.Rhs[i]}})
		} else {
			spec.Names = append(spec.Names, name)
		}
		known[id.Name] = true
	}
	if !single {
		g.Specs = append(g.Specs, spec)
	}
	if len(g.Specs) > 1 {
		g.Lparen = x.Pos()
	}
	return g, rest, again
}

// reassigned checks what := assigns to names that existed.
func (k *checker) reassigned(c *Cell, dups []reassign) {
	for _, d := range dups {
		target := k.w.pkg.Scope().Lookup(d.id.Name)
		from := c.Info.Defs[d.other]
		if target == nil || from == nil {
			continue
		}
		c.assigned[d.id] = target
		if v, ok := target.(*types.Var); !ok || from.Type() != nil && !types.AssignableTo(from.Type(), v.Type()) && from.Type() != types.Typ[types.Invalid] {
			k.complain(d.id.Pos(), "", "cannot use value of type %s as %s value in assignment", k.typeString(from.Type()), k.typeString(target.Type()))
		}
	}
}

func (k *checker) typeString(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(k.w.pkg))
}

// funcRanges lists the functions in the cell: there an unused variable is an
// error, as everywhere in Go.
func (k *checker) funcRanges() (out [][2]token.Pos) {
	for _, u := range k.p.units {
		if u.Kind == Func || u.Kind == Method {
			out = append(out, [2]token.Pos{u.Node.Pos(), u.Node.End()})
		}
	}
	for _, s := range k.p.body {
		ast.Inspect(s, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncLit); ok {
				out = append(out, [2]token.Pos{f.Pos(), f.End()})
				return false
			}
			return true
		})
	}
	return out
}

// report takes one error of go/types.
func (k *checker) report(c *Cell, e types.Error, lits [][2]token.Pos, broken map[*Unit]string) {
	if !k.p.main.has(e.Pos) {
		// In a declaration of an earlier cell: it no longer fits.
		if e.Soft {
			return
		}
		for _, u := range k.copies {
			if u.Redo && u.Source.has(e.Pos) && u.Node.Pos() <= e.Pos && e.Pos <= u.Node.End() && broken[u.orig] == "" {
				at := e.Fset.Position(e.Pos)
				broken[u.orig] = fmt.Sprintf("%s:%d: %s", u.Cell, at.Line, k.clean(e.Msg))
			}
		}
		return
	}
	switch code(e) {
	case codeInitCycle, codeUnusedImport:
		return // statements run in order; see order
	case codeUnusedVar, codeUnusedLabel:
		for _, r := range lits {
			if r[0] <= e.Pos && e.Pos < r[1] {
				k.complain(e.Pos, "", "%s", k.clean(e.Msg))
				return
			}
		}
		return
	case codeUnusedExpr, codeUnusedResult:
		if k.p.result != nil && e.Pos >= k.p.result.Pos() && e.Pos <= k.p.result.End() {
			if _, lit := k.p.result.(*ast.FuncLit); !lit || e.Pos == k.p.result.Pos() {
				return
			}
		}
	}
	k.complain(e.Pos, k.hint(e), "%s", k.clean(e.Msg))
}

// hint tells what to do about some errors that learners meet.
func (k *checker) hint(e types.Error) string {
	name, ok := strings.CutPrefix(e.Msg, "undefined: ")
	if !ok {
		return ""
	}
	best, dist := "", 3
	for n := range k.w.live {
		if d := distance(n, name, dist); d < dist && len(name) > 2 {
			best, dist = n, d
		}
	}
	if best == "" || strings.Contains(best, ".") {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is the Levenshtein distance of two names, or limit if that is less.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// order complains about variables that a statement uses before the statement
// that declares them.
func (k *checker) order(c *Cell) {
	if k.p.program {
		return
	}
	for _, s := range k.p.body {
		ast.Inspect(s, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v := k.vars[id.Name]
			if v == nil || id.Pos() >= v.from {
				return true
			}
			if o := c.Info.Uses[id]; o != nil && c.Session(o) {
				k.complain(id.Pos(), "it is declared further down in this cell", "undefined: %s", id.Name)
			}
			return true
		})
	}
}

// sources parses what is to be checked again and puts it behind the cell.
func (k *checker) sources(c *Cell) ([]*Source, error) {
	out := []*Source{k.p.main}
	byCell := map[string][]*Unit{}
	k.copies = nil
	take := func(u *Unit, redo bool) {
		if u.Kind == Var || u.Kind == Import || k.replaced(u) {
			return
		}
		n := *u
		n.orig, n.Redo, n.broken = u, redo, ""
		byCell[n.Cell] = append(byCell[n.Cell], &n)
		k.copies = append(k.copies, &n)
		if redo {
			c.Redo = append(c.Redo, &n)
		} else {
			c.Again = append(c.Again, &n)
		}
	}
	for u := range k.redo {
		take(u, true)
	}
	for u := range k.renew {
		if !k.redo[u] {
			take(u, false)
		}
	}
	live := func(n string) *Unit {
		if d := k.w.live[n]; d != nil {
			return d.Unit
		}
		return nil
	}
	names := make([]string, 0, len(byCell))
	for n := range byCell {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, name := range names {
		units := byCell[name]
		sort.Slice(units, func(i, j int) bool {
			if units[i].Line != units[j].Line {
				return units[i].Line < units[j].Line
			}
			return units[i].Names[0] < units[j].Names[0]
		})
		s, err := again(k.p.fset, name, units, live)
		if err != nil {
			return nil, fmt.Errorf("parse declarations of %s again: %w", name, err)
		}
		out = append(out, s)
	}
	if s, err := k.synthesize(); err != nil {
		return nil, err
	} else if s != nil {
		out = append(out, s)
	}
	for _, list := range [][]*Unit{c.Redo, c.Again} {
		sort.Slice(list, func(i, j int) bool { return list[i].Names[0] < list[j].Names[0] })
	}
	return out, nil
}

// replaced says whether the cell declares all of the unit's names anew.
func (k *checker) replaced(u *Unit) bool {
	if u.Kind == Method {
		return slices.ContainsFunc(k.p.units, func(x *Unit) bool { return x.Kind == Method && x.Names[0] == u.Names[0] })
	}
	for _, n := range u.Names {
		if n != "_" && !k.declared[n] {
			if d := k.w.live[n]; d != nil && d.Unit == u {
				return false
			}
		}
	}
	return true
}

// SameShape names another named type of the session, or of the cell, that has
// the same underlying type; "" if there is none.
func (c *Cell) SameShape(n *types.Named) string {
	c.World.mu.Lock()
	defer c.World.mu.Unlock()
	if c.shapes == nil {
		c.shapes = map[string]*types.TypeName{}
		for name, d := range c.World.live {
			if t, ok := d.Obj.(*types.TypeName); ok && c.decls[name] == nil {
				c.shapes[name] = t
			}
		}
		for name, d := range c.decls {
			if t, ok := d.Obj.(*types.TypeName); ok {
				c.shapes[name] = t
			}
		}
	}
	for _, t := range c.shapes {
		if t != n.Obj() && !t.IsAlias() && t.Name() != n.Obj().Name() && types.Identical(t.Type().Underlying(), n.Underlying()) {
			return t.Name()
		}
	}
	return ""
}

// Offset returns a position's offset in the cell's own text.
func (c *Cell) Offset(p token.Pos) int { return c.Main.wrapped.Offset(c.Main.Offset(p)) }

// An Indirection is a variable through which the interpreter reaches a
// function, with the function's type as text.
type Indirection struct{ Variable, Type string }

// Indirect notes the variable of a function, by the function's name in the
// interpreter: when it is emitted again, the variable must be set again.
func (c *Cell) Indirect(function string, v Indirection) {
	c.World.mu.Lock()
	defer c.World.mu.Unlock()
	c.World.indirect[function] = v
}

// IndirectOf returns what Indirect noted, or the zero value.
func (c *Cell) IndirectOf(function string) Indirection {
	c.World.mu.Lock()
	defer c.World.mu.Unlock()
	return c.World.indirect[function]
}

// Everything prepares all live declarations for being emitted into a fresh
// session; it is nil when there are none. Nothing in the World changes.
func (w *World) Everything() (*Cell, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, err := parse("weft", "")
	if err != nil {
		return nil, err
	}
	k := &checker{w: w, p: p, redo: map[*Unit]bool{}, renew: map[*Unit]bool{}, changed: map[string]string{}, added: map[string]bool{}}
	var vars []*Decl
	for _, d := range w.live {
		switch d.Kind {
		case Var:
			if d.stale == "" && d.slot {
				vars = append(vars, d)
			}
		case Import:
		default:
			k.redo[d.Unit] = true
		}
	}
	if len(k.redo) == 0 && len(vars) == 0 {
		return nil, nil
	}
	c, err := k.run()
	if err != nil {
		return nil, err
	}
	// The names stay as they are: the session is fresh, not the World.
	for name, d := range c.decls {
		if was := w.live[name]; was != nil && d.Obj != nil {
			delete(c.goIDs, d.Obj)
			if was.GoName != d.Obj.Name() {
				c.goIDs[d.Obj] = was.GoName
			}
		}
	}
	// What does not fit, or uses what can't be put back, stays out until it is
	// declared anew; using it is refused until then.
	out := map[string]bool{}
	for _, d := range w.live {
		if d.Kind == Var && d.stale != "" {
			out[d.Name] = true
		}
	}
	for grew := true; grew; {
		grew = false
		c.Redo = slices.DeleteFunc(c.Redo, func(u *Unit) bool {
			if u.broken == "" && !slices.ContainsFunc(u.Uses, func(n string) bool { return out[n] }) {
				return false
			}
			for _, n := range u.Names {
				out[n] = true
			}
			grew = true
			return true
		})
	}
	vars = slices.DeleteFunc(vars, func(d *Decl) bool {
		return slices.ContainsFunc(d.Unit.Uses, func(n string) bool { return out[n] })
	})
	sort.Slice(vars, func(i, j int) bool { return vars[i].Name < vars[j].Name })
	c.Vars = vars
	return c, nil
}
