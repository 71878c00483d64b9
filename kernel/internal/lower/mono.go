package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"sort"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// Generic functions and types never reach the interpreter: the text of a cell
// has an instance of each for the type arguments that are asked for, which is
// the body of the declaration written once more, with what is known about its
// types replaced (see types.go). An instance is emitted once in a session, in
// the file that asks for it first; a generic declaration that is changed is a
// new object, so that its instances are new ones.

// A decl is a generic declaration with what is needed to write an instance
// of it when the check that it came with is over.
type decl struct {
	decl  ast.Node // *ast.FuncDecl or *ast.TypeSpec; *ast.ValueSpec of a standard package
	src   *check.Source
	info  *types.Info
	names map[types.Object]string // of the session's objects that it mentions
}

// A memory is what is kept of a session's generic declarations and instances.
// It belongs to the goroutine that lowers.
type memory struct {
	context *types.Context
	decls   map[types.Object]*decl
	latest  map[string]types.Object     // of each name's declaration
	methods map[string]map[string]*decl // of a generic type, by its name in the interpreter
	names   map[instanceKey]string
	taken   map[string]bool
	emitted map[string]bool // in the session that runs: instances, and methods as "T.m"
	via     map[string]map[string]*route
	std     map[string]*stdPackage
	last    int

	record     *record               // what flows into interfaces
	shapes     *shapes               // which types do
	recovering map[types.Object]bool // functions, by whether they call recover
}

type instanceKey struct {
	what any // the object of a function, the name of a type
	args string
}

// A route is a variable through which methods, which can't be compiled again,
// reach an instance of a function, which can.
type route struct {
	variable string
	args     []types.Type
}

func newMemory() any {
	return &memory{
		record:  newRecord(),
		shapes:  newShapes(),
		context: types.NewContext(), decls: map[types.Object]*decl{}, latest: map[string]types.Object{},
		methods: map[string]map[string]*decl{}, names: map[instanceKey]string{}, taken: map[string]bool{},
		emitted: map[string]bool{}, via: map[string]map[string]*route{}, std: map[string]*stdPackage{}, recovering: map[types.Object]bool{},
	}
}

// mono is the part of a lowerer that writes instances.
type mono struct {
	mem     *memory
	info    *types.Info
	env     map[*types.TypeParam]types.Type
	names   map[types.Object]string // of the generic declaration that is being written
	locals  map[types.Object]string // types declared in functions
	queue   []func()                // what the file being written still needs
	undo    []func()                // takes back what was noted in mem
	site    ast.Node                // where the instance that is being written was first asked for
	siteIn  *check.Source
	depth   int
	reroute []types.Object // functions of the session that were declared anew
}

func (l *lowerer) noted(undo func()) { l.undo = append(l.undo, undo) }

// forget takes back what the lowering noted, since its text will not be used.
func (l *lowerer) forget() {
	for i := len(l.undo) - 1; i >= 0; i-- {
		l.undo[i]()
	}
}

// session says whether an object is declared at the level of the session.
func (l *lowerer) session(o types.Object) bool {
	if _, ok := l.names[o]; ok {
		return true
	}
	return l.c.Session(o)
}

// goName is the name of one of the session's objects in the interpreter.
func (l *lowerer) goName(o types.Object) string {
	if name, ok := l.names[origin(o)]; ok {
		return name
	}
	return l.c.GoName(o)
}

func origin(o types.Object) types.Object {
	switch o := o.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Var:
		return o.Origin()
	}
	return o
}

// isGeneric says whether a declaration has type parameters of its own or of its
// receiver.
func isGeneric(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.TypeSpec:
		return n.TypeParams != nil
	case *ast.FuncDecl:
		if n.Type.TypeParams != nil {
			return true
		}
		if n.Recv == nil || len(n.Recv.List) == 0 {
			return false
		}
		e := n.Recv.List[0].Type
		for {
			switch x := e.(type) {
			case *ast.StarExpr:
				e = x.X
			case *ast.ParenExpr:
				e = x.X
			case *ast.IndexExpr, *ast.IndexListExpr:
				return true
			default:
				return false
			}
		}
	}
	return false
}

// silent says whether a declaration has no text of its own: it is generic, or
// an interface that is only a constraint.
func (l *lowerer) silent(n ast.Node) bool {
	if isGeneric(n) {
		return true
	}
	if t, ok := n.(*ast.TypeSpec); ok {
		if o := l.info.Defs[t.Name]; o != nil {
			i, ok := o.Type().Underlying().(*types.Interface)
			return ok && !i.IsMethodSet()
		}
	}
	return false
}

