package front

import (
	"context"
	"debug/buildinfo"
	"errors"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/lower"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/module"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

var _ magic.Modules = (*execution)(nil)

// modules are the Go modules of the notebook, as its cells meet them.
type modules struct {
	*module.Session
	broken map[*types.Package]error // guarded by engines.mu: packages whose new files can't be compiled
}

// newModules needs session, the path of the session's binary: modules that it
// links have its versions everywhere.
func newModules(imp *export.Importer, session string, environ func() []string, tools *toolchain.Toolchain) *modules {
	pins := map[string]string{}
	if info, err := buildinfo.ReadFile(session); err == nil {
		for _, m := range info.Deps {
			if m.Replace != nil {
				m = m.Replace
			}
			pins[m.Path] = m.Version
		}
	}
	return &modules{
		Session: module.New(module.Options{
			Importer: imp,
			Exports:  tools.Exports,
			Build: func(ctx context.Context, path, clause, file, text string, imports []string) (string, error) {
				p, err := tools.Build(ctx, toolchain.Package{Path: path, Clause: clause, Files: []toolchain.File{{Name: file, Text: text}}, Imports: imports})
				if err != nil {
					return "", err
				}
				return p.File, nil
			},
			Environ: environ,
			Pins:    pins,
		}),
		broken: map[*types.Package]error{},
	}
}

// prepare makes ready the packages of modules that a cell imports, and takes
// up what has changed in local folders since the last cell.
func (x *execution) prepare(ctx context.Context, text string) error {
	f := x.front
	changes, err := f.modules.Prepare(ctx, x.progress, text, func(name string) bool { return f.world.Decl(name) != nil })
	f.engines.mu.Lock()
	defer f.engines.mu.Unlock()
	for _, c := range changes {
		if c.Err != nil {
			f.modules.broken[c.Old] = c.Err
			continue
		}
		delete(f.modules.broken, c.Old)
		f.world.Reimport(c.Old, c.New)
	}
	return err
}

// progress tells, beside a cell's own text, what takes a while.
func (x *execution) progress(line string) { x.Stderr(line + "\n") }

// line is what a magic has to tell.
func (x *execution) line(line string) { x.Stdout(line + "\n") }

// usable refuses a cell that uses a package whose files can't be compiled. The
// caller holds the engines' mu.
func (m *modules) usable(c *check.Cell) error {
	if len(m.broken) == 0 {
		return nil
	}
	for _, p := range importsOf(c) {
		if err := m.broken[p]; err != nil {
			return err
		}
	}
	return nil
}

// accepted notes what a cell has imported.
func (m *modules) accepted(c *check.Cell) {
	var paths []string
	for _, p := range importsOf(c) {
		if strings.Contains(p.Path(), ".") {
			paths = append(paths, p.Path())
		}
	}
	if len(paths) > 0 {
		m.Used(paths...)
	}
}

// importsOf lists the packages that a cell names.
func importsOf(c *check.Cell) []*types.Package {
	set := map[*types.Package]bool{}
	for _, o := range c.Info.Uses {
		if p, ok := o.(*types.PkgName); ok {
			set[p.Imported()] = true
		}
	}
	for _, i := range c.Main.File.Imports { // import _ has no name
		if path, err := strconv.Unquote(i.Path.Value); err == nil && strings.Contains(path, ".") {
			if p, err := c.World.Importer().Import(path); err == nil {
				set[p] = true
			}
		}
	}
	return slices.Collect(maps.Keys(set))
}

// blank lists the packages of modules that a cell imports for what they do.
func (m *modules) blank(c *check.Cell) (paths []string) {
	for _, i := range c.Main.File.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil || i.Name == nil || i.Name.Name != "_" || !strings.Contains(path, ".") || m.Dir() == "" {
			continue
		}
		if p, err := c.World.Importer().Import(path); err == nil {
			paths = append(paths, p.Path())
		}
	}
	return paths
}

// foreign lists the packages of modules that files for the interpreter import.
func (m *modules) foreign(files []lower.File) (paths []string) {
	if m.Dir() == "" {
		return nil
	}
	for _, f := range files {
		file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Text, parser.ImportsOnly)
		if err != nil {
			continue // the interpreter tells of it
		}
		for _, i := range file.Imports {
			if path, err := strconv.Unquote(i.Path.Value); err == nil && strings.Contains(path, ".") && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// bind returns what a session has to open before it interprets files.
func (m *modules) bind(ctx context.Context, progress func(string), paths []string) (*link.Native, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	loads, err := m.Bind(ctx, progress, paths...)
	if err != nil || len(loads) == 0 {
		return nil, err
	}
	n := &link.Native{}
	for _, l := range loads {
		n.Loads = append(n.Loads, link.Load{Path: l.Path, File: l.File})
	}
	return n, nil
}

// Get implements magic.Modules.
func (x *execution) Get(ctx context.Context, args ...string) error {
	return x.changed(x.front.modules.Get(ctx, x.line, args...))
}

// Replace implements magic.Modules.
func (x *execution) Replace(ctx context.Context, path, dir, typed string) error {
	return x.changed(x.front.modules.Replace(ctx, x.line, path, dir, typed))
}

// Tidy implements magic.Modules.
func (x *execution) Tidy(ctx context.Context) error {
	var paths []string
	for _, n := range x.front.world.Names() {
		if d := x.front.world.Decl(n.Name); d != nil {
			if d.Kind == check.Import {
				paths = append(paths, d.Pkg.Path())
			}
			paths = slices.AppendSeq(paths, maps.Values(d.Unit.Imports))
		}
	}
	return x.changed(x.front.modules.Tidy(ctx, x.line, paths))
}

// GoMod implements magic.Modules.
func (x *execution) GoMod(context.Context) (string, error) { return x.front.modules.Text() }

// changed words why modules could not be changed.
func (x *execution) changed(err error) error {
	if errors.Is(err, context.Canceled) {
		return &ending{Done: link.Done{Status: link.Interrupted}}
	}
	return err
}
