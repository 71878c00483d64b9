//go:build !noasm

package pi

import (
	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// throwSIMD is throw with the best instructions there are.
func throwSIMD(seed uint64, lo, hi int) int {
	const group = 32 // of the widest form
	n := (hi - lo) &^ (group - 1)
	state := rng.Start(seed, uint64(lo))
	outside := 0
	switch cpu.Best() {
	case cpu.AVX512:
		outside = throwAVX512(state, n)
	case cpu.AVX2:
		outside = throwAVX2(state, n)
	default:
		return throw(seed, lo, hi)
	}
	return n - outside + throw(seed, lo+n, hi)
}
