package toolchain

import (
	"cmp"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// setup is what builds go by: where the tools are and which settings make their
// output fit the session's program.
type setup struct {
	goCmd, tools, goroot string
	version, lang        string // "go1.26.8", "go1.26"
	cc                   string // the C compiler, as the linker takes it
	env                  []string
	race                 bool
	cache                string            // folder for what later processes can use
	source               string            // folder of the module in which Weft's packages are found
	session              string            // the session's program, "" if unknown
	canOpen              bool              // session is weft-session, which opens a plugin on demand
	deps                 map[string]string // versions of the modules in the session's program
	plugin, program      *exports          // standard and Weft's packages, compiled for each
	racing               *exports          // the same for programs with the race detector
	linker               linker
}

// reinstall is what to do when Weft's programs do not fit.
const reinstall = "build Weft again with this Go (./install.sh, or make)"

// Ready reports whether this machine can build what the session can open; the
// error says what is missing and what to do. The first call looks, and the very
// first on a machine compiles the standard library for plugins (20 to 60 s) and
// has the session's program open a plugin; a later process asks the go command
// its version only, about 20 ms. All calls after the first cost nothing.
func (t *Toolchain) Ready(ctx context.Context) error {
	ctx, end, err := t.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	_, err = t.check(ctx)
	return err
}

// check returns the setup, which it makes at the first call.
func (t *Toolchain) check(ctx context.Context) (*setup, error) {
	known := func() (*setup, error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.failed != nil && time.Now().Before(t.until) {
			return nil, t.failed
		}
		return t.setup, nil
	}
	if s, err := known(); s != nil || err != nil {
		return s, err
	}
	select {
	case t.checking <- struct{}{}:
		defer func() { <-t.checking }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if s, err := known(); s != nil || err != nil {
		return s, err
	}
	s, err := t.examine(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.setup, t.failed = s, nil
	case ctx.Err() == nil:
		// Somebody may just be installing what is missing.
		t.failed, t.until = err, time.Now().Add(10*time.Second)
	}
	return s, err
}

func (t *Toolchain) examine(ctx context.Context) (*setup, error) {
	s := &setup{session: t.o.SessionBinary, deps: map[string]string{}}
	info := &debug.BuildInfo{GoVersion: runtime.Version(), Settings: []debug.BuildSetting{
		{Key: "-trimpath", Value: "true"}, {Key: "CGO_ENABLED", Value: "1"},
		{Key: "GOOS", Value: runtime.GOOS}, {Key: "GOARCH", Value: runtime.GOARCH},
	}}
	if s.session != "" {
		path, err := exec.LookPath(s.session)
		if err != nil {
			return nil, fmt.Errorf("the session's program is not there: %w", err)
		}
		if info, err = buildinfo.ReadFile(path); err != nil {
			return nil, fmt.Errorf("read how %s was built: %w", path, err)
		}
		s.session = path
		s.canOpen = info.Path == weftModule+"/kernel/cmd/weft-session"
	}
	for _, d := range info.Deps {
		if d.Replace != nil {
			d.Version = d.Replace.Version
		}
		s.deps[d.Path] = d.Version
	}
	flags, err := s.follow(info)
	if err != nil {
		return nil, err
	}
	goSum, err := s.findGo(ctx, info)
	if err != nil {
		return nil, err
	}
	if s.cache, err = t.cacheDir(); err != nil {
		return nil, err
	}
	if s.source, err = extract(s.cache, info.Main); err != nil {
		return nil, fmt.Errorf("put Weft's sources where they can be compiled: %w", err)
	}
	s.plugin = s.newExports("plugin", s.source, append([]string{"-buildmode=plugin"}, flags...))
	plain := slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return f == "-race" })
	s.program = s.newExports("program", s.source, plain)
	s.racing = s.newExports("race", s.source, append(slices.Clone(plain), "-race"))

	key := sum(goSum, s.session, stamp(s.session), s.cc, s.source, strings.Join(flags, " "), os.Getenv("PATH"))
	file := filepath.Join(s.cache, "ready-"+key)
	if b, err := os.ReadFile(file); err != nil || !s.linker.restore(b) {
		if err := t.try(ctx, s); err != nil {
			return nil, err
		}
		if err := writeFile(file, s.linker.save(), 0o600); err != nil {
			t.o.Log("the next start has to look again: %v", err)
		}
		prune(s.cache)
		t.work.Add(1) // Ready holds one already
		go func() {
			defer t.work.Done()
			t.prepare(Background(t.ctx), s)
		}()
	}
	return s, nil
}

// prepare has the go command tell all standard packages once, so that later
// builds, of later processes too, need not ask.
func (t *Toolchain) prepare(ctx context.Context, s *setup) {
	leave, err := t.lanes.enter(ctx)
	if err != nil {
		return
	}
	defer leave()
	out, err := command(ctx, s.source, s.env, s.goCmd, "list", "std")
	if err != nil {
		return // the build that needs a package tells why
	}
	public := slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool {
		first, _, _ := strings.Cut(p, "/")
		return first == "vendor" || slices.Contains(strings.Split(p, "/"), "internal")
	})
	_, _ = s.plugin.closure(ctx, s, public)
}