// keep remembers the generic declarations that the cell brings.
func (l *lowerer) keep() {
	var units []*check.Unit
	units = append(units, l.c.Units...)
	units = append(units, l.c.Redo...)
	units = append(units, l.c.Again...)
	for _, u := range units {
		if d, ok := u.Node.(*ast.FuncDecl); ok && d.Body != nil {
			if o := l.c.Info.Defs[d.Name]; o != nil {
				l.mem.recovering[o] = recovering(l.c.Info, d.Body)
			}
		}
		if u.Node != nil && isGeneric(u.Node) {
			l.keepOne(u.Node, u.Source)
		}
	}
}

func (l *lowerer) keepOne(n ast.Node, src *check.Source) {
	g := &decl{decl: n, src: src, info: excerpt(l.c.Info, n), names: map[types.Object]string{}}
	for _, o := range g.info.Uses {
		if o := origin(o); l.c.Session(o) {
			g.names[o] = l.c.GoName(o)
		}
	}
	m := l.mem
	switch d := n.(type) {
	case *ast.TypeSpec:
		if o := l.c.Info.Defs[d.Name]; o != nil {
			l.replace(l.c.GoName(o), o, g)
		}
	case *ast.FuncDecl:
		o, ok := l.c.Info.Defs[d.Name].(*types.Func)
		if !ok {
			return
		}
		if d.Recv == nil {
			l.replace(l.c.GoName(o), o, g)
			return
		}
		t := receiver(o)
		if t == nil {
			return
		}
		name := l.c.GoName(t.Obj())
		if m.methods[name] == nil {
			m.methods[name] = map[string]*decl{}
		}
		was, had := m.methods[name][o.Name()]
		m.methods[name][o.Name()] = g
		l.noted(func() {
			if had {
				m.methods[name][o.Name()] = was
			} else {
				delete(m.methods[name], o.Name())
			}
		})
	}
}

// replace makes a declaration the current one of its name.
func (l *lowerer) replace(name string, o types.Object, g *decl) {
	m := l.mem
	was := m.latest[name]
	m.latest[name] = o
	m.decls[o] = g
	l.noted(func() {
		m.latest[name] = was
		delete(m.decls, o)
	})
	if was != nil && was != o {
		old := m.decls[was]
		delete(m.decls, was)
		l.noted(func() { m.decls[was] = old })
	}
	if _, ok := o.(*types.Func); ok && len(m.via[name]) > 0 {
		l.reroute = append(l.reroute, o)
	}
}

func receiver(f *types.Func) *types.Named {
	r := f.Signature().Recv()
	if r == nil {
		return nil
	}
	t := r.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, _ := types.Unalias(t).(*types.Named)
	return n
}

// excerpt copies what is known about a tree, so that the rest can be forgotten.
func excerpt(info *types.Info, n ast.Node) *types.Info {
	out := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if tv, ok := info.Types[e]; ok {
				out.Types[e] = tv
			}
		}
		switch n := n.(type) {
		case *ast.Ident:
			if in, ok := info.Instances[n]; ok {
				out.Instances[n] = in
			}
			if o, ok := info.Defs[n]; ok {
				out.Defs[n] = o
			}
			if o := info.Uses[n]; o != nil {
				out.Uses[n] = o
			}
		case *ast.SelectorExpr:
			if s := info.Selections[n]; s != nil {
				out.Selections[n] = s
			}
		case *ast.CaseClause:
			if o := info.Implicits[n]; o != nil {
				out.Implicits[n] = o
			}
		}
		return true
	})
	return out
}

// maxInstances bounds the instances of one session's declarations: a program
// that makes more has a recursion in its types.
const maxInstances = 5000

// instanceOf returns the name of the instance that an identifier stands for,
// "" if it stands for none.
func (l *lowerer) instanceOf(id *ast.Ident) string {
	in, ok := l.info.Instances[id]
	if !ok {
		return ""
	}
	o := l.info.Uses[id]
	if o == nil {
		o = l.object(id)
	}
	args := typeList(in.TypeArgs)
	for i, a := range args {
		args[i] = l.subst(a)
	}
	switch o := o.(type) {
	case *types.Func:
		name := l.instance(o.Origin(), args, id)
		if name != "" && l.method && l.session(o.Origin()) && !l.c.Program {
			return l.routed(o.Origin(), args, name)
		}
		if name == "" {
			l.refuse(id, "", "the generic function %s is not supported", qualifiedName(o))
			return "nil"
		}
		return name
	case *types.TypeName:
		return l.typ(in.Type, id)
	}
	return ""
}

