package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// diffusion writes the two row loops of the stencil. Both add up in the order
// of diffusion.next, so that their results are equal to its to the last bit:
//
//	u + k·(((north + south) + (west + east)) - 4u)
//
// Two fused instructions take part although nothing may be fused, because they
// round the same: x·1 + y is x + y, and y - 4x is exact in its product. On
// Zen 3 they use the multipliers while VADDPD uses the adders, 3 operations
// each; on Intel's cores it makes no difference.
func diffusion() {
	one := ConstData("one", U64(math.Float64bits(1)))
	four := ConstData("four", U64(math.Float64bits(4)))
	both(func(w width) { stencilRow(w, one, four) })
	both(func(w width) { stencilQuad(w, one, four) })
}

// A stencil holds the registers that both loops set up in the same way.
type stencil struct {
	width
	k, one, four reg.VecVirtual
	index        reg.GPVirtual
}

func (s *stencil) load(one, four Mem) {
	k, _ := Param("k").Resolve()
	VBROADCASTSD(k.Addr, s.k)
	VBROADCASTSD(one, s.one)
	VBROADCASTSD(four, s.four)
}

// finish computes u + k·((ns + we) - 4u) into ns.
func (s *stencil) finish(ns, we, u reg.VecVirtual) {
	VFMADD213PD(we, s.one, ns)
	VFNMADD231PD(s.four, u, ns)
	VMULPD(s.k, ns, ns)
	VADDPD(u, ns, ns)
}

// scalar is finish for one element.
func (s *stencil) scalar(ns, we, u reg.VecVirtual) {
	VADDSD(we, ns, ns)
	VFNMADD231SD(s.four.AsX(), u, ns)
	VMULSD(s.k.AsX(), ns, ns)
	VADDSD(u, ns, ns)
}

// loops writes a loop over whole vectors, unroll at a time, and one over the
// elements that are left.
func (s *stencil) loops(unroll int, n reg.GPVirtual, vector func(offset int), element func()) {
	lanes := unroll * s.lanes(8)
	i := s.index
	XORL(i.As32(), i.As32())
	SUBQ(Imm(uint64(lanes)), n)
	JL(LabelRef("few" + s.suffix))
	Label("vectors" + s.suffix)
	for v := range unroll {
		vector(v * s.bytes)
	}
	ADDQ(Imm(uint64(lanes)), i)
	SUBQ(Imm(uint64(lanes)), n)
	JGE(LabelRef("vectors" + s.suffix))
	Label("few" + s.suffix)
	ADDQ(Imm(uint64(lanes)), n)
	JZ(LabelRef("done" + s.suffix))
	Label("elements" + s.suffix)
	element()
	INCQ(i)
	DECQ(n)
	JNZ(LabelRef("elements" + s.suffix))
	Label("done" + s.suffix)
	ret()
}

// at is element index of base, so many bytes further.
func (s *stencil) at(base reg.Register, offset int) Mem {
	return Mem{Base: base, Index: s.index, Scale: 8, Disp: offset}
}

func newStencil(w width) *stencil {
	return &stencil{width: w, k: w.reg(), one: w.reg(), four: w.reg(), index: GP64()}
}

// stencilRow writes the loop of the plain sweep.
func stencilRow(w width, one, four Mem) {
	TEXT("row"+w.suffix, NOSPLIT, "func(to, keep, up, mid, down *float64, n int, k float64)")
	Pragma("noescape")
	Doc("row"+w.suffix+" sets keep[x] = down[x] and then to[x] = next(up[x], down[x], mid[x-1], mid[x+1], mid[x], k)",
		"for x in [0, n). to may be what up, or down, pointed to a row earlier, but nothing else may overlap.")
	s := newStencil(w)
	to := Load(Param("to"), GP64())
	keep := Load(Param("keep"), GP64())
	up := Load(Param("up"), GP64())
	mid := Load(Param("mid"), GP64())
	down := Load(Param("down"), GP64())
	n := Load(Param("n"), GP64()).(reg.GPVirtual)
	s.load(one, four)
	s.loops(2, n, func(o int) {
		u, we, ns := w.reg(), w.reg(), w.reg()
		VMOVUPD(s.at(down, o), ns)
		VMOVUPD(s.at(mid, o), u)
		VMOVUPD(s.at(mid, o-8), we)
		VMOVUPD(ns, s.at(keep, o))
		VADDPD(s.at(mid, o+8), we, we)
		VADDPD(s.at(up, o), ns, ns)
		s.finish(ns, we, u)
		VMOVUPD(ns, s.at(to, o))
	}, func() {
		u, we, ns := XMM(), XMM(), XMM()
		VMOVSD(s.at(down, 0), ns)
		VMOVSD(s.at(mid, 0), u)
		VMOVSD(s.at(mid, -8), we)
		VMOVSD(ns, s.at(keep, 0))
		VADDSD(s.at(mid, 8), we, we)
		VADDSD(s.at(up, 0), ns, ns)
		s.scalar(ns, we, u)
		VMOVSD(ns, s.at(to, 0))
	})
}

// stencilQuad writes the loop of the skewed sweep: four rows at a time, so that
// most of what is loaded serves for two of them.
func stencilQuad(w width, one, four Mem) {
	TEXT("quad"+w.suffix, NOSPLIT, "func(to *[4]*float64, from *[6]*float64, n int, k float64)")
	Pragma("noescape")
	Doc("quad"+w.suffix+" sets to[r][x] = next(from[r][x], from[r+2][x], from[r+1][x-1], from[r+1][x+1], from[r+1][x], k)",
		"for r from 0 to 3 and x in [0, n). The rows of to must not overlap those of from.")
	s := newStencil(w)
	var to [4]reg.Register
	var from [6]reg.Register
	for r, table := 0, Load(Param("to"), GP64()); r < len(to); r++ {
		to[r] = GP64()
		MOVQ(at(table, 8*r), to[r])
	}
	for r, table := 0, Load(Param("from"), GP64()); r < len(from); r++ {
		from[r] = GP64()
		MOVQ(at(table, 8*r), from[r])
	}
	n := Load(Param("n"), GP64()).(reg.GPVirtual)
	s.load(one, four)
	s.loops(1, n, func(o int) {
		above, u := w.reg(), w.reg()
		VMOVUPD(s.at(from[0], o), above)
		VMOVUPD(s.at(from[1], o), u)
		for r := range to {
			we, ns, below := w.reg(), w.reg(), w.reg()
			if r+1 < len(to) {
				VMOVUPD(s.at(from[r+2], o), below)
				VADDPD(below, above, ns)
			} else {
				VADDPD(s.at(from[r+2], o), above, ns)
			}
			VMOVUPD(s.at(from[r+1], o+8), we)
			VADDPD(s.at(from[r+1], o-8), we, we)
			s.finish(ns, we, u)
			VMOVUPD(ns, s.at(to[r], o))
			above, u = u, below
		}
	}, func() {
		for r := range to {
			u, we, ns := XMM(), XMM(), XMM()
			VMOVSD(s.at(from[r+1], 0), u)
			VMOVSD(s.at(from[r+1], -8), we)
			VADDSD(s.at(from[r+1], 8), we, we)
			VMOVSD(s.at(from[r], 0), ns)
			VADDSD(s.at(from[r+2], 0), ns, ns)
			s.scalar(ns, we, u)
			VMOVSD(ns, s.at(to[r], 0))
		}
	})
}
