//go:build !noasm

package peak

import "github.com/weft-go/weft/kernels/internal/cpu"

// loops in assembly: 12 FMAs on vectors of 4 or 8.
var loops = map[cpu.Tier]loop{
	cpu.AVX2:   {fmaAVX2, 12 * 4 * 2},
	cpu.AVX512: {fmaAVX512, 12 * 8 * 2},
}
