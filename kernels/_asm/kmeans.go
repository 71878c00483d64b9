package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// kmeans writes the search of the nearest centre: one point at a time against a
// vector of centres.
//
// Squares are rounded before they are added, as in the plain Go, so that both
// find the same centre also when two are equally near. The lane of a minimum
// is kept as a float64 beside it.
func kmeans() {
	both(func(w width) {
		lanes := w.lanes(8)
		TEXT("nearest"+w.suffix, NOSPLIT, "func(labels *int32, dist, points *float64, n, d int, centers *float64, groups int, lane *float64)")
		Pragma("noescape")
		Doc(fmt.Sprintf("nearest%s finds for each of n points of d coordinates the nearest of groups·%d centres and", w.suffix, lanes),
			"the square of its distance. Of a group centers has first coordinates, then second ones, and so on. lane",
			fmt.Sprintf("holds 0 to %d. Of equally near centres the first counts; n, d and groups are positive.", lanes-1))
		labels := Load(Param("labels"), GP64())
		dist := Load(Param("dist"), GP64())
		x := Load(Param("points"), GP64())
		n := Load(Param("n"), GP64())
		d := Load(Param("d"), GP64())
		centers := Load(Param("centers"), GP64())
		lane := Load(Param("lane"), GP64())
		first, step, far := w.reg(), w.reg(), w.reg()
		VMOVUPD(at(lane, 0), first)
		bits := GP64()
		load := func(v uint64, to reg.VecVirtual) {
			MOVQ(U64(v), bits)
			VMOVQ(bits, to.AsX())
			VBROADCASTSD(to.AsX(), to)
		}
		load(map[int]uint64{4: 0x4010000000000000, 8: 0x4020000000000000}[lanes], step) // 4, 8
		load(0x7ff0000000000000, far)                                                   // +Inf

		best, which, index, sum, diff := w.reg(), w.reg(), w.reg(), w.reg(), w.reg()
		c, t, g, k := GP64(), GP64(), GP64(), GP64()
		Label("point")
		MOVQ(centers, c)
		MOVQ(NewParamAddr("groups", 48), g)
		VMOVAPD(far, best)
		VXORPD(which, which, which)
		VMOVAPD(first, index)
		Label("group")
		VXORPD(sum, sum, sum)
		MOVQ(x, t)
		MOVQ(d, k)
		Label("axis")
		VBROADCASTSD(Mem{Base: t}, diff)
		VSUBPD(Mem{Base: c}, diff, diff)
		VMULPD(diff, diff, diff)
		VADDPD(diff, sum, sum)
		ADDQ(Imm(8), t)
		ADDQ(Imm(uint64(w.bytes)), c)
		DECQ(k)
		JNZ(LabelRef("axis"))
		w.less(sum, best, func(mask reg.Register) {
			w.blend(mask, sum, best, best)
			w.blend(mask, index, which, which)
		})
		VADDPD(step, index, index)
		DECQ(g)
		JNZ(LabelRef("group"))

		// The least of all lanes, in every lane.
		all, other := w.reg(), w.reg()
		VMOVAPD(best, all)
		w.least(all, other)
		// Where it is, the number; elsewhere infinity; of these the least.
		w.less(all, best, func(mask reg.Register) { w.blend(mask, far, which, which) })
		w.least(which, other)
		VMOVSD(all.AsX(), Mem{Base: dist})
		VCVTTSD2SI(which.AsX(), k.As32())
		MOVL(k.As32(), Mem{Base: labels})
		ADDQ(Imm(8), dist)
		ADDQ(Imm(4), labels)
		MOVQ(t, x)
		DECQ(n)
		JNZ(LabelRef("point"))
		ret()
	})
}

// less calls then with a mask of the lanes where x < y.
func (w width) less(x, y reg.VecVirtual, then func(mask reg.Register)) {
	const lessThan = 0x11 // ordered, quiet
	if w.bytes == 64 {
		mask := K()
		VCMPPD(Imm(lessThan), y, x, mask)
		then(mask)
		return
	}
	mask := w.reg()
	VCMPPD(Imm(lessThan), y, x, mask)
	then(mask)
}

// blend sets to to yes where mask is set, else to no.
func (w width) blend(mask reg.Register, yes, no, to reg.VecVirtual) {
	if w.bytes == 64 {
		VBLENDMPD(yes, no, mask, to)
		return
	}
	VBLENDVPD(mask, yes, no, to)
}

// least makes every lane of x the least of them.
func (w width) least(x, tmp reg.VecVirtual) {
	if w.bytes == 64 {
		VSHUFF64X2(Imm(0x4e), x, x, tmp) // halves
		VMINPD(tmp, x, x)
		VSHUFF64X2(Imm(0xb1), x, x, tmp) // quarters
		VMINPD(tmp, x, x)
	} else {
		VPERM2F128(Imm(0x01), x, x, tmp)
		VMINPD(tmp, x, x)
	}
	if w.bytes == 64 {
		VPERMILPD(Imm(0x55), x, tmp)
	} else {
		VPERMILPD(Imm(0x5), x, tmp)
	}
	VMINPD(tmp, x, x)
}
