package pi_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/pi"
)

func Example() {
	fmt.Println(pi.Serial(10_000_000, 42))
	fmt.Println(pi.Goroutine(10_000_000, 42, 2))
	// Output:
	// 3.142097 ± 0.00052 (7855243 of 10000000 darts inside)
	// 3.142097 ± 0.00052 (7855243 of 10000000 darts inside)
}
