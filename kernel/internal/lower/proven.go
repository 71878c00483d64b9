package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// Proven says why a cell is not given to the interpreter where cells can be
// compiled; "" if it is made of constructs that have been shown to run there as
// Go runs them, without any rewriting that guesses. The list is short on
// purpose: compiling costs a fifth of a second, a wrong answer costs trust. It
// grows by proof: conformance runs what it lets through against the go command.
func Proven(c *check.Cell) (why string) {
	p := &prover{c: c}
	for _, u := range slices.Concat(c.Units, c.Redo) {
		switch n := u.Node.(type) {
		case *ast.FuncDecl:
			p.function(n.Type, n.Body)
			p.node(n)
		case *ast.TypeSpec:
			p.no("a type")
		}
	}
	for _, s := range c.Body {
		p.node(s)
	}
	for _, d := range c.Vars {
		p.typ(d.Obj.Type(), 0)
	}
	if p.why == "" {
		p.conversions()
	}
	return p.why
}

type prover struct {
	c   *check.Cell
	why string
	fun ast.Expr // of the call that is looked at
}

func (p *prover) no(why string) bool {
	if p.why == "" {
		p.why = why
	}
	return false
}

func (p *prover) node(n ast.Node) {
	if n != nil && p.why == "" {
		ast.Inspect(n, p.visit)
	}
}

// visit looks at one node; false ends the way down.
func (p *prover) visit(n ast.Node) bool {
	if p.why != "" {
		return false
	}
	switch n := n.(type) {
	case *ast.SelectStmt:
		return p.no("select")
	case *ast.TypeSwitchStmt:
		return p.no("a type switch")
	case *ast.TypeAssertExpr:
		return p.no("a type assertion")
	case *ast.LabeledStmt:
		return p.no("a label")
	case *ast.BranchStmt:
		if n.Label != nil || n.Tok == token.GOTO || n.Tok == token.FALLTHROUGH {
			return p.no(n.Tok.String())
		}
	case *ast.StructType, *ast.InterfaceType:
		if !emptyInterface(n) {
			return p.no("a type without a name")
		}
	case *ast.IndexListExpr:
		return p.no("a generic function")
	case *ast.RangeStmt:
		return p.rangeOver(n)
	case *ast.FuncLit:
		p.function(n.Type, n.Body)
	case *ast.BinaryExpr:
		return p.binary(n)
	case *ast.AssignStmt:
		return p.assign(n)
	case *ast.CallExpr:
		return p.call(n)
	case *ast.SelectorExpr:
		return p.selector(n)
	case *ast.Ident:
		return p.ident(n)
	case *ast.DeclStmt:
		if g, ok := n.Decl.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			return p.no("a type inside a function")
		}
	}
	return p.why == ""
}

func emptyInterface(n ast.Node) bool {
	i, ok := n.(*ast.InterfaceType)
	return ok && i.Methods.NumFields() == 0
}

// function looks at a function as a whole: results that have names meet
// deferred calls in ways that the interpreter has of its own.
func (p *prover) function(t *ast.FuncType, body *ast.BlockStmt) {
	if t.TypeParams != nil {
		p.no("a generic function")
	}
	named := t.Results != nil && len(t.Results.List) > 0 && len(t.Results.List[0].Names) > 0
	if named && body != nil {
		ast.Inspect(body, func(n ast.Node) bool {
			if _, ok := n.(*ast.DeferStmt); ok {
				p.no("defer in a function with named results")
			}
			return true
		})
	}
}

func (p *prover) rangeOver(n *ast.RangeStmt) bool {
	if n.Tok == token.ASSIGN {
		return p.no("range into variables that exist")
	}
	if t := p.c.Info.TypeOf(n.X); t != nil {
		if _, isFunc := t.Underlying().(*types.Signature); isFunc {
			return p.no("range over a function")
		}
	}
	return true
}

func (p *prover) binary(n *ast.BinaryExpr) bool {
	x, y := p.c.Info.TypeOf(n.X), p.c.Info.TypeOf(n.Y)
	if x == nil || y == nil {
		return true
	}
	switch n.Op {
	case token.EQL, token.NEQ:
		for _, t := range []types.Type{x, y} {
			if isNil(p.c, n.X) || isNil(p.c, n.Y) {
				break
			}
			switch t.Underlying().(type) {
			case *types.Interface, *types.Struct, *types.Array, *types.Pointer, *types.Chan:
				return p.no("a comparison of more than numbers and strings")
			}
		}
	case token.SHL, token.SHR:
		if p.c.Info.Types[n.Y].Value == nil {
			return p.no("a shift by a variable")
		}
	}
	return true
}

