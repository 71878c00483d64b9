package export

import (
	"cmp"
	"fmt"
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/gcexportdata"
)

// A Package is one that is not embedded: a package of a module.
type Package struct {
	// Path is what cells write to import it.
	Path string
	// Real is the path that its types have, "" if that is Path. Two packages
	// may have one Path, one after the other, with different Reals.
	Real string
	Name string // its package name

	// Open returns the file with the compiler's export data, an archive or
	// the output of cmd/export, and the packages that its types may mention
	// (more do no harm). It is called once, by the first Import, and may take
	// as long as a build.
	Open func() (file string, mentions []string, err error)

	// Dir and Files are its sources, for Doc.
	Dir   string
	Files []string
}

// real returns the path that the package's types have.
func (p *Package) real() string { return cmp.Or(p.Real, p.Path) }

// Add makes packages importable, in the place of those of the same path that
// Add made so before. An embedded package is not replaced. The types of a
// package that is no longer importable by its Path remain so by its Real.
func (im *Importer) Add(packages ...*Package) {
	im.mu.Lock()
	defer im.mu.Unlock()
	for _, p := range packages {
		if _, embedded := im.index.entry[p.Path]; embedded || p.Path == "unsafe" {
			continue
		}
		im.more[p.Path] = p
		im.reals[p.real()] = p
		docs.add(p)
	}
	im.sort()
}

// sort makes what Paths and Candidates answer from. The caller holds im.mu.
func (im *Importer) sort() {
	list := slices.Concat(paths(), slices.Collect(maps.Keys(im.more)))
	slices.Sort(list)
	im.paths = list
	im.named = map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(im.more)) {
		name := im.more[path].Name
		im.named[name] = append(im.named[name], path)
	}
	for _, paths := range im.named {
		slices.SortStableFunc(paths, func(a, b string) int { // the main package of a module before those below it
			return strings.Count(a, "/") - strings.Count(b, "/")
		})
	}
}

// Forget takes back packages that Add made importable, and forgets what has
// been read of them: drop is asked for every path that is neither embedded nor
// of the standard library's internals as embedded packages mention them. Types
// that were handed out remain valid, but are not those that a later Import of
// the same path returns.
func (im *Importer) Forget(drop func(path string) bool) {
	im.mu.Lock()
	defer im.mu.Unlock()
	for path, p := range im.more {
		if drop(p.real()) {
			delete(im.more, path)
		}
	}
	for path := range im.reals {
		if drop(path) {
			delete(im.reals, path)
		}
	}
	for path := range im.pkgs {
		if _, embedded := im.index.entry[path]; !embedded && path != "unsafe" && drop(path) {
			delete(im.pkgs, path)
			delete(im.done, path)
		}
	}
	im.sort()
}

// Known reports whether the package at path can be imported, and whether it is
// one of those that Add brought; it reads nothing.
func (im *Importer) Known(path string) (known, added bool) {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.added(path) != nil {
		return true, true
	}
	_, known = im.index.names[path]
	return known || path == "unsafe", false
}

// Loaded returns the package at path if Import has read it, else nil.
func (im *Importer) Loaded(path string) *types.Package {
	im.mu.Lock()
	defer im.mu.Unlock()
	if p := im.added(path); p != nil {
		path = p.real()
	}
	return im.done[path]
}

// added returns what Add brought for a path that a cell writes or a type has.
// The caller holds im.mu.
func (im *Importer) added(path string) *Package {
	if p := im.more[path]; p != nil {
		return p
	}
	return im.reals[path]
}

// importMore is Import for what is not embedded. The caller holds im.mu.
func (im *Importer) importMore(path string) (*types.Package, error) {
	p := im.added(path)
	if p == nil {
		return nil, &UnknownError{path}
	}
	if pkg := im.done[p.real()]; pkg != nil {
		return pkg, nil
	}
	im.mu.Unlock()
	file, mentions, err := p.Open()
	im.mu.Lock()
	if err != nil {
		return nil, err
	}
	if pkg := im.done[p.real()]; pkg != nil { // read by another goroutine meanwhile
		return pkg, nil
	}
	// The compiler's export data has the types of other packages in it as far
	// as it mentions them. Those of the standard library must be the ones that
	// everybody else sees, and complete, so that reading adds nothing to them.
	for _, m := range mentions {
		if im.done[m] == nil && im.index.entry[m] != "" {
			if _, err := im.importEmbedded(m); err != nil {
				return nil, err
			}
		}
	}
	pkg, err := im.readCompiled(p.real(), file)
	if err != nil {
		return nil, err
	}
	im.done[p.real()] = pkg
	return pkg, nil
}

// readCompiled reads the compiler's own export data from an object file.
func (im *Importer) readCompiled(path, file string) (*types.Package, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("import %q: %w", path, err)
	}
	defer f.Close()
	//lint:ignore SA1019 The go command hands out archives until Go 1.28.
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("import %q from %s: %w", path, file, err)
	}
	pkg, err := gcexportdata.Read(r, im.fset, im.pkgs, path)
	if err != nil {
		return nil, fmt.Errorf("import %q from %s: %w", path, file, err)
	}
	return pkg, nil
}
