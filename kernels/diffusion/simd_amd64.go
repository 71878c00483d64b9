//go:build !noasm

package diffusion

import "github.com/weft-go/weft/kernels/internal/cpu"

// stepInto is row with the best instructions of a tier.
func stepInto(tier cpu.Tier, to, keep, up, mid, down []float64) {
	n := len(to)
	if n == 0 {
		return
	}
	keep, up, mid, down = keep[:n], up[:n], mid[:n+2], down[:n]
	switch tier {
	case cpu.AVX512:
		rowAVX512(&to[0], &keep[0], &up[0], &mid[1], &down[0], n, Rate)
	case cpu.AVX2:
		rowAVX2(&to[0], &keep[0], &up[0], &mid[1], &down[0], n, Rate)
	default:
		row(to, keep, up, mid, down, Rate)
	}
}

// stepQuad is quad with the best instructions of a tier.
func stepQuad(tier cpu.Tier, to *[batch][]float64, from *[ring][]float64) {
	n := len(to[0])
	if n == 0 || tier == cpu.Generic {
		quad(to, from, Rate)
		return
	}
	var tops [batch]*float64
	var froms [ring]*float64
	for r := range to {
		tops[r] = &to[r][:n][0]
	}
	for r := range from {
		froms[r] = &from[r][:n+2][1]
	}
	if tier == cpu.AVX512 {
		quadAVX512(&tops, &froms, n, Rate)
	} else {
		quadAVX2(&tops, &froms, n, Rate)
	}
}
