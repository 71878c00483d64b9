package module

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Get adds modules or changes their versions, as "go get" does with the same
// arguments, and compiles the packages among them. progress gets a line for
// each download and each change. An error leaves everything as it was; it names
// the module and the reason.
func (s *Session) Get(ctx context.Context, progress func(string), args ...string) error {
	return s.change(ctx, "%get "+strings.Join(args, " "), func() error {
		if err := s.unlocal(ctx, args); err != nil {
			return err
		}
		if _, err := s.run(ctx, s.wantDir(), progress, append([]string{"get"}, args...)...); err != nil {
			return s.explain(args, err)
		}
		m, err := s.modFile(ctx, s.wantDir())
		if err != nil {
			return err
		}
		var packages []string
		for _, arg := range args {
			pkgPath, version, _ := strings.Cut(arg, "@")
			if strings.HasPrefix(arg, "-") {
				continue
			}
			module := moduleOf(pkgPath, func(yield func(string) bool) {
				for _, r := range m.Require {
					if !yield(r.Path) {
						return
					}
				}
			})
			if version == "none" {
				s.direct = slices.DeleteFunc(s.direct, func(d string) bool { return d == pkgPath })
				continue
			}
			if module != "" && !slices.Contains(s.direct, module) {
				s.direct = append(s.direct, module)
			}
			if !strings.Contains(pkgPath, "...") {
				packages = append(packages, pkgPath)
			}
		}
		if err := s.adopt(ctx); err != nil {
			return err
		}
		return s.warm(ctx, progress, packages)
	})
}

// unlocal takes back the folders that stand for modules of which args want a
// version.
func (s *Session) unlocal(ctx context.Context, args []string) error {
	for _, arg := range args {
		path, _, versioned := strings.Cut(arg, "@")
		i := slices.IndexFunc(s.locals, func(l *local) bool { return l.path == path })
		if !versioned || i < 0 {
			continue
		}
		if _, err := s.run(ctx, s.wantDir(), nil, "mod", "edit", "-dropreplace="+path, "-droprequire="+path); err != nil {
			return err
		}
		s.locals = slices.Delete(slices.Clone(s.locals), i, i+1)
	}
	return nil
}

// Replace makes a local folder stand for a module: the folder's packages are
// what cells import, and its files may change from cell to cell. path may be ""
// for the path that the folder's go.mod says. dir is absolute; typed is how the
// user wrote it.
func (s *Session) Replace(ctx context.Context, progress func(string), path, dir, typed string) error {
	what := strings.TrimPrefix(path+" => "+typed, " => ")
	return s.change(ctx, "%get "+what, func() error {
		switch info, err := os.Stat(dir); {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("there is no folder %s", dir)
		case err != nil:
			return err
		case !info.IsDir():
			return fmt.Errorf("%s is a file: name the folder that its module is in", dir)
		case !hasMod(dir):
			return fmt.Errorf("%s has no go.mod: run !cd %s && go mod init %s", dir, typed, orExample(path))
		}
		mod, err := s.modFile(ctx, dir)
		if err != nil {
			return err
		}
		switch {
		case path == "":
			path = mod.Module.Path
		case path != mod.Module.Path:
			return fmt.Errorf("%s holds the module %s, not %s: write %%get %s => %s", typed, mod.Module.Path, path, mod.Module.Path, typed)
		}
		dir, err = filepath.EvalSymlinks(dir)
		if err != nil {
			return err
		}
		args := []string{"mod", "edit", "-replace=" + path + "=" + dir}
		// As in a workspace, the folder's own replacements count too.
		for _, r := range mod.Replace {
			if !localPath(r.New.Path) || r.Old.Version != "" {
				continue
			}
			to := r.New.Path
			if !filepath.IsAbs(to) {
				to = filepath.Join(dir, to)
			}
			args = append(args, "-replace="+r.Old.Path+"="+to)
			s.addLocal(r.Old.Path, to, to)
		}
		if _, err := s.run(ctx, s.wantDir(), nil, args...); err != nil {
			return err
		}
		if _, err := s.run(ctx, s.wantDir(), quiet(progress, path), "get", path+"@"+zeroVersion(path)); err != nil {
			return s.explain([]string{path}, err)
		}
		if progress != nil {
			progress(path + " is what " + typed + " holds")
		}
		s.addLocal(path, dir, typed)
		if !slices.Contains(s.direct, path) {
			s.direct = append(s.direct, path)
		}
		return s.adopt(ctx)
	})
}

// majorVersion is the ending of a module's path from its second major version
// on, as in example.com/m/v2 and gopkg.in/m.v2.
var majorVersion = regexp.MustCompile(`(?:/|^gopkg\.in/.*\.)(v[0-9]+)$`)

