package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// conversions notes, for everything below the statements or the initializer,
// which expressions become interfaces.
func (l *lowerer) conversions(list []ast.Stmt, in *types.Initializer) {
	for _, s := range list {
		l.hoistAll(s)
	}
	if in != nil {
		l.hoistAll(in.Rhs)
	}
	w := &converter{l: l}
	if len(l.funcs) > 0 {
		w.sigs = []*types.Signature{l.fn().sig}
	}
	for _, s := range list {
		ast.Inspect(s, w.visit)
	}
	if in != nil {
		if len(in.Lhs) == 1 {
			w.note(in.Rhs, in.Lhs[0].Type())
		}
		ast.Inspect(in.Rhs, w.visit)
	}
}

type converter struct {
	l     *lowerer
	sigs  []*types.Signature
	boxed bool // what is noted becomes an element of something
	sink  sink // what is noted is given to
}

// note remembers that e becomes an interface.
func (w *converter) note(e ast.Expr, to types.Type) {
	if to == nil || !types.IsInterface(to) {
		return
	}
	if _, param := types.Unalias(to).(*types.TypeParam); param {
		return
	}
	from := w.l.typeOf(e)
	if from != nil {
		w.l.prove(e, from, to, w.sink)
	}
	if from == nil || types.IsInterface(from) {
		if from != nil && empty(to) && w.l.ownInterface(from) && (w.sink.callee == nil && !w.sink.panics) {
			w.l.box[e] = to
		}
		return
	}
	if _, tuple := from.(*types.Tuple); tuple {
		return
	}
	w.l.conv[e] = to
	if n := w.l.own(from); w.boxed && n != nil && empty(to) && types.NewMethodSet(types.NewPointer(n)).Len() > 0 {
		w.l.flow(e, flowText, w.l.shortType(from)) // compiled code would see the wrapper of the element
	}
}

func (w *converter) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		sig, _ := w.l.typeOf(n).(*types.Signature)
		in := &converter{l: w.l, sigs: append(w.sigs[:len(w.sigs):len(w.sigs)], sig)}
		for _, s := range n.Body.List {
			ast.Inspect(s, in.visit)
		}
		return false
	case *ast.CallExpr:
		w.call(n)
	case *ast.AssignStmt:
		if len(n.Lhs) == len(n.Rhs) && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE) {
			for i, e := range n.Rhs {
				if id, ok := n.Lhs[i].(*ast.Ident); ok {
					if o := w.l.object(id); o != nil {
						w.note(e, o.Type())
					}
					continue
				}
				w.note(e, w.l.typeOf(n.Lhs[i]))
			}
		}
	case *ast.ValueSpec:
		if len(n.Names) == len(n.Values) {
			for i, e := range n.Values {
				if o := w.l.info.Defs[n.Names[i]]; o != nil {
					w.note(e, o.Type())
				}
			}
		}
	case *ast.ReturnStmt:
		if len(w.sigs) > 0 {
			if sig := w.sigs[len(w.sigs)-1]; sig != nil && sig.Results().Len() == len(n.Results) {
				for i, e := range n.Results {
					w.l.returned[e] = true
					w.note(e, sig.Results().At(i).Type())
				}
			}
		}
	case *ast.SendStmt:
		if t := w.l.typeOf(n.Chan); t != nil {
			if c, ok := t.Underlying().(*types.Chan); ok {
				w.note(n.Value, c.Elem())
			}
		}
	case *ast.IndexExpr:
		if t := w.l.typeOf(n.X); t != nil {
			if m, ok := t.Underlying().(*types.Map); ok {
				w.note(n.Index, m.Key())
			}
		}
	case *ast.CompositeLit:
		w.composite(n)
	}
	return true
}

func (w *converter) call(n *ast.CallExpr) {
	tv := w.l.tv(n.Fun)
	if tv.IsType() {
		if len(n.Args) == 1 {
			w.note(n.Args[0], tv.Type)
		}
		return
	}
	if tv.Type == nil {
		return
	}
	defer func() { w.sink = sink{} }()
	if tv.IsBuiltin() {
		if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "panic" && len(n.Args) == 1 {
			w.l.prove(n.Args[0], w.l.typeOf(n.Args[0]), types.Universe.Lookup("any").Type(), sink{panics: true})
		}
		if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "append" && len(n.Args) > 1 && !n.Ellipsis.IsValid() {
			if t := w.l.typeOf(n.Args[0]); t != nil {
				if s, ok := t.Underlying().(*types.Slice); ok {
					w.boxed = true
					for _, a := range n.Args[1:] {
						w.note(a, s.Elem())
					}
					w.boxed = false
				}
			}
		}
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		return
	}
	for i, a := range n.Args {
		w.l.argument[a] = true
		w.sink = w.l.sinkOf(n, i)
		w.l.inner[a] = w.sink.callee == nil
		switch last := sig.Params().Len() - 1; {
		case sig.Variadic() && i >= last && !n.Ellipsis.IsValid():
			if s, ok := sig.Params().At(last).Type().(*types.Slice); ok {
				w.note(a, s.Elem())
			}
		case i <= last:
			w.note(a, sig.Params().At(i).Type())
		}
	}
}

func (w *converter) composite(n *ast.CompositeLit) {
	t := w.l.typeOf(n)
	if t == nil {
		return
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for i, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok {
					if f := w.l.info.Uses[id]; f != nil {
						w.note(kv.Value, f.Type())
					}
				}
			} else if i < t.NumFields() {
				w.note(e, t.Field(i).Type())
			}
		}
	case *types.Slice:
		w.elements(n, nil, t.Elem())
	case *types.Array:
		w.elements(n, nil, t.Elem())
	case *types.Map:
		w.elements(n, t.Key(), t.Elem())
	}
}

