//go:build !noasm

package stream

import "github.com/weft-go/weft/kernels/internal/cpu"

// units does the loop over whole units with the best instructions, past the
// caches if nt is true.
func (t task) units(nt bool) {
	to, x, n := &t.to[0], &t.x[0], len(t.to)
	y := x
	if t.op >= opAdd {
		y = &t.y[0]
	}
	switch tier := cpu.Best(); {
	case tier == cpu.Generic:
		t.plain()
	case tier == cpu.AVX2 && !nt:
		switch t.op {
		case opCopy:
			copyVecAVX2(to, x, n)
		case opScale:
			scaleVecAVX2(to, x, n, t.q)
		case opAdd:
			addVecAVX2(to, x, y, n)
		case opTriad:
			triadVecAVX2(to, x, y, n, t.q)
		}
	case tier == cpu.AVX2:
		switch t.op {
		case opCopy:
			copyVecNTAVX2(to, x, n)
		case opScale:
			scaleVecNTAVX2(to, x, n, t.q)
		case opAdd:
			addVecNTAVX2(to, x, y, n)
		case opTriad:
			triadVecNTAVX2(to, x, y, n, t.q)
		}
	case !nt:
		switch t.op {
		case opCopy:
			copyVecAVX512(to, x, n)
		case opScale:
			scaleVecAVX512(to, x, n, t.q)
		case opAdd:
			addVecAVX512(to, x, y, n)
		case opTriad:
			triadVecAVX512(to, x, y, n, t.q)
		}
	default:
		switch t.op {
		case opCopy:
			copyVecNTAVX512(to, x, n)
		case opScale:
			scaleVecNTAVX512(to, x, n, t.q)
		case opAdd:
			addVecNTAVX512(to, x, y, n)
		case opTriad:
			triadVecNTAVX512(to, x, y, n, t.q)
		}
	}
}
