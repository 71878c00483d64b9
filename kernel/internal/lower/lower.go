// Package lower turns a checked cell into Go text that the interpreter runs as
// Go would run the cell.
//
// The interpreter (yaegi v0.16.1) leaves out parts of Go and gets others wrong
// without saying so. What it gets wrong is rewritten into forms that it gets
// right; what has no such form is refused with the reason. Text is edited, not
// printed from a tree, so that every line keeps its number.
package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
)

// A File is one Go file for the session. Positions in Text are those of the
// cell called Name, by line.
type File struct {
	Name, Text string
}

// A Plan is what a session must do for a cell.
type Plan struct {
	Files []File // to be compiled and executed in order
	// Waits is true when this or an earlier cell of the session uses something
	// that can wake a goroutine from outside: timers, network, signals,
	// processes, standard input.
	Waits bool
}

// Lower writes a cell's text for the interpreter. The error is a
// *cell.Diagnostics that says what can't be interpreted. A Plan is for one run:
// a cell that is run again must be lowered again.
func Lower(c *check.Cell) (p *Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			d := &cell.Diagnostics{List: []cell.Diagnostic{{Message: fmt.Sprintf("BUG: lowering stopped: %v", r), Hint: "please report this cell; nothing has been changed by it"}}}
			d.Locate(c.Name, c.Source)
			p, err = nil, d
		}
	}()
	l := newLowerer(c)
	l.plan()
	if len(l.refused) > 0 {
		d := &cell.Diagnostics{List: l.refused}
		d.Locate(c.Name, c.Source)
		return nil, d
	}
	return &Plan{Files: l.files, Waits: c.Waits()}, nil
}

// Declarations writes the session's live declarations for a fresh session, in
// order: types, functions, and variables with their zero values. Nothing of it
// runs a cell's statement. Its cost grows with their number, about 0.1 ms each.
func Declarations(w *check.World) ([]File, error) {
	c, err := w.Everything()
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, nil
	}
	l := newLowerer(c)
	l.fresh = true
	l.plan()
	if len(l.refused) > 0 {
		return nil, &cell.Diagnostics{List: l.refused}
	}
	return l.files, nil
}

type lowerer struct {
	c       *check.Cell
	files   []File
	refused []cell.Diagnostic

	src    *check.Source // being written
	b      *strings.Builder
	file   *fileState
	vars   map[*check.Unit]*check.Decl // variables in a plan of several files
	temps  int
	top    map[ast.Stmt]bool
	boxed  map[ast.Expr]bool       // those that become elements
	conv   map[ast.Expr]types.Type // expressions that become interfaces
	rename map[types.Object]string // loop variables that carry another name
	funcs  []*funcState
	header int // inside the header of an if, for or switch
	method bool
	direct map[*ast.FuncLit]bool // function literals that are called on the spot
	nested map[ast.Node]bool     // selectors that are called
	asIs   map[ast.Node]bool     // generic functions whose calls stay as they are

	fresh    bool            // for a fresh session, which has none of the variables
	indirect map[string]bool // variables of functions that this plan declares
}

// A funcState is a function whose body is being written.
type funcState struct {
	sig   *types.Signature
	named map[types.Object]bool // named results
	loops []*loop
}

// A loop is a loop around what is being written.
type loop struct {
	label    string
	back     string // to be done before each continue
	callback bool   // the body is a function: break and continue are returns
	inner    int    // switches and selects inside, which take breaks
	ret      *loopReturn
}

// A loopReturn carries a return out of a loop whose body is a function.
type loopReturn struct {
	flag    string
	results []string
	used    bool
}

func newLowerer(c *check.Cell) *lowerer {
	l := &lowerer{c: c, top: map[ast.Stmt]bool{}, conv: map[ast.Expr]types.Type{}, boxed: map[ast.Expr]bool{}, rename: map[types.Object]string{}, nested: map[ast.Node]bool{}, asIs: map[ast.Node]bool{}, direct: map[*ast.FuncLit]bool{}, indirect: map[string]bool{}}
	for _, s := range c.Body {
		l.top[s] = true
	}
	return l
}