func qualifiedName(o types.Object) string {
	if o.Pkg() == nil || o.Pkg().Path() == "main" {
		return o.Name()
	}
	return o.Pkg().Name() + "." + o.Name()
}

// instance returns the name of a generic function or type with the type
// arguments, and has it emitted if the session does not know it. It is "" when
// there is no text to make it from.
func (l *lowerer) instance(o types.Object, args []types.Type, at ast.Node) string {
	m := l.mem
	keys := make([]string, len(args))
	for i, a := range args {
		keys[i] = l.key(a)
	}
	var base string
	what := any(o)
	std := isStd(o.Pkg()) || o.Pkg() != l.c.Pkg
	_, isType := o.(*types.TypeName)
	switch {
	case std:
		path := plainPath(o.Pkg())
		base = strings.ReplaceAll(strings.ReplaceAll(path, "/", "_"), ".", "_") + "_" + o.Name()
		what = path + "." + o.Name()
	default:
		base = l.goName(o)
		if isType {
			what = base
		}
	}
	g := l.generic(o)
	if g == nil || !std && l.locals[o] == "" && !l.interpretable(o) {
		return ""
	}
	key := instanceKey{what, strings.Join(keys, ",")}
	name, known := m.names[key]
	if !known {
		name = m.mangle(base, keys)
		m.names[key] = name
		l.noted(func() { delete(m.names, key) })
	}
	first := !m.emitted[name]
	if first {
		if len(m.emitted) > maxInstances || l.depth > 200 {
			l.refuse(at, "", "%s, which needs ever more instances of itself, is not supported", o.Name())
			return name
		}
		l.emits(name)
		l.later(at, func() { l.write(g, o, name, args) })
	}
	if isType {
		l.methodsOf(o, name, args, at, std)
	}
	return name
}

// emits notes that the interpreter will know a name.
func (l *lowerer) emits(name string) {
	m := l.mem
	m.emitted[name] = true
	l.noted(func() { delete(m.emitted, name) })
}

// later has something written at the end of the file, with the place that asked
// for it.
func (l *lowerer) later(at ast.Node, f func()) {
	site, in, depth := l.site, l.siteIn, l.depth
	if site == nil && at != nil {
		site, in = at, l.src
	}
	l.queue = append(l.queue, func() {
		l.site, l.siteIn, l.depth = site, in, depth+1
		f()
		l.site, l.siteIn, l.depth = nil, nil, 0
	})
}

// mangle makes a name for an instance.
func (m *memory) mangle(base string, args []string) string {
	name := base
	if len(args) > 0 {
		text := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r >= 0x80 {
				return r
			}
			return '_'
		}, strings.Join(args, "__"))
		if len(text) > 40 {
			m.last++
			text = fmt.Sprint(text[:24], m.last)
		}
		name += "__" + text
	}
	id := name
	for n := 2; m.taken[id]; n++ {
		id = fmt.Sprintf("%s_%d", name, n)
	}
	m.taken[id] = true
	return id
}

// generic finds the declaration of a generic function or type, or of anything
// that one in a standard package uses.
func (l *lowerer) generic(o types.Object) *decl {
	if g := l.mem.decls[o]; g != nil {
		return g
	}
	if o.Pkg() == l.c.Pkg {
		return nil
	}
	p := l.stdPackage(plainPath(o.Pkg()))
	if p == nil {
		return nil
	}
	return p.decls[o.Name()]
}

