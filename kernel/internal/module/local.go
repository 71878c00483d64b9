package module

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// local is a folder that stands for a module.
//
// The first copies of its packages are together a module of the same path. A
// later copy is a module of its own, whose path is the package's with a number
// behind it: so it lies in the tree that may import what is internal to the
// module, and what is internal stays so.
type local struct {
	path, dir, typed string
	states           int      // how often copies have been made
	copies           []copied // the first has the module's own path
	packages         map[string]*mirror
}

// copied is a module made of copies.
type copied struct{ path, dir string }

// A mirror is a package of a local folder and its newest copy.
type mirror struct {
	info  *found
	real  string // import path of the copy
	sum   [sha256.Size]byte
	stats map[string]stat // of the files and the folder, by name
}

type stat struct {
	size int64
	time time.Time
}

// addLocal notes a folder that stands for a module, in the place of one noted
// before. Copies made of that remain.
func (s *Session) addLocal(path, dir, typed string) {
	l := &local{path: path, dir: dir, typed: typed, packages: map[string]*mirror{}}
	if i := slices.IndexFunc(s.locals, func(l *local) bool { return l.path == path }); i >= 0 {
		old := s.locals[i]
		l.states, l.copies = old.states, old.copies
		for p, m := range old.packages {
			l.packages[p] = &mirror{info: m.info, real: m.real, sum: m.sum} // the files are others now
		}
		s.locals = slices.Clone(s.locals)
		s.locals[i] = l
		return
	}
	s.locals = append(s.locals, l)
}

// localOf returns the local folder that a package, named as cells name it, lies
// in; nil for other packages.
func (s *Session) localOf(pkgPath string) *local {
	best := moduleOf(pkgPath, func(yield func(string) bool) {
		for _, l := range s.locals {
			if !yield(l.path) {
				return
			}
		}
	})
	for _, l := range s.locals {
		if l.path == best {
			return l
		}
	}
	return nil
}

// real returns the path by which builds import what cells call pkgPath.
func (s *Session) real(pkgPath string) string {
	if l := s.localOf(pkgPath); l != nil {
		if m := l.packages[pkgPath]; m != nil {
			return m.real
		}
	}
	return pkgPath
}

// written returns what cells call the package that builds import as real.
func (s *Session) written(real string) string {
	if f := s.found[real]; f != nil {
		return f.ImportPath
	}
	return real
}

// place sees to it that the local packages among those given have a copy that
// builds can import. Those that have one keep it.
func (s *Session) place(ctx context.Context, all map[string]*found) error {
	var fresh []*found
	for p, f := range all {
		if l := s.localOf(p); l != nil && l.packages[p] == nil && f.Dir != "" {
			fresh = append(fresh, f)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	for _, f := range fresh {
		l := s.localOf(f.ImportPath)
		if len(l.copies) == 0 {
			l.states = 1
			if _, err := s.addCopy(ctx, l, l.path); err != nil {
				return err
			}
		}
		l.packages[f.ImportPath] = &mirror{info: f, real: f.ImportPath}
	}
	for _, f := range fresh {
		l := s.localOf(f.ImportPath)
		rel := strings.TrimPrefix(f.ImportPath, l.path)
		if err := s.copy(l.packages[f.ImportPath], filepath.Join(l.copies[0].dir, filepath.FromSlash(rel))); err != nil {
			for _, f := range fresh {
				delete(s.localOf(f.ImportPath).packages, f.ImportPath)
			}
			return err
		}
	}
	return s.refreshBuild(ctx, false)
}

// addCopy makes an empty module for copies of packages of l.
func (s *Session) addCopy(ctx context.Context, l *local, modulePath string) (dir string, err error) {
	s.copies++
	c := copied{modulePath, filepath.Join(s.root, "copies", strconv.Itoa(s.copies))}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return "", fmt.Errorf("copy %s: %w", l.path, err)
	}
	text, err := os.ReadFile(filepath.Join(l.dir, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("copy %s: %w", l.path, err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "go.mod"), text, 0o644); err != nil {
		return "", fmt.Errorf("copy %s: %w", l.path, err)
	}
	if _, err := s.run(ctx, c.dir, nil, "mod", "edit", "-module="+modulePath); err != nil {
		return "", fmt.Errorf("copy %s: %w", l.path, err)
	}
	l.copies = append(l.copies, c)
	return c.dir, nil
}

// copyPath is the import path of a package's nth copy.
func copyPath(pkgPath string, n int) string {
	if strings.HasPrefix(pkgPath, "gopkg.in/") {
		return fmt.Sprintf("%s/r%d.v0", pkgPath, n) // paths there end in a version
	}
	return fmt.Sprintf("%s/r%d", pkgPath, n)
}

// copy copies a package into dir, and has m know its state.
func (s *Session) copy(m *mirror, dir string) error {
	f := m.info
	stats, sum, err := examine(f)
	if err != nil {
		return fmt.Errorf("copy %s: %w", f.ImportPath, err)
	}
	m.stats, m.sum = stats, sum
	if len(f.CgoFiles) > 0 {
		// C files may include any file near them.
		if err := copyTree(f.Dir, dir); err != nil {
			return fmt.Errorf("copy %s: %w", f.ImportPath, err)
		}
	}
	for _, name := range f.files() {
		from := filepath.Join(f.Dir, name)
		data, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("copy %s: %w", f.ImportPath, err)
		}
		if strings.HasSuffix(name, ".go") && !slices.Contains(f.EmbedFiles, name) {
			data = s.rewrite(from, data)
		}
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("copy %s: %w", f.ImportPath, err)
		}
		if err := os.WriteFile(target, data, 0o644); err != nil {
			return fmt.Errorf("copy %s: %w", f.ImportPath, err)
		}
	}
	return nil
}

