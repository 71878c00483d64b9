package par

import (
	"fmt"
	"unsafe"
)

// Below serialScan elements a scan runs on the caller's goroutine.
const serialScan = 1 << 15

// maxScan bounds how long a worker is at one block.
const maxScan = 1 << 20

// Scan writes to dst[i] what op makes of src[0] to src[i], from left to right
// ("inclusive prefix sum" if op adds): dst[0] = src[0], dst[i] = op(dst[i-1],
// src[i]). dst may be src; otherwise they must not overlap. Another length of
// dst than of src, or an overlap, is a panic.
//
// op must be associative, for it is done in another order: the blocks' totals
// first, then each block from the total of those before it (Blelloch, Prefix
// Sums and Their Applications, CMU-CS-90-190, 1990, section 1.3). That is nearly
// twice the work, less the first block's, whose total needs no pass of its own
// and the last one's, which needs none: w workers can be (w+1)/2 times as fast
// as one. Sums of floating-point numbers may differ in the last digits from
// those of another number of workers. It allocates the totals, one for each
// block, and two closures.
//
// A scan that is stopped early (see the package's comment) leaves dst half
// done. Interpreted cells use [ScanInts] and [ScanFloat64s].
func Scan[T any](dst, src []T, op func(a, b T) T, opts ...Option) {
	mustHave("Scan", op != nil)
	scanWith(call{"Scan", opts}, dst, src, false, *new(T), ops[T]{op, totalOf(op), scanOf(op)})
}

// ScanExclusive is [Scan] without the element itself: dst[0] = zero, dst[i] =
// op(dst[i-1], src[i-1]). zero must not change what it is joined with. It
// returns what op makes of zero and all of src.
func ScanExclusive[T any](dst, src []T, zero T, op func(a, b T) T, opts ...Option) T {
	mustHave("ScanExclusive", op != nil)
	return scanWith(call{"ScanExclusive", opts}, dst, src, true, zero, ops[T]{op, totalOf(op), scanOf(op)})
}

// ops is an operation in the forms a scan needs, so that known types need no
// call for each element.
type ops[T any] struct {
	join func(a, b T) T
	// total returns what join makes of all of src, which is not empty.
	total func(src []T) T
	// scan scans src into dst, joined to carry if there is one, which exclusive
	// scans have always. It returns what the next block's carry is.
	scan func(dst, src []T, exclusive, hasCarry bool, carry T) T
}

func totalOf[T any](op func(a, b T) T) func(src []T) T {
	return func(src []T) T {
		s := src[0]
		for _, v := range src[1:] {
			s = op(s, v)
		}
		return s
	}
}

func scanOf[T any](op func(a, b T) T) func(dst, src []T, exclusive, hasCarry bool, carry T) T {
	return func(dst, src []T, exclusive, hasCarry bool, s T) T {
		if exclusive {
			for i, v := range src {
				dst[i] = s
				s = op(s, v)
			}
			return s
		}
		if !hasCarry && len(src) > 0 {
			s = src[0]
			dst[0] = s
			dst, src = dst[1:], src[1:]
		}
		for i, v := range src {
			s = op(s, v)
			dst[i] = s
		}
		return s
	}
}

// scanWith does the scan and returns the total, joined to zero if exclusive.
func scanWith[T any](c call, dst, src []T, exclusive bool, zero T, o ops[T]) T {
	conf := c.config()
	n := len(src)
	if err := checkScan(dst, src); err != nil {
		panic(fmt.Errorf("par.%s: %w", c.name, err))
	}
	if n < serialScan || conf.workers == 1 && n <= maxScan {
		return o.scan(dst[:n], src, exclusive, exclusive, zero)
	}

	opts := conf.loopOptions()
	if conf.workers == 1 { // a single pass does
		carry, hasCarry := zero, exclusive
		Range(n, func(lo, hi int) {
			carry, hasCarry = o.scan(dst[lo:hi], src[lo:hi], exclusive, hasCarry, carry), true
		}, append(opts, Dynamic(maxScan))...)
		return carry
	}

	// w workers do w blocks at a time in either pass, so w+1 blocks do best:
	// the first is scanned in the first pass, the last has no total.
	blocks := max(conf.workers+1, (n-1)/maxScan+1)
	at := func(i int) int {
		return int(uint64(n)/uint64(blocks)*uint64(i) + uint64(n)%uint64(blocks)*uint64(i)/uint64(blocks))
	}
	// carries[i] is the total of block i, later of all up to and with it.
	carries := make([]T, blocks)
	if ForErr(blocks-1, func(i int) error {
		lo, hi := at(i), at(i+1)
		if i == 0 {
			carries[0] = o.scan(dst[lo:hi], src[lo:hi], exclusive, exclusive, zero)
		} else {
			carries[i] = o.total(src[lo:hi])
		}
		return nil
	}, opts...) != nil {
		return zero
	}
	for i := 1; i < blocks-1; i++ {
		carries[i] = o.join(carries[i-1], carries[i])
	}
	For(blocks-1, func(i int) {
		lo, hi := at(i+1), at(i+2)
		total := o.scan(dst[lo:hi], src[lo:hi], exclusive, true, carries[i])
		if i == blocks-2 {
			carries[blocks-1] = total
		}
	}, opts...)
	return carries[blocks-1]
}

// checkScan refuses slices that overlap in part: a block would be read after a
// part of it was overwritten.
func checkScan[T any](dst, src []T) error {
	if len(dst) != len(src) {
		return fmt.Errorf("dst has %d elements, src %d", len(dst), len(src))
	}
	var t T
	size := unsafe.Sizeof(t)
	if len(src) == 0 || size == 0 {
		return nil
	}
	d, s := uintptr(unsafe.Pointer(&dst[0])), uintptr(unsafe.Pointer(&src[0]))
	if bytes := uintptr(len(src)) * size; d != s && d < s+bytes && s < d+bytes {
		return fmt.Errorf("dst and src overlap but are not the same")
	}
	return nil
}
