// Package weft holds the sources of those packages of Weft's that cells may
// import. Compiled cells link them, and they must be compiled for plugins with
// the settings of the session that loads them; so the programs carry the text
// along and need no checkout. It has no code for others to use.
package weft

import "embed"

// Sources are the folders of the packages that compiled cells may import and of
// all that these need, with their tests, as they lie in the repository.
//
//go:embed go.mod go.sum kernel/chart kernel/display kernel/measure kernel/internal/sink kernel/internal/dock kernels runtime
var Sources embed.FS
