package module

import (
	"cmp"
	"context"
	"errors"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// A Change is a local package that has changed on disk: it has been copied
// under a new path.
type Change struct {
	Path     string         // what cells import
	Old, New *types.Package // Old is what earlier cells have seen; New is nil if Err is not
	Err      error          // why the new files cannot be compiled
}

// Prepare makes ready what a cell imports, before the cell is checked: packages
// of modules are found and compiled, and local folders whose files have changed
// are read again. src is the cell's Go text; names that stand before a dot and
// are no package of the session yet mean packages as import lines do, unless
// defined says that a cell has defined them (nil: no cell has).
//
// The error is that of a package that there is and that cannot be used. Paths
// that no module has are no error here: the checker tells of them. Without
// anything to do a call takes microseconds.
func (s *Session) Prepare(ctx context.Context, progress func(string), src string, defined func(name string) bool) ([]Change, error) {
	paths, names := mentioned(src)
	s.mu.Lock()
	defer s.mu.Unlock()
	var changes []Change
	if len(s.locals) > 0 {
		list, err := s.reload(ctx, progress)
		if err != nil {
			return nil, err
		}
		changes = s.announce(ctx, list)
	}
	var want []string
	for _, p := range paths {
		switch known, added := s.o.Importer.Known(p); {
		case known && !added, known && s.o.Importer.Loaded(p) != nil, p == "C", p == "main":
		case !known && !s.possible(p):
		default:
			want = append(want, p)
		}
	}
	maybe := s.meant(names, defined)
	if len(want)+len(maybe) == 0 {
		return changes, nil
	}
	if err := s.open(); err != nil {
		return changes, err
	}
	if s.Dir() == "" {
		if err := s.refreshBuild(ctx, false); err != nil {
			return changes, err
		}
	}
	if len(maybe) == 1 {
		want, maybe = append(want, maybe...), nil
	}
	if len(maybe) > 0 { // the checker chooses
		if err := s.settle(ctx, progress, maybe...); err != nil {
			return changes, err
		}
	}
	slices.Sort(want)
	for _, p := range slices.Compact(want) {
		if err := s.settle(ctx, progress, p); errors.Is(err, errNoGo) {
			return changes, nil // the checker tells of the package
		} else if err != nil {
			return changes, &PackageError{p, plain(err)}
		}
		if known, _ := s.o.Importer.Known(p); !known {
			continue
		}
		if progress != nil && s.o.Importer.Loaded(p) == nil {
			progress("compiling " + p)
		}
		if _, err := s.load(ctx, p); err != nil {
			return changes, &PackageError{p, plain(err)}
		}
	}
	return changes, nil
}

// meant lists the packages of modules that names before dots may mean and that
// nobody has asked for yet. An embedded package of the name comes first.
func (s *Session) meant(names []string, defined func(string) bool) []string {
	var list []string
	if len(s.direct) == 0 {
		return nil
	}
	for _, name := range names {
		candidates := s.o.Importer.Candidates(name)
		if len(candidates) == 0 || defined != nil && defined(name) {
			continue
		}
		if _, added := s.o.Importer.Known(candidates[0]); !added {
			continue
		}
		for _, p := range candidates {
			if s.o.Importer.Loaded(p) == nil && (len(candidates) == 1 || s.found[s.real(p)] == nil) {
				list = append(list, p)
			}
		}
	}
	return list
}

// A PackageError says why a package that a cell imports cannot be used.
type PackageError struct {
	Path string
	Err  error
}

func (e *PackageError) Error() string {
	return "import " + strconv.Quote(e.Path) + ": " + e.Err.Error()
}
func (e *PackageError) Unwrap() error { return e.Err }

// plain leaves out the lines with which the go command heads a package's errors:
// they name copies.
func plain(err error) error {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, line)
		}
	}
	if text := strings.TrimSpace(strings.Join(lines, "")); text != "" && text != err.Error() {
		return errors.New(text)
	}
	return err
}

// possible reports whether the go command may find a package that the importer
// does not know.
func (s *Session) possible(path string) bool {
	if strings.HasPrefix(path, "nb/") || !mayImport(path) || path == "" || localPath(path) {
		return false
	}
	first, _, _ := strings.Cut(path, "/")
	return len(s.direct) > 0 || !strings.Contains(first, ".")
}

// announce tells the importer of packages that have been copied anew.
func (s *Session) announce(ctx context.Context, list []string) []Change {
	var changes []Change
	for _, p := range list {
		old := cmp.Or(s.o.Importer.Loaded(p), s.behind[p])
		f := s.found[s.real(p)]
		if f == nil {
			continue
		}
		if importable(f) {
			s.o.Importer.Add(s.exported(f))
		}
		if old == nil {
			continue // nobody has seen it
		}
		c := Change{Path: p, Old: old, Err: f.fault()}
		if c.Err == nil {
			if c.New, c.Err = s.load(ctx, p); c.Err != nil {
				c.Err = &PackageError{p, plain(c.Err)}
			}
		}
		if delete(s.behind, p); c.Err != nil {
			s.behind[p] = old
		}
		changes = append(changes, c)
	}
	return changes
}

// mentioned lists the paths that a cell's imports name, and the names before
// dots. It bears text that is not Go.
func mentioned(src string) (paths, names []string) {
	var sc scanner.Scanner
	fset := token.NewFileSet()
	sc.Init(fset.AddFile("", fset.Base(), len(src)), []byte(src), func(token.Position, string) {}, 0)
	importing, group := false, false
	name, before := "", token.ILLEGAL
	for {
		_, tok, lit := sc.Scan()
		switch tok {
		case token.EOF:
			return paths, names
		case token.IMPORT:
			importing, group = true, false
		case token.LPAREN:
			group = group || importing
			importing = importing && group
		case token.RPAREN:
			importing, group = importing && !group, false
		case token.SEMICOLON:
			importing = importing && group
		case token.STRING:
			if p, err := strconv.Unquote(lit); importing && err == nil && !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		case token.PERIOD:
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		name = ""
		if tok == token.IDENT && before != token.PERIOD {
			name = lit
		}
		before = tok
	}
}
