package falsesharing_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/falsesharing"
)

func Example() {
	fmt.Println(falsesharing.Goroutine(1_000_000, 2), falsesharing.GoroutinePadded(1_000_000, 2))
	// Output:
	// 1000000 1000000
}
