package primes

import (
	"context"

	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] with the sieve's segments on the given number of
// workers (0: GOMAXPROCS). A negative number of workers is a panic.
//
// Options of package par change the loop over the sieve's bytes, which should be
// dealt in blocks of 16,384 or more.
func Goroutine(n, workers int, opts ...par.Option) int {
	mustBeFine(n, workers)
	return newCounter(n, workers, &byteSieve{}).goroutine(context.Background(), opts)
}

// GoroutineWheel is [SerialWheel] on the given number of workers, as [Goroutine].
func GoroutineWheel(n, workers int, opts ...par.Option) int {
	mustBeFine(n, workers)
	return newCounter(n, workers, &wheelSieve{}).goroutine(context.Background(), opts)
}

// GoroutineTrial is [SerialTrial] on the given number of workers, which fetch
// blocks of numbers: larger ones cost more, so equal parts are not equal work.
//
// Options of package par, such as a schedule, change the loop over the numbers.
func GoroutineTrial(n, workers int, opts ...par.Option) int {
	mustBeFine(n, workers)
	return newCounter(n, workers, trial{}).goroutine(context.Background(), opts)
}
