package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What a list of points looks like to the assembly: three arrays of
// juliaPoints elements, see type points in kernels/julia.
const (
	juliaPoints = 4096 + 64
	juliaIm     = 8 * juliaPoints
	juliaAt     = 16 * juliaPoints
)

// julia writes the three steps of the SIMD variant; kernels/julia/simd.go tells
// what they are for.
func julia() {
	both(func(w width) {
		j := juliaWriter{w: w, lanes: w.lanes(8)}
		j.constants()
		j.first()
		j.step()
		j.advance()
	})
}

type juliaWriter struct {
	w        width
	lanes    int
	re, im   Mem // c of z²+c, in all lanes
	two      Mem
	four     Mem
	ones     Mem // integers
	ramp     Mem // 0, 1, 2 …
	ramps    Mem // the same as integers
	compress Mem // for each mask the permutation that brings its lanes to the front
}

// vector makes a constant of one vector.
func (w width) vector(name string, lane func(i int) Constant) Mem {
	m := GLOBL(name+w.suffix, RODATA|NOPTR)
	for i := range w.lanes(8) {
		DATA(8*i, lane(i))
	}
	return m
}

// double is a constant by its bits: avo writes F64(4) as the integer 4.
func double(x float64) Constant { return U64(math.Float64bits(x)) }

// all is a vector's lane function for a constant.
func all(c Constant) func(int) Constant { return func(int) Constant { return c } }

// permutations makes the table by which AVX2, which has no VCOMPRESSPD, brings
// the four lanes of a mask to the front: 16 rows of indexes for VPERMPS.
func permutations(name string) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for mask := range 16 {
		to := 0
		for lane := range 4 {
			if mask>>lane&1 == 1 {
				DATA(32*mask+8*to, U32(2*lane))
				DATA(32*mask+8*to+4, U32(2*lane+1))
				to++
			}
		}
		for ; to < 4; to++ { // what follows is never read
			DATA(32*mask+8*to, U64(0))
		}
	}
	return m
}

func (j *juliaWriter) constants() {
	j.re = j.w.vector("re", all(double(-0.62772)))
	j.im = j.w.vector("im", all(double(-0.42193)))
	j.two = j.w.vector("two", all(double(2)))
	j.four = j.w.vector("four", all(double(4)))
	j.ones = j.w.vector("ones", all(U64(1)))
	j.ramp = j.w.vector("ramp", func(i int) Constant { return double(float64(i)) })
	j.ramps = j.w.vector("ramps", func(i int) Constant { return U64(uint64(i)) })
	if j.lanes == 4 {
		j.compress = permutations("compress")
	}
}

// A point is a vector of them, with the iterations that they took.
type juliaPoint struct{ zr, zi, count reg.VecVirtual }

// checked writes one iteration of ps that counts in which lanes |z|² < 4.
func (j *juliaWriter) checked(ps []juliaPoint, re, two, one reg.VecVirtual) {
	for _, p := range ps {
		ii, t := j.w.reg(), j.w.reg()
		VMULPD(p.zi, p.zi, ii)
		VMULPD(p.zr, p.zi, p.zi)
		VMULPD(p.zr, p.zr, p.zr)
		VADDPD(p.zr, ii, t)
		VSUBPD(ii, p.zr, p.zr)
		if j.lanes == 4 {
			VCMPPD(Imm(17), j.four, t, t) // less than, ordered, quiet
			VPSUBQ(t, p.count, p.count)
		} else {
			k := K()
			VCMPPD(Imm(17), j.four, t, k)
			VPADDQ(one, p.count, k, p.count)
		}
		VADDPD(re, p.zr, p.zr)
		// 2·(zr·zi) is exact, so this rounds as the plain form does.
		VFMADD213PD(j.im, two, p.zi)
	}
}

// load puts a constant into a register.
func (j *juliaWriter) load(m Mem) reg.VecVirtual {
	v := j.w.reg()
	VMOVUPD(m, v)
	return v
}

