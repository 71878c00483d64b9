package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The layout of dedupe's scratch, in bytes: see type scratch there.
const (
	dedupeEnds   = 64      // ends begins behind one vector, whose last element is a sentinel
	dedupeTokens = 64 * 32 // numbers in 64 blocks of 64 bytes
	dedupeSlack  = 4 * (64 + 16)
	dedupeWords  = dedupeEnds + 4*dedupeTokens + dedupeSlack
	dedupeAhead  = 32 // lines between the touch of a cell and its use
)

// dedupe writes parse, slots, update and filter.
func dedupe() {
	both(func(w width) {
		dedupeParse(w)
		dedupeSlots(w)
	})
	dedupeUpdate("update", true)
	dedupeUpdate("filter", false)
}

// dedupeParse finds the ends of all numbers by comparing 64 bytes at a time,
// notes for each the four bytes before its end, and then turns a vector of those
// into integers at a time.
func dedupeParse(w width) {
	s := w.suffix
	TEXT("parse"+s, NOSPLIT, "func(dst *int32, text []byte, s *uint32) (lines, used int)")
	Doc("parse"+s+" reads the lines that end in text, whose length is a multiple of 64 and at most 4096, if all",
		"numbers have one to four digits; else lines is -1. Four bytes before text must be readable.")
	dst := Load(Param("dst"), GP64())
	p := Load(Param("text").Base(), GP64())
	n := Load(Param("text").Len(), GP64())
	q := Load(Param("s"), GP64())
	SHRQ(Imm(6), n)
	MOVL(I32(-8), Mem{Base: q, Disp: dedupeEnds - 4}) // the byte before text, an end, times 8
	base8, wrong, pat := GP64(), GP64(), GP64()
	XORL(base8.As32(), base8.As32())
	XORL(wrong.As32(), wrong.As32())
	// Bit i of pat says that end i from here on must be a newline.
	MOVQ(U64(0x4924924924924924), pat)
	every3rd := GP64()
	MOVQ(U64(0x1249249249249249), every3rd)
	zero, nine, newline, space := w.reg(), w.reg(), w.reg(), w.reg()
	for _, c := range []struct {
		v    reg.VecVirtual
		name string
		b    byte
	}{{zero, "zero", '0'}, {nine, "nine", 9}, {newline, "newline", '\n'}, {space, "space", ' '}} {
		VPBROADCASTB(byteOf(c.name+s, c.b), c.v)
	}
	TESTQ(n, n)
	JZ(LabelRef("read" + s))

	Label("block" + s)
	digits, nl, sp := dedupeMasks(w, p, zero, nine, newline, space)
	NOTQ(digits) // from here on: the ends
	ends, count := digits, GP64()
	POPCNTQ(ends, count)
	PEXTQ(ends, nl, newlinesAmong(nl, sp, ends, wrong))
	CMPQ(count, Imm(32))
	JA(LabelRef("refuse" + s))
	XORQ(pat, nl)
	BZHIQ(count, nl, nl)
	ORQ(nl, wrong)
	SHRXQ(count, pat, pat)
	ANDQ(Imm(7), pat)
	IMULQ(every3rd, pat)
	at8 := GP64()
	z, word := GP64(), GP64()
	for i := range 32 {
		if i == 18 || i == 24 {
			CMPQ(count, Imm(uint64(i)))
			JBE(LabelRef("ended" + s))
		}
		TZCNTQ(ends, z)
		BLSRQ(ends, ends)
		MOVL(Mem{Base: p, Index: z, Scale: 1, Disp: -4}, word.As32())
		LEAL(Mem{Base: base8, Index: z, Scale: 8}, at8.As32())
		MOVL(word.As32(), Mem{Base: q, Disp: dedupeWords + 4*i})
		MOVL(at8.As32(), Mem{Base: q, Disp: dedupeEnds + 4*i})
	}
	Label("ended" + s)
	LEAQ(Mem{Base: q, Index: count, Scale: 4}, q)
	ADDQ(Imm(64), p)
	ADDL(U32(512), base8.As32())
	DECQ(n)
	JNZ(LabelRef("block" + s))

	Label("read" + s)
	TESTQ(wrong, wrong)
	JNZ(LabelRef("refuse" + s))
	first := Load(Param("s"), GP64())
	tokens := GP64()
	MOVQ(q, tokens)
	SUBQ(first, tokens)
	SHRQ(Imm(2), tokens)
	// Numbers of one digit behind the last one, so that the rest of a vector is valid.
	v := w.reg()
	VPBROADCASTD(Mem{Base: q, Disp: dedupeEnds - 4}, v)
	VPADDD(wordsOf("onwards"+s, w, func(i int) uint32 { return uint32(16 * (i + 1)) }), v, v)
	moveInts(w, v, Mem{Base: q, Disp: dedupeEnds})

	// lines = tokens/3, used = the end of line number lines, plus 1
	lines, used, m := GP64(), GP64(), GP64()
	MOVL(U32(0xaaaaaaab), m.As32())
	MOVQ(tokens, lines)
	IMULQ(m, lines)
	SHRQ(Imm(33), lines)
	LEAQ(Mem{Base: lines, Index: lines, Scale: 2}, m)
	MOVLQSX(Mem{Base: first, Index: m, Scale: 4, Disp: dedupeEnds - 4}, used)
	SARQ(Imm(3), used)
	INCQ(used)

	worst, forty, ones, tens, hundreds := w.reg(), w.reg(), w.reg(), w.reg(), w.reg()
	zeroInts(w, worst)
	VPBROADCASTD(wordOf("forty"+s, 40), forty)
	VPBROADCASTD(wordOf("lownibbles"+s, 0x0f0f0f0f), ones)
	VPBROADCASTD(wordOf("tens"+s, 0x010a010a), tens)
	VPBROADCASTD(wordOf("hundreds"+s, 0x00010064), hundreds)
	lanes := w.lanes(4)
	ADDQ(Imm(uint64(lanes-1)), tokens)
	SHRQ(Imm(uint64(log2(lanes))), tokens)
	JZ(LabelRef("done" + s))
	Label("convert" + s)
	length, shift, keep := w.reg(), w.reg(), w.reg()
	moveInts(w, Mem{Base: first, Disp: dedupeEnds}, length)
	VPSUBD(Mem{Base: first, Disp: dedupeEnds - 4}, length, length) // 8 × (digits + 1)
	VPSUBD(length, forty, shift)                                   // 8 × (4 − digits)
	VPMAXUD(shift, worst, worst)
	VPSLLVD(shift, ones, keep)
	andInts(w, Mem{Base: first, Disp: dedupeWords}, keep, keep)
	VPMADDUBSW(tens, keep, keep)
	VPMADDWD(hundreds, keep, keep)
	moveInts(w, keep, Mem{Base: dst})
	ADDQ(U32(w.bytes), dst)
	ADDQ(U32(w.bytes), first)
	DECQ(tokens)
	JNZ(LabelRef("convert" + s))
	// All shifts must be 0, 8, 16 or 24.
	most := w.reg()
	VPBROADCASTD(wordOf("most"+s, 24), most)
	ok := GP32()
	if w.bytes == 64 {
		k := K()
		VPCMPUD(Imm(6), most, worst, k)
		KMOVW(k, ok)
		TESTL(ok, ok)
	} else {
		VPMINUD(worst, most, most)
		VPCMPEQD(worst, most, most)
		VPMOVMSKB(most, ok)
		CMPL(ok, I32(-1))
	}
	JNE(LabelRef("refuse" + s))
	Label("done" + s)
	Store(lines, ReturnIndex(0))
	Store(used, ReturnIndex(1))
	ret()
	Label("refuse" + s)
	none := GP64()
	MOVQ(I32(-1), none)
	Store(none, ReturnIndex(0))
	XORL(none.As32(), none.As32())
	Store(none, ReturnIndex(1))
	ret()
}

