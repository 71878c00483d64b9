package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sum writes add, which adds up integers in eight accumulators of a vector each.
func sum() {
	both(func(w width) {
		const unroll = 8
		s := w.suffix
		TEXT("add"+s, NOSPLIT, "func(x []int64) int64")
		Doc("add" + s + " returns the sum of x, modulo 2⁶⁴; len(x) must be a multiple of eight vectors.")
		p := Load(Param("x").Base(), GP64())
		n := Load(Param("x").Len(), GP64())
		var acc [unroll]reg.VecVirtual
		for i := range acc {
			acc[i] = w.reg()
			zeroInts(w, acc[i])
		}
		SHRQ(Imm(uint64(log2(unroll*w.lanes(8)))), n)
		JZ(LabelRef("done"))
		Label("loop")
		for i := range acc {
			if i*w.bytes%64 == 0 {
				PREFETCHT0(at(p, 1024+i*w.bytes))
			}
			VPADDQ(at(p, i*w.bytes), acc[i], acc[i])
		}
		ADDQ(U32(unroll*w.bytes), p)
		DECQ(n)
		JNZ(LabelRef("loop"))
		Label("done")
		for step := unroll / 2; step > 0; step /= 2 {
			for i := range step {
				VPADDQ(acc[i+step], acc[i], acc[i])
			}
		}
		y, x := YMM(), XMM()
		if w.bytes == 64 {
			VEXTRACTI64X4(Imm(1), acc[0], y)
			VPADDQ(acc[0].AsY(), y, y)
		} else {
			VMOVDQA(acc[0], y)
		}
		VEXTRACTI128(Imm(1), y, x)
		VPADDQ(y.AsX(), x, x)
		high := XMM()
		VPSHUFD(Imm(0x4e), x, high)
		VPADDQ(high, x, x)
		r := GP64()
		VMOVQ(x, r)
		Store(r, ReturnIndex(0))
		ret()
	})
}
