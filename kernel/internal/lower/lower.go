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
	// Defined names the functions that the files give to the interpreter, as it
	// knows them, in order.
	Defined []string
	// Guards holds, by the name of such a function, the variable through which
	// its compiled form takes over: see Lower.
	Guards map[string]string
}

// Lower writes a cell's text for the interpreter. The error is a
// *cell.Diagnostics that says what can't be interpreted. A Plan is for one run:
// a cell that is run again must be lowered again.
//
// With homes, declarations that are compiled are written as imports of their
// packages, and others only if homes says that the interpreter has them. Every
// function then begins by asking a variable of its own, nil at first, for the
// compiled function that is to run instead; no two plans share such a variable.
// Without homes the interpreter has everything.
func Lower(c *check.Cell, h Homes) (p *Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			d := &cell.Diagnostics{List: []cell.Diagnostic{{Message: fmt.Sprintf("BUG: lowering stopped: %v", r), Hint: "please report this cell; nothing has been changed by it"}}}
			d.Locate(c.Name, c.Source)
			p, err = nil, d
		}
	}()
	l := newLowerer(c, h)
	used := false
	defer func() {
		if !used {
			l.forget()
		}
	}()
	l.plan()
	if len(l.refused) > 0 {
		d := &cell.Diagnostics{List: l.refused}
		d.Locate(c.Name, c.Source)
		return nil, d
	}
	used = true
	l.keepRecord()
	return &Plan{Files: l.files, Waits: c.Waits(), Defined: l.defined, Guards: l.guards}, nil
}

// Declarations writes the session's live declarations for a fresh session, in
// order: types, functions, and variables with their zero values. Nothing of it
// runs a cell's statement. Its cost grows with their number, about 0.1 ms each.
// With homes, what the interpreter is not to have is left out, and so is what
// needs it.
func Declarations(w *check.World, h Homes) ([]File, error) {
	c, err := w.Everything()
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = &check.Cell{World: w}
		newLowerer(c, h).renewed()
		return nil, nil
	}
	l := newLowerer(c, h)
	l.fresh = true
	l.renewed()
	if h != nil {
		return l.restore(), nil
	}
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

	state
	mono
	file  *fileState
	vars  map[*check.Unit]*check.Decl // variables in a plan of several files
	temps int
	inits []string // functions init of a program

	flat    map[ast.Expr]types.Type // arguments of fmt that are written as the type they are made of
	texts   map[ast.Expr]string     // arguments of fmt that are written as the call of a method
	record  *record                 // what flows into interfaces
	shapes  *shapes                 // which types do
	homes   Homes                   // nil: the interpreter has everything
	gives   map[types.Object]bool   // functions that this plan gives to the interpreter
	defined []string                // their names there
	guards  map[string]string       // by name, the variable that a compiled form is put into

	fresh    bool            // for a fresh session, which has none of the variables
	indirect map[string]bool // variables of functions that this plan declares
}

// A state is what changes with the declaration that is being written.
type state struct {
	src      *check.Source
	b        *strings.Builder
	top      map[ast.Stmt]bool
	conv     map[ast.Expr]types.Type // expressions that become interfaces
	rename   map[types.Object]string // loop variables that carry another name
	funcs    []*funcState
	header   int // inside the header of an if, for or switch
	method   bool
	direct   map[*ast.FuncLit]bool    // function literals that are called on the spot
	nested   map[ast.Node]bool        // selectors that are called
	box      map[ast.Expr]types.Type  // expressions that a function must turn into an interface
	returned map[ast.Expr]bool        // results that become interfaces
	wrap     map[ast.Expr]bool        // names of functions that must be written as literals
	truth    map[ast.Expr]bool        // type assertions that are conditions
	held     map[ast.Expr]string      // expressions that a variable holds already
	argument map[ast.Expr]bool        // arguments of calls
	inner    map[ast.Expr]bool        // those of calls of interpreted functions
	hoisted  map[*types.TypeName]bool // types of functions that have a text
	checked  map[*ast.StarExpr]bool   // those that must not be of a nil pointer
	deferred map[*ast.FuncLit]string  // literals that are deferred, with the variable of the Defers
}

func newState() state {
	return state{top: map[ast.Stmt]bool{}, conv: map[ast.Expr]types.Type{}, rename: map[types.Object]string{}, nested: map[ast.Node]bool{}, direct: map[*ast.FuncLit]bool{}, deferred: map[*ast.FuncLit]string{}, box: map[ast.Expr]types.Type{}, argument: map[ast.Expr]bool{}, returned: map[ast.Expr]bool{}, inner: map[ast.Expr]bool{}, hoisted: map[*types.TypeName]bool{}, checked: map[*ast.StarExpr]bool{}, held: map[ast.Expr]string{}, wrap: map[ast.Expr]bool{}, truth: map[ast.Expr]bool{}}
}