// refuse notes something that can't be interpreted.
func (l *lowerer) refuse(n ast.Node, hint, format string, args ...any) {
	d := cell.Diagnostic{Message: fmt.Sprintf(format, args...) + " in interpreted cells", Hint: hint}
	if l.src == l.c.Main {
		d.Offset = l.c.Offset(n.Pos())
	} else {
		d.Cell, d.Line, d.Column = l.src.Cell, l.src.Line(n.Pos()), 1
	}
	l.refused = append(l.refused, d)
}

// plan writes all files.
func (l *lowerer) plan() {
	own := make([]*check.Unit, 0, len(l.c.Units))
	for _, u := range l.c.Units {
		if !l.c.Kept(u) && u.Kind != check.Const {
			own = append(own, u)
		}
	}
	var redo []*check.Unit
	for _, u := range l.c.Redo {
		if u.Kind != check.Const && !u.Broken() {
			redo = append(redo, u)
		}
	}
	if len(redo) == 0 {
		// The usual case: one file, or two if declarations stand between
		// statements.
		if l.mixed() {
			l.emit(l.c.Main, own, nil, true)
			l.emit(l.c.Main, nil, l.c.Body, false)
		} else {
			l.emit(l.c.Main, own, l.c.Body, true)
		}
		return
	}
	// Variables are units, too: their types may be among the others.
	l.vars = map[*check.Unit]*check.Decl{}
	units := append(own, redo...)
	for _, d := range l.c.Vars {
		u := &check.Unit{Kind: check.Var, Names: []string{d.Name}, Uses: d.Unit.Uses, Source: l.c.Main, Cell: l.c.Name}
		l.vars[u] = d
		units = append(units, u)
	}
	for _, group := range order(units) {
		src := l.c.Main
		for _, u := range group {
			if u.Kind != check.Var {
				src = u.Source
				break
			}
		}
		l.emit(src, group, nil, false)
	}
	l.emit(l.c.Main, nil, l.c.Body, false)
}

// at is where a unit stands in its source; variables come first.
func at(u *check.Unit) token.Pos {
	if u.Node == nil {
		return token.NoPos
	}
	return u.Node.Pos()
}

// mixed says whether the statements do not follow each other directly.
func (l *lowerer) mixed() bool {
	if len(l.c.Body) == 0 {
		return false
	}
	from, to := l.c.Body[0].Pos(), l.c.Body[len(l.c.Body)-1].End()
	for _, u := range l.c.Units {
		if p := u.Node.Pos(); from < p && p < to {
			return true
		}
	}
	return false
}

// order sorts units so that each comes after what it uses, because the
// interpreter binds a call when it compiles the caller. Units of one cell that
// follow each other share a file; so do units that use each other.
func order(units []*check.Unit) [][]*check.Unit {
	byName := map[string]*check.Unit{}
	methods := map[string][]*check.Unit{}
	for _, u := range units {
		for _, n := range u.Names {
			byName[n] = u
		}
		if r := u.Recv(); r != "" {
			methods[r] = append(methods[r], u)
		}
	}
	// Tarjan's algorithm for strongly connected components, which yields them
	// in the order that is wanted (R. Tarjan, Depth-first search and linear
	// graph algorithms, 1972).
	index, low := map[*check.Unit]int{}, map[*check.Unit]int{}
	on := map[*check.Unit]bool{}
	var stack []*check.Unit
	var comps [][]*check.Unit
	var visit func(u *check.Unit)
	visit = func(u *check.Unit) {
		index[u] = len(index) + 1
		low[u] = index[u]
		stack = append(stack, u)
		on[u] = true
		next := func(v *check.Unit) {
			if v == nil || v == u {
				return
			}
			if index[v] == 0 {
				visit(v)
				low[u] = min(low[u], low[v])
			} else if on[v] {
				low[u] = min(low[u], index[v])
			}
		}
		for _, n := range u.Uses {
			next(byName[n])
		}
		if u.Kind == check.Type {
			// Methods come with their type: a use of the type may convert it
			// to an interface.
			for _, m := range methods[u.Names[0]] {
				next(m)
			}
		}
		if low[u] == index[u] {
			var comp []*check.Unit
			for {
				v := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				on[v] = false
				comp = append(comp, v)
				if v == u {
					break
				}
			}
			comps = append(comps, comp)
		}
	}
	for _, u := range units {
		if index[u] == 0 {
			visit(u)
		}
	}
	var out [][]*check.Unit
	for _, comp := range comps {
		sort.SliceStable(comp, func(i, j int) bool {
			a, b := comp[i], comp[j]
			if a.Source != b.Source {
				return a.Source.Cell < b.Source.Cell
			}
			return at(a) < at(b)
		})
		if n := len(out); n > 0 && oneSource(out[n-1]) && oneSource(comp) && out[n-1][0].Source == comp[0].Source {
			last := append(out[n-1], comp...)
			sort.SliceStable(last, func(i, j int) bool { return at(last[i]) < at(last[j]) })
			out[n-1] = last
			continue
		}
		out = append(out, comp)
	}
	return out
}

