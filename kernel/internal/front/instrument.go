package front

import (
	"context"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/instrument"
	"github.com/weft-go/weft/kernel/internal/native"
)

// dockPath is the package that compiled and instrumented cells call.
const dockPath = "github.com/weft-go/weft/kernel/internal/dock"

// instruments are what magics can ask for with Measurement.Instrument.
var instruments = map[string]instrument.Options{
	"access": {Accesses: true, Dock: dockPath},
	"lines":  {Lines: true, Dock: dockPath},
}

// instrumentedFor prepares a run of text whose functions are rewritten: what it
// reaches is compiled as it is first, so that the rewritten functions stand
// beside their own selves and go with the run.
func (x *execution) instrumentedFor(ctx context.Context, kind, text string) error {
	if _, ok := instruments[kind]; !ok {
		return fmt.Errorf("BUG: no instrument %q", kind)
	}
	f, e := x.front, x.front.engines
	if err := e.compiler(ctx); err != nil {
		return fmt.Errorf("only compiled cells can be rewritten so that they tell what they do: %w", err)
	}
	if err := x.prepare(ctx, text); err != nil {
		return x.changed(err)
	}
	c, err := f.checkOnly(x.name, text)
	if err != nil {
		return err
	}
	r := f.reached(c)
	if names := append(r.functions, r.types...); len(names) > 0 {
		if _, err := f.compileNames(ctx, x.run, names); err != nil {
			return err
		}
	}
	if len(r.methods) > 0 {
		x.progress("only functions are looked into: what these methods do is not seen: " + strings.Join(r.methods, ", "))
	}
	x.instrument = kind
	return nil
}

// A reach is what a text calls and mentions of earlier cells, also through
// functions that it calls, each sorted.
type reach struct{ functions, methods, types []string }

// reached finds what a text reaches. It does not look into methods.
func (f *Front) reached(c *check.Cell) reach {
	seen := map[string]bool{}
	var queue []string
	take := func(names ...string) {
		for _, n := range names {
			if !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	for _, u := range c.Units {
		for _, n := range u.Names {
			seen[n] = true // the text's own
		}
	}
	for _, o := range c.Info.Uses {
		if c.Session(o) {
			take(o.Name())
		} else if m, ok := o.(*types.Func); ok && m.Pkg() == c.Pkg && m.Signature().Recv() != nil {
			take(methodOf(m))
		}
	}
	var r reach
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		d := f.world.Decl(n)
		if d == nil || d.Unit == nil || d.Unit.Broken() {
			continue
		}
		switch d.Kind {
		case check.Func:
			r.functions = append(r.functions, n)
			take(d.Unit.Uses...)
		case check.Method:
			r.methods = append(r.methods, n)
		case check.Type:
			r.types = append(r.types, n)
		}
	}
	slices.Sort(r.functions)
	slices.Sort(r.methods)
	slices.Sort(r.types)
	return r
}

// methodOf is "T.m", as the session calls a method.
func methodOf(m *types.Func) string {
	t := m.Signature().Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name() + "." + m.Name()
	}
	return m.Name()
}

// rewrite rewrites a package for the run that asked for it. The functions of
// earlier cells in it are nobody else's: all other code goes on with those that
// it has.
func (x *execution) rewrite(c *check.Cell, src *native.Source) error {
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		file, err := x.front.engines.tools.Exports(path)
		if err != nil {
			return nil, err
		}
		return os.Open(file)
	})
	for i, file := range src.Files {
		text, err := instrument.Rewrite(src.Path, file.Text, imp, instruments[x.instrument])
		if err != nil {
			return fmt.Errorf("BUG: %w", err)
		}
		src.Files[i].Text = text
		if text != file.Text && !slices.Contains(src.Imports, dockPath) {
			src.Imports = append(src.Imports, dockPath)
		}
	}
	for _, u := range c.Again {
		d, ok := u.Node.(*ast.FuncDecl)
		if !ok || u.Kind != check.Func {
			continue
		}
		if o, ok := c.Info.Defs[d.Name].(*types.Func); ok {
			delete(src.Homes, o)
			delete(src.Funcs, c.GoName(o))
		}
	}
	return nil
}
