//go:build !noasm

package matmul

import "github.com/weft-go/weft/kernels/internal/cpu"

// The forms in assembly. A sliver of B takes ¾ of the first-level cache with
// AVX2 and all of it with AVX-512, whose micro-kernel asks for its lines ahead; a
// block of A takes less than half of the second.
var (
	avx2x64 = form[float64]{
		mr: 6, lanes: 4, kc: l1 * 3 / 4 / (8 * 8), mc: rowsFor(l1*3/4/(8*8)*8, 6), nc: 4096,
		tiles:     []tiles[float64]{tiles64x4AVX2, tiles64x8AVX2},
		copyB:     copyB64AVX2,
		transpose: transpose64AVX2,
	}
	avx2x32 = form[float32]{
		mr: 6, lanes: 8, kc: l1 * 3 / 4 / (16 * 4), mc: rowsFor(l1*3/4/(16*4)*4, 6), nc: 4096,
		tiles:     []tiles[float32]{tiles32x8AVX2, tiles32x16AVX2},
		copyB:     copyB32AVX2,
		transpose: transpose32AVX2,
	}
	avx512x64 = form[float64]{
		mr: 8, lanes: 8, kc: l1 / (24 * 8), mc: rowsFor(l1/(24*8)*8, 8), nc: 4080,
		tiles:     []tiles[float64]{tiles64x8AVX512, tiles64x16AVX512, tiles64x24AVX512},
		copyB:     copyB64AVX512,
		transpose: transpose64AVX2,
	}
	avx512x32 = form[float32]{
		mr: 8, lanes: 16, kc: l1 / (48 * 4), mc: rowsFor(l1/(48*4)*4, 8), nc: 4080,
		tiles:     []tiles[float32]{tiles32x16AVX512, tiles32x32AVX512, tiles32x48AVX512},
		copyB:     copyB32AVX512,
		transpose: transpose32AVX2,
	}
)

// rowsFor returns how many rows of so many bytes a block of A shall have.
func rowsFor(bytes, mr int) int { return min(max(l2*2/5/bytes/mr, 4), 192/mr) * mr }

// best64 returns the form for the processor's tier.
func best64() *form[float64] {
	switch cpu.Best() {
	case cpu.AVX512:
		return &avx512x64
	case cpu.AVX2:
		return &avx2x64
	}
	return go64
}

// best32 is best64 for float32.
func best32() *form[float32] {
	switch cpu.Best() {
	case cpu.AVX512:
		return &avx512x32
	case cpu.AVX2:
		return &avx2x32
	}
	return go32
}
