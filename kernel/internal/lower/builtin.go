package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// builtin writes a call of a predeclared function.
func (l *lowerer) builtin(e *ast.CallExpr, fun ast.Expr) bool {
	id, ok := fun.(*ast.Ident)
	if !ok {
		return false
	}
	switch id.Name {
	case "min", "max":
		return l.minmax(e, id.Name)
	case "clear":
		return l.clear(e)
	case "new":
		if tv := l.c.Info.Types[e.Args[0]]; !tv.IsType() {
			t := l.typ(l.c.Info.TypeOf(e).(*types.Pointer).Elem(), e)
			l.inParens(e, "func(v "+t+") *"+t+" { return &v }("+l.text(e.Args[0])+")")
			return true
		}
	case "append":
		return l.append(e)
	}
	return false
}

// minmax writes min and max, which the interpreter lacks, as calls of a helper
// of the right type. A NaN among floats is the result; -0 is less than 0.
func (l *lowerer) minmax(e *ast.CallExpr, name string) bool {
	t := l.c.Info.TypeOf(e)
	b, ok := t.Underlying().(*types.Basic)
	if !ok || l.bound(t) {
		l.refuse(e, "write it as an if", "%s of a type parameter is not supported", name)
		return true
	}
	ts := l.typ(t, e)
	op := map[string]string{"min": "<", "max": ">"}[name]
	special := ""
	if b.Info()&types.IsFloat != 0 {
		zero := map[string]string{"min": "1/b < 0", "max": "1/b > 0"}[name]
		special = "if b != b { return b }; if r != r { return r }; if b == 0 && r == 0 && " + zero + " { r = b }; "
	}
	text := fmt.Sprintf("func %%s(r %s, rest ...%s) %s { for _, b := range rest { %sif b %s r { r = b } }; return r }", ts, ts, ts, special, op)
	f := l.helper(name+" "+ts, "w_"+name, text)
	l.b.WriteString(f)
	pos := e.Fun.End()
	for _, a := range e.Args {
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, e.End())
	return true
}

// clear writes clear as a call of a helper.
func (l *lowerer) clear(e *ast.CallExpr) bool {
	t := l.c.Info.TypeOf(e.Args[0])
	var body string
	switch u := t.Underlying().(type) {
	case *types.Map:
		body = "for k := range v { delete(v, k) }"
	case *types.Slice:
		body = "var z " + l.typ(u.Elem(), e) + "; for i := range v { v[i] = z }"
	}
	if body == "" || l.bound(t) {
		l.refuse(e, "write it as a loop", "clear of a type parameter is not supported")
		return true
	}
	ts := l.typ(t, e)
	f := l.helper("clear "+ts, "w_clear", "func %s(v "+ts+") { "+body+" }")
	l.b.WriteString(f)
	l.raw(e.Fun.End(), e.Args[0].Pos())
	l.put(e.Args[0])
	l.raw(e.Args[0].End(), e.End())
	return true
}

// append evaluates its later arguments too late when they are elements of what
// it appends to: a helper function has them evaluated before.
func (l *lowerer) append(e *ast.CallExpr) bool {
	if len(e.Args) < 2 || e.Ellipsis.IsValid() {
		return false
	}
	base := root(e.Args[0])
	risky := false
	for _, a := range e.Args[1:] {
		ast.Inspect(a, func(n ast.Node) bool {
			if ix, ok := n.(*ast.IndexExpr); ok {
				if r := root(ix.X); r != nil && base != nil && r.Name == base.Name {
					risky = true
				}
			}
			return !risky
		})
	}
	t := l.c.Info.TypeOf(e)
	s, ok := t.Underlying().(*types.Slice)
	if !risky || !ok || l.bound(t) {
		return false
	}
	ts, es := l.typ(t, e), l.typ(s.Elem(), e)
	f := l.helper("append "+ts, "w_append", "func %s(s "+ts+", v ..."+es+") "+ts+" { return append(s, v...) }")
	l.b.WriteString(f)
	pos := e.Fun.End()
	for _, a := range e.Args {
		l.raw(pos, a.Pos())
		l.put(a)
		pos = a.End()
	}
	l.raw(pos, e.End())
	return true
}

