package par

// ScanInts writes to dst[i] the sum of src[0] to src[i]: [Scan] for int with
// addition, which wraps around on overflow.
func ScanInts(dst, src []int, opts ...Option) {
	scanWith(call{"ScanInts", opts}, dst, src, false, 0, sums[int]())
}

// ScanIntsExclusive writes to dst[i] the sum of src[0] to src[i-1] and returns
// the sum of all: [ScanExclusive] for int with addition. It turns counts into
// places: where each group begins when all are put behind one another.
func ScanIntsExclusive(dst, src []int, opts ...Option) int {
	return scanWith(call{"ScanIntsExclusive", opts}, dst, src, true, 0, sums[int]())
}

// ScanFloat64s is [ScanInts] for float64.
func ScanFloat64s(dst, src []float64, opts ...Option) {
	scanWith(call{"ScanFloat64s", opts}, dst, src, false, 0, sums[float64]())
}

// ScanFloat64sExclusive is [ScanIntsExclusive] for float64.
func ScanFloat64sExclusive(dst, src []float64, opts ...Option) float64 {
	return scanWith(call{"ScanFloat64sExclusive", opts}, dst, src, true, 0, sums[float64]())
}

func sums[T int | float64]() ops[T] { return ops[T]{add[T], sumTotal[T], sumScan[T]} }

func sumTotal[T int | float64](src []T) T {
	s := src[0]
	for _, v := range src[1:] {
		s += v
	}
	return s
}

func sumScan[T int | float64](dst, src []T, exclusive, hasCarry bool, s T) T {
	dst = dst[:len(src)]
	switch {
	case exclusive:
		for i, v := range src {
			dst[i] = s
			s += v
		}
	case len(src) > 0:
		if hasCarry { // adding to a zero would turn -0 into 0
			s += src[0]
		} else {
			s = src[0]
		}
		dst[0] = s
		for i := 1; i < len(src); i++ {
			s += src[i]
			dst[i] = s
		}
	}
	return s
}
