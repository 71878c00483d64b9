// Package generic holds the source text of the generic part of the standard
// library for the interpreter, which has no generic functions and types of
// compiled packages: a cell's text brings the instances that it needs. The
// packages beneath are ours, with the type parameters of the standard
// library's, so that one's instances are the other's.
package generic

import "embed"

//go:embed */*.go
var files embed.FS

// sources are the packages by import path, with the files that hold them.
var sources = map[string]string{
	"cmp":          "cmp/cmp.go",
	"errors":       "errors/errors.go",
	"iter":         "iter/iter.go",
	"maps":         "maps/maps.go",
	"math/rand/v2": "rand/rand.go",
	"slices":       "slices/slices.go",
	"sync":         "sync/sync.go",
	"sync/atomic":  "atomic/atomic.go",
	Compiled:       "compiled/compiled.go",
}

// Compiled is the import path of the functions that the sources leave to
// compiled code. Package symbols has a table for it.
const Compiled = "github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"

// Source returns the text of the generic functions and types of the standard
// package at importPath; ok is false if none of them are held here.
func Source(importPath string) (text string, ok bool) {
	name, ok := sources[importPath]
	if !ok {
		return "", false
	}
	b, err := files.ReadFile(name)
	return string(b), err == nil
}
