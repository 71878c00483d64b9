package toolchain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Program builds package main into an executable, as go build would. Errors of
// the text are *Errors. With race it has the race detector. The file stays
// until Close; removing it earlier, with its folder, is fine.
func (t *Toolchain) Program(ctx context.Context, files []File, race bool) (exe string, err error) {
	ctx, end, err := t.begin(ctx)
	if err != nil {
		return "", err
	}
	defer end()
	s, err := t.check(ctx)
	if err != nil {
		return "", err
	}
	leave, err := t.lanes.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	work, err := t.folder("program")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(work) // else Close does
		}
	}()
	exe = filepath.Join(work, "main")
	p := Package{Path: "main", Files: files}
	imports := importsOf(p)
	direct := true
	for _, f := range files {
		direct = direct && !slices.Contains(importsIn(f.Text), "C")
	}
	if direct {
		base, flags := s.program, []string{}
		if race {
			base, flags = s.racing, []string{"-race"}
		}
		cfg, _, err := t.importcfg(ctx, s, base, work, imports)
		if err != nil {
			return "", fmt.Errorf("build the program: %w", err)
		}
		archive := filepath.Join(work, "package.a")
		if _, err := t.compileWith(ctx, s, work, cfg.file, "main", archive, files, false, flags...); err != nil {
			return "", err
		}
		if err := t.lanes.yield(ctx); err != nil {
			return "", err
		}
		_, err = tool(ctx, s, work, "link", append(flags, "-o", exe, "-importcfg", cfg.file+".link",
			"-buildmode=exe", "-s", "-w", "-X=runtime.defaultGOROOT="+s.goroot, "-extld", s.cc, archive)...)
		if err == nil {
			return exe, nil
		}
		if ctx.Err() != nil {
			return "", err
		}
		t.o.Log("the program is built with go build: %v", err)
	}
	return exe, t.goBuild(ctx, s, work, exe, files, imports, race)
}

// goBuild builds a program with the go command.
func (t *Toolchain) goBuild(ctx context.Context, s *setup, work, exe string, files []File, imports []string, race bool) error {
	names, err := writeFiles(work, files)
	if err != nil {
		return err
	}
	args := []string{"build", "-o", exe, "-trimpath", "-buildvcs=false", "-ldflags=-s -w '-X=runtime.defaultGOROOT=" + s.goroot + "'", "-gcflags=-e -trimpath=" + work + "=>"}
	if race {
		args = append(args, "-race")
	}
	dir := s.source // here the go command finds Weft's packages
	foreign := func(p string) bool { return !isWeft(p) && !s.isStandard(p) }
	if modules := t.o.Modules(); modules != "" && slices.ContainsFunc(imports, foreign) {
		dir = modules
		if slices.ContainsFunc(imports, isWeft) {
			file, err := t.withWeft(s, work, modules)
			if err != nil {
				return err
			}
			args = append(args, "-modfile="+file, "-mod=mod") // ours may want a newer go line
		}
	}
	for _, n := range names {
		args = append(args, filepath.Join(work, n))
	}
	_, err = command(ctx, dir, s.env, s.goCmd, args...)
	var failed *commandError
	if !errors.As(err, &failed) {
		return err
	}
	list, rest := parseErrors(failed.output)
	if len(list) == 0 || rest != "" {
		return err
	}
	for i := range list {
		list[i].File = shorten(work, dir, list[i].File)
	}
	return &Errors{List: list}
}

// shorten undoes what the go command does to the name of a file in work: it
// shows names relative to the folder it runs in, if that is shorter.
func shorten(work, dir, name string) string {
	name = strings.TrimPrefix(name, "./")
	full := name
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, full)
	}
	if rel, err := filepath.Rel(work, full); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return name
}

// withWeft writes a go.mod that has the session's modules and Weft's packages.
func (t *Toolchain) withWeft(s *setup, work, modules string) (string, error) {
	mod, err := os.ReadFile(filepath.Join(modules, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("read the session's modules: %w", err)
	}
	_, name := sources()
	mod = fmt.Appendf(mod, "\nrequire %[1]s v0.0.0\n\nreplace %[1]s v0.0.0 => %[2]q\n", weftModule, filepath.Join(s.cache, "source-"+name))
	if gosum, err := os.ReadFile(filepath.Join(modules, "go.sum")); err == nil {
		if err := os.WriteFile(filepath.Join(work, "go.sum"), gosum, 0o600); err != nil {
			return "", err
		}
	}
	file := filepath.Join(work, "go.mod")
	return file, os.WriteFile(file, mod, 0o600)
}

// buildInfo is what debug.ReadBuildInfo tells a program about itself, in the
// form in which the linker takes it (cmd/go/internal/modload, ModInfoData).
func (s *setup) buildInfo(versions map[string]string) string {
	const (
		start = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6"
		end   = "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2"
	)
	var b strings.Builder
	b.WriteString(start + "path\tcommand-line-arguments\n")
	for _, m := range slices.Sorted(maps.Keys(versions)) {
		fmt.Fprintf(&b, "dep\t%s\t%s\n", m, versions[m])
	}
	fmt.Fprintf(&b, "build\t-buildmode=exe\nbuild\t-compiler=gc\nbuild\tCGO_ENABLED=1\nbuild\tGOARCH=%s\nbuild\tGOOS=%s\n", runtime.GOARCH, runtime.GOOS)
	b.WriteString(end)
	return b.String()
}
