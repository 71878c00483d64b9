package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A gemm is one form of the micro-kernel of matrix multiplication: a tile of C,
// rows × vectors, stays in registers while k runs.
type gemm struct {
	width
	elem    string // of the element type, as in function names
	size    int    // bytes of an element
	rows    int
	vectors int // of a whole sliver; slivers at the edge have fewer

	mov, broadcast, zero, fma, add func(ops ...Op)
}

var (
	gemm64 = gemm{
		elem: "64", size: 8,
		mov: VMOVUPD, broadcast: VBROADCASTSD, zero: VXORPD, fma: VFMADD231PD, add: VADDPD,
	}
	gemm32 = gemm{
		elem: "32", size: 4,
		mov: VMOVUPS, broadcast: VBROADCASTSS, zero: VXORPS, fma: VFMADD231PS, add: VADDPS,
	}
)

// matmul writes the tiles, of float64 6×8 for AVX2 with 12 of 16 registers for
// sums and 8×24 for AVX-512 with 24 of 32, and the packing of operands.
//
// For each k an AVX2 tile loads 2 vectors and 6 scalars for 12 FMAs, an AVX-512
// tile 3 and 8 for 24. With two FMAs and two loads a cycle that leaves ports
// for the prefetching. Tiles of 4×12 and 14×16 have the same balance but divide
// the usual sizes worse.
func matmul() {
	both(func(w width) {
		for _, g := range []gemm{gemm64, gemm32} {
			g.width = w
			g.rows, g.vectors = 6, 2
			if w.bytes == 64 {
				g.rows, g.vectors = 8, 3
			}
			g.copyB()
			for ; g.vectors > 0; g.vectors-- {
				g.tiles()
			}
		}
	})
	transpose64()
	transpose32()
}

// How many bytes in front of its use packed data is asked for: A comes from the
// second-level cache; B is in the first, but with the long slivers of AVX-512
// only for the most part.
const (
	aheadA    = 512
	aheadB    = 768
	aheadPack = 512
)

// tiles writes the loop over the panels of A under one sliver of B.
func (g gemm) tiles() {
	nr := g.vectors * g.bytes // bytes of a row of a sliver
	name := fmt.Sprintf("tiles%sx%d%s", g.elem, nr/g.size, g.suffix)
	mr := g.rows * g.size // bytes of a column of a panel
	TEXT(name, NOSPLIT, fmt.Sprintf("func(c *float%[1]s, ldc, panels, kc int, a, b, next *float%[1]s, step, add int)", g.elem))
	Doc(fmt.Sprintf("%s computes panels tiles of %d×%d below each other: C = A·B, or C += A·B if add is not 0.", name, g.rows, nr/g.size),
		"Packed A has a panel's columns one after the other, packed B its rows; kc, the number of either, is ≥ 0.",
		"ldc is the distance of rows of C in bytes. Every fourth k asks for a line of next, which moves on by step bytes.")
	Pragma("noescape")
	c := Load(Param("c"), GP64())
	ldc := Load(Param("ldc"), GP64())
	panels := Load(Param("panels"), GP64())
	a := Load(Param("a"), GP64())
	b := Load(Param("b"), GP64())
	next := Load(Param("next"), GP64())
	step := Load(Param("step"), GP64())
	ldc3 := GP64()
	LEAQ(Mem{Base: ldc, Index: ldc, Scale: 2}, ldc3)
	c4, k, b1 := GP64(), GP64(), GP64()

	acc := make([][]reg.VecVirtual, g.rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, g.vectors)
		for v := range acc[i] {
			acc[i][v] = g.reg()
		}
	}
	row := make([]reg.VecVirtual, g.vectors)
	for v := range row {
		row[v] = g.reg()
	}
	var spare []reg.VecVirtual
	for range map[int]int{32: 16, 64: 32}[g.bytes] - (g.rows+1)*g.vectors {
		spare = append(spare, g.reg())
	}

	TESTQ(panels, panels)
	JLE(LabelRef("done"))

	Label("panel")
	LEAQ(Mem{Base: c, Index: ldc, Scale: 4}, c4)
	cell := func(i, disp int) Mem {
		m := Mem{Base: c, Disp: disp}
		if i >= 4 {
			m.Base = c4
		}
		switch i % 4 {
		case 1:
			m.Index, m.Scale = ldc, 1
		case 2:
			m.Index, m.Scale = ldc, 2
		case 3:
			m.Index, m.Scale = ldc3, 1
		}
		return m
	}
	MOVQ(b, b1)
	for i := range acc {
		for disp := 0; disp < nr; disp += 64 {
			PREFETCHT0(cell(i, disp))
		}
		PREFETCHT0(cell(i, nr-1))
		for _, r := range acc[i] {
			g.zero(r, r, r)
		}
	}

	turn := 0
	one := func(u int) { // k-th column of A times k-th row of B
		for v, r := range row {
			g.mov(at(b1, u*nr+v*g.bytes), r)
		}
		for i := range acc {
			x := spare[turn%len(spare)]
			turn++
			g.broadcast(at(a, u*mr+i*g.size), x)
			for v, r := range row {
				g.fma(r, x, acc[i][v])
			}
		}
	}
	const unroll = 4
	MOVQ(NewParamAddr("kc", 24), k)
	SHRQ(Imm(2), k)
	JZ(LabelRef("few"))
	Label("four")
	PREFETCHT1(at(next, 0))
	ADDQ(step, next)
	for u := range unroll {
		if u*mr%64 < mr {
			PREFETCHT0(at(a, aheadA+u*mr))
		}
		for line := 0; line < nr && g.bytes == 64; line += 64 {
			PREFETCHT0(at(b1, aheadB+u*nr+line))
		}
		one(u)
	}
	ADDQ(U32(unroll*mr), a)
	ADDQ(U32(unroll*nr), b1)
	DECQ(k)
	JNZ(LabelRef("four"))

	Label("few")
	MOVQ(NewParamAddr("kc", 24), k)
	ANDQ(Imm(unroll-1), k)
	JZ(LabelRef("sum"))
	Label("single")
	one(0)
	ADDQ(Imm(uint64(mr)), a)
	ADDQ(U32(nr), b1)
	DECQ(k)
	JNZ(LabelRef("single"))

	Label("sum")
	CMPQ(NewParamAddr("add", 64), Imm(0))
	JEQ(LabelRef("store"))
	for i := range acc {
		for v, r := range acc[i] {
			g.add(cell(i, v*g.bytes), r, r)
		}
	}
	Label("store")
	for i := range acc {
		for v, r := range acc[i] {
			g.mov(r, cell(i, v*g.bytes))
		}
	}
	if g.rows == 8 {
		LEAQ(Mem{Base: c, Index: ldc, Scale: 8}, c)
	} else {
		LEAQ(Mem{Base: c4, Index: ldc, Scale: 2}, c)
	}
	DECQ(panels)
	JNZ(LabelRef("panel"))
	Label("done")
	ret()
}

