//go:build !noasm

package normsq

import "github.com/weft-go/weft/kernels/internal/cpu"

// units adds up whole units with the best instructions.
func units(x []float64) float64 {
	switch cpu.Best() {
	case cpu.AVX512:
		return sumAVX512(&x[0], len(x))
	case cpu.AVX2:
		return sumAVX2(&x[0], len(x))
	}
	return lanes(x)
}
