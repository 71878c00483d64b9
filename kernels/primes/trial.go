package primes

import "github.com/weft-go/weft/kernels/internal/poll"

// Check reports whether n is prime, by dividing it by 2 and the odd numbers up
// to its root: the check_prime of the book's chapter 9. It takes about √n/2
// divisions for a prime, most other numbers few.
func Check(n int) bool {
	if n < 2 || n%2 == 0 {
		return n == 2
	}
	for d := uint64(3); d*d <= uint64(n); d += 2 {
		if uint64(n)%d == 0 {
			return false
		}
	}
	return true
}

// trial is the sieve that is none: places are the numbers themselves, each
// tested by Check.
type trial struct{}

func (trial) prepare(n int) int { return n }
func (trial) worker() worker    { return trial{} }
func (trial) few(int) int       { return 0 }

func (t trial) count(p poll.Poll, lo, hi int) int {
	sum := 0
	t.list(p, lo, hi, func(int) { sum++ })
	return sum
}

func (trial) list(p poll.Poll, lo, hi int, found func(prime int)) {
	// A test of a number takes up to √n/2 divisions of a few ns.
	budget := 0
	for n := lo; n < hi; n++ {
		if budget--; budget < 0 {
			if p.Stopped() {
				return
			}
			budget = pollEvery / (1 + root(n))
		}
		if Check(n) {
			found(n)
		}
	}
}

// pollEvery is after about how many divisions trial asks whether to stop, a ms
// or two.
const pollEvery = 1 << 18
