package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// histogram writes count, which needs no vectors: byte i of eight is counted in
// table i, so that increments of equal bytes that follow each other, which must
// wait for one another in one table, are in different ones.
func histogram() {
	TEXT("count", NOSPLIT, "func(data []byte, tables *[8][256]uint32)")
	Doc("count adds the bytes of data, whose length is a multiple of 16, to eight tables in turn.")
	p := Load(Param("data").Base(), GP64())
	n := Load(Param("data").Len(), GP64())
	t := Load(Param("tables"), GP64())
	SHRQ(Imm(4), n)
	JZ(LabelRef("done"))
	word, other, b, c := GP64(), GP64(), GP64(), GP64()
	Label("loop")
	MOVQ(at(p, 0), word)
	MOVQ(at(p, 8), other)
	ADDQ(Imm(16), p)
	for i := range 8 {
		MOVBLZX(word.As8(), b.As32())
		MOVBLZX(other.As8(), c.As32())
		if i < 7 {
			SHRQ(Imm(8), word)
			SHRQ(Imm(8), other)
		}
		INCL(Mem{Base: t, Index: b, Scale: 4, Disp: 1024 * i})
		INCL(Mem{Base: t, Index: c, Scale: 4, Disp: 1024 * (i ^ 1)})
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	Label("done")
	RET()
}
