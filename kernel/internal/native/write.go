package native

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"sort"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
)

// A writer writes one package.
type writer struct {
	s    *State
	c    *check.Cell
	path string
	o    Options

	src     *check.Source // being written
	b       *strings.Builder
	refused []cell.Diagnostic
	prefix  string // of every name that is made up

	imports  map[string]string // path -> name
	paths    []string
	exported map[string]bool // exported names and the types' own
	own      map[types.Object]string
	renamed  map[string]string // linked names of functions that have another than in their cell
	decls    strings.Builder   // what the text needs beside it
	helpers  map[string]bool

	typeNames map[string]string
	mirrors   map[string]string
	aliased   map[*types.TypeName]bool
	consts    map[types.Object]string
	shapes    map[string]*shape
	direct    map[*ast.StructType]bool       // struct types that a declaration names
	derived   map[*types.TypeName]types.Type // types made of others: type U T

	vars     map[string]types.Type // variables of the session, by name in the interpreter
	bodyVars map[string]bool       // those that the statements of the cell use
	funcs    map[string]*types.Func

	conv    map[ast.Expr]types.Type // what expressions are converted to
	places  map[ast.Expr]bool       // expressions whose addresses are needed
	labels  map[types.Object]token.Pos
	unused  map[types.Object]bool
	idle    map[*ast.AssignStmt]bool // v := x.(type) of which nobody uses v
	inits   map[ast.Stmt]bool        // simple statements in the headers of others
	kept    map[ast.Stmt]ast.Expr    // see surveyMeasured
	pollsIn map[*ast.IfStmt]bool     // conditions in whose bodies a loop polls
	top     map[ast.Stmt]bool
	method  bool // inside a method
	number  int  // of constants that are made up
	reached int  // how many fields were reached through functions
	body    bool // inside the cell's statements
}

// Write writes the package of a cell. The error is a *cell.Diagnostics.
func (s *State) Write(c *check.Cell, path string, o Options) (src *Source, err error) {
	defer func() {
		if r := recover(); r != nil {
			d := &cell.Diagnostics{List: []cell.Diagnostic{{Message: fmt.Sprintf("BUG: writing the cell for the compiler stopped: %v", r), Hint: "please report this cell; nothing has been changed by it"}}}
			d.Locate(c.Name, c.Source)
			src, err = nil, d
		}
	}()
	w := &writer{s: s, c: c, path: path, o: o, b: &strings.Builder{},
		imports: map[string]string{}, exported: map[string]bool{}, own: map[types.Object]string{}, renamed: maps.Clone(s.names), helpers: map[string]bool{},
		typeNames: map[string]string{}, mirrors: map[string]string{}, aliased: map[*types.TypeName]bool{}, consts: map[types.Object]string{},
		shapes: map[string]*shape{}, direct: map[*ast.StructType]bool{}, derived: map[*types.TypeName]types.Type{}, vars: map[string]types.Type{}, bodyVars: map[string]bool{}, funcs: map[string]*types.Func{},
		conv: map[ast.Expr]types.Type{}, places: map[ast.Expr]bool{}, labels: map[types.Object]token.Pos{}, unused: map[types.Object]bool{},
		idle: map[*ast.AssignStmt]bool{}, inits: map[ast.Stmt]bool{}, pollsIn: map[*ast.IfStmt]bool{}, kept: map[ast.Stmt]ast.Expr{}, top: map[ast.Stmt]bool{}}
	if c.Program {
		panic("a whole program is built as it stands")
	}
	src = w.all()
	if len(w.refused) > 0 {
		d := &cell.Diagnostics{List: w.refused}
		d.Locate(c.Name, c.Source)
		return nil, d
	}
	return src, nil
}

