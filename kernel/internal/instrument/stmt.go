package instrument

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// stmt writes a statement that does not stand in a list, or whose own parts are
// all that has to be looked at.
func (r *rewriter) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		r.list(s.Pos(), s.List, s.End())
	case *ast.CaseClause:
		pos := s.Pos()
		for _, e := range s.List {
			pos = r.part(pos, e)
		}
		r.list(pos, s.Body, s.End())
	case *ast.CommClause:
		pos := s.Pos()
		if s.Comm != nil {
			pos = r.part(pos, s.Comm)
		}
		r.list(pos, s.Body, s.End())
	case *ast.AssignStmt, *ast.IncDecStmt:
		r.assign(s, false)
	case *ast.RangeStmt:
		r.rangeStmt(s)
	case *ast.ForStmt:
		r.forStmt(s)
	case *ast.LabeledStmt:
		r.labeled(s)
	case *ast.DeclStmt:
		r.declare(s)
	case *ast.BranchStmt:
		r.raw(s.Pos(), s.End())
	default:
		r.children(s)
	}
}

// list writes statements that stand one behind the other.
func (r *rewriter) list(pos token.Pos, list []ast.Stmt, end token.Pos) {
	for _, s := range list {
		r.raw(pos, s.Pos())
		r.inList(s)
		pos = s.End()
	}
	r.raw(pos, end)
}

// inList writes a statement in front of which and behind which others may stand.
func (r *rewriter) inList(s ast.Stmt) {
	if _, _, ok := r.where(s.Pos()); !ok {
		r.raw(s.Pos(), s.End())
		return
	}
	switch x := s.(type) {
	case *ast.LabeledStmt:
		r.labeled(x)
		return
	case *ast.EmptyStmt:
		r.raw(s.Pos(), s.End())
		return
	case *ast.CaseClause, *ast.CommClause:
		r.put(s)
		return
	}
	r.hit(s, s.Pos())
	switch s.(type) {
	case *ast.AssignStmt, *ast.IncDecStmt:
		r.assign(s, true)
	default:
		r.put(s)
	}
}

// labeled writes a statement with a label. That of a loop or a switch must stay
// with it: going there is not counted.
func (r *rewriter) labeled(s *ast.LabeledStmt) {
	switch x := s.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		r.hit(x, x.Pos())
		r.raw(s.Pos(), x.Pos())
		r.put(x)
	default:
		r.raw(s.Pos(), x.Pos())
		r.inList(x)
	}
}

// hit counts that a statement is begun.
func (r *rewriter) hit(s ast.Stmt, at token.Pos) {
	if !r.o.Lines || r.made(s) {
		return
	}
	cell, line, ok := r.where(at)
	if !ok {
		return
	}
	r.places = append(r.places, place{cell, line})
	fmt.Fprintf(r.b, "%sH[%d].Add(1); ", r.prefix, len(r.places)-1)
}

// made says whether a statement is not the cell's: a poll, or one that uses a
// variable so that the compiler does not complain.
func (r *rewriter) made(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Poll" {
			return false
		}
		id, ok := sel.X.(*ast.Ident)
		if !ok {
			return false
		}
		if p, ok := r.info.Uses[id].(*types.PkgName); ok {
			return p.Imported().Path() == r.o.Dock
		}
		return r.generated(id)
	case *ast.AssignStmt:
		if len(s.Lhs) == 1 && s.Tok == token.ASSIGN {
			l, ok1 := s.Lhs[0].(*ast.Ident)
			_, ok2 := s.Rhs[0].(*ast.Ident)
			return ok1 && ok2 && l.Name == "_"
		}
	}
	return false
}

// declare writes the values of a declaration.
func (r *rewriter) declare(s *ast.DeclStmt) {
	g, ok := s.Decl.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR {
		r.raw(s.Pos(), s.End())
		return
	}
	pos := s.Pos()
	for _, spec := range g.Specs {
		for _, e := range spec.(*ast.ValueSpec).Values {
			pos = r.part(pos, e)
		}
	}
	r.raw(pos, s.End())
}

// ---- loops

// body writes the body of a loop behind what each round begins with.
func (r *rewriter) body(s ast.Stmt, body *ast.BlockStmt, lead string) {
	r.b.WriteString("{")
	r.hit(s, s.Pos())
	r.b.WriteString(lead)
	r.list(body.Lbrace+1, body.List, body.End())
}

