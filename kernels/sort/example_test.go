package sort_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/sort"
)

func Example() {
	x := []int64{3, -1, 2}
	sort.Goroutine(x, 2)
	fmt.Println(x)
	// Output: [-1 2 3]
}