// one is for counting with masks.
func (j *juliaWriter) one() reg.VecVirtual {
	if j.lanes == 4 {
		return nil
	}
	return j.load(j.ones)
}

// points names registers for n vectors of points with counts 0.
func (j *juliaWriter) points(n int) []juliaPoint {
	ps := make([]juliaPoint, n)
	for i := range ps {
		ps[i] = juliaPoint{j.w.reg(), j.w.reg(), j.w.reg()}
		if j.lanes == 4 {
			VPXOR(ps[i].count, ps[i].count, ps[i].count)
		} else {
			VPXORQ(ps[i].count, ps[i].count, ps[i].count)
		}
	}
	return ps
}

// A juliaMask says which lanes go to a list: a register of bits for both, and
// the mask register or the permutation.
type juliaMask struct {
	bits reg.GPVirtual
	k    reg.OpmaskVirtual
	perm reg.VecVirtual
}

// mask makes a juliaMask of the bits in m.bits.
func (j *juliaWriter) mask(m *juliaMask) {
	if j.lanes == 8 {
		m.k = K()
		KMOVB(m.bits.As32(), m.k)
		return
	}
	row := GP64()
	MOVL(m.bits.As32(), row.As32())
	SHLQ(Imm(5), row)
	table := GP64()
	LEAQ(j.compress, table)
	m.perm = j.w.reg()
	VMOVUPD(Mem{Base: table, Index: row, Scale: 1}, m.perm)
}

// put writes the lanes m of v to the list's array at offset.
func (j *juliaWriter) put(m juliaMask, v Op, list, length reg.Register, offset int) {
	to := Mem{Base: list, Disp: offset, Index: length, Scale: 8}
	t := j.w.reg()
	if j.lanes == 8 {
		r, ok := v.(reg.VecVirtual)
		if !ok {
			r = j.w.reg()
			VMOVUPD(v, r)
		}
		VCOMPRESSPD_Z(r, m.k, t)
	} else {
		VPERMPS(v, m.perm, t)
	}
	VMOVUPD(t, to)
}

// grow adds the number of lanes of m to a list's length.
func grow(m juliaMask, length reg.Register) {
	n := GP32()
	POPCNTL(m.bits.As32(), n)
	ADDQ(n.As64(), length)
}

// equal compares 64-bit integers and returns a mask of the equal lanes.
func (j *juliaWriter) equal(a, b reg.VecVirtual) juliaMask {
	m := juliaMask{bits: GP64()}
	if j.lanes == 8 {
		k := K()
		VPCMPEQQ(a, b, k)
		KMOVB(k, m.bits.As32())
	} else {
		t := j.w.reg()
		VPCMPEQQ(a, b, t)
		VMOVMSKPD(t, m.bits.As32())
	}
	return m
}

// broadcast puts an argument of 8 bytes into all lanes.
func (j *juliaWriter) broadcast(name string) reg.VecVirtual {
	v := j.w.reg()
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(a.Addr, v)
	return v
}

const juliaChecked = 4 // vectors in flight while checking