func (r *rewriter) forStmt(s *ast.ForStmt) {
	pos := s.Pos()
	for _, n := range []ast.Node{s.Init, s.Cond, s.Post} {
		if n != nil {
			pos = r.part(pos, n)
		}
	}
	r.raw(pos, s.Body.Pos())
	r.body(s, s.Body, "")
}

func (r *rewriter) rangeStmt(s *ast.RangeStmt) {
	lead, over, before, behind := "", "", "", ""
	fresh := ""
	var t types.Type
	if r.o.Accesses && s.Tok == token.DEFINE {
		t = r.under(s.X)
	}
	value := s.Value != nil && !blank(s.Value)
	counted := false // nothing but the length of an array is looked at
	if u := r.under(s.X); u != nil {
		_, array := u.(*types.Array)
		counted = s.Value == nil && (array || pointsToArray(u) != nil)
	}
	switch u := t.(type) {
	case *types.Slice:
		if value {
			over = "Over"
		}
	case *types.Array:
		if value && r.info.Types[s.X].Addressable() && (r.memory(s.X) || u.Len() > registers) {
			over, before, behind = "OverArray", "&", fmt.Sprintf(", %d", u.Len())
		}
	case *types.Pointer:
		if a := pointsToArray(u); a != nil && value {
			over, behind = "OverArray", fmt.Sprintf(", %d", a.Len())
		}
	case *types.Basic:
		if value && u.Info()&types.IsString != 0 && r.info.Types[s.X].Value == nil {
			over = "OverString"
		}
	}
	index := ""
	if over != "" {
		part := r.part1()
		if id, ok := s.Key.(*ast.Ident); ok && id.Name != "_" {
			index = id.Name
		} else {
			fresh = r.name()
			index = fresh
		}
		lead = fmt.Sprintf("%s.At(%s, %s); ", part, index, r.site(s.X))
		behind += ", &" + part + ")"
	}
	// for key, value := range X {
	if fresh != "" {
		r.raw(s.Pos(), s.Key.Pos())
		r.b.WriteString(fresh)
		r.raw(s.Key.End(), s.X.Pos())
	} else {
		pos := s.Pos()
		for _, e := range []ast.Expr{s.Key, s.Value} {
			if e != nil && s.Tok == token.ASSIGN {
				r.raw(pos, e.Pos())
				r.path(e)
				pos = e.End()
			}
		}
		r.raw(pos, s.X.Pos())
	}
	switch {
	case counted:
		r.raw(s.X.Pos(), s.X.End())
	case over == "":
		r.put(s.X)
	default:
		star := ""
		if before != "" {
			star = "*"
		}
		r.b.WriteString(star + r.dock(over) + "(" + before)
		r.base(s.X)
		r.b.WriteString(behind)
	}
	r.raw(s.X.End(), s.Body.Pos())
	r.body(s, s.Body, lead)
}

func blank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// ---- assignments

// assign writes an assignment. In a list what is stored is told behind it.
func (r *rewriter) assign(s ast.Stmt, list bool) {
	var left, right []ast.Expr
	fun := "W"
	switch s := s.(type) {
	case *ast.IncDecStmt:
		left, fun = []ast.Expr{s.X}, "U"
	case *ast.AssignStmt:
		left, right = s.Lhs, s.Rhs
		if s.Tok == token.DEFINE {
			left = nil
		} else if s.Tok != token.ASSIGN {
			fun = "U"
		}
	}
	stores := 0
	for _, e := range left {
		if r.o.Accesses && r.memory(e) {
			stores++
		}
	}
	switch {
	case stores > 0 && list:
		r.store(s, left, right, fun)
		return
	case stores == 1 && len(left) == 1:
		// Nothing may stand behind it.
		n := r.site(left[0])
		r.b.WriteString("*" + r.dock(fun) + "(&")
		r.path(left[0])
		r.b.WriteString(", " + n + ")")
	case len(left) == 0:
		r.raw(s.Pos(), s.(*ast.AssignStmt).TokPos)
		r.rest(s.(*ast.AssignStmt).TokPos, s, right)
		return
	default:
		pos := s.Pos()
		for _, e := range left {
			r.raw(pos, e.Pos())
			r.target(e)
			pos = e.End()
		}
	}
	r.rest(left[len(left)-1].End(), s, right)
}

