//go:build !amd64 || noasm

package kmeans

import "github.com/weft-go/weft/kernels/internal/cpu"

func lanesOf(cpu.Tier) int { return 1 }

func nearestVector(cpu.Tier, *int32, *float64, *float64, int, int, *float64, int, *float64) {
	panic("BUG: kmeans: vectors without assembly")
}