// refuse notes something that can't be compiled.
func (w *writer) refuse(hint, format string, args ...any) {
	w.refused = append(w.refused, cell.Diagnostic{Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (w *writer) refuseAt(n ast.Node, hint, format string, args ...any) {
	d := cell.Diagnostic{Message: fmt.Sprintf(format, args...), Hint: hint}
	if w.src == w.c.Main {
		d.Offset = w.c.Offset(n.Pos())
	} else {
		d.Cell, d.Line, d.Column = w.src.Cell, w.src.Line(n.Pos()), 1
	}
	w.refused = append(w.refused, d)
}

func (w *writer) bug(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// export makes an exported name that the package does not have yet.
func (w *writer) export(name string) string {
	for w.exported[name] {
		name += "_"
	}
	w.exported[name] = true
	return name
}

// imported names an imported package. The names of packages never meet others:
// they carry the prefix.
func (w *writer) imported(path, name string) string {
	if id, ok := w.imports[path]; ok {
		return id
	}
	if name == "" {
		name = path[strings.LastIndexByte(path, '/')+1:]
	}
	id := w.prefix + "p_" + name
	for taken := true; taken; {
		taken = false
		for _, other := range w.imports {
			if other == id {
				id += "_"
				taken = true
			}
		}
	}
	w.imports[path] = id
	w.paths = append(w.paths, path)
	return id
}

func (w *writer) dock() string { return w.imported(w.s.dock, "dock") }

// all writes the package.
func (w *writer) all() *Source {
	units := emitted(w.c)
	w.names(units)
	var parts strings.Builder
	for _, u := range units {
		parts.WriteString(w.unit(u))
	}
	cellText, hasCell := w.statements(units)
	src := &Source{Path: w.path, Clause: w.s.clause, HasCell: hasCell, Homes: map[types.Object]string{}, Funcs: map[string]string{}, structs: map[string]map[string]*field{}}
	symbols := w.symbols(units, src)
	// Order matters: what is asked for last may ask for more.
	src.FuncName, src.renamed = w.funcName(), w.renamed
	src.Slots = w.slots(symbols)
	w.accessors(units, src, symbols)
	src.shapes = w.shapes
	register := w.register(symbols, hasCell)

	var b strings.Builder
	b.WriteString("//line weft:1\npackage " + src.Clause + "\n")
	text := parts.String() + cellText + w.decls.String() + register
	for _, path := range w.paths {
		if id := w.imports[path]; strings.Contains(text, id+".") {
			fmt.Fprintf(&b, "import %s %q\n", id, path)
			src.Imports = append(src.Imports, path)
		}
	}
	for _, path := range w.blankImports() {
		fmt.Fprintf(&b, "import _ %q\n", path)
		if _, ok := w.imports[path]; !ok {
			src.Imports = append(src.Imports, path)
		}
	}
	sort.Strings(src.Imports)
	b.WriteString(parts.String())
	b.WriteString(cellText)
	b.WriteString("\n//line weft:1\n")
	b.WriteString(w.decls.String())
	b.WriteString(register)
	src.Files = []File{{Name: "cell.go", Text: b.String()}}
	return src
}

// names settles the names that the package gives, before any text is written.
func (w *writer) names(units []*check.Unit) {
	nodes := make([]ast.Node, 0, len(units)+len(w.c.Body))
	for _, u := range units {
		nodes = append(nodes, u.Node)
	}
	for _, s := range w.c.Body {
		nodes = append(nodes, s)
		w.top[s] = true
	}
	// The prefix of what is made up begins no name of the cell.
	w.prefix = "w_"
	for n, again := 2, true; again; n++ {
		again = false
		for _, x := range nodes {
			ast.Inspect(x, func(x ast.Node) bool {
				if id, ok := x.(*ast.Ident); ok && strings.HasPrefix(id.Name, w.prefix) {
					again = true
				}
				return !again
			})
		}
		if again {
			w.prefix = fmt.Sprintf("w%d_", n)
		}
	}
	for _, u := range units {
		for _, o := range declared(w.c, u) {
			if u.Kind == check.Type {
				w.exported[o.Name()] = true
			}
			// The session knows functions by these names.
			if u.Kind == check.Func && o.Name() != "_" && o.Name() != "init" {
				w.own[o] = w.export("X_" + w.c.GoName(o))
				if name := "X_" + o.Name(); w.own[o] != name {
					w.renamed[w.path+"."+w.own[o]] = w.path + "." + name
				}
			}
		}
	}
	for _, u := range units {
		for _, o := range declared(w.c, u) {
			if u.Kind == check.Type && o.Name() != "_" {
				w.own[o] = w.export("X_" + o.Name())
			}
		}
	}
	for _, x := range nodes {
		ast.Inspect(x, func(x ast.Node) bool {
			ts, ok := x.(*ast.TypeSpec)
			if !ok || ts.Assign.IsValid() {
				return true
			}
			if st, ok := ast.Unparen(ts.Type).(*ast.StructType); ok {
				w.direct[st] = true
			} else if o, ok := w.c.Info.Defs[ts.Name].(*types.TypeName); ok {
				w.derived[o] = w.c.Info.TypeOf(ts.Type)
			}
			return true
		})
	}
	// Struct types that the session can see get a name.
	for _, u := range units {
		for _, o := range declared(w.c, u) {
			t := o.Type()
			if u.Kind == check.Type {
				if _, alias := t.(*types.Alias); !alias {
					t = t.Underlying()
					if st, ok := t.(*types.Struct); ok {
						for i := range st.NumFields() {
							w.keep(st.Field(i).Type())
						}
						continue
					}
				}
			}
			w.keep(t)
		}
	}
	for _, d := range w.c.Vars {
		w.keep(d.Obj.Type())
	}
	for _, x := range nodes {
		w.survey(x)
	}
	w.surveyBody()
	w.surveyMeasured()
}

// unit writes a declaration.
func (w *writer) unit(u *check.Unit) string {
	w.src = u.Source
	line, col := w.place(u.Source, u.Node.Pos())
	text := w.capture(func() {
		switch n := u.Node.(type) {
		case *ast.FuncDecl:
			w.method = n.Recv != nil
			w.funcDecl(n)
			w.method = false
		case *ast.TypeSpec:
			w.b.WriteString("type ")
			w.put(n)
		}
	})
	lead := "\n"
	if _, ok := u.Node.(*ast.FuncDecl); ok {
		lead += u.Directives
	} else {
		col = max(1, col-len("type "))
	}
	return fmt.Sprintf("%s//line %s:%d:%d\n%s\n", lead, u.Cell, line, col, text)
}

// funcDecl writes a function; in the tree its type begins before its name.
func (w *writer) funcDecl(d *ast.FuncDecl) {
	pos := d.Pos()
	if d.Recv != nil {
		pos = w.part(pos, d.Recv)
	}
	w.raw(pos, d.Name.Pos())
	o, _ := w.c.Info.Defs[d.Name].(*types.Func)
	switch name := d.Name.Name; {
	case name == "_" || o == nil:
		w.b.WriteString(name)
	case d.Recv != nil:
		w.b.WriteString(w.methodName(o))
	case name == "init":
		w.b.WriteString(w.initName(o))
	default:
		w.b.WriteString(w.own[o])
	}
	pos = d.Name.End()
	if d.Type.TypeParams != nil {
		pos = w.part(pos, d.Type.TypeParams)
	}
	pos = w.part(pos, d.Type.Params)
	if d.Type.Results != nil {
		pos = w.part(pos, d.Type.Results)
	}
	if d.Body != nil {
		pos = w.part(pos, d.Body)
	}
	w.raw(pos, d.End())
}

// initName is the name of a function init of a cell: it runs before the cell's
// statements, when the session's variables are there.
func (w *writer) initName(o *types.Func) string {
	return fmt.Sprintf("%sinit%d", w.prefix, int(o.Pos()))
}

// symbols lists what the package declares: what others import, and what
// interpreted cells may use.
func (w *writer) symbols(units []*check.Unit, src *Source) map[string]string {
	symbols := map[string]string{}
	for _, u := range units {
		for _, o := range declared(w.c, u) {
			name := w.own[o]
			if name == "" {
				continue
			}
			src.Homes[o] = name
			switch o := o.(type) {
			case *types.Func:
				if o.Signature().TypeParams().Len() == 0 {
					src.Funcs[w.c.GoName(o)] = name
					symbols[name] = name
				}
			case *types.TypeName:
				list := typeParams(o)
				params, args, _ := w.parameters(list)
				fmt.Fprintf(&w.decls, "type %s%s = %s%s\n", name, params, o.Name(), args)
				if len(list) == 0 && !constraint(o.Type()) {
					symbols[name] = "(*" + name + ")(nil)"
				}
			}
		}
	}
	return symbols
}

// constraint says whether a type can only constrain type parameters.
func constraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// slots writes the types of the variables that the cell declares and of those
// that move.
func (w *writer) slots(symbols map[string]string) (slots []Slot) {
	slot := func(t types.Type, goName string, move bool) {
		name := w.export("X_S_" + goName)
		fmt.Fprintf(&w.decls, "type %s = %s\n", name, w.typ(t))
		symbols[name] = "(*" + name + ")(nil)"
		slots = append(slots, Slot{Name: goName, Path: w.path, Symbol: name, Move: move})
	}
	done := map[string]bool{}
	for _, d := range w.c.Vars {
		done[d.GoName] = true
		slot(d.Obj.Type(), d.GoName, false)
	}
	for _, v := range moved(w.c) {
		name := w.c.GoName(v)
		done[name] = true
		slot(v.Type(), name, w.s.slots[name])
	}
	// A variable that is declared again keeps its place in the session as long as
	// its type reads the same, but that type may have got other methods.
	again := map[string]bool{}
	for _, v := range sessionVars(w.c, true) {
		named(v.Type(), func(o *types.TypeName) {
			if w.c.Session(o) {
				again[w.c.GoName(v)] = true
			}
		})
	}
	for _, name := range sorted(w.vars) {
		if !done[name] && (again[name] || !w.s.slots[name]) {
			w.keep(w.vars[name])
			slot(w.vars[name], name, w.s.slots[name])
		}
	}
	return slots
}

// register writes how the package hands itself to the session.
func (w *writer) register(symbols map[string]string, hasCell bool) string {
	var b strings.Builder
	reflect := ""
	if len(symbols) > 0 {
		reflect = w.imported("reflect", "reflect")
	}
	for _, name := range sorted(w.vars) {
		fmt.Fprintf(&w.decls, "var %sv_%s *%s\n", w.prefix, name, w.typ(w.vars[name]))
	}
	for _, name := range sorted(w.funcs) {
		fmt.Fprintf(&w.decls, "var %sf_%s %s\n", w.prefix, name, w.typ(w.funcs[name].Type()))
	}
	b.WriteString("func init() {\n")
	for _, name := range sorted(w.funcs) {
		fmt.Fprintf(&b, "\t%sf_%s = %s\n", w.prefix, name, w.function(w.funcs[name]))
	}
	fmt.Fprintf(&b, "\t%s.Register(&%[1]s.Package{\n\t\tPath: %q,\n", w.dock(), w.path)
	if len(symbols) > 0 {
		fmt.Fprintf(&b, "\t\tSymbols: map[string]%s.Value{\n", reflect)
		for _, name := range sorted(symbols) {
			fmt.Fprintf(&b, "\t\t\t%q: %s.ValueOf(%s),\n", name, reflect, symbols[name])
		}
		b.WriteString("\t\t},\n")
	}
	table := func(field, lead string, names []string) {
		if len(names) == 0 {
			return
		}
		fmt.Fprintf(&b, "\t\t%s: map[string]interface{}{\n", field)
		for _, name := range names {
			fmt.Fprintf(&b, "\t\t\t%q: &%s%s%s,\n", name, w.prefix, lead, name)
		}
		b.WriteString("\t\t},\n")
	}
	table("Vars", "v_", sorted(w.vars))
	table("Funcs", "f_", sorted(w.funcs))
	if hasCell {
		b.WriteString("\t\tCell: " + cellFunc + ",\n")
	}
	b.WriteString("\t})\n}\n")
	return b.String()
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// blankImports are the imports of the cell that are wanted for what they do.
func (w *writer) blankImports() (paths []string) {
	seen := map[string]bool{}
	for _, d := range w.c.Main.File.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for _, s := range g.Specs {
			spec := s.(*ast.ImportSpec)
			path := strings.Trim(spec.Path.Value, "\"`")
			if spec.Name != nil && spec.Name.Name == "_" && w.c.Main.File.FileStart <= spec.Pos() && !seen[path] {
				seen[path] = true
				if p, err := w.c.World.Importer().Import(path); err == nil {
					path = p.Path() // of a package that was loaded again, another
				}
				paths = append(paths, path)
			}
		}
	}
	sort.Strings(paths)
	return paths
}

// helper adds a declaration once; %s in its text is the prefix.
func (w *writer) helper(name, text string) string {
	if !w.helpers[name] {
		w.helpers[name] = true
		w.decls.WriteString(strings.ReplaceAll(text, "%s", w.prefix) + "\n")
	}
	return w.prefix + name
}
