package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak writes loops of nothing but independent FMAs on registers.
func peak() {
	both(func(w width) {
		const chains = 12 // more than latency times throughput, 4·2, everywhere
		TEXT("fma"+w.suffix, NOSPLIT, "func(rounds int)")
		Doc("fma" + w.suffix + " does rounds times 12 FMAs on vectors of float64, none of which waits for another of its round.")
		n := Load(Param("rounds"), GP64())
		zero := w.reg()
		VXORPD(zero, zero, zero)
		acc := make([]reg.VecVirtual, chains)
		for i := range acc {
			acc[i] = w.reg()
			VXORPD(acc[i], acc[i], acc[i])
		}
		TESTQ(n, n)
		JLE(LabelRef("done" + w.suffix))
		Label("loop" + w.suffix)
		for _, a := range acc {
			VFMADD231PD(zero, zero, a)
		}
		DECQ(n)
		JNZ(LabelRef("loop" + w.suffix))
		Label("done" + w.suffix)
		ret()
	})
}