// first writes the iterations from the pixels' own places on.
func (j *juliaWriter) first() {
	s := j.w.suffix
	TEXT("first"+s, NOSPLIT, "func(l *float64, length int, counts *int32, at, n int, x, left, step, im float64, k int) int")
	Doc("first"+s+" does k iterations of the pixels x … x+n-1 of a row at the height im, writes their counts,",
		"and appends those that did all k to l, which has length points; it returns the new length. Their",
		fmt.Sprintf("numbers begin with at. n must be a multiple of %d.", juliaChecked*j.lanes))
	list := Load(Param("l"), GP64())
	length := Load(Param("length"), GP64())
	counts := Load(Param("counts"), GP64())
	at := GP64()
	Load(Param("at"), at)
	n := Load(Param("n"), GP64())
	k := Load(Param("k"), GP64())
	x := GP64()
	XORQ(x, x)
	Label("group" + s)
	CMPQ(x, n)
	JGE(LabelRef("done" + s))
	ps := j.points(juliaChecked)
	two, re, one := j.load(j.two), j.load(j.re), j.one()
	func() {
		left, step, im, pixel := j.broadcast("left"), j.broadcast("step"), j.broadcast("im"), j.broadcast("x")
		from := XMM()
		VCVTSI2SDQ(x, zeroed(from), from)
		VBROADCASTSD(from, ps[0].zi)
		VADDPD(ps[0].zi, pixel, pixel)
		VADDPD(j.ramp, pixel, pixel)
		lanes := j.w.vector("lanes", all(double(float64(j.lanes)))) // not in a register: AVX2 has 16
		for i, p := range ps {
			VMULPD(step, pixel, p.zr)
			VADDPD(p.zr, left, p.zr)
			VMOVAPD(im, p.zi)
			if i < len(ps)-1 {
				VADDPD(lanes, pixel, pixel)
			}
		}
	}()
	left := GP64()
	MOVQ(k, left)
	Label("firstloop" + s)
	j.checked(ps, re, two, one)
	DECQ(left)
	JNZ(LabelRef("firstloop" + s))
	j.counts(ps, counts)
	want := j.broadcast("k")
	for i, p := range ps {
		m := j.equal(want, p.count)
		TESTL(m.bits.As32(), m.bits.As32())
		next := fmt.Sprintf("firstnext%d%s", i, s)
		JZ(LabelRef(next))
		j.mask(&m)
		j.put(m, p.zr, list, length, 0)
		j.put(m, p.zi, list, length, juliaIm)
		number := j.w.reg()
		j.broadcastGP(at, number)
		VPADDQ(j.ramps, number, number)
		j.put(m, number, list, length, juliaAt)
		grow(m, length)
		Label(next)
		ADDQ(Imm(uint64(j.lanes)), at)
	}
	ADDQ(U32(uint32(4*juliaChecked*j.lanes)), counts)
	ADDQ(U32(uint32(juliaChecked*j.lanes)), x)
	JMP(LabelRef("group" + s))
	Label("done" + s)
	Store(length, ReturnIndex(0))
	ret()
}

// zeroed zeroes x, so that a conversion into it waits for nothing.
func zeroed(x reg.VecVirtual) reg.VecVirtual {
	VPXOR(x, x, x)
	return x
}

// broadcastGP puts an integer register into all lanes.
func (j *juliaWriter) broadcastGP(from reg.GPVirtual, v reg.VecVirtual) {
	if j.lanes == 8 {
		VPBROADCASTQ(from, v)
		return
	}
	x := XMM()
	VMOVQ(from, x)
	VPBROADCASTQ(x, v)
}

// counts stores the vectors' counts as int32, one after the other.
func (j *juliaWriter) counts(ps []juliaPoint, to reg.Register) {
	if j.lanes == 8 {
		for i, p := range ps {
			VPMOVQD(p.count, at(to, 32*i))
		}
		return
	}
	for i := 0; i < len(ps); i += 2 {
		t := YMM()
		VSHUFPS(Imm(0x88), ps[i+1].count, ps[i].count, t) // low halves: 0 1 4 5 | 2 3 6 7
		VPERMQ(Imm(0xd8), t, t)
		VMOVDQU(t, at(to, 16*i))
	}
}

