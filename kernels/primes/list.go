package primes

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// List returns the primes less than n in order, by the sieve of bits on one
// core. A negative n, or one above 2⁴⁰, is a panic. Interrupted, it returns those
// that it has found.
func List(n int) []int {
	mustBeFine(n, 0)
	s := &wheelSieve{fast: true}
	places := s.prepare(n)
	list := make([]int, 0, atMost(n))
	list = appendFew(list, n)
	s.worker().list(background(), 0, places, func(prime int) { list = append(list, prime) })
	return list
}

// GoroutineList is [List] on the given number of workers (0: GOMAXPROCS). A
// negative number of workers is a panic. Interrupted, it may lack primes in the
// midst.
func GoroutineList(n, workers int, opts ...par.Option) []int {
	mustBeFine(n, workers)
	s := &wheelSieve{fast: true}
	c := newCounter(n, workers, s)
	c.places = s.prepare(n)
	p := poll.New(context.Background())
	type part struct {
		lo     int
		primes []int
	}
	var mu sync.Mutex
	var parts []part
	all := append([]par.Option{par.Workers(workers), par.Dynamic(c.chunk())}, opts...)
	par.Range(c.places, func(lo, hi int) {
		own := part{lo: lo}
		w := c.take()
		w.list(p, lo, hi, func(prime int) { own.primes = append(own.primes, prime) })
		c.give(w)
		mu.Lock()
		parts = append(parts, own)
		mu.Unlock()
	}, all...)
	slices.SortFunc(parts, func(a, b part) int { return a.lo - b.lo })
	list := make([]int, 0, atMost(n))
	list = appendFew(list, n)
	for _, p := range parts {
		list = append(list, p.primes...)
	}
	return list
}

// appendFew appends those of the primes 2, 3 and 5 that are less than n.
func appendFew(list []int, n int) []int {
	for _, p := range []int{2, 3, 5} {
		if p < n {
			list = append(list, p)
		}
	}
	return list
}

// atMost returns a bound of the number of primes less than n: 1.25506·n/ln n
// (Rosser and Schoenfeld, "Approximate formulas for some functions of prime
// numbers", 1962, corollary 1).
func atMost(n int) int {
	if n < 3 {
		return 1
	}
	return int(1.25506*float64(n)/math.Log(float64(n))) + 1
}
