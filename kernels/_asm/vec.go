package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A width is a vector length to write a function for.
type width struct {
	suffix string // of the function's name
	bytes  int    // of a vector
	reg    func() reg.VecVirtual
}

var (
	avx2   = width{"AVX2", 32, build.YMM}
	avx512 = width{"AVX512", 64, build.ZMM}
)

// both calls write for each width; most kernels are written so.
func both(write func(w width)) {
	write(avx2)
	write(avx512)
}

// lanes returns how many elements of so many bytes a vector holds.
func (w width) lanes(elem int) int { return w.bytes / elem }

// ret ends a function that used vector registers: without VZEROUPPER each
// following SSE instruction of compiled Go code would wait for the upper
// halves, 170 to 210 ns on a Sapphire Rapids.
func ret() {
	build.VZEROUPPER()
	build.RET()
}

// at is the memory at base + offset bytes.
func at(base reg.Register, offset int) operand.Mem {
	return operand.Mem{Base: base, Disp: offset}
}
