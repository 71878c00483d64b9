package module

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/build"
	"go/types"
	"io/fs"
	"iter"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/export"
)

// found is what the go command tells of a package.
type found struct {
	ImportPath, Name, Dir string
	Standard              bool
	Module                *struct {
		Path, Version string
		Replace       *struct{ Path, Version string }
	}
	Imports, Deps []string

	GoFiles, CgoFiles, CFiles, CXXFiles, MFiles, HFiles, FFiles []string
	SFiles, SwigFiles, SwigCXXFiles, SysoFiles, EmbedFiles      []string

	Incomplete bool
	Error      *struct{ Pos, Err string }
	DepsErrors []struct{ ImportPath, Pos, Err string }
}

const foundFields = "-json=ImportPath,Name,Dir,Standard,Module,Imports,Deps,GoFiles,CgoFiles,CFiles,CXXFiles,MFiles,HFiles,FFiles,SFiles,SwigFiles,SwigCXXFiles,SysoFiles,EmbedFiles,Incomplete,Error,DepsErrors"

func (f *found) files() []string {
	return slices.Concat(f.GoFiles, f.CgoFiles, f.CFiles, f.CXXFiles, f.MFiles, f.HFiles, f.FFiles,
		f.SFiles, f.SwigFiles, f.SwigCXXFiles, f.SysoFiles, f.EmbedFiles)
}

// fault returns what keeps the package from being built.
func (f *found) fault() error {
	switch {
	case f.Error != nil:
		return errors.New(located(f.Error.Pos, f.Error.Err))
	case len(f.DepsErrors) > 0:
		return errors.New(located(f.DepsErrors[0].Pos, f.DepsErrors[0].Err))
	case f.Name == "main":
		return fmt.Errorf("%s is a program, not a package to import", f.ImportPath)
	}
	return nil
}

func located(pos, text string) string {
	if pos == "" {
		return text
	}
	return pos + ": " + text
}

// resolve asks the go command about packages and all that they import. It may
// load modules from the network. Packages that there are not are left out.
func (s *Session) resolve(ctx context.Context, progress func(string), paths ...string) (map[string]*found, error) {
	args := append([]string{"list", "-e", "-deps", foundFields, "--"}, paths...)
	out, err := s.run(ctx, s.wantDir(), progress, args...)
	if err != nil {
		return nil, err
	}
	list, err := decode[*found](out)
	if err != nil {
		return nil, err
	}
	m := make(map[string]*found, len(list))
	for _, f := range list {
		m[f.ImportPath] = f
	}
	return m, nil
}

// settle makes packages importable: it asks the go command about them, copies
// what is local and tells the importer. It returns an error for a package that
// is there but cannot be built; one that is not there the checker tells of.
func (s *Session) settle(ctx context.Context, progress func(string), paths ...string) error {
	before, err := s.save()
	if err != nil {
		return err
	}
	all, err := s.resolve(ctx, progress, paths...)
	if err != nil {
		return err
	}
	// The go command adds a module that it finds for a package, %get's work.
	for _, p := range paths {
		if f := all[p]; f != nil && f.Module != nil && !bytes.Contains(before.mod, []byte(f.Module.Path+" ")) {
			return s.restore(before)
		}
	}
	for _, p := range paths {
		if f := all[p]; f != nil && f.Dir != "" {
			if err := f.fault(); err != nil {
				return err
			}
		} else if f != nil && f.Error != nil && !absent(f.Error.Err) {
			return errors.New(f.Error.Err)
		}
	}
	if err := s.place(ctx, all); err != nil {
		return err
	}
	var add []*export.Package
	for _, p := range paths {
		if f := all[p]; f != nil && f.Dir != "" && importable(f) {
			s.learn(all)
			add = append(add, s.exported(f))
		}
	}
	s.o.Importer.Add(add...)
	return nil
}

// absent reports whether the go command means that there is no such package,
// not that it could not find out.
func absent(message string) bool {
	for _, part := range []string{"no required module provides package", "is not in std", "cannot find module providing package", "does not contain package", "malformed import path"} {
		if strings.Contains(message, part) {
			return true
		}
	}
	return false
}

// learn keeps what the go command told, by the paths that builds use.
func (s *Session) learn(all map[string]*found) {
	for _, f := range all {
		s.found[s.real(f.ImportPath)] = f
	}
}

