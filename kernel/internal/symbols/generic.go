package symbols

import (
	_ "embed" // the sources
	"fmt"
	"go/parser"
	"reflect"
	"strings"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"
)

//go:embed generic/cmp/cmp.go
var cmpSource string

//go:embed generic/iter/iter.go
var iterSource string

//go:embed generic/maps/maps.go
var mapsSource string

//go:embed generic/slices/slices.go
var slicesSource string

// generic holds the packages that are interpreted from source, because their
// functions have no single reflect.Value. The sources are ours: yaegi has the
// standard library's, but cannot infer their type arguments and lacks half of
// them.
var generic = map[string]genericPackage{
	"cmp":    {source: cmpSource},
	"iter":   {source: iterSource},
	"maps":   {source: mapsSource},
	"slices": {source: slicesSource, needs: []string{"cmp"}, uses: []string{"sort"}},
}

type genericPackage struct {
	source string
	needs  []string // generic packages that it imports
	uses   []string // bound packages that it imports
}

const compiledPath = "github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"

// UseGeneric compiles the generic functions and types of the package at
// importPath into i, in 0.1 ms (iter) to 1.4 ms (slices); packages without any it
// leaves alone. The caller sees to it that it comes after Use has been given
// First, once per package, and before the first text that imports the package
// is compiled.
//
// cmp, iter (types only), maps and slices have generic names. Those of sync,
// sync/atomic, math/rand/v2 and the rest of the standard library remain
// unknown to the interpreter.
func UseGeneric(i *interp.Interpreter, importPath string) error {
	p, ok := generic[importPath]
	if !ok {
		return nil
	}
	for _, path := range p.needs {
		if err := UseGeneric(i, path); err != nil {
			return err
		}
	}
	for _, path := range p.uses {
		table, _ := Load(path)
		if err := i.Use(table); err != nil {
			return fmt.Errorf("bind %q for generic %q: %w", path, importPath, err)
		}
	}
	err := i.Use(interp.Exports{compiledPath + "/compiled": {"Sort": reflect.ValueOf(compiled.Sort)}})
	if err != nil {
		return fmt.Errorf("bind helpers of generic %q: %w", importPath, err)
	}
	// The checker has already held the arguments against the constraint; yaegi
	// would refuse compiled named types such as time.Duration.
	source := strings.ReplaceAll(p.source, "cmp.Ordered]", "any]")
	f, err := parser.ParseFile(i.FileSet(), importPath+"/"+importPath+".go", source, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("parse generic %q: %w", importPath, err)
	}
	if _, err := i.CompileAST(f); err != nil {
		return fmt.Errorf("compile generic %q: %w", importPath, err)
	}
	return nil
}