// newlinesAmong notes in wrong the bytes that are neither digit, newline nor
// space, and returns where the newlines among the ends are to go.
func newlinesAmong(nl, sp, ends, wrong reg.GPVirtual) reg.GPVirtual {
	ORQ(nl, sp)
	XORQ(ends, sp)
	ORQ(sp, wrong)
	return nl
}

// dedupeMasks compares 64 bytes at p and returns a bit for each.
func dedupeMasks(w width, p reg.Register, zero, nine, newline, space reg.VecVirtual) (digits, nl, sp reg.GPVirtual) {
	digits, nl, sp = GP64(), GP64(), GP64()
	if w.bytes == 64 {
		v, d, k := w.reg(), w.reg(), K()
		VMOVDQU8(Mem{Base: p}, v)
		VPSUBB(zero, v, d)
		VPCMPUB(Imm(2), nine, d, k) // d ≤ 9
		KMOVQ(k, digits)
		VPCMPEQB(newline, v, k)
		KMOVQ(k, nl)
		VPCMPEQB(space, v, k)
		KMOVQ(k, sp)
		return digits, nl, sp
	}
	for half := range 2 {
		v, d, e := w.reg(), w.reg(), w.reg()
		VMOVDQU(at(p, 32*half), v)
		VPSUBB(zero, v, d)
		VPMINUB(nine, d, e)
		VPCMPEQB(d, e, d)
		VPCMPEQB(newline, v, e)
		VPCMPEQB(space, v, v)
		for _, m := range []struct {
			v    reg.VecVirtual
			mask reg.GPVirtual
		}{{d, digits}, {e, nl}, {v, sp}} {
			if half == 0 {
				VPMOVMSKB(m.v, m.mask.As32())
				continue
			}
			high := GP64()
			VPMOVMSKB(m.v, high.As32())
			SHLQ(Imm(32), high)
			ORQ(high, m.mask)
		}
	}
	return digits, nl, sp
}

