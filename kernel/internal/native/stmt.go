package native

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// cellFunc is the function of a cell's statements.
const cellFunc = "w_Cell"

// statements writes the cell's statements as a function.
func (w *writer) statements(units []*check.Unit) (text string, has bool) {
	var inits []string
	for _, u := range units {
		if u.Kind == check.Func && u.Names[0] == "init" {
			inits = append(inits, w.initName(declared(w.c, u)[0].(*types.Func)))
		}
	}
	if len(w.c.Body) == 0 && len(inits) == 0 && w.o.Bodies == 0 {
		return "", false
	}
	w.src, w.body = w.c.Main, true
	run := w.prefix + "r"
	body := w.capture(func() {
		for i, s := range w.c.Body {
			if i > 0 {
				w.b.WriteString("\n" + run + ".Poll()")
			}
			line, col := w.place(w.src, s.Pos())
			fmt.Fprintf(w.b, "\n//line %s:%d:%d\n", w.c.Name, line, col)
			if x, ok := s.(*ast.ExprStmt); ok && x.X == w.c.Result {
				w.show(x.X)
				continue
			}
			w.put(s)
		}
	})
	w.body = false
	var b strings.Builder
	fmt.Fprintf(&b, "\n//line weft:1\nfunc %s(%s *%s.Run) {\n", cellFunc, run, w.dock())
	// In a local variable the compiler keeps a pointer in a register.
	for _, name := range sorted(w.bodyVars) {
		fmt.Fprintf(&b, "%[1]sv_%[2]s := %[1]sv_%[2]s; _ = %[1]sv_%[2]s\n", w.prefix, name)
	}
	for _, name := range inits {
		b.WriteString(name + "()\n")
	}
	b.WriteString(body)
	b.WriteString(w.measured())
	b.WriteString("\n//line weft:1\n}\n")
	return b.String(), true
}

// stmt writes a statement that has to be rewritten; false means that it may
// stand as it is.
func (w *writer) stmt(s ast.Stmt) bool {
	if w.keepValue(s) {
		return true
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		return w.assign(s)
	case *ast.DeclStmt:
		return w.declare(s)
	case *ast.LabeledStmt:
		return w.labeled(s)
	case *ast.BranchStmt:
		if at, ok := w.labels[w.c.Info.Uses[s.Label]]; ok && s.Tok == token.GOTO && at < s.Pos() {
			w.b.WriteString(w.poll())
		}
	case *ast.ForStmt:
		w.withLead(s, s.Body, w.forLead(s))
		return true
	case *ast.RangeStmt:
		w.withLead(s, s.Body, w.rangeLead(s))
		return true
	case *ast.IfStmt:
		lead := w.uses(w.defined(s.Init))
		if w.pollsIn[s] {
			lead = w.poll() + lead
		}
		w.withLead(s, s.Body, lead)
		return true
	case *ast.SwitchStmt:
		return w.switchStmt(s)
	case *ast.TypeSwitchStmt:
		return w.typeSwitch(s)
	case *ast.CommClause:
		return w.comm(s)
	}
	return false
}

// withLead writes a statement with more text at the start of its body.
func (w *writer) withLead(s ast.Stmt, body *ast.BlockStmt, lead string) {
	pos := s.Pos()
	first := true
	ast.Inspect(s, func(m ast.Node) bool {
		if first {
			first = false
			return true
		}
		if m == nil {
			return false
		}
		w.raw(pos, m.Pos())
		if m == ast.Node(body) {
			w.b.WriteString("{" + lead)
			at := body.Lbrace + 1
			for _, x := range body.List {
				at = w.part(at, x)
			}
			w.raw(at, body.End())
		} else {
			w.put(m)
		}
		pos = m.End()
		return false
	})
	w.raw(pos, s.End())
}

// ---- stopping

func (w *writer) poll() string { return w.dock() + ".Poll(); " }

func (w *writer) forLead(s *ast.ForStmt) string {
	lead := w.uses(w.defined(s.Init))
	if s.Cond == nil || s.Post == nil || w.busyLoop(s.Body) {
		lead = w.poll() + lead
	}
	return lead
}

func (w *writer) rangeLead(s *ast.RangeStmt) string {
	lead := ""
	if s.Tok == token.DEFINE {
		lead = w.uses(w.objects(s.Key, s.Value))
	}
	counted := true
	if t := w.c.Info.TypeOf(s.X); t != nil {
		switch t.Underlying().(type) {
		case *types.Chan, *types.Signature, *types.Interface:
			counted = false
		}
	}
	if !counted || w.busyLoop(s.Body) {
		lead = w.poll() + lead
	}
	return lead
}

