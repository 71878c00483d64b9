// Package matmul multiplies matrices: C = A·B, with A of m×k, B of k×n and C of
// m×n elements, all row by row in slices (element i,j of C is c[i*n+j]).
//
//	a, b := matmul.Example(512)
//	c := make([]float64, 512*512)
//	matmul.Serial(c, a, b, 512, 512, 512)           // three loops: 0.4 s
//	matmul.SerialIKJ(c, a, b, 512, 512, 512)        // the inner two swapped: 0.07 s
//	matmul.GoroutineSIMD(c, a, b, 512, 512, 512, 2) // packed, in vectors: 0.003 s
//
// A product needs 2·m·k·n operations on few elements, so its speed is a matter
// of where those lie when they are needed: Gorelick and Ozsvald, "High
// Performance Python", chapter 6, and An, "Python and Parallel Programming",
// section 4.2, whose memory-bound group it is. The packed variants follow Goto
// and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM
// TOMS 34 (2008), and Van Zee and van de Geijn, "BLIS", ACM TOMS 41 (2015).
//
// NaN and infinities go through as in the sum Σₖ a·b, zeros are not skipped. Variants
// add in different orders, and the vector ones fuse the multiplication with the
// addition, so results differ in the last digits, and an intermediate result may
// overflow in one variant and not in another.
//
// Every function writes all of c, reads no old value of it, and panics, or
// returns an error if it has one, before any work if a dimension is negative, a
// slice does not have the length that the dimensions say, or c overlaps a or b.
// Interrupted, they leave c unfinished.
package matmul

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// Example returns the matrices of order n that the Kernel multiplies:
// aᵢⱼ = ((7i+13j) mod 101)/101 − ½ and bᵢⱼ = ((11i+3j) mod 103)/103 − ½. It
// panics if n is negative or above 32768, where each takes 8 GiB.
func Example(n int) (a, b []float64) {
	if err := checkOrder(n); err != nil {
		panic(fmt.Errorf("matmul: %w", err))
	}
	a, b = mem.Make[float64](n*n), mem.Make[float64](n*n)
	for i := range n {
		for j := range n {
			a[i*n+j] = float64((7*i+13*j)%101)/101 - 0.5
			b[i*n+j] = float64((11*i+3*j)%103)/103 - 0.5
		}
	}
	return a, b
}

// Checksum returns Σ cᵢ·(i mod 7 + 1) over the elements in memory order: one
// that notices elements which are exchanged.
func Checksum(c []float64) float64 {
	sum := 0.0
	for i, x := range c {
		sum += x * float64(i%7+1)
	}
	return sum
}

// maxOrder keeps a slip of the keyboard from taking the machine's memory.
const maxOrder = 32768

func checkOrder(n int) error {
	if n < 0 || n > maxOrder {
		return fmt.Errorf("order n = %d is not in [0, %d]", n, maxOrder)
	}
	return nil
}

// checkProduct checks the arguments of every product.
func checkProduct[T number](c, a, b []T, m, k, n, workers int) error {
	for _, d := range []struct {
		name string
		v    int
	}{{"m", m}, {"k", k}, {"n", n}} {
		if d.v < 0 {
			return fmt.Errorf("negative dimension %s = %d", d.name, d.v)
		}
	}
	for _, s := range []struct {
		name       string
		len        int
		rows, cols int
	}{{"a", len(a), m, k}, {"b", len(b), k, n}, {"c", len(c), m, n}} {
		size := s.rows * s.cols
		if s.rows > 0 && size/s.rows != s.cols {
			return fmt.Errorf("size %d×%d of %s overflows", s.rows, s.cols, s.name)
		}
		if s.len != size {
			return fmt.Errorf("%s has %d elements, want %d×%d = %d", s.name, s.len, s.rows, s.cols, size)
		}
	}
	if overlap(c, a) {
		return errors.New("c overlaps a")
	}
	if overlap(c, b) {
		return errors.New("c overlaps b")
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

// overlap reports whether x and y share memory.
func overlap[T number](x, y []T) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	size := unsafe.Sizeof(x[0])
	x0, y0 := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	return x0 < y0+uintptr(len(y))*size && y0 < x0+uintptr(len(x))*size
}

func mustBeFine[T number](c, a, b []T, m, k, n, workers int) {
	if err := checkProduct(c, a, b, m, k, n, workers); err != nil {
		panic(fmt.Errorf("matmul: %w", err))
	}
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
