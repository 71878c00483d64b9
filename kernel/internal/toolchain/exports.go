package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// An export is a compiled package in the go command's cache.
type export struct {
	Path    string
	File    string   // its archive
	Imports []string // what it imports directly
	Module  string   `json:",omitempty"`
	Version string   `json:",omitempty"` // of the module
	Cgo     bool     `json:",omitempty"` // a package with C of its own, not a standard one
	local   bool     // from a folder that can change
}

// exports are packages compiled with one set of flags, as go list -export tells
// them. What it has told is kept, also for later processes: a build whose
// imports are known does not start the go command.
type exports struct {
	kind string // plugin or program
	dir  string // where the go command runs
	args []string
	file string // where it is kept for later processes, "" if nowhere

	mu     sync.Mutex
	loaded bool
	known  map[string]*export
}

func (s *setup) newExports(kind, dir string, args []string) *exports {
	// GOCACHE is the place of the files, the Go release and the environment
	// decide what is in them.
	id := sum("1", s.goCmd, stamp(s.goCmd), s.version, dir, strings.Join(args, " "), strings.Join(goEnv(s.env), "\n"))
	return &exports{kind: kind, dir: dir, args: args, file: filepath.Join(s.cache, "exports-"+id), known: map[string]*export{}}
}

// goEnv returns what of an environment the go command heeds.
func goEnv(env []string) []string {
	var list []string
	for _, e := range env {
		k, _, _ := strings.Cut(e, "=")
		if strings.HasPrefix(k, "GO") || strings.HasPrefix(k, "CGO_") || slices.Contains([]string{"CC", "CXX", "HOME", "XDG_CACHE_HOME"}, k) {
			list = append(list, e)
		}
	}
	slices.Sort(list)
	return list
}

// load reads what an earlier process has kept. The caller holds mu.
func (e *exports) load() {
	if e.loaded {
		return
	}
	e.loaded = true
	data, err := os.ReadFile(e.file)
	if err != nil {
		return
	}
	var list []*export
	if json.Unmarshal(data, &list) != nil {
		return
	}
	for _, x := range list {
		if x != nil && x.Path != "" {
			e.known[x.Path] = x
		}
	}
}

// closure returns packages and all that they need, each behind what it needs.
func (e *exports) closure(ctx context.Context, s *setup, paths []string) ([]*export, error) {
	list, missing := e.walk(paths)
	if len(missing) == 0 {
		return list, nil
	}
	if err := e.list(ctx, s, missing); err != nil {
		return nil, err
	}
	list, missing = e.walk(paths)
	if len(missing) > 0 {
		// Files that the go command has removed from its cache meanwhile, below
		// packages of which it has kept them.
		if err := e.list(ctx, s, paths); err != nil {
			return nil, err
		}
		if list, missing = e.walk(paths); len(missing) > 0 {
			return nil, fmt.Errorf("go list names no compiled form of %s", strings.Join(missing, ", "))
		}
	}
	return list, nil
}

// walk returns the closure as far as it is known, and what is not.
func (e *exports) walk(paths []string) (list []*export, missing []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.load()
	seen := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		if seen[path] || path == "unsafe" || path == "C" {
			return
		}
		seen[path] = true
		x := e.known[path]
		if x == nil {
			missing = append(missing, path)
			return
		}
		if _, err := os.Stat(x.File); err != nil {
			missing = append(missing, path)
			return
		}
		for _, i := range x.Imports {
			visit(i)
		}
		list = append(list, x)
	}
	for _, p := range paths {
		visit(p)
	}
	return list, missing
}