// step writes further iterations of the points of a list, checking each.
func (j *juliaWriter) step() {
	s := j.w.suffix
	TEXT("step"+s, NOSPLIT, "func(l *float64, n int, counts *int32, base, k int) int")
	Doc("step"+s+" does k > 0 more iterations of the n points of l, which have done base, stores their",
		"new numbers in counts, and keeps in l those that did all k; it returns how many. It stops early on points",
		fmt.Sprintf("that all escaped. The list must be filled up with NaN to a multiple of %d.", juliaChecked*j.lanes))
	AllocLocal(8 * juliaChecked * j.lanes)
	list := Load(Param("l"), GP64())
	n := Load(Param("n"), GP64())
	counts := Load(Param("counts"), GP64())
	i, length := GP64(), GP64()
	XORQ(i, i)
	XORQ(length, length)
	Label("stepgroup" + s)
	CMPQ(i, n)
	JGE(LabelRef("stepdone" + s))
	ps := j.points(juliaChecked)
	two, re, one := j.load(j.two), j.load(j.re), j.one()
	here := func(v, offset int) Mem {
		return Mem{Base: list, Index: i, Scale: 8, Disp: offset + v*j.w.bytes}
	}
	for v, p := range ps {
		VMOVUPD(here(v, 0), p.zr)
		VMOVUPD(here(v, juliaIm), p.zi)
	}
	k := Load(Param("k"), GP64())
	Label("stepfour" + s)
	four := GP64()
	MOVQ(U32(4), four)
	CMPQ(k, four)
	CMOVQLT(k, four)
	SUBQ(four, k)
	Label("steploop" + s)
	j.checked(ps, re, two, one)
	DECQ(four)
	JNZ(LabelRef("steploop" + s))
	TESTQ(k, k)
	JZ(LabelRef("stepend" + s))
	j.anyInside(ps, "stepfour"+s)
	Label("stepend" + s)

	// Counts go through the stack to their places.
	base := j.broadcast("base")
	for v, p := range ps {
		t := j.w.reg()
		VPADDQ(base, p.count, t)
		VMOVUPD(t, Mem{Base: reg.StackPointer, Disp: v * j.w.bytes})
	}
	some, from := GP64(), GP64()
	MOVQ(n, some)
	SUBQ(i, some)
	full := GP64()
	MOVQ(U32(uint32(juliaChecked*j.lanes)), full)
	CMPQ(some, full)
	CMOVQGT(full, some)
	XORQ(from, from)
	Label("stepstore" + s)
	number, place := GP64(), GP64()
	MOVL(Mem{Base: reg.StackPointer, Index: from, Scale: 8}, number.As32())
	LEAQ(Mem{Base: i, Index: from, Scale: 1}, place)
	MOVQ(Mem{Base: list, Index: place, Scale: 8, Disp: juliaAt}, place)
	MOVL(number.As32(), Mem{Base: counts, Index: place, Scale: 4})
	INCQ(from)
	CMPQ(from, some)
	JLT(LabelRef("stepstore" + s))

	want := j.broadcast("k")
	for v, p := range ps {
		m := j.equal(want, p.count)
		TESTL(m.bits.As32(), m.bits.As32())
		next := fmt.Sprintf("stepnext%d%s", v, s)
		JZ(LabelRef(next))
		j.mask(&m)
		j.put(m, here(v, juliaAt), list, length, juliaAt)
		j.put(m, p.zr, list, length, 0)
		j.put(m, p.zi, list, length, juliaIm)
		grow(m, length)
		Label(next)
	}
	ADDQ(U32(uint32(juliaChecked*j.lanes)), i)
	JMP(LabelRef("stepgroup" + s))
	Label("stepdone" + s)
	Store(length, ReturnIndex(0))
	ret()
}

// anyInside jumps if a lane of ps has |z|² < 4.
func (j *juliaWriter) anyInside(ps []juliaPoint, label string) {
	sum := GP32()
	XORL(sum, sum)
	for _, p := range ps {
		ORL(j.inside(p.zr, p.zi).As32(), sum)
	}
	TESTL(sum, sum)
	JNZ(LabelRef(label))
}

