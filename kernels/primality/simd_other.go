//go:build !amd64 || noasm

package primality

func searchStride() int { return 0 }

// lanes asks for none of these where there are no vector instructions.

func search1(high, low, from float64, steps int) bool {
	panic("BUG: primality: no vector instructions")
}

func search2(high, low, from float64, steps int) bool {
	panic("BUG: primality: no vector instructions")
}
