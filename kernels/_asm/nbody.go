package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// nbody writes the pull of whole vectors of bodies on one.
//
// Square root and division bound it, 15 cycles for 4 bodies on a Zen 3. Both
// are exact to the last bit for all numbers, which an approximation with
// refinement is not.
func nbody() {
	both(func(w width) {
		TEXT("pull"+w.suffix, NOSPLIT, "func(sum *[24]float64, at *[3]float64, soft2 float64, x, y, z, m *float64, vectors int)")
		Pragma("noescape")
		Doc("pull"+w.suffix+" sets sum, one vector for each axis, to Σ m·d/(d²+soft2)^1.5 with d the way from at",
			"to bodies in that lane of the vectors.")
		sum := Load(Param("sum"), GP64())
		from := Load(Param("at"), GP64())
		x := Load(Param("x"), GP64())
		y := Load(Param("y"), GP64())
		z := Load(Param("z"), GP64())
		m := Load(Param("m"), GP64())
		n := Load(Param("vectors"), GP64())
		var pos, acc [3]reg.VecVirtual
		for i := range pos {
			pos[i], acc[i] = w.reg(), w.reg()
			VBROADCASTSD(at(from, 8*i), pos[i])
			VXORPD(acc[i], acc[i], acc[i])
		}
		soft := w.reg()
		p, _ := Param("soft2").Resolve()
		VBROADCASTSD(p.Addr, soft)
		offset := GP64()
		XORQ(offset, offset)
		TESTQ(n, n)
		JLE(LabelRef("done"))
		Label("loop")
		var d [3]reg.VecVirtual
		for i, base := range []reg.Register{x, y, z} {
			d[i] = w.reg()
			VMOVUPD(Mem{Base: base, Index: offset, Scale: 1}, d[i])
			VSUBPD(pos[i], d[i], d[i])
		}
		d2, f := w.reg(), w.reg()
		VMOVAPD(soft, d2)
		for i := range d {
			VFMADD231PD(d[i], d[i], d2)
		}
		VSQRTPD(d2, f)
		VMULPD(d2, f, f)
		mass := w.reg()
		VMOVUPD(Mem{Base: m, Index: offset, Scale: 1}, mass)
		VDIVPD(f, mass, f)
		for i := range d {
			VFMADD231PD(d[i], f, acc[i])
		}
		ADDQ(Imm(uint64(w.bytes)), offset)
		DECQ(n)
		JNZ(LabelRef("loop"))
		Label("done")
		for i := range acc {
			VMOVUPD(acc[i], at(sum, i*w.bytes))
		}
		ret()
	})
}
