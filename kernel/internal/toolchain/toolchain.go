// Package toolchain turns texts of Go packages into plugins that the running
// session can open, and whole programs into executables.
//
// A plugin can be opened only by a program that is compiled from the same
// packages with the same settings. So a Toolchain reads how the session's
// program was built and follows it, or says why that can't be: the Go release,
// -trimpath, -race, tags, the architecture. Weft's own packages come from the
// sources that the programs carry (package weft).
//
// A build calls the compiler and the linker as the go command would, without
// the go command: what it would tell them, the export data of imported
// packages, is asked once and kept (exports.go). The linker gets an external
// linker that does not start a C compiler (linker.go). This makes a cell that
// imports fmt a plugin in about 0.15 s instead of 0.5 s.
package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say for whom a Toolchain builds.
type Options struct {
	// Dir is the scratch folder: plugins and executables lie there until Close
	// removes it. "" makes one among the system's temporary files.
	Dir string
	// SessionBinary is the program that opens the plugins; how it was built
	// decides how they are built. "" is a session of this process's Go release,
	// built with -trimpath.
	SessionBinary string
	// Modules returns the folder with the session's go.mod, "" if the session
	// has none. Packages that are neither standard nor Weft's are built there.
	Modules func() (dir string)
	// Log gets what takes long or goes another way than planned, a line each.
	Log func(format string, args ...any)
}

// A File is Go text. Name is what errors and panics call it where the text has
// no //line directive.
type File struct{ Name, Text string }

// A Package is the text of a package to be compiled.
type Package struct {
	Path    string // import path, used once only
	Clause  string // the name in the package clause, for information
	Files   []File
	Imports []string // import paths beside those that the text names
	// FuncName and TypeName say what programs see of the names that the linker
	// has: of functions in traces, of types with %T. Names must not get longer;
	// nil leaves them alone.
	FuncName, TypeName func(linked string) string
}

// A Plugin is a built package.
type Plugin struct {
	Path   string        // the package's import path, the plugin's too
	File   string        // the .so, 2 MB and more; it stays until Opened or Close
	Took   time.Duration // of the whole build
	Direct bool          // linked without a C compiler in between
}

// A Toolchain builds for one session. It is safe for concurrent use.
type Toolchain struct {
	o      Options
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	serial atomic.Int64 // numbers folders
	lanes  lanes
	work   sync.WaitGroup // everything that Close waits for

	checking chan struct{} // holds a token while somebody checks the machine

	mu      sync.Mutex
	closed  bool
	dir     string            // the scratch folder, "" until it is needed
	lock    *os.File          // shows that dir is in use
	made    bool              // dir is ours as a whole
	setup   *setup            // what builds go by, nil until the machine is checked
	failed  error             // why the machine can't build
	until   time.Time         // how long failed counts
	built   map[string]*built // packages of earlier builds, by import path
	modules map[string]*exports
	linked  map[string]string // versions of modules in plugins that were handed out
}

// A built package can be imported by later ones.
type built struct {
	done    chan struct{} // closed when the build has ended
	err     error
	archive string   // the compiler's output
	imports []string // all that it imports
}

// New returns a Toolchain. It starts nothing and touches no file.
func New(o Options) *Toolchain {
	if o.Modules == nil {
		o.Modules = func() string { return "" }
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	t := &Toolchain{
		o:        o,
		checking: make(chan struct{}, 1),
		built:    map[string]*built{},
		modules:  map[string]*exports{},
		linked:   map[string]string{},
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// begin enters a call that Close waits for; end leaves it. The context ends with
// Close too.
func (t *Toolchain) begin(ctx context.Context) (c context.Context, end func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil, errors.New("the toolchain is closed")
	}
	t.work.Add(1)
	c, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(t.ctx, cancel)
	return c, func() { stop(); cancel(); t.work.Done() }, nil
}

// Close ends running builds and removes all that was built. Plugins that a
// session has opened stay usable in it.
func (t *Toolchain) Close() error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	t.work.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir == "" {
		return nil
	}
	var err error
	if t.made {
		err = os.RemoveAll(t.dir)
	} else {
		err = removeIn(t.dir)
	}
	if t.lock != nil {
		t.lock.Close()
	}
	t.dir = ""
	return err
}

// Restarted says that the session is a new process: no module's version is
// fixed by what an earlier one has loaded, and local modules are read anew.
// Packages built before can still be imported and their plugins opened.
func (t *Toolchain) Restarted() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.linked)
	clear(t.modules)
}

