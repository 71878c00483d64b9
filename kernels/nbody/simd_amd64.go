//go:build !noasm

package nbody

import "github.com/weft-go/weft/kernels/internal/cpu"

// lanesOf returns how many bodies a vector of the tier holds.
func lanesOf(tier cpu.Tier) int {
	switch tier {
	case cpu.AVX512:
		return 8
	case cpu.AVX2:
		return 4
	}
	return 1
}

// pull is the assembly of a tier with vectors; see pullAVX2. (A function value
// instead would move its arguments to the heap.)
func pull(tier cpu.Tier, sum *[24]float64, at *[3]float64, soft2 float64, x, y, z, m *float64, vectors int) {
	if tier == cpu.AVX512 {
		pullAVX512(sum, at, soft2, x, y, z, m, vectors)
		return
	}
	pullAVX2(sum, at, soft2, x, y, z, m, vectors)
}
