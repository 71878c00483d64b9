package native

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// expr writes an expression that has to be rewritten; false means that it may
// stand as it is.
func (w *writer) expr(e ast.Expr) bool {
	if to, ok := w.conv[e]; ok {
		delete(w.conv, e) // what follows comes back here
		w.converted(e, to)
		w.conv[e] = to
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		return w.ident(e)
	case *ast.SelectorExpr:
		return w.selector(e)
	case *ast.CallExpr:
		return w.call(e)
	case *ast.CompositeLit:
		return w.composite(e, false)
	case *ast.UnaryExpr:
		if lit, ok := ast.Unparen(e.X).(*ast.CompositeLit); ok && e.Op == token.AND {
			return w.composite(lit, true)
		}
	case *ast.StructType:
		return w.structType(e)
	case *ast.FuncLit:
		w.funcLit(e)
		return true
	}
	return false
}

func (w *writer) funcLit(e *ast.FuncLit) {
	pos := w.part(e.Pos(), e.Type)
	pos = w.part(pos, e.Body)
	w.raw(pos, e.End())
}

func (w *writer) ident(id *ast.Ident) bool {
	o := w.c.Object(id)
	if o == nil {
		return false
	}
	text := w.object(o)
	if text == "" {
		return false
	}
	w.b.WriteString(text)
	return true
}

// object writes what an object is called in the package, "" when it is called
// as it is in the text.
func (w *writer) object(o types.Object) string {
	p := o.Pkg()
	if p == nil {
		return ""
	}
	if name, ok := o.(*types.PkgName); ok {
		return w.imported(name.Imported().Path(), name.Imported().Name())
	}
	if p != w.c.Pkg {
		if o.Parent() == p.Scope() { // of a dot import
			return w.member(o)
		}
		return ""
	}
	if f, ok := o.(*types.Func); ok && f.Signature().Recv() != nil {
		return w.methodName(f)
	}
	if !w.c.Session(o) {
		return ""
	}
	o = w.c.Real(o)
	switch o := o.(type) {
	case *types.Var:
		return "(*" + w.variable(o) + ")"
	case *types.Const:
		return w.constant(o)
	case *types.TypeName:
		return w.typeName(o)
	case *types.Func:
		if w.method && o.Signature().TypeParams().Len() == 0 {
			name := w.c.GoName(o)
			w.funcs[name] = o
			return w.prefix + "f_" + name
		}
		return w.function(o)
	}
	return ""
}

// variable is the pointer to a variable of the session.
func (w *writer) variable(o *types.Var) string {
	name := w.c.GoName(o)
	w.vars[name] = o.Type()
	if w.body {
		w.bodyVars[name] = true
	}
	return w.prefix + "v_" + name
}

// function is a function of the session.
func (w *writer) function(o *types.Func) string {
	o = o.Origin()
	if name := w.own[o]; name != "" {
		return name
	}
	path, name, ok := w.s.Home(o)
	if !ok {
		w.refuse("run the cell that declares it again", "%s is not compiled", o.Name())
		return o.Name()
	}
	return w.imported(path, "") + "." + name
}

// member is an object of an imported package, or what stands for it in cells.
func (w *writer) member(o types.Object) string {
	path, name := o.Pkg().Path(), o.Name()
	switch path + "." + name {
	case "fmt.Print", "fmt.Println", "fmt.Printf", "fmt.Scan", "fmt.Scanln", "fmt.Scanf",
		"log.Fatal", "log.Fatalf", "log.Fatalln", "os.Exit":
		return w.dock() + "." + name
	}
	return w.imported(path, o.Pkg().Name()) + "." + name
}

// isPkgPath says whether an object is what package reflect tells of the package
// of a type, a field or a method.
func isPkgPath(o types.Object) bool {
	return o.Name() == "PkgPath" && o.Pkg() != nil && o.Pkg().Path() == "reflect"
}

// pkgPath is a function that says main where package reflect tells of a
// compiled cell.
func (w *writer) pkgPath() string {
	return w.helper("pkgPath", "func %spkgPath(path string) string { if len(path) > 4 && path[:4] == \"nb/c\" { return \"main\" }; return path }")
}

// loggerFatal is what stands for a method Fatal of a *log.Logger: it ends the
// cell, as os.Exit does there.
func (w *writer) loggerFatal(name string) string {
	params, text := "v ...interface{}", "Sprint(v...)"
	switch name {
	case "Fatalf":
		params, text = "format string, v ...interface{}", "Sprintf(format, v...)"
	case "Fatalln":
		text = "Sprintln(v...)"
	}
	log := w.imported("log", "log")
	return w.helper("logger"+name, fmt.Sprintf("func %%slogger%s(l *%s.Logger, %s) { l.Output(2, %s.%s); %s.Exit(1) }",
		name, log, params, w.imported("fmt", "fmt"), text, w.dock()))
}

// ---- selectors

func (w *writer) selector(e *ast.SelectorExpr) bool {
	if id, ok := e.X.(*ast.Ident); ok {
		if _, ok := w.c.Info.Uses[id].(*types.PkgName); ok {
			if o := w.c.Info.Uses[e.Sel]; o != nil {
				lead := w.lines(e.X.End(), e.Sel.Pos())
				if lead != "" {
					w.b.WriteString("(" + lead + w.member(o) + ")")
				} else {
					w.b.WriteString(w.member(o))
				}
				return true
			}
		}
	}
	s := w.c.Info.Selections[e]
	if s == nil {
		return false
	}
	if s.Kind() == types.FieldVal && w.fieldValue(e, s) {
		return true
	}
	path := s.Kind() == types.FieldVal && !w.places[e] && isPkgPath(s.Obj())
	if path {
		w.b.WriteString(w.pkgPath() + "(")
	}
	pos := w.part(e.Pos(), e.X)
	w.raw(pos, e.Sel.Pos())
	if path {
		w.raw(e.Sel.Pos(), e.End())
		w.b.WriteString(")")
		return true
	}
	if f, ok := s.Obj().(*types.Func); ok {
		w.b.WriteString(w.methodName(f))
		return true
	}
	w.raw(e.Sel.Pos(), e.End())
	return true
}

