package module

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/symbols/outline"
)

// A Load is a plugin that binds a package to interpreted cells: opened, it
// registers the package's table with kernel/internal/dock.
type Load struct {
	Path string // import path of the plugin's package, "nb/m1"
	File string
}

// A binding is a Load on its way.
type binding struct {
	done chan struct{} // closed when load and err are set
	load *Load
	err  error
}

// Bound reports whether Bind would build nothing for these packages, given the
// paths that their types have.
func (s *Session) Bound(paths ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.modular(paths) {
		b := s.tables[p]
		if b == nil {
			return false
		}
		select {
		case <-b.done:
		default:
			return false
		}
	}
	return true
}

// modular returns those of paths that are packages of modules.
func (s *Session) modular(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		known, added := s.o.Importer.Known(p)
		return !known || !added
	})
}

// Bind returns the plugins that bind packages of modules for interpreted cells,
// given the paths that their types have. Packages without any need of one
// (the standard library's, cells') it leaves out. The first call for a package
// builds its table, which takes a second or two; tables of one call are built
// together, and other calls go on meanwhile. A session has to open each plugin
// once.
//
// A table holds what is not generic: see kernel/internal/symbols/outline.
func (s *Session) Bind(ctx context.Context, progress func(string), paths ...string) ([]*Load, error) {
	s.mu.Lock()
	paths = s.modular(paths)
	var missing []string
	for _, p := range paths {
		s.use(p)
		if s.tables[p] == nil && !slices.Contains(missing, p) {
			missing = append(missing, p)
		}
	}
	var build func() (*Load, error)
	var err error
	if len(missing) > 0 {
		build, err = s.table(ctx, progress, missing)
	}
	var mine *binding
	if build != nil {
		mine = &binding{done: make(chan struct{})}
		for _, p := range missing {
			s.tables[p] = mine
		}
	}
	var all []*binding
	for _, p := range paths {
		if b := s.tables[p]; b != nil && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	s.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("bind %s for interpreted cells: %w", strings.Join(missing, ", "), err)
	}
	if mine != nil {
		mine.load, mine.err = build()
		if mine.err != nil { // the next call tries again
			s.mu.Lock()
			for p, b := range s.tables {
				if b == mine {
					delete(s.tables, p)
				}
			}
			s.mu.Unlock()
		}
		close(mine.done)
	}
	var loads []*Load
	for _, b := range all {
		select {
		case <-b.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if b.err != nil {
			return nil, fmt.Errorf("bind %s for interpreted cells: %w", strings.Join(paths, ", "), b.err)
		}
		loads = append(loads, b.load)
	}
	return loads, nil
}

// Used says that cells have these packages, given the paths that their types
// have: their modules keep their versions and their types from now on. The
// front calls it for what a cell imports, once the cell has been accepted.
func (s *Session) Used(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range paths {
		s.use(p)
	}
}

func (s *Session) use(real string) {
	f := s.found[real]
	if f == nil || s.used[real] || f.Standard {
		return
	}
	s.used[real] = true
	for _, p := range f.Deps {
		if d := s.found[s.real(p)]; d != nil && !d.Standard {
			s.used[s.real(p)] = true
		}
	}
}

// table writes the tables of packages and returns what builds them. The caller
// holds mu for the first and not for the second.
func (s *Session) table(ctx context.Context, progress func(string), reals []string) (func() (*Load, error), error) {
	imports := &outline.Imports{May: func(path string) bool { return mayImport(s.written(path)) }}
	for _, own := range [][2]string{{"reflect", "reflect"}, {"go/constant", "constant"}, {"go/token", "token"}, {dockPath, "dock"}} {
		imports.Add(own[0], own[1])
	}
	var all []*outline.Table
	has := map[string]bool{}
	for _, real := range reals {
		pkg, err := s.read(ctx, progress, real)
		if err != nil {
			return nil, err
		}
		all = append(all, outline.Of(pkg, imports))
		has[real] = true
	}
	for _, t := range all[:len(reals):len(reals)] {
		var std []string
		for _, p := range t.Needs {
			known, added := s.o.Importer.Known(p)
			switch {
			case has[p]:
			case known && !added:
				std = append(std, p)
			case mayImport(s.written(p)) && s.found[p] != nil:
				other, err := s.read(ctx, progress, p)
				if err != nil {
					return nil, err
				}
				all = append(all, &outline.Table{Path: p, Name: other.Name(), Wrappers: outline.Wrappers(other, imports)})
				has[p] = true
			}
		}
		t.Needs = std
	}
	s.numbers++
	load := &Load{Path: fmt.Sprintf("nb/m%d", s.numbers)}
	text, paths, err := tableText(load.Path, all, imports)
	if err != nil {
		return nil, err
	}
	if progress != nil {
		for _, real := range reals {
			progress("binding " + s.written(real))
		}
	}
	return func() (*Load, error) {
		var err error
		load.File, err = s.o.Build(ctx, load.Path, "nb", "table.go", text, paths)
		return load, err
	}, nil
}

// read returns a package whose types the table of another needs.
func (s *Session) read(ctx context.Context, progress func(string), real string) (*types.Package, error) {
	if pkg := s.o.Importer.Loaded(real); pkg != nil {
		return pkg, nil
	}
	if err := s.settle(ctx, progress, s.written(real)); err != nil {
		return nil, err
	}
	return s.load(ctx, s.written(real))
}

const dockPath = "github.com/weft-go/weft/kernel/internal/dock"

// tableText writes the file of the package plugin, which registers tables with
// the session, and lists what it imports.
func tableText(plugin string, all []*outline.Table, imports *outline.Imports) (string, []string, error) {
	var body bytes.Buffer
	value := func(name, format string, args ...any) {
		fmt.Fprintf(&body, "\t\t%q: reflect.ValueOf(", name)
		fmt.Fprintf(&body, format, args...)
		body.WriteString("),\n")
	}
	literals := false
	// The session waits for a package of the plugin's own path.
	fmt.Fprintf(&body, "func init() {\n\tdock.Register(&dock.Package{Path: %q})\n", plugin)
	for _, t := range all {
		fmt.Fprintf(&body, "\tdock.Register(&dock.Package{Path: %q, Name: %q, Needs: %#v, Symbols: map[string]reflect.Value{\n", t.Path, t.Name, t.Needs)
		for _, l := range t.Literals {
			literals = true
			kind := map[token.Token]string{token.INT: "INT", token.FLOAT: "FLOAT", token.STRING: "STRING"}[l.Kind]
			value(l.Name, "constant.MakeFromLiteral(%s, token.%s, 0)", strconv.Quote(l.Text), kind)
		}
		own := ""
		if len(t.Values)+len(t.Vars)+len(t.Types) > 0 {
			own = imports.Add(t.Path, t.Name)
		}
		for _, name := range t.Values {
			value(name, "%s.%s", own, name)
		}
		for _, name := range t.Vars {
			fmt.Fprintf(&body, "\t\t%q: reflect.ValueOf(&%s.%s).Elem(),\n", name, own, name)
		}
		for _, name := range t.Types {
			value(name, "(*%s.%s)(nil)", own, name)
		}
		for _, w := range t.Wrappers {
			value("_"+w.Interface, "(*%s)(nil)", w.Name)
		}
		body.WriteString("\t}})\n")
	}
	body.WriteString("}\n")
	for _, t := range all {
		for _, w := range t.Wrappers {
			fmt.Fprintf(&body, "\ntype %s struct {\n\tIValue any\n", w.Name)
			for _, m := range w.Methods {
				fmt.Fprintf(&body, "\tW%s func(%s) %s\n", m.Name, m.Params, m.Results)
			}
			body.WriteString("}\n")
			for _, m := range w.Methods {
				fmt.Fprintf(&body, "\nfunc (W %s) %s(%s) %s {\n", w.Name, m.Name, m.Params, m.Results)
				if m.Name == "String" && m.Results == "string" { // fmt may ask a value that has none
					fmt.Fprintf(&body, "\tif W.WString == nil {\n\t\treturn \"\"\n\t}\n")
				}
				if m.Results != "" {
					body.WriteString("\treturn ")
				}
				fmt.Fprintf(&body, "W.W%s(%s)\n}\n", m.Name, m.Args)
			}
		}
	}
	var text bytes.Buffer
	var paths []string
	text.WriteString("package nb\n\nimport (\n")
	for _, i := range imports.List() {
		if !literals && (i.Path == "go/constant" || i.Path == "go/token") {
			continue
		}
		fmt.Fprintf(&text, "\t%s %q\n", i.Name, i.Path)
		paths = append(paths, i.Path)
	}
	for _, t := range all { // what has nothing to name is there for what it does
		if !slices.Contains(paths, t.Path) {
			fmt.Fprintf(&text, "\t_ %q\n", t.Path)
			paths = append(paths, t.Path)
		}
	}
	text.WriteString(")\n\n")
	text.Write(body.Bytes())
	out, err := format.Source(text.Bytes())
	return string(out), paths, err
}
