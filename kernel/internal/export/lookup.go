package export

import (
	"slices"
	"sync"
)

// preferred decides between packages of one name; the first is meant unless a
// cell uses a member that only a later one has.
var preferred = map[string][]string{
	// math/rand/v2 is what the math/rand documentation sends new code to;
	// Intn, Seed and the like still find the old package by their name.
	"rand": {"math/rand/v2", "math/rand", "crypto/rand"},
	// Cells that scan text are about text; go/scanner needs go/token beside
	// it, so its users write imports anyway.
	"scanner": {"text/scanner", "go/scanner"},
	// The kernel has other names.
	"sort": {"sort", "github.com/weft-go/weft/kernels/sort"},
	// Few cells are about Go's own syntax, fewer still have charts' constants
	// without importing the rest of go-echarts.
	"types": {"go/types", "github.com/go-echarts/go-echarts/v2/types"},
	// html/template has the same names: only an import line can mean it.
	"template": {"text/template", "html/template"},
}

// byName maps each package name to its packages, most meant first.
var byName = sync.OnceValue(func() map[string][]string {
	x := openIndex()
	m := make(map[string][]string, len(x.paths)+1)
	for _, path := range x.paths { // sorted: what preferred does not name stays predictable
		m[x.names[path]] = append(m[x.names[path]], path)
	}
	m["unsafe"] = []string{"unsafe"}
	for name, order := range preferred {
		m[name] = order
	}
	return m
})

// Candidates lists the packages called name, the one most cells mean first:
// embedded ones, then those that Add brought. The caller must not change it.
func (im *Importer) Candidates(name string) []string {
	im.mu.Lock()
	more := im.named[name]
	im.mu.Unlock()
	if len(more) == 0 {
		return byName()[name]
	}
	return slices.Concat(byName()[name], more)
}

// Lookup finds the package that a name without an import means: the first
// candidate that exports all of members, which are the names a cell selects
// from it; without members, or if none has them all, the first candidate.
// Candidates are read only where there is a choice.
//
// So "rand" means math/rand/v2, and ("rand", "Intn") math/rand.
func (im *Importer) Lookup(name string, members ...string) (path string, ok bool) {
	candidates := im.Candidates(name)
	if len(candidates) == 0 {
		return "", false
	}
	if len(candidates) > 1 && len(members) > 0 {
		for _, path := range candidates {
			if im.exports(path, members) {
				return path, true
			}
		}
	}
	return candidates[0], true
}

// exports reports whether the package at path exports all of members.
func (im *Importer) exports(path string, members []string) bool {
	pkg, err := im.Import(path)
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(members, func(m string) bool {
		o := pkg.Scope().Lookup(m)
		return o == nil || !o.Exported()
	})
}
