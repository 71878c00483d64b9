// Package symbols binds compiled packages into the interpreter: for each
// package that cells can import, a table of its functions, variables,
// constants, types and interface wrappers, made by gen from the packages'
// types.
//
// The packages are the public ones of the standard library and our own, less
// those that symbols/packages leaves out with a reason: embed, expvar,
// net/http/pprof, plugin, runtime/cgo, runtime/coverage, runtime/race and
// time/tzdata. Tables are complete except for what has no reflect.Value:
// generic functions and types (see package generic), constraints, and the parts of
// unsafe that only the compiler knows. Nothing is replaced: os.Exit is os.Exit; who wants
// another gives the interpreter a second table with it after this one.
//
// Tables are code that builds a map, not variables: a program that links them
// pays for no table before Load, neither in time nor in resident memory.
// Untyped constants that depend on the system (math.MaxInt, strconv.IntSize)
// are those of a 64-bit Unix; syscall has a table for each of Linux and macOS
// on amd64 and arm64, and none elsewhere.
package symbols

import (
	"go/constant"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/symbols/generic"
)

// A table is what a package offers, in a form that the compiler lays out.
type table struct {
	name     string    // package name
	needs    []string  // other packages that declare interfaces met in this one
	literals []literal // untyped constants
	values   []binding // functions and typed constants
	vars     []binding // pointers to variables
	types    []binding // nil pointers to types
	wrappers []binding // nil pointers to wrappers, named "_Interface"
}

type binding struct {
	name  string
	value any
}

// A literal is an untyped constant as it would stand in source text.
type literal struct {
	name string
	kind token.Token
	text string
}

const (
	intLit    = token.INT
	floatLit  = token.FLOAT
	stringLit = token.STRING
)

// first are the packages that yaegi patches in the one Use call with fmt in it
// (flag, fmt, log, os), and those that declare the interfaces they speak.
// syscall, which os mentions, is large and declares none that os takes.
var first = []string{"encoding", "flag", "fmt", "io", "io/fs", "log", "os"}

// First returns the tables that belong into an interpreter's first Use call:
// flag, fmt, log and os, the packages whose interfaces these take, and the
// list of functions that treat arguments with certain methods in their own
// way. All are complete.
//
// yaegi's Use does two things when a call brings fmt: it connects flag, fmt,
// log and os with the interpreter's standard streams, and compiles its generic
// sources of cmp, maps and slices, about 2 ms. Neither may happen twice, so
// fmt must not come in a second call; replacements for names of these packages
// go into a second call, without fmt.
func First() interp.Exports {
	all := interp.Exports{}
	for _, path := range first {
		exports, _ := Load(path)
		maps.Copy(all, exports)
	}
	return all
}

// Load returns the table of the package at importPath, as Use wants it; ok is
// false if there is none. A package that is generic throughout has an empty
// one: see package generic. Each call builds a new one, in 8 µs (strings) to
// 0.25 ms (syscall).
//
// The table of fmt brings the functions that treat arguments with certain
// methods in their own way, under the key "."; the table of unsafe brings the
// conversions of unsafe.Pointer. See First for flag, fmt, log and os, and Needs
// for what else the interpreter has to know when it knows this package.
func Load(importPath string) (exports interp.Exports, ok bool) {
	if importPath == generic.Compiled {
		return helpers(), true
	}
	t := find(importPath)
	if t == nil {
		return nil, false
	}
	m := make(map[string]reflect.Value, len(t.literals)+len(t.values)+len(t.vars)+len(t.types)+len(t.wrappers))
	for _, c := range t.literals {
		m[c.name] = reflect.ValueOf(constant.MakeFromLiteral(c.text, c.kind, 0))
	}
	for _, b := range t.values {
		m[b.name] = reflect.ValueOf(b.value)
	}
	for _, b := range t.vars {
		m[b.name] = reflect.ValueOf(b.value).Elem()
	}
	for _, b := range t.types {
		m[b.name] = reflect.ValueOf(b.value)
	}
	for _, b := range t.wrappers {
		m[b.name] = reflect.ValueOf(b.value)
	}
	exports = interp.Exports{}
	if len(m) > 0 {
		exports[importPath+"/"+t.name] = m
	}
	switch importPath {
	case "fmt":
		exports["."] = map[string]reflect.Value{"MapTypes": reflect.ValueOf(mapTypes())}
	case "unsafe":
		exports["github.com/traefik/yaegi/yaegi"] = map[string]reflect.Value{"convert": reflect.ValueOf(convertPointer)}
	}
	return exports, true
}

// Needs returns the interface wrappers of other packages that values of the
// package at importPath may ask for. An interpreter that knows the package
// must know them, for where an interpreted value meets an interface without a
// wrapper yaegi dereferences nil: bufio alone has bufio.NewScanner, which
// takes an io.Reader.
//
// It returns tables with wrappers only, to be given to Use like those of Load,
// before or after it; they do not make the packages importable as they are.
// The packages of First are never among them. A call takes
// 2 µs (strings) to 20 µs (net/http).
func Needs(importPath string) interp.Exports {
	t := find(importPath)
	if t == nil {
		return nil
	}
	exports := interp.Exports{}
	for _, path := range t.needs {
		if slices.Contains(first, path) {
			continue
		}
		n := find(path)
		m := make(map[string]reflect.Value, len(n.wrappers))
		for _, b := range n.wrappers {
			m[b.name] = reflect.ValueOf(b.value)
		}
		exports[path+"/"+n.name] = m
	}
	return exports
}

// Paths lists the packages that have tables on this system, sorted. The caller
// owns the slice.
func Paths() []string {
	paths := make([]string, 0, len(tables))
	for _, t := range tables {
		if find(t.path) != nil {
			paths = append(paths, t.path)
		}
	}
	return paths
}

// find builds the table of a package, or returns nil.
func find(importPath string) *table {
	i, ok := slices.BinarySearchFunc(tables[:], importPath, func(t indexed, path string) int {
		return strings.Compare(t.path, path)
	})
	if !ok {
		return nil
	}
	return tables[i].load()
}

// indexed is a line of tables.
type indexed struct {
	path string
	load func() *table
}
