package par

// SortInts is [Sort] for int.
func SortInts(x []int, opts ...Option) { sortOrdered("SortInts", x, opts) }

// SortFloat64s is [Sort] for float64. NaN come first, as with slices.Sort.
func SortFloat64s(x []float64, opts ...Option) { sortOrdered("SortFloat64s", x, opts) }

// SortStrings is [Sort] for strings, in the order of their bytes.
func SortStrings(x []string, opts ...Option) { sortOrdered("SortStrings", x, opts) }