// root is the variable at the beginning of x.f[i].g.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// generics are functions of the standard library whose text can be written for
// the types of a call: $S is the first argument's type, $E its element, $K its
// key and $R the result. In the templates %s is the function's own name.
var generics = map[string]string{
	"slices.Contains":       "func %s(s $S, v $E) bool { for i := range s { if s[i] == v { return true } }; return false }",
	"slices.Index":          "func %s(s $S, v $E) int { for i := range s { if s[i] == v { return i } }; return -1 }",
	"slices.IndexFunc":      "func %s(s $S, f func($E) bool) int { for i := range s { if f(s[i]) { return i } }; return -1 }",
	"slices.ContainsFunc":   "func %s(s $S, f func($E) bool) bool { for i := range s { if f(s[i]) { return true } }; return false }",
	"slices.Reverse":        "func %s(s $S) { for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 { s[i], s[j] = s[j], s[i] } }",
	"slices.Clone":          "func %s(s $S) $S { if s == nil { return nil }; r := make($S, len(s)); copy(r, s); return r }",
	"slices.Equal":          "func %s(a, b $S) bool { if len(a) != len(b) { return false }; for i := range a { if a[i] != b[i] { return false } }; return true }",
	"slices.Max":            "func %s(s $S) $E { if len(s) == 0 { panic(\"slices.Max: empty list\") }; r := s[0]; for _, v := range s[1:] { if v > r || v != v { r = v } }; return r }",
	"slices.Min":            "func %s(s $S) $E { if len(s) == 0 { panic(\"slices.Min: empty list\") }; r := s[0]; for _, v := range s[1:] { if v < r || v != v { r = v } }; return r }",
	"slices.Sort":           "func %s(s $S) { $sort.Slice(s, func(i, j int) bool { return s[i] < s[j] || s[i] != s[i] && s[j] == s[j] }) }",
	"slices.SortFunc":       "func %s(s $S, f func(a, b $E) int) { $sort.Slice(s, func(i, j int) bool { return f(s[i], s[j]) < 0 }) }",
	"slices.SortStableFunc": "func %s(s $S, f func(a, b $E) int) { $sort.SliceStable(s, func(i, j int) bool { return f(s[i], s[j]) < 0 }) }",
	"slices.IsSorted":       "func %s(s $S) bool { for i := 1; i < len(s); i++ { if s[i] < s[i-1] { return false } }; return true }",
	"maps.Clone":            "func %s(m $S) $S { if m == nil { return nil }; r := make($S, len(m)); for k, v := range m { r[k] = v }; return r }",
	"maps.Copy":             "func %s(d, m $S) { for k, v := range m { d[k] = v } }",
	"maps.Equal":            "func %s(a, b $S) bool { if len(a) != len(b) { return false }; for k, v := range a { w, ok := b[k]; if !ok || w != v { return false } }; return true }",
	"maps.DeleteFunc":       "func %s(m $S, f func($K, $E) bool) { for k, v := range m { if f(k, v) { delete(m, k) } } }",
	"cmp.Compare":           "func %s(a, b $S) int { an, bn := a != a, b != b; if an { if bn { return 0 }; return -1 }; if bn { return 1 }; if a < b { return -1 }; if a > b { return 1 }; return 0 }",
	"cmp.Less":              "func %s(a, b $S) bool { return a != a && b == b || a < b }",
}

// sourced are the packages whose generic functions the session compiles from
// source, so that calls without written type arguments may stay as they are.
var sourced = map[string]bool{"slices": true, "maps": true, "cmp": true}