func oneSource(units []*check.Unit) bool {
	for _, u := range units {
		if u.Source != units[0].Source {
			return false
		}
	}
	return true
}

// A fileState is a file that is being written.
type fileState struct {
	name    string
	number  int // how often the interpreter has seen the name
	imports map[string]string
	order   []string
	head    strings.Builder // declarations on the first line
	init    strings.Builder // statements at the beginning of the body
	tail    strings.Builder // declarations after the last line
	helpers map[string]string
}

// emit writes one file of declarations and statements, both in the order of
// the source. With vars, it also declares the cell's variables.
func (l *lowerer) emit(src *check.Source, units []*check.Unit, body []ast.Stmt, vars bool) {
	vars = vars && len(l.c.Vars) > 0
	inits := len(l.c.InitOrder) > 0 && l.c.Program && body != nil
	if len(units) == 0 && len(body) == 0 && !vars && !inits {
		return
	}
	f := &fileState{name: src.Cell, imports: map[string]string{}, helpers: map[string]string{}}
	l.file = f
	if vars {
		for _, d := range l.c.Vars {
			fmt.Fprintf(&f.head, "var %s %s;", d.GoName, l.typ(d.Obj.Type(), nil))
		}
	}
	l.b = &strings.Builder{}
	parts := make([]ast.Node, 0, len(units)+1)
	var typed []*check.Unit
	for _, u := range units {
		if d := l.vars[u]; d != nil {
			fmt.Fprintf(&f.head, "var %s %s;", d.GoName, l.typ(d.Obj.Type(), nil))
			continue
		}
		typed = append(typed, u)
		parts = append(parts, u.Node)
	}
	units = typed
	switch {
	case len(body) > 0 && l.c.Program:
	case len(body) > 0:
		// Statements form one function; where it stands among the
		// declarations is decided by its first statement.
		i := sort.Search(len(parts), func(i int) bool { return parts[i].Pos() > body[0].Pos() })
		parts = append(parts[:i], append([]ast.Node{bodyNode{body}}, parts[i:]...)...)
	}
	line := 1
	to := func(n ast.Node) {
		if at := l.src.Line(n.Pos()); at > line {
			l.b.WriteString(strings.Repeat("\n", at-line))
		} else if l.b.Len() > 0 {
			l.b.WriteByte(';')
		}
	}
	for i, n := range parts {
		if i < len(units) && len(body) == 0 {
			l.src = units[i].Source
		} else {
			l.src = src
		}
		to(n)
		switch n := n.(type) {
		case bodyNode:
			l.body(n.list)
		case *ast.FuncDecl:
			l.funcDecl(n)
		case *ast.TypeSpec:
			l.b.WriteString("type ")
			l.put(n)
		}
		line = 1 + strings.Count(l.b.String(), "\n")
	}
	if l.c.Program && (body != nil || len(units) > 0) {
		l.src = src
		l.program()
	}
	l.finish()
}

// bodyNode is the statements of a cell as one node.
type bodyNode struct{ list []ast.Stmt }