// Build compiles a package and links it into a plugin. Errors of the text are
// *Errors. A package that could not be built may be built again under the same
// path. The packages of other builds that it imports must have been handed out,
// or be on the way.
func (t *Toolchain) Build(ctx context.Context, p Package) (plugin *Plugin, err error) {
	start := time.Now()
	ctx, end, err := t.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	s, err := t.check(ctx)
	if err != nil {
		return nil, err
	}
	b := &built{done: make(chan struct{})}
	t.mu.Lock()
	if old := t.built[p.Path]; old != nil {
		t.mu.Unlock()
		return nil, fmt.Errorf("build %s: there is such a package already", p.Path)
	}
	t.built[p.Path] = b
	t.mu.Unlock()
	var work string
	defer func() {
		t.mu.Lock()
		if b.err = err; err != nil {
			delete(t.built, p.Path)
		}
		t.mu.Unlock()
		close(b.done)
		if err != nil && work != "" {
			_ = os.RemoveAll(work) // else Close does
		}
	}()
	b.imports = importsOf(p)
	// Before the lanes: what it waits for may be in the background, which would
	// wait for it.
	if _, _, err := t.ownPackages(ctx, b.imports); err != nil {
		return nil, fmt.Errorf("build %s: %w", p.Path, err)
	}
	leave, err := t.lanes.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()

	if work, err = t.folder("build"); err != nil {
		return nil, err
	}
	cfg, versions, err := t.importcfg(ctx, s, s.plugin, work, b.imports)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", p.Path, err)
	}
	b.archive = filepath.Join(work, "package.a")
	if err := t.compile(ctx, s, work, cfg.file, p.Path, b.archive, p.Files, true); err != nil {
		return nil, err
	}
	if err := rewrite(b.archive, p.TypeName); err != nil {
		return nil, fmt.Errorf("build %s: %w", p.Path, err)
	}
	if err := t.lanes.yield(ctx); err != nil {
		return nil, err
	}
	// The name tells which package it is where the system names files, as in
	// /proc/PID/maps.
	so := filepath.Join(work, path.Base(p.Path)+".so")
	direct, err := t.linkPlugin(ctx, s, cfg, p.Path, b.archive, so)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", p.Path, err)
	}
	if err := renameFuncs(so, p.FuncName); err != nil {
		t.o.Log("the functions of %s keep the linker's names: %v", p.Path, err)
	}
	if err := t.fix(versions); err != nil {
		return nil, fmt.Errorf("build %s: %w", p.Path, err)
	}
	// Only later packages need anything but the plugin, and of that the archive.
	_ = os.Remove(cfg.file)
	for i := range p.Files {
		_ = os.Remove(filepath.Join(work, sourceName(i)))
	}
	return &Plugin{Path: p.Path, File: so, Took: time.Since(start), Direct: direct}, nil
}

// Opened says that the session has opened a plugin, or never will: its file is
// removed. Later packages can import the package as before.
func (t *Toolchain) Opened(p *Plugin) {
	if err := os.Remove(p.File); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.o.Log("remove a plugin: %v", err)
	}
}

// Discard removes all that builds have left of the packages that gone names:
// nobody opens or imports them any more.
func (t *Toolchain) Discard(gone func(path string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for path, b := range t.built {
		select {
		case <-b.done:
		default:
			continue // under way
		}
		if gone(path) {
			delete(t.built, path)
			if err := os.RemoveAll(filepath.Dir(b.archive)); err != nil {
				t.o.Log("remove what was built of %s: %v", path, err)
			}
		}
	}
}

// fix notes the versions of modules that a plugin links: from now on the session
// can load no others.
func (t *Toolchain) fix(versions map[string]string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for m, v := range versions {
		if old, ok := t.linked[m]; ok && old != v {
			return &conflictError{module: m, has: old, wants: v, who: "what is loaded already"}
		}
	}
	for m, v := range versions {
		t.linked[m] = v
	}
	return nil
}

// A conflictError says that a module is wanted in a version that can't be
// loaded.
type conflictError struct{ module, has, wants, who string }

func (e *conflictError) Error() string {
	return fmt.Sprintf("%s is wanted at %s, but %s has %s, and one process holds one version only: "+
		"ask for %s@%s, or restart the session if it was %%get that chose the other", e.module, e.wants, e.who, e.has, e.module, e.has)
}

// Exports returns the archive with the export data of a package: of one that
// was built here, or any other that cells may import, compiled for plugins.
func (t *Toolchain) Exports(path string) (file string, err error) {
	ctx, end, err := t.begin(context.Background())
	if err != nil {
		return "", err
	}
	defer end()
	t.mu.Lock()
	b := t.built[path]
	t.mu.Unlock()
	if b != nil {
		<-b.done
		return b.archive, b.err
	}
	s, err := t.check(ctx)
	if err != nil {
		return "", err
	}
	list, err := t.closure(ctx, s, s.plugin, []string{path})
	if err != nil {
		return "", err
	}
	for _, e := range list {
		if e.Path == path {
			return e.File, nil
		}
	}
	return "", fmt.Errorf("no export data of %s", path)
}

// folder returns a new folder in the scratch folder.
func (t *Toolchain) folder(kind string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir == "" {
		if err := t.makeDir(); err != nil {
			return "", err
		}
	}
	dir := filepath.Join(t.dir, fmt.Sprintf("%s%d", kind, t.serial.Add(1)))
	return dir, os.Mkdir(dir, 0o700)
}

// makeDir makes the scratch folder. The caller holds mu.
func (t *Toolchain) makeDir() error {
	if t.o.Dir != "" {
		dir, err := filepath.Abs(t.o.Dir)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		t.dir = dir
		return nil
	}
	removeStale(os.TempDir(), shm)
	dir, err := os.MkdirTemp("", scratchPrefix)
	if err != nil {
		return err
	}
	t.dir, t.made = dir, true
	t.lock, err = lockDir(dir)
	return err
}

// removeIn removes what folder has made in a folder that is somebody else's.
func removeIn(dir string) error {
	var errs []error
	for _, kind := range []string{"build", "program", "check"} {
		found, _ := filepath.Glob(filepath.Join(quoteGlob(dir), kind+"[0-9]*"))
		for _, f := range found {
			errs = append(errs, os.RemoveAll(f))
		}
	}
	return errors.Join(errs...)
}

// quoteGlob returns a pattern that matches s.
func quoteGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

// importsOf returns the import paths of a package, sorted.
func importsOf(p Package) []string {
	list := slices.Clone(p.Imports)
	for _, f := range p.Files {
		list = append(list, importsIn(f.Text)...)
	}
	slices.Sort(list)
	list = slices.Compact(list)
	// unsafe has no export data, and C is not what we compile.
	return slices.DeleteFunc(list, func(p string) bool { return p == "unsafe" || p == "C" || p == "" })
}

// jobs is how many parts of a package the compiler may compile at a time.
func jobs() int { return min(runtime.NumCPU(), 4) }
