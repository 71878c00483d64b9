package primes_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/primes"
)

func Example() {
	fmt.Println(primes.List(30))
	fmt.Println(primes.Serial(10_000_000), primes.GoroutineSIMDWheel(10_000_000, 2))
	// Output:
	// [2 3 5 7 11 13 17 19 23 29]
	// 664579 664579
}