// list asks the go command, which compiles what is not in its cache.
func (e *exports) list(ctx context.Context, s *setup, paths []string) error {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export,Standard,Imports,CgoFiles,Module"}
	args = append(append(args, e.args...), "--")
	out, err := command(ctx, e.dir, s.env, s.goCmd, append(args, paths...)...)
	if err != nil {
		var failed *commandError
		if errors.As(err, &failed) && failed.output != "" {
			return errors.New(failed.output)
		}
		return err
	}
	type module struct {
		Path, Version string
		Main          bool
		Replace       *module
	}
	local := false
	var list []*export
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Export string
			Standard           bool
			Imports, CgoFiles  []string
			Module             *module
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("read what go list prints: %w", err)
		}
		if p.Export == "" {
			continue // unsafe
		}
		x := &export{Path: p.ImportPath, File: p.Export, Imports: p.Imports, Cgo: len(p.CgoFiles) > 0 && !p.Standard}
		if len(p.CgoFiles) > 0 {
			x.Imports = append(x.Imports, "runtime/cgo", "syscall") // from what cgo writes
		}
		if m := p.Module; m != nil {
			x.Module, x.Version = m.Path, m.Version
			x.local = m.Main
			if m.Replace != nil {
				x.Version, x.local = m.Replace.Version, m.Replace.Version == ""
			}
			if x.Module == weftModule {
				x.local = false // extracted, under the sum of its sources
			}
		}
		local = local || x.local
		list = append(list, x)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range list {
		e.known[x.Path] = x
	}
	if local || e.file == "" {
		e.file = ""
		return nil
	}
	all := make([]*export, 0, len(e.known))
	for _, x := range e.known {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *export) int { return strings.Compare(a.Path, b.Path) })
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	// Another process may have written more; it is asked again then.
	_ = writeFile(e.file, data, 0o600)
	return nil
}

// closure returns what packages are linked of: the packages themselves, among
// them those of earlier builds, and all that they need.
func (t *Toolchain) closure(ctx context.Context, s *setup, base *exports, paths []string) ([]*export, error) {
	own, rest, err := t.ownPackages(ctx, paths)
	if err != nil {
		return nil, err
	}
	var ours, foreign []string
	for _, p := range rest {
		switch {
		case isWeft(p) || isLinked(p) || s.isStandard(p):
			ours = append(ours, p)
		default:
			foreign = append(foreign, p)
		}
	}
	list, err := base.closure(ctx, s, ours)
	if err != nil {
		return nil, err
	}
	if len(foreign) > 0 {
		more, err := t.moduleExports(ctx, s, base, foreign)
		if err != nil {
			return nil, err
		}
		have := map[string]bool{}
		for _, x := range list {
			have[x.Path] = true
		}
		list = slices.Clone(list)
		for _, x := range more {
			if !have[x.Path] {
				list = append(list, x)
			}
		}
	}
	return append(list, own...), nil
}

// ownPackages returns those of paths that were built here, with the built
// packages that they need, and what else is needed.
func (t *Toolchain) ownPackages(ctx context.Context, paths []string) (own []*export, rest []string, err error) {
	seen := map[string]bool{}
	var visit func(path string) error
	visit = func(path string) error {
		if seen[path] {
			return nil
		}
		seen[path] = true
		t.mu.Lock()
		b := t.built[path]
		t.mu.Unlock()
		if b == nil {
			rest = append(rest, path)
			return nil
		}
		select {
		case <-b.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if b.err != nil {
			return fmt.Errorf("%s, which is needed, has not been built: %w", path, b.err)
		}
		for _, i := range b.imports {
			if err := visit(i); err != nil {
				return err
			}
		}
		own = append(own, &export{Path: path, File: b.archive})
		return nil
	}
	for _, p := range paths {
		if err := visit(p); err != nil {
			return nil, nil, err
		}
	}
	return own, rest, nil
}

// isLinked reports whether a package is of the module that the session links: the
// session has its version, whatever modules the notebook has.
func isLinked(path string) bool { return strings.HasPrefix(path, linkedModule+"/") }

func isWeft(path string) bool {
	return path == weftModule || strings.HasPrefix(path, weftModule+"/")
}

// isStandard reports whether Go itself has a package.
func (s *setup) isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	if strings.Contains(first, ".") {
		return false
	}
	info, err := os.Stat(filepath.Join(s.goroot, "src", filepath.FromSlash(path)))
	return err == nil && info.IsDir()
}

