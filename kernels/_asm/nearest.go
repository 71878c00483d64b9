package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// nearest writes scan, which walks over blocks of 64 records of three words:
// once with vectors, for the largest of each column, and once, while they are in
// the nearest cache, one by one.
func nearest() {
	both(func(w width) {
		const (
			block   = 64
			record  = 12
			unroll  = 8
			forward = 2048 // bytes from what is read to what is asked for
		)
		s, lanes := w.suffix, w.lanes(4)
		vectors := block * record / w.bytes
		TEXT("scan"+s, NOSPLIT, "func(roads *int32, n int, best []uint64, most *int32) (done int)")
		Doc("scan"+s+" lowers best[origin] to distance<<32 | destination for n roads, a multiple of 64, and raises",
			"most, three vectors, to the largest fields as uint32, in turn. It stops before a block with an",
			"origin that is not below len(best) and returns how many roads it has done.")
		p := Load(Param("roads"), GP64())
		n := Load(Param("n"), GP64())
		best := Load(Param("best").Base(), GP64())
		places := GP64()
		Load(Param("best").Len(), places)
		most := Load(Param("most"), GP64())
		begin := GP64()
		MOVQ(p, begin)
		largest := w.reg()
		DECQ(places)
		x := XMM()
		VMOVD(places.As32(), x)
		VPBROADCASTD(x, largest)
		var total [3]reg.VecVirtual
		var from [3]reg.Register
		for v := range 3 {
			total[v] = w.reg()
			moveInts(w, at(most, v*w.bytes), total[v])
			if v > 0 && w.bytes == 64 {
				k, g := K(), GP32()
				MOVL(U32(columnMask(lanes, v, 0)), g)
				KMOVW(g, k)
				from[v] = k
			}
		}
		SHRQ(Imm(uint64(log2(block))), n)
		JZ(LabelRef("done"))
		Label("block")
		var m [3]reg.VecVirtual
		for i := range vectors {
			if i < 3 {
				m[i] = w.reg()
				moveInts(w, at(p, i*w.bytes), m[i])
				continue
			}
			VPMAXUD(at(p, i*w.bytes), m[i%3], m[i%3])
		}
		for line := range block * record / 64 {
			PREFETCHT0(at(p, forward+64*line))
		}
		origins, ok := w.reg(), GP32()
		if w.bytes == 64 {
			VPBLENDMD(m[1], m[0], from[1], origins)
			VPBLENDMD(m[2], origins, from[2], origins)
			k := K()
			VPCMPUD(Imm(6), largest, origins, k)
			KMOVW(k, ok)
			TESTL(ok, ok)
		} else {
			VPBLENDD(Imm(uint64(columnMask(lanes, 1, 0))), m[1], m[0], origins)
			VPBLENDD(Imm(uint64(columnMask(lanes, 2, 0))), m[2], origins, origins)
			VPMAXUD(largest, origins, origins)
			VPCMPEQD(largest, origins, origins)
			VPMOVMSKB(origins, ok)
			CMPL(ok, I32(-1))
		}
		JNE(LabelRef("done"))
		for v := range 3 {
			VPMAXUD(m[v], total[v], total[v])
		}
		left := GP64()
		MOVL(U32(block/unroll), left.As32())
		Label("some")
		o, road := make([]reg.GPVirtual, unroll), make([]reg.GPVirtual, unroll)
		for i := range unroll {
			o[i], road[i] = GP64(), GP64()
			MOVL(at(p, record*i), o[i].As32())
			MOVQ(at(p, record*i+4), road[i])
			CMPQ(road[i], Mem{Base: best, Index: o[i], Scale: 8})
			JCS(LabelRef(fmt.Sprintf("nearer%d", i)))
			Label(fmt.Sprintf("next%d", i))
		}
		ADDQ(U32(record*unroll), p)
		DECQ(left)
		JNZ(LabelRef("some"))
		DECQ(n)
		JNZ(LabelRef("block"))
		Label("done")
		for v := range 3 {
			moveInts(w, total[v], at(most, v*w.bytes))
		}
		// bytes/12: bytes/4 times the inverse of 3, exact as 3 divides it
		SUBQ(begin, p)
		SHRQ(Imm(2), p)
		inverse := GP64()
		MOVQ(U64(0xaaaaaaaaaaaaaaab), inverse)
		IMULQ(inverse, p)
		Store(p, ReturnIndex(0))
		ret()
		for i := range unroll {
			Label(fmt.Sprintf("nearer%d", i))
			MOVQ(road[i], Mem{Base: best, Index: o[i], Scale: 8})
			JMP(LabelRef(fmt.Sprintf("next%d", i)))
		}
	})
}
