//go:build !noasm

package julia

import "github.com/weft-go/weft/kernels/internal/cpu"

func (r *rounds) first(length int, counts *int32, at, n int, x, left, step, im float64, k int) int {
	if cpu.Best() == cpu.AVX512 {
		return firstAVX512(&r.list.re[0], length, counts, at, n, x, left, step, im, k)
	}
	return firstAVX2(&r.list.re[0], length, counts, at, n, x, left, step, im, k)
}

func (l *points) step(n int, counts *int32, base, k int) int {
	if cpu.Best() == cpu.AVX512 {
		return stepAVX512(&l.re[0], n, counts, base, k)
	}
	return stepAVX2(&l.re[0], n, counts, base, k)
}

func (l *points) advance(n int, out *points, k int) (kept, gone int) {
	if cpu.Best() == cpu.AVX512 {
		return advanceAVX512(&l.re[0], n, &out.re[0], k)
	}
	return advanceAVX2(&l.re[0], n, &out.re[0], k)
}
