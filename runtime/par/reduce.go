package par

import "slices"

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
	return reduce(newLoop("Reduce", n, body != nil && join != nil, opts), zero, body, join, opts)
}

// reduce runs l, whose body is not set yet.
func reduce[T any](l *loop, zero T, body func(lo, hi int) T, join func(a, b T) T, opts []Option) T {
	r := reducerOf[T](l)
	r.body, r.join = body, join
	r.totals = slices.Grow(r.totals[:0], l.config.workers)[:l.config.workers]
	for i := range r.totals {
		r.totals[i].value = zero
	}
	l.part = r.part
	l.users.Store(int32(max(l.config.workers, 1)))
	defer l.leave()
	_ = l.runAll(opts) // only says that the loop was stopped: no body fails
	result := zero
	for i := range r.totals {
		result = join(result, r.totals[i].value)
	}
	return result
}

// A reduction is what a loop needs for Reduce: memory that is used again by the
// loop's later reductions of the same type.
type reduction[T any] struct {
	body   func(lo, hi int) T
	join   func(a, b T) T
	totals []total[T]
	part   func(worker, lo, hi int) // do, bound once: binding allocates
}

// total is a worker's result, on cache lines of its own.
type total[T any] struct {
	_     [64]byte
	value T
	_     [64]byte
}

func (r *reduction[T]) do(worker, lo, hi int) {
	t := &r.totals[worker]
	t.value = r.join(t.value, r.body(lo, hi))
}

// forget lets go of the caller's data.
func (r *reduction[T]) forget() {
	clear(r.totals)
	r.body, r.join = nil, nil
}

// A reducer is a *reduction of some type.
type reducer interface{ forget() }

// maxReducers is for how many types a loop keeps its memory.
const maxReducers = 4

// reducerOf returns l's reduction for T.
func reducerOf[T any](l *loop) *reduction[T] {
	for _, kept := range l.reducers {
		if r, ok := kept.(*reduction[T]); ok {
			l.reducing = r
			return r
		}
	}
	r := new(reduction[T])
	r.part = r.do
	copy(l.reducers[1:], l.reducers[:]) // the oldest one goes
	l.reducers[0], l.reducing = r, r
	return r
}