// ---- calls

func (w *writer) call(e *ast.CallExpr) bool {
	fun := ast.Unparen(e.Fun)
	tv := w.c.Info.Types[fun]
	if tv.IsType() {
		return w.conversion(e, tv.Type)
	}
	if v := w.c.Info.Types[e]; v.Value != nil {
		return w.constantCall(e, v)
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	s := w.c.Info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return false
	}
	f := s.Obj().(*types.Func)
	if isPkgPath(f) {
		w.b.WriteString(w.pkgPath() + "(")
		w.children(e)
		w.b.WriteString(")")
		return true
	}
	switch f.FullName() {
	case "(*log.Logger).Fatal", "(*log.Logger).Fatalf", "(*log.Logger).Fatalln":
		if len(s.Index()) != 1 {
			return false
		}
		x := w.text(sel.X)
		if _, pointer := s.Recv().Underlying().(*types.Pointer); !pointer {
			x = "&" + x
		}
		w.b.WriteString(w.loggerFatal(f.Name()) + "(" + w.lines(sel.X.End(), e.Lparen) + x)
		if len(e.Args) > 0 {
			w.b.WriteString(", ")
		}
		w.args(e)
		return true
	case "(*os.File).WriteString", "(*os.File).Write":
		name := w.stream(sel.X)
		if name == "" {
			return false
		}
		lead := "(" + w.lines(sel.Pos(), e.Lparen)
		if f.Name() == "Write" {
			w.b.WriteString(lead + w.dock() + "." + name + ").Write(")
		} else {
			w.b.WriteString(w.imported("io", "io") + ".WriteString" + lead + w.dock() + "." + name + ", ")
		}
		w.args(e)
		return true
	}
	return false
}

// constantCall writes a call such as len(x.array), which is a constant as long
// as nothing is called in it.
func (w *writer) constantCall(e *ast.CallExpr, v types.TypeAndValue) bool {
	before := w.reached
	text := w.capture(func() { w.children(e) })
	b, ok := v.Type.Underlying().(*types.Basic)
	if w.reached == before || !ok {
		w.b.WriteString(text)
		return true
	}
	w.number++
	name := fmt.Sprintf("%sn%d", w.prefix, w.number)
	fmt.Fprintf(&w.decls, "const %s %s = %s\n", name, w.typ(v.Type), exact(v.Value, b))
	w.inParens(e, name)
	return true
}

// args writes a call from its first argument on.
func (w *writer) args(e *ast.CallExpr) {
	pos := e.Lparen + 1
	for _, a := range e.Args {
		pos = w.part(pos, a)
	}
	w.raw(pos, e.End())
}

// stream names the variable of package dock that stands for one of package os,
// "" for other expressions.
func (w *writer) stream(e ast.Expr) string {
	var id *ast.Ident
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		id = e.Sel
	case *ast.Ident:
		id = e
	default:
		return ""
	}
	o, ok := w.c.Info.Uses[id].(*types.Var)
	if !ok || o.Pkg() == nil || o.Pkg().Path() != "os" || o.IsField() {
		return ""
	}
	switch o.Name() {
	case "Stdout", "Stderr", "Stdin":
		return o.Name()
	}
	return ""
}

// ---- constants

// constant declares a constant of the session in the package and returns its
// name.
func (w *writer) constant(o *types.Const) string {
	name := w.consts[o]
	if name != "" {
		return name
	}
	name = w.prefix + "k_" + w.c.GoName(o)
	for _, other := range w.consts {
		if other == name {
			name += "_"
		}
	}
	w.consts[o] = name
	b, _ := o.Type().Underlying().(*types.Basic)
	if b == nil {
		w.bug("constant %s has the type %s", o.Name(), o.Type())
	}
	text := exact(o.Val(), b)
	if _, plain := types.Unalias(o.Type()).(*types.Basic); plain && b.Info()&types.IsUntyped != 0 {
		fmt.Fprintf(&w.decls, "const %s = %s\n", name, text)
	} else {
		fmt.Fprintf(&w.decls, "const %s %s = %s\n", name, w.typ(o.Type()), text)
	}
	return name
}

// exact writes a constant's value so that it reads as exactly the same, of the
// same kind if it has no type.
func exact(v constant.Value, b *types.Basic) string {
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return v.String()
	case info&types.IsString != 0:
		return quote(constant.StringVal(v))
	case info&types.IsInteger != 0:
		s := constant.ToInt(v).ExactString()
		if b.Kind() == types.UntypedRune {
			return `('\x00' + ` + s + ")"
		}
		return s
	case info&types.IsFloat != 0:
		return exactFloat(v)
	default:
		v = constant.ToComplex(v)
		return "(" + exactFloat(constant.Real(v)) + " + " + exactFloat(constant.Imag(v)) + "*1i)"
	}
}

func exactFloat(v constant.Value) string {
	v = constant.ToFloat(v)
	s := v.ExactString()
	if num, den, ok := strings.Cut(s, "/"); ok {
		return "(" + num + ".0 / " + den + ".0)"
	}
	if !strings.ContainsAny(s, ".ep") {
		s += ".0"
	}
	return "(" + s + ")"
}