// zeroVersion is the version that the go command gives a module of which there
// are replacements only. Without one it would ask the network for the newest.
func zeroVersion(path string) string {
	major := "v0"
	if m := majorVersion.FindStringSubmatch(path); m != nil {
		major = m[1]
	}
	return major + ".0.0-00010101000000-000000000000"
}

// quiet leaves out what the go command says of a module that has no version.
func quiet(progress func(string), path string) func(string) {
	return func(line string) {
		if progress != nil && !strings.HasPrefix(line, "added "+path+" ") {
			progress(line)
		}
	}
}

// Tidy brings go.mod to what is needed: the modules of the imported packages
// and of those that the session has loaded.
func (s *Session) Tidy(ctx context.Context, progress func(string), imports []string) error {
	return s.change(ctx, "%mod tidy", func() error {
		var text strings.Builder
		text.WriteString("package nb\n")
		need := map[string]bool{}
		for _, p := range imports {
			need[s.written(p)] = true
		}
		for p := range s.used {
			if f := s.found[p]; f != nil && mayImport(f.ImportPath) {
				need[f.ImportPath] = true
			}
		}
		for p := range need {
			if f := s.found[s.real(p)]; f != nil && !f.Standard {
				fmt.Fprintf(&text, "import _ %q\n", p)
			}
		}
		file := filepath.Join(s.wantDir(), "imports.go")
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			return err
		}
		defer os.Remove(file)
		if _, err := s.run(ctx, s.wantDir(), progress, "mod", "tidy"); err != nil {
			return s.explain(nil, err)
		}
		m, err := s.modFile(ctx, s.wantDir())
		if err != nil {
			return err
		}
		s.direct = slices.DeleteFunc(s.direct, func(d string) bool {
			return !slices.ContainsFunc(m.Require, func(r struct{ Path, Version string }) bool { return r.Path == d })
		})
		return s.adopt(ctx)
	})
}

// change does what changes go.mod, all of it or nothing.
func (s *Session) change(ctx context.Context, what string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	before, err := s.save()
	if err != nil {
		return err
	}
	direct, locals, dir := slices.Clone(s.direct), slices.Clone(s.locals), s.build.Load()
	if err := do(); err != nil {
		s.direct, s.locals = direct, locals
		s.build.Store(dir)
		if ctx.Err() != nil {
			err = errors.New("interrupted")
		}
		if restoreErr := s.restore(before); restoreErr != nil {
			return fmt.Errorf("%s: %w; go.mod could not be put back: %w", what, err, restoreErr)
		}
		s.forget()
		_ = s.list(context.WithoutCancel(ctx)) // what was importable before
		return fmt.Errorf("%s: %w; go.mod is as it was", what, err)
	}
	return nil
}

// adopt takes over a changed go.mod, unless it wants another version of what
// the session has loaded.
func (s *Session) adopt(ctx context.Context) error {
	if err := s.conflict(ctx); err != nil {
		return err
	}
	if err := s.refreshBuild(ctx, true); err != nil {
		return err
	}
	s.forget()
	return s.list(ctx)
}

// forget drops what is known of packages that the session has not loaded: they
// may have another version now.
func (s *Session) forget() {
	for p := range s.found {
		if !s.used[p] {
			delete(s.found, p)
		}
	}
	for p := range s.tables {
		if !s.used[p] {
			delete(s.tables, p)
		}
	}
	s.o.Importer.Forget(func(p string) bool {
		if s.used[p] {
			return false
		}
		first, _, _ := strings.Cut(p, "/")
		return strings.Contains(first, ".") || slices.ContainsFunc(s.locals, func(l *local) bool { return moduleOf(p, slices.Values([]string{l.path})) != "" })
	})
}

// conflict returns an error if go.mod wants another version of a module that
// the session has loaded packages of.
func (s *Session) conflict(ctx context.Context) error {
	loaded := map[string]string{} // module -> version
	for p := range s.used {
		f := s.found[p]
		if f == nil || f.Module == nil {
			continue
		}
		// A local folder may be in any state: its packages are copied.
		copied := f.Module.Replace != nil && filepath.IsAbs(f.Module.Replace.Path) && s.localOf(f.ImportPath) != nil
		if !copied {
			loaded[f.Module.Path] = version(f.Module.Version, f.Module.Replace)
		}
	}
	if len(loaded) == 0 {
		return nil
	}
	type listed struct {
		Path, Version string
		Replace       *struct{ Path, Version string }
		Error         *struct{ Err string }
	}
	args := append([]string{"list", "-e", "-m", "-json=Path,Version,Replace,Error"}, slices.Sorted(mapKeys(loaded))...)
	out, err := s.run(ctx, s.wantDir(), nil, args...)
	if err != nil {
		return err
	}
	list, err := decode[listed](out)
	if err != nil {
		return err
	}
	for _, m := range list {
		now := version(m.Version, m.Replace)
		if m.Error != nil {
			now = "none"
		}
		if was := loaded[m.Path]; now != was {
			return &LoadedError{Module: m.Path, Loaded: was, Wanted: now}
		}
	}
	return nil
}