// copyB writes the copying of rows of B into slivers.
func (g gemm) copyB() {
	name := "copyB" + g.elem + g.suffix
	nr := g.vectors * g.bytes
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst, src *float%s, ld, rows, slivers, stride int)", g.elem))
	Doc(fmt.Sprintf("%s copies rows of B, ld bytes apart, into slivers %d wide that begin stride bytes apart.", name, nr/g.size))
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	ld := Load(Param("ld"), GP64())
	slivers := Load(Param("slivers"), GP64())
	stride := Load(Param("stride"), GP64())
	from, to, n := GP64(), GP64(), GP64()
	TESTQ(slivers, slivers)
	JLE(LabelRef("done"))
	Label("sliver")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(NewParamAddr("rows", 24), n)
	Label("row")
	PREFETCHT0(at(from, aheadPack))
	PREFETCHT0(Mem{Base: to, Index: stride, Scale: 2})
	for v := range g.vectors {
		x := g.reg()
		g.mov(at(from, v*g.bytes), x)
		g.mov(x, at(to, v*g.bytes))
	}
	ADDQ(ld, from)
	ADDQ(U32(nr), to)
	DECQ(n)
	JNZ(LabelRef("row"))
	ADDQ(U32(nr), src)
	ADDQ(stride, dst)
	DECQ(slivers)
	JNZ(LabelRef("sliver"))
	Label("done")
	ret()
}

