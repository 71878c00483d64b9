//go:build !amd64 || noasm

package pi

func throwSIMD(seed uint64, lo, hi int) int { return throw(seed, lo, hi) }
