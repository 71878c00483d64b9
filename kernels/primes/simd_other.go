//go:build !amd64 || noasm

package primes

func markBytes(seg []byte, primes, next []int) bool { return false }

func sumBytes(seg []byte) (sum, bytes int) { return 0, 0 }

func markBits(seg []byte, lists *[8][]int) bool { return false }