// inside returns a bit for each lane with |z|² < 4.
func (j *juliaWriter) inside(zr, zi reg.VecVirtual) reg.GPVirtual {
	bits := GP64()
	t, ii := j.w.reg(), j.w.reg()
	VMULPD(zr, zr, t)
	VMULPD(zi, zi, ii)
	VADDPD(ii, t, t)
	if j.lanes == 8 {
		k := K()
		VCMPPD(Imm(17), j.four, t, k)
		KMOVB(k, bits.As32())
	} else {
		VCMPPD(Imm(17), j.four, t, t)
		VMOVMSKPD(t, bits.As32())
	}
	return bits
}

const juliaUnchecked = 6 // vectors in flight without checks

// advance writes iterations that are not checked one by one.
func (j *juliaWriter) advance() {
	s := j.w.suffix
	TEXT("advance"+s, NOSPLIT, "func(l *float64, n int, out *float64, k int) (kept, gone int)")
	Doc("advance"+s+" does k > 0 iterations of the n points of l without counting. Those that are inside then have been",
		"all the time: they stay in l. The others are put into out as they were before. The list must be filled up",
		fmt.Sprintf("with NaN, which counts as gone, to a multiple of %d.", juliaUnchecked*j.lanes))
	list := Load(Param("l"), GP64())
	n := Load(Param("n"), GP64())
	out := Load(Param("out"), GP64())
	i, kept, gone := GP64(), GP64(), GP64()
	XORQ(i, i)
	XORQ(kept, kept)
	XORQ(gone, gone)
	Label("advgroup" + s)
	CMPQ(i, n)
	JGE(LabelRef("advdone" + s))
	var zr, zi [juliaUnchecked]reg.VecVirtual
	here := func(v, offset int) Mem {
		return Mem{Base: list, Index: i, Scale: 8, Disp: offset + v*j.w.bytes}
	}
	two, re, im := j.load(j.two), j.load(j.re), j.load(j.im)
	for v := range zr {
		zr[v], zi[v] = j.load(here(v, 0)), j.load(here(v, juliaIm))
	}
	k := Load(Param("k"), GP64())
	Label("advloop" + s)
	for v := range zr {
		ii := j.w.reg()
		VMULPD(zi[v], zi[v], ii)
		VMULPD(zr[v], zi[v], zi[v])
		VMULPD(zr[v], zr[v], zr[v])
		VSUBPD(ii, zr[v], zr[v])
		VADDPD(re, zr[v], zr[v])
		// Twice an addition would be as good on paper, and Zen's adders would
		// take it off its multipliers; measured, it is slower.
		VFMADD213PD(im, two, zi[v])
	}
	DECQ(k)
	JNZ(LabelRef("advloop" + s))
	for v := range zr {
		m := juliaMask{bits: j.inside(zr[v], zi[v])}
		next := fmt.Sprintf("advnext%d%s", v, s)
		CMPL(m.bits.As32(), U32(uint32(1<<j.lanes-1)))
		JE(LabelRef(next))
		rest := juliaMask{bits: GP64()}
		MOVL(m.bits.As32(), rest.bits.As32())
		XORL(U32(uint32(1<<j.lanes-1)), rest.bits.As32())
		j.mask(&rest)
		j.put(rest, here(v, 0), out, gone, 0)
		j.put(rest, here(v, juliaIm), out, gone, juliaIm)
		j.put(rest, here(v, juliaAt), out, gone, juliaAt)
		grow(rest, gone)
		Label(next)
		j.mask(&m)
		j.put(m, here(v, juliaAt), list, kept, juliaAt)
		j.put(m, zr[v], list, kept, 0)
		j.put(m, zi[v], list, kept, juliaIm)
		grow(m, kept)
	}
	ADDQ(U32(uint32(juliaUnchecked*j.lanes)), i)
	JMP(LabelRef("advgroup" + s))
	Label("advdone" + s)
	Store(kept, ReturnIndex(0))
	Store(gone, ReturnIndex(1))
	ret()
}