// conversions looks for values of composite types without names that become
// interfaces outside of a call of a compiled package: the interpreter has them
// under descriptors of its own, which a compiled type switch would not know.
func (p *prover) conversions() {
	into := func(t types.Type, e ast.Expr) {
		from := p.c.Info.TypeOf(e)
		if t == nil || from == nil || !types.IsInterface(t) {
			return
		}
		switch types.Unalias(from).(type) {
		case *types.Basic, *types.Named, *types.Interface, *types.Tuple, *types.TypeParam:
		default:
			if ptr, ok := types.Unalias(from).(*types.Pointer); ok {
				if _, named := types.Unalias(ptr.Elem()).(*types.Named); named {
					return
				}
			}
			p.no("a value of type " + types.TypeString(from, types.RelativeTo(p.c.Pkg)) + " as an interface")
		}
	}
	for e, tv := range p.c.Info.Types {
		switch e := e.(type) {
		case *ast.CallExpr:
			fun := p.c.Info.Types[e.Fun]
			switch {
			case fun.IsType() && len(e.Args) == 1:
				into(fun.Type, e.Args[0])
			case fun.IsBuiltin() || !p.ours(e.Fun):
			default:
				sig, _ := fun.Type.Underlying().(*types.Signature)
				for i, a := range e.Args {
					into(parameter(sig, i, e.Ellipsis.IsValid()), a)
				}
			}
		case *ast.CompositeLit:
			for i, x := range e.Elts {
				kv, keyed := x.(*ast.KeyValueExpr)
				if keyed {
					x = kv.Value
				}
				switch t := tv.Type.Underlying().(type) {
				case *types.Slice:
					into(t.Elem(), x)
				case *types.Array:
					into(t.Elem(), x)
				case *types.Map:
					into(t.Elem(), x)
					if keyed {
						into(t.Key(), kv.Key)
					}
				case *types.Struct:
					if keyed {
						if id, ok := kv.Key.(*ast.Ident); ok && p.c.Info.Uses[id] != nil {
							into(p.c.Info.Uses[id].Type(), x)
						}
					} else if i < t.NumFields() {
						into(t.Field(i).Type(), x)
					}
				}
			}
		}
	}
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == len(n.Rhs) {
				for i, l := range n.Lhs {
					into(p.c.Info.TypeOf(l), n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			if n.Type != nil {
				for _, v := range n.Values {
					into(p.c.Info.TypeOf(n.Type), v)
				}
			}
		case *ast.SendStmt:
			if ch, ok := p.c.Info.TypeOf(n.Chan).Underlying().(*types.Chan); ok {
				into(ch.Elem(), n.Value)
			}
		case *ast.FuncDecl:
			p.returns(n.Body, p.c.Info.TypeOf(n.Name), into)
		case *ast.FuncLit:
			p.returns(n.Body, p.c.Info.TypeOf(n), into)
		}
		return true
	}
	for _, u := range slices.Concat(p.c.Units, p.c.Redo) {
		ast.Inspect(u.Node, look)
	}
	for _, s := range p.c.Body {
		ast.Inspect(s, look)
	}
}

// returns looks at what a function returns.
func (p *prover) returns(body *ast.BlockStmt, t types.Type, into func(types.Type, ast.Expr)) {
	sig, ok := t.(*types.Signature)
	if !ok || body == nil {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == sig.Results().Len() {
				for i, e := range n.Results {
					into(sig.Results().At(i).Type(), e)
				}
			}
		}
		return true
	})
}

// ours says whether a call is one of the session's functions or of a value,
// not of an imported package.
func (p *prover) ours(fun ast.Expr) bool {
	sel, ok := ast.Unparen(fun).(*ast.SelectorExpr)
	if !ok {
		return true
	}
	o := p.c.Info.Uses[sel.Sel]
	return o == nil || o.Pkg() == nil || o.Pkg() == p.c.Pkg
}

// parameter is the type of the i-th argument of a call.
func parameter(sig *types.Signature, i int, spread bool) types.Type {
	if sig == nil {
		return nil
	}
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 {
		last := sig.Params().At(n - 1).Type()
		if s, ok := last.Underlying().(*types.Slice); ok && !spread {
			return s.Elem()
		}
		return last
	}
	if i < n {
		return sig.Params().At(i).Type()
	}
	return nil
}

func isNil(c *check.Cell, e ast.Expr) bool { return c.Info.Types[e].IsNil() }

// assign lets through what has one value for each variable, where the order in
// which operands are evaluated can't be told.
func (p *prover) assign(n *ast.AssignStmt) bool {
	if len(n.Lhs) == 1 || len(n.Lhs) != len(n.Rhs) {
		return true
	}
	for _, e := range slices.Concat(n.Lhs, n.Rhs) {
		if hasCalls(p.c, e) {
			return p.no("several assignments at once with calls")
		}
	}
	return true
}