// importable reports whether cells may import the package: the rule of the go
// command for internal packages, seen from outside of every module.
func importable(f *found) bool {
	return f.Name != "main" && mayImport(f.ImportPath)
}

func mayImport(pkgPath string) bool {
	for element := range strings.SplitSeq(pkgPath, "/") {
		if element == "internal" || element == "vendor" {
			return false
		}
	}
	return true
}

// exported describes a package for the importer.
func (s *Session) exported(f *found) *export.Package {
	real := s.real(f.ImportPath)
	return &export.Package{
		Path: f.ImportPath, Real: real, Name: f.Name,
		Dir: f.Dir, Files: slices.Concat(f.GoFiles, f.CgoFiles),
		Open: func() (string, []string, error) {
			file, err := s.o.Exports(real)
			return file, f.Deps, err
		},
	}
}

// load compiles a package and has the importer read it. When ctx ends it returns
// at once, and the compiler goes on: what it makes is kept for the next time.
func (s *Session) load(ctx context.Context, pkgPath string) (*types.Package, error) {
	real := s.real(pkgPath)
	done := make(chan error, 1)
	go func() {
		_, err := s.o.Exports(real)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.o.Importer.Import(pkgPath)
}

// list tells the importer of the packages of the modules that the user named,
// by a look into their folders.
func (s *Session) list(ctx context.Context) error {
	if len(s.direct) == 0 {
		return nil
	}
	out, err := s.run(ctx, s.wantDir(), nil, append([]string{"list", "-m", "-json=Path,Dir"}, s.direct...)...)
	if err != nil {
		return err
	}
	modules, err := decode[struct{ Path, Dir string }](out)
	if err != nil {
		return err
	}
	var add []*export.Package
	for _, m := range modules {
		for pkgPath, p := range packagesBelow(m.Dir, m.Path) {
			if f := s.found[s.real(pkgPath)]; f != nil && f.Dir == p.Dir {
				add = append(add, s.exported(f))
				continue
			}
			add = append(add, &export.Package{
				Path: pkgPath, Real: s.real(pkgPath), Name: p.Name, Dir: p.Dir, Files: slices.Concat(p.GoFiles, p.CgoFiles),
				Open: func() (string, []string, error) { return s.late(pkgPath) },
			})
		}
	}
	s.o.Importer.Add(add...)
	return nil
}

// late opens a package that nobody has prepared.
func (s *Session) late(pkgPath string) (string, []string, error) {
	s.mu.Lock()
	all, err := s.resolve(context.Background(), nil, pkgPath)
	if err == nil {
		err = s.place(context.Background(), all)
	}
	var f *found
	if err == nil {
		s.learn(all)
		if f = all[pkgPath]; f == nil {
			err = &export.UnknownError{Path: pkgPath}
		} else {
			err = f.fault()
		}
	}
	var real string
	if err == nil {
		real = s.real(pkgPath)
	}
	s.mu.Unlock()
	if err != nil {
		return "", nil, err
	}
	file, err := s.o.Exports(real)
	return file, f.Deps, err
}

// packagesBelow finds the packages of the module in dir that cells may import,
// as they are on this system.
func packagesBelow(dir, modulePath string) iter.Seq2[string, *build.Package] {
	return func(yield func(string, *build.Package) bool) {
		if dir == "" {
			return
		}
		// An error ends the walk: the importer finds the rest when it is asked.
		_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			base := d.Name()
			if name != dir {
				if base == "testdata" || base == "internal" || base == "vendor" || base[0] == '.' || base[0] == '_' || hasMod(name) {
					return filepath.SkipDir
				}
			}
			p, err := build.Default.ImportDir(name, 0)
			if err != nil || p.Name == "main" {
				return nil // no package for this system
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return err
			}
			if !yield(path.Join(modulePath, filepath.ToSlash(rel)), p) {
				return filepath.SkipAll
			}
			return nil
		})
	}
}

// moduleOf returns the longest of the module paths that pkgPath lies in.
func moduleOf(pkgPath string, modules iter.Seq[string]) string {
	best := ""
	for m := range modules {
		if (pkgPath == m || strings.HasPrefix(pkgPath, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

func mapKeys[M ~map[string]V, V any](m M) iter.Seq[string] { return maps.Keys(m) }

// Packages lists the importable packages of the notebook's modules, sorted.
func (s *Session) Packages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, p := range s.o.Importer.Paths() {
		if _, added := s.o.Importer.Known(p); added {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Compare(a, b) })
	return list
}
