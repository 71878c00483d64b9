package histogram

import (
	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . histogram

// SIMD is [SerialTables] in assembly: 16 bytes are read at once and counted in
// eight tables, two instructions each. Vectors don't help: those of AVX-512 that
// would gather counters, find equal ones and scatter them take longer.
func SIMD(data []byte) Counts { return alone(data, wide) }

// GoroutineSIMD is [Goroutine] with SIMD's loop.
func GoroutineSIMD(data []byte, workers int, opts ...par.Option) Counts {
	return together(data, workers, wide, opts)
}

// wide is tables in assembly.
func wide(c *counter, data []byte) {
	if cpu.Best() == cpu.Generic {
		tables(c, data)
		return
	}
	whole := len(data) &^ 15
	count(data[:whole], &c.tables)
	plain(c, data[whole:])
	c.gather(8)
}
