package primality

import "math/bits"

// SerialMillerRabin decides by the test of Miller and Rabin with the first
// twelve primes as bases, which is no guess for numbers below 3.18·10²³ (Sorenson
// and Webster, "Strong Pseudoprimes to Twelve Prime Bases", 2015). It does not
// look for a divisor and finds none; it shows that a better question beats any
// number of workers.
func SerialMillerRabin(n int) Result {
	mustBeFine(n, 0)
	r, done := easy(n)
	if !done {
		r.Prime = millerRabin(uint64(n))
	}
	return r
}

// millerRabin is for odd n above 37.
func millerRabin(n uint64) bool {
	if n <= 37 {
		return true // easy leaves 31 and 37
	}
	twos := bits.TrailingZeros64(n - 1)
	odd := (n - 1) >> twos
base:
	for _, a := range [...]uint64{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37} {
		x := power(a, odd, n)
		if x == 1 || x == n-1 {
			continue
		}
		for range twos - 1 {
			if x = product(x, x, n); x == n-1 {
				continue base
			}
		}
		return false
	}
	return true
}

// power returns a^e modulo n.
func power(a, e, n uint64) uint64 {
	x := uint64(1)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			x = product(x, a, n)
		}
		a = product(a, a, n)
	}
	return x
}

// product returns a·b modulo n, a and b being less than n.
func product(a, b, n uint64) uint64 {
	high, low := bits.Mul64(a, b)
	_, rest := bits.Div64(high, low, n)
	return rest
}
