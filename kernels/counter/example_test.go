package counter_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/counter"
)

func Example() {
	fmt.Println(counter.Goroutine(1_000_000, 2), counter.GoroutineMutex(100_000, 2), counter.GoroutineSharded(1_000_000, 2))
	fmt.Println(counter.Lost(1_000_000, 1))
	// Output:
	// 1000000 100000 1000000
	// counted 1000000 of 1000000: 0.0 % lost
}
