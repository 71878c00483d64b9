package pointerchase_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/pointerchase"
)

func Example() {
	r := pointerchase.New(1000, 42)
	fmt.Println(pointerchase.Serial(r), pointerchase.SerialChains(r), pointerchase.Goroutine(r, 2))
	// Output:
	// 499500 499500 499500
}