// dedupeSlots computes, a vector of lines at a time, the number of a line's cell
// and what is to be written there if it is empty.
func dedupeSlots(w width) {
	s, lanes := w.suffix, w.lanes(4)
	TEXT("slots"+s, NOSPLIT, "func(roads *int32, n int, s *uint32) (most uint32)")
	Doc("slots" + s + " sets s.cell and s.fresh for n roads, rounded up to whole vectors, and returns the largest id.")
	p := Load(Param("roads"), GP64())
	n := Load(Param("n"), GP64())
	q := Load(Param("s"), GP64())
	ADDQ(Imm(uint64(lanes-1)), n)
	SHRQ(Imm(uint64(log2(lanes))), n)
	most, one := w.reg(), w.reg()
	zeroInts(w, most)
	VPBROADCASTD(wordOf("one"+s, 1), one)
	var order [3]reg.VecVirtual
	var from [3][3]reg.Register // masks of the lanes of column c that vector v has
	for c := range 3 {
		order[c] = w.reg()
		moveInts(w, wordsOf(fmt.Sprintf("order%d%s", c, s), w, func(i int) uint32 { return uint32((3*i + c) % lanes) }), order[c])
		if w.bytes == 64 {
			for v := range 3 {
				if v == 0 {
					continue
				}
				k, g := K(), GP32()
				MOVL(U32(columnMask(lanes, v, c)), g)
				KMOVW(g, k)
				from[c][v] = k
			}
		}
	}
	TESTQ(n, n)
	JZ(LabelRef("done" + s))
	Label("loop" + s)
	var in, col [3]reg.VecVirtual
	for v := range 3 {
		in[v] = w.reg()
		moveInts(w, at(p, v*w.bytes), in[v])
	}
	for c := range 3 {
		col[c] = w.reg()
		if w.bytes == 64 {
			VPBLENDMD(in[1], in[0], from[c][1], col[c])
			VPBLENDMD(in[2], col[c], from[c][2], col[c])
		} else {
			VPBLENDD(Imm(uint64(columnMask(lanes, 1, c))), in[1], in[0], col[c])
			VPBLENDD(Imm(uint64(columnMask(lanes, 2, c))), in[2], col[c], col[c])
		}
		VPERMD(col[c], order[c], col[c])
	}
	hi, lo, cell := w.reg(), w.reg(), w.reg()
	VPMAXUD(col[0], col[1], hi)
	VPMINUD(col[0], col[1], lo)
	VPMAXUD(hi, most, most)
	VPADDD(one, hi, cell)
	VPMULLD(hi, cell, cell)
	VPSRLD(Imm(1), cell, cell)
	VPADDD(lo, cell, cell)
	moveInts(w, cell, at(q, 0))
	// way is 2 if origin > destination, else 1; min(hi − destination, 1) is 1 in the first case
	way := hi
	VPSUBD(col[1], hi, way)
	VPMINUD(one, way, way)
	VPADDD(one, way, way)
	VPSLLD(Imm(2), col[2], col[2])
	VPADDD(way, col[2], col[2])
	moveInts(w, col[2], at(q, 4*(dedupeBatch+dedupeAhead)))
	ADDQ(U32(3*w.bytes), p)
	ADDQ(U32(w.bytes), q)
	DECQ(n)
	JNZ(LabelRef("loop" + s))
	Label("done" + s)
	// the largest of the lanes
	x, y := XMM(), YMM()
	if w.bytes == 64 {
		VEXTRACTI64X4(Imm(1), most, y)
		VPMAXUD(y, most.AsY(), y)
	} else {
		VMOVDQA(most, y)
	}
	VEXTRACTI128(Imm(1), y, x)
	VPMAXUD(x, y.AsX(), x)
	half := XMM()
	VPSHUFD(Imm(0x4e), x, half)
	VPMAXUD(half, x, x)
	VPSHUFD(Imm(0xb1), x, half)
	VPMAXUD(half, x, x)
	r := GP32()
	VMOVD(x, r)
	Store(r, ReturnIndex(0))
	ret()
}

