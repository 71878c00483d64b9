// The generator of the kernels' assembly, apart from Weft's module so that
// nobody who uses a kernel needs it.
module github.com/weft-go/weft/kernels/_asm

go 1.26.0

require github.com/mmcloughlin/avo v0.5.0

require (
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)