func version(v string, replace *struct{ Path, Version string }) string {
	if replace != nil {
		return strings.TrimSpace(replace.Path + " " + replace.Version)
	}
	return v
}

// A LoadedError says that a change of go.mod needs another version of a module
// than the one whose packages the session has loaded already.
type LoadedError struct {
	Module, Loaded, Wanted string
}

func (e *LoadedError) Error() string {
	return fmt.Sprintf("this needs %s %s, but the session has loaded %s and a process holds one version only: %%reset (it forgets all names), then try again", e.Module, e.Wanted, e.Loaded)
}

// warm compiles packages, so that the first cell does not wait. A path that is
// a module without a package of its own is none.
func (s *Session) warm(ctx context.Context, progress func(string), paths []string) error {
	all := slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		known, added := s.o.Importer.Known(p)
		return !known || !added
	})
	if len(all) == 0 {
		return nil
	}
	if err := s.settle(ctx, progress, all...); err != nil {
		return err
	}
	for _, p := range all {
		if progress != nil {
			progress("compiling " + p)
		}
		if _, err := s.load(ctx, p); err != nil {
			return plain(err)
		}
	}
	return nil
}

// explain adds to the go command's words what the user can do.
func (s *Session) explain(args []string, err error) error {
	text := err.Error()
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
	}
	var cached string
	for _, arg := range args {
		if list := s.cached(arg); len(list) > 0 && !strings.Contains(arg, "@") {
			cached = fmt.Sprintf("; the module cache has %s: %%get %s@%s needs no network", strings.Join(list, ", "), arg, list[len(list)-1])
		}
	}
	proxy := "direct"
	for _, v := range s.environ("") {
		if value, ok := strings.CutPrefix(v, "GOPROXY="); ok {
			proxy = value
		}
	}
	switch {
	case has("GOPROXY=off", "module lookup disabled"):
		return fmt.Errorf("%w (nothing may be loaded: GOPROXY=off)%s", err, cached)
	case has("dial tcp", "no such host", "i/o timeout", "connection refused", "network is unreachable", "TLS handshake", "no such file or directory") && has("Get \"", "proxy", "dial", "file://"):
		return fmt.Errorf("%w (the module proxy can't be reached; GOPROXY=%s)%s", err, proxy, cached)
	case has("terminal prompts disabled", "could not read Username"):
		return fmt.Errorf("%w (a private repository? set GOPRIVATE and let git log in without a question)", err)
	}
	return err
}

// cached lists the versions of a module that are in the module cache.
func (s *Session) cached(path string) []string {
	dir := ""
	for _, v := range s.environ("") {
		if value, ok := strings.CutPrefix(v, "GOMODCACHE="); ok && value != "" {
			dir = value
		} else if value, ok := strings.CutPrefix(v, "GOPATH="); ok && value != "" && dir == "" {
			dir = filepath.Join(filepath.SplitList(value)[0], "pkg", "mod")
		} else if value, ok := strings.CutPrefix(v, "HOME="); ok && dir == "" {
			dir = filepath.Join(value, "go", "pkg", "mod")
		}
	}
	zips, _ := filepath.Glob(filepath.Join(dir, "cache", "download", filepath.FromSlash(escape(path)), "@v", "*.zip"))
	for i, z := range zips {
		zips[i] = strings.TrimSuffix(filepath.Base(z), ".zip")
	}
	slices.SortFunc(zips, compareVersions)
	return zips
}

// compareVersions orders v1.9.0 before v1.10.0. Of what stands behind a dash it
// knows nothing.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, y := strings.TrimPrefix(as[i], "v"), strings.TrimPrefix(bs[i], "v")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

// escape writes a path as the module cache does: capital letters as "!" and the
// small one (go help goproxy).
func escape(path string) string {
	var b strings.Builder
	for _, r := range path {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func localPath(p string) bool {
	return filepath.IsAbs(p) || p == "." || p == ".." || strings.HasPrefix(p, "./") || strings.HasPrefix(p, "../")
}

func hasMod(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil && info.Mode().IsRegular()
}

func orExample(path string) string {
	if path == "" {
		return "example.com/name"
	}
	return path
}
