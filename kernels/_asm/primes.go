package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// primes writes the marking loops, which need no vectors but every trick with
// registers, and the counting of bytes, which does.
func primes() {
	primesBytes()
	primesBits()
	both(primesSum)
}

// primesBytes writes the loop of the byte sieve: one store for each multiple.
func primesBytes() {
	TEXT("markBytesAsm", NOSPLIT, "func(seg *byte, n int, primes, next *int, count int)")
	Doc("markBytesAsm stores 1 at next[i], next[i]+primes[i] … below n, for each of count primes, and leaves in",
		"next where each goes on behind n. seg must have a byte more than n.")
	seg := Load(Param("seg"), GP64())
	end := Load(Param("n"), GP64())
	ps := Load(Param("primes"), GP64())
	next := Load(Param("next"), GP64())
	count := Load(Param("count"), GP64())
	ADDQ(seg, end)
	TESTQ(count, count)
	JZ(LabelRef("done"))
	one := GP64()
	MOVQ(U32(1), one)
	Label("prime")
	p, p3, p8, at, stop := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(Mem{Base: ps}, p)
	MOVQ(Mem{Base: next}, at)
	ADDQ(seg, at)
	LEAQ(Mem{Base: p, Index: p, Scale: 2}, p3)
	// While at+7p is inside there are eight stores in a row.
	p7 := GP64()
	MOVQ(p, p8)
	SHLQ(Imm(3), p8)
	MOVQ(p8, p7)
	SUBQ(p, p7)
	MOVQ(end, stop)
	SUBQ(p7, stop)
	CMPQ(at, stop)
	JGE(LabelRef("few"))
	Label("eight")
	far := GP64()
	LEAQ(Mem{Base: at, Index: p, Scale: 4}, far)
	for _, base := range []reg.Register{at, far} {
		MOVB(one.As8(), Mem{Base: base})
		MOVB(one.As8(), Mem{Base: base, Index: p, Scale: 1})
		MOVB(one.As8(), Mem{Base: base, Index: p, Scale: 2})
		MOVB(one.As8(), Mem{Base: base, Index: p3, Scale: 1})
	}
	ADDQ(p8, at)
	CMPQ(at, stop)
	JLT(LabelRef("eight"))
	Label("few")
	CMPQ(at, end)
	JGE(LabelRef("next"))
	MOVB(one.As8(), Mem{Base: at})
	ADDQ(p, at)
	JMP(LabelRef("few"))
	Label("next")
	SUBQ(end, at)
	MOVQ(at, Mem{Base: next})
	ADDQ(Imm(8), ps)
	ADDQ(Imm(8), next)
	DECQ(count)
	JNZ(LabelRef("prime"))
	Label("done")
	RET()
}

// wheel30 are the numbers below 30 that 2, 3 and 5 don't divide.
var wheel30 = [8]int{1, 7, 11, 13, 17, 19, 23, 29}

