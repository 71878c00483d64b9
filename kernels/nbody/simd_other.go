//go:build !amd64 || noasm

package nbody

import "github.com/weft-go/weft/kernels/internal/cpu"

func lanesOf(cpu.Tier) int { return 1 }

func pull(cpu.Tier, *[24]float64, *[3]float64, float64, *float64, *float64, *float64, *float64, int) {
	panic("BUG: nbody: vectors without assembly")
}