// dedupeBatch is the largest number of lines between slots and update.
const dedupeBatch = 704

// columnMask has a bit for each lane of vector v that holds column c when
// records of three words are loaded one after the other.
func columnMask(lanes, v, c int) (mask uint32) {
	for l := range lanes {
		if (lanes*v+l)%3 == c {
			mask |= 1 << l
		}
	}
	return mask
}

// dedupeUpdate walks over lines whose cells slots has computed. With store it
// enters them into the cells.
func dedupeUpdate(name string, store bool) {
	TEXT(name+"AVX2", NOSPLIT, "func(dst, roads *int32, n int, s *uint32, cells *uint16) (kept int)")
	if store {
		Doc("updateAVX2 enters n roads into their cells and writes those that are new to dst, which may be roads.")
	} else {
		Doc("filterAVX2 writes those of n roads to dst, which may be roads, that the cells don't know.")
	}
	dst := Load(Param("dst"), GP64())
	p := Load(Param("roads"), GP64())
	n := Load(Param("n"), GP64())
	q := Load(Param("s"), GP64())
	cells := Load(Param("cells"), GP64())
	begin := GP64()
	MOVQ(dst, begin)
	c, e, f, fresh, way, pair := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	for i := range dedupeAhead {
		MOVL(at(q, 4*i), c.As32())
		PREFETCHT0(Mem{Base: cells, Index: c, Scale: 2})
	}
	TESTQ(n, n)
	JZ(LabelRef("done"))
	Label("loop")
	MOVL(at(q, 4*dedupeAhead), c.As32())
	PREFETCHT0(Mem{Base: cells, Index: c, Scale: 2})
	MOVL(at(q, 0), c.As32())
	MOVL(at(q, 4*(dedupeBatch+dedupeAhead)), fresh.As32())
	MOVWLZX(Mem{Base: cells, Index: c, Scale: 2}, e.As32())
	MOVL(fresh.As32(), way.As32())
	ANDL(Imm(3), way.As32())
	MOVL(e.As32(), f.As32())
	if store {
		ORL(way.As32(), f.As32())
	}
	TESTL(e.As32(), e.As32())
	CMOVLEQ(fresh.As32(), f.As32())
	if store {
		MOVW(f.As16(), Mem{Base: cells, Index: c, Scale: 2})
	}
	MOVQ(at(p, 0), pair)
	MOVQ(pair, at(dst, 0))
	SHRL(Imm(2), f.As32())
	MOVL(f.As32(), at(dst, 8))
	// dst += 12 unless e has the bit of way
	ANDL(way.As32(), e.As32())
	CMPL(e.As32(), Imm(1))
	SBBL(e.As32(), e.As32())
	ANDL(Imm(12), e.As32())
	ADDQ(e, dst)
	ADDQ(Imm(12), p)
	ADDQ(Imm(4), q)
	DECQ(n)
	JNZ(LabelRef("loop"))
	Label("done")
	// kept = bytes/12: bytes/4 times the inverse of 3, exact as 3 divides it
	SUBQ(begin, dst)
	SHRQ(Imm(2), dst)
	inverse := GP64()
	MOVQ(U64(0xaaaaaaaaaaaaaaab), inverse)
	IMULQ(inverse, dst)
	Store(dst, ReturnIndex(0))
	RET()
}

// moveInts moves a vector from or to memory that need not be aligned.
func moveInts(w width, from, to Op) {
	if w.bytes == 64 {
		VMOVDQU32(from, to)
	} else {
		VMOVDQU(from, to)
	}
}

// andInts is a bitwise and.
func andInts(w width, a, b, to Op) {
	if w.bytes == 64 {
		VPANDD(a, b, to)
	} else {
		VPAND(a, b, to)
	}
}

// zeroInts makes v all zeros.
func zeroInts(w width, v reg.VecVirtual) {
	if w.bytes == 64 {
		VPXORD(v, v, v)
	} else {
		VPXOR(v, v, v)
	}
}

// byteOf, wordOf and wordsOf are constants in memory.
func byteOf(name string, b byte) Mem   { return ConstData(name, U8(b)) }
func wordOf(name string, v uint32) Mem { return ConstData(name, U32(v)) }
func wordsOf(name string, w width, f func(i int) uint32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range w.lanes(4) {
		DATA(4*i, U32(f(i)))
	}
	return m
}