// methodsOf has the methods of an instance emitted that the session does not
// know yet.
func (l *lowerer) methodsOf(o types.Object, name string, args []types.Type, at ast.Node, std bool) {
	var list map[string]*decl
	if std {
		if p := l.stdPackage(plainPath(o.Pkg())); p != nil {
			list = p.methods[o.Name()]
		}
	} else {
		list = l.mem.methods[l.goName(o)]
	}
	if len(list) == 0 {
		return
	}
	names := make([]string, 0, len(list))
	for n := range list {
		if !l.mem.emitted[name+"."+n] {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	for _, n := range names {
		l.emits(name + "." + n)
		g := list[n]
		l.later(at, func() { l.write(g, nil, name, args) })
	}
}

// drain writes the instances that the file needs.
func (l *lowerer) drain() {
	for len(l.queue) > 0 {
		f := l.queue[0]
		l.queue = l.queue[1:]
		f()
	}
}

// write writes an instance, or one of its methods, at the end of the file.
func (l *lowerer) write(g *decl, o types.Object, name string, args []types.Type) {
	hold := l.state
	l.state = newState()
	l.src, l.b = g.src, &strings.Builder{}
	info, env, names, locals := l.info, l.env, l.names, l.locals
	l.info, l.names, l.env = g.info, g.names, map[*types.TypeParam]types.Type{}
	l.locals = map[types.Object]string{}
	for o, n := range locals {
		l.locals[o] = n
	}
	defer func() {
		l.state = hold
		l.info, l.env, l.names, l.locals = info, env, names, locals
	}()
	params := func(list *types.TypeParamList) {
		for i := range list.Len() {
			if i < len(args) {
				l.env[list.At(i)] = args[i]
			}
		}
	}
	switch d := g.decl.(type) {
	case *ast.TypeSpec:
		t, ok := l.info.Defs[d.Name].Type().(*types.Named)
		if !ok {
			return
		}
		params(t.TypeParams())
		fmt.Fprintf(&l.file.types, "type %s %s\n", name, l.typ(t.Underlying(), d))
	case *ast.FuncDecl:
		f, ok := l.info.Defs[d.Name].(*types.Func)
		if !ok || d.Body == nil {
			return
		}
		params(f.Signature().TypeParams())
		params(f.Signature().RecvTypeParams())
		recv := ""
		if d.Recv != nil {
			l.method = true
			recv = "(" + l.receiverText(d, f, name) + ") "
			name = d.Name.Name
		}
		l.b.WriteString("func " + recv + name)
		sig, _ := l.subst(f.Type()).(*types.Signature)
		l.function(d, f, sig)
		l.file.tail.WriteString(l.b.String() + "\n")
	case *ast.ValueSpec:
		if len(d.Names) == 1 && len(d.Values) == 1 {
			l.file.tail.WriteString("var " + name + " = " + l.text(d.Values[0]) + "\n")
		}
	}
}

func (l *lowerer) receiverText(d *ast.FuncDecl, f *types.Func, name string) string {
	text := name
	if _, ok := f.Signature().Recv().Type().(*types.Pointer); ok {
		text = "*" + name
	}
	if n := d.Recv.List[0].Names; len(n) > 0 {
		text = n[0].Name + " " + text
	}
	return text
}

// routed lets a method reach an instance of a function of the session through a
// variable.
func (l *lowerer) routed(f types.Object, args []types.Type, name string) string {
	m := l.mem
	base := l.goName(f)
	var keys []string
	for _, a := range args {
		keys = append(keys, l.key(a))
	}
	key := strings.Join(keys, ",")
	if r := m.via[base][key]; r != nil && m.emitted[r.variable] {
		return r.variable
	}
	sig, ok := f.Type().(*types.Signature)
	if !ok {
		return name
	}
	t, err := types.Instantiate(m.context, sig, args, false)
	if err != nil {
		return name
	}
	if m.via[base] == nil {
		m.via[base] = map[string]*route{}
	}
	r := &route{variable: m.mangle("w_f_"+name, nil), args: args}
	was := m.via[base][key]
	m.via[base][key] = r
	l.noted(func() { m.via[base][key] = was })
	l.emits(r.variable)
	fmt.Fprintf(&l.file.head, "var %s %s;", r.variable, l.typ(t, nil))
	fmt.Fprintf(&l.file.init, "%s=%s;", r.variable, name)
	return r.variable
}

// reroutes points the variables of a function that was declared anew to its new
// instances.
func (l *lowerer) reroutes() {
	for _, f := range l.reroute {
		for _, r := range l.mem.via[l.goName(f)] {
			if r == nil || !l.mem.emitted[r.variable] {
				continue
			}
			if sig, ok := f.Type().(*types.Signature); !ok || sig.TypeParams().Len() != len(r.args) {
				continue
			}
			fmt.Fprintf(&l.file.init, "%s=%s;", r.variable, l.instance(f, r.args, nil))
		}
	}
	l.reroute = nil
}

// renewed notes that the session is a fresh one, which knows no instance.
func (l *lowerer) renewed() { clear(l.mem.emitted) }