// hasCalls says whether an expression calls anything but a conversion or len.
func hasCalls(c *check.Cell, e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit {
			return false
		}
		if x, ok := n.(*ast.CallExpr); ok && !c.Info.Types[x.Fun].IsType() && !c.Info.Types[x.Fun].IsBuiltin() {
			found = true
		}
		return true
	})
	return found
}

// unproven are builtins that are left to the compiler.
var unproven = map[string]bool{"recover": true, "print": true, "println": true, "complex": true, "real": true, "imag": true, "clear": true}

func (p *prover) call(n *ast.CallExpr) bool {
	tv := p.c.Info.Types[n.Fun]
	if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && tv.IsBuiltin() && unproven[id.Name] {
		return p.no(id.Name)
	}
	p.fun = ast.Unparen(n.Fun)
	return true
}

func (p *prover) selector(n *ast.SelectorExpr) bool {
	s := p.c.Info.Selections[n]
	if s == nil {
		if id, ok := n.X.(*ast.Ident); ok {
			if pkg, ok := p.c.Info.Uses[id].(*types.PkgName); ok {
				return p.member(pkg.Imported().Path(), n)
			}
		}
		return true
	}
	switch s.Kind() {
	case types.MethodExpr:
		return p.no("a method as a function")
	case types.MethodVal:
		if p.fun != n {
			return p.no("a method as a value")
		}
	}
	if len(s.Index()) > 1 && s.Kind() == types.MethodVal && p.c.Session(baseOf(s.Recv())) {
		return p.no("a promoted method")
	}
	return true
}

func baseOf(t types.Type) types.Object {
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		t = ptr.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj()
	}
	return nil
}

// unprovenPackages look at what the interpreter makes differently: types,
// stacks, memory.
var unprovenPackages = map[string]bool{"reflect": true, "unsafe": true, "testing": true, "runtime/debug": true, "encoding/gob": true, "encoding/xml": true, "encoding/json": true, "text/template": true, "html/template": true, "weak": true, "unique": true, "iter": true}

// runtimeProven is what cells may use of package runtime.
var runtimeProven = map[string]bool{"NumGoroutine": true, "NumCPU": true, "GOMAXPROCS": true, "GC": true, "Gosched": true, "Version": true, "GOOS": true, "GOARCH": true}

func (p *prover) member(path string, n *ast.SelectorExpr) bool {
	name := n.Sel.Name
	o := p.c.Info.Uses[n.Sel]
	switch {
	case unprovenPackages[path], path == "runtime" && !runtimeProven[name]:
		return p.no(path + "." + name)
	case path == "errors" && (name == "As" || name == "AsType"):
		return p.no("errors." + name)
	}
	if f, ok := o.(*types.Func); ok {
		if f.Signature().TypeParams().Len() > 0 && p.fun != n {
			return p.no("a generic function as a value")
		}
		if strings.HasPrefix(path, "sync/atomic") {
			return true
		}
	}
	return false // the package's name needs no look
}

func (p *prover) ident(n *ast.Ident) bool {
	o := p.c.Object(n)
	if o == nil {
		return true
	}
	if v, ok := o.(*types.Var); ok {
		return p.typ(v.Type(), 0)
	}
	if f, ok := o.(*types.Func); ok && p.c.Session(f) {
		if f.Signature().TypeParams().Len() > 0 {
			return p.no("a generic function")
		}
	}
	return true
}

// typ looks at a variable's type.
func (p *prover) typ(t types.Type, depth int) bool {
	if depth > 8 {
		return true
	}
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return p.no("a generic function")
	case *types.Named:
		if t.TypeArgs().Len() > 0 && p.c.Session(t.Obj()) {
			return p.no("a generic type")
		}
		return true // compiled
	case *types.Basic:
		switch t.Kind() {
		case types.Complex64, types.Complex128, types.UnsafePointer, types.Uintptr:
			return p.no(t.Name())
		}
	case *types.Struct:
		return p.no("a struct type without a name")
	case *types.Interface:
		if t.NumMethods() > 0 {
			return p.no("an interface type without a name")
		}
	case *types.Pointer:
		return p.typ(t.Elem(), depth+1)
	case *types.Slice:
		return p.typ(t.Elem(), depth+1)
	case *types.Array:
		return p.typ(t.Elem(), depth+1)
	case *types.Chan:
		return p.typ(t.Elem(), depth+1)
	case *types.Map:
		return p.typ(t.Key(), depth+1) && p.typ(t.Elem(), depth+1)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for i := range tuple.Len() {
				if !p.typ(tuple.At(i).Type(), depth+1) {
					return false
				}
			}
		}
	}
	return p.why == ""
}