func (b bodyNode) Pos() token.Pos { return b.list[0].Pos() }
func (b bodyNode) End() token.Pos { return b.list[len(b.list)-1].End() }

// finish puts the file together.
func (l *lowerer) finish() {
	f := l.file
	if l.b.Len() == 0 && f.head.Len() == 0 && f.tail.Len() == 0 {
		return
	}
	var b strings.Builder
	b.Grow(l.b.Len() + f.head.Len() + f.tail.Len() + 64*len(f.order) + 32)
	b.WriteString("package main;")
	for _, path := range f.order {
		fmt.Fprintf(&b, "import %s %q;", f.imports[path], path)
	}
	b.WriteString(f.head.String())
	if f.init.Len() > 0 {
		b.WriteString("func init(){" + f.init.String() + "};")
	}
	b.WriteString(l.b.String())
	if f.tail.Len() > 0 {
		b.WriteByte('\n')
		b.WriteString(f.tail.String())
	}
	b.WriteByte('\n')
	l.files = append(l.files, File{Name: f.name, Text: b.String()})
}

// body writes the statements of a cell as a function that runs at once.
func (l *lowerer) body(list []ast.Stmt) {
	l.b.WriteString("func init(){")
	l.funcs = append(l.funcs, &funcState{sig: types.NewSignatureType(nil, nil, nil, nil, nil, false)})
	l.conversions(list, nil)
	for i, s := range list {
		if i > 0 {
			l.between(list[i-1], s)
		}
		if x, ok := s.(*ast.ExprStmt); ok && x.X == l.c.Result {
			l.show(x.X)
			continue
		}
		l.put(s)
	}
	l.funcs = l.funcs[:len(l.funcs)-1]
	l.b.WriteString("}")
}

// between writes what stands between two statements: line ends, else a
// semicolon. Declarations and comments in between are left out.
func (l *lowerer) between(a, b ast.Stmt) {
	if n := strings.Count(l.gap(a.End(), b.Pos()), "\n"); n > 0 {
		l.b.WriteString(strings.Repeat("\n", n))
	} else {
		l.b.WriteByte(';')
	}
}

// program writes the call of a whole program's main.
func (l *lowerer) program() {
	var b strings.Builder
	hold := l.b
	l.b = &b
	b.WriteString(";func init(){")
	for _, in := range l.c.InitOrder {
		l.conversions(nil, in)
		l.initializer(in)
		b.WriteByte(';')
	}
	b.WriteString(l.c.GoName(l.c.MainFunc) + "()")
	b.WriteString("}")
	l.b = hold
	// What stands on several lines in the source stands on one here.
	l.b.WriteString(strings.ReplaceAll(b.String(), "\n", " "))
}

// pkg names an imported package in the file and imports it.
func (l *lowerer) pkg(p *types.Package) string { return l.imported(p.Path(), p.Name()) }

func (l *lowerer) imported(path, name string) string {
	f := l.file
	if id, ok := f.imports[path]; ok {
		return id
	}
	// Imports are known to the interpreter by name and file name for ever: a
	// file name that comes again needs other names.
	if f.number == 0 {
		f.number = l.c.World.Emission(f.name)
	}
	id := name
	if f.number > 1 {
		id = fmt.Sprintf("%s_%d_", strings.TrimSuffix(name, "_"), f.number)
	}
	for taken := true; taken; {
		taken = false
		for _, other := range f.imports {
			if other == id {
				id += "_"
				taken = true
			}
		}
	}
	f.imports[path] = id
	f.order = append(f.order, path)
	return id
}

// typ writes a type; at is blamed when it has no text.
func (l *lowerer) typ(t types.Type, at ast.Node) string {
	s, err := l.c.TypeText(t, l.pkg)
	if err != nil && at != nil {
		l.refuse(at, "", "%s can't be used", strings.TrimPrefix(err.Error(), "no text for "))
	}
	return s
}

// temp makes a name that the cell does not use.
func (l *lowerer) temp() string {
	l.temps++
	return fmt.Sprintf("w%d_", l.temps)
}
