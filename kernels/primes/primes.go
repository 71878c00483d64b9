// Package primes counts and lists prime numbers.
//
//	primes.Serial(10_000_000)       // 664579 primes below 10⁷, by a sieve of bytes
//	primes.Goroutine(10_000_000, 2) // its segments on two workers
//	primes.SerialTrial(1_000_000)   // 78498, each number tested by division
//	primes.List(30)                 // [2 3 5 7 11 13 17 19 23 29]
//
// Three algorithms answer the question, each far faster than the one before:
//
//   - trial divides each number by the odd numbers up to its root. It is the
//     task of Gorelick and Ozsvald, "High Performance Python", chapter 9, whose
//     uneven work shows how chunks and queues matter; keep it for that.
//   - the sieve of Eratosthenes, with a byte for each odd number, in segments
//     that fit the L1 cache, where the smallest primes are a pattern that is copied.
//   - wheel: the sieve with a bit for each number that 2, 3 and 5 don't divide,
//     8 of 30, so that 10⁷ numbers are 333 kB.
package primes

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// maxN bounds n: beyond it a run would take hours.
const maxN = 1 << 40

func check(n, workers int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative n %d", n)
	case n > maxN:
		return fmt.Errorf("n %d is larger than %d", n, maxN)
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

func mustBeFine(n, workers int) {
	if err := check(n, workers); err != nil {
		panic(fmt.Errorf("primes: %w", err))
	}
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }

// root returns the largest integer whose square is at most n.
func root(n int) int {
	r := int(math.Sqrt(float64(n)))
	for r*r > n {
		r--
	}
	for (r+1)*(r+1) <= n {
		r++
	}
	return r
}

// A sieve is one of the two: it counts the primes whose places, which are the
// sieve's own numbering of some of the numbers, are in a range.
type sieve interface {
	// prepare finds the primes to sieve with for all numbers below n and
	// returns how many places there are.
	prepare(n int) (places int)
	// worker returns what one goroutine needs.
	worker() worker
	// few counts the primes below n that have no place.
	few(n int) int
}

// A worker does blocks of places, one at a time.
type worker interface {
	// count returns how many of the places [lo, hi) are primes. p may stop it.
	count(p poll.Poll, lo, hi int) int
	// list calls found with each of these primes in turn.
	list(p poll.Poll, lo, hi int, found func(prime int))
}

// basePrimes appends to list the primes in [from, to], by the plainest sieve,
// in flags, which it returns for the next time.
func basePrimes(list []int, flags []bool, from, to int) ([]int, []bool) {
	if cap(flags) < to+1 {
		flags = make([]bool, to+1)
	}
	flags = flags[:to+1]
	clear(flags)
	for p := 2; p <= to; p++ {
		if flags[p] {
			continue
		}
		if p >= from {
			list = append(list, p)
		}
		for m := p * p; m <= to; m += p {
			flags[m] = true
		}
	}
	return list, flags
}
