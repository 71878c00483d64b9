package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// primality writes the search for a divisor among the numbers that 2, 3 and 5
// don't divide; kernels/primality/simd.go tells how it works. One form is for
// large divisors, whose reciprocals one step of Newton's method brings from each
// to the next, one for smaller ones with two steps.
func primality() {
	both(func(w width) {
		q := primalityWriter{w: w, lanes: w.lanes(8), chains: 4}
		if w.bytes == 32 {
			q.chains = 6 // half as many divisors each
		}
		q.constants()
		q.search(1)
		q.search(2)
	})
}

type primalityWriter struct {
	w             width
	lanes, chains int
	residues      []Mem // each chain's first divisors, less a multiple of 30
	one, magic    Mem
	step          Mem
}

// stride is how far each chain goes in a step.
func (q *primalityWriter) stride() int { return 30 * q.chains * q.lanes / 8 }

func (q *primalityWriter) constants() {
	s := q.w.suffix
	constant := func(name string, lane func(i int) float64) Mem {
		m := GLOBL(name+s, RODATA|NOPTR)
		for i := range q.lanes {
			DATA(8*i, double(lane(i)))
		}
		return m
	}
	same := func(x float64) func(int) float64 { return func(int) float64 { return x } }
	for c := range q.chains {
		q.residues = append(q.residues, constant(fmt.Sprintf("residues%d", c), func(i int) float64 {
			at := c*q.lanes + i
			return float64(at/8*30 + wheel30[at%8])
		}))
	}
	q.one = constant("one", same(1))
	// Adding it and taking it away rounds to an integer.
	q.magic = constant("magic", same(3<<51))
	q.step = constant("step", same(float64(q.stride())))
}

func (q *primalityWriter) load(m Mem) reg.VecVirtual {
	v := q.w.reg()
	VMOVUPD(m, v)
	return v
}

func (q *primalityWriter) search(newton int) {
	s := fmt.Sprintf("%d%s", newton, q.w.suffix)
	TEXT("search"+s, NOSPLIT, "func(high, low, from float64, steps int) bool")
	Doc(fmt.Sprintf("search%s reports whether one of the numbers from … from+%d·steps-1 that 2, 3 and 5 don't divide divides", s, q.stride()),
		"high+low; from is a multiple of 30.")
	minusLow := AllocLocal(q.w.bytes)
	argument := func(name string) reg.VecVirtual {
		a, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		v := q.w.reg()
		VBROADCASTSD(a.Addr, v)
		return v
	}
	steps := Load(Param("steps"), GP64())
	high := argument("high") // AVX2 has a register for it, not for the others
	zero := q.zero()
	low := argument("low")
	VSUBPD(low, zero, zero)
	// -0 would not be equal to the remainder 0, bit by bit.
	VADDPD(q.magic, zero, zero)
	VSUBPD(q.magic, zero, zero)
	VMOVUPD(zero, minusLow)
	ds, inverses := make([]reg.VecVirtual, q.chains), make([]reg.VecVirtual, q.chains)
	from := argument("from")
	for c := range ds {
		ds[c], inverses[c] = q.w.reg(), q.load(q.one)
		VADDPD(q.residues[c], from, ds[c])
		VDIVPD(ds[c], inverses[c], inverses[c])
	}
	magic := q.load(q.magic)
	found := q.w.reg()
	var missed []reg.OpmaskVirtual
	if q.lanes == 4 {
		VPXOR(found, found, found)
	} else {
		for range ds {
			k := K()
			KXNORB(k, k, k)
			missed = append(missed, k)
		}
	}
	TESTQ(steps, steps)
	JZ(LabelRef("done" + s))
	Label("loop" + s)
	for c, d := range ds {
		// Quotient, by rounding, and remainder n - quotient·d, which is exact.
		r := q.w.reg()
		VMOVAPD(inverses[c], r)
		VFMADD213PD(magic, high, r)
		VSUBPD(magic, r, r)
		VFNMADD213PD(high, d, r)
		if q.lanes == 4 {
			VPCMPEQQ(minusLow, r, r)
			VPOR(r, found, found)
		} else {
			VPCMPQ(Imm(4), minusLow, r, missed[c], missed[c]) // not equal, and so far none was
		}
		VADDPD(q.step, d, d)
		e := q.w.reg()
		VMOVAPD(d, e)
		VFNMADD213PD(q.one, inverses[c], e)
		VFMADD213PD(inverses[c], e, inverses[c])
		if newton == 2 {
			VMULPD(e, e, e)
			VFMADD213PD(inverses[c], e, inverses[c])
		}
	}
	DECQ(steps)
	JNZ(LabelRef("loop" + s))
	Label("done" + s)
	bits := GP32()
	if q.lanes == 4 {
		VMOVMSKPD(found, bits)
		TESTL(bits, bits)
	} else {
		for _, k := range missed[1:] {
			KANDB(k, missed[0], missed[0])
		}
		KMOVB(missed[0], bits)
		CMPL(bits, U32(255))
	}
	result := GP8()
	SETNE(result)
	Store(result, ReturnIndex(0))
	ret()
}

func (q *primalityWriter) zero() reg.VecVirtual {
	v := q.w.reg()
	if q.lanes == 8 {
		VPXORQ(v, v, v)
	} else {
		VPXOR(v, v, v)
	}
	return v
}