// rewrite returns a Go file's text for a copy: messages name the file it came
// from, and imports of local packages name their copies.
func (s *Session) rewrite(name string, text []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "//line %s:1:1\n", name)
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly|parser.SkipObjectResolution)
	if err != nil { // the compiler tells of it
		b.Write(text)
		return b.Bytes()
	}
	at := 0
	for _, spec := range f.Imports {
		pkgPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil || s.real(pkgPath) == pkgPath {
			continue
		}
		b.Write(text[at:fset.PositionFor(spec.Path.Pos(), false).Offset])
		b.WriteString(strconv.Quote(s.real(pkgPath)))
		at = fset.PositionFor(spec.Path.End(), false).Offset
	}
	b.Write(text[at:])
	return b.Bytes()
}

// copyTree copies the files below a folder, without hidden folders and other
// modules.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, rel); {
		case d.IsDir() && name != from && (d.Name()[0] == '.' || hasMod(name)):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case !d.Type().IsRegular() || strings.HasSuffix(name, ".go") || d.Name() == "go.mod":
			return nil
		default:
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			return os.WriteFile(target, data, 0o644)
		}
	})
}

// examine tells the state of a package's files.
func examine(f *found) (map[string]stat, [sha256.Size]byte, error) {
	stats := map[string]stat{}
	hash := sha256.New()
	for _, name := range f.files() {
		full := filepath.Join(f.Dir, name)
		st, err := statOf(full)
		if err != nil {
			return nil, [sha256.Size]byte{}, err
		}
		data, err := os.ReadFile(full)
		if err != nil {
			return nil, [sha256.Size]byte{}, err
		}
		stats[full] = st
		fmt.Fprintf(hash, "%s %d\n", name, len(data))
		hash.Write(data)
	}
	st, err := statOf(f.Dir)
	if err != nil {
		return nil, [sha256.Size]byte{}, err
	}
	stats[f.Dir] = st
	return stats, [sha256.Size]byte(hash.Sum(nil)), nil
}

func statOf(name string) (stat, error) {
	info, err := os.Stat(name)
	if err != nil {
		return stat{}, err
	}
	if info.IsDir() {
		return stat{time: info.ModTime()}, nil
	}
	return stat{info.Size(), info.ModTime()}, nil
}

// touched reports whether files may have changed since the copy was made.
func (m *mirror) touched() bool {
	for name, was := range m.stats {
		if now, err := statOf(name); err != nil || now != was {
			return true
		}
	}
	return len(m.stats) == 0
}

// reload copies the local packages whose files have changed, and those that
// import them, under new import paths. It returns what cells call them.
func (s *Session) reload(ctx context.Context, progress func(string)) ([]string, error) {
	var all []string
	touched := false
	for _, l := range s.locals {
		for p, m := range l.packages {
			all = append(all, p)
			touched = touched || m.touched()
		}
	}
	if !touched {
		return nil, nil
	}
	slices.Sort(all)
	before, err := s.save()
	if err != nil {
		return nil, err
	}
	now, err := s.resolve(ctx, progress, all...)
	if err != nil {
		return nil, err
	}
	if err := s.conflict(ctx); err != nil { // a folder's go.mod may want other versions
		return nil, errors.Join(err, s.restore(before))
	}
	affected := map[string]bool{}
	for _, p := range all {
		m, f := s.localOf(p).packages[p], now[p]
		if f == nil || f.Dir == "" || len(f.files()) == 0 {
			continue // gone: those that imported it before keep their copy
		}
		stats, sum, err := examine(f)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", p, err)
		}
		if m.stats = stats; sum != m.sum {
			affected[p] = true
		}
	}
	for grown := len(affected) > 0; grown; {
		grown = false
		for _, p := range all {
			f := now[p]
			if f != nil && !affected[p] && slices.ContainsFunc(f.Imports, func(i string) bool { return affected[i] }) {
				affected[p], grown = true, true
			}
		}
	}
	if len(affected) == 0 {
		return nil, nil
	}
	list := slices.Sorted(mapKeys(affected))
	counted := map[*local]bool{}
	for _, p := range list {
		l := s.localOf(p)
		if !counted[l] {
			l.states++
			counted[l] = true
		}
		l.packages[p] = &mirror{info: now[p], real: copyPath(p, l.states)}
	}
	for _, p := range list {
		l := s.localOf(p)
		m := l.packages[p]
		dir, err := s.addCopy(ctx, l, m.real)
		if err == nil {
			err = s.copy(m, dir)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := s.place(ctx, now); err != nil { // packages that they import now
		return nil, err
	}
	if err := s.refreshBuild(ctx, false); err != nil {
		return nil, err
	}
	s.learn(now)
	return list, nil
}
