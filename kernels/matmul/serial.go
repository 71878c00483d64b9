package matmul

import "github.com/weft-go/weft/kernels/internal/poll"

// between is how many multiplications are done before asking whether to stop:
// some 0.2 ms, and 3 ms where every element of B comes from memory.
const between = 1 << 18

// Serial is the definition: each element of C is the sum of a row of A times a
// column of B, added in the order of k. The column is what makes it slow: one
// element of each cache line is used.
func Serial(c, a, b []float64, m, k, n int) {
	mustBeFine(c, a, b, m, k, n, 0)
	serial(background(), c, a, b, m, k, n)
}

func serial(p poll.Poll, c, a, b []float64, m, k, n int) {
	block := max(between/max(k, 1), 1) // elements of C
	for i := range m {
		row := a[i*k:][:k]
		for from := 0; from < n; from += block {
			if p.Stopped() {
				return
			}
			for j := from; j < min(from+block, n); j++ {
				sum := 0.0
				for l, x := range row {
					sum += x * b[l*n+j]
				}
				c[i*n+j] = sum
			}
		}
	}
}

// SerialIKJ is [Serial] with the two inner loops swapped: a row of C is the sum
// of the rows of B, each times an element of A. All three matrices are read
// along their rows, and every element is added up in the same order, so the
// result is the same to the bit.
func SerialIKJ(c, a, b []float64, m, k, n int) {
	mustBeFine(c, a, b, m, k, n, 0)
	serialIKJ(background(), c, a, b, m, k, n)
}

func serialIKJ[T number](p poll.Poll, c, a, b []T, m, k, n int) {
	clear(c)
	for i := range m {
		if !ikj(p, c[i*n:][:n], a[i*k:][:k], b) {
			return
		}
	}
}

// ikj adds the product of one row with B to a row of C. It reports whether it
// came to the end.
func ikj[T number](p poll.Poll, c, row, b []T) bool {
	n := len(c)
	block := max(between/max(n, 1), 1)
	for from := 0; from < len(row); from += block {
		if p.Stopped() {
			return false
		}
		for l := from; l < min(from+block, len(row)); l++ {
			axpy(c, b[l*n:][:n], row[l])
		}
	}
	return true
}

// axpy adds x times src to dst, which is as long.
func axpy[T number](dst, src []T, x T) {
	dst = dst[:len(src)]
	for len(src) >= 4 {
		d, s := dst[:4:4], src[:4:4]
		d[0] += x * s[0]
		d[1] += x * s[1]
		d[2] += x * s[2]
		d[3] += x * s[3]
		dst, src = dst[4:], src[4:]
	}
	for j, y := range src {
		dst[j] += x * y
	}
}

// Sides of a block of B in SerialBlocked: 64 rows of 256 elements are 128 KiB,
// which most second-level caches hold.
const (
	blockRows = 64
	blockCols = 256
)

// SerialBlocked is [SerialIKJ] by blocks of B that stay in the cache while all
// rows of A pass. Elements are added up in the same order, so the result is the
// same to the bit.
func SerialBlocked(c, a, b []float64, m, k, n int) {
	mustBeFine(c, a, b, m, k, n, 0)
	serialBlocked(background(), c, a, b, m, k, n)
}

func serialBlocked(p poll.Poll, c, a, b []float64, m, k, n int) {
	clear(c)
	blocked(p, c, a, b, k, n, 0, m)
}

// blocked adds rows [lo, hi) of A times B to C.
func blocked(p poll.Poll, c, a, b []float64, k, n, lo, hi int) {
	for j := 0; j < n; j += blockCols {
		wide := min(blockCols, n-j)
		for l := 0; l < k; l += blockRows {
			last := min(l+blockRows, k)
			for i := lo; i < hi; i++ {
				if i%16 == 0 && p.Stopped() {
					return
				}
				for r := l; r < last; r++ {
					axpy(c[i*n+j:][:wide], b[r*n+j:][:wide], a[i*k+r])
				}
			}
		}
	}
}
