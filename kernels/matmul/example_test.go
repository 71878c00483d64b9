package matmul_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/matmul"
)

func Example() {
	a := []float64{1, 2, 3, 4, 5, 6} // 2×3
	b := []float64{1, 0, 0, 1, 1, 1} // 3×2
	c := make([]float64, 2*2)
	matmul.Serial(c, a, b, 2, 3, 2)
	fmt.Println(c)
	matmul.GoroutineSIMD(c, a, b, 2, 3, 2, 2)
	fmt.Println(c)
	// Output:
	// [4 5 10 11]
	// [4 5 10 11]
}
