// Package primality asks whether one big number is prime, by looking for a
// divisor, and how several workers that look in different places tell each other
// that one has been found.
//
//	primality.Serial(100109100129162907)       // prime, after 158 million divisions
//	primality.Goroutine(100109100129100369, 2) // 95362951 · 1049769319
//	primality.SIMD(100109100129162907)         // prime, in vectors, twenty times as fast
//	primality.SerialMillerRabin(100109100129162907) // prime, in microseconds: by another question
//
// The task is the one of Gorelick and Ozsvald, "High Performance Python",
// chapter 9, "Verifying Primes Using Interprocess Communication". A worker asks
// every so many divisions whether to stop; what that costs decides whether it is
// worth while. See [Flag] for the ways.
//
// Every search first divides by the primes up to 29 on the caller's goroutine,
// so that what is not prime for a plain reason, as most numbers, costs no worker:
// the book's "less naive pool".
package primality

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// A Result says what became of a search.
type Result struct {
	N       int  `json:"n"`
	Prime   bool `json:"prime"`
	Factor  int  `json:"factor"`  // a divisor, if one was found; with several workers not always the smallest
	Decided bool `json:"decided"` // false if the search was interrupted
}

// String tells the result: "100109100129100369 = 95362951 · 1049769319".
func (r Result) String() string {
	switch {
	case !r.Decided:
		return fmt.Sprintf("%d is not decided", r.N)
	case r.Prime:
		return fmt.Sprintf("%d is prime", r.N)
	case r.Factor > 0:
		return fmt.Sprintf("%d = %d · %d", r.N, r.Factor, r.N/r.Factor)
	}
	return fmt.Sprintf("%d is not prime", r.N)
}

// MaxN bounds the numbers: up to it the vectors' arithmetic is exact.
const MaxN = 1 << 57

func check(n, workers, every int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative n %d", n)
	case n > MaxN:
		return fmt.Errorf("n %d is larger than %d", n, MaxN)
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	case every < 1:
		return fmt.Errorf("check interval %d is less than 1", every)
	}
	return nil
}

func mustBeFine(n, workers int) {
	if err := check(n, workers, 1); err != nil {
		panic(fmt.Errorf("primality: %w", err))
	}
}

// easy divides n by the primes up to 29, and reports whether that decides it.
func easy(n int) (Result, bool) {
	r := Result{N: n, Decided: true}
	if n < 2 {
		return r, true
	}
	for _, p := range [...]int{2, 3, 5, 7, 11, 13, 17, 19, 23, 29} {
		if n == p {
			r.Prime = true
			return r, true
		}
		if n%p == 0 {
			r.Factor = p
			return r, true
		}
	}
	r.Prime = n < 31*31
	return r, r.Prime
}

// turns returns how many turns of 30 numbers hold all divisors up to n's root.
// Turn 0, the numbers below 30, is easy's.
func turns(n int) int {
	root := int(math.Sqrt(float64(n)))
	for root*root < n {
		root++
	}
	return root/30 + 1
}

// A finder returns a divisor of n in the turns [lo, hi), lo > 0, or 0. Those
// numbers must be less than n.
type finder func(n uint64, lo, hi int) uint64

// odd divides by all odd numbers.
func odd(n uint64, lo, hi int) uint64 {
	for d := 30*uint64(lo) + 1; d < 30*uint64(hi); d += 2 {
		if n%d == 0 {
			return d
		}
	}
	return 0
}

// wheel30 are the numbers below 30 that 2, 3 and 5 don't divide.
var wheel30 = [8]uint64{1, 7, 11, 13, 17, 19, 23, 29}

// wheel divides by the 8 of 30 numbers that 2, 3 and 5 don't divide.
func wheel(n uint64, lo, hi int) uint64 {
	for base := 30 * uint64(lo); base < 30*uint64(hi); base += 30 {
		for _, r := range wheel30 {
			if n%(base+r) == 0 {
				return base + r
			}
		}
	}
	return 0
}

// slice is how many turns are searched between two looks at whether to stop,
// if no flag says otherwise: half a millisecond of divisions.
const slice = 1 << 13

// search looks through the turns from 1 on.
func search(p poll.Poll, n int, find finder) Result {
	r, done := easy(n)
	if done {
		return r
	}
	last := turns(n)
	for lo := 1; lo < last; lo += slice {
		if p.Stopped() {
			return Result{N: n}
		}
		if d := find(uint64(n), lo, min(lo+slice, last)); d != 0 {
			return composite(n, d)
		}
	}
	r.Prime = true
	return r
}

// composite is the result of having found d.
func composite(n int, d uint64) Result {
	return Result{N: n, Factor: int(d), Decided: true}
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