// busyLoop says whether a counted loop has to poll in every round. One that is
// busy only under conditions polls there: the other rounds are as short as those
// of a loop that is left alone.
func (w *writer) busyLoop(body *ast.BlockStmt) bool {
	var under []*ast.IfStmt
	for _, s := range body.List {
		if !w.busy(s) {
			continue
		}
		c, ok := s.(*ast.IfStmt)
		if !ok || w.busy(c.Init) || w.busy(c.Cond) || w.busy(c.Else) {
			return true
		}
		under = append(under, c)
	}
	for _, c := range under {
		w.pollsIn[c] = true
	}
	return false
}

// busy says whether a part of a loop's body has loops, calls or waits of its
// own: only without them is a counted loop left alone. n may be nil.
func (w *writer) busy(n ast.Node) bool {
	if n == nil {
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.SelectStmt, *ast.SendStmt:
			found = true
		case *ast.BranchStmt:
			found = found || n.Tok == token.GOTO
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if tv := w.c.Info.Types[ast.Unparen(n.Fun)]; !tv.IsType() && !tv.IsBuiltin() {
				found = true
			}
		}
		return !found
	})
	return found
}

// ---- variables and labels that nobody uses, which cells may have

// surveyBody finds the labels and variables in the cell's statements, outside
// of function literals, that Go would complain about.
func (w *writer) surveyBody() {
	used := map[types.Object]bool{}
	assigned := map[*ast.Ident]bool{}
	target := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok && e != nil {
			assigned[id] = true
		}
	}
	for _, s := range w.c.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok == token.ASSIGN {
					for _, e := range n.Lhs {
						target(e)
					}
				}
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					for _, e := range []ast.Expr{n.Key, n.Value} {
						if e != nil {
							target(e)
						}
					}
				}
			case *ast.Ident:
				if o := w.c.Info.Uses[n]; o != nil && !assigned[n] {
					used[o] = true
				}
			}
			return true
		})
	}
	for _, s := range w.c.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.IfStmt:
				w.inits[n.Init] = true
			case *ast.ForStmt:
				w.inits[n.Init] = true
			case *ast.SwitchStmt:
				w.inits[n.Init] = true
			case *ast.TypeSwitchStmt:
				w.inits[n.Init] = true
				if as, ok := n.Assign.(*ast.AssignStmt); ok {
					w.inits[as] = true
					any := false
					for _, c := range n.Body.List {
						any = any || used[w.c.Info.Implicits[c]]
					}
					w.idle[as] = !any
				}
			case *ast.CommClause:
				w.inits[n.Comm] = true
			case *ast.Ident:
				o := w.c.Info.Defs[n]
				switch o.(type) {
				case *types.Label:
					w.unused[o] = !used[o]
				case *types.Var:
					w.unused[o] = !used[o] && !w.c.Session(o)
				}
			}
			return true
		})
	}
}

// defined lists the variables that a simple statement declares.
func (w *writer) defined(s ast.Stmt) []types.Object {
	as, ok := s.(*ast.AssignStmt)
	if !ok || as.Tok != token.DEFINE {
		return nil
	}
	return w.objects(as.Lhs...)
}

func (w *writer) objects(list ...ast.Expr) (out []types.Object) {
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok {
			if o := w.c.Info.Defs[id]; o != nil {
				out = append(out, o)
			}
		}
	}
	return out
}

// uses writes a use of each of the variables that has none.
func (w *writer) uses(list []types.Object) string {
	text := ""
	for _, o := range list {
		if w.unused[o] && o.Name() != "_" {
			text += "_ = " + o.Name() + "; "
		}
	}
	return text
}

func (w *writer) labeled(s *ast.LabeledStmt) bool {
	if !w.unused[w.c.Info.Defs[s.Label]] {
		return false
	}
	w.b.WriteString(w.lines(s.Pos(), s.Stmt.Pos()))
	w.put(s.Stmt)
	return true
}

// used is a tag that also uses variables.
func (w *writer) used(tag string, list []types.Object) string {
	var names []string
	for _, o := range list {
		if w.unused[o] && o.Name() != "_" {
			names = append(names, o.Name())
		}
	}
	if len(names) == 0 {
		return tag
	}
	if tag == "" {
		tag = "true"
	}
	return w.helper("tag", "func %stag[T interface{}](v T, _ ...interface{}) T { return v }") + "(" + tag + ", " + strings.Join(names, ", ") + ")"
}

