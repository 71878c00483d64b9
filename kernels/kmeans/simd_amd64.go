//go:build !noasm

package kmeans

import "github.com/weft-go/weft/kernels/internal/cpu"

// lanesOf returns how many centres a vector of the tier holds.
func lanesOf(tier cpu.Tier) int {
	switch tier {
	case cpu.AVX512:
		return 8
	case cpu.AVX2:
		return 4
	}
	return 1
}

// nearestVector is the assembly of a tier with vectors; see nearestAVX2.
func nearestVector(tier cpu.Tier, labels *int32, dist, points *float64, n, d int, centers *float64, groups int, lane *float64) {
	if tier == cpu.AVX512 {
		nearestAVX512(labels, dist, points, n, d, centers, groups, lane)
		return
	}
	nearestAVX2(labels, dist, points, n, d, centers, groups, lane)
}