// moduleExports returns packages of the session's modules with all that they
// need.
func (t *Toolchain) moduleExports(ctx context.Context, s *setup, base *exports, paths []string) ([]*export, error) {
	dir := t.o.Modules()
	if dir == "" {
		return nil, fmt.Errorf("package %s is neither standard nor Weft's: get its module with %%get", strings.Join(paths, ", "))
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("read the session's modules: %w", err)
	}
	gosum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the session's modules: %w", err)
	}
	key := sum(base.kind, dir, string(mod), string(gosum))
	t.mu.Lock()
	e := t.modules[key]
	t.mu.Unlock()
	if e == nil {
		args := slices.Clone(base.args)
		if base.kind == "plugin" {
			// A map that nothing of one plugin uses must be filled all the same:
			// another plugin may use it, and the package is initialized once. The
			// compiler's flag keeps the filling. The session's own modules are
			// compiled already, without it.
			for _, m := range requirements(mod) {
				if _, linked := s.deps[m]; !linked {
					args = append(args, "-gcflags="+m+"/...="+keepMaps)
				}
			}
		}
		e = s.newExports(base.kind, dir, args)
		e.file += "-" + key
		t.mu.Lock()
		if other := t.modules[key]; other != nil {
			e = other
		}
		t.modules[key] = e
		t.mu.Unlock()
	}
	list, err := e.closure(ctx, s, paths)
	if err != nil {
		return nil, err
	}
	if base.kind != "plugin" {
		return list, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range list {
		if x.Module == "" {
			continue
		}
		if has, ok := s.deps[x.Module]; ok && has != x.Version {
			return nil, &conflictError{module: x.Module, has: has, wants: x.Version, who: "the session's own program"}
		}
		if has, ok := t.linked[x.Module]; ok && has != x.Version {
			return nil, &conflictError{module: x.Module, has: has, wants: x.Version, who: "what is loaded already"}
		}
	}
	return list, nil
}

// keepMaps makes the compiler fill a package's maps in the package's
// initialization itself. By default the linker drops the filling of maps that
// it sees no use of (cmd/compile/internal/staticinit, OutlineMapInits).
const keepMaps = "-d=wrapglobalmapctl=1"

// requirements returns the modules that a go.mod requires.
func requirements(mod []byte) []string {
	var list []string
	block := false
	for line := range strings.Lines(string(mod)) {
		line, _, _ = strings.Cut(line, "//")
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
		case f[0] == ")":
			block = false
		case f[0] == "require" && len(f) == 2 && f[1] == "(":
			block = true
		case f[0] == "require" && len(f) == 3:
			list = append(list, strings.Trim(f[1], "\"`"))
		case block && len(f) == 2:
			list = append(list, strings.Trim(f[0], "\"`"))
		}
	}
	return list
}

// A config is what the compiler and the linker know of other packages.
type config struct {
	file string
	cgo  bool // there is C beside the standard library's
}

// importcfg writes what a package with these imports is compiled and linked
// against, and returns the versions of the modules in it.
func (t *Toolchain) importcfg(ctx context.Context, s *setup, base *exports, work string, imports []string) (cfg config, versions map[string]string, err error) {
	roots := append(slices.Clone(imports), "runtime") // every program has it
	if base == s.plugin || base == s.racing {
		roots = append(roots, "runtime/cgo") // external linking, or the detector's C
	}
	if base == s.plugin && s.race || base == s.racing {
		roots = append(roots, "runtime/race")
	}
	list, err := t.closure(ctx, s, base, roots)
	if err != nil {
		return config{}, nil, err
	}
	versions = map[string]string{}
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, "packagefile %s=%s\n", x.Path, x.File)
		cfg.cgo = cfg.cgo || x.Cgo
		if x.Module != "" && x.Module != weftModule {
			versions[x.Module] = x.Version
		}
	}
	cfg.file = filepath.Join(work, "importcfg")
	if err := os.WriteFile(cfg.file, []byte(b.String()), 0o600); err != nil {
		return config{}, nil, err
	}
	if base != s.plugin { // only the linker understands this
		fmt.Fprintf(&b, "modinfo %q\n", s.buildInfo(versions))
		if err := os.WriteFile(cfg.file+".link", []byte(b.String()), 0o600); err != nil {
			return config{}, nil, err
		}
	}
	return cfg, versions, nil
}
