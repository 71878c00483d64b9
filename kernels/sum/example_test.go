package sum_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/sum"
)

func Example() {
	x := sum.Numbers(100_000, 1)
	fmt.Println(sum.Serial(x) == sum.Goroutine(x, 2), sum.Serial(x) == sum.GoroutineAtomic(x, 2))
	// Output: true true
}