// rest writes an assignment from the end of its left side on.
func (r *rewriter) rest(pos token.Pos, s ast.Stmt, right []ast.Expr) {
	for _, e := range right {
		pos = r.part(pos, e)
	}
	r.raw(pos, s.End())
}

// target writes what is assigned to and not told.
func (r *rewriter) target(e ast.Expr) {
	if x, ok := ast.Unparen(e).(*ast.IndexExpr); ok && r.o.Accesses {
		if _, ok := r.under(x.X).(*types.Map); ok {
			r.raw(e.Pos(), x.Pos())
			r.mapIndex(x, true)
			r.raw(x.End(), e.End())
			return
		}
	}
	r.path(e)
}

// store writes an assignment to memory, and behind it what is stored.
func (r *rewriter) store(s ast.Stmt, left, right []ast.Expr, fun string) {
	h := &hoist{r: r, all: len(left) > 1}
	var names []string // of the left side
	told := ""
	for _, e := range left {
		if !r.memory(e) {
			names = append(names, r.capture(func() { r.target(e) }))
			continue
		}
		text := h.place(e)
		names = append(names, text)
		told += fmt.Sprintf("; %s(&%s, %s)", r.dock(fun), text, r.site(e))
	}
	end := left[len(left)-1].End()
	if h.text.Len() == 0 {
		pos := s.Pos()
		for i, e := range left {
			r.raw(pos, e.Pos())
			if r.memory(e) {
				r.raw(e.Pos(), e.End())
			} else {
				r.b.WriteString(names[i])
			}
			pos = e.End()
		}
		r.rest(end, s, right)
		r.b.WriteString(told)
		return
	}
	text := "{ " + h.text.String() + strings.Join(names, ", ")
	more := strings.Count(r.gap(s.Pos(), end), "\n") - strings.Count(text, "\n")
	if more > 0 {
		text = "{" + strings.Repeat("\n", more) + text[1:]
	}
	r.b.WriteString(text)
	r.rest(end, s, right)
	r.b.WriteString(told + " }")
}

// A hoist keeps operands of the left side of an assignment in variables.
type hoist struct {
	r    *rewriter
	all  bool // the assignment may change variables that are operands
	text strings.Builder
}

// keep is a text that can be evaluated twice for an operand.
func (h *hoist) keep(e ast.Expr, write func()) string {
	r := h.r
	if r.info.Types[e].Value != nil || r.stable(e) && !h.all {
		return types.ExprString(e)
	}
	name := r.name()
	h.text.WriteString(name + " := " + r.capture(write) + "; ")
	return name
}

// stable says whether an expression is made of variables and arithmetic: no
// other part of an assignment to one place changes it.
func (r *rewriter) stable(e ast.Expr) bool {
	if r.info.Types[e].Value != nil || r.pure(e) {
		return true
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return r.stable(e.X)
	case *ast.BinaryExpr:
		return e.Op != token.QUO && e.Op != token.REM && e.Op != token.SHL && e.Op != token.SHR && r.stable(e.X) && r.stable(e.Y)
	case *ast.UnaryExpr:
		return e.Op == token.SUB && r.stable(e.X)
	}
	return false
}

// place is a text for an expression that is assigned to, which can be evaluated
// twice.
func (h *hoist) place(e ast.Expr) string {
	r := h.r
	switch e := e.(type) {
	case *ast.ParenExpr:
		return h.place(e.X)
	case *ast.StarExpr:
		if !r.memory(e) {
			return types.ExprString(e)
		}
		return "(*" + h.keep(e.X, func() { r.put(e.X) }) + ")"
	case *ast.SelectorExpr:
		s := r.info.Selections[e]
		if s == nil {
			return types.ExprString(e)
		}
		if _, pointer := s.Recv().Underlying().(*types.Pointer); pointer || !r.info.Types[e.X].Addressable() {
			return h.keep(e.X, func() { r.put(e.X) }) + "." + e.Sel.Name
		}
		return h.place(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		var x string
		if _, array := r.under(e.X).(*types.Array); array {
			x = h.place(e.X)
		} else {
			x = h.keep(e.X, func() { r.base(e.X) })
		}
		return x + "[" + h.keep(e.Index, func() { r.put(e.Index) }) + "]"
	}
	return types.ExprString(e)
}
