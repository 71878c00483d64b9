package primes

import (
	"context"

	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . primes

// SIMD is [Serial] with assembly: eight stores in a row for the multiples of a
// prime, which the Go compiler would test one by one, and vectors for counting.
// Without them it is Serial.
func SIMD(n int) int {
	mustBeFine(n, 0)
	return newCounter(n, 1, &byteSieve{fast: true}).serial(context.Background())
}

// SIMDWheel is [SerialWheel] with assembly: a loop for each residue of a prime
// modulo 30, which marks a whole turn of the wheel with bits that are constants.
func SIMDWheel(n int) int {
	mustBeFine(n, 0)
	return newCounter(n, 1, &wheelSieve{fast: true}).serial(context.Background())
}

// GoroutineSIMD is [SIMD] on the given number of workers, as [Goroutine].
func GoroutineSIMD(n, workers int, opts ...par.Option) int {
	mustBeFine(n, workers)
	return newCounter(n, workers, &byteSieve{fast: true}).goroutine(context.Background(), opts)
}

// GoroutineSIMDWheel is [SIMDWheel] on the given number of workers, as [Goroutine].
func GoroutineSIMDWheel(n, workers int, opts ...par.Option) int {
	mustBeFine(n, workers)
	return newCounter(n, workers, &wheelSieve{fast: true}).goroutine(context.Background(), opts)
}