func (w *writer) switchStmt(s *ast.SwitchStmt) bool {
	list := w.defined(s.Init)
	if w.uses(list) == "" {
		return false
	}
	pos := w.part(s.Pos(), s.Init)
	tag := ""
	if s.Tag != nil {
		w.raw(pos, s.Tag.Pos())
		tag = w.text(s.Tag)
		pos = s.Tag.End()
	} else {
		w.raw(pos, s.Body.Pos())
		pos = s.Body.Pos()
	}
	w.b.WriteString(w.used(tag, list))
	w.raw(pos, s.Body.Pos())
	w.put(s.Body)
	return true
}

func (w *writer) typeSwitch(s *ast.TypeSwitchStmt) bool {
	list := w.defined(s.Init)
	as, _ := s.Assign.(*ast.AssignStmt)
	drop := as != nil && w.idle[as]
	if w.uses(list) == "" && !drop {
		return false
	}
	pos := s.Pos()
	if s.Init != nil {
		pos = w.part(pos, s.Init)
	}
	w.raw(pos, s.Assign.Pos())
	var x ast.Expr
	if as != nil {
		x = as.Rhs[0]
		if !drop {
			w.raw(as.Pos(), x.Pos())
		}
	} else {
		x = s.Assign.(*ast.ExprStmt).X
	}
	assert := ast.Unparen(x).(*ast.TypeAssertExpr)
	w.b.WriteString(w.used(w.text(assert.X), list))
	w.raw(assert.X.End(), s.Body.Pos())
	w.put(s.Body)
	return true
}

// comm writes a case of a select.
func (w *writer) comm(c *ast.CommClause) bool {
	lead := w.uses(w.defined(c.Comm))
	if lead == "" {
		return false
	}
	pos := w.part(c.Pos(), c.Comm)
	w.raw(pos, c.Colon+1)
	w.b.WriteString(" " + lead)
	pos = c.Colon + 1
	for _, s := range c.Body {
		pos = w.part(pos, s)
	}
	w.raw(pos, c.End())
	return true
}

// ---- assignments and declarations

// assign writes an assignment. At the level of the cell := stores into the
// session's variables.
func (w *writer) assign(s *ast.AssignStmt) bool {
	if s.Tok != token.DEFINE {
		return false
	}
	if !w.top[s] {
		lead := w.uses(w.defined(s))
		if lead == "" || w.inits[s] {
			return false
		}
		w.children(s)
		w.b.WriteString("; " + strings.TrimSuffix(lead, "; "))
		return true
	}
	pos := s.Pos()
	for _, e := range s.Lhs {
		pos = w.part(pos, e)
	}
	w.raw(pos, s.TokPos)
	w.b.WriteString("=")
	pos = s.TokPos + token.Pos(len(":="))
	for _, e := range s.Rhs {
		pos = w.part(pos, e)
	}
	w.raw(pos, s.End())
	return true
}

// declare writes a declaration statement. At the level of the cell variables
// are those of the session.
func (w *writer) declare(s *ast.DeclStmt) bool {
	g, ok := s.Decl.(*ast.GenDecl)
	if ok && g.Tok == token.CONST {
		return w.constants(g)
	}
	if !ok || g.Tok != token.VAR {
		return false
	}
	if !w.top[s] {
		var list []types.Object
		for _, sp := range g.Specs {
			for _, id := range sp.(*ast.ValueSpec).Names {
				if o := w.c.Info.Defs[id]; o != nil {
					list = append(list, o)
				}
			}
		}
		lead := w.uses(list)
		if lead == "" {
			return false
		}
		w.children(s)
		w.b.WriteString("; " + strings.TrimSuffix(lead, "; "))
		return true
	}
	pos := s.Pos()
	for i, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		if lines := w.lines(pos, v.Pos()); lines != "" || i == 0 {
			w.b.WriteString(lines)
		} else {
			w.b.WriteString("; ")
		}
		w.spec(v)
		pos = v.End()
	}
	w.b.WriteString(w.lines(pos, s.End()))
	return true
}

// constants writes a group of local constants some of which repeat an expression
// with a name of the session in it: the same text may mean another object in the
// next line, so each constant gets its value.
func (w *writer) constants(g *ast.GenDecl) bool {
	repeats, session := false, false
	for _, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		repeats = repeats || len(v.Values) == 0
		for _, e := range v.Values {
			ast.Inspect(e, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					session = session || w.c.World.Decl(id.Name) != nil
				}
				return true
			})
		}
	}
	if !repeats || !session {
		return false
	}
	w.b.WriteString("const (")
	pos := g.Lparen
	for _, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		w.b.WriteString(w.lines(pos, v.Pos()))
		for i, id := range v.Names {
			o, _ := w.c.Info.Defs[id].(*types.Const)
			if o == nil {
				continue
			}
			if i > 0 {
				w.b.WriteString("; ")
			}
			b, _ := o.Type().Underlying().(*types.Basic)
			if b == nil {
				w.bug("constant %s has the type %s", o.Name(), o.Type())
			}
			typ := ""
			if b.Info()&types.IsUntyped == 0 {
				typ = w.typeIn(o.Type()) + " "
			}
			w.b.WriteString(id.Name + " " + typ + "= " + exact(o.Val(), b))
		}
		w.b.WriteString("; " + w.lines(v.Pos(), v.End()))
		pos = v.End()
	}
	w.b.WriteString(w.lines(pos, g.End()) + ")")
	return true
}

