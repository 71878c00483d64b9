//go:build !noasm

package nearest

import "github.com/weft-go/weft/kernels/internal/cpu"

// scan looks at n roads, a multiple of 64, and raises most, three vectors, to
// their largest fields in turn. It stops before a group with an origin that is
// not below len(best), which is not 0, and returns how many roads it has done.
func scan(tier cpu.Tier, roads *int32, n int, best []uint64, most *int32) (done int) {
	if tier == cpu.AVX512 {
		return scanAVX512(roads, n, best, most)
	}
	return scanAVX2(roads, n, best, most)
}
