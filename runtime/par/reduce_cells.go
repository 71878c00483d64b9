package par

// ReduceFloat64 is [Reduce] for float64. With a nil join it adds.
//
//	sum := par.ReduceFloat64(len(x), 0, func(lo, hi int) float64 {
//		s := 0.0
//		for _, v := range x[lo:hi] {
//			s += v
//		}
//		return s
//	}, nil)
func ReduceFloat64(n int, zero float64, body func(lo, hi int) float64, join func(a, b float64) float64, opts ...Option) float64 {
	if join == nil {
		join = add[float64]
	}
	return reduce(newLoop("ReduceFloat64", n, body != nil, opts), zero, body, join, opts)
}

// ReduceInt is [Reduce] for int. With a nil join it adds.
func ReduceInt(n, zero int, body func(lo, hi int) int, join func(a, b int) int, opts ...Option) int {
	if join == nil {
		join = add[int]
	}
	return reduce(newLoop("ReduceInt", n, body != nil, opts), zero, body, join, opts)
}

func add[T int | float64](a, b T) T { return a + b }