// transpose64 writes the packing of A: rows become columns of a panel.
func transpose64() {
	TEXT("transpose64AVX2", NOSPLIT, "func(dst, src *float64, ld, rows, k4, stride int)")
	Doc("transpose64AVX2 writes rows of A, 2 or 4 of them ld bytes apart, as columns stride bytes apart, 4·k4 of them.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	ld := Load(Param("ld"), GP64())
	k := Load(Param("k4"), GP64())
	stride := Load(Param("stride"), GP64())
	ld3, st3, soon := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, st3)
	LEAQ(Mem{Base: src, Index: ld, Scale: 4}, soon) // the rows after next
	TESTQ(k, k)
	JLE(LabelRef("done"))
	CMPQ(NewParamAddr("rows", 24), Imm(4))
	JNE(LabelRef("two"))

	Label("four")
	var r, t [4]reg.VecVirtual
	for i := range r {
		r[i], t[i] = YMM(), YMM()
	}
	VMOVUPD(Mem{Base: src}, r[0])
	VMOVUPD(Mem{Base: src, Index: ld, Scale: 1}, r[1])
	VMOVUPD(Mem{Base: src, Index: ld, Scale: 2}, r[2])
	VMOVUPD(Mem{Base: src, Index: ld3, Scale: 1}, r[3])
	PREFETCHT0(Mem{Base: soon})
	PREFETCHT0(Mem{Base: soon, Index: ld, Scale: 1})
	PREFETCHT0(Mem{Base: soon, Index: ld, Scale: 2})
	PREFETCHT0(Mem{Base: soon, Index: ld3, Scale: 1})
	VUNPCKLPD(r[1], r[0], t[0]) // 00 10 02 12
	VUNPCKHPD(r[1], r[0], t[1]) // 01 11 03 13
	VUNPCKLPD(r[3], r[2], t[2])
	VUNPCKHPD(r[3], r[2], t[3])
	VPERM2F128(Imm(0x20), t[2], t[0], r[0])
	VPERM2F128(Imm(0x20), t[3], t[1], r[1])
	VPERM2F128(Imm(0x31), t[2], t[0], r[2])
	VPERM2F128(Imm(0x31), t[3], t[1], r[3])
	VMOVUPD(r[0], Mem{Base: dst})
	VMOVUPD(r[1], Mem{Base: dst, Index: stride, Scale: 1})
	VMOVUPD(r[2], Mem{Base: dst, Index: stride, Scale: 2})
	VMOVUPD(r[3], Mem{Base: dst, Index: st3, Scale: 1})
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), soon)
	LEAQ(Mem{Base: dst, Index: stride, Scale: 4}, dst)
	DECQ(k)
	JNZ(LabelRef("four"))
	JMP(LabelRef("done"))

	Label("two")
	VMOVUPD(Mem{Base: src}, r[0])
	VMOVUPD(Mem{Base: src, Index: ld, Scale: 1}, r[1])
	PREFETCHT0(Mem{Base: soon})
	PREFETCHT0(Mem{Base: soon, Index: ld, Scale: 1})
	VUNPCKLPD(r[1], r[0], t[0])
	VUNPCKHPD(r[1], r[0], t[1])
	VMOVUPD(t[0].AsX(), Mem{Base: dst})
	VMOVUPD(t[1].AsX(), Mem{Base: dst, Index: stride, Scale: 1})
	VEXTRACTF128(Imm(1), t[0], Mem{Base: dst, Index: stride, Scale: 2})
	VEXTRACTF128(Imm(1), t[1], Mem{Base: dst, Index: st3, Scale: 1})
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), soon)
	LEAQ(Mem{Base: dst, Index: stride, Scale: 4}, dst)
	DECQ(k)
	JNZ(LabelRef("two"))
	Label("done")
	ret()
}

// transpose32 is transpose64 for four rows of float32.
func transpose32() {
	TEXT("transpose32AVX2", NOSPLIT, "func(dst, src *float32, ld, rows, k4, stride int)")
	Doc("transpose32AVX2 writes rows of A, 2 or 4 of them ld bytes apart, as columns stride bytes apart, 4·k4 of them.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	ld := Load(Param("ld"), GP64())
	k := Load(Param("k4"), GP64())
	stride := Load(Param("stride"), GP64())
	ld3, st3 := GP64(), GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, st3)
	TESTQ(k, k)
	JLE(LabelRef("done"))
	CMPQ(NewParamAddr("rows", 24), Imm(4))
	JNE(LabelRef("two"))

	Label("four")
	var r, t [4]reg.VecVirtual
	for i := range r {
		r[i], t[i] = XMM(), XMM()
	}
	VMOVUPS(Mem{Base: src}, r[0])
	VMOVUPS(Mem{Base: src, Index: ld, Scale: 1}, r[1])
	VMOVUPS(Mem{Base: src, Index: ld, Scale: 2}, r[2])
	VMOVUPS(Mem{Base: src, Index: ld3, Scale: 1}, r[3])
	VUNPCKLPS(r[1], r[0], t[0]) // 00 10 01 11
	VUNPCKHPS(r[1], r[0], t[1]) // 02 12 03 13
	VUNPCKLPS(r[3], r[2], t[2]) // 20 30 21 31
	VUNPCKHPS(r[3], r[2], t[3])
	VUNPCKLPD(t[2], t[0], r[0])
	VUNPCKHPD(t[2], t[0], r[1])
	VUNPCKLPD(t[3], t[1], r[2])
	VUNPCKHPD(t[3], t[1], r[3])
	VMOVUPS(r[0], Mem{Base: dst})
	VMOVUPS(r[1], Mem{Base: dst, Index: stride, Scale: 1})
	VMOVUPS(r[2], Mem{Base: dst, Index: stride, Scale: 2})
	VMOVUPS(r[3], Mem{Base: dst, Index: st3, Scale: 1})
	ADDQ(Imm(16), src)
	LEAQ(Mem{Base: dst, Index: stride, Scale: 4}, dst)
	DECQ(k)
	JNZ(LabelRef("four"))
	JMP(LabelRef("done"))

	Label("two")
	VMOVUPS(Mem{Base: src}, r[0])
	VMOVUPS(Mem{Base: src, Index: ld, Scale: 1}, r[1])
	VUNPCKLPS(r[1], r[0], t[0])
	VUNPCKHPS(r[1], r[0], t[1])
	VMOVLPS(t[0], Mem{Base: dst})
	VMOVHPS(t[0], Mem{Base: dst, Index: stride, Scale: 1})
	VMOVLPS(t[1], Mem{Base: dst, Index: stride, Scale: 2})
	VMOVHPS(t[1], Mem{Base: dst, Index: st3, Scale: 1})
	ADDQ(Imm(16), src)
	LEAQ(Mem{Base: dst, Index: stride, Scale: 4}, dst)
	DECQ(k)
	JNZ(LabelRef("two"))
	Label("done")
	ret()
}