func (w *converter) elements(n *ast.CompositeLit, key, elem types.Type) {
	w.boxed = true
	defer func() { w.boxed = false }()
	for _, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			w.note(kv.Key, key)
			e = kv.Value
		}
		w.note(e, elem)
	}
}

// convert writes an expression where it becomes an interface.
func (l *lowerer) convert(e ast.Expr, to types.Type) bool {
	from := l.typeOf(e)
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
		if name := l.stdStream(sel); name != "" {
			l.b.WriteString(l.glue(name))
			return true
		}
	}
	if n := l.own(from); n != nil && l.returned[e] && empty(to) && types.NewMethodSet(types.NewPointer(n)).Len() > 0 {
		l.boxInto(e, to) // a return would forget the type
		return true
	}
	if l.boxMethods(e, from, to) {
		return true
	}
	// The interpreter does not copy an addressable value when it becomes an
	// interface: the interface would see later changes. A function with a
	// variable of its own copies it; handing back the value would not do,
	// because the place of a result is used again.
	if n, ok := types.Unalias(from).(*types.Named); ok && l.mine(n) && l.addressable(e) && types.NewMethodSet(types.NewPointer(n)).Len() > 0 {
		t := l.typ(from, e)
		fmt.Fprintf(l.b, "(*%s(", l.helper("cp "+t, "w_cp", "func %s(v "+t+") *"+t+" { return &v }"))
		l.put(e)
		l.b.WriteString("))")
		return true
	}
	if l.neverNil(e, from, to) {
		return true
	}
	if logical(e) && l.tv(e).Value == nil && !l.argument[e] {
		l.boxInto(e, to)
		return true
	}
	return false
}

// boxMethods writes a pointer to a type of a cell, or a value of one that has its
// methods from what it embeds, that becomes a value of type any: the interpreter
// would not know its methods there. It keeps them if the value was one of the
// cell's own interfaces before.
func (l *lowerer) boxMethods(e ast.Expr, from, to types.Type) bool {
	if !empty(to) || l.argument[e] && !l.inner[e] {
		return false
	}
	base := from
	p, pointer := types.Unalias(from).(*types.Pointer)
	if pointer {
		base = p.Elem()
	}
	n, ok := types.Unalias(base).(*types.Named)
	if !ok || !l.mine(n) || types.IsInterface(n) || !pointer && n.NumMethods() > 0 {
		return false
	}
	set := types.NewMethodSet(from)
	if set.Len() == 0 || pointer && n.NumMethods() > 0 && types.NewMethodSet(n).Len() == 0 {
		return false // without methods, or with methods of its own that the interpreter finds
	}
	m := set.At(0).Obj()
	sig, ok := set.At(0).Type().(*types.Signature)
	if !ok {
		return false
	}
	ps, is := l.typ(from, e), l.typ(types.NewInterfaceType([]*types.Func{types.NewFunc(m.Pos(), m.Pkg(), m.Name(), types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic()))}, nil).Complete(), e)
	name, ok := l.file.helpers["interface "+is]
	if !ok {
		name = l.mem.mangle("w_interface", nil)
		l.file.helpers["interface "+is] = name
		l.file.types.WriteString("type " + name + " " + is + "\n")
	}
	l.b.WriteString(l.helper("pointer "+ps, "w_box", "func %s(p "+ps+") interface{} { var i "+name+" = p; var r interface{} = i; return r }") + "(")
	l.put(e)
	l.b.WriteString(")")
	return true
}

// addressable says whether an expression denotes a place that may change.
func (l *lowerer) addressable(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, ok := l.object(e).(*types.Var)
		return ok
	case *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
		return l.tv(e).Value == nil
	}
	return false
}

// glue names something of the package that the session offers to lowered text.
func (l *lowerer) glue(name string) string { return l.imported("weft/glue", "w_") + "." + name }

// streams are the methods that stand in for those of os.Stdout, os.Stderr and
// os.Stdin.
var streams = map[string]map[string]bool{
	"Stdout": {"Write": true, "WriteString": true, "Sync": true, "Close": true, "Name": true, "Fd": true, "Stat": true, "ReadFrom": true},
	"Stderr": {"Write": true, "WriteString": true, "Sync": true, "Close": true, "Name": true, "Fd": true, "Stat": true, "ReadFrom": true},
	"Stdin":  {"Read": true, "Close": true, "Name": true},
}

// stdStream returns the name when the expression is os.Stdout, os.Stderr or
// os.Stdin.
func (l *lowerer) stdStream(e *ast.SelectorExpr) string {
	id, ok := e.X.(*ast.Ident)
	if !ok || streams[e.Sel.Name] == nil {
		return ""
	}
	if p, ok := l.info.Uses[id].(*types.PkgName); !ok || p.Imported().Path() != "os" {
		return ""
	}
	return e.Sel.Name
}

// std replaces members of packages by the session's own: of os.Stdout only
// where one of its methods is called, since everywhere else its type matters.
func (l *lowerer) std(path string, e *ast.SelectorExpr) (string, bool) {
	if path != "os" || !l.nested[e] {
		return "", false
	}
	if name := l.stdStream(e); name != "" {
		return l.glue(name), true
	}
	return "", false
}
