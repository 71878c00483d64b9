package sum

import (
	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . sum

// SIMD is [Serial] in assembly: eight accumulators of four (AVX-512: eight)
// numbers each.
func SIMD(x []int64) int64 { return inBlocks(background(), x, addSIMD) }

// GoroutineSIMD is [Goroutine] with SIMD's loop.
func GoroutineSIMD(x []int64, workers int, opts ...par.Option) int64 {
	mustBeFine(workers)
	t := newTeam(x, workers, opts)
	_ = t.run(background(), t.private(addSIMD))
	return t.total
}

// addSIMD is add.
func addSIMD(x []int64) int64 {
	whole := 0
	total := int64(0)
	switch cpu.Best() {
	case cpu.AVX512:
		whole = len(x) &^ 63
		total = addAVX512(x[:whole])
	case cpu.AVX2:
		whole = len(x) &^ 31
		total = addAVX2(x[:whole])
	}
	return total + add(x[whole:])
}
