package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of SplitMix64, as in kernels/internal/rng.
const (
	splitStep = 0x9e3779b97f4a7c15
	splitMul1 = 0xbf58476d1ce4e5b9
	splitMul2 = 0x94d049bb133111eb
)

// piVectors is how many vectors of darts are in flight: a multiplication's
// result takes 3 to 15 cycles.
const piVectors = 4

// pi writes throw: SplitMix64 and the test of kernels/pi/pi.go.
func pi() {
	both(func(w width) {
		p := piWriter{w: w, lanes: w.lanes(8)}
		p.mul1 = p.multiplier("mul1", splitMul1)
		p.mul2 = p.multiplier("mul2", splitMul2)
		p.high = p.constant("high", func(int) uint64 { return 0xffffffff << 32 })
		p.ramp = p.constant("ramp", func(i int) uint64 { return uint64(i) * step64 })
		p.step = p.constant("step", func(int) uint64 { return uint64(p.lanes) * step64 })
		p.throw()
	})
}

// step64 is a variable because products of it overflow, as they are meant to.
var step64 uint64 = splitStep

type piWriter struct {
	w          width
	lanes      int
	mul1, mul2 [2]Mem
	high       Mem // the upper half of each lane
	ramp, step Mem
}

func (p *piWriter) constant(name string, lane func(i int) uint64) Mem {
	m := GLOBL(name+p.w.suffix, RODATA|NOPTR)
	for i := range p.lanes {
		DATA(8*i, U64(lane(i)))
	}
	return m
}

// multiplier makes the constants of a multiplication by c: c itself and, for
// AVX2, c with its halves exchanged.
func (p *piWriter) multiplier(name string, c uint64) (m [2]Mem) {
	m[0] = p.constant(name, func(int) uint64 { return c })
	if p.lanes == 4 {
		m[1] = p.constant(name+"swapped", func(int) uint64 { return c>>32 | c<<32 })
	}
	return m
}

// mul multiplies the vectors zs by c modulo 2⁶⁴. AVX2 has no such instruction:
// with halves z = h·2³²+l it is l·cl + (l·ch + h·cl)·2³², where both products in the
// bracket are one VPMULLD with c's halves exchanged.
func (p *piWriter) mul(zs []reg.VecVirtual, c [2]Mem, high reg.VecVirtual) {
	if p.lanes == 8 {
		each(zs, func(z reg.VecVirtual) { VPMULLQ(c[0], z, z) })
		return
	}
	cross, low := p.regs(zs), p.regs(zs)
	for i, z := range zs {
		VPMULLD(c[1], z, cross[i])
	}
	each(zs, func(z reg.VecVirtual) { VPMULUDQ(c[0], z, z) })
	for i := range zs {
		VPSLLQ(Imm(32), cross[i], low[i])
	}
	each(cross, func(c reg.VecVirtual) { VPAND(high, c, c) })
	for i, z := range zs {
		VPADDQ(low[i], z, z)
	}
	for i, z := range zs {
		VPADDQ(cross[i], z, z)
	}
}

// xorshift sets zs to z ^ z>>n.
func (p *piWriter) xorshift(zs []reg.VecVirtual, n uint64) {
	t := p.regs(zs)
	for i, z := range zs {
		VPSRLQ(Imm(n), z, t[i])
	}
	for i, z := range zs {
		p.xor(t[i], z, z)
	}
}

func (p *piWriter) xor(a, b, to reg.VecVirtual) {
	if p.lanes == 8 {
		VPXORQ(a, b, to)
	} else {
		VPXOR(a, b, to)
	}
}

// each writes one instruction for all vectors before the next one: a processor
// looks only some 60 vector instructions ahead, too few to find the independent
// ones if the vectors followed each other.
func each(zs []reg.VecVirtual, write func(z reg.VecVirtual)) {
	for _, z := range zs {
		write(z)
	}
}

// regs names as many registers as zs has.
func (p *piWriter) regs(zs []reg.VecVirtual) []reg.VecVirtual {
	more := make([]reg.VecVirtual, len(zs))
	for i := range more {
		more[i] = p.w.reg()
	}
	return more
}

func (p *piWriter) load(m Mem) reg.VecVirtual {
	v := p.w.reg()
	VMOVUPD(m, v)
	return v
}

func (p *piWriter) zero() reg.VecVirtual {
	v := p.w.reg()
	if p.lanes == 8 {
		VPXORQ(v, v, v)
	} else {
		VPXOR(v, v, v)
	}
	return v
}

func (p *piWriter) throw() {
	s := p.w.suffix
	TEXT("throw"+s, NOSPLIT, "func(state uint64, n int) int")
	Doc("throw"+s+" returns how many of the n darts from the state of package rng on are outside the circle.",
		"n must be a multiple of 16 or, with AVX-512, of 32.")
	n := Load(Param("n"), GP64())
	state := p.w.reg()
	from, err := Param("state").Resolve()
	if err != nil {
		panic(err)
	}
	VPBROADCASTQ(from.Addr, state)
	VPADDQ(p.ramp, state, state)
	step := p.load(p.step)
	var high reg.VecVirtual
	if p.lanes == 4 {
		high = p.load(p.high)
	}
	outside := p.zero()
	SHRQ(Imm(uint64(log2(piVectors*p.lanes))), n)
	JZ(LabelRef("done" + s))
	Label("loop" + s)
	zs := p.regs(make([]reg.VecVirtual, piVectors))
	for _, z := range zs {
		VPSRLQ(Imm(30), state, z)
		p.xor(state, z, z)
		VPADDQ(step, state, state) // the states of neighbours differ by a constant
	}
	p.mul(zs, p.mul1, high)
	p.xorshift(zs, 27)
	p.mul(zs, p.mul2, high)
	// With r = z ^ z>>31, x is r>>33 = z>>33 and y is bits 1 to 31 of r, which
	// VPSRLD leaves in the low half, all that VPMULUDQ reads.
	xs := p.regs(zs)
	for i, z := range zs {
		VPSRLQ(Imm(33), z, xs[i])
	}
	each(xs, func(x reg.VecVirtual) { VPMULUDQ(x, x, x) })
	p.xorshift(zs, 31)
	each(zs, func(z reg.VecVirtual) { VPSRLD(Imm(1), z, z) })
	each(zs, func(z reg.VecVirtual) { VPMULUDQ(z, z, z) })
	for i, z := range zs {
		VPADDQ(xs[i], z, z)
	}
	// x²+y² < 2⁶³, so bit 62 says outside.
	each(zs, func(z reg.VecVirtual) { VPSRLQ(Imm(62), z, z) })
	each(zs, func(z reg.VecVirtual) { VPADDQ(z, outside, outside) })
	DECQ(n)
	JNZ(LabelRef("loop" + s))
	Label("done" + s)
	sumLanes(p.w, outside)
	ret()
}
