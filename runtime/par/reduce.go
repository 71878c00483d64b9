package par

// Reduce computes body on blocks [lo, hi) that together cover [0, n) and joins
// the results to one.
//
// Every worker starts with zero, which must not change what it is joined with
// (0 for sums, 1 for products), and joins its blocks' results to it in the
// order in which it did them; the workers' results are then joined in the
// order of their numbers. So join must be associative and, except under
// Static(0), commutative. Under [Static] the same call with the same number of
// workers joins in the same order each time; under the others, and with another
// number of workers, sums of floating-point numbers may differ in the last digits.
//
// A loop that is stopped early returns what the blocks done until then gave.
// Everything else is as in [Range]. Interpreted cells, which know no generic
// functions of compiled packages, use [ReduceFloat64] and [ReduceInt].
func Reduce[T any](n int, zero T, body func(lo, hi int) T, join func(a, b T) T, opts ...Option) T {
	l := newLoop("Reduce", n, body != nil && join != nil, opts)
	return reduce(l, zero, body, join)
}

// reduce runs l, whose body is not set yet.
func reduce[T any](l *loop, zero T, body func(lo, hi int) T, join func(a, b T) T) T {
	// Each worker's result lies on cache lines of its own.
	type total struct {
		_     [64]byte
		value T
		_     [64]byte
	}
	totals := make([]total, l.config.workers)
	for i := range totals {
		totals[i].value = zero
	}
	l.part = func(worker, lo, hi int) {
		t := &totals[worker]
		t.value = join(t.value, body(lo, hi))
	}
	l.run()
	result := zero
	for i := range totals {
		result = join(result, totals[i].value)
	}
	return result
}
