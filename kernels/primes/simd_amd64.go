//go:build !noasm

package primes

import "github.com/weft-go/weft/kernels/internal/cpu"

// markBytes marks the multiples of those primes that next has, and reports
// whether it could.
func markBytes(seg []byte, primes, next []int) bool {
	if cpu.Best() == cpu.Generic {
		return false
	}
	if len(next) > 0 {
		markBytesAsm(&seg[0], len(seg), &primes[0], &next[0], len(next))
	}
	return true
}

// sumBytes returns the sum of the first bytes of seg, and how many these are.
func sumBytes(seg []byte) (sum, bytes int) {
	const group = 256 // of the widest form
	if bytes = len(seg) &^ (group - 1); bytes == 0 {
		return 0, 0
	}
	switch cpu.Best() {
	case cpu.AVX512:
		return sumBytesAVX512(&seg[0], bytes), bytes
	case cpu.AVX2:
		return sumBytesAVX2(&seg[0], bytes), bytes
	}
	return 0, 0
}

var markClass = [8]func(seg *byte, n int, list *int, count int){
	markBits1Asm, markBits7Asm, markBits11Asm, markBits13Asm,
	markBits17Asm, markBits19Asm, markBits23Asm, markBits29Asm,
}

// markBits marks the multiples of the primes in the lists of a wheelWorker, and
// reports whether it could.
func markBits(seg []byte, lists *[8][]int) bool {
	if cpu.Best() == cpu.Generic {
		return false
	}
	for class, list := range lists {
		if len(list) > 0 {
			markClass[class](&seg[0], len(seg), &list[0], len(list)/2)
		}
	}
	return true
}
