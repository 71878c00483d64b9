// Package export knows the packages that cells can import: their types, their
// documentation and which one a bare name such as "strings" means. All of it
// is embedded, so the front needs no Go toolchain. Packages of modules come to
// it while a notebook runs, from the compiler's own export data (Importer.Add).
//
// The packages are those of kernel/internal/symbols, which binds the same
// names for the interpreter: the standard library without the few listed in
// symbols/packages, and our own public ones. The types are those of
// linux/amd64; only syscall differs on other systems.
//
// Nothing is read before it is asked for: see Importer for what it costs.
package export

import (
	_ "embed" // types.pack
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"

	"github.com/weft-go/weft/kernel/internal/export/pack"
)

//go:embed types.pack
var typesPack string

// types.pack is not compressed: at 1.2 MB it would shrink to 0.6 MB, but each
// package would cost its inflation at the first use, and pages of the file that
// nobody reads are never resident.

// index is the opened types.pack, with the package names taken apart.
type index struct {
	pack  *pack.Pack
	paths []string          // sorted
	names map[string]string // path -> package name
	entry map[string]string // path -> entry of pack
}

// openIndex reads typesPack's index, about 40 µs.
var openIndex = sync.OnceValue(func() *index {
	p, err := pack.Open(typesPack)
	if err != nil {
		panic("BUG: embedded types.pack: " + err.Error())
	}
	return newIndex(p)
})

func newIndex(p *pack.Pack) *index {
	x := &index{
		pack:  p,
		paths: make([]string, 0, len(p.Names())),
		names: make(map[string]string, len(p.Names())),
		entry: make(map[string]string, len(p.Names())),
	}
	for _, entry := range p.Names() {
		path, name, ok := strings.Cut(entry, ":")
		if !ok {
			continue // see repair
		}
		x.paths = append(x.paths, path)
		x.names[path] = name
		x.entry[path] = entry
	}
	return x
}

// An Importer reads packages from the embedded export data. It implements
// types.Importer, and all its packages share one set of type identities.
//
// All methods may be called from several goroutines. An imported package
// itself is complete and is never changed again; do not look into the scope of
// a package that came by another way than Import (as some object's Pkg), for
// it may be half read.
//
// Reading takes 0.1 ms (fmt) to 3 ms (net/http) the first time and 30 ns after
// that; all packages together take about 30 ms and 7 MB.
type Importer struct {
	index *index

	mu   sync.Mutex
	fset *token.FileSet
	pkgs map[string]*types.Package // what was read, and parts of what that mentions
	done map[string]*types.Package // read completely by Import

	more  map[string]*Package // what Add brought, by Path
	reals map[string]*Package // the same and what it replaced, by Real
	paths []string            // all importable packages, sorted
	named map[string][]string // the Paths of more by package name
}

// New returns an Importer that has read nothing yet, in about 40 µs the first
// time in a process.
func New() *Importer { return newImporter(openIndex()) }

func newImporter(x *index) *Importer {
	return &Importer{
		index: x,
		fset:  token.NewFileSet(),
		pkgs:  map[string]*types.Package{"unsafe": types.Unsafe},
		done:  map[string]*types.Package{"unsafe": types.Unsafe},
		more:  map[string]*Package{},
		reals: map[string]*Package{},
	}
}

// An UnknownError is Import's answer for a path that it has no data of.
type UnknownError struct {
	Path string
}

func (e *UnknownError) Error() string {
	if first, _, _ := strings.Cut(e.Path, "/"); strings.Contains(first, ".") {
		return fmt.Sprintf("no module of this notebook has the package %q: %%get %s gets it", e.Path, e.Path)
	}
	return fmt.Sprintf("package %q is neither in the standard library as cells see it nor one of weft's", e.Path)
}

// Import returns the package at path, the same one each time until Add or
// Forget. The error is an *UnknownError if there is no such package.
func (im *Importer) Import(path string) (*types.Package, error) {
	im.mu.Lock()
	defer im.mu.Unlock()
	if _, ok := im.index.entry[path]; !ok && path != "unsafe" {
		return im.importMore(path)
	}
	if pkg := im.done[path]; pkg != nil {
		return pkg, nil
	}
	return im.importEmbedded(path)
}

// importEmbedded reads an embedded package. The caller holds im.mu.
func (im *Importer) importEmbedded(path string) (*types.Package, error) {
	data, ok := im.index.pack.Lookup(im.index.entry[path])
	if !ok {
		return nil, &UnknownError{path}
	}
	// A LimitedReader lets Read allocate its copy in one piece.
	r := &io.LimitedReader{R: strings.NewReader(data), N: int64(len(data))}
	pkg, err := gcexportdata.Read(r, im.fset, im.pkgs, path)
	if err != nil {
		return nil, fmt.Errorf("import %q from embedded export data: %w", path, err)
	}
	if lines, ok := im.index.pack.Lookup("+" + path); ok {
		repair(pkg, lines)
	}
	im.done[path] = pkg
	return pkg, nil
}

// repair gives constants the values that generate.RepairPrefix tells of. A
// scope cannot replace an object, so it is filled anew in place; nobody else
// looks at it before Import has returned.
func repair(pkg *types.Package, lines string) {
	values := map[string]constant.Value{}
	for line := range strings.Lines(lines) {
		var name, num, denom string
		if _, err := fmt.Sscan(line, &name, &num, &denom); err != nil {
			panic("BUG: embedded types.pack: " + err.Error())
		}
		n, d := constant.MakeFromLiteral(strings.TrimPrefix(num, "-"), token.INT, 0), constant.MakeFromLiteral(denom, token.INT, 0)
		v := constant.BinaryOp(constant.ToFloat(n), token.QUO, d)
		if strings.HasPrefix(num, "-") {
			v = constant.UnaryOp(token.SUB, v, 0)
		}
		values[name] = v
	}
	scope := pkg.Scope()
	var objects []types.Object
	for _, name := range scope.Names() {
		o := scope.Lookup(name)
		if v, ok := values[name]; ok {
			o = types.NewConst(o.Pos(), pkg, name, o.Type(), v)
		}
		objects = append(objects, o)
	}
	*scope = *types.NewScope(types.Universe, token.NoPos, token.NoPos, fmt.Sprintf("package %q", pkg.Path()))
	for _, o := range objects {
		scope.Insert(o)
	}
}

// Paths lists the importable packages, sorted, "unsafe" among them. The caller
// owns the slice.
func (im *Importer) Paths() []string {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.paths == nil {
		return paths()
	}
	return slices.Clone(im.paths)
}

// paths lists every embedded package and unsafe, sorted.
func paths() []string {
	x := openIndex()
	list := make([]string, 0, len(x.paths)+1)
	added := false
	for _, path := range x.paths {
		if !added && path > "unsafe" {
			list = append(list, "unsafe")
			added = true
		}
		list = append(list, path)
	}
	if !added {
		list = append(list, "unsafe")
	}
	return list
}

// Name tells the package name of path ("rand" for "math/rand/v2") without
// reading the package; ok is false for an unknown path.
func (im *Importer) Name(path string) (name string, ok bool) {
	if path == "unsafe" {
		return "unsafe", true
	}
	if name, ok = im.index.names[path]; ok {
		return name, true
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	if p := im.added(path); p != nil {
		return p.Name, true
	}
	return "", false
}
