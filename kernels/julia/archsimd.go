//go:build goexperiment.simd && amd64

package julia

import (
	"simd/archsimd"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

// ArchSIMD is [Serial] with the vector types of package simd/archsimd: the same
// idea as [SIMD] in Go instead of assembly, to be read beside it. It exists only
// in programs built with GOEXPERIMENT=simd, and is Serial on processors without
// AVX2. It does not look for interrupts.
//
// Four pixels of a row go together until the last of them has escaped. Lanes
// that have escaped go on computing; their counts stand still because the mask
// of those inside, -1 or 0 in each lane, is what is subtracted from the counts.
//
// Two things keep it quick, see golang.org/issue/80835: no float64 or 128-bit
// value lives across the inner loop, where its spill would be an old SSE
// instruction, 170 ns and more while upper halves are in use, and the upper
// halves are cleared before ordinary float64 code goes on.
func ArchSIMD(width, height, limit int) *Set {
	if cpu.Best() < cpu.AVX2 {
		return Serial(width, height, limit)
	}
	s := New(width, height, limit)
	left, top, step := s.plane()
	re := make([]float64, (width+3)&^3) // of the columns, four at a time
	for x := range re {
		re[x] = left + float64(float64(x)*step)
	}
	var im [4]float64
	var counts [4]int64
	for y := range height {
		at := top - float64(float64(y)*step)
		im = [4]float64{at, at, at, at}
		row := s.Row(y)
		for x := 0; x < width; x += 4 {
			escape((*[4]float64)(re[x:]), &im, &counts, limit)
			for lane, n := range counts[:min(4, width-x)] {
				row[x+lane] = int32(n)
			}
		}
	}
	return s
}

// escape counts the iterations of four points.
//
//go:noinline
func escape(re, im *[4]float64, counts *[4]int64, limit int) {
	cr, ci := archsimd.BroadcastFloat64x4(CRe), archsimd.BroadcastFloat64x4(CIm)
	two, four := archsimd.BroadcastFloat64x4(2), archsimd.BroadcastFloat64x4(4)
	zr, zi := archsimd.LoadFloat64x4(re), archsimd.LoadFloat64x4(im)
	var n archsimd.Int64x4
	for range limit {
		rr, ii := zr.Mul(zr), zi.Mul(zi)
		inside := rr.Add(ii).Less(four).ToInt64x4()
		if inside.IsZero() {
			break
		}
		n = n.Sub(inside)
		zi = two.Mul(zr).Mul(zi).Add(ci)
		zr = rr.Sub(ii).Add(cr)
	}
	n.Store(counts)
	archsimd.ClearAVXUpperBits()
}