// keysOf are generic calls that are only understood inside another.
var keysOf = map[string]string{
	"slices.Sorted(maps.Keys)":    "func %s(m map[$K]$E) []$K { var r []$K; for k := range m { r = append(r, k) }; $sort.Slice(r, func(i, j int) bool { return r[i] < r[j] }); return r }",
	"slices.Sorted(maps.Values)":  "func %s(m map[$K]$E) []$E { var r []$E; for _, v := range m { r = append(r, v) }; $sort.Slice(r, func(i, j int) bool { return r[i] < r[j] }); return r }",
	"slices.Collect(maps.Keys)":   "func %s(m map[$K]$E) []$K { var r []$K; for k := range m { r = append(r, k) }; return r }",
	"slices.Collect(maps.Values)": "func %s(m map[$K]$E) []$E { var r []$E; for _, v := range m { r = append(r, v) }; return r }",
}

// generic refuses a generic function of a package that is not called.
func (l *lowerer) generic(e *ast.SelectorExpr, f *types.Func) {
	name := f.Pkg().Name() + "." + f.Name()
	l.refuse(e, use(name), "the generic function %s is not supported as a value", name)
	l.b.WriteString("nil")
}

// genericCall writes the call of a generic function of the standard library.
func (l *lowerer) genericCall(e *ast.CallExpr, sel *ast.SelectorExpr, f *types.Func) bool {
	name := f.Pkg().Name() + "." + f.Name()
	text, args := generics[name], e.Args
	if len(args) == 1 {
		if in, ok := ast.Unparen(args[0]).(*ast.CallExpr); ok && len(in.Args) == 1 {
			if s, ok := ast.Unparen(in.Fun).(*ast.SelectorExpr); ok {
				if g, ok := l.c.Info.Uses[s.Sel].(*types.Func); ok && g.Pkg() != nil {
					if t := keysOf[name+"("+g.Pkg().Name()+"."+g.Name()+")"]; t != "" {
						text, args = t, in.Args
					}
				}
			}
		}
	}
	hint := use(name)
	if text == "" && sourced[f.Pkg().Path()] && ast.Unparen(e.Fun) == ast.Expr(sel) {
		l.asIs[sel] = true
		return false
	}
	if text == "" || len(args) == 0 {
		l.refuse(e, hint, "the generic function %s is not supported", name)
		return true
	}
	t := l.c.Info.TypeOf(args[0])
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
	}
	if l.bound(t) {
		l.refuse(e, hint, "the generic function %s is not supported for a type parameter or a local type", name)
		return true
	}
	var key, elem types.Type
	switch u := t.Underlying().(type) {
	case *types.Slice:
		elem = u.Elem()
	case *types.Map:
		key, elem = u.Key(), u.Elem()
	}
	if strings.Contains(text, "$E") && elem == nil || strings.Contains(text, "$K") && key == nil {
		l.refuse(e, hint, "the generic function %s is not supported for a %s", name, t)
		return true
	}
	ts := l.typ(t, e)
	text = strings.ReplaceAll(text, "$S", ts)
	if elem != nil {
		text = strings.ReplaceAll(text, "$E", l.typ(elem, e))
	}
	if key != nil {
		text = strings.ReplaceAll(text, "$K", l.typ(key, e))
	}
	if strings.Contains(text, "$sort") {
		text = strings.ReplaceAll(text, "$sort", l.imported("sort", "sort"))
	}
	l.b.WriteString(l.helper(name+" "+ts+fmt.Sprint(len(args) != len(e.Args) || &args[0] != &e.Args[0]), "w_g", text) + "(")
	for i, a := range args {
		if i > 0 {
			l.raw(args[i-1].End(), a.Pos())
		} else {
			l.b.WriteString(strings.Repeat("\n", strings.Count(l.gap(e.Pos(), a.Pos()), "\n")))
		}
		l.put(a)
	}
	l.b.WriteString(")")
	return true
}