// follow takes over how the session's program was built, and returns the flags
// for the go command.
func (s *setup) follow(info *debug.BuildInfo) (flags []string, err error) {
	set := map[string]string{}
	for _, b := range info.Settings {
		set[b.Key] = b.Value
	}
	if set["CGO_ENABLED"] != "1" {
		return nil, errors.New("weft-session is built without cgo, so it can't open compiled cells: install a C compiler (apt install gcc libc6-dev) and " + reinstall)
	}
	if set["GOOS"] != runtime.GOOS || set["GOARCH"] != runtime.GOARCH {
		return nil, fmt.Errorf("weft-session is built for %s/%s: %s", set["GOOS"], set["GOARCH"], reinstall)
	}
	if set["-trimpath"] != "true" {
		return nil, errors.New("weft-session is built without -trimpath, so its packages differ from those for compiled cells: build it with go build -trimpath (./install.sh, or make)")
	}
	for _, f := range []string{"-msan", "-asan"} {
		if set[f] == "true" {
			return nil, fmt.Errorf("weft-session is built with %s, which plugins can't have: %s", f, reinstall)
		}
	}
	flags = []string{"-trimpath"}
	if set["-race"] == "true" {
		s.race = true
		flags = append(flags, "-race")
	}
	if tags := set["-tags"]; tags != "" {
		flags = append(flags, "-tags="+tags)
	}
	s.env = environment(set)
	return flags, nil
}

// environment is what Go's tools are run with: the user's, but for all that
// would make packages differ from the session's.
func environment(set map[string]string) []string {
	fixed := []string{"GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=readonly", "CGO_ENABLED=1", "GO111MODULE=on"}
	// What the go command notes of these decides over the user's own.
	for _, k := range []string{"GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GODEBUG", "GOFIPS140"} {
		fixed = append(fixed, k+"="+set[k])
	}
	drop := map[string]bool{"GOROOT": true, "PWD": true, "GOROOT_FINAL": true, "GO_EXTLINK_ENABLED": true, "GODEFAULTS": true}
	for _, f := range fixed {
		k, _, _ := strings.Cut(f, "=")
		drop[k] = true
	}
	var env []string
	for _, e := range os.Environ() {
		if k, _, _ := strings.Cut(e, "="); !drop[k] {
			env = append(env, e)
		}
	}
	return append(env, fixed...)
}

// findGo finds the go command and a C compiler, and returns what tells this Go
// from another.
func (s *setup) findGo(ctx context.Context, info *debug.BuildInfo) (id string, err error) {
	const get = "install Go from https://go.dev/dl and put its bin folder on PATH"
	if s.goCmd, err = exec.LookPath("go"); err != nil {
		return "", errors.New("go is not on PATH, and compiled cells need it: " + get)
	}
	out, err := command(ctx, string(filepath.Separator), s.env, s.goCmd, "env", "-json", "GOROOT", "GOVERSION", "GOTOOLDIR", "GOCACHE", "CC", "GOMODCACHE")
	if err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		return "", fmt.Errorf("%s does not run: %w: %s", s.goCmd, err, get)
	}
	var env struct{ GOROOT, GOVERSION, GOTOOLDIR, GOCACHE, CC, GOMODCACHE string }
	if err := json.Unmarshal(out, &env); err != nil {
		return "", fmt.Errorf("%s env prints no JSON: %w", s.goCmd, err)
	}
	// A program's version names its experiments behind a space.
	want, _, _ := strings.Cut(info.GoVersion, " ")
	have, _, _ := strings.Cut(env.GOVERSION, " ")
	if want != have {
		return "", fmt.Errorf("%s is %s, but weft-session is built with %s, and compiled cells need the same: put %s first on PATH, or %s", s.goCmd, have, want, want, reinstall)
	}
	s.goroot, s.tools, s.version, s.lang, s.cc = env.GOROOT, env.GOTOOLDIR, env.GOVERSION, version.Lang(have), env.CC
	if s.lang == "" {
		s.lang = "go1.26" // a development version
	}
	if cc := strings.Fields(cmp.Or(s.cc, "gcc")); true {
		if _, err := exec.LookPath(cc[0]); err != nil {
			do := "apt install gcc libc6-dev, or your system's package of gcc"
			if runtime.GOOS == "darwin" {
				do = "xcode-select --install"
			}
			return "", fmt.Errorf("the C compiler (%s) is not there, and compiled cells are linked with it: %s", cc[0], do)
		}
	}
	return sum(string(out), s.goCmd, stamp(s.goCmd)), nil
}

// CacheDir returns the user's folder for what later processes can use. All in it
// can be removed while none runs; it is written anew.
func CacheDir() (string, error) {
	user, err := os.UserCacheDir()
	return filepath.Join(user, "weft"), err
}

