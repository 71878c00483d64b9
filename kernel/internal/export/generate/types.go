// Package generate makes the tables that kernel/internal/export embeds, from
// the packages as the go command sees them. It runs the go command, so only
// the generators and tests import it.
package generate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"

	"golang.org/x/tools/go/gcexportdata"

	"github.com/weft-go/weft/kernel/internal/export/pack"
)

// A Package is what the go command and the compiler know about one package.
type Package struct {
	Path  string
	Dir   string   // its folder
	Files []string // its Go files on this platform, without tests
	Types *types.Package
}

// Load compiles the packages named by paths, for linux/amd64 without cgo
// whatever the system it runs on, and reads their types. All share one set of
// type identities. Packages come in the order of paths.
//
// It takes a second, or half a minute when the go command has to compile the
// standard library that way first.
func Load(ctx context.Context, paths []string) ([]*Package, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	args := append([]string{"list", "-export", "-json=ImportPath,Dir,GoFiles,CgoFiles,Export", "--"}, paths...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return nil, fmt.Errorf("list packages to export: %w", err)
	}
	type listed struct {
		ImportPath, Dir, Export string
		GoFiles, CgoFiles       []string
	}
	found := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("list packages to export: %w", err)
		}
		found[l.ImportPath] = l
	}
	fset := token.NewFileSet()
	shared := map[string]*types.Package{"unsafe": types.Unsafe}
	pkgs := make([]*Package, 0, len(paths))
	for _, path := range paths {
		l, ok := found[path]
		if !ok {
			return nil, fmt.Errorf("list packages to export: the go command did not name %q", path)
		}
		p := &Package{Path: path, Dir: l.Dir, Files: append(l.GoFiles, l.CgoFiles...), Types: types.Unsafe}
		if path != "unsafe" {
			if p.Types, err = readCompiled(fset, shared, path, l.Export); err != nil {
				return nil, err
			}
		}
		pkgs = append(pkgs, p)
	}
	return pkgs, nil
}

// readCompiled reads the compiler's own export data from an object file.
func readCompiled(fset *token.FileSet, shared map[string]*types.Package, path, file string) (*types.Package, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read export data of %q: %w", path, err)
	}
	defer f.Close()
	//lint:ignore SA1019 The go command hands out archives until Go 1.28.
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("read export data of %q: %w", path, err)
	}
	pkg, err := gcexportdata.Read(r, fset, shared, path)
	if err != nil {
		return nil, fmt.Errorf("read export data of %q: %w", path, err)
	}
	return pkg, nil
}

// Types makes the entries of the export data table: per package its types in
// the indexed form of gcexportdata, without positions, so that the bytes
// depend on nothing but the exported declarations; and, for packages that need
// it, the constants that this form spoils.
//
// The indexed form takes a quarter of the compiler's own and reads 1 to 10
// times faster.
func Types(pkgs []*Package) ([]pack.Entry, error) {
	var entries []pack.Entry
	for _, p := range pkgs {
		if p.Path == "unsafe" {
			continue // go/types has it built in
		}
		var buf bytes.Buffer
		// A file set without files knows no position: none is written.
		if err := gcexportdata.Write(&buf, token.NewFileSet(), p.Types); err != nil {
			return nil, fmt.Errorf("write export data of %q: %w", p.Path, err)
		}
		entries = append(entries, pack.Entry{Name: p.Path + ":" + p.Types.Name(), Data: buf.Bytes()})
		repairs, err := repairs(p.Types, buf.Bytes())
		if err != nil {
			return nil, err
		}
		if len(repairs) > 0 {
			entries = append(entries, pack.Entry{Name: RepairPrefix + p.Path, Data: repairs})
		}
	}
	return entries, nil
}

// RepairPrefix begins the name of an entry with constants that gcexportdata
// (x/tools v0.52.0) does not write as they are: it drops the sign of untyped
// float constants that are no float64 exactly, such as -0.1 written out. The
// entry has a line per constant: its name, numerator and denominator.
const RepairPrefix = "+"

// repairs reads data back and lists the constants of pkg that it changed.
func repairs(pkg *types.Package, data []byte) ([]byte, error) {
	read, err := gcexportdata.Read(bytes.NewReader(data), token.NewFileSet(), map[string]*types.Package{}, pkg.Path())
	if err != nil {
		return nil, fmt.Errorf("read back export data of %q: %w", pkg.Path(), err)
	}
	var lines bytes.Buffer
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if !ok || !c.Exported() {
			continue
		}
		got := read.Scope().Lookup(name).(*types.Const).Val()
		if c.Val().Kind() == constant.Float {
			if constant.Sign(got) == constant.Sign(c.Val()) {
				continue // written with 512 bits, as the compiler computes
			}
			fmt.Fprintf(&lines, "%s %s %s\n", name, constant.Num(c.Val()).ExactString(), constant.Denom(c.Val()).ExactString())
		} else if !constant.Compare(got, token.EQL, c.Val()) {
			return nil, fmt.Errorf("write export data of %q: constant %s became %v, was %v", pkg.Path(), name, got, c.Val())
		}
	}
	return lines.Bytes(), nil
}
