// Package module keeps a notebook's Go modules: a go.mod of its own that %get
// and %mod change by the go command, the packages of its modules for the type
// checker and completion, and tables that bind them to interpreted cells.
//
// A process can hold one version of a package only. So a module whose package
// has been loaded keeps its version until the session is new. A local folder
// that stands for a module is different: its packages are compiled from copies,
// and when a file changes, the changed packages and those that import them are
// copied again under an import path of their own, "example.com/m/p/r2", so that
// the next cell has them without a restart.
package module

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/kernel/internal/export"
)

// Options say what a Session works with.
type Options struct {
	// Dir is where it keeps its files; "" makes a folder among the temporary
	// ones, which Close removes.
	Dir string
	// Importer learns of the packages.
	Importer *export.Importer
	// Exports returns the compiler's export data of a package that is found
	// from the folder that Session.Dir returns, compiling it if need be. A
	// changed folder may have changed packages.
	Exports func(path string) (file string, err error)
	// Build compiles a package of one file, which imports the named ones, into
	// a plugin.
	Build func(ctx context.Context, path, clause, file, text string, imports []string) (plugin string, err error)
	// Environ returns the environment of the go command; nil is os.Environ.
	Environ func() []string
	// Pins are the modules whose version the session's program fixes, by path:
	// a version, or a folder that holds the module.
	Pins map[string]string
}

// A Session holds the modules of one notebook. Its methods may be called from
// several goroutines; one that runs the go command holds up the others. New
// ones start nothing and write nothing until they are needed.
type Session struct {
	o Options

	mu      sync.Mutex
	root    string                 // "" until the first use
	own     bool                   // root is ours to remove
	edition int                    // of the folder that builds run in
	build   atomic.Pointer[string] // that folder; see Dir. Set under mu
	direct  []string
	locals  []*local
	found   map[string]*found         // packages that the go command was asked about, by real path
	used    map[string]bool           // real paths of what the session has loaded, with all that they import
	tables  map[string]*binding       // by real path
	behind  map[string]*types.Package // what cells have, by path, while new files can't be compiled
	numbers int                       // of the last table
	copies  int                       // of the last copy of local packages
}

// New returns a session without modules. It costs nothing.
func New(o Options) *Session {
	return &Session{o: o, found: map[string]*found{}, used: map[string]bool{}, tables: map[string]*binding{}, behind: map[string]*types.Package{}}
}

// Close removes the session's files.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == "" || !s.own {
		return nil
	}
	root := s.root
	s.root = ""
	return os.RemoveAll(root)
}

// Reset says that a new, empty session has begun: nothing is loaded and no
// name is defined. The modules stay.
func (s *Session) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = map[string]bool{}
}

// Dir returns the folder to run the go command in to find and build the
// packages of modules, "" if there are none. It is another one after each
// change of a module's version: what was found out about packages holds for
// one folder only.
func (s *Session) Dir() string {
	if dir := s.build.Load(); dir != nil {
		return *dir
	}
	return ""
}

// Text returns go.mod as the user's commands made it.
func (s *Session) Text() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return "", err
	}
	data, err := os.ReadFile(filepath.Join(s.wantDir(), "go.mod"))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		for _, l := range s.locals {
			line = strings.Replace(line, "=> "+l.dir, "=> "+l.typed, 1)
		}
		// Nothing in the folder imports the module, but the notebook does.
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) > 2 && slices.Contains(s.direct, fields[0]) {
			line = strings.Replace(line, " // indirect", "", 1)
		}
		b.WriteString(line)
	}
	return b.String(), nil
}

// wantDir holds go.mod as the user's commands make it.
func (s *Session) wantDir() string { return filepath.Join(s.root, "want") }

// open makes the folders if there are none.
func (s *Session) open() error {
	if s.root != "" {
		return nil
	}
	root := s.o.Dir
	if root == "" {
		var err error
		if root, err = os.MkdirTemp("", "weft-modules-"); err != nil {
			return fmt.Errorf("make a folder for go.mod: %w", err)
		}
		s.own = true
	}
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return fmt.Errorf("make a folder for go.mod: %w", err)
	}
	var text strings.Builder
	text.WriteString("module nb\n\ngo 1.26.0\n")
	for _, path := range slices.Sorted(mapKeys(s.o.Pins)) {
		to := path + " " + s.o.Pins[path]
		if filepath.IsAbs(s.o.Pins[path]) {
			to = s.o.Pins[path]
		}
		fmt.Fprintf(&text, "\nreplace %s => %s // linked by the session\n", path, to)
	}
	if err := os.MkdirAll(filepath.Join(root, "want"), 0o755); err != nil {
		return fmt.Errorf("make a folder for go.mod: %w", err)
	}
	if err := os.WriteFile(filepath.Join(root, "want", "go.mod"), []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("write go.mod: %w", err)
	}
	s.root = root
	return nil
}

// files are go.mod and go.sum as they were.
type files struct{ mod, sum []byte }

func (s *Session) save() (files, error) {
	mod, err := os.ReadFile(filepath.Join(s.wantDir(), "go.mod"))
	if err != nil {
		return files{}, err
	}
	sum, err := os.ReadFile(filepath.Join(s.wantDir(), "go.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return files{}, err
	}
	return files{mod, sum}, nil
}

func (s *Session) restore(f files) error {
	return errors.Join(writeFile(filepath.Join(s.wantDir(), "go.mod"), f.mod), writeFile(filepath.Join(s.wantDir(), "go.sum"), f.sum))
}

// writeFile replaces a file in one step, unless it has that text already.
func writeFile(name string, data []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	tmp := name + ".new"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, name)
}

// modFile is what "go mod edit -json" tells.
type modFile struct {
	Module  struct{ Path string }
	Require []struct{ Path, Version string }
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

func (s *Session) modFile(ctx context.Context, dir string) (*modFile, error) {
	out, err := s.run(ctx, dir, nil, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var m modFile
	if err := json.Unmarshal(out, &m); err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	return &m, nil
}

// refreshBuild brings the build folder's go.mod in line with the user's: the
// same modules, with copies in the place of local folders. anew makes another
// folder.
func (s *Session) refreshBuild(ctx context.Context, anew bool) error {
	dir := s.Dir()
	if anew || dir == "" {
		s.edition++
		dir = filepath.Join(s.root, fmt.Sprintf("build%d", s.edition))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make a folder for builds: %w", err)
	}
	f, err := s.save()
	if err != nil {
		return err
	}
	next := filepath.Join(dir, "next.mod")
	if err := os.WriteFile(next, f.mod, 0o644); err != nil {
		return err
	}
	args := []string{"mod", "edit"}
	for _, l := range s.locals {
		for i, c := range l.copies {
			if i > 0 {
				args = append(args, "-require="+c.path+"@v0.0.0")
			}
			args = append(args, "-replace="+c.path+"="+c.dir)
		}
	}
	if len(args) > 2 {
		if _, err := s.run(ctx, dir, nil, append(args, next)...); err != nil {
			return err
		}
	}
	mod, err := os.ReadFile(next)
	if err != nil {
		return err
	}
	err = errors.Join(os.Remove(next), writeFile(filepath.Join(dir, "go.sum"), f.sum), writeFile(filepath.Join(dir, "go.mod"), mod))
	if err != nil {
		return fmt.Errorf("write go.mod for builds: %w", err)
	}
	s.build.Store(&dir)
	return nil
}

// decode reads the JSON values that the go command prints one after the other.
func decode[T any](data []byte) ([]T, error) {
	var list []T
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var v T
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("read the go command's answer: %w", err)
		}
		list = append(list, v)
	}
}