// cacheDir makes sure that there is such a folder.
func (t *Toolchain) cacheDir() (string, error) {
	if dir, err := CacheDir(); err == nil {
		if os.MkdirAll(dir, 0o700) == nil {
			if f, err := os.CreateTemp(dir, "try-"); err == nil {
				f.Close()
				return dir, os.Remove(f.Name())
			}
		}
	}
	// Without one all goes on, a little later.
	return t.folder("check")
}

// prune removes from the cache what no Weft has needed for long.
func prune(cache string) {
	for _, pattern := range []string{"ready-*", "exports-*", "source-*", "extld-*"} {
		found, _ := filepath.Glob(filepath.Join(quoteGlob(cache), pattern))
		for _, f := range found {
			if info, err := os.Stat(f); err == nil && time.Since(info.ModTime()) > 60*24*time.Hour {
				_ = os.RemoveAll(f)
			}
		}
	}
}

// sum returns a short name for some texts.
func sum(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d %s\n", len(p), p)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12])
}

// stamp tells a file from its other versions.
func stamp(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// writeFile writes a file that others see as a whole only.
func writeFile(name string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "new-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// try builds a small package in each way that the linker has until the session
// opens it.
func (t *Toolchain) try(ctx context.Context, s *setup) error {
	if err := s.linker.find(ctx, s); err != nil {
		return err
	}
	slow := time.AfterFunc(3*time.Second, func() {
		t.o.Log("compiling the standard library for compiled cells, once for each Go release; this can take a minute")
	})
	defer slow.Stop()
	work, err := t.folder("check")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	text := "package main\n\nimport (\n\t\"fmt\"\n"
	for _, p := range tried {
		text += fmt.Sprintf("\t_ %q\n", weftModule+"/"+p)
	}
	text += ")\n\nfunc Tried() { fmt.Println() }\n"
	p := Package{Path: "nb/try", Files: []File{{Name: "try.go", Text: text}}}
	cfg, _, err := t.importcfg(ctx, s, s.plugin, work, importsOf(p))
	if err != nil {
		return fmt.Errorf("compile what compiled cells need: %w", err)
	}
	slow.Stop()
	archive := filepath.Join(work, "package.a")
	if err := t.compile(ctx, s, work, cfg.file, p.Path, archive, p.Files, true); err != nil {
		return fmt.Errorf("compile a cell: %w", err)
	}
	if err := rewrite(archive, nil); err != nil {
		return fmt.Errorf("compile a cell: %w", err)
	}
	so := filepath.Join(work, "try.so")
	var errs []error
	for i := range s.linker.Ways {
		err := t.link(ctx, s, s.linker.Ways[i], cfg, p.Path, archive, so)
		if err == nil && s.canOpen {
			if _, err = command(ctx, work, nil, s.session, "open", so); err != nil {
				err = fmt.Errorf("weft-session can't open a compiled cell: %w", err)
			}
		}
		if err == nil {
			s.linker.Use = i
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		errs = append(errs, err)
		if strings.Contains(err.Error(), "different version") || strings.Contains(err.Error(), "not implemented") {
			return fmt.Errorf("%w: %s", err, reinstall)
		}
		t.o.Log("%s does not do: %v", s.linker.Ways[i].Name, err)
	}
	return fmt.Errorf("link a cell: %w", errs[len(errs)-1])
}

// A Trial is what Try has found out.
type Trial struct {
	Build, Open time.Duration // of a cell; opening includes the start of a process
	Linker      string        // what linked it: "ld.gold", or the C compiler
}

// Try builds a one-line cell and has the session's program open it in a process
// of its own.
func (t *Toolchain) Try(ctx context.Context) (Trial, error) {
	if err := t.Ready(ctx); err != nil {
		return Trial{}, err
	}
	t.mu.Lock()
	s := t.setup
	t.mu.Unlock()
	if !s.canOpen {
		return Trial{}, fmt.Errorf("%s is not weft-session", s.session)
	}
	p, err := t.Build(ctx, Package{
		Path:  fmt.Sprintf("nb/try%d", t.serial.Add(1)),
		Files: []File{{Name: "try.go", Text: "package main\n\nimport \"fmt\"\n\nfunc Tried() { fmt.Println() }\n"}},
	})
	if err != nil {
		return Trial{}, err
	}
	start := time.Now()
	if _, err := command(ctx, filepath.Dir(p.File), nil, s.session, "open", p.File); err != nil {
		return Trial{}, fmt.Errorf("weft-session can't open a compiled cell: %w", err)
	}
	linker := s.linker.Ways[len(s.linker.Ways)-1].Name
	if p.Direct {
		linker = s.linker.Ways[s.linker.Use].Name
	}
	return Trial{p.Took, time.Since(start), linker}, nil
}

// tried are those of Weft's packages that a plugin and the session are sure to
// have in common.
var tried = []string{"kernel/internal/dock", "kernel/display", "kernel/measure", "runtime/par"}
