package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stream writes the four loops of STREAM, each with ordinary stores and with
// stores that go past the caches ("NT", non-temporal).
func stream() {
	for _, nt := range []bool{false, true} {
		both(func(w width) {
			streamLoop(w, nt, "copyVec", "func(to, x *float64, n int)", "to[i] = x[i]",
				func(x, _ Mem, _, v reg.VecVirtual) { VMOVUPD(x, v) })
			streamLoop(w, nt, "scaleVec", "func(to, x *float64, n int, q float64)", "to[i] = q·x[i]",
				func(x, _ Mem, q, v reg.VecVirtual) { VMULPD(x, q, v) })
			streamLoop(w, nt, "addVec", "func(to, x, y *float64, n int)", "to[i] = x[i] + y[i]",
				func(x, y Mem, _, v reg.VecVirtual) { VMOVUPD(x, v); VADDPD(y, v, v) })
			streamLoop(w, nt, "triadVec", "func(to, x, y *float64, n int, q float64)", "to[i] = x[i] + q·y[i], rounded twice",
				func(x, y Mem, q, v reg.VecVirtual) { VMULPD(y, q, v); VADDPD(x, v, v) })
		})
	}
}

// streamLoop writes one loop over blocks of 32 elements.
func streamLoop(w width, nt bool, name, signature, does string, op func(x, y Mem, q, v reg.VecVirtual)) {
	const block = 32
	store, aligned := func(v, m Op) { VMOVUPD(v, m) }, ""
	if nt {
		name += "NT"
		store, aligned = VMOVNTPD,
			" to must be aligned to 64 bytes; other processors may see it late until the next SFENCE, which is at the end."
	}
	TEXT(name+w.suffix, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + w.suffix + " sets " + does + " for i in [0, n), n a multiple of 32." + aligned)
	to := Load(Param("to"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	y, q := GP64(), w.reg()
	args := signature
	if has(args, "y *") {
		Load(Param("y"), y)
	}
	if has(args, "q f") {
		m, _ := Param("q").Resolve()
		VBROADCASTSD(m.Addr, q)
	}
	label := func(l string) string { return l + name + w.suffix }
	SHRQ(Imm(uint64(log2(block))), n)
	JZ(LabelRef(label("done")))
	Label(label("loop"))
	for o := 0; o < block*8; o += w.bytes {
		v := w.reg()
		op(at(x, o), at(y, o), q, v)
		store(v, at(to, o))
	}
	for _, p := range []Op{to, x} {
		ADDQ(U32(block*8), p)
	}
	if has(args, "y *") {
		ADDQ(U32(block*8), y)
	}
	DECQ(n)
	JNZ(LabelRef(label("loop")))
	Label(label("done"))
	if nt {
		SFENCE()
	}
	ret()
}

// has reports whether a signature has a parameter.
func has(signature, parameter string) bool { return strings.Contains(signature, parameter) }

func log2(n int) (k int) {
	for 1<<k < n {
		k++
	}
	return k
}