// primesBits writes the loop of the wheel sieve, once for each residue of a
// prime modulo 30: with it the bits of the eight multiples are constants.
func primesBits() {
	for _, r := range wheel30 {
		name := fmt.Sprintf("markBits%dAsm", r)
		TEXT(name, NOSPLIT, "func(seg *byte, n int, list *int, count int)")
		Doc(fmt.Sprintf("%s marks the multiples of the primes 30a+%d in n bytes of a wheel's bits. The list has for each prime", name, r),
			"of count two numbers: a, and the offset of the turn to begin with, which becomes that of the next segment.",
			"seg must have a byte more than n.")
		seg, _ := Param("seg").Resolve()
		n, _ := Param("n").Resolve()
		list := Load(Param("list"), GP64())
		count := Load(Param("count"), GP64())
		TESTQ(count, count)
		JZ(LabelRef("done"))
		Label("prime")
		a, at := GP64(), GP64()
		MOVQ(Mem{Base: list}, a)
		MOVQ(Mem{Base: list, Disp: 8}, at)
		CMPQ(at, n.Addr)
		JGE(LabelRef("next"))
		// Multiple j of a turn, (30a+r)·wheel30[j], is in byte a·wheel30[j] + r·wheel30[j]/30.
		var off [8]reg.GPVirtual
		var bit [8]Constant
		for j, m := range wheel30 {
			off[j] = GP64()
			if j == 0 {
				MOVQ(a, off[j])
			} else {
				IMUL3Q(U8(uint8(m)), a, off[j])
			}
			if c := r * m / 30; c > 0 {
				ADDQ(U8(uint8(c)), off[j])
			}
			for b, res := range wheel30 {
				if r*m%30 == res {
					bit[j] = Imm(uint64(1 << b))
				}
			}
		}
		p := GP64()
		IMUL3Q(U8(30), a, p)
		ADDQ(U8(uint8(r)), p)
		partial := func() {
			// Without branches, which would be guessed wrong: what is outside
			// goes into the byte behind the segment.
			for j := range off {
				to := GP64()
				LEAQ(Mem{Base: at, Index: off[j], Scale: 1}, to)
				CMPQ(to, n.Addr)
				CMOVQCC(n.Addr, to)
				ADDQ(seg.Addr, to)
				ORB(bit[j], Mem{Base: to})
			}
		}
		last := func(to reg.Register) { LEAQ(Mem{Base: at, Index: off[7], Scale: 1}, to) }
		TESTQ(at, at)
		JGE(LabelRef("whole"))
		partial()
		t := GP64()
		last(t)
		CMPQ(t, n.Addr)
		JGE(LabelRef("next"))
		ADDQ(p, at)
		Label("whole")
		stop := GP64()
		MOVQ(n.Addr, stop)
		SUBQ(off[7], stop)
		ADDQ(seg.Addr, stop)
		ADDQ(seg.Addr, at)
		CMPQ(at, stop)
		JGE(LabelRef("end"))
		Label("turn")
		for j := range off {
			ORB(bit[j], Mem{Base: at, Index: off[j], Scale: 1})
		}
		ADDQ(p, at)
		CMPQ(at, stop)
		JLT(LabelRef("turn"))
		Label("end")
		SUBQ(seg.Addr, at)
		CMPQ(at, n.Addr)
		JGE(LabelRef("next"))
		partial()
		Label("next")
		SUBQ(n.Addr, at)
		MOVQ(at, Mem{Base: list, Disp: 8})
		ADDQ(Imm(16), list)
		DECQ(count)
		JNZ(LabelRef("prime"))
		Label("done")
		RET()
	}
}

// primesSum writes the sum of bytes.
func primesSum(w width) {
	s := w.suffix
	TEXT("sumBytes"+s, NOSPLIT, "func(seg *byte, n int) int")
	Doc("sumBytes"+s+" returns the sum of n bytes;", fmt.Sprintf("n must be a multiple of %d.", 4*w.bytes))
	p := Load(Param("seg"), GP64())
	n := Load(Param("n"), GP64())
	var sums [4]reg.VecVirtual
	zero := w.reg()
	xor := func(v reg.VecVirtual) {
		if w.bytes == 64 {
			VPXORQ(v, v, v)
		} else {
			VPXOR(v, v, v)
		}
	}
	xor(zero)
	for i := range sums {
		sums[i] = w.reg()
		xor(sums[i])
	}
	SHRQ(Imm(uint64(log2(4*w.bytes))), n)
	JZ(LabelRef("done" + s))
	Label("loop" + s)
	for i, sum := range sums {
		t := w.reg()
		VPSADBW(at(p, i*w.bytes), zero, t)
		VPADDQ(t, sum, sum)
	}
	ADDQ(U32(uint32(4*w.bytes)), p)
	DECQ(n)
	JNZ(LabelRef("loop" + s))
	Label("done" + s)
	VPADDQ(sums[1], sums[0], sums[0])
	VPADDQ(sums[3], sums[2], sums[2])
	VPADDQ(sums[2], sums[0], sums[0])
	sumLanes(w, sums[0])
	ret()
}

// sumLanes stores the sum of v's 64-bit integers as the result.
func sumLanes(w width, v reg.VecVirtual) {
	half := YMM()
	if w.bytes == 64 {
		VEXTRACTI64X4(Imm(1), v, half)
		VPADDQ(v.AsY(), half, half)
	} else {
		VMOVDQA(v, half)
	}
	quarter, other := XMM(), XMM()
	VEXTRACTI128(Imm(1), half, quarter)
	VPADDQ(half.AsX(), quarter, quarter)
	VPSHUFD(Imm(0xee), quarter, other)
	VPADDQ(other, quarter, quarter)
	n := GP64()
	VMOVQ(quarter, n)
	Store(n, ReturnIndex(0))
}
