package primes

import "context"

// Serial returns how many primes are less than n, by the sieve of bytes on one
// core. A negative n, or one above 2⁴⁰, is a panic. Interrupted, it returns how
// many it has counted; so do the others.
func Serial(n int) int {
	mustBeFine(n, 0)
	return newCounter(n, 1, &byteSieve{}).serial(context.Background())
}

// SerialWheel is [Serial] by the sieve of bits.
func SerialWheel(n int) int {
	mustBeFine(n, 0)
	return newCounter(n, 1, &wheelSieve{}).serial(context.Background())
}

// SerialTrial is [Serial] by testing every number with [Check].
func SerialTrial(n int) int {
	mustBeFine(n, 0)
	return newCounter(n, 1, trial{}).serial(context.Background())
}
