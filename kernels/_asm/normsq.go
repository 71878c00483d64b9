package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// normsq writes the sum of squares. A fused multiply-add takes four cycles and
// two begin in each, so there are eight sums side by side.
func normsq() {
	both(func(w width) {
		const sums = 8
		TEXT("sum"+w.suffix, NOSPLIT, "func(x *float64, n int) float64")
		Pragma("noescape")
		Doc("sum" + w.suffix + " returns the sum of the squares of n elements, n a multiple of 64.")
		x := Load(Param("x"), GP64())
		n := Load(Param("n"), GP64())
		var acc [sums]reg.VecVirtual
		for i := range acc {
			acc[i] = w.reg()
			VXORPD(acc[i].AsX(), acc[i].AsX(), acc[i].AsX())
		}
		SHRQ(Imm(uint64(log2(64))), n)
		JZ(LabelRef("add" + w.suffix))
		Label("loop" + w.suffix)
		for o := 0; o < 64*8; o += w.bytes {
			v := w.reg()
			VMOVUPD(at(x, o), v)
			VFMADD231PD(v, v, acc[o/w.bytes%sums])
		}
		ADDQ(U32(64*8), x)
		DECQ(n)
		JNZ(LabelRef("loop" + w.suffix))
		Label("add" + w.suffix)
		for half := sums / 2; half > 0; half /= 2 {
			for i := range half {
				VADDPD(acc[i+half], acc[i], acc[i])
			}
		}
		all, high := acc[0], YMM()
		if w.bytes == 64 {
			VEXTRACTF64X4(U8(1), all, high)
			VADDPD(high, all.AsY(), all.AsY())
		}
		VEXTRACTF128(U8(1), all.AsY(), high.AsX())
		VADDPD(high.AsX(), all.AsX(), all.AsX())
		VUNPCKHPD(all.AsX(), all.AsX(), high.AsX())
		VADDSD(high.AsX(), all.AsX(), all.AsX())
		result, _ := ReturnIndex(0).Resolve() // Store would take an SSE instruction
		VMOVSD(all.AsX(), result.Addr)
		ret()
	})
}
