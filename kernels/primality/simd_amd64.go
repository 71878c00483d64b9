//go:build !noasm

package primality

import "github.com/weft-go/weft/kernels/internal/cpu"

// searchStride returns how many turns a step of search1 and search2 advances,
// 0 if there are no vector instructions.
func searchStride() int {
	switch cpu.Best() {
	case cpu.AVX512:
		return 4
	case cpu.AVX2:
		return 3
	}
	return 0
}

// search1 reports whether one of the wheel's numbers in that many strides from
// `from` on divides high+low, with one step of Newton's method.
func search1(high, low, from float64, steps int) bool {
	if cpu.Best() == cpu.AVX512 {
		return search1AVX512(high, low, from, steps)
	}
	return search1AVX2(high, low, from, steps)
}

// search2 is search1 with two steps.
func search2(high, low, from float64, steps int) bool {
	if cpu.Best() == cpu.AVX512 {
		return search2AVX512(high, low, from, steps)
	}
	return search2AVX2(high, low, from, steps)
}