// A funcState is a function whose body is being written.
type funcState struct {
	sig   *types.Signature
	named map[types.Object]bool // named results
	loops []*loop

	glue     *glue  // for functions that defer, except the plainest calls
	recovers string // the variable that recover asks, "" outside of functions
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

func newLowerer(c *check.Cell, h Homes) *lowerer {
	l := &lowerer{c: c, record: newRecord(), shapes: newShapes(), flat: map[ast.Expr]types.Type{}, texts: map[ast.Expr]string{}, homes: h, gives: map[types.Object]bool{}, state: newState(), indirect: map[string]bool{}}
	l.mono = mono{mem: c.World.Memory(newMemory).(*memory), info: c.Info, locals: map[types.Object]string{}}
	for _, s := range c.Body {
		l.top[s] = true
	}
	return l
}

// refuse notes something that can't be interpreted.
func (l *lowerer) refuse(n ast.Node, hint, format string, args ...any) {
	d := cell.Diagnostic{Message: fmt.Sprintf(format, args...) + " in interpreted cells", Hint: hint}
	src := l.src
	if l.inStd() && l.site != nil {
		n, src = l.site, l.siteIn
	}
	if src == l.c.Main {
		d.Offset = l.c.Offset(n.Pos())
	} else {
		d.Cell, d.Line, d.Column = src.Cell, src.Line(n.Pos()), 1
	}
	l.refused = append(l.refused, d)
}

// plan writes all files.
func (l *lowerer) plan() {
	l.keep()
	own := make([]*check.Unit, 0, len(l.c.Units))
	for _, u := range l.c.Units {
		if u.Kind != check.Const && (!l.c.Kept(u) || l.missing(u)) {
			own = append(own, u)
		}
	}
	own = l.give(own, false)
	var redo []*check.Unit
	for _, u := range l.c.Redo {
		if u.Kind != check.Const && !u.Broken() {
			redo = append(redo, u)
		}
	}
	redo = l.give(redo, true)
	for _, d := range l.c.Vars {
		l.shareable(d.Obj)
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
	for _, group := range merge(order(units)) {
		l.group(group)
	}
	l.emit(l.c.Main, nil, l.c.Body, false)
}

// group writes the file of some units.
func (l *lowerer) group(units []*check.Unit) {
	src := l.c.Main
	for _, u := range units {
		if u.Kind != check.Var {
			src = u.Source
			break
		}
	}
	l.emit(src, units, nil, false)
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
	if len(l.c.Body) == 0 || l.c.Program {
		return false // a program's statements are variables, whose values come in an order of their own
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
// interpreter binds a call when it compiles the caller. Units that use each
// other form a group.
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
	for _, comp := range comps {
		sort.SliceStable(comp, func(i, j int) bool {
			a, b := comp[i], comp[j]
			if a.Source != b.Source {
				return a.Source.Cell < b.Source.Cell
			}
			return at(a) < at(b)
		})
	}
	return comps
}

// merge joins groups of one cell that follow each other: they share a file.
func merge(comps [][]*check.Unit) (out [][]*check.Unit) {
	for _, comp := range comps {
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
	types   strings.Builder // instances of types, after the last line
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
		if l.silent(u.Node) {
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
			if !l.madeOf(n) {
				l.put(n)
			}
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
	l.reroutes()
	l.drain()
	if l.b.Len() == 0 && f.head.Len() == 0 && f.tail.Len() == 0 && f.types.Len() == 0 && f.init.Len() == 0 {
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
	if f.types.Len() > 0 || f.tail.Len() > 0 {
		b.WriteByte('\n')
		b.WriteString(f.types.String())
		b.WriteString(f.tail.String())
	}
	b.WriteByte('\n')
	l.files = append(l.files, File{Name: f.name, Text: b.String()})
}

// body writes the statements of a cell as a function that runs at once.
func (l *lowerer) body(list []ast.Stmt) {
	l.b.WriteString("func init(){")
	fs := &funcState{sig: types.NewSignatureType(nil, nil, nil, nil, nil, false)}
	l.funcs = append(l.funcs, fs)
	l.conversions(list, nil)
	if l.glued(list) {
		fs.glue = &glue{name: l.temp()}
		l.b.WriteString(l.helpers() + ".Run(func(" + fs.glue.name + " *" + l.helpers() + ".Defers) {")
	}
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
	if fs.glue != nil {
		l.b.WriteString("})")
	}
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

// program writes what a whole program begins with: its variables get their
// values in the order that the checker found, not in that of the text as the
// interpreter would have it, then come the functions init and main.
func (l *lowerer) program() {
	var b strings.Builder
	hold := l.b
	l.b = &b
	if hold.Len() > 0 {
		b.WriteByte(';')
	}
	b.WriteString("func init(){")
	for _, in := range l.c.InitOrder {
		l.conversions(nil, in)
		l.initializer(in)
		b.WriteByte(';')
	}
	for _, name := range l.inits {
		b.WriteString(name + "();")
	}
	b.WriteString(l.c.GoName(l.c.MainFunc) + "()")
	b.WriteString("}")
	l.b = hold
	l.b.WriteString(b.String())
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

// temp makes a name that the cell does not use.
func (l *lowerer) temp() string {
	l.temps++
	return fmt.Sprintf("w%d_", l.temps)
}
