// Package cmp is the interpreter's form of the standard package cmp.
package cmp

// Ordered is cmp.Ordered.
type Ordered interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64 | ~string
}

// Less is cmp.Less.
func Less[T Ordered](x, y T) bool {
	return (x != x && y == y) || x < y
}

// Compare is cmp.Compare.
func Compare[T Ordered](x, y T) int {
	if x < y {
		return -1
	}
	if x > y {
		return 1
	}
	if x == y {
		return 0
	}
	if x == x {
		return 1 // y alone is not a number
	}
	if y == y {
		return -1
	}
	return 0
}

// Or is cmp.Or.
func Or[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}
