package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// hoist moves types that are declared inside a function to the level of
// the file: the interpreter mixes up those of two calls, and instances of
// generic declarations need their names.
func (l *lowerer) hoist(g *ast.GenDecl) {
	for _, s := range g.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok {
			continue
		}
		o, ok := l.info.Defs[spec.Name].(*types.TypeName)
		if !ok || o.IsAlias() || spec.Name.Name == "_" || l.hoisted[o] {
			continue // an alias is written as what it stands for
		}
		l.hoisted[o] = true
		if !l.interpretable(o) {
			l.refuse(spec, "declare it outside of the function", "a type declared inside a function is not supported")
			continue
		}
		name := l.mem.mangle(o.Name()+"_l", nil)
		l.locals[o] = name
		if i, ok := o.Type().Underlying().(*types.Interface); ok && !i.IsMethodSet() || spec.TypeParams != nil {
			continue
		}
		fmt.Fprintf(&l.file.types, "type %s %s\n", name, l.typ(o.Type().Underlying(), spec))
	}
}

// hoistAll does so with all types that are declared below a node: what follows
// must know them by the same names everywhere.
func (l *lowerer) hoistAll(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if g, ok := n.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			l.hoist(g)
		}
		return true
	})
}
