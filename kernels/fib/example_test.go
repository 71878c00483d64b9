package fib_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/fib"
)

func Example() {
	fmt.Println(fib.Goroutine(fib.Arguments(28), 2))
	// Output:
	// [317811 196418 121393 75025 46368 28657]
}