// spec writes one line of a var declaration of the cell.
func (w *writer) spec(v *ast.ValueSpec) {
	start := w.b.Len()
	if len(v.Values) == 0 {
		zero := w.helper("zero", "func %szero[T interface{}](p *T) { var z T; *p = z }")
		var list []string
		for _, id := range v.Names {
			if o, ok := w.c.Info.Defs[id].(*types.Var); ok && id.Name != "_" {
				list = append(list, zero+"("+w.variable(o)+")")
			}
		}
		w.b.WriteString(strings.Join(list, "; "))
	} else if len(v.Names) == 1 && v.Names[0].Name == "_" && v.Type != nil {
		w.b.WriteString("{ var _ ")
		pos := w.part(v.Type.Pos(), v.Type)
		for _, e := range v.Values {
			pos = w.part(pos, e)
		}
		w.b.WriteString(" }")
	} else {
		for i, id := range v.Names {
			if i > 0 {
				w.b.WriteString(", ")
			}
			if id.Name == "_" {
				w.b.WriteString("_")
				continue
			}
			o, _ := w.c.Info.Defs[id].(*types.Var)
			w.b.WriteString("(*" + w.variable(o) + ")")
		}
		w.b.WriteString(" = " + w.lines(v.Pos(), v.Values[0].Pos()))
		pos := v.Values[0].Pos()
		for i, e := range v.Values {
			w.raw(pos, e.Pos())
			if v.Type != nil && len(v.Values) == len(v.Names) && v.Names[i].Name == "_" {
				w.b.WriteString("(" + w.typeIn(w.c.Info.TypeOf(v.Type)) + ")(")
				w.put(e)
				w.b.WriteString(")")
			} else {
				w.put(e)
			}
			pos = e.End()
		}
	}
	if more := strings.Count(w.gap(v.Pos(), v.End()), "\n") - strings.Count(w.b.String()[start:], "\n"); more > 0 {
		w.b.WriteString(strings.Repeat("\n", more))
	}
}

// ---- results

// quiet are functions whose results nobody wants to see under their output.
var quiet = map[string]bool{
	"fmt.Print": true, "fmt.Println": true, "fmt.Printf": true,
	"fmt.Fprint": true, "fmt.Fprintln": true, "fmt.Fprintf": true,
}

// show writes the last expression of a cell so that its value is displayed.
func (w *writer) show(e ast.Expr) {
	tv := w.c.Info.Types[e]
	t := tv.Type
	if u, ok := t.(*types.Tuple); ok {
		if u.Len() == 0 || w.isQuiet(e) {
			w.put(e)
			return
		}
		var temps, values []string
		for i := range u.Len() {
			x := fmt.Sprintf("%ss%d", w.prefix, i+1)
			temps = append(temps, x)
			values = append(values, w.dock()+".Value("+typeText(u.At(i).Type())+", "+x+")")
		}
		w.b.WriteString("{ " + strings.Join(temps, ", ") + " := ")
		w.put(e)
		w.b.WriteString("; " + w.dock() + ".Shows(" + strings.Join(values, ", ") + ") }")
		return
	}
	if t == nil || tv.IsVoid() {
		w.put(e)
		return
	}
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 && b.Kind() != types.UntypedNil {
		t = types.Default(t)
		if tv.Value != nil && !representable(tv.Value, t.Underlying().(*types.Basic)) {
			w.refuseAt(e, "", "cannot use %s (untyped %s constant) as %s value (overflows)", types.ExprString(e), strings.TrimPrefix(b.Name(), "untyped "), t)
			return
		}
	}
	w.b.WriteString(w.dock() + ".Show(" + typeText(t) + ", ")
	w.put(e)
	w.b.WriteString(")")
}

func (w *writer) isQuiet(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	var id *ast.Ident
	switch x := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		id = x.Sel
	case *ast.Ident:
		id = x
	default:
		return false
	}
	f, ok := w.c.Info.Uses[id].(*types.Func)
	return ok && f.Pkg() != nil && quiet[f.Pkg().Path()+"."+f.Name()]
}

// typeText is a type as Go prints it with %T, quoted.
func typeText(t types.Type) string {
	return strconv.Quote(types.TypeString(t, (*types.Package).Name))
}
